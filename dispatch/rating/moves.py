"""The lives of fines and strikes, as tables of allowed moves."""

from enum import StrEnum
from typing import Final

from dispatch.kit.states import Moves


class FineStatus(StrEnum):
    """Where a fine is: proposed until its window is over, then owed, unless contested."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    SETTLED = "settled"
    WORKED_OFF = "worked_off"
    VOIDED = "voided"
    APPEALED = "appealed"
    UPHELD = "upheld"


class StrikeStatus(StrEnum):
    """Whether a strike counts."""

    STANDING = "standing"
    REVERSED = "reversed"


_F = FineStatus

FINE_MOVES: Final = Moves(
    "fines",
    frozenset(
        {
            (_F.PROPOSED, _F.ACTIVE),
            (_F.PROPOSED, _F.APPEALED),
            (_F.PROPOSED, _F.VOIDED),
            (_F.ACTIVE, _F.APPEALED),
            (_F.ACTIVE, _F.SETTLED),
            (_F.ACTIVE, _F.WORKED_OFF),
            (_F.ACTIVE, _F.VOIDED),
            (_F.APPEALED, _F.UPHELD),
            (_F.APPEALED, _F.VOIDED),
            (_F.UPHELD, _F.SETTLED),
            (_F.UPHELD, _F.WORKED_OFF),
            (_F.UPHELD, _F.VOIDED),
        }
    ),
    {
        (_F.APPEALED, _F.APPEALED): "people repeat themselves",
        (_F.VOIDED, _F.VOIDED): "reversed twice is reversed",
        (_F.VOIDED, _F.APPEALED): "contested after it was taken back",
    },
)

STRIKE_MOVES: Final = Moves(
    "strikes",
    frozenset({(StrikeStatus.STANDING, StrikeStatus.REVERSED)}),
    {(StrikeStatus.REVERSED, StrikeStatus.REVERSED): "reversed twice is reversed"},
)
