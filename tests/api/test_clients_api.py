from uuid import UUID

import pytest
from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from tests.factories.access import bearer, make_token, make_user
from tests.factories.tenancy import make_franchise
from tests.factories.workers import make_worker

CLIENTS, SITES, LIST = "/api/v1/clients", "/api/v1/sites", "/api/v1/do-not-return"
Headers = dict[str, str]


async def signed_in(database: Database, franchise: Franchise, role: Role) -> Headers:
    return bearer(await make_token(database, await make_user(database, franchise.id, role), role))


@pytest.fixture
async def own(settings: Settings) -> Franchise:
    return await make_franchise(settings)


@pytest.fixture
async def dispatcher(app_db: Database, own: Franchise) -> Headers:
    return await signed_in(app_db, own, Role.DISPATCHER)


@pytest.fixture
async def stranger(app_db: Database, settings: Settings) -> Headers:
    return await signed_in(app_db, await make_franchise(settings), Role.OWNER)


@pytest.fixture
async def client_id(http: AsyncClient, dispatcher: Headers) -> str:
    return str((await http.post(CLIENTS, json={"name": "Ромашка"}, headers=dispatcher)).json()["id"])


@pytest.fixture
async def site_id(http: AsyncClient, dispatcher: Headers, client_id: str) -> str:
    body = {"client_id": client_id, "address": "Сенная пл., 1", "lat": 59.927, "lon": 30.318}
    return str((await http.post(SITES, json=body, headers=dispatcher)).json()["id"])


@pytest.fixture
async def worker_id(app_db: Database, own: Franchise) -> UUID:
    async with app_db.begin(own.id, "system:test") as uow:
        return await make_worker(uow)


