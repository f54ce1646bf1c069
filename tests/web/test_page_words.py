"""A Russian page speaks Russian throughout, and no page shows what only programs read."""

import re
from html.parser import HTMLParser
from typing import Final

from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.kit.uow import Database
from tests.browser.pictures import NOT_PICTURED
from tests.factories.access import make_session, make_user
from tests.factories.stage import Stage
from tests.web.test_roles_pages import PAGES

FOREIGN: Final = re.compile(r"[A-Za-z]{2,}")
KNOWN: Final = {
    *("API", "CSV", "XLSX", "UTF", "JPEG", "PNG", "WebP", "QR", "Google", "Authenticator", "PostgreSQL", "Redis"),
    *("Dispatch", "EN", "English", "Ctrl", "Esc", "Excel", "SID"),
}
"""Names that people write so in Russian, too."""
RAW: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d\d-\d\dT\d|\bundefined\b|\bNone\b|%\(\w+\)")
SAID_BY: Final = {"aria-label", "title", "placeholder", "alt"}
UNREAD: Final = {"script", "style", "code", "kbd", "svg", "template", "option"}
DATA: Final = "|".join(
    (
        *(r"Franchise \d+", r"\bSPE\b", "Interviewed for the test", r"\+deb\w+", r"\(Debian[^)]*\)"),
        *("dispatch accounts add", "DISPATCH_SMS__MODE", "…[0-9a-f]{6}"),
        *("Twilio: Account SID", "Twilio: Auth Token", r"SMSC\.ru", r"\bapikey\b", "Kannel", "sendsms-user"),
    )
)
"""What the stage is made of, a version, a command to type, how an id without a name ends, and names of gateways with
what they themselves call a login."""
ELSEWHERE: Final = {"/console/parts": "shows the parts with words for whoever builds pages"}


class _Words(HTMLParser):
    """Everything that a page says, seen or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in UNREAD
        self.said += [value for name, value in attrs if name in SAID_BY and value]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.said.append(data)


async def test_pages_speak_one_language(stranger: AsyncClient, app_db: Database, stage: Stage) -> None:
    addresses = [path for path in PAGES if "{" not in path and path not in {*NOT_PICTURED, *ELSEWHERE}]
    addresses += [f"/clients/{stage.client_id}", f"/people/{stage.workers[0]}", "/settings/policies/pace", "/shifts/x"]
    wrong, opened = {}, set()
    for role in (Role.OWNER, Role.OPERATOR, Role.HQ):
        user = await make_user(app_db, stage.franchise_id, role)
        stranger.cookies.set(SESSION_COOKIE, await make_session(app_db, user))
        for address in (one for one in addresses if one not in opened):
            answer = await stranger.get(address, headers={"Accept-Language": "ru", "Accept": "text/html"})
            if answer.is_success:
                opened.add(address)
            page = _Words()
            page.feed(re.sub(rf"{DATA}|{user.login}", "", answer.text))
            said = "\n".join(page.said)
            if found := ({*FOREIGN.findall(said)} - KNOWN) | {*RAW.findall(said)}:
                wrong[address] = sorted(found)
    assert wrong == {}
    assert set(addresses) - opened <= {"/shifts/x", "/", "/login/code"}
