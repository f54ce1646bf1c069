"""The dispatch board: today and tomorrow, the shifts at risk first, refreshed while one looks; the list of 19:30."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import ResourcesDep, UowDep, allow
from dispatch.crew.alarms import acknowledge_alarm
from dispatch.crew.queries import crews_with_people, open_alarms
from dispatch.crew.rules import LIVE, SeatStatus
from dispatch.kit.uow import Uow
from dispatch.orders.rules import ShiftStatus
from dispatch.staffing.board import EVERYTHING, BoardFilter, Card, Risk, board, choices_of
from dispatch.staffing.rehearsal import is_simulated
from dispatch.staffing.tomorrow import has_mornings, tomorrow_here, uncovered_mornings
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.first_steps import steps_for_board, ways
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.queries import display_names, home_phones

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_DAYS: Final = {"today": 0, "tomorrow": 1}
_MOST_ALARMS: Final = 20
_OVER: Final = frozenset({ShiftStatus.CLOSED, ShiftStatus.CANCELLED})
_NOBODY: Final = "nobody"

Day = Annotated[str, Query(pattern="^(today|tomorrow)$")]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the cards are narrowed to, as the address says it; what cannot be read narrows nothing."""

    client: str
    service: str
    owner: str
    risk: str
    city: str

    @property
    def filter(self) -> BoardFilter:
        """The same as the query takes it."""
        return BoardFilter(
            client_id=_id_of(self.client),
            service=self.service or None,
            owner_id=_id_of(self.owner),
            unowned=self.owner == _NOBODY,
            risk=Risk(self.risk) if self.risk in set(Risk) else None,
            city=self.city or None,
        )

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return self.filter != EVERYTHING


def _narrowed(
    client: Annotated[str, Query(max_length=40)] = "",
    service: Annotated[str, Query(max_length=40)] = "",
    owner: Annotated[str, Query(max_length=40)] = "",
    risk: Annotated[str, Query(max_length=20)] = "",
    city: Annotated[str, Query(max_length=100)] = "",
) -> Narrowed:
    return Narrowed(client, service.replace("\0", ""), owner, risk, city.replace("\0", ""))


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


NarrowedDep = Annotated[Narrowed, Depends(_narrowed)]
EVERY_SHIFT: Final = Narrowed(client="", service="", owner="", risk="", city="")


@router.get("/board", dependencies=[allow(Permission.ORDERS_READ)])
async def show_board(
    request: Request,
    page: PageDep,
    uow: UowDep,
    resources: ResourcesDep,
    narrowed: NarrowedDep,
    day: Day = "today",
) -> Response:
    """Show the shifts of a day as cards, all or those the address narrows them to."""
    steps = await steps_for_board(uow, request, resources)
    context = await board_context(uow, day, narrowed)
    return page.show("board.html", **context, steps=steps, ways=ways(steps) if steps is not None else {})


@router.get("/board/cards", dependencies=[allow(Permission.ORDERS_READ)])
async def show_cards(
    page: PageDep,
    uow: UowDep,
    narrowed: NarrowedDep,
    day: Day = "today",
    shift: Annotated[list[UUID] | None, Query(max_length=100)] = None,
) -> Response:
    """Show the cards alone, all or those of some shifts, for a board that follows what happens."""
    zone, cards = await _cards(uow, day, shift, narrowed)
    return page.part("board.html", "cards", cards=cards, day=day, zone=zone, zones=_zones(cards))


@router.get("/board/alarms", dependencies=[allow(Permission.ALARMS_READ)])
async def show_alarms(page: PageDep, uow: UowDep) -> Response:
    """Show what stands, for a board that follows what happens."""
    zone = ZoneInfo((await franchise_of(uow)).zone)
    return page.part("board.html", "alarms", zone=zone, **await _alarms(uow))


@router.get("/board/tomorrow", dependencies=[allow(Permission.ORDERS_READ)])
async def show_tomorrow(page: PageDep, uow: UowDep) -> Response:
    """Show the shifts of tomorrow morning that are not covered, to be worked off or printed."""
    return page.show("tomorrow.html", **await _morning(uow))


