"""Made-up workers: who they are, where they live, what they can do and when. Pure, from one stream of chance."""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from random import Random
from typing import Final, TypeVar

from dispatch.kit.ids import new_id
from dispatch.seed.cities import City
from dispatch.seed.names import NAMES
from dispatch.sms.tongues import Language
from dispatch.tenancy.policy import Engagement
from dispatch.workers.bulk import NewDocument, NewWorker
from dispatch.workers.rules import ALWAYS, Availability, Cycle, LocationQuality
from dispatch.workers.skills import DOCUMENTS, DocumentKind, Service, to_mask

LANGUAGES: Final = {Language.RU: 80, Language.UZ: 9, Language.TG: 7, Language.EN: 2, Language.ES: 1, Language.HU: 1}
"""What they write in, as shares of a hundred."""
SKILLS: Final = {
    Service.LOADING: 0.94,
    Service.MOVING: 0.65,
    Service.SNOW_REMOVAL: 0.45,
    Service.ROOF_WORK: 0.07,
    Service.CLEANING: 0.2,
    Service.CASHIER: 0.05,
}
"""The part of them who can do it; who can do nothing else loads."""
URGENT: Final = 0.5
"""The part who agreed to be asked at any hour."""

_Choice = TypeVar("_Choice")

_CODES: Final = ("972", "973", "974", "975", "976")
_NUMBERS: Final = 10_000_000
_STRIDE: Final = 7_368_787
_ENGAGEMENTS: Final = {Engagement.CIVIL_LAW: 65, Engagement.SELF_EMPLOYED: 35}
_QUALITIES: Final = {LocationQuality.ADDRESS: 90, LocationQuality.DISTRICT: 8, LocationQuality.CITY: 2}
_RADII_M: Final = (15_000, 25_000, 40_000, 60_000)
_WORKDAYS: Final = 0b001_1111
_WEEKEND: Final = 0b110_0000
_WITH_CALENDAR: Final = 0.18
_SHORT_REST: Final = 0.1
_LATEST_VALID: Final = 700


def phone_number(index: int) -> str:
    """Return the mobile number of the so-many-th made-up person; no two are alike below fifty million.

    The stride is coprime to ten million, so within a code the numbers run through all of it in no visible order.
    """
    block, position = divmod(index, _NUMBERS)
    return f"+7{_CODES[block]}{position * _STRIDE % _NUMBERS:07d}"


def draw_workers(city: City, count: int, *, first_index: int, today: date, random: Random) -> Iterator[NewWorker]:
    """Draw the people of one city.

    Args:
        city: where they live.
        count: how many.
        first_index: how many were drawn before, in any city: it numbers their phones.
        today: the day calendars and documents are reckoned from.
        random: what decides.
    """
    for index in range(first_index, first_index + count):
        yield _draw(city, index, today, random)


def _draw(city: City, index: int, today: date, random: Random) -> NewWorker:
    language = _one_of(LANGUAGES, random)
    names = NAMES[language]
    services = [service for service, share in SKILLS.items() if random.random() < share] or [Service.LOADING]
    return NewWorker(
        id=new_id(),
        e164=phone_number(index),
        first_name=random.choice(names.first),
        last_name=random.choice(names.last),
        language=language,
        point=city.home(random),
        zone=city.place.zone,
        location_quality=_one_of(_QUALITIES, random),
        radius_m=random.choice(_RADII_M),
        skills=to_mask(services),
        engagement=_one_of(_ENGAGEMENTS, random),
        urgent_ok=random.random() < URGENT,
        short_rest_ok=random.random() < _SHORT_REST,
        availability=_calendar(today, random),
        documents=tuple(_document(kind, today, random) for service in services for kind in DOCUMENTS[service]),
    )


def _calendar(today: date, random: Random) -> Availability | None:
    """Draw a calendar; most have none and can be asked for any time."""
    if random.random() >= _WITH_CALENDAR:
        return None
    return random.choice(
        (
            Availability(cycle=Cycle(today - timedelta(days=random.randrange(4)), days_on=2, days_off=2)),
            Availability(weekdays=_WORKDAYS),
            Availability(weekdays=_WEEKEND),
            Availability(from_time=time(8), to_time=time(22)),
            ALWAYS,
        )
    )


def _document(kind: DocumentKind, today: date, random: Random) -> NewDocument:
    valid_until = today + timedelta(days=random.randrange(-30, _LATEST_VALID))
    return NewDocument(kind, valid_until, number=f"{random.randrange(10**6):06d}")


def _one_of(shares: Mapping[_Choice, int], random: Random) -> _Choice:
    """Draw a key by its share of a hundred."""
    left = random.random() * 100
    for choice, share in shares.items():
        left -= share
        if left < 0:
            return choice
    return next(iter(shares))
