import csv
import io
from base64 import b64encode
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.api.worker_lists import LARGEST_LIST
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from tests.factories.access import bearer, make_token, make_user
from tests.factories.tenancy import make_franchise
from tests.factories.workers import make_worker, make_workers, next_phone

WORKERS = "/api/v1/workers"
Headers = dict[str, str]


async def signed_in(database: Database, franchise: Franchise, role: Role) -> Headers:
    return bearer(await make_token(database, await make_user(database, franchise.id, role), role))


@pytest.fixture
async def home(settings: Settings) -> Franchise:
    return await make_franchise(settings)


@pytest.fixture
async def boss(app_db: Database, home: Franchise) -> Headers:
    return await signed_in(app_db, home, Role.OWNER)


@pytest.fixture
async def stranger(app_db: Database, settings: Settings) -> Headers:
    return await signed_in(app_db, await make_franchise(settings), Role.OWNER)


@pytest.fixture
async def worker_id(app_db: Database, home: Franchise) -> UUID:
    async with app_db.begin(home.id, "system:test") as uow:
        return await make_worker(uow, first_name="Иван", last_name="Секретов", address="Невский 1")


def assert_problem(response: Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


async def register(http: AsyncClient, boss: Headers, **given: object) -> Response:
    body = {"phone": next_phone(), "first_name": "Иван"} | given
    return await http.post(WORKERS, json=body, headers=boss)


async def test_register_read_change(http: AsyncClient, boss: Headers) -> None:
    made = await register(http, boss, phone="8 (921) 800-45-67", skills=["loading"], external_id="A-1")
    assert made.status_code == 201, made.text
    worker = made.json()
    assert (worker["status"], worker["masked_phone"], worker["skills"]) == (
        "applicant",
        "+7 921 •••-••-67",
        ["loading"],
    )
    assert "8004567" not in made.text
    read = await http.get(f"{WORKERS}/{worker['id']}", headers=boss)
    assert (read.json(), read.headers["etag"]) == (worker, '"1"')
    changed = await http.patch(
        f"{WORKERS}/{worker['id']}",
        json={"last_name": "Петров", "residence": {"city": "Омск"}},
        headers=boss | {"If-Match": '"1"'},
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["last_name"], changed.json()["zone"]) == ("Петров", "Asia/Omsk")
    late = await http.patch(f"{WORKERS}/{worker['id']}", json={"note": "x"}, headers=boss | {"If-Match": '"1"'})
    assert_problem(late, 409, "worker_changed")
    blind = await http.patch(f"{WORKERS}/{worker['id']}", json={"note": "x"}, headers=boss)
    assert_problem(blind, 422, "version_missing")


async def test_a_registration_is_repeated_safely(http: AsyncClient, boss: Headers, owner: asyncpg.Connection) -> None:
    body = {"phone": next_phone(), "first_name": "Иван"}
    key = boss | {"Idempotency-Key": str(new_id())}
    first = await http.post(WORKERS, json=body, headers=key)
    again = await http.post(WORKERS, json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    other = await http.post(WORKERS, json=body | {"first_name": "Олег"}, headers=key)
    assert_problem(other, 422, "idempotency_key_reused")
    count = await owner.fetchval("SELECT count(*) FROM worker_contacts WHERE worker_id = $1", UUID(first.json()["id"]))
    assert count == 1


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"phone": "12345"}, 422, "phone_invalid"),
        ({"residence": {"city": "Нарния"}}, 422, "city_unknown"),
        ({"residence": {"zone": "Moscow"}}, 422, "zone_unknown"),
        ({"first_name": "a\0"}, 422, "validation_failed"),
        ({"skills": ["juggling"]}, 422, "validation_failed"),
        ({"radius_m": 10**30}, 422, "validation_failed"),
    ],
)
async def test_what_is_wrong_has_its_code(
    http: AsyncClient, boss: Headers, given: dict[str, object], status: int, code: str
) -> None:
    assert_problem(await register(http, boss, **given), status, code)


