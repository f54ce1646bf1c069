"""What can be asked of workers; the HTTP bodies, too."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Base64Bytes, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dispatch.kit.geo import Point, ZoneName
from dispatch.kit.text import Clean, ExternalId, JsonInt4, ShortText
from dispatch.kit.walltime import Instant
from dispatch.sms.tongues import Language
from dispatch.tenancy.policy import Engagement
from dispatch.workers.rules import Attestation, Availability, Cycle
from dispatch.workers.skills import DocumentKind, Service

FirstName = Annotated[str, Clean(max_length=80)]
LastName = Annotated[str, Clean(max_length=120, min_length=0)]
PhoneText = Annotated[str, Clean(max_length=40)]
Note = Annotated[str, Clean(max_length=2000, min_length=0, lines=True)]
Address = Annotated[str, Clean(max_length=400, min_length=0)]
Basis = Annotated[str, Clean(min_length=3, max_length=500, lines=True)]
Radius = Annotated[JsonInt4, Field(ge=500, le=500_000, description="metres")]
DailyOffers = Annotated[JsonInt4, Field(ge=0, le=8)]
Services = Annotated[frozenset[Service], Field(max_length=len(Service))]

MOST_ATTESTED: Final = 10_000
LARGEST_ATTACHMENT: Final = 4 * 1024 * 1024
"""Bytes of a file inside a request; in Base64 it stays below what a body may hold."""

Attachment = Annotated[
    Base64Bytes, Field(min_length=1, max_length=LARGEST_ATTACHMENT, description="a PNG, JPEG or PDF in Base64")
]


class Weekday(StrEnum):
    """A day of the week; its bit in the stored calendar is its position here."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Command(BaseModel):
    """A request to change something: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Residence(Command):
    """Where he lives, as exactly as is known: degrees of WGS 84, else the district or the middle of the city.

    With none of these he is placed in the middle of the franchise's own city. Such guesses are kept as what they are,
    and their owners rank last, never excluded.
    """

    lat: Annotated[float, Field(strict=True, ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(strict=True, ge=-180, le=180)] | None = None
    city: ShortText | None = None
    district: ShortText | None = None
    zone: ZoneName | None = None
    """His own time zone; derived from the place when not given."""

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon: give both or neither")
        return self

    @property
    def point(self) -> Point | None:
        """The exact place, where it is known."""
        return None if self.lat is None or self.lon is None else Point(lat=self.lat, lon=self.lon)


class RegisterWorker(Command):
    """Take a man into the pool, as an applicant."""

    phone: PhoneText
    first_name: FirstName
    last_name: LastName = ""
    language: Language = Language.RU
    residence: Residence = Residence()
    address: Address = ""
    radius_m: Radius = 50_000
    skills: Services = frozenset()
    engagement: Engagement = Engagement.CIVIL_LAW
    short_rest_ok: bool = False
    daily_offers: DailyOffers = 3
    external_id: ExternalId | None = None
    note: Note = ""
    shares_phone: bool = False
    """He is reached at a number that somebody else holds; each of them then gets a code of his own."""


class ChangeWorker(Command):
    """Change what is given, leave the rest. `external_id: null` removes it; nothing else may be null.

    A residence is given anew as a whole; with nothing but a zone he stays where he is and only his clock changes.
    """

    phone: PhoneText | None = None
    first_name: FirstName | None = None
    last_name: LastName | None = None
    language: Language | None = None
    residence: Residence | None = None
    address: Address | None = None
    radius_m: Radius | None = None
    skills: Services | None = None
    engagement: Engagement | None = None
    short_rest_ok: bool | None = None
    daily_offers: DailyOffers | None = None
    external_id: ExternalId | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one field to change")
        for name in sorted(self.model_fields_set - {"external_id"}):
            if getattr(self, name) is None:
                raise ValueError(f"{name}: leave it out, or send a value")
        if self.residence is not None and not self.residence.model_fields_set:
            raise ValueError("residence: say where he lives now")
        return self


class SetSkills(Command):
    """Say everything he can do; what is not named he cannot."""

    skills: Services


def _midnight_is_the_end(value: object) -> object:
    return None if value == "24:00" else value


def _whole_minute(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("give hours and minutes without an offset, like 08:00; they are read on his own clock")
    return value


WallMinute = Annotated[time, AfterValidator(_whole_minute)]


class WorkCycle(Command):
    """So many days on, so many off, from a day that is the first on: two days on and two off say."""

    anchor: date
    days_on: Annotated[JsonInt4, Field(ge=1, le=60)]
    days_off: Annotated[JsonInt4, Field(ge=1, le=60)]


class SetAvailability(Command):
    """When he can work, on his own clock.

    A shift must start on one of the weekdays, not before `from_time`; with a `to_time` it must end the same day by
    then. A night worker has no `to_time` (null or `24:00`): his shifts may end the next morning.
    """

    weekdays: Annotated[frozenset[Weekday], Field(min_length=1, max_length=7)] = frozenset(Weekday)
    from_time: WallMinute = time(0)
    to_time: Annotated[WallMinute | None, BeforeValidator(_midnight_is_the_end)] = None
    cycle: WorkCycle | None = None

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.to_time is not None and self.to_time <= self.from_time:
            raise ValueError("to_time: must be later than from_time; leave it out for work through the night")
        return self

    def calendar(self) -> Availability:
        """Return the same as the rules know it."""
        cycle = None if self.cycle is None else Cycle(self.cycle.anchor, self.cycle.days_on, self.cycle.days_off)
        mask = sum(1 << position for position, day in enumerate(Weekday) if day in self.weekdays)
        return Availability(mask, self.from_time, self.to_time, cycle)


class AddAbsence(Command):
    """He is away from a moment until another; without an end until it is taken back."""

    starts_at: Instant
    ends_at: Instant | None = None
    reason: Annotated[str, Clean(max_length=200, min_length=0)] = ""

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("ends_at: must be later than starts_at")
        return self


class AddDocument(Command):
    """Keep a document of his. A `region` limits it to sites whose region is written the same."""

    kind: DocumentKind
    number: Annotated[str, Clean(max_length=60, min_length=0)] = ""
    region: ShortText | None = None
    valid_until: date | None = None
    """The last day on which it counts, in the zone of the site; none: it does not expire."""
    file: Attachment | None = None


class RecordAttestation(Command):
    """State what was found or agreed with one man, and on what ground."""

    what: Attestation
    given: bool = True
    """False takes it back: a consent withdrawn, an interview found void."""
    basis: Basis
    file: Attachment | None = None


class AttestInBulk(Command):
    """State the same of many men at once: of those named, or of a whole imported list.

    `author` is the person who answers for the statement; who sent the request is kept beside it.
    """

    what: Annotated[frozenset[Attestation], Field(min_length=1)]
    author: ShortText
    basis: Basis
    worker_ids: Annotated[frozenset[UUID], Field(min_length=1, max_length=MOST_ATTESTED)] | None = None
    import_id: UUID | None = None
    file: Attachment | None = None
    activate: bool = True
    """Make applicants active who are vetted and consenting thereby."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.worker_ids is None) == (self.import_id is None):
            raise ValueError("send either worker_ids or import_id")
        return self


class ImportAttestation(Command):
    """What is attested of every man a list brings; the author answers for it."""

    what: Annotated[frozenset[Attestation], Field(min_length=1)]
    author: ShortText
    basis: Basis


class ImportWorkers(Command):
    """How to read a list of workers."""

    file_name: ShortText = "list.csv"
    default_city: ShortText | None = None
    """For lines that name no city; without it the franchise's own."""
    default_skills: Services = frozenset()
    """For lines that name no skills."""
    language: Language = Language.RU
    attestation: ImportAttestation | None = None
    """With it men become active at once; otherwise they stay applicants until attested."""
