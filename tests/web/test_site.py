"""The page on site over HTTP: whose it is, and what becomes of marks that come late, twice, forged or wrong."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.crew import Crew
from tests.factories.on_site import Phone, browser_of, foremans_crew, made, states
from tests.factories.stage import Stage, let_pass, run_lane, set_stage

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    """No wave is to ask people by itself here: the crews are seated by hand."""
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(loop_scope="session")
async def crew(jobs_db: Database, owner: asyncpg.Connection, stage: Stage) -> Crew:
    """Two primary men, started an hour ago: everybody's limit has passed."""
    crew = await foremans_crew(jobs_db, owner, stage, 2)
    await let_pass(owner, crew.shift_id, HOUR)
    return crew


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def foreman(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    async with browser_of(app, app_db, stage.franchise_id, Role.FOREMAN) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def phone(foreman: AsyncClient, crew: Crew) -> Phone:
    """The foreman's phone, in touch."""
    phone = Phone(foreman, f"/site/{crew.shift_id}")
    assert (await phone.pulse()).status_code == 200
    return phone


async def seat_of(owner: asyncpg.Connection, seat_id: UUID) -> asyncpg.Record:
    return await owner.fetchrow("SELECT * FROM seats WHERE id = $1", seat_id)


async def test_a_foreman_begins_with_the_shifts_he_attends(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    assert (await phone.client.get("/")).headers["location"] == "/site"
    assert f'href="/site/{crew.shift_id}"' in (await phone.client.get("/site")).text
    await owner.execute("UPDATE shifts SET attendance_source = 'crew_lead' WHERE id = $1", crew.shift_id)
    assert str(crew.shift_id) not in (await phone.client.get("/site")).text
    assert (await phone.client.get(phone.base)).status_code == 404
    assert (await phone.pulse()).status_code == 404
    assert (await phone.post(made("arrived", crew.seats[0]))).status_code == 404
    assert (await seat_of(owner, crew.seats[0]))["status"] == "booked"


async def test_the_page_needs_no_script_of_its_own_and_shows_no_number_to_a_foreman(
    phone: Phone, app: FastAPI, app_db: Database, stage: Stage
) -> None:
    page = await phone.page()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page) == []
    assert set(states(page).values()) == {"expected"}
    assert "tel:" not in page
    async with browser_of(app, app_db, stage.franchise_id, Role.DISPATCHER) as desk:
        assert len(re.findall(r'href="tel:\+7\d{10}"', await Phone(desk, phone.base).page())) == 2


async def test_the_worker_may_keep_the_pages_and_nothing_else(phone: Phone) -> None:
    worker = await phone.client.get("/site-worker.js")
    assert worker.headers["service-worker-allowed"] == "/"
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "connect-src 'self'" in worker.headers["content-security-policy"]
    manifest = (await phone.client.get("/site.webmanifest")).json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/site", "/site", "standalone")
    for icon in manifest["icons"]:
        assert (await phone.client.get(icon["src"])).content.startswith(b"\x89PNG")


async def test_marks_count_at_their_own_time_whatever_the_phones_clock_says(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    seven = timedelta(minutes=7)
    mark = made("arrived", crew.seats[0], ago=HOUR - timedelta(minutes=5), fast=seven)
    assert await phone.send(mark) == [("accepted", "arrived")]
    seat = await seat_of(owner, crew.seats[0])
    true_time = datetime.fromisoformat(mark["made_at"]) - seven
    assert (seat["status"], seat["arrived_at"], seat["arrival_source"]) == ("arrived", true_time, "foreman")
    assert 4 <= seat["late_min"] <= 6
    stored = await owner.fetchrow("SELECT * FROM site_marks WHERE id = $1", UUID(mark["id"]))
    assert (stored["at"], stored["made_at"]) == (true_time, datetime.fromisoformat(mark["made_at"]))
    assert (stored["clock_offset"], stored["source"]) == (-seven, "foreman")
    assert states(await phone.page())[str(crew.seats[0])] == "there"


async def test_a_batch_sent_again_does_nothing_again(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    first = made("arrived", crew.seats[0], ago=timedelta(minutes=40))
    batch = [first, made("missing", crew.seats[1], ago=timedelta(minutes=30))]
    assert await phone.send(*batch) == [("accepted", "arrived"), ("accepted", "no_show")]
    assert await phone.send(*batch) == [("known", "arrived"), ("known", "no_show")]
    assert await owner.fetchval("SELECT count(*) FROM site_marks WHERE shift_id = $1", crew.shift_id) == 2
    assert await owner.fetchval("SELECT count(*) FROM attendance_lists WHERE shift_id = $1", crew.shift_id) == 1
    kinds = await owner.fetch("SELECT kind FROM marks WHERE shift_id = $1 ORDER BY kind", crew.shift_id)
    assert [row["kind"] for row in kinds] == ["late", "no_show"]


async def test_the_same_batch_at_once_from_two_tabs_counts_once(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    batch = [made("arrived", seat_id, ago=timedelta(minutes=40)) for seat_id in crew.seats]
    fates = await asyncio.gather(*(phone.send(*batch) for _ in range(4)))
    for of_one_mark in zip(*fates, strict=True):
        assert sorted(of_one_mark) == [("accepted", "arrived")] + [("known", "arrived")] * 3
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", crew.shift_id) == 2


async def test_a_site_that_marks_is_not_silent(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, crew: Crew
) -> None:
    silent = "SELECT status FROM alarms WHERE shift_id = $1 AND kind = 'site_silent'"
    await run_lane(jobs_db)
    assert await owner.fetchval(silent, crew.shift_id) == "open"
    await phone.send(made("arrived", crew.seats[0], ago=HOUR))
    assert await owner.fetchval(silent, crew.shift_id) == "resolved"


async def test_a_site_that_has_marked_is_not_rung_for_its_list(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, crew: Crew
) -> None:
    await phone.send(made("arrived", crew.seats[0], ago=HOUR))
    await run_lane(jobs_db)
    kinds = {row["kind"] for row in await owner.fetch("SELECT kind FROM alarms WHERE shift_id = $1", crew.shift_id)}
    assert "site_silent" not in kinds


async def test_an_arrival_that_comes_late_takes_a_no_show_back_exactly(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, crew: Crew
) -> None:
    seat_id, man = crew.seats[0], crew.men[0]
    before = await owner.fetchrow("SELECT rating, capped_until FROM workers WHERE id = $1", man)
    assert await phone.send(made("missing", seat_id, ago=timedelta(minutes=20))) == [("accepted", "no_show")]
    worse = await owner.fetchrow("SELECT rating, capped_until FROM workers WHERE id = $1", man)
    assert worse["rating"] < before["rating"]
    assert worse["capped_until"] is not None
    late = made("arrived", seat_id, ago=HOUR - timedelta(minutes=1))
    assert await phone.send(late) == [("accepted", "arrived")]
    seat = await seat_of(owner, seat_id)
    assert (seat["status"], seat["arrived_at"]) == ("arrived", datetime.fromisoformat(late["made_at"]))
    assert await owner.fetchrow("SELECT rating, capped_until FROM workers WHERE id = $1", man) == before
    assert await owner.fetchval("SELECT reversed_at IS NOT NULL FROM no_shows WHERE seat_id = $1", seat_id)
    fines = await owner.fetch("SELECT status FROM fines WHERE seat_id = $1", seat_id)
    assert {row["status"] for row in fines} <= {"voided"}
    await run_lane(jobs_db)


async def test_who_came_after_all_is_judged_by_nobody_in_between(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    seat_id = crew.seats[0]
    missed, seen = (
        made("missing", seat_id, ago=timedelta(minutes=40)),
        made("arrived", seat_id, ago=timedelta(minutes=20)),
    )
    assert await phone.send(missed, seen) == [("accepted", "came_later"), ("accepted", "arrived")]
    assert await owner.fetchval("SELECT count(*) FROM no_shows WHERE seat_id = $1", seat_id) == 0
    other = made("missing", seat_id, ago=timedelta(minutes=40))
    assert await phone.send(other) == [("accepted", "came_later")]
    texts = await owner.fetch("SELECT template FROM messages WHERE shift_id = $1", crew.shift_id)
    assert "no_show" not in {row["template"] for row in texts}


async def test_an_announced_delay_moves_the_limit_and_makes_the_lateness_light(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    seat_id = crew.seats[0]
    before = await seat_of(owner, seat_id)
    late = made("late", seat_id, ago=HOUR, minutes=30)
    assert await phone.send(late) == [("accepted", "delay_noted")]
    after = await seat_of(owner, seat_id)
    assert 29 <= after["announced_min"] <= 31
    assert after["limit_at"] > before["limit_at"]
    assert (await phone.send(made("arrived", seat_id, ago=timedelta(minutes=31))))[0][0] == "accepted"
    assert await owner.fetchval("SELECT kind FROM marks WHERE seat_id = $1", seat_id) == "late_announced"
    assert (await phone.send(made("late", seat_id, minutes=30)))[0][0] == "refused"


async def test_leaving_without_leave_costs_and_coming_back_takes_it_back(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    seat_id, man = crew.seats[0], crew.men[0]
    assert (await phone.send(made("left", seat_id)))[0][0] == "refused"
    await phone.send(made("arrived", seat_id, ago=HOUR))
    before = await owner.fetchval("SELECT rating FROM workers WHERE id = $1", man)
    left = made("left", seat_id, ago=timedelta(minutes=10), let_go=False)
    assert await phone.send(left) == [("accepted", "left_early")]
    assert (await seat_of(owner, seat_id))["left_at"] == datetime.fromisoformat(left["made_at"])
    assert await owner.fetchval("SELECT rating FROM workers WHERE id = $1", man) < before
    assert states(await phone.page())[str(seat_id)] == "left"
    told = await owner.fetchval(
        "SELECT body FROM messages WHERE shift_id = $1 AND template = 'left_early'", crew.shift_id
    )
    assert "СПОР" in told
    assert await phone.send(made("arrived", seat_id)) == [("accepted", "came_back")]
    assert await owner.fetchval("SELECT rating FROM workers WHERE id = $1", man) == before
    assert (await seat_of(owner, seat_id))["left_at"] is None
    assert await phone.send(made("left", seat_id, let_go=True)) == [("accepted", "left")]
    assert await owner.fetchval("SELECT rating FROM workers WHERE id = $1", man) == before
    alarms = await owner.fetch(
        "SELECT kind, status FROM alarms WHERE shift_id = $1 AND kind = 'left_early'", crew.shift_id
    )
    assert sorted(row["status"] for row in alarms) == ["open", "resolved"]


async def test_what_cannot_be_true_is_refused_by_itself_and_said(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    one, two = crew.seats
    ahead = made("arrived", one, ago=-timedelta(minutes=3))
    ancient = made("arrived", one, ago=timedelta(days=3))
    no_calendar = {**made("arrived", one), "made_at": "0001-01-01T00:00:00Z", "offset_ms": -1000}
    odd = {**made("arrived", one), "kind": "flew"}
    bare = {"kind": "arrived"}
    within_grace = made("missing", one, ago=HOUR - timedelta(minutes=3))
    nobody = made("arrived", uuid4())
    right = made("arrived", two)
    answers = await phone.send(ahead, ancient, no_calendar, odd, bare, within_grace, nobody, right)
    assert [fate for fate, _ in answers] == ["refused"] * 7 + ["accepted"]
    for (_, reason), words in zip(
        answers,
        ("not come yet", "before the shift", "before the shift", "not be read", "not be read", "grace", "no such seat"),
        strict=False,
    ):
        assert words in reason, reason
    assert (await seat_of(owner, one))["status"] == "booked"
    assert await owner.fetchval("SELECT count(*) FROM site_marks WHERE shift_id = $1", crew.shift_id) == 1


async def test_a_clock_a_little_ahead_is_no_lie(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    assert await phone.send(made("arrived", crew.seats[0], ago=-timedelta(seconds=20))) == [("accepted", "arrived")]
    assert (await seat_of(owner, crew.seats[0]))["arrived_at"] <= await owner.fetchval("SELECT now()")


async def test_reasons_are_said_in_the_language_of_the_page(phone: Phone, crew: Crew) -> None:
    phone.headers["Accept-Language"] = "ru"
    ((fate, reason),) = await phone.send(made("arrived", crew.seats[0], ago=timedelta(days=3)))
    assert (fate, reason) == ("refused", "Отметка раньше смены. Проверьте часы телефона и отметьте снова.")


async def test_a_closed_shift_takes_no_more_marks(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    await owner.execute("UPDATE shifts SET status = 'closed' WHERE id = $1", crew.shift_id)
    for mark in (made("arrived", crew.seats[0]), made("missing", crew.seats[0]), made("left", crew.seats[0])):
        ((fate, reason),) = await phone.send(mark)
        assert fate == "refused"
        assert "dispatcher" in reason


async def test_a_day_after_the_end_the_list_is_closed(phone: Phone, owner: asyncpg.Connection, crew: Crew) -> None:
    await let_pass(owner, crew.shift_id, timedelta(hours=8 + 22))
    assert (await phone.pulse()).status_code == 200
    await let_pass(owner, crew.shift_id, timedelta(hours=2))
    assert (await phone.pulse()).status_code == 404
    assert (await phone.post(made("arrived", crew.seats[0]))).status_code == 404


async def test_standby_who_came_gets_a_place_when_there_is_one(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage
) -> None:
    crew = await foremans_crew(jobs_db, owner, stage, 1, standby=1)
    await let_pass(owner, crew.shift_id, HOUR)
    await owner.execute("UPDATE shifts SET reserve_capacity = 0 WHERE id = $1", crew.shift_id)
    primary, standby = crew.seats
    phone.base = f"/site/{crew.shift_id}"
    ((fate, reason),) = await phone.send(made("arrived", standby))
    assert fate == "refused"
    assert "Mark first who is missing" in reason
    assert await phone.send(made("missing", primary), made("arrived", standby)) == [
        ("accepted", "no_show"),
        ("accepted", "arrived"),
    ]
    seat = await seat_of(owner, standby)
    assert (seat["kind"], seat["status"], seat["late_min"]) == ("primary", "arrived", 0)


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.DISPATCHER, 200), (Role.RECRUITER, 403), (Role.ACCOUNTANT, 403)],
)
async def test_only_who_takes_lists_may_come_in(
    app: FastAPI, app_db: Database, stage: Stage, crew: Crew, owner: asyncpg.Connection, role: Role, status: int
) -> None:
    async with browser_of(app, app_db, stage.franchise_id, role) as client:
        phone = Phone(client, f"/site/{crew.shift_id}")
        assert (await client.get("/site")).status_code == status
        assert (await phone.pulse()).status_code == status
        assert (await phone.post(made("arrived", crew.seats[0]))).status_code == status
    source = await owner.fetchval("SELECT arrival_source FROM seats WHERE id = $1", crew.seats[0])
    assert source == ("dispatcher" if status == 200 else None)


async def test_another_franchise_finds_nothing_and_changes_nothing(
    app: FastAPI, app_db: Database, settings: Settings, owner: asyncpg.Connection, crew: Crew
) -> None:
    other = await set_stage(settings, app_db, men=0)
    async with browser_of(app, app_db, other.franchise_id, Role.FOREMAN) as client:
        assert str(crew.shift_id) not in (await client.get("/site")).text
        phone = Phone(client, f"/site/{crew.shift_id}")
        token = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await client.get("/site")).text)
        phone.csrf = token[1] if token else ""
        for answer in (
            await client.get(phone.base),
            await phone.pulse(),
            await phone.post(made("arrived", crew.seats[0])),
        ):
            assert answer.status_code == 404
    assert (await seat_of(owner, crew.seats[0]))["status"] == "booked"


async def test_a_mark_without_the_sessions_token_is_not_taken(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    for token in ("", "0" * 64):
        phone.csrf = token
        assert (await phone.post(made("arrived", crew.seats[0]))).status_code == 403
    assert (await seat_of(owner, crew.seats[0]))["status"] == "booked"


async def test_who_is_signed_out_is_told_so_and_not_with_a_page(stranger: AsyncClient, crew: Crew) -> None:
    signed_out = Phone(stranger, f"/site/{crew.shift_id}")
    answer = await signed_out.pulse()
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"].startswith("/login")
    assert (await signed_out.post(made("arrived", crew.seats[0]))).status_code == 204


async def test_the_ratings_of_nobody_move_by_arriving_in_time(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    assert await phone.send(made("arrived", crew.seats[0], ago=HOUR)) == [("accepted", "arrived")]
    assert await owner.fetchval("SELECT rating FROM workers WHERE id = $1", crew.men[0]) == Decimal("3.50")
