import asyncio
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from pydantic import ValidationError

from dispatch.clients.commands import AddPerson, AddSite, ChangeClient, ChangeSite, ForbidReturn
from dispatch.clients.errors import (
    ClientArchived,
    ClientChanged,
    ClientNotFound,
    DoNotReturnNotFound,
    DoNotReturnStands,
    PersonNotFound,
    SiteChanged,
    SiteNotFound,
    WorkerUnknown,
)
from dispatch.clients.models import AttendanceSource, Client, ClientKind, DecidedBy, DoNotReturn, Site
from dispatch.clients.notes import notes_of
from dispatch.clients.queries import (
    client_of,
    find_clients,
    list_clients,
    list_do_not_return,
    list_sites,
    people_of,
    site_of,
)
from dispatch.clients.service import add_person, archive_client, change_client, remove_person, restore_client
from dispatch.clients.sites import add_site, archive_site, change_site, forbid_return, lift_do_not_return
from dispatch.kit.geo import ZoneUnknown
from dispatch.kit.ids import new_id
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from tests.factories.clients import make_client, make_site
from tests.factories.tenancy import make_franchise
from tests.factories.workers import make_worker

ACTOR = "staff:dispatcher"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def other(settings: Settings) -> Franchise:
    return await make_franchise(settings)


@pytest.fixture
async def own(settings: Settings) -> Franchise:
    return await make_franchise(settings)


@pytest.fixture
async def client(app_db: Database, own: Franchise) -> Client:
    async with app_db.begin(own.id, ACTOR) as uow:
        return await make_client(uow)


@pytest.fixture
async def site(app_db: Database, own: Franchise, client: Client) -> Site:
    async with app_db.begin(own.id, ACTOR) as uow:
        return await make_site(uow, client.id)


async def changed(database: Database, own: Franchise, client: Client, version: int, **given: object) -> Client:
    async with database.begin(own.id, ACTOR) as uow:
        return await change_client(uow, client.id, ChangeClient.model_validate(given), version)


async def test_a_client_is_taken_on_and_changed(app_db: Database, own: Franchise, owner: asyncpg.Connection) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        client = await make_client(uow, name=" Ромашка ", kind="person", tax_number="7801", source="звонок")
    assert (client.name, client.kind, client.version) == ("Ромашка", ClientKind.PERSON, 1)
    now = await changed(app_db, own, client, 1, forbids_tier_c=True, tax_number=None)
    assert (now.forbids_tier_c, now.tax_number, now.source, now.version) == (True, None, "звонок", 2)
    trail = await owner.fetch("SELECT action, actor FROM audit_log WHERE entity_id = $1 ORDER BY id", str(client.id))
    assert [tuple(row) for row in trail] == [("insert", ACTOR), ("update", ACTOR)]


async def test_of_two_changes_from_one_version_the_later_is_told(
    app_db: Database, own: Franchise, client: Client, site: Site
) -> None:
    """The second reads while the first is not committed yet, and must not overwrite it afterwards."""
    async with app_db.begin(own.id, ACTOR) as uow:
        await change_client(uow, client.id, ChangeClient(note="first"), 1)
        second = asyncio.create_task(changed(app_db, own, client, 1, note="second"))
        await asyncio.sleep(0.2)
    with pytest.raises(ClientChanged) as told:
        await second
    assert told.value.fields == {"version": 2}

    async def change_site_too() -> Site:
        async with app_db.begin(own.id, ACTOR) as late:
            return await change_site(late, site.id, ChangeSite(region="second"), 1)

    async with app_db.begin(own.id, ACTOR) as uow:
        await change_site(uow, site.id, ChangeSite(region="first"), 1)
        task = asyncio.create_task(change_site_too())
        await asyncio.sleep(0.2)
    with pytest.raises(SiteChanged):
        await task


async def test_an_archived_client_takes_nothing_new_until_restored(
    app_db: Database, own: Franchise, client: Client
) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        assert (await archive_client(uow, client.id)).version == 2
        assert (await archive_client(uow, client.id)).version == 2
        assert await list_clients(uow) == []
        assert [each.id for each in await list_clients(uow, archived=True)] == [client.id]
        with pytest.raises(ClientArchived):
            await make_site(uow, client.id)
        with pytest.raises(ClientArchived):
            await add_person(uow, client.id, AddPerson(name="Анна", phone="8 921 555-45-67"))
        assert (await restore_client(uow, client.id)).archived_at is None
        assert (await restore_client(uow, client.id)).version == 3
        await make_site(uow, client.id)


