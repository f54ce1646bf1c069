"""What people fill in about a person, read into the fields of commands."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from dispatch.web.forms import Fault, FormUnfit, chosen_in, day_in, text_in, whole

_METRES: Final = 1000


def days_away(form: FormData, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return from when until when somebody is away, who named his first and his last day on his own clock.

    Raises:
        FormUnfit: there is no such day, or no first one.
    """
    first, last = day_in(form, "first_day"), day_in(form, "last_day")
    if first is None:
        raise FormUnfit({"first_day": Fault("Say from which day on he is away.")})
    ends = None if last is None else datetime.combine(last + timedelta(days=1), time.min, zone)
    return datetime.combine(first, time.min, zone), ends


def person(form: FormData) -> dict[str, Any]:
    """Return the facts of a person that both forms have, the new one's and the change's; figures left out are usual."""
    figures = {name: whole(text_in(form, name)) for name in ("radius_km", "daily_offers")}
    radius = figures["radius_km"]
    return {
        "first_name": text_in(form, "first_name"),
        "last_name": text_in(form, "last_name"),
        "language": text_in(form, "language") or "ru",
        "address": text_in(form, "address"),
        "radius_m": radius * _METRES if isinstance(radius, int) else 50 * _METRES if radius is None else radius,
        "skills": frozenset(chosen_in(form, "skills")),
        "engagement": text_in(form, "engagement") or "civil_law",
        "short_rest_ok": "short_rest_ok" in form,
        "daily_offers": 3 if figures["daily_offers"] is None else figures["daily_offers"],
        "external_id": text_in(form, "external_id") or None,
        "note": text_in(form, "note"),
    }


def residence(form: FormData) -> dict[str, str]:
    """Return where he lives, as far as it was filled in."""
    typed: Iterable[tuple[str, str]] = ((name, text_in(form, name)) for name in ("city", "district"))
    return {name: value for name, value in typed if value}
