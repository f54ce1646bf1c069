"""The life of a worker and his calendar. Pure: no database, no clock of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.kit.states import Moves
from dispatch.tenancy.rules import require_aware

EVERY_DAY: Final = 0b111_1111
_DAY: Final = timedelta(hours=24)


class WorkerStatus(StrEnum):
    """Where a man is with his home franchise; only an active one is invited."""

    APPLICANT = "applicant"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"
    BANNED = "banned"


_S = WorkerStatus

WORKER_MOVES: Final = Moves(
    "workers",
    frozenset(
        {
            (_S.APPLICANT, _S.ACTIVE),
            (_S.APPLICANT, _S.ARCHIVED),
            (_S.ACTIVE, _S.PAUSED),
            (_S.PAUSED, _S.ACTIVE),
            (_S.ACTIVE, _S.ARCHIVED),
            (_S.PAUSED, _S.ARCHIVED),
            (_S.ARCHIVED, _S.APPLICANT),
            (_S.ACTIVE, _S.BANNED),
            (_S.PAUSED, _S.BANNED),
            (_S.APPLICANT, _S.BANNED),
            (_S.BANNED, _S.ACTIVE),
        }
    ),
    {
        (_S.ACTIVE, _S.ACTIVE): "activating an active man changes nothing",
        (_S.PAUSED, _S.PAUSED): "pausing twice changes nothing",
        (_S.ARCHIVED, _S.ARCHIVED): "archiving twice changes nothing",
        (_S.APPLICANT, _S.APPLICANT): "taking back an applicant changes nothing",
    },
)
"""The house table; the same pairs are in the database. A ban is the network's: no franchise sets or lifts one."""


class Stage(StrEnum):
    """How far a recruiter has come with somebody who may work for the franchise."""

    LEAD = "lead"
    CALLED = "called"
    INTERVIEW = "interview"
    VETTING = "vetting"
    READY = "ready"
    REFUSED = "refused"


_G = Stage
OPEN_STAGES: Final = (_G.LEAD, _G.CALLED, _G.INTERVIEW, _G.VETTING)
RECRUIT_MOVES: Final = Moves(
    "recruits",
    frozenset(
        {
            (_G.LEAD, _G.CALLED),
            (_G.LEAD, _G.INTERVIEW),
            (_G.CALLED, _G.LEAD),
            (_G.CALLED, _G.INTERVIEW),
            (_G.INTERVIEW, _G.CALLED),
            (_G.INTERVIEW, _G.VETTING),
            (_G.VETTING, _G.INTERVIEW),
            (_G.VETTING, _G.READY),
        }
        | {(stage, _G.REFUSED) for stage in OPEN_STAGES}
        | {(_G.REFUSED, stage) for stage in OPEN_STAGES}
    ),
    {(stage, stage): "pressing the button twice changes nothing" for stage in Stage},
)
"""The funnel; the same pairs are in the database. Ready is final: from there on his status as a worker counts."""


class Attestation(StrEnum):
    """What can be attested of a man. He is invitable when interviewed and willing to get offers."""

    VETTING = "vetting"
    CONSENT_OFFERS = "consent_offers"
    CONSENT_URGENT = "consent_urgent"
    CONSENT_MARKETING = "consent_marketing"
    SKILLS = "skills_checked"
    """Somebody made sure that he can do what is noted."""
    DOCUMENTS = "documents_seen"
    """Somebody saw the papers that are noted."""


class LocationQuality(StrEnum):
    """How well his place is known. Distances from a district or a city are guesses, so such men rank last."""

    ADDRESS = "address"
    DISTRICT = "district"
    CITY = "city"


class Ring(StrEnum):
    """How far away a guest lives, as coarse as a franchise that may not know his address is told."""

    NEAR = "under_5_km"
    MIDDLE = "5_to_15_km"
    FAR = "15_to_50_km"
    BEYOND = "over_50_km"


def ring_of(metres: float) -> Ring:
    """Return the ring of a distance in metres."""
    bounds = ((5_000, Ring.NEAR), (15_000, Ring.MIDDLE), (50_000, Ring.FAR))
    return next((ring for bound, ring in bounds if metres < bound), Ring.BEYOND)


@dataclass(frozen=True, slots=True)
class Cycle:
    """So many days on, so many off, counted from a day that is the first on; it goes back before the anchor too."""

    anchor: date
    days_on: int
    days_off: int

    def is_on(self, day: date) -> bool:
        """Tell whether this is a day on."""
        return (day - self.anchor).days % (self.days_on + self.days_off) < self.days_on


@dataclass(frozen=True, slots=True)
class Availability:
    """When a man can work, on the clock of his own zone; by default always.

    Attributes:
        weekdays: bit 0 is Monday; the day on which a shift starts.
        from_time: no shift starts earlier.
        to_time: shifts end the same day, by then; None: they may end at any time, also the next morning.
        cycle: the days on among these, such as two on, two off.
    """

    weekdays: int = EVERY_DAY
    from_time: time = time(0)
    to_time: time | None = None
    cycle: Cycle | None = None


ALWAYS: Final = Availability()


def available(
    availability: Availability,
    absences: Iterable[tuple[datetime, datetime | None]],
    zone: ZoneInfo,
    starts_at: datetime,
    ends_at: datetime,
) -> bool:
    """Tell whether a shift fits a man's calendar; the same rule as `available_by_calendar` in the database.

    Args:
        availability: his calendar.
        absences: stretches [from, until) he is away, None for an open end.
        zone: his own, in which weekdays and times are read.
        starts_at: the shift's start, aware.
        ends_at: its end, aware, later than the start.

    Raises:
        ValueError: a moment is naive.
    """
    # In UTC, because two moments of one zone subtract and compare by their wall clocks.
    starts, ends = require_aware(starts_at).astimezone(UTC), require_aware(ends_at).astimezone(UTC)
    if any(require_aware(since) < ends and (until is None or starts < until) for since, until in absences):
        return False
    start, end = starts.astimezone(zone), ends.astimezone(zone)
    if not availability.weekdays >> start.weekday() & 1 or start.time() < availability.from_time:
        return False
    if availability.to_time is not None and not (
        ends - starts < _DAY and end.date() == start.date() and end.time() <= availability.to_time
    ):
        return False
    return availability.cycle is None or availability.cycle.is_on(start.date())
