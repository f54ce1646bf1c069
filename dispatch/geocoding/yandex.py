"""Yandex Geocoder, JSON v1: the whole world; a request is counted each time, so none is made while somebody types."""

from collections.abc import Sequence
from typing import Final

from dispatch.geocoding.base import MOST_PLACES, Asked, Place, chosen, dig, items, place_of
from dispatch.geocoding.exchange import Exchange

URL: Final = "https://geocode-maps.yandex.ru"

_LANGUAGES: Final = {"ru": "ru_RU", "en": "en_RU"}
_AROUND: Final = "2,2"
"""Degrees of longitude and latitude within which an address is looked for first."""
_LENGTH_OF_A_PLACE: Final = 2


class Yandex:
    """The adapter.

    Args:
        exchange: the connections.
        key: of the geocoder's API.
        url: another base address.
    """

    name: Final = "yandex"
    as_you_type: Final = False
    gap_s: Final = 0.0
    credit: Final = ""

    def __init__(self, exchange: Exchange, key: str, url: str = "") -> None:
        self._exchange = exchange
        self._url = (url or URL) + "/v1/"
        self._key = key

    async def find(self, asked: Asked) -> Sequence[Place]:
        """Return what lies around the agency first, then anywhere."""
        query = {
            "apikey": self._key,
            "geocode": asked.text,
            "lang": _LANGUAGES.get(asked.language, _LANGUAGES["en"]),
            "results": str(MOST_PLACES),
            "format": "json",
        }
        if asked.near is not None:
            query |= {"ll": f"{asked.near.lon},{asked.near.lat}", "spn": _AROUND, "rspn": "0"}
        answer = await self._exchange.get(self._url, query)
        features = items(answer, "response", "GeoObjectCollection", "featureMember")
        return chosen([_place(dig(feature, "GeoObject")) for feature in features])

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()


def _place(found: object) -> Place | None:
    """Read one object; its point is written longitude first."""
    about = dig(found, "metaDataProperty", "GeocoderMetaData")
    written = dig(found, "Point", "pos")
    figures = written.split() if isinstance(written, str) else []
    if len(figures) != _LENGTH_OF_A_PLACE:
        return None
    lon, lat = figures
    return place_of(dig(about, "text"), lat, lon, exact=dig(about, "precision") == "exact")
