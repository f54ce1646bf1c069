"""The lives of orders and shifts, as tables of allowed moves."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from dispatch.kit.states import Moves


class OrderStatus(StrEnum):
    """Where an order is."""

    OPEN = "open"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class ShiftStatus(StrEnum):
    """Where a shift is: recruiting <-> filled <-> covered, short when people must look, running from its start."""

    RECRUITING = "recruiting"
    FILLED = "filled"
    COVERED = "covered"
    SHORT = "short"
    RUNNING = "running"
    CLOSED = "closed"
    CANCELLED = "cancelled"


TURNAROUND: Final = timedelta(minutes=60)
"""An hour to leave a site and be fit for the next; the database adds the same to every shift's `busy`."""

AHEAD: Final = (ShiftStatus.RECRUITING, ShiftStatus.FILLED, ShiftStatus.COVERED, ShiftStatus.SHORT)
"""The statuses of a shift that has not started: a lost seat moves it freely among them."""

ORDER_MOVES: Final = Moves(
    "orders",
    frozenset({(OrderStatus.OPEN, OrderStatus.CANCELLED), (OrderStatus.OPEN, OrderStatus.CLOSED)}),
    {
        (OrderStatus.CANCELLED, OrderStatus.CANCELLED): "a repeated cancel changes nothing",
        (OrderStatus.CLOSED, OrderStatus.CLOSED): "closing the last shift twice changes nothing",
    },
)

SHIFT_MOVES: Final = Moves(
    "shifts",
    frozenset(
        {(old, new) for old in AHEAD for new in AHEAD if old is not new}
        | {(old, new) for old in AHEAD for new in (ShiftStatus.RUNNING, ShiftStatus.CANCELLED)}
        | {(ShiftStatus.RUNNING, ShiftStatus.CLOSED), (ShiftStatus.RUNNING, ShiftStatus.CANCELLED)}
    ),
    {(status, status): "the level was reckoned again and is the same" for status in ShiftStatus},
)


def ahead_status(*, primary: int, seated: int, headcount: int, cover: int, short: bool) -> ShiftStatus:
    """Return the status of a shift that has not started.

    Covered needs every primary seat and as many primary and reserve seats together as the cover asks; `short` is the
    alarm that people were told of and stays until the shift is covered.
    """
    if primary >= headcount and seated >= cover:
        return ShiftStatus.COVERED
    if short:
        return ShiftStatus.SHORT
    return ShiftStatus.FILLED if primary >= headcount else ShiftStatus.RECRUITING
