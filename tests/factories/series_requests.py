"""A valid request for every route that changes a series, which begins so far ahead that it takes no men from others."""

from datetime import UTC, datetime
from typing import Any

from tests.factories.book import V1, request
from tests.factories.desk import at
from tests.factories.scene import Call, Scene
from tests.factories.series import ONE, series_body, today

FIRST = today() + ONE * 40


async def a_series(s: Scene) -> str:
    """The address of a series none of whose days is an order yet."""
    made = await s.post("/series", _body(s), status=201)
    return f"/series/{made['id']}"


def _body(s: Scene) -> dict[str, Any]:
    return series_body(s.stage, starts_on=str(FIRST))


@request("POST /api/v1/series")
async def start_series(s: Scene) -> Call:
    return Call("/series", _body(s), {"Idempotency-Key": at(datetime.now(UTC))})


@request("PATCH /api/v1/series/{series_id}")
async def change_series(s: Scene) -> Call:
    return Call(await a_series(s), {"headcount": 5, "apply_to": "materialised"}, V1)


@request("POST /api/v1/series/{series_id}/preview")
async def preview_series(s: Scene) -> Call:
    return Call(f"{await a_series(s)}/preview", {"headcount": 5, "apply_to": "materialised"}, V1)


@request("POST /api/v1/series/{series_id}/exceptions")
async def except_day(s: Scene) -> Call:
    return Call(f"{await a_series(s)}/exceptions", {"day": str(FIRST), "kind": "out", "reason": "переучёт"})


@request("DELETE /api/v1/series/{series_id}/exceptions/{day}")
async def lift_exception(s: Scene) -> Call:
    call = await except_day(s)
    await s.post(call.path, call.json)
    return Call(f"{call.path}/{FIRST}")


@request("POST /api/v1/series/{series_id}/pause")
async def pause_series(s: Scene) -> Call:
    return Call(f"{await a_series(s)}/pause")


@request("POST /api/v1/series/{series_id}/resume")
async def resume_series(s: Scene) -> Call:
    series = await a_series(s)
    await s.post(f"{series}/pause")
    return Call(f"{series}/resume")


@request("POST /api/v1/series/{series_id}/end")
async def end_series(s: Scene) -> Call:
    return Call(f"{await a_series(s)}/end", {"reason": "склад закрыт", "apply_to": "materialised"})
