"""The duty roster of the coming weeks."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.errors import Invalid
from dispatch.staffing.duty import LONGEST_TURN, TakeTurn, remove_turn, take_turn, turns
from dispatch.staffing.handover import dispatchers
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SHOWN: Final = timedelta(days=28)
_CHANGES: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]


class TimesUnreadable(Invalid):
    """What was chosen as a time is none, or the turn would end before it begins."""


@router.get("/duty", dependencies=[allow(Permission.ALARMS_READ)])
async def show_roster(page: PageDep, uow: UowDep) -> Response:
    """Show who is on duty when, and the form to add a turn."""
    zone = ZoneInfo((await franchise_of(uow)).zone)
    found = await turns(uow, from_at=uow.now, to_at=uow.now + _SHOWN)
    last = max((turn.to_at for turn in found), default=uow.now)
    begins = last.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return page.show(
        "duty.html",
        turns=found,
        now=uow.now,
        zone=zone,
        dispatchers=await dispatchers(uow),
        begins=begins.isoformat(timespec="minutes"),
        ends=(begins + timedelta(hours=12)).isoformat(timespec="minutes"),
    )


@router.post("/duty", dependencies=_CHANGES)
async def add_turn(
    page: PageDep,
    uow: UowDep,
    user_id: Annotated[UUID, Form()],
    begins: Annotated[str, Form(max_length=30)],
    ends: Annotated[str, Form(max_length=30)],
) -> Response:
    """Put somebody on duty; times are those of the franchise's clock."""
    zone = ZoneInfo((await franchise_of(uow)).zone)
    from_at, to_at = _moment(begins, zone), _moment(ends, zone)
    if not timedelta(0) < to_at - from_at <= LONGEST_TURN:
        raise TimesUnreadable("A turn ends after it begins, by at most seven days.")
    await take_turn(uow, TakeTurn(user_id=user_id, from_at=from_at, to_at=to_at))
    return page.go("/duty")


@router.post("/duty/{turn_id}/remove", dependencies=_CHANGES)
async def drop_turn(turn_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take a turn off the roster."""
    await remove_turn(uow, turn_id)
    return page.go("/duty")


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise TimesUnreadable("Choose a day and a time for the beginning and the end.") from None