@router.get("/board/tomorrow/list", dependencies=[allow(Permission.ORDERS_READ)])
async def show_tomorrow_list(page: PageDep, uow: UowDep) -> Response:
    """Show the list alone, for a page that follows what happens."""
    return page.part("tomorrow.html", "mornings", **await _morning(uow))


@router.get("/board/lists", dependencies=[allow(Permission.CONTACTS_REVEAL)])
async def show_lists(page: PageDep, uow: UowDep, day: Day = "tomorrow") -> Response:
    """Show the crews of a day as they are printed for the sites, one sheet a shift that is not over."""
    cards = [card for card in (await _cards(uow, day))[1] if card.status not in _OVER]
    tomorrow = await tomorrow_here(uow)
    seats = await crews_with_people(uow, [card.id for card in cards])
    crews = {
        shift_id: [seat for seat in held if SeatStatus(seat["status"]) in LIVE] for shift_id, held in seats.items()
    }
    people = [seat["worker_id"] for crew in crews.values() for seat in crew]
    return page.show(
        "lists.html",
        day=tomorrow if day == "tomorrow" else tomorrow - timedelta(days=1),
        cards=sorted(cards, key=lambda card: (card.starts_at, card.client)),
        crews=crews,
        names=await display_names(uow, people),
        phones=await home_phones(uow, people),
        zones=_zones(cards),
    )


async def _morning(uow: Uow) -> dict[str, Any]:
    day = await tomorrow_here(uow)
    cards = await uncovered_mornings(uow, day)
    return {
        "cards": cards,
        "any_shifts": bool(cards) or await has_mornings(uow, day),
        "day": day,
        "zones": _zones(cards),
    }


async def board_context(uow: Uow, day: str, narrowed: Narrowed) -> dict[str, Any]:
    """Return what the board's template shows, but for the first steps."""
    zone, everything = await _cards(uow, day)
    cards = (await _cards(uow, day, narrowed=narrowed))[1] if narrowed.anything else everything
    return {
        "cards": cards,
        **await _alarms(uow),
        "day": day,
        "zone": zone,
        "zones": _zones(cards),
        "narrowed": narrowed,
        "choices": await asyncio.to_thread(choices_of, everything),
        "risks": [str(risk) for risk in Risk],
        "count": len(everything),
        "simulated": await is_simulated(uow),
    }


@router.post("/alarms/{alarm_id}/ack", dependencies=[allow(Permission.ALARMS_ACK), Depends(own_page)])
async def look_after(alarm_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say that one looks after an alarm."""
    await acknowledge_alarm(uow, alarm_id)
    return page.done(page.say("It is yours"), "/board")


async def _alarms(uow: Uow) -> dict[str, Any]:
    """Return what stands, and how those are called whose seats it is about."""
    alarms = await open_alarms(uow, shift_id=None, limit=_MOST_ALARMS)
    people = [alarm["worker_id"] for alarm in alarms if alarm["worker_id"] is not None]
    return {"alarms": alarms, "about": await display_names(uow, people)}


async def _cards(
    uow: Uow, day: str, only: Sequence[UUID] | None = None, narrowed: Narrowed | None = None
) -> tuple[ZoneInfo, Sequence[Card]]:
    zone = ZoneInfo((await franchise_of(uow)).zone)
    here = uow.now.astimezone(zone).date() + timedelta(days=_DAYS[day])
    begins = datetime.combine(here, time.min, zone)
    ends = datetime.combine(here + timedelta(days=1), time.min, zone)
    wanted = EVERYTHING if narrowed is None else narrowed.filter
    return zone, await board(uow, from_at=begins, to_at=ends, only=only, wanted=wanted)


def _zones(cards: Sequence[Card]) -> dict[str, ZoneInfo]:
    return {card.zone: ZoneInfo(card.zone) for card in cards}
