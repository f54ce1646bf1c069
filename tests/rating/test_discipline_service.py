"""What a franchise draws from a breach: strikes, standing and a fine within its caps; its own and nobody else's."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.rating.service import Fact, Recorded, record_breach, reverse_seat_marks
from dispatch.settings import Settings
from dispatch.sms.service import PASS_ON
from dispatch.staffing.by_hand import why_him
from dispatch.tenancy.policy import Engagement, MarkKind, StandingStatus
from dispatch.tenancy.service import Standing, set_standing, standing_of
from tests.factories.crew import arrive, close, miss, seat, seated, start, with_men
from tests.factories.desk import another_day, questions
from tests.factories.stage import Stage, let_pass, place, say, set_stage
from tests.factories.workers import make_worker

OK, SUSPENDED, EXCLUDED = StandingStatus
PAY = 10_000
BARRED = "already_asked_or_barred"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def franchises(settings: Settings, app_db: Database) -> dict[str, Stage]:
    """A franchise of each preset."""
    return {
        preset: await set_stage(settings, app_db, men=0, preset=preset)
        for preset in ("loaders-service", "personal-solution")
    }


@pytest_asyncio.fixture(loop_scope="session")
async def strict(app_db: Database, franchises: dict[str, Stage]) -> Stage:
    return await with_men(app_db, franchises["loaders-service"], 2)


@pytest_asyncio.fixture(loop_scope="session")
async def patient(app_db: Database, franchises: dict[str, Stage]) -> Stage:
    return await with_men(app_db, franchises["personal-solution"], 2)


@dataclass(frozen=True, slots=True)
class Booked:
    """A man's seat on a shift of its own."""

    stage: Stage
    man: UUID
    shift_id: UUID
    seat_id: UUID


async def booked(database: Database, stage: Stage, man: UUID | None = None) -> Booked:
    shift_id = (await place(database, stage, 1, another_day())).shifts[0].id
    who = man or stage.workers[0]
    taken = await seat(database, stage, shift_id, who)
    assert taken is not None
    return Booked(stage, who, shift_id, taken)


async def breach(database: Database, on: Booked, kind: MarkKind, at: datetime | None = None) -> Recorded:
    async with database.begin(on.stage.franchise_id, "staff:test") as uow:
        fact = Fact(on.man, kind, at or uow.now, on.shift_id, on.seat_id)
        return await record_breach(uow, fact, pay_rate_minor=PAY)


async def fined(database: Database, on: Booked, kind: MarkKind, at: datetime | None = None) -> int | None:
    fine = (await breach(database, on, kind, at)).fine
    return None if fine is None else fine.amount_minor


async def undo(database: Database, on: Booked, *kinds: MarkKind) -> None:
    async with database.begin(on.stage.franchise_id, "staff:test") as uow:
        await reverse_seat_marks(uow, on.seat_id, kinds, reason="excused: снег")


async def stands(database: Database, stage: Stage, man: UUID) -> Standing:
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return await standing_of(uow, man)


async def barred(database: Database, stage: Stage, man: UUID) -> bool:
    """Whether the matcher leaves a man out of a new shift of this franchise."""
    shift_id = (await place(database, stage, 1, another_day())).shifts[0].id
    async with database.begin(stage.franchise_id, "staff:test") as uow:
        return BARRED in (await why_him(uow, shift_id, man)).reasons


@pytest.mark.parametrize("engagement", [Engagement.CIVIL_LAW, Engagement.SELF_EMPLOYED])
@pytest.mark.parametrize(("preset", "amount"), [("personal-solution", 2 * PAY), ("loaders-service", 100_000)])
async def test_a_no_show_is_fined_by_contract_where_there_is_one(
    app_db: Database,
    franchises: dict[str, Stage],
    owner: asyncpg.Connection,
    preset: str,
    amount: int,
    engagement: Engagement,
) -> None:
    stage = franchises[preset]
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        man = await make_worker(uow, engagement=engagement)
    recorded = await breach(app_db, await booked(app_db, stage, man), MarkKind.NO_SHOW)
    assert recorded.fine is not None
    row = await owner.fetchrow("SELECT * FROM fines WHERE id = $1", recorded.fine.id)
    assert (row["status"], row["amount_minor"], row["currency"], row["mark_id"]) == (
        "proposed",
        amount,
        "RUB",
        recorded.mark_id,
    )
    assert "330" in row["legal_basis"]
    assert row["appeal_until"] - row["proposed_at"] == timedelta(hours=72)
    assert await owner.fetchval("SELECT count(*) FROM transfers WHERE franchise_id = $1", stage.franchise_id) == 0


