import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from shapely import wkb

from dispatch.kit.errors import Invalid
from dispatch.kit.geo import (
    MEAN_RADIUS_M,
    MERCATOR_MAX_LAT,
    NotAPoint,
    OffTheMap,
    Point,
    ZoneName,
    ZoneUnknown,
    check_zone,
    from_element,
    from_wkb,
    haversine_m,
    mercator_scale,
    to_element,
    to_mercator_m,
    to_wkb,
)

SENNAYA = Point(lat=59.9270, lon=30.3180)
MOSCOW = Point(lat=55.7558, lon=37.6173)

points = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180))
on_the_map = st.builds(Point, lat=st.floats(-85, 85), lon=st.floats(-180, 180))


@pytest.mark.parametrize(
    "place",
    [
        {"lat": math.nan, "lon": 0},
        {"lat": 0, "lon": math.inf},
        {"lat": 90.0001, "lon": 0},
        {"lat": 0, "lon": -180.0001},
        {"lat": "59.9", "lon": 30},
        {"lat": True, "lon": 30},
        {"lat": 59},
        {"lat": 59, "lon": 30, "alt": 1},
    ],
)
def test_what_is_no_place_is_refused(place: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Point.model_validate(place)


def test_whole_degrees_are_fine_and_points_can_be_keys() -> None:
    assert {Point.model_validate({"lat": 59, "lon": 30}): 1}[Point(lat=59.0, lon=30.0)] == 1


def test_a_known_distance() -> None:
    assert haversine_m(SENNAYA, MOSCOW) == pytest.approx(633_000, rel=0.005)
    degree = 2 * math.pi * MEAN_RADIUS_M / 360
    assert haversine_m(Point(lat=0, lon=179.5), Point(lat=0, lon=-179.5)) == pytest.approx(degree)


@given(points, points)
def test_distance_is_symmetric_bounded_and_zero_at_home(one: Point, other: Point) -> None:
    metres = haversine_m(one, other)
    assert metres == pytest.approx(haversine_m(other, one), abs=1e-6)
    assert 0 <= metres <= math.pi * MEAN_RADIUS_M + 1
    assert haversine_m(one, one) == 0


@given(points)
def test_stored_forms_round_trip_exactly(point: Point) -> None:
    stored = to_wkb(point)
    assert from_wkb(stored) == point
    assert from_wkb(stored.hex()) == point
    assert from_element(to_element(point)) == point


def test_the_stored_form_is_extended_wkb_with_longitude_first() -> None:
    shape = wkb.loads(to_wkb(SENNAYA))
    assert (shape.x, shape.y) == (SENNAYA.lon, SENNAYA.lat)
    assert shapely.get_srid(shape) == 4326
    assert to_element(SENNAYA).srid == 4326
    assert to_element(SENNAYA).extended


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\x01\x02",
        "zz",
        shapely.to_wkb(shapely.Point()),
        shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)])),
        shapely.to_wkb(shapely.set_srid(shapely.Point(1, 2), 3857), include_srid=True),
    ],
)
def test_a_stored_value_that_is_no_place_is_refused(stored: bytes | str) -> None:
    with pytest.raises(NotAPoint):
        from_wkb(stored)


def test_mercator_agrees_with_published_coordinates() -> None:
    x, y = to_mercator_m(Point(lat=MERCATOR_MAX_LAT, lon=180))
    assert x == pytest.approx(20_037_508.342789)
    assert y == pytest.approx(20_037_508.342789)
    assert to_mercator_m(Point(lat=0, lon=0)) == (0, 0)


@given(on_the_map)
def test_mercator_is_inverted_by_the_published_formula(point: Point) -> None:
    x, y = (metres / 6_378_137 for metres in to_mercator_m(point))
    assert math.degrees(x) == pytest.approx(point.lon, abs=1e-9)
    assert math.degrees(2 * math.atan(math.exp(y)) - math.pi / 2) == pytest.approx(point.lat, abs=1e-9)


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(0, 2 * math.pi))
def test_the_scale_is_what_the_map_does_near_a_point(lat: float, lon: float, bearing: float) -> None:
    here = Point(lat=lat, lon=lon)
    step = 1e-4
    there = Point(lat=lat + step * math.cos(bearing), lon=lon + step * math.sin(bearing) / math.cos(math.radians(lat)))
    planar = math.dist(to_mercator_m(here), to_mercator_m(there))
    assert planar / haversine_m(here, there) == pytest.approx(mercator_scale(lat), rel=0.005)


def test_near_the_poles_there_is_no_map() -> None:
    with pytest.raises(OffTheMap):
        to_mercator_m(Point(lat=89, lon=0))
    for lat in (90, -86, math.nan):
        with pytest.raises(OffTheMap):
            mercator_scale(lat)


@pytest.mark.parametrize(
    "name", ["Europe/Moscow", "Asia/Kamchatka", "Europe/Budapest", "America/Argentina/Buenos_Aires", "UTC"]
)
def test_zones_of_places_are_accepted(name: str) -> None:
    assert check_zone(name) == name
    assert TypeAdapter(ZoneName).validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *["", "MSK", "EST", "Etc/GMT-3", "GMT+3", "+03:00", "localtime", "Factory", "europe/moscow", "Europe/Moscow "],
        *["Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "posix/Europe/Moscow", "Europe/Moscow\x00"],
    ],
)
def test_other_names_are_refused_with_advice(name: str) -> None:
    with pytest.raises(ZoneUnknown, match="Europe/Moscow") as caught:
        check_zone(name)
    assert isinstance(caught.value, Invalid)
    with pytest.raises(ZoneUnknown):
        TypeAdapter(ZoneName).validate_python(name)
