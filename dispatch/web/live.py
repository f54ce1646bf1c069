"""The stream of news that a browser keeps open; one for all its pages."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from dispatch.access.queries import PRINCIPAL
from dispatch.access.roles import Permission, Role, can
from dispatch.api.deps import Caller, CallerDep, Resources, ResourcesDep, allow, is_half_open
from dispatch.web.doors import PAGE_HEADERS
from dispatch.web.frame import ConsoleDep
from dispatch.web.hub import Hub
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

GATHER_S: Final = 0.15
"""News of so long a time goes out as one piece: a busy evening must not redraw a screen fifty times a second."""
BEAT_S: Final = 15.0
"""A quiet stream says so often that it lives; as often it is asked whether its session does."""
_RETRY_MS: Final = (500, 3000)


@router.get("/live", dependencies=[allow(Permission.EVENTS_READ)])
async def follow(caller: CallerDep, resources: ResourcesDep, console: ConsoleDep) -> StreamingResponse:
    """Stream the news of the caller's franchise until he goes, or his session ends."""
    headers = dict(PAGE_HEADERS) | {"X-Accel-Buffering": "no"}
    return StreamingResponse(_news(console.hub, caller, resources), 200, headers, "text/event-stream")


async def _news(hub: Hub, caller: Caller, resources: Resources) -> AsyncIterator[str]:
    stream = hub.open(caller.franchise_id)
    try:
        # Not all at once: after a restart every browser comes back.
        yield f"retry: {random.randint(*_RETRY_MS)}\n\n"  # noqa: S311 - spreads reconnections, guards nothing
        asked_at = time.monotonic()
        while True:
            try:
                await asyncio.wait_for(stream.stirred.wait(), BEAT_S)
            except TimeoutError:
                yield ": beat\n\n"
            if hub.ended:
                return
            if time.monotonic() - asked_at > BEAT_S:
                if not await _may_still_look(resources, caller):
                    return
                asked_at = time.monotonic()
            if stream.stirred.is_set():
                yield hub.take(stream)
                await asyncio.sleep(GATHER_S)
    finally:
        hub.close(stream)


async def _may_still_look(resources: Resources, caller: Caller) -> bool:
    found: str | None = await resources.database.autocommit(PRINCIPAL, [caller.credential])
    if found is None:
        return False
    principal = json.loads(found)
    return can(Role(principal["role"]), Permission.EVENTS_READ) and not is_half_open(resources.settings, principal)
