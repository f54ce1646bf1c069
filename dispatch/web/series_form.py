"""A new series as typed: kept word for word for the form, and read as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData

from dispatch.kit.ids import new_id
from dispatch.kit.walltime import wall_of
from dispatch.orders.series.commands import AddException, ChangeSeriesFrom, StartSeries
from dispatch.orders.series.models import Series
from dispatch.orders.series.rules import ExceptionKind, Holidays
from dispatch.web.forms import Fault, FormUnfit, chosen_in, clock_in, day_in, fit, text_in, whole
from dispatch.workers.commands import Weekday

DAYS_LEFT_OUT: Final = 4
"""So many days can be named when a series is started; more on its page."""

SITES_SHOWN: Final = 100
"""So many sites of a client are offered."""

_RULES: Final[Mapping[str, str]] = {
    "ends_on": "The last day must not be before the first.",
    "on": "Choose at least one day of the week.",
}
_REASON: Final = "left out from the start"


@dataclass(frozen=True, slots=True)
class SeriesTyped:
    """All fields as typed; `key` was made with the form: sent twice, it starts one series."""

    key: str
    client_id: str = ""
    site_id: str = ""
    service: str = ""
    headcount: str = ""
    every: str = "week"
    on: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    n: str = "2"
    month_day: str = "1"
    start: str = "09:00"
    end: str = "18:00"
    starts_on: str = ""
    ends_on: str = ""
    skip_holidays: bool = False
    left_out: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    min_tier: str = ""
    note: str = ""


def typed_in(form: FormData) -> SeriesTyped:
    """Return what a form holds; what it lacks is empty."""
    names = ("key", "client_id", "site_id", "service", "headcount", "n", "month_day", "start", "end", "starts_on")
    given: dict[str, Any] = {name: text_in(form, name) for name in (*names, "ends_on", "min_tier", "note", "every")}
    return SeriesTyped(
        **given,
        on=tuple(chosen_in(form, "on")),
        left_out=tuple(day for day in tuple(chosen_in(form, "left_out")) if day.strip())[:DAYS_LEFT_OUT],
        conditions=tuple(chosen_in(form, "conditions")),
        skip_holidays=bool(text_in(form, "skip_holidays")),
    )


def from_order_form(form: FormData) -> SeriesTyped:
    """Return a series that repeats what the form of a new order says, on the days of the week it names."""
    days = [day for text in tuple(chosen_in(form, "day")) if (day := _date(text)) is not None]
    return SeriesTyped(
        key=str(new_id()),
        client_id=text_in(form, "client_id"),
        site_id=text_in(form, "site_id"),
        service=text_in(form, "service"),
        headcount=text_in(form, "headcount"),
        on=_weekdays(days),
        start=next(iter(tuple(chosen_in(form, "starts"))), ""),
        end=next(iter(tuple(chosen_in(form, "ends"))), ""),
        starts_on=min(days).isoformat() if days else "",
        conditions=tuple(chosen_in(form, "conditions")),
        min_tier=text_in(form, "min_tier"),
        note=text_in(form, "note"),
    )


def from_order(
    order: Mapping[str, Any], times: Sequence[tuple[datetime, datetime]], zone: str, first: date
) -> SeriesTyped:
    """Return a series that repeats an order.

    Args:
        order: as `read_order` returns it.
        times: of its shifts, instants.
        zone: of its site.
        first: before which no day lies.
    """
    local = [(wall_of(starts_at, zone), wall_of(ends_at, zone)) for starts_at, ends_at in times]
    return SeriesTyped(
        key=str(new_id()),
        client_id=str(order["client_id"]),
        site_id=str(order["site_id"]),
        service=str(order["service"]),
        headcount=str(order["headcount"]),
        on=_weekdays([starts.date() for starts, _ in local]),
        start=f"{local[0][0]:%H:%M}" if local else "",
        end=f"{local[0][1]:%H:%M}" if local else "",
        starts_on=max(first, *(starts.date() + timedelta(days=7) for starts, _ in local[:1])).isoformat(),
        conditions=tuple(order["conditions"]),
        min_tier=str(order["min_tier"] or ""),
        note=str(order["note"] or ""),
    )


def series_of_form(typed: SeriesTyped) -> tuple[StartSeries, list[AddException]]:
    """Return what a form means.

    Raises:
        FormUnfit: something is missing or wrong, by field.
    """
    faults: dict[str, Fault] = {}
    left_out = [_date(text) for text in typed.left_out]
    if None in left_out:
        faults["left_out"] = Fault("Type a day.")
    given = {
        "client_id": _id(typed.client_id, faults, "client_id", "Choose the client."),
        "site_id": _id(typed.site_id, faults, "site_id", "Choose a site that is kept."),
        "service": typed.service,
        "headcount": whole(typed.headcount),
        "pattern": _pattern(typed, faults),
        "start": _time(typed.start),
        "end": _time(typed.end),
        "starts_on": _date(typed.starts_on),
        "ends_on": _date(typed.ends_on) if typed.ends_on else None,
        "holidays": Holidays.SKIP if typed.skip_holidays else Holidays.WORK,
        "conditions": typed.conditions,
        "min_tier": typed.min_tier or None,
        "note": typed.note or None,
    }
    try:
        command = fit(StartSeries, given, _RULES)
    except FormUnfit as unfit:
        known = {"pattern": "on"}
        for name, fault in unfit.faults.items():
            faults.setdefault(known.get(name, name), fault)
        raise FormUnfit(faults) from None
    if typed.ends_on and command.ends_on is None:
        faults["ends_on"] = Fault("Type a day.")
    if faults:
        raise FormUnfit(faults)
    days = sorted({day for day in left_out if day is not None})
    return command, [AddException(day=day, kind=ExceptionKind.OUT, reason=_REASON) for day in days]


def typed_of(series: Series) -> SeriesTyped:
    """Return a series as a form would have typed it."""
    pattern = series.pattern
    kept = SeriesTyped(
        key="",
        site_id=str(series.site_id),
        service=series.service,
        headcount=str(series.headcount),
        every=pattern["every"],
        start=f"{series.local_start:%H:%M}",
        end=f"{series.local_end:%H:%M}",
    )
    match pattern["every"]:
        case "days":
            return replace(kept, n=str(pattern["n"]))
        case "month":
            return replace(kept, month_day=str(pattern["day"]))
    return replace(kept, on=tuple(pattern["on"]))


def change_from(form: FormData, series: Series) -> ChangeSeriesFrom:
    """Return what a form changes of a series from a day on; what is as before is left out.

    Raises:
        FormUnfit: something cannot be read, or nothing changes.
    """
    faults: dict[str, Fault] = {}
    typed, was = typed_in(form), typed_of(series)
    since, start, end = day_in(form, "since"), clock_in(form, "start"), clock_in(form, "end")
    if since is None:
        faults["since"] = Fault("Type a day.")
    pattern = _pattern(typed, faults)
    wanted: dict[str, object] = {
        "site_id": None if typed.site_id in ("", was.site_id) else typed.site_id,
        "service": None if typed.service in ("", was.service) else typed.service,
        "headcount": None if typed.headcount == was.headcount else whole(typed.headcount) or 0,
        "pattern": None if pattern == series.pattern else pattern,
        "start": None if start == series.local_start else start,
        "end": None if end == series.local_end else end,
    }
    if faults:
        raise FormUnfit(faults)
    if not any(value is not None for value in wanted.values()):
        raise FormUnfit({"": Fault("Change something first.")})
    return fit(ChangeSeriesFrom, wanted | {"since": since})


def with_first(typed: SeriesTyped, service: str, site_id: str) -> SeriesTyped:
    """Return a form with what there is only one of, or a first of, chosen where nothing was."""
    return replace(typed, service=typed.service or service, site_id=typed.site_id or site_id)


def _pattern(typed: SeriesTyped, faults: dict[str, Fault]) -> dict[str, object]:
    match typed.every:
        case "days":
            n = whole(typed.n)
            if not isinstance(n, int) or not 1 <= n <= 366:  # noqa: PLR2004 - a year
                faults["n"] = Fault("Type a whole number.")
                n = 1
            return {"every": "days", "n": n}
        case "month":
            day = whole(typed.month_day)
            if not isinstance(day, int) or not 1 <= day <= 31:  # noqa: PLR2004 - a month
                faults["month_day"] = Fault("Type a whole number.")
                day = 1
            return {"every": "month", "day": day}
    on = [day for day in typed.on if day in set(Weekday)]
    if not on:
        faults["on"] = Fault(_RULES["on"])
    return {"every": "week", "on": on or [Weekday.MON]}


def _id(text: str, faults: dict[str, Fault], name: str, words: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        faults[name] = Fault(words)
        return new_id()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        return None


def _weekdays(days: Sequence[date]) -> tuple[str, ...]:
    order = tuple(Weekday)
    return tuple(str(day) for n, day in enumerate(order) if n in {one.weekday() for one in days}) or ("mon",)
