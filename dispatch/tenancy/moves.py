"""How a standing may change. Pure."""

from typing import Final

from dispatch.kit.states import Moves
from dispatch.tenancy.policy import StandingStatus

_S = StandingStatus

STANDING_MOVES: Final = Moves(
    entity="standings",
    allowed=frozenset(
        {
            (_S.OK, _S.SUSPENDED),
            (_S.OK, _S.EXCLUDED),
            (_S.SUSPENDED, _S.OK),
            (_S.SUSPENDED, _S.EXCLUDED),
            (_S.EXCLUDED, _S.OK),
        }
    ),
    noops={
        (_S.OK, _S.OK): "restoring a man in good standing changes nothing",
        (_S.SUSPENDED, _S.SUSPENDED): "a further breach: the status stays, the later end counts",
        (_S.EXCLUDED, _S.EXCLUDED): "two breaches of one shift may exclude twice",
        (_S.EXCLUDED, _S.SUSPENDED): "a ladder step that arrives after the exclusion: the harder one stands",
    },
)
"""The house table; the same pairs are in the database."""
