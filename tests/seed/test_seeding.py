"""Seeding a real database, and what an order would find there."""

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from dispatch.access.commands import LogIn
from dispatch.access.roles import Role
from dispatch.access.sign_in import log_in
from dispatch.kit.uow import Database
from dispatch.pricing.service import cards_in_force
from dispatch.seed.clients import SENNAYA
from dispatch.seed.run import Seeded, TooManyWorkers, seed_network
from dispatch.settings import Settings
from dispatch.tenancy.queries import homes_in_ring
from dispatch.workers.skills import Service
from tests.factories.access import OPTIONAL
from tests.factories.tenancy import owner_database

_WORKERS = 900


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seeded(settings: Settings) -> Seeded:
    """A network of three cities."""
    told: list[tuple[int, int]] = []
    async with owner_database(settings) as database:
        result = await seed_network(
            database, workers=_WORKERS, progress=lambda stored, total, _: told.append((stored, total))
        )
    assert told[-1] == (_WORKERS, _WORKERS)
    return result


def test_everybody_is_stored(seeded: Seeded) -> None:
    assert (seeded.done, seeded.workers, sum(seeded.franchises.values())) == (True, _WORKERS, _WORKERS)
    assert list(seeded.franchises) == ["saint-petersburg", "moscow", "kazan"]
    assert seeded.marks > 0


async def test_ratings_are_what_the_database_folds_from_the_marks(seeded: Seeded, owner: asyncpg.Connection) -> None:
    row = await owner.fetchrow(
        """SELECT count(*) AS known, count(DISTINCT rating) AS ratings,
                  count(*) FILTER (WHERE rating <> rating_fold(id)
                                   OR capped_until IS DISTINCT FROM rating_capped_until(id)) AS wrong,
                  count(*) FILTER (WHERE rating_seq <>
                                   (SELECT max(seq) FROM marks m WHERE m.worker_id = w.id)) AS behind
           FROM workers w WHERE rating_seq > 0"""
    )
    assert row is not None
    assert row["known"] > _WORKERS / 6
    assert row["ratings"] > 30
    assert (row["wrong"], row["behind"]) == (0, 0)


async def test_marks_were_recorded_when_they_happened(seeded: Seeded, owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("SELECT count(*) FROM marks WHERE recorded_at <> occurred_at") == 0


async def test_enough_people_near_sennaya_may_be_asked_at_night(seeded: Seeded, owner: asyncpg.Connection) -> None:
    near = await owner.fetchval(
        """SELECT count(*) FROM workers w JOIN sites s ON position($1 IN s.address) > 0
           WHERE w.invitable AND w.urgent_ok AND ST_DWithin(w.location, s.location, least(w.radius_m, 25000))""",
        SENNAYA,
    )
    assert near > seeded.franchises["saint-petersburg"] / 4


async def test_people_are_attested_with_an_author(seeded: Seeded, owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT what, count(*) AS people, min(author) AS author FROM attestations GROUP BY what")
    assert {row["what"] for row in rows} == {"vetting", "consent_offers", "consent_urgent"}
    assert {row["author"] for row in rows} == {"system:seed"}
    assert {row["people"] for row in rows if row["what"] != "consent_urgent"} == {seeded.workers}


async def test_every_login_works(seeded: Seeded, app_db: Database) -> None:
    assert {login.role for login in seeded.logins} == set(Role) - {Role.CLIENT}
    for login in seeded.logins[:4]:
        signed_in = await log_in(app_db, OPTIONAL, LogIn(login=login.login, password=SecretStr(login.password)))
        assert signed_in.role is login.role


async def test_a_franchise_can_work_and_borrow(seeded: Seeded, app_db: Database, owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT id, slug FROM franchises WHERE kind = 'franchise'")
    assert {row["slug"] for row in rows} == set(seeded.franchises)
    for row in rows:
        async with app_db.begin(row["id"], "system:test") as uow:
            cards = {stored.card.service: stored.card for stored in await cards_in_force(uow)}
            assert set(cards) == set(Service)
            assert (cards[Service.LOADING].bill_rate_minor, cards[Service.LOADING].pay_rate_minor) == (22_500, 10_000)
            assert len(await homes_in_ring(uow, 9)) == 2
            assert await uow.fetchval("SELECT count(*) FROM sites") >= 1
            gateways = await uow.fetch("SELECT gateway, enabled FROM sms_accounts")
            assert [(account["gateway"], account["enabled"]) for account in gateways] == [("simulator", True)]


async def test_seeding_again_changes_nothing_unless_more_is_asked_for(seeded: Seeded, settings: Settings) -> None:
    async with owner_database(settings) as database:
        again = await seed_network(database, workers=100)
        assert (again.done, again.workers, again.logins) == (False, seeded.workers, [])
        more = await seed_network(database, workers=100, names=["Казань", "Пермь"], more=True)
    assert (more.done, more.workers, list(more.franchises)) == (True, seeded.workers + 100, ["kazan", "perm"])
    assert {login.franchise for login in more.logins} == {"perm"}


async def test_nobody_or_too_many_are_refused(settings: Settings) -> None:
    async with owner_database(settings) as database:
        for workers in (0, 1_000_001):
            with pytest.raises(TooManyWorkers):
                await seed_network(database, workers=workers)
