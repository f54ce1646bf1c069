"""What texts are called on pages, and what may be wrong with one. English here, Russian by catalogue."""

from collections.abc import Mapping
from typing import Final

from dispatch.sms.text_rules import FaultKind
from dispatch.sms.texts import Template

T = Template
TEXTS: Final[Mapping[Template, str]] = {
    T.OFFER: "Invitation",
    T.OFFER_URGENT: "Urgent invitation",
    T.OFFER_WITHDRAWN: "The offer has ended",
    T.TURNED_AWAY: "His yes came too late",
    T.BUSY: "He is booked elsewhere at that time",
    T.DECLINED_OK: "Thanks for a no",
    T.ACCEPTED_PRIMARY: "Booked in the main crew",
    T.ACCEPTED_RESERVE: "Booked in reserve",
    T.ACCEPTED_STANDBY: "Booked on standby",
    T.RESTORED: "He has his place back",
    T.NOT_RESTORED: "His place cannot be given back",
    T.RECONFIRM_EVENING: "Reminder on the evening before",
    T.RECONFIRM_DAY: "Reminder shortly before",
    T.DOUBTFUL_AGAIN: "Asked again after silence",
    T.RECONFIRMED: "Thanks for coming",
    T.PROMOTION: "A place for who is on standby",
    T.PROMOTED: "From reserve into the main crew",
    T.PROMOTION_TAKEN: "Somebody was faster",
    T.CHANGE: "Other time or address",
    T.CANCELLED_BY_CLIENT: "The client cancelled",
    T.RELEASED: "Fewer people are needed",
    T.CANCEL_CONFIRMED: "He is off the shift",
    T.NOTICE_NOTED: "Thanks for having read",
    T.PRESENT: "Who is there, to the crew lead",
    T.PRESENT_NOTED: "Thanks for the list",
    T.ETA: "When will you be there",
    T.UNACCOUNTED: "Where are you",
    T.LATE_NOTED: "Lateness is noted",
    T.ARRIVED_NOTED: "Arrival is noted",
    T.ON_WAY_NOTED: "He is on his way",
    T.LEAD_LINK: "Link to the crew list",
    T.NO_SHOW: "He did not come",
    T.LATE_FINED: "Fine for being late",
    T.LEFT_EARLY: "He left early",
    T.SENT_AWAY: "He was not let to work",
    T.NO_SHOW_REVERSED: "He was there after all",
    T.MARKS_EXCUSED: "Not his fault",
    T.APPEAL_NOTED: "His appeal is noted",
    T.WHICH: "Which shift is the yes for",
    T.WHICH_NO: "Which shift is the no for",
    T.WHICH_DAY: "Which shift does he leave",
    T.CLARIFY: "Not understood",
    T.CLARIFY_LIST: "List not understood",
    T.CLARIFY_OFFER: "A yes with a condition",
    T.PAY_INFO: "Answer about the pay",
    T.ADDRESS_INFO: "Answer about place and time",
    T.STILL_OPEN: "What else waits for an answer",
    T.STOP_CONFIRMED: "Texts are stopped",
    T.START_CONFIRMED: "Texts go on",
    T.WORKER_LINK: "Link to his own page",
    T.ALARM: "Alarm that nobody took",
}
"""Text -> what it is for."""

PLACES: Final[Mapping[str, str]] = {
    "when": "day and hours",
    "time": "a time of day",
    "place": "where, cut short if it must be",
    "address": "where, in full",
    "meeting": "where the crew meets",
    "service": "what work",
    "name": "his name, where two share a phone",
    "what": "which client",
    "link": "the link",
    "code": "the code to answer with",
    "codes": "codes that wait",
    "number": "his number in the row",
    "count": "how many",
    "minutes": "minutes",
    "hours": "hours",
    "rate": "pay for an hour",
    "amount": "amount",
    "rating": "his rating",
    "seat": "kind of place",
    "entries": "the list of names",
    "choices": "the shifts with their codes",
}
"""Place in a text -> what stands there."""

FAULTS: Final[Mapping[FaultKind, str]] = {
    FaultKind.EMPTY: "Write something, or go back to the house text.",
    FaultKind.TOO_LONG: "At most %(about)s characters.",
    FaultKind.BRACKETS: "A bracket is left open or stands inside another.",
    FaultKind.UNKNOWN_PLACE: "This text knows no %(about)s.",
    FaultKind.MISSING_PLACE: "%(about)s is missing: without it he cannot decide or answer.",
    FaultKind.MISSING_ANSWER: "Say what %(about)s means, as in: 1=yes 2=no.",
    FaultKind.MISSING_WORD: "Keep the word he can answer with: %(about)s.",
    FaultKind.CARRIER_WORD: "Carriers take “%(about)s” for an order: use another word.",
    FaultKind.LINK: "No links, and a space after every full stop: %(about)s",
    FaultKind.NUMBER: "No telephone numbers: %(about)s",
    FaultKind.UNSEEN: "One line of visible characters only.",
    FaultKind.TOO_MANY_SEGMENTS: "With usual values it takes more than %(about)s segments: shorten it.",
}
"""What is wrong -> what to do; `about` is what it is wrong with."""
