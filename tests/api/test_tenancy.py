import asyncpg
import pytest
from httpx import AsyncClient, Response

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.tenancy.models import Franchise
from dispatch.tenancy.policy import SECTIONS
from dispatch.tenancy.presets import PRESETS
from tests.factories.access import bearer, make_token, make_user
from tests.factories.tenancy import make_franchise

OWN = "/api/v1/franchises/own"
STAFFING = "/api/v1/policies/staffing"


@pytest.fixture
async def franchise(settings: Settings) -> Franchise:
    return await make_franchise(settings)


@pytest.fixture
async def boss(app_db: Database, franchise: Franchise) -> dict[str, str]:
    return bearer(await make_token(app_db, await make_user(app_db, franchise.id, Role.OWNER), Role.OWNER))


def assert_problem(response: Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text


async def test_an_owner_sees_his_own_franchise_and_hq_all(
    http: AsyncClient, settings: Settings, app_db: Database, franchise: Franchise, boss: dict[str, str]
) -> None:
    listed = (await http.get("/api/v1/franchises", headers=boss)).json()
    assert [item["id"] for item in listed["items"]] == [str(franchise.id)]
    head = await make_franchise(settings, kind="hq")
    hq = bearer(await make_token(app_db, await make_user(app_db, head.id, Role.HQ), Role.HQ))
    slugs: list[str] = []
    params: dict[str, str | int] = {"limit": 1}
    while True:
        page = (await http.get("/api/v1/franchises", params=params, headers=hq)).json()
        slugs += [item["slug"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert {franchise.slug, head.slug} <= set(slugs)
    assert slugs == sorted(slugs)


async def test_the_own_franchise_is_changed_from_the_version_read(
    http: AsyncClient, owner: asyncpg.Connection, franchise: Franchise, boss: dict[str, str]
) -> None:
    read = await http.get(OWN, headers=boss)
    assert (read.json()["lat"], read.json()["lon"]) == (59.9386, 30.3141)
    assert read.headers["etag"] == '"1"'
    changed = await http.patch(OWN, json={"name": "Питер"}, headers=boss | {"If-Match": read.headers["etag"]})
    assert (changed.status_code, changed.json()["name"], changed.headers["etag"]) == (200, "Питер", '"2"')
    late = await http.patch(OWN, json={"name": "Ленинград"}, headers=boss | {"If-Match": '"1"'})
    assert_problem(late, 409, "franchise_changed")
    actor = await owner.fetchval(
        "SELECT actor FROM audit_log WHERE entity = 'franchises' AND action = 'update' AND entity_id = $1",
        str(franchise.id),
    )
    assert actor.startswith("token:")


@pytest.mark.parametrize("version", [None, "*", '"x"', "", '"99999999999999999999"'])
async def test_an_edit_names_its_version(http: AsyncClient, boss: dict[str, str], version: str | None) -> None:
    headers = boss if version is None else boss | {"If-Match": version}
    assert_problem(await http.patch(OWN, json={"name": "x"}, headers=headers), 422, "version_missing")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"zone": "Mars/Olympus"}, "zone_unknown"),
        ({"lat": 1}, "validation_failed"),
        ({"name": "a\x00b"}, "validation_failed"),
        ({"colour": "red"}, "validation_failed"),
    ],
)
async def test_a_malformed_change_is_refused(
    http: AsyncClient, boss: dict[str, str], body: dict[str, object], code: str
) -> None:
    assert_problem(await http.patch(OWN, json=body, headers=boss | {"If-Match": '"1"'}), 422, code)


async def test_every_section_in_force_is_shown(http: AsyncClient, boss: dict[str, str]) -> None:
    items = (await http.get("/api/v1/policies", headers=boss)).json()["items"]
    assert [item["section"] for item in items] == list(SECTIONS)
    assert {item["section"]: item["version"] for item in items} == {n: 0 if n == "rating" else 1 for n in SECTIONS}
    assert [item["section"] for item in items if item["network"]] == ["rating"]
    staffing = next(item for item in items if item["section"] == "staffing")
    assert staffing["body"] == PRESETS["personal-solution"].staffing.model_dump(mode="json")


async def test_a_section_is_written_from_the_version_read(http: AsyncClient, boss: dict[str, str]) -> None:
    read = await http.get(STAFFING, headers=boss)
    body = read.json()["body"] | {"factor": "1.8"}
    change = {"body": body, "reason": "много отказов"}
    written = await http.put(STAFFING, json=change, headers=boss | {"If-Match": read.headers["etag"]})
    assert (written.status_code, written.headers["etag"]) == (200, '"2"')
    assert (written.json()["body"]["factor"], written.json()["reason"]) == ("1.8", "много отказов")
    again = (await http.get(STAFFING, headers=boss)).json()
    assert again == written.json()
    late = await http.put(STAFFING, json=change | {"body": {}}, headers=boss | {"If-Match": '"1"'})
    assert_problem(late, 409, "policy_changed")
    assert late.json()["version"] == 2


async def test_a_broken_section_names_its_fields(http: AsyncClient, boss: dict[str, str]) -> None:
    change = {"body": {"factor": 9, "target": 2}, "reason": "trial"}
    answer = await http.put(STAFFING, json=change, headers=boss | {"If-Match": '"1"'})
    assert_problem(answer, 422, "policy_invalid")
    assert [problem["field"] for problem in answer.json()["problems"]] == ["factor", "target"]


async def test_what_no_franchise_may_write(
    http: AsyncClient, app_db: Database, boss: dict[str, str], franchise: Franchise
) -> None:
    change = {"body": {}, "reason": "trial"}
    versioned = boss | {"If-Match": '"0"'}
    assert_problem(
        await http.put("/api/v1/policies/rating", json=change, headers=versioned), 403, "network_section_refused"
    )
    assert_problem(
        await http.put("/api/v1/policies/weather", json=change, headers=versioned), 404, "policy_section_unknown"
    )
    assert_problem(await http.get("/api/v1/policies/weather", headers=boss), 404, "policy_section_unknown")
    user = await make_user(app_db, franchise.id)
    dispatcher = bearer(await make_token(app_db, user))
    assert_problem(await http.put(STAFFING, json=change, headers=dispatcher), 403, "permission_missing")


async def test_one_franchises_policy_is_not_anothers(
    http: AsyncClient, settings: Settings, app_db: Database, boss: dict[str, str]
) -> None:
    other = await make_franchise(settings)
    theirs = bearer(await make_token(app_db, await make_user(app_db, other.id, Role.OWNER), Role.OWNER))
    read = (await http.get(STAFFING, headers=boss)).json()
    change = {"body": read["body"] | {"standby_min": 4}, "reason": "trial"}
    assert (await http.put(STAFFING, json=change, headers=boss | {"If-Match": '"1"'})).status_code == 200
    assert (await http.get(STAFFING, headers=theirs)).json()["version"] == 1
    assert (await http.get(OWN, headers=theirs)).json()["id"] == str(other.id)
