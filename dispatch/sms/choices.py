"""What a text may turn out to answer: one question, several alike, something to ask back, or a matter for people."""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.sms.questions import Question


class Ask(StrEnum):
    """What to ask back."""

    WHICH = "which"
    WHICH_NO = "which_no"
    WHICH_DAY = "which_day"
    CLARIFY = "clarify"


@dataclass(frozen=True, slots=True)
class One:
    """The question it answers; `seat` takes attendance words its kind has no answer for."""

    question: Question
    seat: Question | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """The questions it answers alike."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AskBack:
    """Nobody can tell: ask, naming these."""

    ask: Ask
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class LeaveToPeople:
    """No rule may decide; `about` is what it probably concerns."""

    about: Question | None = None


Choice = One | Several | AskBack | LeaveToPeople
