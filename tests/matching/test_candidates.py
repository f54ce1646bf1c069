"""The matcher against a second reckoning over everybody: the same people, order, distances and reasons."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.matching.candidates import (
    TIER_FLOORS,
    Candidate,
    Need,
    Terms,
    WorkerNotInPool,
    explain_candidate,
    find_candidates,
)
from dispatch.settings import Settings
from dispatch.tenancy.policy import Calendar, Pace, QuietHours, Scoring, Staffing, Strategy, Tier, Weights
from tests.factories.stage import set_stage
from tests.matching.pool import SITES, draw_pool
from tests.matching.reference import Judged, geodesic_m, judge
from tests.matching.stored_pool import Stored, store_pool

_HOUR = timedelta(hours=1)
_CUSTOM = Weights(
    distance=Decimal("0.05"),
    rating=Decimal("0.05"),
    likelihood=Decimal("0.6"),
    favourites=Decimal("0.2"),
    fairness=Decimal("0.1"),
)
_NO_DISTANCE = Weights(
    distance=Decimal(0), rating=Decimal("0.5"), likelihood=Decimal(0), favourites=Decimal(0), fairness=Decimal("0.5")
)
SCORINGS = {
    **{strategy.value: Scoring(strategy=strategy) for strategy in Strategy if strategy is not Strategy.CUSTOM},
    "custom": Scoring(strategy=Strategy.CUSTOM, custom=_CUSTOM),
    "without distance": Scoring(strategy=Strategy.CUSTOM, custom=_NO_DISTANCE),
}
USUAL = Terms(Calendar(), Pace(), Scoring(), Staffing())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> Stored:
    stages = (await set_stage(settings, app_db, men=0), await set_stage(settings, app_db, men=0))
    now = await owner.fetchval("SELECT clock.now()")
    return await store_pool(owner, app_db, stages, draw_pool(now, Random("pool")), now)


def need_at(scene: Stored, now: datetime, site: str = "sennaya", **given: Any) -> Need:  # noqa: ANN401 - fields of Need
    """A usual shift at one of the sites: loading, eight hours, from tomorrow, an answer due in eleven hours."""
    place = SITES[site]
    usual = Need(
        shift_id=None,
        client_id=scene.stage.client_id,
        site_id=scene.stage.site_id,
        lat=place.lat,
        lon=place.lon,
        zone=place.zone,
        region="SPE",
        starts_at=scene.starts_at,
        ends_at=scene.starts_at + 8 * _HOUR,
        due_at=scene.starts_at,
        deadline=now + 11 * _HOUR,
        send_from=now,
        skill=1,
        documents=[],
        radius_m=25_000,
    )
    return replace(usual, **given)


def expected(
    scene: Stored,
    need: Need,
    terms: Terms,
    now: datetime,
    *,
    prefer: Sequence[UUID] = (),
    exclude: Sequence[UUID] = (),
) -> list[Judged]:
    """Judge everybody, and return those who may be asked, the best tier first."""
    judged = [
        judge(man, need, terms, scene, now, prefer=frozenset(prefer), barred=frozenset(exclude)) for man in scene.men
    ]

    def tier(one: Judged) -> int:
        if need.second_chance:
            return 0
        return next(n for n, floor in enumerate(TIER_FLOORS.values()) if one.rating >= floor)

    eligible = [one for one in judged if not one.reasons]
    return sorted(eligible, key=lambda one: (tier(one), *one.rank))


def assert_same(found: Sequence[Candidate], wanted: Sequence[Judged]) -> None:
    assert [one.worker_id for one in found] == [one.worker_id for one in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert one.distance_m == pytest.approx(other.distance_m, abs=0.01)
        assert one.score == pytest.approx(other.score, abs=1e-9)
        assert (one.home_id, one.rating) == (other.home_id, other.rating)
        assert (one.p_accept, one.p_show) == pytest.approx((other.p_accept, other.p_show), abs=1e-12)
        assert {name: one.components[name] for name in other.parts} == pytest.approx(dict(other.parts), abs=6e-5)


Change = Callable[[Stored, datetime], dict[str, Any]]

CASES: dict[str, Change] = {
    "usual": lambda _scene, _now: {},
    "of a shift that has asked some": lambda scene, _now: {"shift_id": scene.shift_id},
    "of an unknown client": lambda _scene, _now: {"client_id": None, "site_id": None},
    "at another site of the client": lambda _scene, _now: {"site_id": new_id()},
    "home only": lambda scene, _now: {"homes": [scene.stage.franchise_id]},
    "borrowed only": lambda scene, _now: {"homes": [scene.guests.franchise_id]},
    "tier B at least": lambda _scene, _now: {"min_tier": Tier.B},
    "second chances": lambda _scene, _now: {"second_chance": True},
    "urgent, answer due soon": lambda _scene, now: {"urgent": True, "deadline": now + timedelta(minutes=8)},
    "answer due soon": lambda _scene, now: {"deadline": now + timedelta(minutes=8)},
    "two skills and a document": lambda _scene, _now: {"skill": 0b10_1000, "documents": ["medical_book"]},
    "two documents of a region": lambda _scene, _now: {
        "documents": ["medical_book", "height_permit"],
        "region": "MOW",
    },
    "start in forty minutes": lambda _scene, now: {
        "starts_at": now + timedelta(minutes=40),
        "ends_at": now + 6 * _HOUR,
        "due_at": now + timedelta(minutes=40),
    },
    "over two nights": lambda scene, _now: {"ends_at": scene.starts_at + 30 * _HOUR},
    "sent tomorrow": lambda _scene, now: {"send_from": now + 24 * _HOUR, "deadline": now + 30 * _HOUR},
    "by a test key": lambda _scene, _now: {"test": True},
    "small radius": lambda _scene, _now: {"radius_m": 3_000},
    "large radius": lambda _scene, _now: {"radius_m": 400_000},
}


@pytest.mark.parametrize("case", CASES)
async def test_everybody_who_may_be_asked_is_found_in_order(scene: Stored, app_db: Database, case: str) -> None:
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        need = need_at(scene, uow.now, **CASES[case](scene, uow.now))
        wanted = expected(scene, need, USUAL, uow.now)
        assert len(wanted) >= (5 if case in {"second chances", "by a test key"} else 20)
        for count in (1, 15, 150, len(scene.men)):
            assert_same(await find_candidates(uow, need, USUAL, count), wanted[:count])


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("strategy", SCORINGS)
async def test_any_weights_rank_exactly_anywhere(scene: Stored, app_db: Database, strategy: str, site: str) -> None:
    terms = replace(USUAL, scoring=SCORINGS[strategy])
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        need = need_at(scene, uow.now, site)
        wanted = expected(scene, need, terms, uow.now)
        assert bool(wanted) is (site != "nobody near")
        for count in (1, 4, 30, 225):
            assert_same(await find_candidates(uow, need, terms, count), wanted[:count])


CALENDARS = {
    "no quiet hours": Calendar(quiet=QuietHours(start=time(0), end=time(0))),
    "quiet by day": Calendar(quiet=QuietHours(start=time(1), end=time(23))),
    "no rest": Calendar(rest=timedelta(0)),
    "two hours of rest": Calendar(rest=2 * _HOUR),
    "one offer a day": Calendar(unanswered_limit=1, kept_for_home=0),
    "all kept for home": Calendar(unanswered_limit=2, kept_for_home=2),
}


@pytest.mark.parametrize("name", CALENDARS)
async def test_the_calendar_of_the_policy_decides(scene: Stored, app_db: Database, name: str) -> None:
    terms = replace(USUAL, calendar=CALENDARS[name])
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        need = need_at(scene, uow.now, deadline=uow.now + 2 * _HOUR, urgent=True)
        wanted = expected(scene, need, terms, uow.now)
        assert_same(await find_candidates(uow, need, terms, len(scene.men)), wanted)


@pytest.mark.parametrize("days", [1, 3, 30])
async def test_the_window_of_fairness_is_the_policys(scene: Stored, app_db: Database, days: int) -> None:
    terms = replace(USUAL, scoring=Scoring(strategy=Strategy.FAIR, fairness_days=days))
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        need = need_at(scene, uow.now)
        assert_same(await find_candidates(uow, need, terms, 60), expected(scene, need, terms, uow.now)[:60])


async def test_preferred_and_excluded_men(scene: Stored, app_db: Database) -> None:
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        need = need_at(scene, uow.now)
        everybody = [one.worker_id for one in expected(scene, need, USUAL, uow.now)]
        prefer, exclude = everybody[40::7], everybody[:60:3]
        wanted = expected(scene, need, USUAL, uow.now, prefer=prefer, exclude=exclude)
        for count in (5, 40, len(everybody)):
            found = await find_candidates(uow, need, USUAL, count, prefer=prefer, exclude=exclude)
            assert_same(found, wanted[:count])


@pytest.mark.parametrize("site", ["sennaya", "antimeridian west", "one point", "nobody near"])
async def test_every_reason_is_given_and_no_other(scene: Stored, app_db: Database, site: str) -> None:
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        need = need_at(
            scene,
            uow.now,
            site,
            shift_id=scene.shift_id,
            homes=[scene.stage.franchise_id] if site == "one point" else None,
            min_tier=Tier.B,
            documents=["medical_book"],
            deadline=uow.now + 2 * _HOUR,
        )
        seen: set[str] = set()
        for man in scene.men[::3]:
            told = await explain_candidate(uow, need, USUAL, man.id)
            wanted = judge(man, need, USUAL, scene, uow.now)
            assert (man.id, set(told.reasons)) == (man.id, wanted.reasons)
            assert len(set(told.reasons)) == len(told.reasons)
            assert_same([told], [wanted])
            seen |= wanted.reasons
        assert len(seen) >= 12


async def test_a_stranger_is_not_explained(scene: Stored, app_db: Database) -> None:
    async with app_db.begin(scene.stage.franchise_id, "system:test") as uow:
        with pytest.raises(WorkerNotInPool):
            await explain_candidate(uow, need_at(scene, uow.now), USUAL, new_id())


async def test_nobody_asks_for_another_tenant(scene: Stored, app_db: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with app_db.begin(scene.guests.franchise_id, "system:test") as uow:
            await uow.fetch(
                "SELECT * FROM match_candidates(jsonb_build_object('tenant', $1::uuid))", scene.stage.franchise_id
            )


def test_the_second_reckoning_measures_known_distances() -> None:
    # One degree of the meridian at the equator and at the pole, and one of longitude at 60 degrees, from the tables.
    assert geodesic_m(-0.5, 10, 0.5, 10) == pytest.approx(110_574.3, abs=0.1)
    assert geodesic_m(89, 10, 90, 10) == pytest.approx(111_693.9, abs=0.1)
    assert geodesic_m(60, 179.5, 60, -179.5) == pytest.approx(55_799.5, abs=1.0)
