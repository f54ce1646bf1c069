"""An inbound text on its way through the house: as claimed, as read, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.sms.choosing import Situation
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context, Reply


@dataclass(frozen=True, slots=True)
class Inbound:
    """A claimed inbound text. `owner_id` is the franchise whose number he wrote to.

    `attempt` counts how often it was taken up, and fences off whoever had it before; `failures` how often that went
    wrong for a reason that lies in the text or in us.
    """

    id: UUID
    attempt: int
    failures: int
    account_id: UUID
    owner_id: UUID
    phone_e164: str = field(repr=False)
    text: str = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Phone:
    """The phone a text came from."""

    id: UUID
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Letter:
    """A text with everything known around it."""

    inbound: Inbound
    phone: Phone | None
    situation: Situation
    context: Context
    reply: Reply
    language: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it; a machine word, and the question it was about."""

    word: str
    question: Question | None = None
