"""When people may be asked, how often, and from when on a change of plan costs something."""

from datetime import time, timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from dispatch.tenancy.policies.section import Duration, LocalTime, PositiveDuration, Section


class QuietHours(Section):
    """A daily span on the worker's own clock in which no offer is sent: [start, end), over midnight when start > end.

    Equal times mean that no hour is quiet.
    """

    start: LocalTime = time(21, 0)
    end: LocalTime = time(8, 0)


OFFERS_A_DAY: Final = 8
"""Offers of any fate a worker gets at most on one day of his zone; one for the network, the database holds it."""


class Calendar(Section):
    """Quiet hours, rest, contact budget and notice. None of these is compressed in the demonstration."""

    quiet: QuietHours = QuietHours()
    urgent_lead: Duration = timedelta(hours=6)
    """A shift that starts within this is urgent: it may reach, in quiet hours, the men who agreed to that."""
    rest: Duration = timedelta(hours=8)
    """Free time between two shifts of a man who did not opt out of it."""

    unanswered_limit: Annotated[int, Field(ge=1)] = 3
    """Unanswered offers a worker may get on one day of his zone, from the whole network."""
    kept_for_home: Annotated[int, Field(ge=0)] = 2
    """How many of the unanswered offers only his home franchise may use."""

    cancel_free_notice: PositiveDuration = timedelta(hours=24)
    """A worker's cancel earlier than this costs nothing."""
    cancel_late_notice: PositiveDuration = timedelta(hours=2)
    """A worker's cancel later than this is the dearest one, yet cheaper than not coming."""
    client_cancel_notice: Duration = timedelta(hours=12)
    """A client's cancel later than this owes the fee, and each booked man gets call-out pay."""
    client_fewer_notice: Duration = timedelta(hours=12)
    """Men released later than this because the client wants fewer get call-out pay."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.cancel_late_notice >= self.cancel_free_notice:
            raise ValueError("cancel_late_notice: must be shorter than cancel_free_notice")
        if not self.kept_for_home <= self.unanswered_limit <= OFFERS_A_DAY:
            raise ValueError(f"contact budget: kept_for_home <= unanswered_limit <= {OFFERS_A_DAY} must hold")
        return self
