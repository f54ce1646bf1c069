"""What an account may still spend: caps that stop hard, and a reserve that offers cannot touch. Pure.

A cap holds for a window that ends now, so no hour and no day, wherever it begins, costs more. Texts about held seats
are paid from all of it; offers and marketing leave them the reserve. A prepaid balance is a cap, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from dispatch.sms.rules import MessageClass

SPEND_CAP: Final = "spend_cap"
"""Why a text waits: the account may not spend more just now."""

LOOK_AGAIN: Final = timedelta(minutes=1)
"""A text that waits for money is looked at again after so long; windows move on by five minutes."""

_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Window:
    """A limit and what counts against it, minor units.

    Attributes:
        limit: the cap, or the balance as the gateway told it.
        spent: within the window, or since the balance was told, by all texts.
        spent_on_offers: of that, by offers and marketing.
    """

    limit: int
    spent: int
    spent_on_offers: int


class Budget:
    """Takes texts one by one, the most urgent first, until one does not fit."""

    def __init__(self, left: int | None, left_for_offers: int | None) -> None:
        """Begin with so much, minor units; None is without limit."""
        self._left = left
        self._left_for_offers = left_for_offers

    @classmethod
    def of(cls, windows: Iterable[Window], reserve_percent: int) -> Self:
        """Return what every window leaves, of each `reserve_percent` for texts about seats only."""
        found = list(windows)
        if not found:
            return cls(None, None)
        left = min(window.limit - window.spent for window in found)
        for_offers = min(
            window.limit * (_WHOLE - reserve_percent) // _WHOLE - window.spent_on_offers for window in found
        )
        return cls(left, for_offers)

    def take(self, class_: MessageClass, cost: int) -> bool:
        """Tell whether a text of this cost may leave, and count it if so."""
        if self._left is None or self._left_for_offers is None or cost == 0:
            return True
        seat = class_ is MessageClass.SEAT
        if cost > self._left or (not seat and cost > self._left_for_offers):
            return False
        self._left -= cost
        if not seat:
            self._left_for_offers -= cost
        return True
