"""What the API answers about shifts and their crews."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from dispatch.crew.calls import CallResult
from dispatch.crew.rules import InvitationStatus, SeatKind, SeatStatus
from dispatch.orders.rules import ShiftStatus


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Fill(_Answer):
    """How full a shift is. `accepted` counts yeses ever given; `p_full` is P(at least the headcount comes)."""

    headcount: int
    cover: int
    invited: int
    pending: int
    accepted: int
    primary: int
    reserve: int
    standby: int
    declined: int
    silent: int
    undeliverable: int
    doubtful: int
    arrived: int
    late: int
    unaccounted: int
    no_show: int
    p_full: float


class MoneyOut(_Answer):
    """What a closed shift came to, minor units."""

    bill_minor: int
    pay_minor: int
    call_out_minor: int
    currency: str


class ShiftOut(_Answer):
    """A shift and how full it is; of a `test` order, it reaches no real phone and no real people."""

    id: UUID
    order_id: UUID
    test: bool
    client_id: UUID
    site_id: UUID
    service: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    zone: str
    status: ShiftStatus
    paused_at: AwareDatetime | None
    attendance_source: str
    terms_version: int
    version: int
    fill: Fill
    money: MoneyOut | None


class ShiftRow(_Answer):
    """A shift in a list."""

    id: UUID
    order_id: UUID
    service: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    zone: str
    headcount: int
    cover: int
    status: ShiftStatus
    version: int


class StepOut(_Answer):
    """One step of a shift's timeline."""

    id: int
    at: AwareDatetime
    actor: str
    kind: str
    worker_id: UUID | None
    detail: dict[str, Any]


class Timeline(_Answer):
    """Steps in order; ask again with `after` = the last id."""

    items: tuple[StepOut, ...]


class WaveOut(_Answer):
    """One wave: how many were to be asked and why."""

    id: UUID
    n: int
    target: int
    invited: int
    reason: str
    radius_m: int
    starts_at: AwareDatetime
    deadline: AwareDatetime
    closed_at: AwareDatetime | None


class Waves(_Answer):
    """The waves of a shift."""

    items: tuple[WaveOut, ...]


class InvitationOut(_Answer):
    """One man asked: first name, distance in whole kilometres rounded up, and what his rank was made of."""

    id: UUID
    worker_id: UUID
    first_name: str | None
    wave: int | None
    rank: int
    ask: int
    status: InvitationStatus
    reason: str | None
    score: float
    p_accept: float
    p_show: float
    distance_km: int
    explain: dict[str, Any]
    second_chance: bool
    by_hand: bool
    deadline: AwareDatetime
    created_at: AwareDatetime
    answered_at: AwareDatetime | None


class Invitations(_Answer):
    """The invitations of a shift, best first in each wave."""

    items: tuple[InvitationOut, ...]


class SeatOut(_Answer):
    """One seat: who, what kind, where it is; the rating is the effective one."""

    id: UUID
    worker_id: UUID
    first_name: str | None
    home: bool
    rating: Decimal
    kind: SeatKind
    status: SeatStatus
    reason: str | None
    accepted_at: AwareDatetime
    confirmed_at: AwareDatetime | None
    due_at: AwareDatetime
    grace_at: AwareDatetime
    limit_at: AwareDatetime
    announced_min: int | None
    arrived_at: AwareDatetime | None
    arrival_source: str | None
    late_min: int | None
    p_show: float
    second_chance: bool


class Seats(_Answer):
    """The seats of a shift, live and ended."""

    items: tuple[SeatOut, ...]


class CallOut(_Answer):
    """One man to ring, and why."""

    worker_id: UUID
    why: str
    seat_id: UUID | None
    rating: Decimal
    last_result: str | None
    last_at: AwareDatetime | None


class Calls(_Answer):
    """Whom to ring, best first."""

    items: tuple[CallOut, ...]


class CallKept(_Answer):
    """A call as kept, and what it changed: `reconfirmed`, `cancelled`, `accepted_reserve`, `declined`, `noted`..."""

    id: UUID
    shift_id: UUID
    worker_id: UUID
    result: CallResult
    outcome: str


class Excused(_Answer):
    """How many men had marks of the shift taken back."""

    shift_id: UUID
    people: int


class ListTaken(_Answer):
    """A list as stored, by seat."""

    id: UUID
    taken_at: AwareDatetime
    source: str
    present: tuple[UUID, ...]
    missing: tuple[UUID, ...]


class Closed(_Answer):
    """What closing came to."""

    shift_id: UUID
    money: MoneyOut
    completed: int
    called_out: int
    not_accounted: int


class SeatCompleted(_Answer):
    """What one man's work came to."""

    seat_id: UUID
    money: MoneyOut


class Done(_Answer):
    """A change that has no answer of its own."""

    shift_id: UUID | None = None
    seat_id: UUID | None = None
    outcome: str
