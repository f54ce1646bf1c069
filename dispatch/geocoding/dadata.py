"""DaData: suggestions while somebody types, and its cleaning of a whole address where a secret key is set.

Russia to the house. Suggestions take the API key alone; cleaning takes the secret key, too, is paid for by the address,
and is asked only for what was asked whole and had no suggestion with a place.
"""

from collections.abc import Sequence
from typing import Final

from dispatch.geocoding.base import MOST_PLACES, Asked, Place, chosen, dig, items, place_of
from dispatch.geocoding.exchange import Exchange

SUGGESTIONS: Final = "https://suggestions.dadata.ru"
CLEANER: Final = "https://cleaner.dadata.ru"

_SUGGEST: Final = "/suggestions/api/4_1/rs/suggest/address"
_CLEAN: Final = "/api/v1/clean/address"
_TO_THE_HOUSE: Final = frozenset({"0", "1"})
"""`qc_geo`: 0 is the house itself, 1 the nearest one, 2 the street, 3 and 4 the town, 5 nothing."""
_NOWHERE: Final = "5"


class Dadata:
    """The adapter.

    Args:
        exchange: the connections.
        key: the API key.
        secret: the secret key, for cleaning; "" for none.
        url: another base address for both services.
    """

    name: Final = "dadata"
    as_you_type: Final = True
    gap_s: Final = 0.0
    credit: Final = ""

    def __init__(self, exchange: Exchange, key: str, secret: str = "", url: str = "") -> None:
        self._exchange = exchange
        self._suggest = (url or SUGGESTIONS) + _SUGGEST
        self._clean = (url or CLEANER) + _CLEAN
        self._headers = {"Authorization": f"Token {key}"}
        self._secret = secret

    async def find(self, asked: Asked) -> Sequence[Place]:
        """Return what is suggested, or what cleaning makes of a whole address."""
        body = {"query": asked.text, "count": MOST_PLACES, "language": asked.language}
        found = _suggested(await self._exchange.post(self._suggest, body, self._headers))
        if found or asked.typing or not self._secret:
            return found
        headers = self._headers | {"X-Secret": self._secret}
        return _cleaned(await self._exchange.post(self._clean, [asked.text], headers))

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()


def _suggested(answer: object) -> list[Place]:
    """Read suggestions; those that have no place yet, a street say whose house is still to be typed, are left out."""
    return chosen([_place(dig(item, "value"), dig(item, "data")) for item in items(answer, "suggestions")])


def _cleaned(answer: object) -> list[Place]:
    return chosen([_place(dig(item, "result"), item) for item in items(answer)])


def _place(address: object, data: object) -> Place | None:
    quality = str(dig(data, "qc_geo"))
    if quality == _NOWHERE:
        return None
    return place_of(address, dig(data, "geo_lat"), dig(data, "geo_lon"), exact=quality in _TO_THE_HOUSE)
