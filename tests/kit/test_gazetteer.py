import math
import random
from zoneinfo import available_timezones

import pytest

from dispatch.kit.gazetteer import DISTRICT_WITHIN_M, gazetteer, name_key, nearest_locality
from dispatch.kit.geo import Point, haversine_m

NEVSKY = Point(lat=59.93, lon=30.33)


@pytest.mark.parametrize(
    "written",
    ["Санкт-Петербург", "г. Санкт-Петербург", "САНКТ ПЕТЕРБУРГ", "Saint Petersburg", "St. Petersburg", "спб", "Питер"],
)
def test_a_city_goes_by_many_names(written: str) -> None:
    city = gazetteer("RU").find(written)
    assert city is not None
    assert (city.name, city.zone, city.country) == ("Saint Petersburg", "Europe/Moscow", "RU")
    assert city.population > 4_000_000


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Екатеринбург", "Asia/Yekaterinburg"),
        ("екб", "Asia/Yekaterinburg"),
        ("Орёл", "Europe/Moscow"),
        ("Орел", "Europe/Moscow"),
        ("Йошкар-Ола", "Europe/Moscow"),
        ("Калининград", "Europe/Kaliningrad"),
        ("Петропавловск-Камчатский", "Asia/Kamchatka"),
        ("Нижний Новгород", "Europe/Moscow"),
        ("н.новгород", "Europe/Moscow"),
        ("Vladivostok", "Asia/Vladivostok"),
    ],
)
def test_cities_bring_their_zones(written: str, zone: str) -> None:
    city = gazetteer("RU").find(written)
    assert city is not None
    assert city.zone == zone


def test_a_namesake_next_door_wins_over_a_larger_one_far_away() -> None:
    places = gazetteer("RU")
    largest = places.find("Киров")
    assert largest is not None
    assert largest.population > 400_000
    next_door = places.find("Киров", Point(lat=54.08, lon=34.31))
    assert next_door is not None
    assert next_door.population < 50_000
    assert places.find("Нарния") is None
    assert places.find("") is None


def test_districts_are_found_around_their_city_only() -> None:
    places = gazetteer("RU")
    district = places.district_of(NEVSKY, "Калининский район")
    assert district is not None
    assert 0 < haversine_m(district.point, NEVSKY) < DISTRICT_WITHIN_M
    assert places.district_of(NEVSKY, "р-н Хамовники") is None
    assert places.district_of(Point(lat=43.1, lon=131.9), "Калининский район") is None


def test_the_gazetteer_of_russia_is_complete() -> None:
    places = gazetteer("RU").places
    assert len(places) > 5_000
    assert [place.name for place in places[:2]] == ["Moscow", "Saint Petersburg"]
    assert {place.zone for place in places} <= available_timezones()
    assert gazetteer("RU") is gazetteer("RU")
    assert gazetteer("??").places == ()


@pytest.mark.parametrize(
    ("lat", "lon", "country", "zone"),
    [
        (59.93, 30.33, "RU", "Europe/Moscow"),
        (43.12, 131.9, "RU", "Asia/Vladivostok"),
        (54.71, 20.5, "RU", "Europe/Kaliningrad"),
        (47.5, 19.05, "HU", "Europe/Budapest"),
        (40.71, -74.0, "US", "America/New_York"),
        (-16.8, 179.99, "FJ", "Pacific/Fiji"),
        (-16.8, -179.99, "FJ", "Pacific/Fiji"),
    ],
)
def test_a_point_has_the_zone_of_its_nearest_place(lat: float, lon: float, country: str, zone: str) -> None:
    found = nearest_locality(Point(lat=lat, lon=lon))
    assert (found.country, found.zone) == (country, zone)


def test_the_nearest_is_the_nearest() -> None:
    """Against a search through every place of the country, at random points well inside it."""
    places = gazetteer("RU").places
    draw = random.Random(7)
    for _ in range(40):
        point = Point(lat=draw.uniform(54, 60), lon=draw.uniform(40, 60))
        nearest = min(places, key=lambda place: haversine_m(place.point, point))
        assert nearest_locality(point).zone == nearest.zone


@pytest.mark.parametrize(("lat", "lon"), [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0)])
def test_the_ends_of_the_earth_have_a_zone_too(lat: float, lon: float) -> None:
    assert nearest_locality(Point(lat=lat, lon=lon)).zone in available_timezones()


def test_dialling_regions_exist() -> None:
    assert nearest_locality(NEVSKY).dialling_region == "RU"
    assert nearest_locality(Point(lat=47.5, lon=19.05)).dialling_region == "HU"


def test_keys_forget_what_does_not_matter() -> None:
    assert name_key("г. Орёл") == name_key("ОРЕЛ") == "орел"
    assert name_key("Йошкар-Ола") == "йошкарола"
    assert name_key("город") == "город"
    assert name_key("Orël") == "orel"
    assert math.isfinite(len(name_key("")))
