"""What can be marked on site. Every mark carries an id made by the device and the moment its clock showed."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from dispatch.kit.text import JsonInt8, ShortText
from dispatch.staffing.close import WorkedHours
from dispatch.staffing.complete import Minutes
from dispatch.workers.commands import FirstName, LastName, PhoneText

_CENTURY_MS: Final = 100 * 366 * 24 * 3600 * 1000

Offset = Annotated[JsonInt8, Field(ge=-_CENTURY_MS, le=_CENTURY_MS)]
"""Milliseconds to add to the device's clock. A phone that lost its date is decades off, and says so truly."""


class Refusal(StrEnum):
    """Why a man who came was not let to work."""

    DRUNK = "drunk"
    NO_PASS = "no_pass"  # noqa: S105 - a site pass or his documents, no password
    REFUSED = "refused"


Image = Annotated[bytes, Field(min_length=1, max_length=2 * 1024 * 1024)]
"""A picture, in base64 as it comes; what it is its own bytes say."""


class Mark(BaseModel):
    """What every mark carries."""

    model_config = ConfigDict(frozen=True, extra="forbid", val_json_bytes="base64")

    id: UUID
    made_at: AwareDatetime
    offset_ms: Offset

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


class MarkTurnedAway(SeatMark):
    """He came and was not let to work, through his own fault."""

    kind: Literal["turned_away"]
    reason: Refusal


class MarkCameInstead(SeatMark):
    """Another man came in his stead; `who` is that man's phone or code."""

    kind: Literal["came_instead"]
    who: ShortText


class MarkUnlisted(Mark):
    """A man is here who is not on the list; `who` is his phone or code."""

    kind: Literal["unlisted"]
    who: ShortText


class MarkWalkIn(Mark):
    """A man is here whom nobody knows: he is registered."""

    kind: Literal["walk_in"]
    name: FirstName
    last_name: LastName = ""
    phone: PhoneText


class MarkStandbyCalled(Mark):
    """Somebody of the standby is to come now."""

    kind: Literal["standby_called"]


class MarkRegister(Mark):
    """A photo of the site's register; JPEG or PNG."""

    kind: Literal["register"]
    image: Image


class MarkFinished(Mark):
    """The work is done: hours where they differ from the plan, and who signed for the client."""

    kind: Literal["finished"]
    hours: Annotated[tuple[WorkedHours, ...], Field(max_length=500)] = ()
    signed_by: ShortText | None = None
    image: Image | None = None


AnyMark = Annotated[
    MarkArrived
    | MarkLate
    | MarkMissing
    | MarkLeft
    | MarkTurnedAway
    | MarkCameInstead
    | MarkUnlisted
    | MarkWalkIn
    | MarkStandbyCalled
    | MarkRegister
    | MarkFinished,
    Field(discriminator="kind"),
]

READ_MARK: Final[TypeAdapter[AnyMark]] = TypeAdapter(AnyMark)
"""Reads one mark as it came, strictly."""
