"""Every role sees only its own: each page of the console, asked for by each role, as the table of permissions says."""

import re
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from httpx import ASGITransport, AsyncClient

from dispatch.access.roles import PERMISSIONS, Permission, Role
from dispatch.api.deps import SESSION_COOKIE, classification
from dispatch.app import create_app
from dispatch.kit.ids import new_id
from dispatch.kit.tokens import new_token
from dispatch.settings import Settings
from dispatch.web.frame import PLACES
from dispatch.web.routing import ConsoleRoute
from tests.factories.stage import Stage

PAGES: Final = {
    str(route.path): classification(route.dependencies)
    for route in iter_route_contexts(create_app(Settings()).routes)
    if isinstance(route.original_route, APIRoute)
    and isinstance(route.original_route, ConsoleRoute)
    and "GET" in (route.methods or set())
}
"""Address of a page or a part -> what its route asks for."""

STREAMS: Final = {"/live"}
"""What does not end; tested where it is."""

NOTHING: Final = str(UUID(int=7))

P = Permission
OPENS: Final = {
    "/board": {P.ORDERS_READ},
    "/board/lists": {P.CONTACTS_REVEAL},
    "/orders": {P.ORDERS_READ},
    "/orders/new": {P.ORDERS_WRITE},
    "/clients": {P.CLIENTS_READ},
    "/clients/new": {P.CLIENTS_WRITE},
    "/duty": {P.ALARMS_READ},
    "/people": {P.WORKERS_READ},
    "/people/new": {P.WORKERS_WRITE},
    "/people/import": {P.WORKERS_IMPORT},
    "/inbox": {P.INBOX_WORK},
    "/site": {P.ATTENDANCE_WRITE},
    "/messages": {P.MESSAGES_READ},
    "/settings/policies": {P.FRANCHISE_READ},
    "/settings/users": {P.USERS_ADMIN},
    "/settings/roles": {P.FRANCHISE_READ},
    "/settings/tokens": {P.TOKENS_ADMIN},
    "/settings/gateways": {P.FRANCHISE_WRITE},
    "/settings/audit": {P.AUDIT_READ},
    "/settings/health": {P.OPERATIONS_READ},
}
"""The pages people open by name -> what they need, written down apart from the routes, so that no route forgets it."""

LANDS: Final = {
    Role.DISPATCHER: "/board",
    Role.FOREMAN: "/site",
    Role.RECRUITER: "/board",
    Role.ACCOUNTANT: "/board",
    Role.OWNER: "/board",
    Role.HQ: "/board",
    Role.CALL_CENTRE: "/clients",
    Role.OPERATOR: "/duty",
    Role.CLIENT: None,
}
"""Role -> where its day begins; None: a page that says there is nothing for it yet."""

FILLED_IN: Final = {"section": "pace", "preset": "demo", "kind": "csv", "language": "en", "token": f"dpass_{'a' * 43}"}
"""What stands for a name in an address; for any other the id of nothing: may he, and it is not there."""

Browsers = dict[Role | None, AsyncClient]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browsers(app: FastAPI, stage: Stage, owner: asyncpg.Connection) -> AsyncIterator[Browsers]:
    """A browser of each role, and one of nobody."""
    opened: Browsers = {}
    for role in (*Role, None):
        transport = ASGITransport(app, raise_app_exceptions=False)
        headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
        browser = AsyncClient(transport=transport, base_url="http://testserver", headers=headers)
        if role is not None:
            browser.cookies.set(SESSION_COOKIE, await _session(owner, stage.franchise_id, role))
        opened[role] = browser
    yield opened
    for browser in opened.values():
        await browser.aclose()


async def _session(owner: asyncpg.Connection, franchise_id: UUID, role: Role) -> str:
    """Sign somebody in without a password, whose check costs more than all the pages together."""
    user_id, (plain, digest) = new_id(), new_token("dses")
    await owner.execute(
        "INSERT INTO staff_users (id, franchise_id, login, name, role, password_hash) VALUES ($1, $2, $3, $4, $5, '-')",
        user_id,
        franchise_id,
        f"matrix-{role}",
        f"A {role}",
        role,
    )
    await owner.execute(
        "INSERT INTO sessions (token_sha256, franchise_id, user_id, expires_at) "
        "VALUES ($1, $2, $3, now() + interval '1 hour')",
        bytes.fromhex(digest),
        franchise_id,
        user_id,
    )
    return plain


def may(role: Role | None, asks: str | None) -> bool:
    """Whether a role may open a page that asks for this."""
    if asks == "public":
        return True
    if role is None or asks is None:
        return False
    return asks in {"signed_in", "half_open"} or Permission(asks) in PERMISSIONS[role]


def test_pages_ask_for_what_the_list_says() -> None:
    assert {path: {asks} for path, asks in PAGES.items() if path in OPENS} == OPENS
    assert len(PAGES) > 50


@pytest.mark.parametrize("role", [*Role, None])
async def test_a_role_opens_what_it_may_and_nothing_else(browsers: Browsers, role: Role | None) -> None:
    browser = browsers[role]
    wrong = []
    for path, asks in PAGES.items():
        if path in STREAMS and may(role, asks):
            continue
        answer = await browser.get(re.sub(r"\{([^}]+)\}", lambda m: FILLED_IN.get(m[1], NOTHING), path))
        to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/login") and asks != "public"
        if may(role, asks):
            right = not to_sign_in and answer.status_code != 403 and answer.status_code < 500
        elif role is None:
            right = to_sign_in
        else:
            right = answer.status_code == 403
        if not right:
            wrong.append((path, asks, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
async def test_a_role_lands_where_its_work_is_and_its_navigation_opens(browsers: Browsers, role: Role) -> None:
    browser = browsers[role]
    start = await browser.get("/")
    assert start.headers.get("location") == LANDS[role]
    landed = start if LANDS[role] is None else await browser.get(LANDS[role] or "")
    assert landed.status_code == 200
    places = re.findall(r'href="([^"]+)"[^>]* data-key="', (await browser.get("/account")).text)
    assert sorted(places) == sorted(one.address for one in PLACES if one.permission in PERMISSIONS[role])
    offered: set[str] = set()
    for address in places:
        opened = await browser.get(address, follow_redirects=True)
        assert opened.status_code == 200, (address, opened.status_code)
        offered |= set(re.findall(r'(?:href|hx-get)="(/[^"?#]*)', opened.text))
    closed = {(address, asks) for address in offered if not may(role, asks := asked_by(address))}
    assert closed == set(), "no page offers an address that is closed to who looks at it"


def asked_by(address: str) -> str | None:
    """What the page at an address asks for; the one without names in it before one with."""
    for path in sorted(PAGES, key=lambda path: path.count("{")):
        if re.fullmatch(re.sub(r"\{[^}:]+:path\}", ".+", re.sub(r"\{[^}:]+\}", "[^/]+", path)), address):
            return PAGES[path]
    return None