@pytest.mark.parametrize("preset", ["personal-solution", "loaders-service"])
async def test_an_employee_is_marked_and_never_fined(
    app_db: Database, franchises: dict[str, Stage], owner: asyncpg.Connection, preset: str
) -> None:
    stage = franchises[preset]
    async with app_db.begin(stage.franchise_id, "staff:test") as uow:
        man = await make_worker(uow, engagement=Engagement.EMPLOYMENT)
    on = await booked(app_db, stage, man)
    for kind in (MarkKind.NO_SHOW, MarkKind.TURNED_AWAY_DRUNK, MarkKind.LEFT_EARLY, MarkKind.LATE):
        assert await fined(app_db, on, kind) is None
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE worker_id = $1", man) == 4
    assert await owner.fetchval("SELECT count(*) FROM fine_totals WHERE worker_id = $1", man) == 0


async def test_fines_of_one_shift_stay_within_its_cap(app_db: Database, strict: Stage) -> None:
    on = await booked(app_db, strict)
    kinds = (MarkKind.LATE_LONG, MarkKind.CANCEL_LAST_MINUTE, MarkKind.LEFT_EARLY, MarkKind.LATE)
    assert [await fined(app_db, on, kind) for kind in kinds] == [50_000, 30_000, 20_000, None]
    assert await fined(app_db, await booked(app_db, strict), MarkKind.LATE) == 20_000, "another shift, the same day"


async def test_fines_of_a_day_and_a_month_stay_within_theirs(app_db: Database, strict: Stage) -> None:
    def on(day: int, month: int = 3) -> datetime:
        return datetime(2026, month, day, 9, tzinfo=UTC)

    asked = [on(1), on(1), on(1), on(2), on(2), on(3), on(31), on(1, 4)]
    given = [await fined(app_db, await booked(app_db, strict), MarkKind.NO_SHOW, at) for at in asked]
    assert given[:3] == [100_000, 50_000, None], "1,500 roubles a day"
    assert given[3:5] == [100_000, 50_000]
    assert given[5:7] == [None, None], "3,000 a month"
    assert given[7] == 100_000, "the next month is a new one"


async def test_the_day_of_a_fine_is_the_workers_own(app_db: Database, strict: Stage, owner: asyncpg.Connection) -> None:
    async with app_db.begin(strict.franchise_id, "staff:test") as uow:
        man = await make_worker(uow, zone="Asia/Vladivostok")
    late_evening = datetime(2026, 3, 31, 15, tzinfo=UTC)  # 01:00 on the first of April there
    assert await fined(app_db, await booked(app_db, strict, man), MarkKind.NO_SHOW, late_evening) == 100_000
    assert await owner.fetchval("SELECT on_day FROM fines WHERE worker_id = $1", man) == date(2026, 4, 1)


async def test_a_fine_taken_back_leaves_its_room_again(app_db: Database, strict: Stage) -> None:
    first = await booked(app_db, strict)
    assert await fined(app_db, first, MarkKind.NO_SHOW) == 100_000
    assert await fined(app_db, await booked(app_db, strict), MarkKind.NO_SHOW) == 50_000
    await undo(app_db, first, MarkKind.NO_SHOW)
    assert await fined(app_db, await booked(app_db, strict), MarkKind.NO_SHOW) == 100_000


async def test_the_appeal_word_contests_a_fine_before_people(
    jobs_db: Database, patient: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, patient, 1)
    await start(jobs_db, owner, crew.shift_id)
    await miss(jobs_db, owner, patient, crew.shift_id, crew.seats[0])
    (question,) = await questions(jobs_db, patient, "fine", crew.shift_id)
    assert await say(jobs_db, question, "спор", "booked") == "appealed"
    fine = await owner.fetchrow("SELECT id, status, appealed_at FROM fines WHERE seat_id = $1", crew.seats[0])
    assert fine["status"] == "appealed"
    items = await owner.fetch(
        "SELECT kind, subject_id, worker_id, text FROM inbox_items WHERE shift_id = $1", crew.shift_id
    )
    assert [tuple(item) for item in items] == [("appeal", fine["id"], crew.men[0], "спор")]
    assert await questions(jobs_db, patient, "fine", crew.shift_id) == [], "answered, and closed"
    told = "SELECT count(*) FROM messages WHERE shift_id = $1 AND template = 'appeal_noted'"
    assert await owner.fetchval(told, crew.shift_id) == 1


async def test_an_appeal_after_its_window_goes_to_people_and_changes_nothing(
    jobs_db: Database, patient: Stage, owner: asyncpg.Connection
) -> None:
    crew = await seated(jobs_db, patient, 1)
    await start(jobs_db, owner, crew.shift_id)
    await miss(jobs_db, owner, patient, crew.shift_id, crew.seats[0])
    (question,) = await questions(jobs_db, patient, "fine", crew.shift_id)
    late = datetime.now(UTC) + timedelta(hours=73)
    assert await say(jobs_db, question, "спор", "booked", at=late) == PASS_ON
    assert await owner.fetchval("SELECT status FROM fines WHERE seat_id = $1", crew.seats[0]) == "proposed"


