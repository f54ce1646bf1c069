import asyncio

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.commands import ChangeFranchise, GrantLending, OpenFranchise
from dispatch.tenancy.errors import (
    FranchiseChanged,
    FranchiseNotFound,
    FranchiseSlugTaken,
    LendingToOneself,
    PresetUnknown,
)
from dispatch.tenancy.policy import SECTIONS
from dispatch.tenancy.queries import place_of
from dispatch.tenancy.service import (
    change_franchise,
    franchise_of,
    grant_lending,
    has_entitlement,
    homes_in_ring,
    open_franchise,
    policy_in_force,
    revoke_lending,
)
from tests.factories.tenancy import make_franchise, owner_database


def founding(**facts: object) -> OpenFranchise:
    given = {"slug": "spb", "name": "Петербург", "city": "СПб", "zone": "Europe/Moscow", "lat": 59.9, "lon": 30.3}
    return OpenFranchise.model_validate(given | facts)


async def test_a_franchise_opens_with_a_complete_policy_in_its_own_currency(
    settings: Settings, app_db: Database
) -> None:
    franchise = await make_franchise(settings, currency="KZT", preset="loaders-service", entitlements=["console"])
    async with app_db.begin(franchise.id, "system:test") as uow:
        found = await franchise_of(uow)
        assert (found.slug, found.currency, found.version) == (franchise.slug, "KZT", 1)
        in_force = await policy_in_force(uow)
        assert in_force.policy.money.currency == "KZT"
        assert in_force.policy.discipline.lateness_ends_cooperation
        assert in_force.versions == {name: 0 if name == "rating" else 1 for name in SECTIONS}
        assert await has_entitlement(uow, "console")
        assert not await has_entitlement(uow, "clearing")
        lat, lon = await place_of(uow)
    assert (round(lat, 4), round(lon, 4)) == (59.9386, 30.3141)


async def test_a_short_name_belongs_to_one_franchise_and_a_preset_must_exist(settings: Settings) -> None:
    await make_franchise(settings, slug="taken")
    with pytest.raises(FranchiseSlugTaken):
        await make_franchise(settings, slug="taken")
    with pytest.raises(PresetUnknown):
        await make_franchise(settings, slug="fresh", preset="none")


async def test_the_request_role_cannot_found_a_franchise(app_db: Database) -> None:
    with pytest.raises((DBAPIError, asyncpg.InsufficientPrivilegeError)):
        async with app_db.begin(None, "staff:intruder") as uow:
            await open_franchise(uow, founding())


async def test_an_edit_from_an_old_version_is_refused(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)
    async with app_db.begin(franchise.id, "staff:a") as uow:
        changed = await change_franchise(uow, ChangeFranchise(name="Новое имя", lat=55.75, lon=37.62), 1)
        assert (changed.name, changed.city, changed.version) == ("Новое имя", franchise.city, 2)
        assert [round(degree, 2) for degree in await place_of(uow)] == [55.75, 37.62]
    with pytest.raises(FranchiseChanged):
        async with app_db.begin(franchise.id, "staff:b") as uow:
            await change_franchise(uow, ChangeFranchise(city="Москва"), 1)


async def test_nobody_changes_another_franchise(settings: Settings, app_db: Database) -> None:
    mine, other = await make_franchise(settings), await make_franchise(settings)
    async with app_db.begin(mine.id, "staff:a") as uow:
        assert await uow.run("UPDATE franchises SET name = 'x' WHERE id = $1", other.id) == 0


async def test_lending_shows_homes_by_ring_to_the_borrower_only(settings: Settings, app_db: Database) -> None:
    borrower, near, far = [await make_franchise(settings) for _ in range(3)]
    for home, ring in ((near, 1), (far, 2)):
        async with app_db.begin(home.id, "staff:owner") as uow:
            await grant_lending(uow, borrower.id, GrantLending.model_validate({"ring": ring, "fee_percent": "12.50"}))
    async with app_db.begin(borrower.id, "staff:d") as uow:
        assert [home.franchise_id for home in await homes_in_ring(uow, 1)] == [near.id]
        assert [home.franchise_id for home in await homes_in_ring(uow, 9)] == [near.id, far.id]
        assert str((await homes_in_ring(uow, 1))[0].fee_percent) == "12.50"
    async with app_db.begin(near.id, "staff:d") as uow:
        assert await homes_in_ring(uow, 9) == []
        await revoke_lending(uow, borrower.id)
        await revoke_lending(uow, borrower.id)
    async with app_db.begin(borrower.id, "staff:d") as uow:
        assert [home.franchise_id for home in await homes_in_ring(uow, 9)] == [far.id]


async def test_lending_needs_another_existing_franchise(settings: Settings, app_db: Database) -> None:
    mine = await make_franchise(settings)
    with pytest.raises(LendingToOneself):
        async with app_db.begin(mine.id, "staff:o") as uow:
            await grant_lending(uow, mine.id, GrantLending())
    with pytest.raises(FranchiseNotFound):
        async with app_db.begin(mine.id, "staff:o") as uow:
            await revoke_lending(uow, new_id())


async def test_each_edit_of_lending_leaves_one_audit_row(settings: Settings, app_db: Database) -> None:
    mine, other = await make_franchise(settings), await make_franchise(settings)
    async with app_db.begin(mine.id, "staff:o") as uow:
        await grant_lending(uow, other.id, GrantLending(ring=1))
        await grant_lending(uow, other.id, GrantLending(ring=3))
        rows = await uow.fetch("SELECT action, actor FROM audit_log WHERE entity = 'lending_grants' ORDER BY id")
    assert [tuple(row) for row in rows] == [("insert", "staff:o"), ("update", "staff:o")]


async def test_two_edits_at_once_and_one_wins(settings: Settings, app_db: Database) -> None:
    franchise = await make_franchise(settings)

    async def rename(name: str) -> None:
        async with app_db.begin(franchise.id, "staff:a") as uow:
            await change_franchise(uow, ChangeFranchise(name=name), 1)

    results = await asyncio.gather(*(rename(f"имя {n}") for n in range(6)), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert all(isinstance(result, FranchiseChanged) for result in results if result is not None)


async def test_owner_login_is_what_founds(settings: Settings) -> None:
    async with owner_database(settings) as database, database.begin(None, "system:test") as uow:
        franchise = await open_franchise(uow, founding(slug="founded"))
        assert uow.franchise_id == franchise.id
