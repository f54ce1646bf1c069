"""People are found as fast as one types: the server's own time for the list and the palette, by words, digits, filters.

Five thousand people of one franchise; with `--full` a hundred thousand.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from statistics import quantiles

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient
from structlog.testing import capture_logs

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.seed.cities import cities
from dispatch.seed.people import draw_workers
from dispatch.workers.bulk import Attested, bulk_insert_workers
from dispatch.workers.rules import Attestation
from tests.factories.browsers import PART, Browser, sign_in
from tests.factories.stage import Stage

pytestmark = pytest.mark.timed

CEILING_MS = 100
TRIES = 5
_STORED_AT_ONCE, _KNOWN_EVERY = 1_000, 5
_KNOWN = Attested(frozenset({Attestation.VETTING, Attestation.CONSENT_OFFERS}), "Interviewed", "Test author")
NAMES = ("Иванов", "иванова", "Кузнецов Иван", "Карим", "rahim", "Smith")
PARTS = ("и", "ив", "ива", "ов", "ова", "ски", "ёв", "а", "джон")
TYPOS = ("Ивнаов", "кузнецво", "иваанов", "zzz", "ъъ")
DIGITS = ("7368", "+7 972", "8 972 736", "0000", "972736")
FILTERS = (
    "status=active",
    "skill=roof_work&sort=rating&dir=desc",
    "rating=4&invitable=yes",
    "q=ива&status=active&skill=loading&rating=3,5",
    "q=ов&invitable=no&sort=came&dir=desc",
    "papers=expiring",
    "q=а&sort=external_id&page=9",
    "sort=rating&dir=desc&page=40",
    "sort=name&page=60",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(app_db: Database, owner: asyncpg.Connection, stage: Stage, *, full: bool) -> int:
    """People as they are: names of six languages, some who left, ratings of every size, statistics up to date."""
    count = 100_000 if full else 5_000
    drawn = draw_workers(
        cities(["Санкт-Петербург"])[0], count, first_index=0, today=datetime.now(UTC).date(), random=Random(7)
    )
    for n in range(count // _STORED_AT_ONCE):
        some = [next(drawn) for _ in range(_STORED_AT_ONCE)]
        async with app_db.begin(stage.franchise_id, "system:test") as uow:
            await bulk_insert_workers(uow, some, _KNOWN if n % _KNOWN_EVERY == 0 else None)
    await owner.execute(
        """UPDATE workers
           SET rating = 1 + 4 * random(),
               status = CASE WHEN status = 'active' AND random() < 0.2 THEN 'paused' ELSE status END,
               capped_until = CASE WHEN random() < 0.05 THEN clock.now() + interval '3 days' END
           WHERE franchise_id = $1""",
        stage.franchise_id,
    )
    await owner.execute("VACUUM ANALYZE")
    return count


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.DISPATCHER)


async def server_times(desk: Browser) -> dict[str, float]:
    """Ask for everything once, and return the milliseconds the server wrote down for each."""
    words = [*NAMES, *PARTS, *TYPOS, *DIGITS]
    asked = [f"/people?q={text.replace('+', '%2B')}" for text in words] + [f"/people?{filters}" for filters in FILTERS]
    times: dict[str, float] = {}
    for address in asked:
        with capture_logs() as logged:
            await desk.part(address)
        times[address] = _written(logged)
    for text in words:
        with capture_logs() as logged:
            answer = await desk.client.post("/find", data={"q": text}, headers=PART | {"X-CSRF-Token": desk.csrf})
        assert answer.status_code == 200
        times[f"/find {text}"] = _written(logged)
    return times


def _written(logged: Sequence[Mapping[str, object]]) -> float:
    (took,) = [entry["ms"] for entry in logged if entry["event"] == "request"]
    assert isinstance(took, float)
    return took


async def test_people_are_found_as_fast_as_one_types(desk: Browser, crowd: int, figure: Callable[[str], None]) -> None:
    """Of each search the best of a few rounds counts, as a busy machine makes slow what is not."""
    assert "Иванов" in await desk.part("/people?q=иванов")
    times = await server_times(desk)
    for _ in range(TRIES):
        if p95(times) < CEILING_MS:
            break
        again = await server_times(desk)
        times = {asked: min(took, again[asked]) for asked, took in times.items()}
    slowest = max(times, key=lambda asked: times[asked])
    figure(
        f"people search: {crowd} own workers, {len(times)} searches, server time p95 {p95(times):.0f} ms, "
        f"the slowest {times[slowest]:.0f} ms ({slowest})"
    )
    assert p95(times) < CEILING_MS


def p95(times: dict[str, float]) -> float:
    return quantiles(times.values(), n=20)[-1]
