"""Where the made-up people live: real cities, and the real districts around their centres, with their inhabitants."""

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from dispatch.kit.errors import Invalid
from dispatch.kit.gazetteer import Place, gazetteer
from dispatch.kit.geo import Point, haversine_m

COUNTRY: Final = "RU"
DEFAULT_CITIES: Final = ("Санкт-Петербург", "Москва", "Казань")

_AROUND_M: Final = 25_000.0
_CENTRE_SPREAD_M: Final = 4_000.0
_DISTRICT_SPREAD_M: Final = 1_300.0
_METRES_PER_DEGREE: Final = 111_195.0


class CityUnknown(Invalid):
    """No city of this name is known."""


class CityTwice(Invalid):
    """The same city was named twice."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """People around one point, as a round Gaussian: `spread_m` is its standard deviation on either axis, in metres."""

    middle: Point
    people: int
    spread_m: float


@dataclass(frozen=True, slots=True)
class City:
    """A city with a franchise in it.

    Attributes:
        slug: short name of its franchise.
        name: as it was asked for.
        clusters: its centre first.
        people_up_to: the people of each cluster and of all before it; the last is everybody.
    """

    slug: str
    name: str
    place: Place
    clusters: tuple[Cluster, ...]
    people_up_to: tuple[int, ...]

    def home(self, random: Random) -> Point:
        """Draw where somebody lives: a cluster by its people, then a point of its Gaussian."""
        cluster = self.clusters[bisect(self.people_up_to, random.random() * self.people_up_to[-1])]
        north, east = random.gauss(0, cluster.spread_m), random.gauss(0, cluster.spread_m)
        return moved(cluster.middle, north_m=north, east_m=east)


def moved(point: Point, *, north_m: float, east_m: float) -> Point:
    """Return a point so many metres north and east, on a plane that touches the earth there; for a few kilometres."""
    lat = point.lat + north_m / _METRES_PER_DEGREE
    return Point(lat=lat, lon=point.lon + east_m / (_METRES_PER_DEGREE * math.cos(math.radians(point.lat))))


def cities(names: Sequence[str]) -> list[City]:
    """Return the cities of these names, Russian or Latin, in the order given.

    Raises:
        CityUnknown: a name is not that of a Russian place.
        CityTwice: two names mean the same place.
    """
    found: dict[str, City] = {}
    for name in names:
        city = _city(name)
        if city.slug in found:
            raise CityTwice(f"'{name}' and '{found[city.slug].name}' are the same city: name it once.")
        found[city.slug] = city
    return list(found.values())


def shares(total: int, among: Sequence[City]) -> list[int]:
    """Divide people among cities by population; the parts add up to the total (largest remainders get the rest)."""
    population = sum(city.place.population or 1 for city in among)
    exact = [total * (city.place.population or 1) / population for city in among]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(among)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def _city(name: str) -> City:
    places = gazetteer(COUNTRY)
    place = places.find(name)
    if place is None:
        raise CityUnknown(f"No Russian city is called '{name}': write it as on a map, for instance Казань or Kazan.")
    near = [
        Cluster(other.point, other.population, _DISTRICT_SPREAD_M)
        for other in places.places
        if other is not place and other.population and haversine_m(other.point, place.point) < _AROUND_M
    ]
    rest = max(place.population - sum(cluster.people for cluster in near), place.population // 10, 1)
    clusters = (Cluster(place.point, rest, _CENTRE_SPREAD_M), *near)
    return City(place.slug, name, place, clusters, tuple(accumulate(cluster.people for cluster in clusters)))
