"""On site: turned away, came instead, not on the list, new, standby called; the photo, the hours, the signature."""

import base64
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import AsyncClient

from dispatch.access.roles import Permission, Role, can
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.browsers import PART
from tests.factories.crew import Crew, with_men
from tests.factories.desk import question_about, timeline
from tests.factories.on_site import Phone, browser_of, foremans_crew, made, states
from tests.factories.stage import Stage, let_pass, run_lane, say, set_stage

HOUR = timedelta(hours=1)
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
        "0000000049454e44ae426082"
    )
).decode()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(settings: Settings, app_db: Database) -> Stage:
    return await set_stage(settings, app_db, men=0)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def foreman(app: FastAPI, app_db: Database, stage: Stage) -> AsyncIterator[AsyncClient]:
    async with browser_of(app, app_db, stage.franchise_id, Role.FOREMAN) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def crew(jobs_db: Database, owner: asyncpg.Connection, stage: Stage) -> Crew:
    """Two primary men and one on standby, started an hour ago."""
    crew = await foremans_crew(jobs_db, owner, stage, 2, standby=1)
    await let_pass(owner, crew.shift_id, HOUR)
    return crew


@pytest_asyncio.fixture(loop_scope="session")
async def phone(foreman: AsyncClient, crew: Crew) -> Phone:
    phone = Phone(foreman, f"/site/{crew.shift_id}")
    assert (await phone.pulse()).status_code == 200
    return phone


async def status_of(owner: asyncpg.Connection, seat_id: UUID) -> str:
    found: str = await owner.fetchval("SELECT status FROM seats WHERE id = $1", seat_id)
    return found


async def marks_on(owner: asyncpg.Connection, seat_id: UUID) -> list[str]:
    """The kinds of the marks that stand on a seat."""
    rows = await owner.fetch(
        """SELECT kind FROM marks m WHERE seat_id = $1 AND reverses_id IS NULL
           AND NOT EXISTS (SELECT FROM marks r WHERE r.reverses_id = m.id) ORDER BY kind""",
        seat_id,
    )
    return [row["kind"] for row in rows]


async def somebody(jobs: Database, owner: asyncpg.Connection, stage: Stage) -> tuple[UUID, str]:
    """A man nobody has asked, with his phone."""
    worker_id = (await with_men(jobs, stage, 1)).workers[0]
    phone = await owner.fetchval(
        "SELECT p.e164 FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = $1", worker_id
    )
    return worker_id, phone


@pytest.mark.parametrize("reason", ["drunk", "no_pass", "refused"])
async def test_who_is_turned_away_is_marked_told_and_replaced(
    phone: Phone, owner: asyncpg.Connection, crew: Crew, reason: str
) -> None:
    seat_id = crew.seats[0]
    before = await owner.fetchval("SELECT rating FROM workers WHERE id = $1", crew.men[0])
    away = made("turned_away", seat_id, ago=timedelta(minutes=50), reason=reason)
    assert await phone.send(made("arrived", seat_id, ago=HOUR), away, away) == [
        ("accepted", "arrived"),
        ("accepted", "turned_away"),
        ("known", "turned_away"),
    ]
    assert await status_of(owner, seat_id) == "turned_away_on_site"
    assert await marks_on(owner, seat_id) == [f"turned_away_{reason}"]
    assert await owner.fetchval("SELECT rating FROM workers WHERE id = $1", crew.men[0]) < before
    told = await owner.fetchval(
        "SELECT body FROM messages WHERE shift_id = $1 AND template = 'sent_away'", crew.shift_id
    )
    assert "СПОР" in told
    assert await status_of(owner, crew.seats[2]) == "asked"
    assert states(await phone.page())[str(seat_id)] == "away"
    assert {"turned_away_on_site", "sent_away", "promotion_asked"} <= set(await timeline(owner, crew.shift_id))