@pytest.mark.parametrize(("preset", "standing"), [("loaders-service", EXCLUDED), ("personal-solution", OK)])
async def test_unannounced_lateness_ends_cooperation_after_the_shift_where_the_network_says_so(
    franchises: dict[str, Stage],
    jobs_db: Database,
    owner: asyncpg.Connection,
    preset: str,
    standing: StandingStatus,
) -> None:
    stage = await with_men(jobs_db, franchises[preset], 2)
    crew = await seated(jobs_db, stage, 2)
    await start(jobs_db, owner, crew.shift_id)
    assert await arrive(jobs_db, stage, crew.seats[1]) == ["arrived"]
    await let_pass(owner, crew.shift_id, timedelta(minutes=20))
    assert await arrive(jobs_db, stage, crew.seats[0]) == ["arrived"], "he may work today"
    assert (await stands(jobs_db, stage, crew.men[0])).status is standing
    assert (await stands(jobs_db, stage, crew.men[1])).status is OK
    closed = await close(jobs_db, stage, crew.shift_id)
    assert closed.completed == 2
    assert await barred(jobs_db, stage, crew.men[0]) is (standing is EXCLUDED)
    assert not await barred(jobs_db, stage, crew.men[1])


async def test_who_announced_his_delay_is_marked_and_stays(
    jobs_db: Database, strict: Stage, owner: asyncpg.Connection
) -> None:
    on = await booked(jobs_db, strict)
    await breach(jobs_db, on, MarkKind.LATE_ANNOUNCED)
    assert (await stands(jobs_db, strict, on.man)).status is OK
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE worker_id = $1", on.man) == 1


async def test_a_franchise_judges_for_itself_alone(
    app_db: Database, strict: Stage, patient: Stage, owner: asyncpg.Connection
) -> None:
    """The man is the patient one's; the strict one borrowed him, and was not pleased."""
    man = patient.workers[0]
    await breach(app_db, await booked(app_db, strict, man), MarkKind.LATE)
    assert (await stands(app_db, strict, man)).status is EXCLUDED
    assert await stands(app_db, patient, man) == Standing()
    assert not await barred(app_db, patient, man)
    others = await owner.fetchval("SELECT count(*) FROM standings WHERE worker_id = $1", man)
    assert others == 1
    async with app_db.begin(patient.franchise_id, "staff:test") as uow:
        assert await uow.fetchval("SELECT count(*) FROM fines WHERE worker_id = $1", man) == 0, (
            "nor are its fines anybody else's to see"
        )


async def test_the_ladder_suspends_and_a_reversal_lets_it_decide_again(app_db: Database, strict: Stage) -> None:
    first, second = await booked(app_db, strict), await booked(app_db, strict)
    await breach(app_db, first, MarkKind.NO_SHOW)
    week = await stands(app_db, strict, first.man)
    await breach(app_db, second, MarkKind.NO_SHOW)
    month = await stands(app_db, strict, first.man)
    assert (week.status, month.status) == (SUSPENDED, SUSPENDED)
    assert week.suspended_until is not None
    assert month.suspended_until is not None
    assert month.suspended_until - week.suspended_until > timedelta(days=22)
    await undo(app_db, second, MarkKind.NO_SHOW)
    again = await stands(app_db, strict, first.man)
    assert (again.status, again.suspended_until) == (SUSPENDED, week.suspended_until), "what two strikes bring"
    await undo(app_db, first, MarkKind.NO_SHOW)
    assert (await stands(app_db, strict, first.man)).status is OK


async def test_a_reversal_lifts_only_what_its_own_mark_brought(app_db: Database, strict: Stage) -> None:
    late, missed = await booked(app_db, strict), await booked(app_db, strict)
    await breach(app_db, late, MarkKind.LATE)
    await breach(app_db, missed, MarkKind.NO_SHOW)
    await undo(app_db, missed, MarkKind.NO_SHOW)
    assert (await stands(app_db, strict, late.man)).status is EXCLUDED, "he was late all the same"
    await undo(app_db, late, MarkKind.LATE)
    assert (await stands(app_db, strict, late.man)).status is OK


async def test_lateness_taken_back_leaves_what_the_strikes_bring(app_db: Database, strict: Stage) -> None:
    late, missed = await booked(app_db, strict), await booked(app_db, strict)
    await breach(app_db, missed, MarkKind.NO_SHOW)
    suspended = await stands(app_db, strict, late.man)
    await breach(app_db, late, MarkKind.LATE)
    assert (await stands(app_db, strict, late.man)).status is EXCLUDED
    await undo(app_db, late, MarkKind.LATE)
    left = await stands(app_db, strict, late.man)
    assert (left.status, left.suspended_until) == (SUSPENDED, suspended.suspended_until)


async def test_what_a_person_decided_no_reversal_undoes(app_db: Database, strict: Stage) -> None:
    on = await booked(app_db, strict)
    async with app_db.begin(strict.franchise_id, "staff:boss") as uow:
        await set_standing(uow, on.man, EXCLUDED, reason="theft")
    await breach(app_db, on, MarkKind.NO_SHOW)
    await undo(app_db, on, MarkKind.NO_SHOW)
    found = await stands(app_db, strict, on.man)
    assert (found.status, found.reason) == (EXCLUDED, "theft")
