"""Signing in by a page: a session in a cookie, nobody sent elsewhere, nothing changed for another site."""

import re

import asyncpg
import pytest
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.kit.uow import Database
from tests.factories.access import PASSWORD, make_user
from tests.factories.stage import Stage

FAILING_COMMITS = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the commit fails'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON sessions
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""
"""Whatever touches a session fails at its commit, after the handler has answered."""


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


async def test_a_page_sends_a_stranger_to_sign_in_and_back(
    stranger: AsyncClient, app_db: Database, stage: Stage
) -> None:
    answer = await stranger.get("/board?day=tomorrow")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/board")
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    answer = await stranger.post(
        "/login", data={"login": user.login, "password": PASSWORD, "next": "/board?day=tomorrow"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?day=tomorrow")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=dses")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await stranger.get("/board")).status_code == 200


async def test_a_part_asked_for_by_a_stranger_leads_the_whole_page_away(stranger: AsyncClient) -> None:
    answer = await stranger.get("/board/cards", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/login?next=/board/cards")


async def test_a_wrong_password_says_so_and_keeps_the_login(stranger: AsyncClient) -> None:
    answer = await stranger.post("/login", data={"login": '"><script>x', "password": "wrong"})
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "&#34;&gt;&lt;script&gt;x" in answer.text
    assert "<script>x" not in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "board", "/a\nb", "\\\\evil"],
)
async def test_nobody_is_sent_elsewhere(stranger: AsyncClient, app_db: Database, stage: Stage, elsewhere: str) -> None:
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    answer = await stranger.post("/login", data={"login": user.login, "password": PASSWORD, "next": elsewhere})
    assert answer.headers["location"] == "/"
    answer = await stranger.get("/language/en", params={"back": elsewhere})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_form_of_another_site_signs_nobody_in(
    stranger: AsyncClient, app_db: Database, stage: Stage, site: str, owner: asyncpg.Connection
) -> None:
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    form = {"login": user.login, "password": PASSWORD}
    answer = await stranger.post("/login", data=form, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert await owner.fetchval("SELECT count(*) FROM sessions WHERE user_id = $1", user.id) == 0


async def test_signing_out_takes_the_pages_own_token(dispatcher: AsyncClient) -> None:
    token = csrf_of((await dispatcher.get("/board")).text)
    for form in ({}, {"csrf": "0" * 64}, {"csrf": token[:-1]}):
        assert (await dispatcher.post("/logout", data=form)).status_code == 403
    assert (
        await dispatcher.post("/logout", data={"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"})
    ).status_code == 403
    assert (await dispatcher.get("/board")).status_code == 200, "none of these signed him out"
    cookie = dispatcher.cookies[SESSION_COOKIE]
    answer = await dispatcher.post("/logout", data={"csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    dispatcher.cookies.set(SESSION_COOKIE, cookie)
    assert (await dispatcher.get("/board")).status_code == 303, "the session is dead, whoever kept its cookie"


async def test_a_commit_that_fails_is_never_a_success(
    dispatcher: AsyncClient, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    token = csrf_of((await dispatcher.get("/board")).text)
    user = await make_user(app_db, stage.franchise_id, Role.DISPATCHER)
    await owner.execute(FAILING_COMMITS)
    out = await dispatcher.post("/logout", data={"csrf": token})
    into = await dispatcher.post("/login", data={"login": user.login, "password": PASSWORD})
    for answer in (out, into):
        assert answer.status_code == 500
        assert answer.headers["content-type"].startswith("text/html")
        assert "set-cookie" not in answer.headers
    await owner.execute("DROP TRIGGER refuse ON sessions")
