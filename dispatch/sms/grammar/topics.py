"""What a question is about, where our own facts answer it: the pay, the place, the time. Pure.

Only plain questions count. One that names two of these, or something else beside, is a person's to answer.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Topic(StrEnum):
    """What he wants to know."""

    PAY = "pay"
    PLACE = "place"
    TIME = "time"


LONGEST: Final = 80
"""A longer text says more than it asks."""

_WORDS: Final[Mapping[Topic, re.Pattern[str]]] = MappingProxyType(
    {
        Topic.PAY: re.compile(
            r"""плат[яиеу] | оплат | заплат | зарплат | расцен | ставк | почем\b | деньг | денег
            | сколько\s+(?:в|за)\s+(?:час|смену|день) | сколько\s+стоит
            | \bpay\b | \bpaid\b | salary | wage | how\s+much | per\s+hour
            | pul\b | qancha\s+to | маош | чанд\s+пул | пул\s+чанд
            | \bb[ée]r\b | fizet | pag[ao]n?\b | sueldo | cu[áa]nto""",
            re.IGNORECASE | re.VERBOSE,
        ),
        Topic.PLACE: re.compile(
            r"""адрес | \bкуда\b | \bгде\b | как\s+(?:доехать|добраться|пройти|найти) | какое\s+метро | место\s+сбора
            | address | \bwhere\b | how\s+(?:do\s+i|to)\s+get | qayer | manzil | куҷо | суроға
            | hol\s+van | hova\b | \bc[íi]m\b | d[óo]nde | direcci[óo]n""",
            re.IGNORECASE | re.VERBOSE,
        ),
        Topic.TIME: re.compile(
            r"""\b(?:во|к|со|с|до)\s+сколь(?:ко|ки) | когда\s+(?:начал|начин|подъ|приех|приход|быть|конец|заканч)
            | сколько\s+часов | начало\s+(?:во|когда)
            | what\s+time | \bwhen\b | until\s+when | soat\s+nech | соати\s+чанд
            | h[áa]ny\s+[óo]rakor | mikor | a\s+qu[ée]\s+hora""",
            re.IGNORECASE | re.VERBOSE,
        ),
    }
)


def topic_of(text: str) -> Topic | None:
    """Return the one thing of ours a question is about, None for anything else."""
    plain = " ".join(text.replace("ё", "е").replace("Ё", "Е").split())
    if len(plain) > LONGEST:
        return None
    found = [topic for topic, words in _WORDS.items() if words.search(plain)]
    return found[0] if len(found) == 1 else None
