"""What a person agreed to and refused, to take along as a proof; and another code for a number in doubt."""

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.exports import SheetForm
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import take_along
from dispatch.workers.consent import ask_again, consent_log
from dispatch.workers.queries import worker_record

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_TITLES = ("Time", "Zone", "What", "How", "Agreed", "By", "Text", "Our number", "Phone")


@router.post("/people/{worker_id}/consent/export", dependencies=[allow(Permission.WORKERS_READ), Depends(own_page)])
async def take_consent(
    worker_id: UUID, page: PageDep, uow: UowDep, form: Annotated[SheetForm, Form()] = SheetForm.CSV
) -> Response:
    """Hand out the log as a file, on the person's own clock; who took it is written down."""
    zone = (await worker_record(uow, worker_id)).zone
    clock = ZoneInfo(zone)
    rows = [
        (
            entry.at.astimezone(clock).replace(tzinfo=None),
            zone,
            page.say(entry.what if entry.source == "office" else f"number_{entry.what}"),
            page.say(f"consent_{entry.source}"),
            page.say("yes") if entry.given else page.say("no"),
            entry.author,
            entry.said,
            entry.our_number,
            entry.phone,
        )
        for entry in await consent_log(uow, worker_id)
    ]
    return await take_along(uow, "consent", form, [page.say(title) for title in _TITLES], rows)


@router.post("/people/{worker_id}/number/code", dependencies=[allow(Permission.MESSAGES_SEND), Depends(own_page)])
async def send_code(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Send another code to a number in doubt."""
    asked = await ask_again(uow, worker_id)
    words = page.say("A code is on its way to his phone") if asked else page.say("His number needs no code")
    return page.done(words, f"/people/{worker_id}")