def assert_problem(response: Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


async def test_a_client_with_people(http: AsyncClient, dispatcher: Headers, client_id: str) -> None:
    one = f"{CLIENTS}/{client_id}"
    read = await http.get(one, headers=dispatcher)
    assert (read.json()["name"], read.headers["etag"]) == ("Ромашка", '"1"')
    changed = await http.patch(one, json={"forbids_tier_c": True}, headers=dispatcher | {"If-Match": '"1"'})
    assert (changed.json()["forbids_tier_c"], changed.headers["etag"]) == (True, '"2"')
    late = await http.patch(one, json={"name": "x"}, headers=dispatcher | {"If-Match": '"1"'})
    assert_problem(late, 409, "client_changed")
    assert_problem(await http.patch(one, json={"name": "x"}, headers=dispatcher), 422, "version_missing")
    person = await http.post(f"{one}/people", json={"name": "Анна", "phone": "8 812 555-45-67"}, headers=dispatcher)
    assert (person.status_code, person.json()["phone"]) == (201, "+78125554567")
    people = await http.get(f"{one}/people", headers=dispatcher)
    assert people.json() == {"items": [person.json()]}
    bad = await http.post(f"{one}/people", json={"name": "Анна", "phone": "1"}, headers=dispatcher)
    assert_problem(bad, 422, "phone_invalid")
    gone = await http.delete(f"{one}/people/{person.json()['id']}", headers=dispatcher)
    assert (gone.status_code, gone.content) == (204, b"")
    again = await http.delete(f"{one}/people/{person.json()['id']}", headers=dispatcher)
    assert_problem(again, 404, "person_not_found")
    archived = await http.post(f"{one}/archive", headers=dispatcher)
    assert archived.json()["archived_at"] is not None
    refused = await http.post(
        SITES, json={"client_id": client_id, "address": "x", "lat": 1, "lon": 1}, headers=dispatcher
    )
    assert_problem(refused, 409, "client_archived")
    assert (await http.post(f"{one}/restore", headers=dispatcher)).json()["archived_at"] is None


async def test_clients_are_listed_and_searched(http: AsyncClient, dispatcher: Headers, client_id: str) -> None:
    for name in ("Сирень", "Роза"):
        await http.post(CLIENTS, json={"name": name}, headers=dispatcher)
    first = (await http.get(CLIENTS, params={"limit": 2}, headers=dispatcher)).json()
    second = (await http.get(CLIENTS, params={"cursor": first["next_cursor"]}, headers=dispatcher)).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["Ромашка", "Сирень", "Роза"]
    found = (await http.get(CLIENTS, params={"q": "маш"}, headers=dispatcher)).json()["items"]
    assert [item["id"] for item in found] == [client_id]
    assert (await http.get(CLIENTS, params={"archived": True}, headers=dispatcher)).json()["items"] == []


async def test_a_client_is_made_once_per_key(http: AsyncClient, dispatcher: Headers) -> None:
    key = dispatcher | {"Idempotency-Key": str(new_id())}
    first, again = [await http.post(CLIENTS, json={"name": "Роза"}, headers=key) for _ in range(2)]
    assert (first.status_code, again.content) == (201, first.content)
    assert len((await http.get(CLIENTS, headers=dispatcher)).json()["items"]) == 1


async def test_a_site(http: AsyncClient, dispatcher: Headers, client_id: str, site_id: str) -> None:
    one = f"{SITES}/{site_id}"
    read = await http.get(one, headers=dispatcher)
    site = read.json()
    assert (site["zone"], site["lat"], site["lon"], site["attendance_source"]) == (
        "Europe/Moscow",
        59.927,
        30.318,
        "crew_lead",
    )
    changed = await http.patch(
        one, json={"meeting_point": "у ворот", "zone": "Asia/Omsk"}, headers=dispatcher | {"If-Match": '"1"'}
    )
    assert (changed.json()["meeting_point"], changed.json()["zone"]) == ("у ворот", "Asia/Omsk")
    late = await http.patch(one, json={"zone": "Asia/Omsk"}, headers=dispatcher | {"If-Match": '"1"'})
    assert_problem(late, 409, "site_changed")
    wrong = await http.patch(one, json={"zone": "Moscow"}, headers=dispatcher | {"If-Match": '"2"'})
    assert_problem(wrong, 422, "zone_unknown")
    listed = (await http.get(SITES, params={"client_id": client_id}, headers=dispatcher)).json()["items"]
    assert [item["id"] for item in listed] == [site_id]
    assert (await http.post(f"{one}/archive", headers=dispatcher)).json()["archived_at"] is not None
    assert (await http.get(SITES, headers=dispatcher)).json()["items"] == []


async def test_do_not_return(
    http: AsyncClient, dispatcher: Headers, client_id: str, site_id: str, worker_id: UUID
) -> None:
    body = {"client_id": client_id, "worker_id": str(worker_id), "decided_by": "client", "reason": "ругался"}
    made = await http.post(LIST, json=body | {"site_id": site_id}, headers=dispatcher)
    assert (made.status_code, made.json()["site_id"]) == (201, site_id)
    twice = await http.post(LIST, json=body | {"site_id": site_id}, headers=dispatcher)
    assert_problem(twice, 409, "do_not_return_stands")
    everywhere = await http.post(LIST, json=body, headers=dispatcher)
    assert everywhere.json()["site_id"] is None
    for params in ({"client_id": client_id}, {"worker_id": str(worker_id)}, {}):
        listed = (await http.get(LIST, params=params, headers=dispatcher)).json()["items"]
        assert listed == [made.json(), everywhere.json()]
    unknown = await http.post(LIST, json=body | {"worker_id": str(new_id())}, headers=dispatcher)
    assert_problem(unknown, 404, "worker_unknown")
    assert (await http.delete(f"{LIST}/{made.json()['id']}", headers=dispatcher)).status_code == 204
    assert_problem(await http.delete(f"{LIST}/{made.json()['id']}", headers=dispatcher), 404, "do_not_return_not_found")


async def test_strangers_find_nothing(
    http: AsyncClient, dispatcher: Headers, stranger: Headers, client_id: str, site_id: str, worker_id: UUID
) -> None:
    body = {"client_id": client_id, "worker_id": str(worker_id), "decided_by": "worker", "reason": "не платят"}
    entry = (await http.post(LIST, json=body, headers=dispatcher)).json()["id"]
    match = stranger | {"If-Match": '"1"'}
    site = {"client_id": client_id, "address": "x", "lat": 59.9, "lon": 30.3}
    attempts = [
        await http.get(f"{CLIENTS}/{client_id}", headers=stranger),
        await http.patch(f"{CLIENTS}/{client_id}", json={"name": "x"}, headers=match),
        await http.post(f"{CLIENTS}/{client_id}/archive", headers=stranger),
        await http.post(f"{CLIENTS}/{client_id}/restore", headers=stranger),
        await http.get(f"{CLIENTS}/{client_id}/people", headers=stranger),
        await http.post(f"{CLIENTS}/{client_id}/people", json={"name": "x", "phone": "1"}, headers=stranger),
        await http.delete(f"{CLIENTS}/{client_id}/people/{new_id()}", headers=stranger),
        await http.post(SITES, json=site, headers=stranger),
        await http.get(f"{SITES}/{site_id}", headers=stranger),
        await http.patch(f"{SITES}/{site_id}", json={"address": "x"}, headers=match),
        await http.post(f"{SITES}/{site_id}/archive", headers=stranger),
        await http.post(LIST, json=body, headers=stranger),
        await http.delete(f"{LIST}/{entry}", headers=stranger),
    ]
    for answer in attempts:
        assert answer.status_code == 404, (answer.request.url, answer.text)
    for path in (CLIENTS, SITES, LIST):
        assert (await http.get(path, headers=stranger)).json()["items"] == []
    assert (await http.get(f"{CLIENTS}/{client_id}", headers=dispatcher)).json()["version"] == 1


async def test_roles_decide(http: AsyncClient, app_db: Database, own: Franchise, client_id: str) -> None:
    foreman = await signed_in(app_db, own, Role.FOREMAN)
    accountant = await signed_in(app_db, own, Role.ACCOUNTANT)
    assert_problem(await http.get(CLIENTS, headers=foreman), 403, "permission_missing")
    assert (await http.get(f"{CLIENTS}/{client_id}", headers=accountant)).status_code == 200
    assert_problem(await http.post(CLIENTS, json={"name": "x"}, headers=accountant), 403, "permission_missing")
    assert_problem(await http.get(CLIENTS), 401, "credentials_missing")
