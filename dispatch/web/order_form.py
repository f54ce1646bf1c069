"""A new order as typed: kept word for word for the form, and read as far as it can be understood.

What is typed stays what it is until everything fits, so the form comes back as it was, each fault beside its field.
Days and times are those of the site's clock.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from starlette.datastructures import FormData

from dispatch.clients.errors import ClientNotFound, SiteNotFound
from dispatch.clients.queries import client_of, site_of
from dispatch.kit.errors import DispatchError, Invalid
from dispatch.kit.gazetteer import nearest_locality
from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import WallTimeSkipped, instant_of, wall_of
from dispatch.orders.commands import MOST_SHIFTS, AskedShift, GetQuote, NewSite, PlaceOrder
from dispatch.staffing.preview import PreviewNeed
from dispatch.tenancy.policy import Tier
from dispatch.tenancy.queries import franchise_of
from dispatch.web.forms import Fault, FormUnfit, figure, fit, whole
from dispatch.web.later_start import Crew, crews
from dispatch.web.refusals import words_of
from dispatch.workers.skills import Service

NEW_SITE: Final = "new"
"""What the choice of a site says when an address is typed instead."""

_DAY: Final = timedelta(days=1)
_RULES: Final[Mapping[str, str]] = {
    "urgent_reason": "Say why people may be asked at night.",
    "shifts": "Two of these days overlap, or one is longer than 24 hours.",
    "ends_at": "A shift lasts a minute at least and 24 hours at most.",
    "site": "Choose a site, or type a new one.",
}
_FIELD_OF: Final[Mapping[str, str]] = {"shifts": "days", "ends_at": "days", "site": "site_id"}
_TROUBLE: Final[Mapping[str, tuple[str, str]]] = {
    "shift_in_the_past": ("days", "This begins in the past."),
    "rate_card_missing": ("service", "There is no price for this service."),
    "condition_not_on_rate_card": ("conditions", "There is no price for one of these conditions."),
    "client_not_found": ("client_id", "There is no such client."),
    "client_archived": ("client_id", "This client is archived."),
    "site_not_found": ("site_id", "There is no such site of this client."),
    "idempotency_key_reused": ("", "This form was sent before and its order is placed. Send again to place another."),
}
"""Code of an error -> the field it is about, and what to say there."""


@dataclass(frozen=True, slots=True)
class DayTyped:
    """One line of the days: a date, and times of the site's clock."""

    day: str = ""
    starts: str = ""
    ends: str = ""

    @property
    def blank(self) -> bool:
        """Whether the line says nothing: it has no date."""
        return not self.day.strip()

    def next_day(self) -> "DayTyped":
        """Return the same times a day later."""
        try:
            return replace(self, day=(date.fromisoformat(self.day.strip()) + _DAY).isoformat())
        except (ValueError, OverflowError):
            return replace(self, day="")


@dataclass(frozen=True, slots=True)
class Typed:
    """All fields as typed. `key` was made with the form: sent twice, it places one order."""

    key: str
    client_q: str = ""
    client_id: str = ""
    site_id: str = ""
    address: str = ""
    lat: str = ""
    lon: str = ""
    meeting_point: str = ""
    service: str = ""
    headcount: str = ""
    days: tuple[DayTyped, ...] = (DayTyped(),)
    later_people: str = ""
    later_from: str = ""
    conditions: tuple[str, ...] = ()
    min_tier: str = ""
    urgent: bool = False
    urgent_reason: str = ""
    note: str = ""


