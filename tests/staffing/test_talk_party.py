"""Mates and substitutes: known by name, asked themselves, their places kept a while; nobody sits by another's word."""

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.staffing.party import is_named, names_in
from dispatch.staffing.rules import SeatNumbers, with_held
from tests.factories.desk import another_day, crew_of, filled, questions, seats_on, timeline
from tests.factories.stage import Stage, place, run_lane, set_stage
from tests.factories.talk import Talk

NAMES = ("Иванов", "Кузьмин", "Соколов")


@pytest_asyncio.fixture(loop_scope="session")
async def stage(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> Stage:
    stage = await set_stage(settings, app_db, men=6)
    for worker_id, name in zip(stage.workers, NAMES, strict=False):
        await owner.execute("UPDATE worker_contacts SET last_name = $1 WHERE worker_id = $2", name, worker_id)
    return stage


@pytest_asyncio.fixture(loop_scope="session")
async def talk(stage: Stage, jobs_db: Database, owner: asyncpg.Connection) -> Talk:
    return Talk(stage, jobs_db, owner)


@pytest.mark.parametrize(
    ("word", "name", "named"),
    [
        ("петров", "Петров", True),
        ("петровым", "Петров", True),
        ("кузьмина", "Кузьмин", True),
        ("семенова", "Семёнов", True),
        ("ковалева", "Ковалёва", True),
        ("петровский", "Петров", False),
        ("пет", "Петров", False),
        ("ли", "Ли", True),
        ("лист", "Ли", False),
    ],
)
def test_a_name_is_known_in_any_case(word: str, name: str, named: bool) -> None:  # noqa: FBT001 - a table
    assert is_named(word, name) is named


def test_words_that_are_no_names_are_left_out() -> None:
    assert names_in("31 да, нас 3 человека: Кузьмин и Соколов") == ["кузьмин", "соколов"]


def test_places_are_kept_from_the_best_kind_down() -> None:
    assert with_held(SeatNumbers(1, 0, 0), SeatNumbers(2, 1, 1), 3) == SeatNumbers(2, 1, 0)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nobody_was_asked_today(owner: asyncpg.Connection) -> None:
    await owner.execute("DELETE FROM contact_days")


async def test_named_mates_have_places_until_the_time_is_over_and_strangers_go_to_people(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 4, another_day())).shifts[0].id
    await run_lane(jobs_db)
    assert len(await questions(jobs_db, stage, "offer", shift_id)) == 6
    sender, mate, *others = [await talk.phone_of(worker) for worker in stage.workers]
    assert await talk.hears(sender, "да, нас 3: Кузьмин и Незнакомцев") == "accepted_primary"
    told = [template for template, _ in await talk.told(sender)]
    assert told[-3:] == ["accepted_primary", "party_held", "party_unknown"]
    assert ("reply", "party") in await talk.waits()
    assert [seat["worker_id"] for seat in await seats_on(owner, shift_id)] == [stage.workers[0]], "alone, by his word"
    kinds = [await talk.hears(other, "да") for other in others[:3]]
    assert kinds == ["accepted_primary", "accepted_primary", "accepted_reserve"], "one of four places is kept"
    assert await talk.hears(mate, "да") == "accepted_primary"
    assert (await timeline(owner, shift_id)).count("place_held") == 1


async def test_a_place_kept_in_vain_goes_to_the_reserve(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 2, another_day())).shifts[0].id
    await run_lane(jobs_db)
    offers = [q for q in await questions(jobs_db, stage, "offer", shift_id) if q.worker_id != stage.workers[2]]
    first, second = offers[0], offers[1]
    assert await talk.hears(first.phone_id, f"{first.code} да, 2, Соколов") == "accepted_primary"
    assert await talk.hears(second.phone_id, f"{second.code} да") == "accepted_reserve"
    look = "UPDATE outbox SET due_at = now(), state = 'pending' WHERE subject_id = $1 AND kind = 'staffing.gap_found'"
    await owner.execute(look, shift_id)
    await run_lane(jobs_db)
    kinds = sorted(seat["kind"] for seat in await crew_of(owner, shift_id))
    assert kinds == ["primary", "reserve"], "kept until the time is over"
    await owner.execute("UPDATE held_places SET until = now() WHERE shift_id = $1", shift_id)
    await owner.execute(look, shift_id)
    await run_lane(jobs_db)
    assert {seat["kind"] for seat in await crew_of(owner, shift_id)} == {"primary"}


async def test_a_substitute_takes_the_seat_by_his_own_yes(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await filled(jobs_db, stage, 1, yeses=1)).shifts[0].id
    (seat,) = await crew_of(owner, shift_id)
    first = seat["worker_id"]
    named = dict(zip(stage.workers, NAMES, strict=False))
    other = next(worker for worker in named if worker != first)
    phone = await talk.phone_of(first)
    await owner.execute(
        "UPDATE questions SET status = 'closed', closed_at = now() WHERE worker_id = $1 AND shift_id <> $2",
        first,
        shift_id,
    )
    assert await talk.hears(phone, f"вместо меня придет {named[other]}") == "substitute_asked"
    assert [(s["id"], s["live"]) for s in await crew_of(owner, shift_id)] == [(seat["id"], True)], "his until then"
    assert (await talk.told(phone))[-1][0] == "substitute_asked"
    await run_lane(jobs_db)
    offer = next(q for q in await questions(jobs_db, stage, "offer", shift_id) if q.worker_id == other)
    assert await talk.hears(offer.phone_id, f"{offer.code} да") == "accepted_primary"
    assert [s["worker_id"] for s in await crew_of(owner, shift_id)] == [other]
    assert (await talk.told(phone))[-1][0] == "substituted"
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE shift_id = $1", shift_id) == 0, "it marks neither"


async def test_yeses_at_once_never_take_a_kept_place(
    talk: Talk, jobs_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    shift_id = (await place(jobs_db, stage, 4, another_day())).shifts[0].id
    await run_lane(jobs_db)
    offers = [q for q in await questions(jobs_db, stage, "offer", shift_id) if q.worker_id != stage.workers[2]]
    sender, *others = offers
    assert await talk.hears(sender.phone_id, f"{sender.code} да, 2, Соколов") == "accepted_primary"
    await talk.hear_all([(q.phone_id, f"{q.code} да") for q in others])
    kinds = [seat["kind"] for seat in await crew_of(owner, shift_id)]
    assert kinds.count("primary") == 3, "of four, one is kept"
    offer = next(q for q in await questions(jobs_db, stage, "offer", shift_id) if q.worker_id == stage.workers[2])
    assert await talk.hears(offer.phone_id, f"{offer.code} да") == "accepted_primary"
