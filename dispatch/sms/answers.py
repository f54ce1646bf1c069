"""What a reply means to the rest of the house: the answer to a question, and the table of who acts on it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.questions import Question
from dispatch.sms.replies import Disposition, Reply
from dispatch.sms.rules import QuestionKind


@dataclass(frozen=True, slots=True)
class Answer:
    """One inbound text, matched with the question it answers.

    Attributes:
        question: chosen by code, by being the only one open, or as the running or next seat. Its status may be closed
            or its time over: then the answer is late, and the handler decides what it is worth.
        reply: what the grammar read.
        inbound_id: unique per text; build dedupe keys of what you answer from it.
        received_at: when the text reached us, in domain time; deadlines are compared with this, not with now.
        language: in which to answer him.
        still_open: codes of what else is open for him; name them in the answer when it is not empty.
    """

    question: Question
    reply: Reply
    inbound_id: UUID
    text: str
    phone_id: UUID
    account_id: UUID
    received_at: datetime
    language: str
    still_open: tuple[int, ...] = ()

    @property
    def late(self) -> bool:
        """Whether the question was closed, or its time over, when the text reached us."""
        return not self.question.is_open(self.received_at)


AnswerHandler = Callable[[Uow, Answer], Awaitable[str]]
"""Acts on an answer in the transaction that disposes of the text, inside the question's tenant.

Returns the outcome as a machine word such as `primary` or `turned_away`, kept with the disposition; or `PASS_ON`, and
the text goes to the inbox of the question's franchise; or `NOT_MEANT`, and he is asked back besides. Whatever it raises
rolls everything back; the text is tried again and after five attempts handed to people, never lost. It marks or closes
the question itself.
"""

AnswerHandlers = Mapping[tuple[QuestionKind, Disposition], AnswerHandler]
"""(kind of question, disposition) -> handler, put together by the wiring. A pair not listed goes to the inbox.

Attendance words (`arrived`, `on_way`, `late`, `cancel`) given to another kind of question and not listed for it go to
the `seat` question, so `(SEAT, ARRIVED)` serves them all. `restore` goes to the seat question answered last.
"""


@dataclass(frozen=True, slots=True)
class Word:
    """A text that answers nothing and asks for something by itself.

    Attributes:
        inbound_id: unique per text; build dedupe keys of what you answer from it.
        account_id: the account he wrote to, of the franchise `owner_id`.
    """

    inbound_id: UUID
    phone_id: UUID
    account_id: UUID
    owner_id: UUID


WordHandler = Callable[[Uow, Word], Awaitable[str]]
"""Acts on such a text in the transaction that disposes of it. No tenant was entered yet: the handler enters the one it
finds the man in. It returns like an `AnswerHandler`; `PASS_ON` leaves the text to people.
"""

WordHandlers = Mapping[Disposition, WordHandler]
"""Disposition -> handler, put together by the wiring; a word not listed goes to people."""

NOT_MEANT: Final = "not_meant"
"""The outcome of a handler for a yes to something else than was asked, such as another day: it is asked back."""

RING: Final = "ring"
"""The outcome of a handler that gave its automatic answers often enough: the text goes to the call list."""

PASS_ON: Final = "passed_on"  # noqa: S105 - an outcome, not a password
"""The outcome of a handler that leaves the text to people."""
