"""Where a franchise is: what its city says, or what was given instead."""

from dataclasses import dataclass

from dispatch.kit.errors import Invalid
from dispatch.kit.gazetteer import gazetteer


class PlaceMissing(Invalid):
    """The city is not in the gazetteer, so its point and zone must be given; `meant` is one that is written alike."""

    def __init__(self, city: str, country: str, meant: str) -> None:
        hint = f"Did you mean {meant}? " if meant else ""
        super().__init__(
            f"No city called '{city}' is known in {country}. {hint}"
            "Write it as on a map, or give --zone, --lat and --lon.",
            meant=meant,
        )


class HalfAPoint(Invalid):
    """One of latitude and longitude was given without the other."""

    def __init__(self) -> None:
        super().__init__("Correct the command: give both --lat and --lon, or neither.")


@dataclass(frozen=True, slots=True)
class Town:
    """Where a franchise is.

    Attributes:
        slug: the city's name as a short name; empty where the gazetteer does not know it.
        zone: IANA time zone.
        lat: of its middle, degrees WGS 84.
        lon: likewise.
    """

    slug: str
    zone: str
    lat: float
    lon: float


def town_of(
    city: str, country: str, *, zone: str | None = None, lat: float | None = None, lon: float | None = None
) -> Town:
    """Return zone and point: as given, else the city's.

    Raises:
        HalfAPoint: latitude without longitude, or the other way round.
        PlaceMissing: the gazetteer does not know the city; the sentence says which it may be.
    """
    if (lat is None) != (lon is None):
        raise HalfAPoint
    places = gazetteer(country.upper())
    known = places.find(city)
    if known is not None:
        return Town(
            known.slug,
            zone or known.zone,
            known.point.lat if lat is None else lat,
            known.point.lon if lon is None else lon,
        )
    if zone is not None and lat is not None and lon is not None:
        return Town("", zone, lat, lon)
    meant = places.like(city)
    raise PlaceMissing(city, places.country, meant.name if meant is not None else "")
