"""Places on the earth in WGS 84 degrees, their stored form, and the names of time zones.

Distances that decide anything are the database's (geodesic, on the spheroid); what is here serves display, tests and
the planar search. Coordinates are always named, because (lat, lon) and (x, y) run in opposite order.
"""

import math
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from dispatch.kit.errors import Invalid

SRID = 4326
MEAN_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 spheroid, (2a + b) / 3 (IUGG)."""
MERCATOR_RADIUS_M = 6_378_137.0
"""Radius of the sphere of EPSG:3857: the equatorial radius of WGS 84."""
MERCATOR_MAX_LAT = math.degrees(2 * math.atan(math.exp(math.pi)) - math.pi / 2)
"""Where EPSG:3857 becomes a square, about 85.0511 degrees."""


class OffTheMap(Invalid):
    """The place is too near a pole for the planar map."""

    def __init__(self) -> None:
        super().__init__(f"Send a latitude between -{MERCATOR_MAX_LAT:.4f} and {MERCATOR_MAX_LAT:.4f} degrees.")


class NotAPoint(Invalid):
    """A stored geometry was read as a place, but is empty, not a point, or not in WGS 84 degrees."""

    def __init__(self, found: str) -> None:
        super().__init__(f"Expected one point in WGS 84 degrees (SRID {SRID}), found {found}.", found=found)


class ZoneUnknown(Invalid):
    """The name is not an IANA time zone of a place."""

    def __init__(self) -> None:
        super().__init__("Send the IANA time zone of the place, exactly written, like Europe/Moscow or Asia/Omsk.")


class Point(BaseModel):
    """A place: WGS 84 degrees, finite, latitude -90 to 90 north, longitude -180 to 180 east. Hashable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lat: Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False, examples=[59.9274])]
    lon: Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False, examples=[30.3161])]


def haversine_m(one: Point, other: Point) -> float:
    """Return the great-circle distance in metres on the mean sphere (the haversine formula).

    Within 0.6 % of the geodesic distance that the database computes; symmetric, 0 for the same place, at most half
    the sphere's circumference.
    """
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_chord = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    )
    return 2 * MEAN_RADIUS_M * math.asin(min(1.0, math.sqrt(half_chord)))


def to_mercator_m(point: Point) -> tuple[float, float]:
    """Return (x east, y north) in web-mercator metres (EPSG:3857, as `ST_Transform(point, 3857)`).

    These metres are longer than metres on the ground, see `mercator_scale`.

    Raises:
        OffTheMap: the latitude is beyond about 85.05 degrees.
    """
    if abs(point.lat) > MERCATOR_MAX_LAT:
        raise OffTheMap
    x = MERCATOR_RADIUS_M * math.radians(point.lon)
    y = MERCATOR_RADIUS_M * math.asinh(math.tan(math.radians(point.lat)))
    return x, y


def mercator_scale(lat: float) -> float:
    """Return how many mercator metres one metre on the ground takes at this latitude: 1 / cos(latitude).

    A ground radius multiplied by this covers the circle on the map only near its centre: toward the pole the scale
    grows, and the sphere differs from the spheroid by up to 0.7 %. Inflate it a little and check exactly afterwards.

    Raises:
        OffTheMap: the latitude is beyond about 85.05 degrees.
    """
    if not abs(lat) <= MERCATOR_MAX_LAT:
        raise OffTheMap
    return 1 / math.cos(math.radians(lat))


def to_wkb(point: Point) -> bytes:
    """Return extended WKB with SRID 4326, as the database reads it for a bound `geography` parameter."""
    shape = shapely.set_srid(shapely.Point(point.lon, point.lat), SRID)
    return bytes(shapely.to_wkb(shape, include_srid=True, byte_order=1))


def from_wkb(stored: bytes | str) -> Point:
    """Read a point column's value, extended WKB in bytes or in hexadecimal.

    Raises:
        NotAPoint: it is not one point in WGS 84 degrees. A missing SRID is taken as WGS 84.
    """
    try:
        shape = shapely.from_wkb(stored)
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        raise NotAPoint("no geometry") from None
    return _point_of(shape)


def to_element(point: Point) -> WKBElement:
    """Return the place as a value for a mapped geography column."""
    return from_shape(shapely.Point(point.lon, point.lat), srid=SRID, extended=True)


def from_element(element: WKBElement) -> Point:
    """Read the value of a mapped geography column.

    Raises:
        NotAPoint: it is not one point in WGS 84 degrees.
    """
    return from_wkb(element.data if isinstance(element.data, str) else bytes(element.data))


def _point_of(shape: Any) -> Point:  # noqa: ANN401 - shapely is untyped
    if not isinstance(shape, shapely.Point) or shape.is_empty:
        raise NotAPoint(getattr(shape, "geom_type", "nothing"))
    if (srid := int(shapely.get_srid(shape))) not in {0, SRID}:
        raise NotAPoint(f"SRID {srid}")
    return Point(lat=float(shape.y), lon=float(shape.x))


@cache
def _zones() -> frozenset[str]:
    of_places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return frozenset(of_places) | {"UTC"}


def check_zone(name: str) -> str:
    """Return the name unchanged if it is an IANA time zone of a place, or UTC.

    Abbreviations (`EST`), fixed offsets (`Etc/GMT-3`, whose sign is reversed) and machine entries (`localtime`) are
    refused: they do not know what the place decides about its clocks.

    Raises:
        ZoneUnknown: it is not one; names are case-sensitive.
    """
    if name not in _zones():
        raise ZoneUnknown
    return name


ZoneName = Annotated[
    str,
    Field(strict=True),
    AfterValidator(check_zone),
    WithJsonSchema({"type": "string", "description": "IANA time zone", "examples": ["Europe/Moscow"]}),
]
"""A field that must name a time zone; raises `ZoneUnknown` itself, so its code reaches the client."""
