"""The client of the API: tries again what may be tried again, with one key, and names what was refused."""

from uuid import UUID

import httpx
import pytest
import respx

from dispatch.demo.errors import RequestRefused
from dispatch.demo.platform import Platform

_URL = "http://platform.test"
_SHIFT = UUID(int=7)
_CLOSE = f"{_URL}/api/v1/shifts/{_SHIFT}/close"
_WAVES = f"{_URL}/api/v1/shifts/{_SHIFT}/waves"


@pytest.fixture
def platform() -> Platform:
    return Platform(_URL, "dlive_secret")


@respx.mock
async def test_answers_are_read_and_unknown_fields_left(platform: Platform) -> None:
    route = respx.get(_WAVES).respond(json={"items": [{"n": 1, "target": 15, "invited": 15, "colour": "red"}]})
    (wave,) = await platform.waves(_SHIFT)
    assert (wave.n, wave.target, wave.invited) == (1, 15, 15)
    assert route.calls[0].request.headers["Authorization"] == "Bearer dlive_secret"


@respx.mock
async def test_a_post_is_tried_again_under_one_key(platform: Platform) -> None:
    route = respx.post(_CLOSE)
    route.side_effect = [httpx.Response(503), httpx.ReadTimeout("late"), httpx.Response(200, json={})]
    await platform.close_shift(_SHIFT)
    keys = {call.request.headers["Idempotency-Key"] for call in route.calls}
    assert (route.call_count, len(keys)) == (3, 1)


@respx.mock
async def test_a_refusal_is_not_tried_again(platform: Platform) -> None:
    route = respx.post(_CLOSE).respond(409, json={"code": "shift_not_running"})
    with pytest.raises(RequestRefused, match=r"409.*shift_not_running") as refused:
        await platform.close_shift(_SHIFT)
    assert refused.value.fields == {"status": 409}
    assert route.call_count == 1


@respx.mock
async def test_a_platform_that_stays_away_is_named(platform: Platform) -> None:
    route = respx.get(_WAVES)
    route.side_effect = httpx.ConnectError("refused")
    with pytest.raises(RequestRefused, match="does not answer"):
        await platform.waves(_SHIFT)
    assert route.call_count == 4
