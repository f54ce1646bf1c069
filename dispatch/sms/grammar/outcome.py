"""What a text is taken to mean, and what was open when it arrived."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from dispatch.sms.grammar.senses import StatedDate, StatedDay


class Disposition(StrEnum):
    """What an inbound text was taken to mean."""

    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    LATE = "late"
    ARRIVED = "arrived"
    ON_WAY = "on_way"
    STOP = "stop"
    START = "start"
    APPEAL = "appeal"
    QUESTION = "question"
    AMBIGUOUS = "ambiguous"
    """It speaks to what was asked but could be meant in two ways: ask back."""
    UNKNOWN = "unknown"
    """It says nothing we ask about: greetings, thanks, talk."""
    WRONG_NUMBER = "wrong_number"
    CALL_ME = "call_me"
    SUBSTITUTE = "substitute"
    MISSING = "missing"
    """The crew lead names the numbers of who is missing."""
    RESTORE = "restore"
    LINK = "link"
    """Wants the address of his own page."""


class Context(StrEnum):
    """What is open for a phone when its text arrives."""

    OFFER = "offer1"
    """Exactly one question, an offer."""
    OFFERS = "offerN"
    """Several open questions."""
    BOOKED = "booked"
    """Holds a seat, nothing asked."""
    NONE = "none"
    """Nothing asked, nothing held."""
    BOOKED_OFFER = "bookedoffer"
    """Holds a seat, and exactly one offer is open."""
    PRESENT = "present"
    """The crew lead was asked who is missing: 1 = everyone is here, or the numbers of the missing."""
    NOTICE = "notice"
    """Was told something: 1 = understood."""
    WHICH = "which"
    """Was asked which of the codes he means."""
    RECONFIRM = "reconfirm"
    """Was asked whether he still comes."""
    PROMOTION = "promotion"
    """On standby, was asked to come after all."""
    CHANGE = "change"
    """Was asked whether other terms suit him."""
    ETA = "eta"
    """Was asked in how many minutes he will be there."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One text understood.

    Attributes:
        disposition: what it means.
        code: the code it names, when it names exactly one.
        numbers: for `missing`, the list numbers of the missing, ascending; else empty.
        minutes: for a delay or a time of arrival, minutes; the larger of a range.
        party: how many come, the sender included.
        stated_day: the day it names; for a refusal of one day among several, that day.
        stated_date: for a refusal or a delay, the date it names; beside a named day both must fit.
        unclear_day: a refusal or a delay that names a day or a number nobody can place: ask, and touch no seat.
        stated_time: the time of day it names, wall time at the site; the settlement compares it with the offer's.
        confidence: 0 to 1, how plainly it was said.
        why: one sentence for a person, free of the text itself and of personal data.
    """

    disposition: Disposition
    code: int | None = None
    numbers: tuple[int, ...] = ()
    minutes: int | None = None
    party: int | None = None
    stated_day: StatedDay | None = None
    stated_date: StatedDate | None = None
    unclear_day: bool = False
    stated_time: dt.time | None = None
    confidence: float = 1.0
    why: str = ""

    @property
    def named_days(self) -> tuple[StatedDay | StatedDate, ...]:
        """Every day it names; what it speaks of is on all of them."""
        return tuple(day for day in (self.stated_day, self.stated_date) if day is not None)
