"""Where a man lives, from what is known: a point, else a district, else the middle of a city."""

import asyncio
from dataclasses import dataclass

from dispatch.kit.gazetteer import Gazetteer, gazetteer, nearest_locality
from dispatch.kit.geo import Point
from dispatch.kit.uow import Uow
from dispatch.tenancy.queries import franchise_of, place_of
from dispatch.workers.commands import Residence
from dispatch.workers.errors import CityUnknown
from dispatch.workers.rules import LocationQuality


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a franchise works, which decides what names of cities mean and how national numbers are dialled.

    Attributes:
        middle: the franchise's own place.
        zone: its IANA zone.
        places: the gazetteer of its country.
        dialling_region: ISO 3166 code of the country whose habits of writing phones apply.
    """

    middle: Point
    zone: str
    places: Gazetteer
    dialling_region: str


@dataclass(frozen=True, slots=True)
class Home:
    """A place with how well it is known and the time zone there."""

    point: Point
    quality: LocationQuality
    zone: str


async def surroundings_of(uow: Uow) -> Surroundings:
    """Return the surroundings of the tenant. The first call of a process reads the gazetteer, about a second."""
    lat, lon = await place_of(uow)
    middle = Point(lat=lat, lon=lon)
    zone = (await franchise_of(uow)).zone
    return await asyncio.to_thread(_surroundings, middle, zone)


def _surroundings(middle: Point, zone: str) -> Surroundings:
    locality = nearest_locality(middle)
    return Surroundings(middle, zone, gazetteer(locality.country), locality.dialling_region)


def locate(residence: Residence, around: Surroundings) -> Home:
    """Return the best place that a residence gives. Blocks for a second where a point far away is the first asked.

    The house rule: a point counts as an address; a district the gazetteer knows as its middle; any other city as its
    middle; nothing at all as the franchise's own place. The zone is that of the place unless stated.

    Raises:
        CityUnknown: a city is named that nobody knows, and no point.
    """
    if (point := residence.point) is not None:
        return Home(point, LocationQuality.ADDRESS, residence.zone or nearest_locality(point).zone)
    middle, quality, zone = around.middle, LocationQuality.CITY, around.zone
    if residence.city is not None:
        city = around.places.find(residence.city, around.middle)
        if city is None:
            raise CityUnknown
        middle, zone = city.point, city.zone
    if residence.district is not None:
        district = around.places.district_of(middle, residence.district)
        if district is not None:
            middle, quality, zone = district.point, LocationQuality.DISTRICT, district.zone
    return Home(middle, quality, residence.zone or zone)