async def test_who_was_taken_for_absent_and_was_drunk_is_marked_for_one_of_them(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    seat_id = crew.seats[0]
    assert await phone.send(made("missing", seat_id)) == [("accepted", "no_show")]
    away = made("turned_away", seat_id, ago=timedelta(minutes=55), reason="drunk")
    assert await phone.send(away) == [("accepted", "turned_away")]
    assert await marks_on(owner, seat_id) == ["turned_away_drunk"]
    assert await owner.fetchval("SELECT capped_until FROM workers WHERE id = $1", crew.men[0]) is None
    assert await owner.fetchval("SELECT reversed_at IS NOT NULL FROM no_shows WHERE seat_id = $1", seat_id)


async def test_who_is_turned_away_may_dispute_it(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage, crew: Crew
) -> None:
    seat_id = crew.seats[0]
    await phone.send(made("turned_away", seat_id, reason="refused"))
    fine = await owner.fetchval("SELECT id FROM fines WHERE seat_id = $1", seat_id)
    word = await question_about(jobs_db, stage, "fine", fine or seat_id)
    await say(jobs_db, word, "спор", "booked")
    assert await owner.fetchval("SELECT count(*) FROM inbox_items WHERE shift_id = $1", crew.shift_id) == 1


@pytest.mark.parametrize("judged", [False, True])
async def test_who_came_instead_is_seated_and_neither_is_marked(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage, crew: Crew, *, judged: bool
) -> None:
    seat_id = crew.seats[0]
    worker_id, number = await somebody(jobs_db, owner, stage)
    if judged:
        assert await phone.send(made("missing", seat_id)) == [("accepted", "no_show")]
    came = made("came_instead", seat_id, ago=timedelta(minutes=50), who=f"8 ({number[2:5]}) {number[5:]}")
    assert await phone.send(came, came) == [("accepted", "seated"), ("known", "seated")]
    assert await status_of(owner, seat_id) == "released"
    assert await marks_on(owner, seat_id) == []
    taken = await owner.fetchrow("SELECT * FROM seats WHERE shift_id = $1 AND worker_id = $2", crew.shift_id, worker_id)
    assert (taken["kind"], taken["status"], taken["late_min"]) == ("primary", "arrived", 0)
    assert await marks_on(owner, taken["id"]) == []
    assert await owner.fetchval("SELECT primary_count FROM shifts WHERE id = $1", crew.shift_id) == 2
    told = await owner.fetch("SELECT template FROM messages WHERE worker_id = $1", worker_id)
    assert [row["template"] for row in told] == ["arrived_noted"]
    await run_lane(jobs_db)


async def test_who_cannot_come_instead_is_named_with_the_reason(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage, crew: Crew
) -> None:
    one, two, _ = crew.seats
    barred, number = await somebody(jobs_db, owner, stage)
    await owner.execute(
        """INSERT INTO do_not_return (id, franchise_id, client_id, worker_id, decided_by, reason)
           VALUES (gen_random_uuid(), $1, $2, $3, 'client', 'test')""",
        stage.franchise_id,
        stage.client_id,
        barred,
    )
    unvetted, other = await somebody(jobs_db, owner, stage)
    await owner.execute("UPDATE workers SET status = 'paused' WHERE id = $1", unvetted)
    mate = await owner.fetchval(
        "SELECT p.e164 FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = $1", crew.men[1]
    )
    await phone.send(made("arrived", two))
    answers = await phone.send(
        made("came_instead", one, who=number),
        made("came_instead", one, who=other),
        made("came_instead", one, who=mate),
        made("came_instead", one, who="+7 999 000-00-00"),
        made("came_instead", two, who=number),
    )
    assert [fate for fate, _ in answers] == ["refused"] * 5
    for (_, reason), words in zip(
        answers, ("not to be sent here", "vetted", "on the list", "None of your people", "himself"), strict=True
    ):
        assert words in reason
    assert await status_of(owner, one) == "booked"
    assert await owner.fetchval("SELECT count(*) FROM seats WHERE shift_id = $1", crew.shift_id) == 3


async def test_who_is_not_on_the_list_gets_an_open_place_by_his_code(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage, crew: Crew
) -> None:
    worker_id, _ = await somebody(jobs_db, owner, stage)
    await owner.execute("UPDATE worker_contacts SET external_id = 'L-17' WHERE worker_id = $1", worker_id)
    await owner.execute("UPDATE shifts SET reserve_capacity = 0 WHERE id = $1", crew.shift_id)
    ((fate, reason),) = await phone.send(made("unlisted", who="L-17"))
    assert fate == "refused"
    assert "Every place is taken" in reason
    assert await phone.send(made("missing", crew.seats[0]), made("unlisted", who="L-17")) == [
        ("accepted", "no_show"),
        ("accepted", "seated"),
    ]
    assert (
        await owner.fetchval(
            "SELECT status FROM seats WHERE shift_id = $1 AND worker_id = $2", crew.shift_id, worker_id
        )
        == "arrived"
    )


async def test_a_new_man_is_registered_and_the_dispatcher_is_told(
    phone: Phone, owner: asyncpg.Connection, crew: Crew
) -> None:
    new = made("walk_in", name="Тимур", last_name="Алиев", phone="8 921 555-40-11")
    assert await phone.send(new, new) == [("accepted", "registered"), ("known", "registered")]
    worker = await owner.fetchrow(
        """SELECT w.id, w.status, c.first_name FROM workers w JOIN worker_contacts c ON c.worker_id = w.id
           JOIN phones p ON p.id = c.phone_id WHERE p.e164 = '+79215554011'"""
    )
    assert (worker["status"], worker["first_name"]) == ("applicant", "Тимур")
    alarm = await owner.fetchrow("SELECT detail FROM alarms WHERE shift_id = $1 AND kind = 'walk_in'", crew.shift_id)
    assert str(worker["id"]) in alarm["detail"]
    kept = await owner.fetchval("SELECT detail::text FROM site_marks WHERE id = $1", UUID(new["id"]))
    assert "Тимур" not in kept
    assert "921" not in kept
    again = await phone.send(made("walk_in", name="Тимур", phone="+79215554011"), made("walk_in", name="X", phone="12"))
    assert [fate for fate, _ in again] == ["refused", "refused"]
    unlisted = await phone.send(made("unlisted", who="+7 921 555-40-11"))
    assert "vetted" in unlisted[0][1]


async def test_a_foreman_registers_who_stands_before_him_and_writes_nothing_else_about_anybody(
    phone: Phone, foreman: AsyncClient, owner: asyncpg.Connection, crew: Crew
) -> None:
    assert not can(Role.FOREMAN, Permission.WORKERS_WRITE)
    assert await phone.send(made("walk_in", name="Рустам", phone="8 921 555-40-12")) == [("accepted", "registered")]
    man = await owner.fetchrow(
        """SELECT w.id, w.status, w.vetted_at, w.consent_at, w.skills FROM workers w
           JOIN worker_contacts c ON c.worker_id = w.id JOIN phones p ON p.id = c.phone_id
           WHERE p.e164 = '+79215554012'"""
    )
    assert (man["status"], man["vetted_at"], man["consent_at"]) == ("applicant", None, None)
    assert await owner.fetchval("SELECT count(*) FROM seats WHERE worker_id = $1", man["id"]) == 0
    headers = phone.headers | {"X-CSRF-Token": phone.csrf}
    for address in ("/people", f"/people/{man['id']}/change", f"/people/{man['id']}/activate", "/funnel"):
        answer = await foreman.post(address, data={"first_name": "Чужой"}, headers=headers)
        assert answer.status_code in (403, 404, 405), address
    await owner.execute("UPDATE shifts SET attendance_source = 'crew_lead' WHERE id = $1", crew.shift_id)
    refused = await phone.post(made("walk_in", name="Ещё", phone="8 921 555-40-13"))
    assert refused.status_code == 404, "only where he takes the list"
    assert await owner.fetchval("SELECT count(*) FROM phones WHERE e164 = '+79215554013'") == 0


async def test_a_foreman_rings_his_crew_on_the_day_and_each_number_is_written_down(
    phone: Phone, foreman: AsyncClient, owner: asyncpg.Connection, stage: Stage, crew: Crew
) -> None:
    ring = f"{phone.base}/seats/{crew.seats[0]}/phone"
    headers = phone.headers | {"X-CSRF-Token": phone.csrf}
    page = await phone.page()
    assert "tel:" not in page, "no number stays on the phone with the page"
    assert "data-ring" in page
    answer = await foreman.post(ring, headers=headers)
    number = await owner.fetchval(
        "SELECT p.e164 FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = $1", crew.men[0]
    )
    assert (answer.status_code, answer.json()) == (200, {"phone": number})
    assert answer.headers["cache-control"] == "no-store"
    shown = await owner.fetch("SELECT worker_id, actor FROM phone_reveals WHERE worker_id = ANY ($1)", list(crew.men))
    assert [row["worker_id"] for row in shown] == [crew.men[0]], "one press, one number"
    audited = await owner.fetchval(
        """SELECT actor FROM audit_log
           WHERE franchise_id = $1 AND entity = 'workers' AND entity_id = $2 AND after ? 'phone'""",
        stage.franchise_id,
        str(crew.men[0]),
    )
    assert audited == shown[0]["actor"]
    assert "rung_from_site" in await timeline(owner, crew.shift_id)
    forged = await foreman.post(ring, headers=phone.headers)
    assert forged.status_code == 403
    assert (await foreman.post(f"{phone.base}/seats/{uuid4()}/phone", headers=headers)).status_code == 404
    await owner.execute(
        "UPDATE shifts SET starts_at = starts_at + interval '30 hours', ends_at = ends_at + interval '30 hours' "
        "WHERE id = $1",
        crew.shift_id,
    )
    assert (await foreman.post(ring, headers=headers)).status_code == 409, "not on another day"
    assert "data-ring" not in await phone.page()
    await owner.execute("UPDATE shifts SET attendance_source = 'crew_lead' WHERE id = $1", crew.shift_id)
    assert (await foreman.post(ring, headers=headers)).status_code == 404, "somebody else's list"


async def test_a_standby_man_the_site_calls_has_a_place_even_with_the_crew_complete(
    phone: Phone, owner: asyncpg.Connection, jobs_db: Database, stage: Stage, crew: Crew
) -> None:
    standby = crew.seats[2]
    assert await phone.send(made("standby_called")) == [("accepted", "standby_called")]
    ((fate, reason),) = await phone.send(made("standby_called"))
    assert fate == "refused"
    assert "Nobody is on standby" in reason
    word = await question_about(jobs_db, stage, "promotion", standby)
    assert await say(jobs_db, word, "да", "promotion") == "promoted_reserve"
    seat = await owner.fetchrow("SELECT kind, status FROM seats WHERE id = $1", standby)
    assert tuple(seat) == ("reserve", "booked")


async def papers(owner: asyncpg.Connection, shift_id: UUID) -> list[Any]:
    return list(await owner.fetch("SELECT * FROM site_marks WHERE shift_id = $1 AND sha256 IS NOT NULL", shift_id))


async def test_photo_hours_and_signature_reach_who_closes_the_shift(
    phone: Phone, app: FastAPI, app_db: Database, owner: asyncpg.Connection, stage: Stage, crew: Crew
) -> None:
    one, two, _ = crew.seats
    await owner.execute("UPDATE shifts SET starts_at = starts_at - interval '6 hours' WHERE id = $1", crew.shift_id)
    report = made("finished", hours=[{"seat_id": str(two), "minutes": 450}], signed_by="Семёнов", image=PNG)
    assert (await phone.send(report))[0][0] == "refused"
    assert await phone.send(
        made("arrived", one, ago=HOUR),
        made("arrived", two, ago=HOUR),
        made("left", one, ago=timedelta(minutes=30)),
        made("register", image=PNG),
        report,
        report,
    ) == [
        ("accepted", "arrived"),
        ("accepted", "arrived"),
        ("accepted", "left_early"),
        ("accepted", "stored"),
        ("accepted", "stored"),
        ("known", "stored"),
    ]
    told = "SELECT status FROM alarms WHERE shift_id = $1 AND kind = 'site_finished'"
    assert await owner.fetchval(told, crew.shift_id) == "open"
    wrong = await phone.send(made("register", image=base64.b64encode(b"%PDF-1.7 no photo").decode()))
    assert wrong[0] == ("refused", "This is no photo. Take it again.")
    assert len(await papers(owner, crew.shift_id)) == 2
    async with browser_of(app, app_db, stage.franchise_id, Role.DISPATCHER) as desk:
        links = re.findall(
            rf'href="(/shifts/{crew.shift_id}/papers/[0-9a-f-]+)"', (await desk.get(f"/shifts/{crew.shift_id}")).text
        )
        assert len(links) == 2
        for link in links:
            picture = await desk.get(link)
            assert picture.headers["content-type"] == "image/png"
            assert picture.content == base64.b64decode(PNG)
        form = (await desk.get(f"/shifts/{crew.shift_id}/close", headers=PART)).text
        assert "signed by Семёнов" in form
        filled = dict(re.findall(r'name="hours-([0-9a-f-]{36})"[^>]* value="([^"]+)"', form))
        assert filled == {str(two): "7.5", str(one): "6.52"}
        token = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await desk.get("/board")).text)
        closed = await desk.post(
            f"/shifts/{crew.shift_id}/close",
            data={f"hours-{two}": "7.5"},
            headers=PART | {"X-CSRF-Token": token[1] if token else ""},
        )
        assert closed.status_code == 204, closed.headers.get("x-problem")
    minutes = dict(
        await owner.fetch("SELECT seat_id, actual_minutes FROM timesheets WHERE shift_id = $1", crew.shift_id)
    )
    assert minutes == {two: 450, one: 391}
    assert await marks_on(owner, one) == ["left_early"]
    assert await owner.fetchval(told, crew.shift_id) == "resolved"
    assert "completed" in await marks_on(owner, two)


async def test_a_picture_is_shown_to_nobody_elses_office(
    phone: Phone, app: FastAPI, app_db: Database, settings: Settings, owner: asyncpg.Connection, crew: Crew
) -> None:
    await phone.send(made("register", image=PNG))
    ((mark_id,),) = [(row["id"],) for row in await papers(owner, crew.shift_id)]
    other = await set_stage(settings, app_db, men=0)
    async with browser_of(app, app_db, other.franchise_id, Role.DISPATCHER) as client:
        assert (await client.get(f"/shifts/{crew.shift_id}/papers/{mark_id}")).status_code == 404