async def test_a_taken_number_and_id_have_their_codes(http: AsyncClient, boss: Headers, stranger: Headers) -> None:
    phone = next_phone()
    mine = (await register(http, boss, phone=phone, external_id="X")).json()
    taken = await register(http, boss, phone=phone)
    assert_problem(taken, 409, "phone_belongs_to_worker")
    assert taken.json()["worker_id"] == mine["id"]
    elsewhere = await register(http, stranger, phone=phone)
    assert_problem(elsewhere, 409, "phone_already_in_network")
    assert mine["id"] not in elsewhere.text
    assert_problem(await register(http, boss, external_id="X"), 409, "worker_external_id_taken")


async def test_the_list_goes_in_pages_and_is_searched(
    http: AsyncClient, app_db: Database, home: Franchise, boss: Headers
) -> None:
    phone = next_phone()
    async with app_db.begin(home.id, "system:test") as uow:
        await make_workers(uow, 5)
        wanted = await make_worker(uow, e164=phone, first_name="Пётр", attested=None, skills=32)
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 4}
    while True:
        page = (await http.get(WORKERS, params=params, headers=boss)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 6
    for query in ({"status": "applicant"}, {"skill": "cashier"}):
        found = (await http.get(WORKERS, params=query, headers=boss)).json()["items"]
        assert [item["id"] for item in found] == [str(wanted)], query
        assert phone not in str(found)
    search = f"{WORKERS}/search"
    for body in ({"q": "Пётр п"}, {"q": phone[-5:]}, {"q": "петров", "status": "applicant", "skills": ["cashier"]}):
        found = (await http.post(search, json=body, headers=boss)).json()["items"]
        assert [item["id"] for item in found] == [str(wanted)], body
        assert phone not in str(found)
    first = (await http.post(search, json={"q": "петров", "limit": 4}, headers=boss)).json()
    rest = (await http.post(search, json={"q": "петров", "cursor": first["next_cursor"]}, headers=boss)).json()
    assert [item["id"] for page in (first, rest) for item in page["items"]] == seen
    assert_problem(await http.get(WORKERS, params={"cursor": "x"}, headers=boss), 422, "cursor_invalid")
    assert_problem(await http.post(search, json={"q": "a\0"}, headers=boss), 422, "validation_failed")


async def test_no_address_takes_a_name_or_a_phone(app: FastAPI) -> None:
    """Addresses end up in access logs; what is personal goes in a body."""
    listed = app.openapi()["paths"]["/api/v1/workers"]["get"]["parameters"]
    assert {parameter["name"] for parameter in listed} == {"status", "skill", "limit", "cursor"}


async def test_calendar_absences_documents_attestations_and_moves(
    http: AsyncClient, app_db: Database, home: Franchise, boss: Headers
) -> None:
    async with app_db.begin(home.id, "system:test") as uow:
        one = f"{WORKERS}/{await make_worker(uow, attested=None)}"

    async def did(method: str, path: str, status: int, json: object = None) -> Any:  # noqa: ANN401 - what JSON says
        answer = await http.request(method, f"{one}{path}", headers=boss, json=json)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    cycle = {"anchor": "2026-03-02", "days_on": 2, "days_off": 2}
    calendar = await did("PUT", "/availability", 200, json={"to_time": "24:00", "from_time": "18:00", "cycle": cycle})
    assert (calendar["from_time"], calendar["to_time"], calendar["cycle"]) == ("18:00:00", None, cycle)
    absence = await did("POST", "/absences", 201, json={"starts_at": "2099-01-01T08:00:00+03:00"})
    assert (await did("GET", "/availability", 200))["absences"] == [absence]
    await did("DELETE", f"/absences/{absence['id']}", 204)
    await did("DELETE", f"/absences/{absence['id']}", 404)
    file = b64encode(b"%PDF-1.7 scan").decode()
    permit = {"kind": "height_permit", "valid_until": "2030-01-01", "file": file}
    document = await did("POST", "/documents", 201, json=permit)
    assert len(document["sha256"]) == 64
    assert (await did("GET", "/documents", 200))["items"] == [document]
    assert (await did("GET", "/card", 200))["documents"] == ["height_permit"]
    await did("DELETE", f"/documents/{document['id']}", 204)
    await did("DELETE", f"/documents/{document['id']}", 404)
    bad = await did("POST", "/documents", 422, json=permit | {"file": b64encode(b"MZ").decode()})
    assert bad["code"] == "file_kind_unknown"
    assert (await did("PUT", "/skills", 200, json={"skills": ["cashier", "loading"]})) == {
        "skills": ["loading", "cashier"]
    }
    assert (await did("POST", "/activate", 409))["code"] == "worker_not_vetted"
    for what in ("vetting", "consent_offers"):
        await did("POST", "/attestations", 201, json={"what": what, "basis": "Собеседование"})
    assert len((await did("GET", "/attestations", 200))["items"]) == 2
    assert (await did("POST", "/activate", 200))["invitable"] is True
    assert (await did("POST", "/pause", 200))["status"] == "paused"
    assert (await did("POST", "/archive", 200))["status"] == "archived"
    assert (await did("POST", "/activate", 409))["code"] == "illegal_move"
    assert (await did("POST", "/restore", 200))["status"] == "applicant"


async def test_a_list_is_imported_reported_and_attested(http: AsyncClient, boss: Headers) -> None:
    text = f"Имя;Телефон\nОлег;{next_phone()}\nИван;{next_phone()}\nИгорь;12\n=1;{next_phone()}\n"
    answer = await http.post(
        f"{WORKERS}/import",
        content=text.encode("cp1251"),
        params={"default_city": "Пушкин", "default_skills": ["loading", "cashier"]},
        headers=boss | {"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["accepted"], report["rejected"], report["encoding"]) == (3, 1, "cp1251")
    assert [(reject["line"], reject["code"]) for reject in report["rejects"]] == [(4, "phone_invalid")]
    one = f"{WORKERS}/imports/{report['id']}"
    assert (await http.get(one, headers=boss)).json()["finished_at"] is not None
    assert (await http.get(f"{one}/rejects", headers=boss)).json()["items"] == report["rejects"]
    download = await http.get(f"{one}/rejects.csv", headers=boss)
    rows = list(csv.reader(io.StringIO(download.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[:2] for row in rows] == [["line", "code"], ["4", "phone_invalid"]]
    attested = await http.post(
        f"{WORKERS}/attest",
        json={
            "what": ["vetting", "consent_offers", "consent_urgent"],
            "author": "Анна Владелец",
            "basis": "Журнал собеседований за март",
            "import_id": report["id"],
            "file": b64encode(b"%PDF-1.7 journal").decode(),
        },
        headers=boss,
    )
    assert (attested.status_code, attested.json()["workers"], attested.json()["activated"]) == (200, 3, 3)
    listed = (await http.get(WORKERS, headers=boss)).json()["items"]
    assert {(item["invitable"], item["location_quality"], tuple(item["skills"])) for item in listed} == {
        (True, "city", ("loading", "cashier"))
    }


async def test_a_list_may_come_in_a_form_and_again(http: AsyncClient, boss: Headers) -> None:
    content = f"Имя;Телефон\nОлег;{next_phone()}\n".encode()
    for accepted, known in ((1, 0), (0, 1)):
        answer = await http.post(
            f"{WORKERS}/import", files={"file": ("март\u202e.csv", content, "text/csv")}, headers=boss
        )
        assert answer.status_code == 200, answer.text
        assert (answer.json()["accepted"], answer.json()["known"]) == (accepted, known)
    missing = await http.post(f"{WORKERS}/import", files={"list": ("x.csv", content)}, headers=boss)
    assert_problem(missing, 422, "list_missing")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_without_phones"),
        (b"name\nIvan\n", "list_without_phones"),
        (b"phone\n\0", "list_unreadable"),
        (b"phone;tel\n", "list_column_twice"),
        (b"x" * (LARGEST_LIST + 1), "list_too_large"),
    ],
)
async def test_a_list_that_is_none_has_its_code(http: AsyncClient, boss: Headers, content: bytes, code: str) -> None:
    answer = await http.post(f"{WORKERS}/import", content=content, headers=boss)
    assert_problem(answer, 422, code)


async def test_strangers_get_the_card_of_the_pool_and_nothing_else(
    http: AsyncClient, stranger: Headers, boss: Headers, worker_id: UUID
) -> None:
    one = f"{WORKERS}/{worker_id}"
    card = await http.get(f"{one}/card", headers=stranger)
    assert (card.status_code, card.json()["view"]) == (200, "pool")
    phone = (await http.get(f"{one}/card", headers=boss)).json()["phone"]
    for secret in ("Иван", "Секретов", "Невский", phone, phone[2:]):
        assert secret not in card.text
    match = stranger | {"If-Match": '"1"'}
    absence = {"starts_at": "2099-01-01T08:00:00+03:00"}
    statement = {"what": "vetting", "basis": "Собеседование"}
    bulk = {"what": ["vetting"], "basis": "Журнал", "author": "Анна", "worker_ids": [str(worker_id)]}
    attempts = [
        await http.get(one, headers=stranger),
        await http.patch(one, json={"note": "x"}, headers=match),
        await http.get(f"{one}/availability", headers=stranger),
        await http.put(f"{one}/availability", json={}, headers=stranger),
        await http.put(f"{one}/skills", json={"skills": []}, headers=stranger),
        await http.post(f"{one}/absences", json=absence, headers=stranger),
        await http.delete(f"{one}/absences/{new_id()}", headers=stranger),
        await http.get(f"{one}/documents", headers=stranger),
        await http.post(f"{one}/documents", json={"kind": "passport"}, headers=stranger),
        await http.delete(f"{one}/documents/{new_id()}", headers=stranger),
        await http.get(f"{one}/attestations", headers=stranger),
        await http.post(f"{one}/attestations", json=statement, headers=stranger),
        await http.post(f"{WORKERS}/attest", json=bulk, headers=stranger),
        *[await http.post(f"{one}/{move}", headers=stranger) for move in ("activate", "pause", "archive", "restore")],
        await http.post(f"{one}/reveal", headers=stranger),
    ]
    for answer in attempts:
        assert answer.status_code == 404, (answer.request.url, answer.text)
        assert "Секретов" not in answer.text
    assert (await http.get(WORKERS, headers=stranger)).json()["items"] == []


async def test_an_import_is_its_franchises_own(http: AsyncClient, boss: Headers, stranger: Headers) -> None:
    report = (await http.post(f"{WORKERS}/import", content=b"phone;name\n1;x\n", headers=boss)).json()
    for path in ("", "/rejects", "/rejects.csv"):
        answer = await http.get(f"{WORKERS}/imports/{report['id']}{path}", headers=stranger)
        assert_problem(answer, 404, "import_not_found")


async def test_the_phone_is_for_who_may_reveal_it(
    http: AsyncClient, app_db: Database, home: Franchise, boss: Headers, worker_id: UUID, owner: asyncpg.Connection
) -> None:
    one = f"{WORKERS}/{worker_id}"
    phone = (await http.get(f"{one}/card", headers=boss)).json()["phone"]
    revealed = await http.post(f"{one}/reveal", headers=boss)
    assert revealed.json() == {"worker_id": str(worker_id), "phone": phone}
    assert await owner.fetchval("SELECT count(*) FROM phone_reveals WHERE worker_id = $1", worker_id) == 1
    foreman = await signed_in(app_db, home, Role.FOREMAN)
    card = await http.get(f"{one}/card", headers=foreman)
    assert (card.json()["view"], card.json()["phone"]) == ("home", None)
    assert phone[2:] not in card.text
    assert_problem(await http.post(f"{one}/reveal", headers=foreman), 403, "permission_missing")
    assert_problem(await register(http, foreman), 403, "permission_missing")
    assert_problem(await http.post(f"{WORKERS}/import", content=b"", headers=foreman), 403, "permission_missing")
    dispatcher = await signed_in(app_db, home, Role.DISPATCHER)
    statement = {"what": "vetting", "basis": "Собеседование"}
    refused = await http.post(f"{one}/attestations", json=statement, headers=dispatcher)
    assert_problem(refused, 403, "permission_missing")


async def test_every_error_of_these_routes_is_described(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    described = paths["/api/v1/workers/import"]["post"]
    assert set(described["requestBody"]["content"]) == {"text/csv", "multipart/form-data"}
    codes = str(paths["/api/v1/workers"]["post"]["responses"]["409"])
    assert "phone_already_in_network" in codes
