"""Politeness and the plain yes: how a text reads by its words alone, where nothing open is answered by it. Pure."""

import re
from typing import Final

_COURTESY: Final = re.compile(
    r"(?:\W|\b(?:ок|окей|ok|okay|да|yes|хорошо|понял|поняла|понятно|принято|принял|спасибо|спс|благодарю|thanks|thank|you|thx"
    r"|got|it|good|great|отлично|супер|1)\b)+",
    re.IGNORECASE,
)
_CLEAR_YES: Final = re.compile(
    r"(?:[\s.,!]*(?:\+|(?:1|да|yes|приду|придем|придём|буду|выйду|согласен|согласна)\b))+[\s.,!]*", re.IGNORECASE
)


def is_courtesy(text: str) -> bool:
    """Tell whether a text is nothing but polite words, which need nobody where nothing was asked."""
    return _COURTESY.fullmatch(text) is not None


def is_clear_yes(text: str) -> bool:
    """Tell whether a text is a plain yes and nothing else: no thanks, no "ok", which end a talk as often as they agree.

    Only such a one changes the mind of a man who said no before.
    """
    return _CLEAR_YES.fullmatch(text) is not None
