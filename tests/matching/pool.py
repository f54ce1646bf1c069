"""Two thousand made-up men around difficult places, with every fact that a rule of matching looks at.

The facts stay here as plain Python, so that what the database answers can be reckoned again without asking it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.geo import Point
from dispatch.workers.bulk import NewDocument, NewWorker
from dispatch.workers.rules import Availability, Cycle, LocationQuality
from dispatch.workers.skills import DocumentKind
from tests.factories.workers import new_worker


class Site(NamedTuple):
    """A place to match for, and how its men are spread around it: how many, how far in metres."""

    lat: float
    lon: float
    zone: str
    men: int
    nearest_m: float
    spread_m: float


SITES: Final = {
    "sennaya": Site(59.927, 30.318, "Europe/Moscow", 1000, 0, 13_000),
    "antimeridian east": Site(66.3, 179.9, "Asia/Anadyr", 260, 0, 11_000),
    "antimeridian west": Site(66.3, -179.9, "Asia/Anadyr", 60, 0, 11_000),
    "seventy north": Site(70.0, 30.0, "Europe/Moscow", 300, 0, 11_000),
    "one point": Site(55.75, 37.62, "Europe/Moscow", 220, 0, 0),
    "nobody near": Site(62.0, 100.0, "Asia/Krasnoyarsk", 60, 120_000, 30_000),
}
_ZONES: Final = ("Europe/Kaliningrad", "Asia/Kamchatka", "Asia/Yekaterinburg", "America/New_York", "Asia/Kolkata")
_RATINGS: Final = ("1.40", "1.99", "2.00", "2.75", "3.00", "3.50", "3.99", "4.00", "4.35", "4.90")
_HOUR: Final = timedelta(hours=1)


class Stretch(NamedTuple):
    """Another shift somebody may hold a seat of; hours from the start of the shift to match, or from now."""

    from_now: bool
    starts_h: float
    hours: float
    known_client: bool = False


STRETCHES: Final = {
    # Around the shift to match, which lasts eight hours: an hour to leave the site, eight hours of rest.
    "inside": Stretch(from_now=False, starts_h=2, hours=4),
    "ends at its start": Stretch(from_now=False, starts_h=-4, hours=4),
    "ends half an hour before": Stretch(from_now=False, starts_h=-4.5, hours=4),
    "ends an hour before": Stretch(from_now=False, starts_h=-5, hours=4),
    "ends under eight hours before": Stretch(from_now=False, starts_h=-11.5, hours=4),
    "ends eight hours before": Stretch(from_now=False, starts_h=-12, hours=4),
    "starts half an hour after": Stretch(from_now=False, starts_h=8.5, hours=4),
    "starts an hour after": Stretch(from_now=False, starts_h=9, hours=4),
    "starts under eight hours after": Stretch(from_now=False, starts_h=15.9, hours=4),
    "starts eight hours after": Stretch(from_now=False, starts_h=16, hours=4),
    # The past, for fairness; in two of them the client of the shift to match was served.
    "two days ago": Stretch(from_now=True, starts_h=-48, hours=10, known_client=True),
    "three days ago": Stretch(from_now=True, starts_h=-76, hours=24),
    "across the edge of the window": Stretch(from_now=True, starts_h=-7 * 24 - 3, hours=5),
    "eight days ago": Stretch(from_now=True, starts_h=-8 * 24, hours=12, known_client=True),
}
AROUND: Final = tuple(name for name, stretch in STRETCHES.items() if not stretch.from_now)
PAST: Final = tuple(name for name, stretch in STRETCHES.items() if stretch.from_now)


class HeldSeat(NamedTuple):
    """A seat in one of the stretches."""

    stretch: str
    kind: str
    status: str


class ContactDay(NamedTuple):
    """What was sent to a man on a day of his phone's zone."""

    day: date
    unanswered: int
    guest_unanswered: int
    texts: int


@dataclass(frozen=True, slots=True)
class Man:
    """One man and all that is known of him; `worker` is his pool row as it is stored first, `home` his franchise."""

    worker: NewWorker
    guest: bool
    phone_zone: str
    rating: Decimal
    status: str = "active"
    vetted: bool = True
    consents: bool = True
    capped_until: datetime | None = None
    answers: tuple[int, int] = (0, 0)
    shows: tuple[int, int] = (0, 0)
    opted_out: bool = False
    dead: bool = False
    absence: tuple[datetime, datetime | None] | None = None
    contact: ContactDay | None = None
    standing: tuple[str, datetime | None] | None = None
    barred: str | None = None
    """Do-not-return: who decided, and of what: `client`, `worker`, `site`, `other site`, `other client`."""
    invited: bool = False
    test: bool = False
    """One of the people whom orders of test keys are tried on."""
    seats: Sequence[HeldSeat] = field(default=())

    @property
    def id(self) -> UUID:
        return self.worker.id


def draw_pool(now: datetime, random: Random) -> list[Man]:
    """Draw everybody; about half of them may be asked for a usual shift."""
    men = [_draw(site, now, random) for site in SITES.values() for _ in range(site.men)]
    # Forty men nobody can tell apart: the tie must be broken the same way every time.
    usual = {"point": _middle(SITES["one point"]), "skills": 0b11_1111}
    return men + [
        Man(new_worker(**usual), guest=False, phone_zone="Europe/Moscow", rating=Decimal("4.50")) for _ in range(40)
    ]


