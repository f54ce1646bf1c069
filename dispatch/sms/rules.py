"""Statuses of messages, questions and inbox items, their tables of moves, and the rank of delivery news. Pure."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from dispatch.kit.states import Moves


class MessageClass(StrEnum):
    """What a text is for: it decides when it may be sent, and what it costs of the worker's patience.

    S: about a seat he holds, or an answer to his own text; any hour. O: an offer; not in his quiet hours, within his
    contact budget. M: marketing; as O, and only with a consent of its own.
    """

    SEAT = "S"
    OFFER = "O"
    MARKETING = "M"


class Priority(IntEnum):
    """Which due text goes first; the least number wins."""

    STOP = 0
    SEAT = 2
    OFFER = 5
    MARKETING = 9


PRIORITY_OF: Final[Mapping[MessageClass, Priority]] = MappingProxyType(
    {
        MessageClass.SEAT: Priority.SEAT,
        MessageClass.OFFER: Priority.OFFER,
        MessageClass.MARKETING: Priority.MARKETING,
    }
)


class MessageStatus(StrEnum):
    """How far an outbound text came. `unknown`: handed over with an unclear result, never repeated blindly."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


_M = MessageStatus
MESSAGE_MOVES: Final = Moves(
    "messages",
    frozenset(
        {
            (_M.QUEUED, _M.SENDING),
            (_M.SENDING, _M.QUEUED),
            (_M.SENDING, _M.SENT),
            (_M.SENDING, _M.DELIVERED),
            (_M.SENDING, _M.FAILED),
            (_M.SENDING, _M.UNKNOWN),
            (_M.QUEUED, _M.SENT),  # a receipt for a text that seemed absent at the gateway and waits to go again
            (_M.QUEUED, _M.DELIVERED),
            (_M.QUEUED, _M.FAILED),
            (_M.QUEUED, _M.EXPIRED),
            (_M.QUEUED, _M.SUPPRESSED),
            (_M.SENDING, _M.SUPPRESSED),
            (_M.UNKNOWN, _M.QUEUED),
            (_M.UNKNOWN, _M.SENT),
            (_M.UNKNOWN, _M.DELIVERED),
            (_M.UNKNOWN, _M.FAILED),
            (_M.SENT, _M.DELIVERED),
            (_M.SENT, _M.FAILED),
        }
    ),
    {
        (_M.SENT, _M.SENT): "gateways repeat receipts",
        (_M.DELIVERED, _M.SENT): "receipts overtake one another; what arrived stays arrived",
        (_M.DELIVERED, _M.DELIVERED): "gateways repeat receipts",
        (_M.DELIVERED, _M.FAILED): "a text on the phone cannot fail any more; the later receipt is wrong or fake",
        (_M.FAILED, _M.FAILED): "gateways repeat receipts",
        (_M.FAILED, _M.SENT): "`sent` was under way when the failure was told",
        (_M.FAILED, _M.DELIVERED): "the failure was acted upon: his offer went to another man",
        (_M.SUPPRESSED, _M.SENT): "never handed over by us: not our text",
        (_M.EXPIRED, _M.SENT): "never handed over by us: not our text",
    },
)


class QuestionKind(StrEnum):
    """What we asked a phone. Every live seat keeps one open `seat`, which takes attendance words and a cancel."""

    OFFER = "offer"
    SEAT = "seat"
    RECONFIRM = "reconfirm"
    PROMOTION = "promotion"
    CHANGE = "change"
    NOTICE = "notice"
    FINE = "fine"
    WHICH = "which"
    ETA = "eta"
    PRESENT = "present"
    PROOF = "proof"
    """Figures that show whose phone it is."""
    CLIENT = "client"
    """Asked of somebody who ordered: is everything right?"""


class QuestionStatus(StrEnum):
    """`answered` by the person; `closed` because it does not matter any more, or its time is over."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


_Q = QuestionStatus
QUESTION_MOVES: Final = Moves(
    "questions",
    frozenset({(_Q.OPEN, _Q.ANSWERED), (_Q.OPEN, _Q.CLOSED), (_Q.ANSWERED, _Q.OPEN), (_Q.CLOSED, _Q.OPEN)}),
    {
        (_Q.ANSWERED, _Q.ANSWERED): "people repeat themselves",
        (_Q.CLOSED, _Q.CLOSED): "whatever closes a shift's questions meets some that are closed",
        (_Q.ANSWERED, _Q.CLOSED): "an answered question needs no closing",
    },
)


class InboxStatus(StrEnum):
    """Whether a person looked after the item."""

    OPEN = "open"
    DONE = "done"


INBOX_MOVES: Final = Moves(
    "inbox_items",
    frozenset({(InboxStatus.OPEN, InboxStatus.DONE), (InboxStatus.DONE, InboxStatus.OPEN)}),
    {(InboxStatus.DONE, InboxStatus.DONE): "two people press the same button"},
)
