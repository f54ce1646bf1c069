"""The lives of invitations and seats, as tables of allowed moves."""

from enum import StrEnum
from typing import Final

from dispatch.kit.states import Moves


class SeatKind(StrEnum):
    """What a seat promises: to work, to come to the meeting point, or to be reachable at home."""

    PRIMARY = "primary"
    RESERVE = "reserve"
    STANDBY = "standby"


class InvitationStatus(StrEnum):
    """Where an invitation is."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"
    TURNED_AWAY = "turned_away"


class SeatStatus(StrEnum):
    """Where a seat is."""

    BOOKED = "booked"
    RECONFIRMED = "reconfirmed"
    DOUBTFUL = "doubtful"
    ASKED = "asked"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    UNACCOUNTED = "unaccounted"
    NO_SHOW = "no_show"
    CANCELLED_BY_WORKER = "cancelled_by_worker"
    CANCELLED_BY_CLIENT = "cancelled_by_client"
    RELEASED = "released"
    TURNED_AWAY_ON_SITE = "turned_away_on_site"


_I = InvitationStatus
_S = SeatStatus

PENDING: Final = (_I.QUEUED, _I.SENT, _I.DELIVERED)
"""An invitation that may still be answered in time."""

EXPECTED: Final = (_S.BOOKED, _S.RECONFIRMED, _S.DOUBTFUL, _S.UNACCOUNTED)
"""A primary or reserve seat whose man has not been seen yet."""

NEVER_LEFT: Final = "never left us"
"""Why an invitation is withdrawn whose text was not sent: no ask, no budget, no datum of p_accept."""

LIVE: Final = (*EXPECTED, _S.ASKED, _S.ARRIVED, _S.COMPLETED)
"""Statuses that hold a place; the database counts the same ones."""

ENDED: Final = (_S.CANCELLED_BY_WORKER, _S.CANCELLED_BY_CLIENT, _S.RELEASED, _S.TURNED_AWAY_ON_SITE)

INVITATION_MOVES: Final = Moves(
    "invitations",
    frozenset(
        {(a, b) for a in PENDING for b in (_I.ACCEPTED, _I.DECLINED, _I.EXPIRED, _I.UNDELIVERABLE, _I.WITHDRAWN)}
        | {(a, _I.TURNED_AWAY) for a in PENDING}
        | {(_I.QUEUED, _I.SENT), (_I.QUEUED, _I.DELIVERED), (_I.SENT, _I.DELIVERED), (_I.UNDELIVERABLE, _I.DELIVERED)}
        | {(a, _I.ACCEPTED) for a in (_I.EXPIRED, _I.UNDELIVERABLE, _I.DECLINED, _I.TURNED_AWAY, _I.WITHDRAWN)}
        | {(a, _I.TURNED_AWAY) for a in (_I.EXPIRED, _I.UNDELIVERABLE, _I.DECLINED, _I.WITHDRAWN)}
        | {(a, _I.DECLINED) for a in (_I.EXPIRED, _I.UNDELIVERABLE, _I.TURNED_AWAY)}
        | {
            (a, _I.QUEUED)
            for a in (_I.EXPIRED, _I.UNDELIVERABLE, _I.WITHDRAWN, _I.TURNED_AWAY, _I.DECLINED, _I.ACCEPTED)
        }
    ),
    {
        (_I.ACCEPTED, _I.ACCEPTED): "a second yes says nothing new",
        (_I.DECLINED, _I.DECLINED): "a second no says nothing new",
        (_I.ACCEPTED, _I.SENT): "the receipt came after the answer",
        (_I.ACCEPTED, _I.DELIVERED): "the receipt came after the answer",
        (_I.DECLINED, _I.SENT): "the receipt came after the answer",
        (_I.DECLINED, _I.DELIVERED): "the receipt came after the answer",
        (_I.EXPIRED, _I.SENT): "the receipt came after the deadline",
        (_I.EXPIRED, _I.DELIVERED): "the receipt came after the deadline",
        (_I.DELIVERED, _I.SENT): "receipts were reordered",
    },
)

SEAT_MOVES: Final = Moves(
    "seats",
    frozenset(
        {
            (_S.BOOKED, _S.RECONFIRMED),
            (_S.BOOKED, _S.DOUBTFUL),
            (_S.DOUBTFUL, _S.RECONFIRMED),
            (_S.DOUBTFUL, _S.BOOKED),
            (_S.RECONFIRMED, _S.DOUBTFUL),
            (_S.RECONFIRMED, _S.BOOKED),
            (_S.BOOKED, _S.ASKED),
            (_S.ASKED, _S.BOOKED),
            (_S.ASKED, _S.ARRIVED),
            (_S.ARRIVED, _S.COMPLETED),
            (_S.ARRIVED, _S.TURNED_AWAY_ON_SITE),
            (_S.NO_SHOW, _S.ARRIVED),
            (_S.NO_SHOW, _S.TURNED_AWAY_ON_SITE),
            (_S.NO_SHOW, _S.RELEASED),
            (_S.CANCELLED_BY_WORKER, _S.BOOKED),
            (_S.UNACCOUNTED, _S.COMPLETED),
        }
        | {(a, _S.ARRIVED) for a in EXPECTED}
        | {(a, _S.UNACCOUNTED) for a in EXPECTED if a is not _S.UNACCOUNTED}
        | {(a, _S.NO_SHOW) for a in EXPECTED}
        | {(a, b) for a in (*EXPECTED, _S.ASKED) for b in ENDED}
    ),
    {
        (_S.ARRIVED, _S.ARRIVED): "he told us and the list told us",
        (_S.RECONFIRMED, _S.RECONFIRMED): "a second yes says nothing new",
        (_S.DOUBTFUL, _S.DOUBTFUL): "silence twice is silence",
        (_S.UNACCOUNTED, _S.UNACCOUNTED): "looked for already",
        (_S.NO_SHOW, _S.NO_SHOW): "a second list without him says nothing new",
        (_S.CANCELLED_BY_WORKER, _S.CANCELLED_BY_WORKER): "a second no says nothing new",
        (_S.COMPLETED, _S.ARRIVED): "his text came after the shift was closed",
    },
)
