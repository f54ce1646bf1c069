import asyncio
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.errors import (
    NetworkSectionRefused,
    PolicyChanged,
    PolicyInvalid,
    PolicySectionUnknown,
    PolicyVersionUnknown,
    PresetUnknown,
)
from dispatch.tenancy.policy import Pace, Rating, Staffing
from dispatch.tenancy.presets import PRESETS
from dispatch.tenancy.service import (
    apply_preset,
    policy_in_force,
    policy_version,
    section_from,
    write_network_policy,
    write_policy,
)
from tests.factories.tenancy import make_franchise, owner_database


async def test_a_change_is_seen_by_the_next_transaction_and_the_old_version_stays_readable(
    settings: Settings, app_db: Database
) -> None:
    franchise = await make_franchise(settings)
    for factor in ("1.6", "1.7", "1.8"):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            await write_policy(uow, "staffing", Staffing(factor=Decimal(factor)), "we ask more")
        async with app_db.begin(franchise.id, "staff:d") as uow:
            assert (await policy_in_force(uow)).policy.staffing.factor == Decimal(factor)
    async with app_db.begin(franchise.id, "staff:d") as uow:
        assert (await policy_in_force(uow)).versions["staffing"] == 4
        old = await policy_version(uow, "staffing", 2)
        assert isinstance(old, Staffing)
        assert old.factor == Decimal("1.6")
        assert await policy_version(uow, "staffing", 0) == Staffing()
        with pytest.raises(PolicyVersionUnknown):
            await policy_version(uow, "staffing", 9)
        with pytest.raises(PolicySectionUnknown):
            await policy_version(uow, "weather", 1)


async def test_another_franchise_keeps_its_policy(settings: Settings, app_db: Database) -> None:
    mine, other = await make_franchise(settings), await make_franchise(settings)
    async with app_db.begin(mine.id, "staff:o") as uow:
        await write_policy(uow, "staffing", Staffing(factor=Decimal(3)), "trial")
    async with app_db.begin(other.id, "staff:o") as uow:
        assert (await policy_in_force(uow)).policy.staffing.factor == Decimal("1.5")


async def test_the_same_body_again_writes_nothing(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    async with app_db.begin(franchise.id, "staff:o") as uow:
        assert await write_policy(uow, "staffing", PRESETS["personal-solution"].staffing, "again") == 1
        assert (await apply_preset(uow, "demo", "shorter")) == {
            "pace": 2,
            "staffing": 1,
            "scoring": 1,
            "calendar": 1,
            "discipline": 1,
            "money": 1,
        }
        with pytest.raises(PresetUnknown):
            await apply_preset(uow, "no-such", "")


async def test_validity_ranges_follow_one_another_without_gap_or_overlap(
    settings: Settings, app_db: Database, owner: asyncpg.Connection
) -> None:
    franchise = await make_franchise(settings)
    async with app_db.begin(franchise.id, "staff:o") as uow:
        for n in range(2, 6):
            await write_policy(uow, "staffing", Staffing(standby_min=n), "in one transaction")
    rows = await owner.fetch(
        """SELECT upper(valid) AS until, lead(lower(valid)) OVER (ORDER BY version) AS next FROM policy_versions
           WHERE franchise_id = $1 AND section = 'staffing' ORDER BY version""",
        franchise.id,
    )
    assert len(rows) == 5
    assert all(row["until"] == row["next"] for row in rows)
    assert rows[-1]["until"] is None


async def test_a_version_is_final(settings: Settings, app_db: Database, owner: asyncpg.Connection) -> None:
    franchise = await make_franchise(settings)
    with pytest.raises((DBAPIError, asyncpg.PostgresError)):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            await uow.run("UPDATE policy_versions SET body = '{}' WHERE section = 'pace'")
    with pytest.raises(asyncpg.PostgresError, match="final"):
        await owner.execute("UPDATE policy_versions SET body = '{}' WHERE franchise_id = $1", franchise.id)


async def test_racing_editors_of_one_version_and_one_wins(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)

    async def edit(n: int) -> int:
        async with app_db.begin(franchise.id, f"staff:{n}") as uow:
            return await write_policy(uow, "pace", Pace(grace=timedelta(minutes=n)), "mine", based_on=1)

    results = await asyncio.gather(*(edit(n) for n in range(11, 19)), return_exceptions=True)
    assert [result for result in results if isinstance(result, int)] == [2]
    assert sum(isinstance(result, PolicyChanged) for result in results) == 7


async def test_racing_writers_without_a_base_all_get_their_version(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)

    async def write(n: int) -> int:
        async with app_db.begin(franchise.id, f"staff:{n}") as uow:
            return await write_policy(uow, "pace", Pace(grace=timedelta(minutes=n)), "mine")

    assert sorted(await asyncio.gather(*(write(n) for n in range(11, 19)))) == list(range(2, 10))


async def test_a_franchise_cannot_write_the_networks_section(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    with pytest.raises(NetworkSectionRefused):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            await write_policy(uow, "rating", Rating(), "milder")
    with pytest.raises((DBAPIError, asyncpg.InsufficientPrivilegeError)):
        async with app_db.begin(franchise.id, "staff:o") as uow:
            await write_network_policy(uow, "rating", Rating(), "milder")


async def test_the_operator_writes_the_networks_section_for_everybody(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    async with owner_database(settings) as database, database.begin(None, "system:operator") as uow:
        assert await write_network_policy(uow, "rating", Rating(prior_weight=4), "calmer") == 1
        assert await write_network_policy(uow, "rating", Rating(prior_weight=4), "again") == 1
        assert await write_network_policy(uow, "rating", Rating(prior_weight=5), "calmer still") == 2
    async with app_db.begin(franchise.id, "staff:o") as uow:
        in_force = await policy_in_force(uow)
        assert (in_force.policy.rating.prior_weight, in_force.versions["rating"]) == (5, 2)
        first = await policy_version(uow, "rating", 1)
    assert isinstance(first, Rating)
    assert first.prior_weight == 4


def test_every_broken_field_of_a_body_is_named() -> None:
    with pytest.raises(PolicyInvalid) as caught:
        section_from("staffing", {"factor": "9", "standby_min": -1, "colour": "red"})
    problems = caught.value.fields["problems"]
    assert isinstance(problems, list)
    assert [problem["field"] for problem in problems] == ["factor", "standby_min", "colour"]
    assert "factor" in str(caught.value)
    with pytest.raises(PolicySectionUnknown):
        section_from("weather", {})


async def test_the_policy_is_read_through_its_index(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    async with app_db.begin(franchise.id, "staff:o") as uow:
        await uow.run("SET LOCAL enable_seqscan = off")
        plan = await uow.fetch(
            "EXPLAIN SELECT version FROM policy_versions WHERE franchise_id = $1 AND upper_inf(valid)", franchise.id
        )
    assert any("policy_in_force" in row[0] for row in plan)