async def test_people_speak_for_a_client(app_db: Database, own: Franchise, client: Client) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        anna = await add_person(uow, client.id, AddPerson(name="Анна", phone="8 (812) 555-45-67", role="логист"))
        await add_person(uow, client.id, AddPerson(name="Олег", phone="+7 921 555-45-67"))
        assert [(each.name, each.phone) for each in await people_of(uow, client.id)] == [
            ("Анна", "+78125554567"),
            ("Олег", "+79215554567"),
        ]
        await remove_person(uow, client.id, anna.id)
        assert [each.name for each in await people_of(uow, client.id)] == ["Олег"]
        with pytest.raises(PersonNotFound):
            await remove_person(uow, client.id, anna.id)
        with pytest.raises(PhoneInvalid):
            await add_person(uow, client.id, AddPerson(name="Анна", phone="звоните"))


@pytest.mark.parametrize(
    ("lat", "lon", "given", "zone"),
    [
        (59.927, 30.318, None, "Europe/Moscow"),
        (54.98, 73.37, None, "Asia/Omsk"),
        (54.98, 73.37, "Asia/Novosibirsk", "Asia/Novosibirsk"),
        (47.5, 19.05, None, "Europe/Budapest"),
    ],
)
async def test_the_zone_of_a_site_is_its_places_unless_stated(
    app_db: Database, own: Franchise, client: Client, lat: float, lon: float, given: str | None, zone: str
) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        site = await make_site(uow, client.id, lat=lat, lon=lon, zone=given)
    assert (site.zone, site.lat, site.lon) == (zone, lat, lon)


async def test_a_site_is_kept_and_changed(app_db: Database, own: Franchise, site: Site) -> None:
    assert (site.attendance_source, site.version) == (AttendanceSource.CREW_LEAD, 1)
    async with app_db.begin(own.id, ACTOR) as uow:
        read = await site_of(uow, site.id)
        assert (read.lat, read.lon) == (59.927, 30.318)
        command = ChangeSite(lat=59.9, lon=30.3, meeting_point="у ворот", contact_phone="8 812 555-45-67", region="78")
        now = await change_site(uow, site.id, command, 1)
        assert (now.lat, now.lon, now.zone, now.meeting_point) == (59.9, 30.3, "Europe/Moscow", "у ворот")
        assert (now.contact_phone, now.address, now.version) == ("+78125554567", "Сенная пл., 1", 2)
    async with app_db.begin(own.id, ACTOR) as uow:
        again = await site_of(uow, site.id)
        assert (again.lat, again.region, again.contact_phone) == (59.9, "78", "+78125554567")
        with pytest.raises(SiteChanged):
            await change_site(uow, site.id, ChangeSite(region="77"), 1)
        cleared = await change_site(uow, site.id, ChangeSite(contact_phone=""), 2)
        assert cleared.contact_phone == ""
        assert (await archive_site(uow, site.id)).version == 4
        assert (await archive_site(uow, site.id)).version == 4
        assert await list_sites(uow, client_id=site.client_id) == []
        assert [each.id for each in await list_sites(uow, archived=True)] == [site.id]


@pytest.mark.parametrize(
    "given",
    [{}, {"address": None}, {"lat": 1.0}, {"zone": "Moscow"}, {"lat": 91.0, "lon": 0.0}, {"zone": "Etc/GMT-3"}],
)
def test_a_malformed_change_of_a_site_is_refused(given: dict[str, object]) -> None:
    with pytest.raises((ValidationError, ZoneUnknown)):
        ChangeSite.model_validate(given)


def test_a_change_of_a_client_says_something() -> None:
    for given in ({}, {"name": None}, {"name": "  "}, {"nickname": "x"}):
        with pytest.raises(ValidationError):
            ChangeClient.model_validate(given)


async def test_do_not_return_by_either_side_for_a_site_or_for_all(
    app_db: Database, own: Franchise, other: Franchise, client: Client, site: Site
) -> None:
    async with app_db.begin(other.id, ACTOR) as uow:
        worker_id = await make_worker(uow)

    async def forbid(decided_by: DecidedBy, site_id: UUID | None) -> DoNotReturn:
        async with app_db.begin(own.id, ACTOR) as uow:
            return await forbid_return(
                uow,
                ForbidReturn(
                    client_id=client.id, site_id=site_id, worker_id=worker_id, decided_by=decided_by, reason="спор"
                ),
            )

    entries = [await forbid(side, place) for side in DecidedBy for place in (site.id, None)]
    for side in DecidedBy:
        for place in (site.id, None):
            with pytest.raises(DoNotReturnStands):
                await forbid(side, place)
    async with app_db.begin(own.id, ACTOR) as uow:
        assert len(await list_do_not_return(uow, worker_id=worker_id)) == 4
        assert len(await list_do_not_return(uow, client_id=client.id, limit=3)) == 3
        assert await list_do_not_return(uow, client_id=new_id()) == []
        await lift_do_not_return(uow, entries[0].id)
        assert len(await list_do_not_return(uow, after=entries[1].id)) == 2
        with pytest.raises(DoNotReturnNotFound):
            await lift_do_not_return(uow, entries[0].id)


