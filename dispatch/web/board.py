"""The dispatch board: today and tomorrow, the shifts at risk first, refreshed while one looks."""

from datetime import datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.crew.queries import open_alarms
from dispatch.kit.uow import Uow
from dispatch.staffing.board import Card, board
from dispatch.tenancy.queries import franchise_of
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_DAYS: Final = {"today": 0, "tomorrow": 1}
_MOST_ALARMS: Final = 20


@router.get("/", dependencies=[allow(Permission.FRANCHISE_READ)])
async def home(page: PageDep) -> Response:
    """Send everybody to where his work is."""
    return page.go("/board")


@router.get("/board", dependencies=[allow(Permission.ORDERS_READ)])
async def show_board(
    page: PageDep, uow: UowDep, day: Annotated[str, Query(pattern="^(today|tomorrow)$")] = "today"
) -> Response:
    """Show the shifts of a day as cards."""
    zone, cards = await _cards(uow, day)
    alarms = await open_alarms(uow, shift_id=None, limit=_MOST_ALARMS) if day == "today" else []
    return page.show("board.html", cards=cards, alarms=alarms, day=day, zone=zone, zones=_zones(cards))


@router.get("/board/cards", dependencies=[allow(Permission.ORDERS_READ)])
async def show_cards(
    page: PageDep, uow: UowDep, day: Annotated[str, Query(pattern="^(today|tomorrow)$")] = "today"
) -> Response:
    """Show the cards alone, for a board that refreshes itself."""
    zone, cards = await _cards(uow, day)
    alarms = await open_alarms(uow, shift_id=None, limit=_MOST_ALARMS) if day == "today" else []
    return page.part("board.html", "cards", cards=cards, alarms=alarms, day=day, zone=zone, zones=_zones(cards))


async def _cards(uow: Uow, day: str) -> tuple[ZoneInfo, list[Card]]:
    zone = ZoneInfo((await franchise_of(uow)).zone)
    here = uow.now.astimezone(zone).date() + timedelta(days=_DAYS[day])
    begins = datetime.combine(here, time.min, zone)
    ends = datetime.combine(here + timedelta(days=1), time.min, zone)
    return zone, list(await board(uow, from_at=begins, to_at=ends))


def _zones(cards: list[Card]) -> dict[str, ZoneInfo]:
    return {card.zone: ZoneInfo(card.zone) for card in cards}