def _middle(site: Site) -> Point:
    return Point(lat=site.lat, lon=site.lon)


def _draw(site: Site, now: datetime, random: Random) -> Man:
    def chance(share: float) -> bool:
        return random.random() < share

    zone = site.zone if chance(0.6) else random.choice(_ZONES)
    phone_zone = zone if chance(0.9) else random.choice(_ZONES)
    worker = new_worker(
        point=_home(site, random),
        zone=zone,
        location_quality=LocationQuality.ADDRESS if chance(0.85) else random.choice(list(LocationQuality)),
        radius_m=random.choice((5_000, 12_000, 25_000, 60_000)) if chance(0.5) else 60_000,
        skills=sum(bit for bit in (1, 2, 4, 8, 16, 32) if chance(0.85)),
        urgent_ok=chance(0.6),
        short_rest_ok=chance(0.3),
        daily_offers=random.choice((0, 1, 2, 3, 8)) if chance(0.3) else 3,
        availability=_calendar(now.date(), random) if chance(0.25) else None,
        documents=tuple(_documents(now.date(), random)),
    )
    man = Man(worker, guest=chance(0.3), phone_zone=phone_zone, rating=Decimal(random.choice(_RATINGS)))
    days = [(moment.astimezone(ZoneInfo(phone_zone))).date() for moment in (now, now + timedelta(days=1))]
    unanswered = random.randrange(4)
    test = chance(0.04)
    return replace(
        man,
        status="paused" if chance(0.02) else "active",
        vetted=not chance(0.02),
        consents=not chance(0.02),
        capped_until=now + timedelta(days=random.choice((-1, 20))) if chance(0.08) else None,
        answers=(random.randrange(20), random.randrange(20)),
        shows=(random.randrange(30), random.randrange(5)),
        opted_out=chance(0.03),
        dead=chance(0.03),
        absence=_absence(now, random) if chance(0.08) else None,
        contact=ContactDay(
            random.choice(days), unanswered, random.randint(0, unanswered), random.choice((unanswered, 7, 8))
        )
        if chance(0.15)
        else None,
        standing=random.choice(
            (("ok", None), ("excluded", None), ("suspended", None), ("suspended", now + timedelta(days=3)),
             ("suspended", now - timedelta(days=3)))
        ) if chance(0.08) else None,
        barred=random.choice(("client", "worker", "site", "other site", "other client")) if chance(0.08) else None,
        invited=chance(0.04) and not test,
        test=test,
        seats=tuple(_seats(random)) if chance(0.35) and not test else (),
    )  # fmt: skip


def _home(site: Site, random: Random) -> Point:
    """Draw a place at a random bearing; on the sphere, so that it works beside the antimeridian and far north."""
    metres = abs(random.gauss(0, site.spread_m)) + site.nearest_m
    bearing, angle = random.uniform(0, 2 * math.pi), metres / 6_371_008.8
    lat, lon = math.radians(site.lat), math.radians(site.lon)
    there = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
    east = math.atan2(
        math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(there)
    )
    if not metres:
        return _middle(site)
    return Point(lat=math.degrees(there), lon=(math.degrees(lon + east) + 540) % 360 - 180)


def _calendar(today: date, random: Random) -> Availability:
    return random.choice(
        (
            Availability(cycle=Cycle(today - timedelta(days=random.randrange(4)), days_on=2, days_off=2)),
            Availability(cycle=Cycle(today + timedelta(days=random.randrange(9)), days_on=3, days_off=1)),
            Availability(weekdays=random.randrange(128)),
            Availability(from_time=time(8), to_time=time(22)),
            Availability(from_time=time(random.randrange(24))),
        )
    )


def _documents(today: date, random: Random) -> list[NewDocument]:
    return [
        NewDocument(
            kind,
            random.choice((None, today + timedelta(days=random.choice((-5, 0, 1, 2, 3, 400))))),
            region=random.choice((None, None, "SPE", "MOW")),
        )
        for kind in (DocumentKind.MEDICAL_BOOK, DocumentKind.HEIGHT_PERMIT)
        if random.random() < 0.7
    ]


def _absence(now: datetime, random: Random) -> tuple[datetime, datetime | None]:
    since = now + random.randrange(-40, 60) * _HOUR
    return since, random.choice((None, since + random.randrange(1, 48) * _HOUR))


def _seats(random: Random) -> list[HeldSeat]:
    around = HeldSeat(
        random.choice(AROUND),
        random.choice(("primary", "reserve", "standby")),
        random.choice(("booked", "reconfirmed", "doubtful", "cancelled_by_worker", "released")),
    )
    past = [
        HeldSeat(name, random.choice(("primary", "reserve")), random.choice(("completed", "completed", "no_show")))
        for name in PAST
        if random.random() < 0.4
    ]
    return [around, *past] if random.random() < 0.5 else past


def stretch_times(stretch: Stretch, now: datetime, start: datetime) -> tuple[datetime, datetime]:
    """Return when one of the other shifts starts and ends, for a moment of drawing and a shift to match."""
    begins = (now if stretch.from_now else start) + stretch.starts_h * _HOUR
    return begins.astimezone(UTC), (begins + stretch.hours * _HOUR).astimezone(UTC)
