"""What the house asks of an address service, and what it believes of its answers."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic import ValidationError

from dispatch.kit.geo import Point
from dispatch.kit.text import storable

MOST_PLACES: Final = 7
"""More is no list to choose from while somebody is on the phone."""
LONGEST_ADDRESS: Final = 400
"""As long as the address of a site may be."""
_LONGEST_FIGURE: Final = 40
_ORIGIN: Final = Point(lat=0.0, lon=0.0)
"""Where services put what they could not place; there is only sea."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Attributes:
        text: as typed, one line.
        language: of the answers, `ru` or `en`.
        near: what lies near it comes first, where the service can do that.
        typing: it may be half a word; nothing that costs extra is done for it.
    """

    text: str
    language: str
    near: Point | None = None
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """An address as the service writes it, and where it is; `exact` to the house."""

    address: str
    point: Point
    exact: bool


class GeocoderFailed(Exception):
    """The service did not answer with places.

    Attributes:
        reason: a word for the log; never what was asked, nor the key.
        refused: it answered, and wants another key or more money.
    """

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


class Geocoder(Protocol):
    """Talks to one service; one object per process, used by many tasks at once."""

    @property
    def name(self) -> str:
        """As the settings call it."""

    @property
    def as_you_type(self) -> bool:
        """Whether the service is made for, and allows, asking at every pause of somebody typing."""

    @property
    def gap_s(self) -> float:
        """The least time between two requests of the whole installation; 0 where the service sets none."""

    @property
    def credit(self) -> str:
        """What the service's terms want to be said beside its answers; "" for nothing."""

    async def find(self, asked: Asked) -> Sequence[Place]:
        """Return places, best first; none where there is no such address.

        Raises:
            GeocoderFailed: it is silent, slow, refuses, or what it says cannot be read.
        """

    async def close(self) -> None:
        """Close the connections."""


def place_of(address: object, lat: object, lon: object, *, exact: bool) -> Place | None:
    """Return one item of an answer as a place, or None for what cannot be one.

    Control characters go and long addresses are cut, so what a service says can neither break a page nor fill a table;
    figures may come as text. Off the globe, no number, or 0 N 0 E: no place.
    """
    if not isinstance(address, str):
        return None
    kept = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in storable(address[:2000]))
    written = " ".join(unicodedata.normalize("NFC", kept).split())[:LONGEST_ADDRESS].strip()
    try:
        point = Point(lat=_degrees(lat), lon=_degrees(lon))
    except (ValueError, ValidationError):
        return None
    return Place(written, point, exact) if written and point != _ORIGIN else None


def _degrees(written: object) -> float:
    if isinstance(written, bool) or not isinstance(written, str | int | float) or len(str(written)) > _LONGEST_FIGURE:
        raise ValueError("no number")
    return float(written)


def dig(answer: object, *path: str | int) -> Any:  # noqa: ANN401 - whatever JSON holds there
    """Return what an answer holds at the end of a path; None where there is no such thing."""
    found: Any = answer
    for step in path:
        if isinstance(step, str):
            found = found.get(step) if isinstance(found, dict) else None
        else:
            found = found[step] if isinstance(found, list) and len(found) > step else None
    return found


def items(answer: object, *path: str | int) -> list[object]:
    """Return the list at the end of a path.

    Raises:
        GeocoderFailed: there is none, so this is no answer of the service as it is documented.
    """
    found = dig(answer, *path)
    if not isinstance(found, list):
        raise GeocoderFailed("unreadable")
    return found


def chosen(found: Sequence[Place | None]) -> list[Place]:
    """Return the first places of an answer, each address once."""
    by_address: dict[str, Place] = {}
    for place in found:
        if place is not None:
            by_address.setdefault(place.address, place)
    return list(by_address.values())[:MOST_PLACES]
