"""The root: probes, start-up refusal, shutdown, description."""

import asyncio
import signal
import sys
from pathlib import Path

import asyncpg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import AsyncClient, ConnectError
from pydantic import SecretStr

from dispatch.api.readiness import NotReady, Readiness
from dispatch.app import create_app
from dispatch.kit.db import SimulatedClockRefused, UnsafeDatabaseRole, open_engine
from dispatch.local.migrate import newest_revision
from dispatch.local.places import free_port
from dispatch.local.throwaway import TestCluster
from dispatch.settings import DatabaseSettings, Settings
from dispatch.web.doors import SecretKeyTooShort
from tests.reliability.system import untraced

ROOT = Path(__file__).resolve().parents[2]


async def start(settings: Settings) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        pass


def test_a_text_is_not_held_up_by_the_routes_of_people() -> None:
    """Routes are tried in turn: behind the others each text would first be held against a hundred of them."""
    paths = [route.path for route in iter_route_contexts(create_app(Settings()).routes)]
    webhooks = [n for n, path in enumerate(paths) if path and path.startswith("/hooks/sms/")]
    assert webhooks == list(range(webhooks[0], webhooks[0] + len(webhooks)))
    assert webhooks[0] <= 1, "behind the description of the API alone"


async def test_the_probes_of_a_healthy_process(http: AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "alive", "checks": {}}
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["checks"] == {"database": "ok", "migrations": "ok", "role": "ok", "redis": "ok"}
    metrics = await http.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "python_info" in metrics.text


async def test_redis_is_reported_and_never_decides(settings: Settings) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    place = settings.database
    readiness = Readiness(open_engine(place.url(place.app), size=1, name="probe"), nowhere, newest_revision())
    assert (await readiness.check())["redis"] == "unreachable"
    await readiness.close()


async def test_a_database_that_is_gone_behind_or_open_is_not_ready(settings: Settings) -> None:
    place = settings.database
    gone = DatabaseSettings(port=free_port(), name=place.name)
    for url, revision, failing in (
        (gone.url(place.app), newest_revision(), "database"),
        (place.url(place.app), "9999", "migrations"),
        (place.url(place.owner), newest_revision(), "role"),
    ):
        readiness = Readiness(open_engine(url, size=1, name="probe"), settings.redis_url, revision)
        with pytest.raises(NotReady) as caught:
            await readiness.check()
        checks = caught.value.fields["checks"]
        assert isinstance(checks, dict)
        assert checks[failing] != "ok"
        assert failing in str(caught.value)
        await readiness.close()


async def test_not_ready_is_a_503_while_the_process_is_alive(
    http: AsyncClient, owner: asyncpg.Connection, settings: Settings
) -> None:
    await owner.execute("UPDATE alembic_version SET version_num = 'older'")
    answer = await http.get("/readyz")
    await owner.execute("UPDATE alembic_version SET version_num = $1", newest_revision())
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.json()["checks"]["migrations"] == f"at older, need {newest_revision()}"
    assert answer.headers["retry-after"]
    assert (await http.get("/healthz")).status_code == 200


async def test_the_api_refuses_to_start_as_a_role_that_sees_everything(
    settings: Settings, cluster: TestCluster, owner: asyncpg.Connection
) -> None:
    place = settings.database
    as_owner = settings.model_copy(update={"database": place.model_copy(update={"app": place.owner})})
    with pytest.raises(UnsafeDatabaseRole, match="dispatch_owner"):
        await start(as_owner)
    await owner.execute("UPDATE deployment SET simulated_clock = true")
    with pytest.raises(SimulatedClockRefused):
        await start(settings)
    await owner.execute("UPDATE deployment SET simulated_clock = false")
    await start(settings)


@pytest.mark.parametrize("key", ["", "k" * 31])
async def test_the_api_refuses_to_start_with_a_key_that_can_be_guessed(settings: Settings, key: str) -> None:
    with pytest.raises(SecretKeyTooShort, match="DISPATCH_SECRET_KEY"):
        await start(settings.model_copy(update={"secret_key": SecretStr(key)}))


async def test_the_description_names_problems_and_permissions(http: AsyncClient, app: FastAPI) -> None:
    described = (await http.get("/openapi.json")).json()
    assert described == (await http.get("/openapi.json")).json()
    assert "Problem" in described["components"]["schemas"]
    tokens = described["paths"]["/api/v1/auth/tokens"]["post"]
    assert tokens["x-permission"] == "tokens_admin"
    assert tokens["security"] == [{"bearer": []}, {"session": []}]
    assert "role_not_grantable" in tokens["responses"]["403"]["description"]
    assert described["paths"]["/api/v1/auth/login"]["post"]["security"] == []
    for page in ("/docs", "/redoc", "/openapi.json/"):
        assert (await http.get(page)).status_code == 404


async def test_a_body_has_a_limit_and_an_answer_an_id(http: AsyncClient, settings: Settings) -> None:
    answer = await http.post("/api/v1/auth/login", content=b"x" * (settings.http.max_body_bytes + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.headers["x-request-id"]


async def test_a_served_process_answers_and_ends_soon_after_sigterm(cluster: TestCluster, settings: Settings) -> None:
    port = free_port()
    environment = cluster.environment(settings.database.name) | {"DISPATCH_HTTP__PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from dispatch.app import serve; from dispatch.settings import read_settings; serve(read_settings())",
        cwd=ROOT,
        env=untraced() | environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            async with asyncio.timeout(90):
                while True:
                    try:
                        answer = await client.get("/readyz")
                        break
                    except ConnectError:
                        await asyncio.sleep(0.1)
            assert answer.status_code == 200
            assert "server" not in answer.headers
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode in (0, -signal.SIGTERM)
    assert b"Traceback" not in errors


async def test_serving_as_the_owner_ends_with_the_reason(cluster: TestCluster, settings: Settings) -> None:
    environment = cluster.environment(settings.database.name)
    for name in ("USER", "PASSWORD"):
        environment[f"DISPATCH_DATABASE__APP__{name}"] = environment[f"DISPATCH_DATABASE__OWNER__{name}"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from dispatch.app import serve; from dispatch.settings import read_settings; serve(read_settings())",
        cwd=ROOT,
        env=untraced() | environment,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(90):
        _, errors = await process.communicate()
    assert process.returncode != 0
    assert b"not bound by row security" in errors
