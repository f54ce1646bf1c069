"""What clients and dispatchers ask for. These models are also the HTTP bodies."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.kit.geo import ZoneName
from dispatch.kit.text import Clean, ExternalId, LongText, ShortText
from dispatch.kit.walltime import Instant
from dispatch.tenancy.policy import OverInviteMode, Tier
from dispatch.workers.skills import Service

SHORTEST_SHIFT: Final = timedelta(minutes=1)
LONGEST_SHIFT: Final = timedelta(hours=24)
MOST_SHIFTS: Final = 62

Headcount = Annotated[int, Field(strict=True, ge=1, le=500)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class AskedShift(_Command):
    """One stretch of work; RFC 3339 times with an offset."""

    starts_at: Instant
    ends_at: Instant

    @model_validator(mode="after")
    def _length(self) -> Self:
        if not SHORTEST_SHIFT <= self.ends_at - self.starts_at <= LONGEST_SHIFT:
            raise ValueError("ends_at: must be later than starts_at, by a minute at least and 24 hours at most")
        return self


class NewSite(_Command):
    """A site given with the order: an address and the point on the map. The zone is the place's own when left out."""

    address: Annotated[str, Clean(max_length=400)]
    lat: Annotated[float, Field(strict=True, ge=-90, le=90)]
    lon: Annotated[float, Field(strict=True, ge=-180, le=180)]
    zone: ZoneName | None = None
    region: Annotated[str, Clean(max_length=100, min_length=0)] = ""
    meeting_point: Annotated[str, Clean(max_length=200, min_length=0)] = ""


class OverInvite(_Command):
    """How many the first wave asks for: a factor of the headcount, or by confidence."""

    mode: OverInviteMode = OverInviteMode.FACTOR
    factor: Annotated[Decimal, Field(ge=1, le=5, max_digits=4, decimal_places=2)] | None = None


class PlaceOrder(_Command):
    """An order: whose, where, what, how many, when.

    Either `site_id` or `site`. Shifts of one order are one block: a man is asked once for all its days. `urgent`
    reaches, in quiet hours, the men who agreed to that, and needs a reason, which is kept with the order.
    """

    client_id: UUID
    site_id: UUID | None = None
    site: NewSite | None = None
    service: Service
    headcount: Headcount
    shifts: Annotated[tuple[AskedShift, ...], Field(min_length=1, max_length=MOST_SHIFTS)]
    conditions: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    min_tier: Tier | None = None
    urgent: bool = False
    urgent_reason: ShortText | None = None
    over_invite: OverInvite | None = None
    external_id: ExternalId | None = None
    note: LongText | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.site_id is None) == (self.site is None):
            raise ValueError("site: give either site_id or site")
        if self.urgent and self.urgent_reason is None:
            raise ValueError("urgent_reason: say why men may be asked at night; it is kept with the order")
        ordered = sorted(self.shifts, key=lambda shift: shift.starts_at)
        if any(one.ends_at > other.starts_at for one, other in pairwise(ordered)):
            raise ValueError("shifts: two of them overlap; give each stretch of work once")
        return self


class GetQuote(_Command):
    """What an order would cost, without placing it."""

    service: Service
    headcount: Headcount
    shifts: Annotated[tuple[AskedShift, ...], Field(min_length=1, max_length=MOST_SHIFTS)]
    zone: ZoneName
    conditions: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    urgent: bool = False
