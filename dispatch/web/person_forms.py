"""What people fill in about a person, turned into the commands of the domain; what cannot be is refused in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from dispatch.kit.errors import Invalid

CommandT = TypeVar("CommandT", bound=BaseModel)

_WORDS: Final[Mapping[str, str]] = {"missing": "is missing", "int_parsing": "is no number", "enum": "is unknown"}
_METRES: Final = 1000


class FieldRefused(Invalid):
    """Something in the form cannot be used as it stands; the sentence names the field."""


def fill(kind: type[CommandT], /, **given: object) -> CommandT:
    """Make a command of what was filled in.

    Raises:
        FieldRefused: a field does not hold what it should; of several the first is told.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise FieldRefused(f"{field}: {_WORDS.get(fault['type'], fault['msg'])}" if field else fault["msg"]) from None


def text(form: FormData, name: str) -> str:
    """Return what was typed into a field, without blanks around it; empty where it was not sent."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def chosen(form: FormData, name: str) -> list[str]:
    """Return everything that was ticked under a name."""
    return [value for value in form.getlist(name) if isinstance(value, str)]


def whole(form: FormData, name: str, usual: int, *, times: int = 1) -> int:
    """Return a whole number of units, or the usual number where nothing was typed.

    Raises:
        FieldRefused: it is no number.
    """
    typed = text(form, name)
    if not typed:
        return usual * times
    try:
        return int(typed) * times
    except ValueError:
        raise FieldRefused(f"{name}: '{typed[:20]}' is no whole number.") from None


def day(form: FormData, name: str) -> date | None:
    """Return a date as browsers send it; None where none was chosen.

    Raises:
        FieldRefused: there is no such day.
    """
    typed = text(form, name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise FieldRefused(f"{name}: '{typed[:20]}' is no date: write it like 2026-12-31.") from None


def clock(form: FormData, name: str) -> time | None:
    """Return a time of day as browsers send it; None where none was chosen.

    Raises:
        FieldRefused: there is no such time.
    """
    typed = text(form, name)
    try:
        return time.fromisoformat(typed) if typed else None
    except ValueError:
        raise FieldRefused(f"{name}: '{typed[:20]}' is no time: write it like 08:00.") from None


def days_away(form: FormData, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return from when until when somebody is away, who named his first and his last day on his own clock.

    Raises:
        FieldRefused: there is no such day, or no first one.
    """
    first, last = day(form, "first_day"), day(form, "last_day")
    if first is None:
        raise FieldRefused("first_day: say from which day on he is away.")
    ends = None if last is None else datetime.combine(last + timedelta(days=1), time.min, zone)
    return datetime.combine(first, time.min, zone), ends


def person(form: FormData) -> dict[str, Any]:
    """Return the facts of a person that both forms have, the new one's and the change's."""
    return {
        "first_name": text(form, "first_name"),
        "last_name": text(form, "last_name"),
        "language": text(form, "language") or "ru",
        "address": text(form, "address"),
        "radius_m": whole(form, "radius_km", 50, times=_METRES),
        "skills": frozenset(chosen(form, "skills")),
        "engagement": text(form, "engagement") or "civil_law",
        "short_rest_ok": "short_rest_ok" in form,
        "daily_offers": whole(form, "daily_offers", 3),
        "external_id": text(form, "external_id") or None,
        "note": text(form, "note"),
    }


def residence(form: FormData) -> dict[str, str]:
    """Return where he lives, as far as it was filled in."""
    typed: Iterable[tuple[str, str]] = ((name, text(form, name)) for name in ("city", "district"))
    return {name: value for name, value in typed if value}
