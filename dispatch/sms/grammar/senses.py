"""The vocabulary of the grammar itself: what a phrase can contribute to the meaning of a text."""

from dataclasses import dataclass
from enum import StrEnum


class Sense(StrEnum):
    """One contribution of one phrase; a text's meaning follows from all of them together."""

    YES = "yes"
    """Says yes whatever was asked."""
    COME = "come"
    """Promises to be there, which also fits a seat already held."""
    GO = "go"
    """A present tense that is a promise when asked and "on my way" when not: Spanish `voy`, Hungarian `megyek`."""
    OKAY = "okay"
    """Assent that is mere politeness when nothing was asked."""
    LEAN = "lean"
    """Well disposed, but no promise."""
    UNDERSTOOD = "understood"
    """Has read it; no answer to a question."""
    RECEIVED = "received"
    """Has read it and agrees, about a seat already held."""
    NO = "no"
    NOT = "not"
    """Negates what follows; stands alone as a no."""
    REFUSE = "refuse"
    """Cannot or will not come."""
    BUSY = "busy"
    """Is at other work: a refusal of an offer, but possibly the very site when a seat is held."""
    DISAGREE = "disagree"
    """Does not agree, with the offer or with a decision about him."""
    UNWANTED = "unwanted"
    """Turns an offer down; says nothing about a seat."""
    CANCEL = "cancel"
    """Gives a seat back."""
    UNTIMELY = "untimely"
    """Will not make it in time: a no, or an announced delay."""
    MAYBE = "maybe"
    """A hedge or a condition about coming at all."""
    BUT = "but"
    """A restriction, an alternative, another time."""
    OTHER = "other"
    """A word that looks like one of ours and means something else; it blocks an acceptance."""
    ASK = "ask"
    """A question word."""
    TOPIC = "topic"
    """What questions are about: pay, address, time."""
    HELP = "help"
    """Stands before a closed door, cannot find the place."""
    STOP = "stop"
    """An unmistakable wish for no more messages."""
    STOP_WORD = "stop_word"
    """The bare word; a code beside it makes it a question."""
    STOP_ALONE = "stop_alone"
    """A word that means it only when its clause says nothing else."""
    SOFT_STOP = "soft_stop"
    """No more messages, unless only for tonight or in favour of a call."""
    WRITE = "write"
    """To write, send, disturb: negated it asks for silence."""
    MESSAGES = "messages"
    REMOVE = "remove"
    """To remove: him or his number from a list, or him from a shift."""
    LISTING = "listing"
    WEARY = "weary"
    """Fed up, with the messages if they are named."""
    START = "start"
    RESTORE = "restore"
    LINK = "link"
    """Asks for his own page, when it says nothing else."""
    APPEAL = "appeal"
    PENALTY = "penalty"
    UNFAIR = "unfair"
    WRONG_NUMBER = "wrong_number"

    CALL = "call"
    SUBSTITUTE = "substitute"
    LATE = "late"
    LATER = "later"
    """Later than agreed: a delay for a seat, another time for an offer."""
    ARRIVED = "arrived"
    HERE = "here"
    """A single word for this place; an arrival only when nothing else is said."""
    ON_WAY = "on_way"
    SOON = "soon"
    EVERYONE = "everyone"
    ALL_HERE = "all_here"
    ALL_WELL = "all_well"
    """Everything is fine: everyone is there when that was asked, no promise otherwise."""
    ABSENT = "absent"
    EXCEPT = "except"
    BOTH = "both"
    ORDINAL = "ordinal"
    PARTY = "party"
    DAY = "day"
    DURATION = "duration"
    FILLER = "filler"
    THANKS = "thanks"
    GREETING = "greeting"
    FAREWELL = "farewell"
    """Courtesy beside a yes; beside a mere "ok" it may turn the offer down."""


class Role(StrEnum):
    """What a word does beside a number; the letter is its sign in the patterns of `numbers`."""

    MINUTE = "m"
    HOUR = "h"
    PART_OF_DAY = "d"
    PEOPLE = "p"
    MONEY = "$"
    MONTH = "M"
    AT = "a"
    FROM = "f"
    LIMIT = "u"
    """After a number what `FROM` is before it: Hungarian `-tól`, Uzbek `-dan`."""
    ON = "o"
    IN = "i"
    WE = "w"
    ABOUT = "~"
    OCLOCK = "k"
    CLOCK_HOUR = "H"
    """"Hour" in Uzbek and Tajik: the time of day before a number, a length of time after it."""
    CLOCK_SUFFIX = "s"
    PERCENT = "%"
    PRICE = "v"
    ITEM = "#"


class StatedDay(StrEnum):
    """A day as the worker named it; the settlement turns it into a date in the shift's zone."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    DAY_AFTER_TOMORROW = "day_after_tomorrow"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as the worker wrote it; without a month or a year it is the next one that fits."""

    day: int
    month: int | None = None
    year: int | None = None


POSITIVE = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.OKAY, Sense.LEAN, Sense.ALL_HERE})
NEGATIVE = frozenset(
    {Sense.NO, Sense.NOT, Sense.REFUSE, Sense.BUSY, Sense.DISAGREE, Sense.UNWANTED, Sense.CANCEL, Sense.UNTIMELY},
)
STOPPING = frozenset({Sense.STOP, Sense.STOP_WORD, Sense.STOP_ALONE, Sense.SOFT_STOP})
