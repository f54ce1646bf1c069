"""Whatever the description allows, and much that it does not, is answered: never by a failure of ours.

Cases are drawn from /openapi.json with a fixed seed, first all of an operation, then sent one after the other, so that
the app stays on the loop it was opened on. Each is sent as drawn, and once more with ids that exist: a random id ends
at "not found", a real one reaches the code behind it.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
import schemathesis
from fastapi import FastAPI
from httpx import AsyncClient, InvalidURL
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import Case
from structlog.testing import capture_logs

from dispatch.access.roles import Role
from dispatch.app import create_app
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.desk import client_of
from tests.factories.scene import Scene, set_scene
from tests.factories.series import ONE, series_body, today
from tests.factories.stage import set_stage

EXAMPLES: Final = 6
"""Cases of each operation, each sent twice: enough for every field to be odd, few enough for every run."""
_FEW: Final = {"POST /api/v1/auth/login": 2}
"""Operations that cost much by intent -> cases: a password takes a tenth of a second of one core."""
_UNTOUCHED: Final = {"POST /api/v1/auth/logout": "a token does not sign out; it would be revoked for the rest"}
ANSWERED: Final[dict[str, list[int]]] = {}


def described() -> dict[str, Any]:
    text = json.dumps(create_app(Settings()).openapi())
    found: dict[str, Any] = json.loads(text)
    return found


SCHEMA: Final = schemathesis.openapi.from_dict(described())
OPERATIONS: Final = {
    operation.ok().label: operation.ok()
    for operation in SCHEMA.get_all_operations()
    if operation.ok().label not in _UNTOUCHED
}


def cases_of(label: str) -> list[Case]:
    """Draw the cases of one operation, the same ones on every run."""
    drawn: list[Case] = []

    @hypothesis_settings(
        max_examples=_FEW.get(label, EXAMPLES),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[label].as_strategy())
    def draw(case: Case) -> None:
        drawn.append(case)

    draw()
    return drawn


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ids(
    app: FastAPI, settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection
) -> AsyncIterator[tuple[AsyncClient, dict[str, str]]]:
    """A dispatcher's client, and the ids of things that exist by the names paths and bodies use."""
    scene: Scene = await set_scene(app, settings, app_db, jobs_db, owner, await set_stage(settings, app_db, men=20))
    shift_id, seat = await scene.running()
    order_id = await owner.fetchval("SELECT order_id FROM shifts WHERE id = $1", shift_id)
    fine_id = await scene.fine()
    series = await scene.post("/series", series_body(scene.stage, starts_on=str(today() + ONE * 40)), status=201)
    series_id = UUID(series["id"])
    known: dict[str, UUID] = {
        "order_id": order_id,
        "shift_id": shift_id,
        "seat_id": seat["id"],
        "worker_id": seat["worker_id"],
        "client_id": scene.stage.client_id,
        "site_id": scene.stage.site_id,
        "fine_id": fine_id,
        "series_id": series_id,
    }
    async with await client_of(app, app_db, scene.stage.franchise_id, Role.DISPATCHER) as client:
        yield client, {name: str(value) for name, value in known.items()}
    await scene.client.aclose()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep tracebacks from being drawn; the answer says what went wrong."""
    with capture_logs():
        yield


def known_instead(value: Any, ids: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    """The same JSON with the ids of things that exist."""
    if isinstance(value, dict):
        return {name: ids.get(name, known_instead(inner, ids)) for name, inner in value.items()}
    return [known_instead(inner, ids) for inner in value] if isinstance(value, list) else value


def requests_of(case: Case, ids: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The case as drawn, and with ids that exist."""
    drawn = case.as_transport_kwargs(base_url="http://testserver")
    headers = {
        name: value
        for name, value in dict(drawn.get("headers") or {}).items()
        if name.lower() not in {"authorization", "cookie", "user-agent"}
    }
    kept = {name: value for name, value in drawn.items() if name in {"method", "url", "params", "json", "data"}}
    request = {**kept, "headers": headers}
    if isinstance(request.get("data"), bytes | str):
        request["content"] = request.pop("data")
    yield request
    named = {name: ids.get(name, value) for name, value in (case.path_parameters or {}).items()}
    path = case.path.format(**named) if named else case.path
    if "{" not in path and "\x00" not in path:
        body = {"json": known_instead(request["json"], ids)} if "json" in request else {}
        yield {**request, "url": f"http://testserver{path}", **body, "headers": {**headers, "If-Match": '"1"'}}


@pytest.mark.parametrize("label", sorted(OPERATIONS))
async def test_no_request_makes_us_fail(ids: tuple[AsyncClient, dict[str, str]], label: str) -> None:
    client, known = ids
    failures: list[str] = []
    statuses: list[int] = []
    for case in cases_of(label):
        for request in requests_of(case, known):
            try:
                with quiet():
                    answer = await client.request(**request)
            except (InvalidURL, UnicodeError, ValueError):
                continue  # the client library itself refuses to send it
            statuses.append(answer.status_code)
            if answer.status_code >= 500:
                failures.append(f"{answer.status_code} {answer.text[:200]} <- {request!r}"[:900])
    assert not failures, "\n".join(failures[:3])
    assert statuses, "nothing of it could be sent"
    ANSWERED[label] = statuses


def test_the_cases_reach_the_code_behind_the_checks() -> None:
    """Runs last: a token that did not count, or cases that are all malformed, would prove nothing."""
    succeeded = [label for label, statuses in ANSWERED.items() if any(status < 300 for status in statuses)]
    assert len(succeeded) > len(ANSWERED) / 4, ANSWERED
