"""The adapters against a server that answers as each service does, and what its trouble costs."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence

import hypothesis
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from dispatch.geocoding.base import MOST_PLACES, Asked, Geocoder, GeocoderFailed, Place, dig, place_of
from dispatch.geocoding.dadata import Dadata
from dispatch.geocoding.exchange import LARGEST_ANSWER, Exchange
from dispatch.geocoding.nominatim import Nominatim
from dispatch.geocoding.rules import LONGEST, normalise
from dispatch.geocoding.yandex import Yandex
from dispatch.kit.geo import Point
from tests.fakes.address_service import AddressService, address_service, answered

SUGGEST = "/suggestions/api/4_1/rs/suggest/address"
NEAR = Point(lat=59.93, lon=30.31)
ASKED = Asked("Невский 1", "ru", NEAR)
MAKERS: dict[str, Callable[[Exchange, str], Geocoder]] = {
    "dadata": lambda exchange, url: Dadata(exchange, "key-1", "secret-1", url),
    "yandex": lambda exchange, url: Yandex(exchange, "key-1", url),
    "nominatim": Nominatim,
}


@pytest_asyncio.fixture(loop_scope="session")
async def service() -> AsyncIterator[AddressService]:
    async with address_service() as fake:
        yield fake


async def found_by(name: str, service: AddressService, asked: Asked = ASKED, timeout_s: float = 2.0) -> Sequence[Place]:
    geocoder = MAKERS[name](Exchange("dispatch (+https://example.test)", timeout_s=timeout_s), service.url)
    try:
        return await geocoder.find(asked)
    finally:
        await geocoder.close()


async def test_dadata_suggests_and_what_has_no_place_is_left_out(service: AddressService) -> None:
    places = await found_by("dadata", service)
    assert [(p.address, p.exact) for p in places] == [
        ("г Санкт-Петербург, Невский пр-кт, д 1", True),
        ("г Санкт-Петербург, Невский пр-кт", False),
    ]
    assert places[0].point == Point(lat=59.936606, lon=30.310957)
    (request,) = service.seen
    assert (request.method, request.path) == ("POST", SUGGEST)
    assert request.headers["authorization"] == "Token key-1"
    assert "x-secret" not in request.headers
    assert request.body == {"query": "Невский 1", "count": MOST_PLACES, "language": "ru"}


async def test_dadata_cleans_a_whole_address_that_has_no_suggestion(service: AddressService) -> None:
    service.answers[SUGGEST] = {"suggestions": []}
    assert await found_by("dadata", service, Asked("мск сухонска 11/-89", "ru", typing=True)) == []
    assert [seen.path for seen in service.seen] == [SUGGEST]
    (place,) = await found_by("dadata", service, Asked("мск сухонска 11/-89", "ru"))
    assert (place.address, place.exact) == ("г Москва, ул Сухонская, д 11, кв 89", True)
    assert service.seen[-1].path == "/api/v1/clean/address"
    assert service.seen[-1].headers["x-secret"] == "secret-1"
    assert service.seen[-1].body == ["мск сухонска 11/-89"]
    without = Dadata(Exchange("x"), "key-1", "", service.url)
    assert await without.find(Asked("мск сухонска 11/-89", "ru")) == []
    await without.close()
    service.answers["/api/v1/clean/address"] = [{"result": None, "geo_lat": None, "geo_lon": None, "qc_geo": 5}]
    assert await found_by("dadata", service) == []


async def test_yandex_writes_the_longitude_first(service: AddressService) -> None:
    (place,) = await found_by("yandex", service)
    assert (place.address, place.exact) == ("Россия, Москва, улица Новый Арбат, 24", True)
    assert place.point == Point(lat=55.753083, lon=37.587614)
    (request,) = service.seen
    assert (request.method, request.path) == ("GET", "/v1/")
    assert dict(request.query) == {
        "apikey": "key-1",
        "geocode": "Невский 1",
        "lang": "ru_RU",
        "results": str(MOST_PLACES),
        "format": "json",
        "ll": "30.31,59.93",
        "spn": "2,2",
        "rspn": "0",
    }


async def test_nominatim_is_told_who_asks_and_around_where(service: AddressService) -> None:
    (place,) = await found_by("nominatim", service, Asked("Сенная 1", "en", NEAR))
    assert (place.point, place.exact) == (Point(lat=59.9274, lon=30.3161), True)
    (request,) = service.seen
    assert request.headers["user-agent"] == "dispatch (+https://example.test)"
    assert request.query["accept-language"] == "en"
    assert request.query["viewbox"] == "29.31000,60.93000,31.31000,58.93000"
    assert request.query["bounded"] == "0"
    assert (Nominatim(Exchange("x")).gap_s, Nominatim(Exchange("x")).as_you_type) == (1.0, False)


LIES: dict[str, bytes] = {
    "no JSON": answered(b"<html>down for maintenance</html>"),
    "JSON of another shape": answered(b'{"error": "x"}'),
    "a bare word": answered(b'"ok"'),
    "an abyss": answered(b"[" * 100_000),
    "far too much": answered(b"[" + b" " * (LARGEST_ANSWER + 1) + b"]"),
    "a packed answer": answered(gzip.compress(b"[]"), more="Content-Encoding: gzip\r\n"),
    "elsewhere": answered(b"", 302, "Location: http://127.0.0.1:1/\r\n"),
    "no HTTP": b"\x00\x01\x02 nonsense\r\n\r\n",
    "nothing": b"",
    "half an answer": answered(b"[]" * 50)[:-20],
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("lie", LIES)
async def test_a_lying_service_is_an_error_and_nothing_else(service: AddressService, name: str, lie: str) -> None:
    service.raw = LIES[lie]
    with pytest.raises(GeocoderFailed) as caught:
        await found_by(name, service)
    assert not caught.value.refused
    assert "key-1" not in repr(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(("status", "refused"), [(401, True), (403, True), (429, True), (402, True), (500, False)])
async def test_a_refusal_is_told_from_trouble(service: AddressService, *, status: int, refused: bool) -> None:
    service.status = status
    with pytest.raises(GeocoderFailed) as caught:
        await found_by("yandex", service)
    assert caught.value.refused is refused


@pytest.mark.parametrize("slow", [{"wait_s": 5.0}, {"drip_s": 0.02}], ids=["silent", "a byte at a time"])
async def test_a_slow_service_takes_no_longer_than_allowed(service: AddressService, slow: dict[str, float]) -> None:
    for what, how_long in slow.items():
        setattr(service, what, how_long)
    begun = time.monotonic()
    with pytest.raises(GeocoderFailed, match="slow"):
        await found_by("nominatim", service, timeout_s=0.2)
    assert time.monotonic() - begun < 1.5


async def test_nobody_there_is_an_error() -> None:
    async with address_service() as gone:
        url = gone.url
    geocoder = Nominatim(Exchange("x"), url)
    with pytest.raises(GeocoderFailed):
        await geocoder.find(ASKED)
    await geocoder.close()


async def test_many_ask_at_once(service: AddressService) -> None:
    geocoder = Yandex(Exchange("x"), "k", service.url)
    answers = await asyncio.gather(*(geocoder.find(ASKED) for _ in range(20)))
    await geocoder.close()
    assert all(len(places) == 1 for places in answers)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("91", "30"),
        ("59", "181"),
        ("nan", "30"),
        ("1e999", "30"),
        ("", "30"),
        (None, "30"),
        (True, "30"),
        ("0", "0.0"),
        ("9" * 5000, "30"),
        ([], {}),
    ],
)
def test_what_is_no_place_is_none(lat: object, lon: object) -> None:
    assert place_of("Невский 1", lat, lon, exact=True) is None


def test_what_a_service_writes_is_kept_within_bounds() -> None:
    place = place_of("a\x00b\u202ec\n" + "x" * 9000, "59.9", 30.3, exact=False)
    assert place is not None
    assert place.address.startswith("a\ufffdb c x")
    assert len(place.address) == 400
    assert place_of("\u202e \n", "59.9", 30.3, exact=False) is None
    assert place_of(7, "59.9", 30.3, exact=False) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["suggestions", "data", "geo_lat", "response", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@hypothesis.settings(max_examples=40)
@given(JSON, st.lists(st.sampled_from(["suggestions", "data", "geo_lat", 0, 1]), max_size=4))
def test_any_answer_can_be_dug_in(answer: object, path: list[str | int]) -> None:
    dig(answer, *path)
    place_of(answer, answer, answer, exact=False)


@given(st.text(max_size=500))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert len(once) <= LONGEST
    json.dumps(once).encode()


def test_the_same_question_is_recognised() -> None:
    same = {normalise(text) for text in ("Королёва,  5", "королева 5", " КОРОЛЕВА ; 5. ", "королёва\t5")}
    assert same == {"королева 5"}
