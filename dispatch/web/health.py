"""Jobs and health of the whole installation, for the operator: what is due, what failed, who lives."""

from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import ResourcesDep, UowDep, allow
from dispatch.api.readiness import NotReady
from dispatch.kit.operations import (
    MOST_TROUBLED,
    drop_job,
    lane_states,
    part_states,
    retry_job,
    store_state,
    troubled_jobs,
)
from dispatch.kit.uow import Uow
from dispatch.sms.account_state import gateway_states, may_send
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

HEALTH: Final = "/settings/health"
_PAGE: Final = "health.html"
_SEES: Final = [allow(Permission.OPERATIONS_READ)]
_CHANGES: Final = [allow(Permission.OPERATIONS_WRITE), Depends(own_page)]
_MEGABYTE: Final = 1024 * 1024
_GATEWAYS: Final = 50


@router.get(HEALTH, dependencies=_SEES)
async def show_health(request: Request, page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Show how the installation does; to a script what changes by itself."""
    context = await _context(uow, resources)
    if request.headers.get("hx-request"):
        return page.part(_PAGE, "state", **context)
    return show_settings(page, _PAGE, **context)


@router.post(f"{HEALTH}/jobs/{{job_id}}/retry", dependencies=_CHANGES)
async def retry(job_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Let a job run at once."""
    await retry_job(uow, job_id)
    return page.done(page.say("The job runs again"), HEALTH)


@router.post(f"{HEALTH}/jobs/{{job_id}}/drop", dependencies=_CHANGES)
async def drop(job_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Give a job up for good."""
    await drop_job(uow, job_id)
    return page.done(page.say("The job is dropped"), HEALTH)


async def _context(uow: Uow, resources: ResourcesDep) -> dict[str, Any]:
    store = await store_state(uow)
    return {
        "lanes": await lane_states(uow),
        "jobs": await troubled_jobs(uow),
        "most": MOST_TROUBLED,
        "parts_alive": await part_states(uow),
        "store": store,
        "megabytes": store.bytes // _MEGABYTE,
        "gateways": await gateway_states(uow, _GATEWAYS),
        "released": await may_send(uow),
        "checks": await _checks(resources),
        "now": uow.now,
        "zone": ZoneInfo((await franchise_of(uow)).zone),
    }


async def _checks(resources: ResourcesDep) -> dict[str, str]:
    try:
        return await resources.readiness.check()
    except NotReady as not_ready:
        return cast("dict[str, str]", not_ready.fields["checks"])
