"""Nominatim: OpenStreetMap's own search, the public one or one of your own.

The public one wants, and this adapter keeps: at most one request a second of the whole installation, a User-Agent that
says who asks, answers kept, the source named beside them, and no request at every key somebody types.
"""

from collections.abc import Sequence
from typing import Final

from dispatch.geocoding.base import MOST_PLACES, Asked, Place, chosen, dig, items, place_of
from dispatch.geocoding.exchange import Exchange

URL: Final = "https://nominatim.openstreetmap.org"

_AROUND: Final = 1.0
"""Degrees to each side within which an address is looked for first."""
_RANK_OF_A_HOUSE: Final = 30


class Nominatim:
    """The adapter.

    Args:
        exchange: the connections; its user agent names the installation.
        url: another base address.
    """

    name: Final = "nominatim"
    as_you_type: Final = False
    gap_s: Final = 1.0
    credit: Final = "© OpenStreetMap contributors"

    def __init__(self, exchange: Exchange, url: str = "") -> None:
        self._exchange = exchange
        self._url = (url or URL) + "/search"

    async def find(self, asked: Asked) -> Sequence[Place]:
        """Return what lies around the agency first, then anywhere."""
        query = {
            "q": asked.text,
            "format": "jsonv2",
            "limit": str(MOST_PLACES),
            "accept-language": asked.language,
            "addressdetails": "0",
        }
        if (near := asked.near) is not None:
            corners = (near.lon - _AROUND, near.lat + _AROUND, near.lon + _AROUND, near.lat - _AROUND)
            query |= {"viewbox": ",".join(f"{corner:.5f}" for corner in corners), "bounded": "0"}
        answer = await self._exchange.get(self._url, query)
        return chosen([_place(item) for item in items(answer)])

    async def close(self) -> None:
        """Close the connections."""
        await self._exchange.close()


def _place(found: object) -> Place | None:
    exact = dig(found, "place_rank") == _RANK_OF_A_HOUSE
    return place_of(dig(found, "display_name"), dig(found, "lat"), dig(found, "lon"), exact=exact)
