"""What can be marked on site. Every mark carries an id made by the device and the moment its clock showed."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from dispatch.kit.text import JsonInt8
from dispatch.staffing.complete import Minutes

_CENTURY_MS: Final = 100 * 366 * 24 * 3600 * 1000

Offset = Annotated[JsonInt8, Field(ge=-_CENTURY_MS, le=_CENTURY_MS)]
"""Milliseconds to add to the device's clock. A phone that lost its date is decades off, and says so truly."""


class Mark(BaseModel):
    """What every mark carries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    made_at: AwareDatetime
    offset_ms: Offset

    @property
    def device_time(self) -> datetime:
        """What the device's clock showed."""
        return self.made_at

    @property
    def offset(self) -> timedelta:
        """What to add to the device's clock to have ours."""
        return timedelta(milliseconds=self.offset_ms)


class SeatMark(Mark):
    """A mark about one man on the list."""

    seat_id: UUID


class MarkArrived(SeatMark):
    """He is here. About a man who had left: he is back, or had never gone."""

    kind: Literal["arrived"]


class MarkLate(SeatMark):
    """He says that he comes so many minutes late, or from now if he is late already."""

    kind: Literal["late"]
    minutes: Annotated[Minutes, Field(ge=1)]


class MarkMissing(SeatMark):
    """He is not here, though his grace is over."""

    kind: Literal["missing"]


class MarkLeft(SeatMark):
    """He went; `let_go`: with leave, because the work was done or he fell ill."""

    kind: Literal["left"]
    let_go: bool = False


AnyMark = Annotated[
    MarkArrived | MarkLate | MarkMissing | MarkLeft,
    Field(discriminator="kind"),
]

READ_MARK: Final[TypeAdapter[AnyMark]] = TypeAdapter(AnyMark)
"""Reads one mark as it came, strictly."""
