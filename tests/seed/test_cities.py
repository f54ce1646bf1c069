import statistics
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.gazetteer import Place
from dispatch.kit.geo import Point, haversine_m
from dispatch.seed.cities import DEFAULT_CITIES, City, CityTwice, CityUnknown, cities, moved, shares


def _city(population: int) -> City:
    place = Place("Anywhere", "RU", Point(lat=55.0, lon=37.0), population, "Europe/Moscow")
    return City("anywhere", "Anywhere", place, (), ())


def test_the_cities_of_the_demonstration_are_real() -> None:
    found = cities(DEFAULT_CITIES)
    assert [city.slug for city in found] == ["saint-petersburg", "moscow", "kazan"]
    assert all(city.place.population > 1_000_000 and city.place.zone == "Europe/Moscow" for city in found)
    assert len(found[0].clusters) > 30, "Saint Petersburg has districts"


def test_a_city_may_be_named_in_latin_letters() -> None:
    assert cities(["Nizhny Novgorod"])[0].place == cities(["Нижний Новгород"])[0].place


def test_an_unknown_city_is_refused() -> None:
    with pytest.raises(CityUnknown, match="Atlantis"):
        cities(["Atlantis"])


def test_a_city_is_named_once() -> None:
    with pytest.raises(CityTwice):
        cities(["Казань", "Kazan"])


def test_people_live_where_the_districts_are() -> None:
    city = cities(["Санкт-Петербург"])[0]
    random = Random(1)
    homes = [city.home(random) for _ in range(2_000)]
    distances = sorted(haversine_m(home, city.place.point) for home in homes)
    assert distances[-1] < 40_000
    assert 4_000 < statistics.median(distances) < 12_000
    largest = max(city.clusters[1:], key=lambda cluster: cluster.people)
    inside = sum(haversine_m(home, largest.middle) < 3 * largest.spread_m for home in homes)
    assert inside / len(homes) > 0.9 * largest.people / city.people_up_to[-1]


@given(st.integers(0, 1_000_000), st.lists(st.integers(0, 12_000_000), min_size=1, max_size=12))
def test_shares_add_up_and_follow_the_population(total: int, populations: list[int]) -> None:
    among = [_city(population) for population in populations]
    parts = shares(total, among)
    assert sum(parts) == total
    weights = [max(population, 1) for population in populations]
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1


@given(st.floats(-70, 70), st.floats(-170, 170), st.floats(-5_000, 5_000), st.floats(-5_000, 5_000))
def test_moving_goes_as_far_as_asked(lat: float, lon: float, north_m: float, east_m: float) -> None:
    point = Point(lat=lat, lon=lon)
    there = moved(point, north_m=north_m, east_m=east_m)
    assert haversine_m(point, there) == pytest.approx((north_m**2 + east_m**2) ** 0.5, rel=0.01, abs=1)