def typed_in(form: FormData) -> Typed:
    """Return what a form holds; what it lacks is empty."""

    def one(name: str) -> str:
        value = form.get(name, "")
        return value if isinstance(value, str) else ""

    def many(name: str) -> list[str]:
        return [value for value in form.getlist(name) if isinstance(value, str)]

    lines = zip(many("day"), many("starts"), many("ends"), strict=False)
    return Typed(
        key=one("key"),
        client_q=one("client_q"),
        client_id=one("client_id"),
        site_id=one("site_id"),
        address=one("address"),
        lat=one("lat"),
        lon=one("lon"),
        meeting_point=one("meeting_point"),
        service=one("service"),
        headcount=one("headcount"),
        days=tuple(DayTyped(*line) for line in lines)[:MOST_SHIFTS] or (DayTyped(),),
        later_people=one("later_people"),
        later_from=one("later_from"),
        conditions=tuple(many("conditions")),
        min_tier=one("min_tier"),
        urgent=bool(one("urgent")),
        urgent_reason=one("urgent_reason"),
        note=one("note"),
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the work is: a place and its zone."""

    lat: float
    lon: float
    zone: str
    region: str = ""
    site_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be understood; a part is None or empty, and has a fault, where it is missing or wrong."""

    client_id: UUID | None
    spot: Spot | None
    new_site: NewSite | None
    service: Service | None
    crews: tuple[Crew, ...]
    zone: str
    min_tier: Tier | None
    faults: Mapping[str, Fault]


async def read_typed(uow: Uow, typed: Typed) -> Reading:
    """Understand as much of a form as possible; times are taken on the site's clock, else on the franchise's."""
    faults: dict[str, Fault] = {}
    client_id = await _client(uow, typed, faults)
    spot, new_site = await _where(uow, typed, client_id, faults)
    zone = spot.zone if spot is not None else (await franchise_of(uow)).zone
    headcount = whole(typed.headcount)
    if not isinstance(headcount, int) or headcount < 1:
        faults["headcount"] = Fault("Type how many people.")
        headcount = None
    if typed.service not in set(Service):
        faults["service"] = Fault("Choose what is to be done.")
    return Reading(
        client_id=client_id,
        spot=spot,
        new_site=new_site,
        service=Service(typed.service) if typed.service in set(Service) else None,
        crews=_crews(typed, headcount, zone, faults),
        zone=zone,
        min_tier=Tier(typed.min_tier) if typed.min_tier in set(Tier) else None,
        faults=faults,
    )


def _crews(typed: Typed, headcount: int | None, zone: str, faults: dict[str, Fault]) -> tuple[Crew, ...]:
    shifts = _shifts(typed, zone, faults)
    if headcount is None or shifts is None:
        return ()
    try:
        return crews(headcount, shifts, typed.later_people, typed.later_from, zone)
    except FormUnfit as unfit:
        faults.update(unfit.faults)
        return (Crew(headcount, shifts),)


async def _client(uow: Uow, typed: Typed, faults: dict[str, Fault]) -> UUID | None:
    try:
        return (await client_of(uow, UUID(typed.client_id))).id
    except (ValueError, ClientNotFound):
        faults["client_id"] = Fault("Choose the client.")
        return None


async def _where(
    uow: Uow, typed: Typed, client_id: UUID | None, faults: dict[str, Fault]
) -> tuple[Spot | None, NewSite | None]:
    if typed.site_id == NEW_SITE:
        return await _new_site(typed, faults)
    try:
        site = await site_of(uow, UUID(typed.site_id))
    except (ValueError, SiteNotFound):
        site = None
    if site is None or site.client_id != client_id:
        faults["site_id"] = Fault(_RULES["site"])
        return None, None
    return Spot(site.lat, site.lon, site.zone, site.region, site.id), None


async def _new_site(typed: Typed, faults: dict[str, Fault]) -> tuple[Spot | None, NewSite | None]:
    given = {"address": typed.address, "lat": figure(typed.lat), "lon": figure(typed.lon)}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        point = fit(Point, {name: given[name] for name in ("lat", "lon") if name in given})
    except FormUnfit as unfit:
        faults.update(unfit.faults)
        spot = None
    else:
        locality = await asyncio.to_thread(nearest_locality, point)
        spot = Spot(point.lat, point.lon, locality.zone)
    try:
        return spot, fit(NewSite, given | {"meeting_point": typed.meeting_point})
    except FormUnfit as unfit:
        faults.update(unfit.faults)
        return spot, None


def _shifts(typed: Typed, zone: str, faults: dict[str, Fault]) -> tuple[AskedShift, ...] | None:
    lines = [line for line in typed.days if not line.blank]
    if not lines:
        faults["days"] = Fault("Type the day.")
        return None
    try:
        return tuple(_shift(line, zone) for line in lines)
    except FormUnfit as unfit:
        faults["days"] = next(iter(unfit.faults.values()))
    except WallTimeSkipped as skipped:
        figures = {"day": str(skipped.fields["wall"])[:10], "time": str(skipped.fields["wall"])[11:16]}
        faults["days"] = Fault("On %(day)s the clocks there skip %(time)s.", figures)
    except (ValueError, OverflowError, Invalid):
        faults["days"] = Fault("Type a day and two times, like 09:00.")
    return None


def _shift(line: DayTyped, zone: str) -> AskedShift:
    """Read one line; an end that is not after the start is on the next day."""
    day = date.fromisoformat(line.day.strip())
    starts, ends = time.fromisoformat(line.starts.strip()), time.fromisoformat(line.ends.strip())
    if starts.tzinfo is not None or ends.tzinfo is not None:
        raise ValueError("times of the site's clock carry no offset")
    begins = datetime.combine(day, starts)
    over = datetime.combine(day if ends > starts else day + _DAY, ends)
    times = {"starts_at": instant_of(begins, zone), "ends_at": instant_of(over, zone)}
    return fit(AskedShift, times, _RULES)


def orders_of(typed: Typed, read: Reading) -> tuple[PlaceOrder, ...]:
    """Return the orders that a form means: one, and where some start later, one more for them.

    Raises:
        FormUnfit: something is missing or wrong; every fault found is in it.
    """
    return tuple(_order(typed, read, crew) for crew in read.crews or (Crew(1, ()),))


def _order(typed: Typed, read: Reading, crew: Crew) -> PlaceOrder:
    faults = dict(read.faults)
    given = {
        "client_id": read.client_id or new_id(),
        "site_id": None if read.new_site is not None or read.spot is None else read.spot.site_id,
        "site": read.new_site,
        "service": read.service or Service.LOADING,
        "headcount": crew.headcount,
        "shifts": crew.shifts,
        "conditions": typed.conditions,
        "min_tier": typed.min_tier or None,
        "urgent": typed.urgent,
        "urgent_reason": typed.urgent_reason.strip() or None,
        "note": typed.note.strip() or None,
    }
    try:
        order = fit(PlaceOrder, given, _RULES)
    except FormUnfit as unfit:
        for name, fault in unfit.faults.items():
            if name != "site" or typed.site_id != NEW_SITE:  # what is wrong with a new site is said of its own fields
                faults.setdefault(_FIELD_OF.get(name, name), fault)
        raise FormUnfit(faults) from None
    if faults:
        raise FormUnfit(faults)
    return order


def quotes_of(typed: Typed, read: Reading) -> tuple[GetQuote, ...]:
    """Return what to ask for prices by, one for each order, as soon as service, headcount and days are known."""
    if read.service is None:
        return ()
    terms = {"service": read.service, "zone": read.zone, "conditions": typed.conditions, "urgent": typed.urgent}
    return tuple(
        fit(GetQuote, terms | {"headcount": crew.headcount, "shifts": crew.shifts}, _RULES) for crew in read.crews
    )


def need_of(typed: Typed, read: Reading, most: int) -> PreviewNeed | None:
    """Return what to ask for the people of the start by, for the first day, as soon as the place is known as well."""
    if read.spot is None or read.service is None or not read.crews:
        return None
    crew = read.crews[0]
    first = min(crew.shifts, key=lambda shift: shift.starts_at)
    return PreviewNeed(
        lat=read.spot.lat,
        lon=read.spot.lon,
        zone=read.spot.zone,
        region=read.spot.region,
        service=read.service,
        headcount=crew.headcount,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        radius_km=None,
        min_tier=read.min_tier,
        urgent=typed.urgent,
        client_id=read.client_id,
        site_id=read.spot.site_id,
        limit=most,
    )


def fault_of(trouble: DispatchError) -> dict[str, Fault]:
    """Return what stopped an order as a fault of a field; "" where it is about none."""
    if trouble.code in _TROUBLE:
        name, words = _TROUBLE[trouble.code]
        return {name: Fault(words)}
    return {"": Fault(*words_of(trouble))}


def copied(order: Mapping[str, object], times: list[tuple[datetime, datetime]], zone: str, first: date) -> Typed:
    """Return a form filled in like an order, its first day moved to another one and the others with it.

    Args:
        order: as `read_order` returns it.
        times: of its shifts, instants by start.
        zone: of its site.
        first: the day its first shift is to be on.
    """
    local = [(wall_of(starts_at, zone), wall_of(ends_at, zone)) for starts_at, ends_at in times]
    away = first - local[0][0].date()
    days = tuple(
        DayTyped((starts.date() + away).isoformat(), f"{starts:%H:%M}", f"{ends:%H:%M}") for starts, ends in local
    )
    conditions = order["conditions"]
    return Typed(
        key=str(new_id()),
        client_id=str(order["client_id"]),
        site_id=str(order["site_id"]),
        service=str(order["service"]),
        headcount=str(order["headcount"]),
        days=days,
        conditions=tuple(str(name) for name in conditions) if isinstance(conditions, list) else (),
        min_tier=str(order["min_tier"] or ""),
        urgent=bool(order["urgent"]),
        urgent_reason=str(order["urgent_reason"] or ""),
        note=str(order["note"] or ""),
    )