async def test_do_not_return_names_what_exists(app_db: Database, own: Franchise, client: Client, site: Site) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        elsewhere = await make_site(uow)
        worker_id = await make_worker(uow)
    facts: dict[str, object] = {
        "client_id": client.id,
        "worker_id": worker_id,
        "decided_by": "client",
        "reason": "спор",
    }
    for wrong, error in (
        ({"worker_id": new_id()}, WorkerUnknown),
        ({"client_id": new_id()}, ClientNotFound),
        ({"site_id": new_id()}, SiteNotFound),
        ({"site_id": elsewhere.id}, SiteNotFound),
    ):
        with pytest.raises(error):
            async with app_db.begin(own.id, ACTOR) as uow:
                await forbid_return(uow, ForbidReturn.model_validate(facts | wrong))


async def test_nothing_of_a_client_is_seen_or_touched_by_others(
    app_db: Database, own: Franchise, other: Franchise, client: Client, site: Site
) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        worker_id = await make_worker(uow)
        command = ForbidReturn(client_id=client.id, worker_id=worker_id, decided_by=DecidedBy.WORKER, reason="спор")
        entry = await forbid_return(uow, command)
        await add_person(uow, client.id, AddPerson(name="Анна", phone="8 812 555-45-67"))
    new_site = AddSite(client_id=client.id, address="x", lat=59.9, lon=30.3)
    theirs = (
        (ClientNotFound, lambda uow: client_of(uow, client.id)),
        (ClientNotFound, lambda uow: change_client(uow, client.id, ChangeClient(name="x"), 1)),
        (ClientNotFound, lambda uow: archive_client(uow, client.id)),
        (ClientNotFound, lambda uow: people_of(uow, client.id)),
        (ClientNotFound, lambda uow: add_site(uow, new_site)),
        (ClientNotFound, lambda uow: forbid_return(uow, command)),
        (SiteNotFound, lambda uow: site_of(uow, site.id)),
        (SiteNotFound, lambda uow: change_site(uow, site.id, ChangeSite(address="x"), 1)),
        (SiteNotFound, lambda uow: archive_site(uow, site.id)),
        (DoNotReturnNotFound, lambda uow: lift_do_not_return(uow, entry.id)),
    )
    for error, use_case in theirs:
        with pytest.raises(error):
            async with app_db.begin(other.id, ACTOR) as uow:
                await use_case(uow)
    async with app_db.begin(other.id, ACTOR) as uow:
        for table in ("clients", "client_people", "sites", "do_not_return"):
            assert await uow.fetchval(f"SELECT count(*) FROM {table} WHERE franchise_id = $1", own.id) == 0


async def test_clients_are_listed_in_pages_and_found_by_part_of_their_name(app_db: Database, own: Franchise) -> None:
    async with app_db.begin(own.id, ACTOR) as uow:
        for name in ("Ромашка", "Ромб 100%", "Сирень"):
            await make_client(uow, name=name, tax_number=f"78{len(name)}")

        async def names(**given: object) -> list[str]:
            return [client.name for client in await list_clients(uow, **given)]  # type: ignore[arg-type]

        assert await names(text="ром") == ["Ромашка", "Ромб 100%"]
        assert await names(text="100%") == ["Ромб 100%"]
        assert await names(text="%") == ["Ромб 100%"]
        assert await names(text="787") == ["Ромашка"]
        assert await names(text=" ") == ["Ромашка", "Ромб 100%", "Сирень"]
        first = await list_clients(uow, limit=2)
        assert await names(after=first[-1].id, limit=2) == ["Сирень"]


async def test_the_client_whose_name_begins_with_what_is_typed_is_found_first(app_db: Database, own: Franchise) -> None:
    names = ["Гипермаркет «Невский»", "Двинские склады", "Большой склад", "Склад на Сенной", "100% (скидки"]
    async with app_db.begin(own.id, ACTOR) as uow:
        for name in names:
            await make_client(uow, name=name)
        found = [client.name for client in await find_clients(uow, "ск", 4)]
        assert found[0] == "Склад на Сенной"
        assert set(found[1:]) == {"Двинские склады", "Большой склад", "100% (скидки"}
        assert [client.name for client in await find_clients(uow, "(ск", 4)] == ["100% (скидки"]


async def test_notes_are_read_by_their_day_whatever_their_ids(app_db: Database, own: Franchise, client: Client) -> None:
    ids = sorted(new_id() for _ in range(2))
    async with app_db.begin(own.id, ACTOR) as uow:
        for note_id, days in zip(ids, (1, 2), strict=True):
            await uow.run(
                """INSERT INTO client_notes (id, franchise_id, client_id, body, created_by, created_at)
                   VALUES ($1, $2, $3, $4, $5, clock.now() - $6 * interval '1 day')""",
                note_id,
                own.id,
                client.id,
                f"{days} days ago",
                ACTOR,
                days,
            )
        assert [note.body for note in await notes_of(uow, client.id, limit=9)] == ["1 days ago", "2 days ago"]
