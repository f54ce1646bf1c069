"""Users, roles, tokens and gateways on pages: every change is done, written down, and refused where it must be."""

import re
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import PERMISSIONS, Permission, Role
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings
from dispatch.sms.claim import claim_texts
from dispatch.sms.gateways.registry import open_gateways
from dispatch.web.gateways import TRIALS
from dispatch.web.languages import Language, speech
from dispatch.web.role_words import GROUPS, MEANINGS
from dispatch.web.settings import SECTIONS
from tests.factories.access import Staff, give_phone, make_factor, make_session, make_user
from tests.factories.browsers import spelt
from tests.factories.office import Office, last_audit, open_office
from tests.factories.sms import make_account
from tests.factories.tenancy import make_franchise

FIRST = "long enough for me"


@pytest_asyncio.fixture(loop_scope="session")
async def office(stranger: AsyncClient, settings: Settings, app_db: Database) -> Office:
    """The office of an owner."""
    return await open_office(stranger, app_db, (await make_franchise(settings)).id)


def test_every_permission_is_in_one_group_with_words() -> None:
    grouped = [permission for group in GROUPS.values() for permission in group]
    assert len(GROUPS) == 4
    assert sorted(grouped) == sorted(Permission)
    assert MEANINGS.keys() == set(Permission)
    words = speech(Language.RU).words
    said = [*GROUPS, *MEANINGS.values(), *(section.name for section in SECTIONS)]
    assert [each for each in said if words.gettext(each) == each] == []


async def test_the_table_of_roles_says_what_the_code_holds(office: Office) -> None:
    page = await office.page("roles")
    yes = sum(len(held) for held in PERMISSIONS.values())
    assert page.count(">yes<") == yes
    assert page.count(">no<") == len(Role) * len(Permission) - yes


async def test_the_side_names_just_the_sections_that_open(office: Office) -> None:
    for role in (Role.OWNER, Role.HQ, Role.OPERATOR, Role.FOREMAN):
        page = await (await office.turn(role)).page("roles")
        named = set(re.findall(r'class="settings-link[^"]*" href="([^"]+)"', page))
        answers = {section.address: (await office.browser.get(section.address)).status_code for section in SECTIONS}
        assert named == {address for address, status in answers.items() if status == 200}
        assert set(answers.values()) <= {200, 403}
    assert (await office.browser.get("/settings")).headers["location"] == "/settings/policies"


def version_in(form: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', form)
    assert found is not None
    return found[1]


async def user_row(owner: asyncpg.Connection, login: str) -> asyncpg.Record:
    row = await owner.fetchrow("SELECT * FROM staff_users WHERE login = $1", login)
    assert row is not None
    return row


async def test_a_user_is_made_and_everything_is_done_to_his_account(
    office: Office, owner: asyncpg.Connection, settings: Settings
) -> None:
    login = f"new-{uuid4().hex[:8]}"
    first = {"login": login, "name": "Новая", "role": "dispatcher", "first": "password"}
    refused = await office.act("users", **first, password="short")
    assert (refused.status_code, "10" in refused.headers["x-problem"]) == (422, True)
    await office.done("users", **first, password=FIRST, phone="+7 921 555-01-02")
    user = await user_row(owner, login)
    assert (user["franchise_id"], user["phone"]) == (office.franchise_id, "+79215550102")
    assert (await office.act("users", **first, password=FIRST)).status_code == 409
    page = await office.page(f"users?q={login}")
    assert login in page
    assert "+79215550102" not in page
    file = (await office.done(f"users/export?q={login}", form="csv")).text
    assert login in file
    assert "+79215550102" not in file
    where = f"users/{user['id']}"

    staff = Staff(user["id"], office.franchise_id, login, Role.DISPATCHER, FIRST)
    await make_session(office.database, staff)
    await office.done(f"{where}/end-sessions")
    live = "SELECT count(*) FROM sessions WHERE user_id = $1 AND revoked_at IS NULL"
    assert await owner.fetchval(live, user["id"]) == 0
    trail = await last_audit(owner, "staff_users", user["id"])
    assert (trail["actor"], '"sessions_ended": 1' in trail["after"]) == (f"staff:{office.me}", True)

    await make_factor(office.database, settings, staff)
    assert (await office.act(f"{where}/second-factor")).status_code == 422, "no reason"
    assert (await office.act(f"users/{office.me}/second-factor", reason="My own")).status_code == 409
    await office.done(f"{where}/second-factor", reason="He lost his phone")
    assert "He lost his phone" in (await last_audit(owner, "staff_users", user["id"]))["after"]
    assert await owner.fetchval("SELECT count(*) FROM second_factors WHERE id = $1", user["id"]) == 0
    assert (await last_audit(owner, "second_factors", user["id"]))["action"] == "delete"

    assert "No end" not in await office.part(f"{where}/password")
    await office.done(f"{where}/password", password="another long one")
    assert (await user_row(owner, login))["password_hash"] != user["password_hash"]

    answer = await office.done(f"{where}/disable")
    assert answer.headers["x-undo"] == f"/settings/{where}/enable"
    assert (await user_row(owner, login))["disabled_at"] is not None
    assert login not in await office.page(f"users?q={login.upper()}")
    assert login in await office.page(f"users?q={login}&closed=yes")
    await office.done(f"{where}/enable")
    assert (await user_row(owner, login))["disabled_at"] is None


async def test_an_account_is_changed_for_a_reason(office: Office, owner: asyncpg.Connection) -> None:
    user = await make_user(office.database, office.franchise_id)
    await give_phone(office.database, user, "+79215550104")
    where = f"users/{user.id}"
    form = await office.part(f"{where}/change")
    assert 'value="dispatcher" selected' in form
    changed = {"name": "Новое Имя", "phone": "", "role": "accountant", "version": version_in(form)}
    assert (await office.act(f"{where}/change", **changed)).status_code == 422, "no reason"
    assert (await office.act(f"{where}/change", **changed | {"phone": "12"}, reason="He moved")).status_code == 422
    await office.done(f"{where}/change", **changed, reason="He moved to the office")
    row = await user_row(owner, user.login)
    assert (row["name"], row["phone"], row["role"]) == ("Новое Имя", None, "accountant")
    trail = await last_audit(owner, "staff_users", user.id)
    assert (trail["actor"], "He moved to the office" in trail["after"]) == (f"staff:{office.me}", True)
    assert (await office.act(f"{where}/change", **changed, reason="Once more")).status_code == 409, "an old version"


async def test_a_first_password_may_come_by_link(office: Office, owner: asyncpg.Connection, settings: Settings) -> None:
    login = f"link-{uuid4().hex[:8]}"
    asked = {"login": login, "name": "По ссылке", "role": "recruiter", "first": "link"}
    assert (await office.act("users", **asked)).status_code == 422, "no phone to send it to"
    without = await office.act("users", **asked, phone="+79215550103")
    assert without.status_code == 409, "no number to send it from"
    nobody = await owner.fetchval("SELECT count(*) FROM staff_users WHERE login = $1", login)
    assert nobody == 0, "what is refused leaves nothing behind, not even what was written before"
    await make_account(settings, owner, franchise_id=office.franchise_id)
    await office.done("users", **asked, phone="+79215550103")
    user = await user_row(owner, login)
    sent = "SELECT count(*) FROM messages WHERE franchise_id = $1 AND template = 'password_reset'"
    assert await owner.fetchval(sent, office.franchise_id) == 1
    await office.done(f"users/{user['id']}/link")
    assert await owner.fetchval(sent, office.franchise_id) == 2
    trail = await last_audit(owner, "staff_users", user["id"])
    assert (trail["actor"], '"reset_link": "sent"' in trail["after"]) == (f"staff:{office.me}", True)
    other = await make_user(office.database, office.franchise_id)
    assert (await office.act(f"users/{other.id}/link")).status_code == 409


async def test_the_last_owner_stays_and_nobody_reaches_above_himself(office: Office) -> None:
    me = f"users/{office.me}"
    assert "last%20owner" in (await office.act(f"{me}/disable")).headers["x-problem"]
    mine = {"name": "Я", "phone": "", "version": version_in(await office.part(f"{me}/change")), "reason": "To try it"}
    assert "last%20owner" in (await office.act(f"{me}/change", **mine, role="dispatcher")).headers["x-problem"]
    assert (await office.act(f"{me}/change", **mine, role="hq")).status_code == 403
    operator = await make_user(office.database, office.franchise_id, Role.OPERATOR)
    for act in ("disable", "enable", "end-sessions", "second-factor", "link"):
        assert (await office.act(f"users/{operator.id}/{act}", reason="To try it")).status_code == 403, act
    assert (await office.act(f"users/{operator.id}/password", password=FIRST)).status_code == 403
    assert f'id="disable-{operator.id}"' not in await office.page("users")
    stranger = await office.turn(Role.DISPATCHER)
    assert (await stranger.act(f"users/{operator.id}/disable")).status_code == 403


async def test_a_token_is_shown_once_and_revoked(office: Office, owner: asyncpg.Connection) -> None:
    made = await office.done("tokens", name="Касса <b>", role="dispatcher", until="2099-01-01")
    found = re.search(r"<code[^>]*>(dlive_[^<]+)</code>", made.text)
    assert found is not None
    assert "Касса &lt;b&gt;" in made.text
    page = await office.page("tokens")
    assert "Касса &lt;b&gt;" in page
    assert found[1] not in page
    assert "1 token<" in page
    token = await owner.fetchrow("SELECT id, expires_at FROM api_tokens WHERE franchise_id = $1", office.franchise_id)
    assert token["expires_at"].year in (2098, 2099)
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert (await office.browser.get("/api/v1/auth/me", headers=headers)).status_code == 200
    await office.done(f"tokens/{token['id']}/revoke")
    assert (await office.browser.get("/api/v1/auth/me", headers=headers)).status_code == 401
    assert (await last_audit(owner, "api_tokens", token["id"]))["actor"] == f"staff:{office.me}"
    assert "Касса" not in await office.part("tokens")
    assert "Касса" in await office.part("tokens?dead=yes")
    assert (await office.act("tokens", name="x", role="hq")).status_code == 403
    assert (await office.act("tokens", name="x", role="dispatcher", until="2001-01-01")).status_code == 422
    assert (await office.act("tokens", name="x", role="dispatcher", until="soon")).status_code == 422


async def test_a_gateway_s_addresses_are_shown_whole_and_hold_no_secret(
    office: Office, owner: asyncpg.Connection, settings: Settings
) -> None:
    account = await make_account(settings, owner, franchise_id=office.franchise_id, gateway="smsc")
    page = await office.part(f"gateways/{account.id}/addresses")
    told = open_gateways(settings)["smsc"].hook_addresses(account.account)
    assert told.inbound.replace("&", "&amp;") in page
    assert f"{told.status}".replace("&", "&amp;") in page
    assert str(told.word) in page
    assert account.account.secret not in page
    russian = await office.browser.get(f"/settings/gateways/{account.id}/addresses", headers={"Accept-Language": "ru"})
    assert "SMSC.ru" in russian.text
    other = await make_account(settings, owner)
    assert (await office.browser.get(f"/settings/gateways/{other.id}/addresses")).status_code == 404
    form = {"gateway": "console", "sid": "me", "secret": "x", "number": "+78120000098", "rate_per_s": "1"}
    assert (await office.act("gateways", **form)).status_code == 404, "a console is a developer's only"
    await owner.execute("UPDATE sms_accounts SET enabled = false WHERE id = $1", account.id)


async def test_a_gateway_shows_no_secret_and_changes_from_what_was_read(
    office: Office, owner: asyncpg.Connection, settings: Settings
) -> None:
    account = await make_account(settings, owner, franchise_id=office.franchise_id, rate_per_s=7)
    other = await make_account(settings, owner)
    page = await office.page("gateways")
    assert spelt(account.account.number) in page
    assert account.account.secret not in page
    assert spelt(other.account.number) not in page
    assert "7 texts a second" in page
    form = {"number": "+78120000099", "rate_per_s": "3", "version": "1"}
    where = f"gateways/{account.id}"
    assert account.account.secret not in await office.part(f"{where}/change")
    assert (await office.act(f"{where}/change", **form | {"rate_per_s": "0"})).status_code == 422
    await office.done(f"{where}/change", **form)
    assert (await office.act(f"{where}/change", **form | {"rate_per_s": "9"})).status_code == 409
    trail = await last_audit(owner, "sms_accounts", account.id)
    assert trail["actor"] == f"staff:{office.me}"
    assert '"rate_per_s": 3' in trail["after"]
    assert account.account.secret not in trail["after"]
    await office.done(f"{where}/disable")
    assert not await owner.fetchval("SELECT enabled FROM sms_accounts WHERE id = $1", account.id)
    await office.done(f"{where}/enable")
    assert await owner.fetchval("SELECT enabled FROM sms_accounts WHERE id = $1", account.id)
    assert (await office.act(f"gateways/{other.id}/disable")).status_code == 404


async def test_what_a_number_may_cost_is_limited_from_what_was_read(
    office: Office, owner: asyncpg.Connection, settings: Settings
) -> None:
    account = await make_account(settings, owner, franchise_id=office.franchise_id)
    where = f"gateways/{account.id}/limits"
    form = {
        "segment_price_minor": "4,20",
        "hourly_cap_minor": "1000",
        "daily_cap_minor": "",
        "seat_reserve_percent": "30",
        "prefixes": "+7, +375",
        "version": "1",
    }
    for wrong in (
        {"segment_price_minor": ""},  # a cap needs a price
        {"hourly_cap_minor": "-1"},
        {"hourly_cap_minor": "nan"},
        {"seat_reserve_percent": "91"},
        {"prefixes": ""},
        {"prefixes": "8 921"},
    ):
        assert (await office.act(where, **form | wrong)).status_code == 422, wrong
    await office.done(where, **form)
    row = await owner.fetchrow("SELECT * FROM sms_accounts WHERE id = $1", account.id)
    assert row is not None
    assert (row["segment_price_minor"], row["hourly_cap_minor"], row["daily_cap_minor"]) == (420, 100_000, None)
    assert (row["seat_reserve_percent"], row["prefixes"]) == (30, ["+7", "+375"])
    assert (await office.act(where, **form)).status_code == 409
    page = await office.page("gateways")
    assert "RUB" not in page
    assert "+7, +375" in page
    assert 'value="4.20"' in await office.part(where)


async def test_a_test_message_goes_the_way_of_all_texts_and_tells_its_fate(
    office: Office, owner: asyncpg.Connection, settings: Settings, jobs_db: Database
) -> None:
    account = await make_account(settings, owner, franchise_id=office.franchise_id)
    where = f"gateways/{account.id}/test"
    assert (await office.act(where, phone="12")).status_code == 422
    queued = await office.done(where, phone="8 921 555-77-01")
    message = re.search(r'hx-get="/settings/(gateways/texts/([0-9a-f-]{36}))"', queued.text)
    assert message is not None
    assert "waiting for its turn" in await office.part(message[1])
    trail = await last_audit(owner, "sms_accounts", account.id)
    assert (trail["actor"], message[2] in trail["after"]) == (f"staff:{office.me}", True)

    async def claim(mode: SendingMode, *listed: str) -> None:
        await claim_texts(jobs_db, account.id, 10, mode=mode, allow_list=listed, lease_s=30)

    await claim(SendingMode.ALLOW_LIST, "+79215550000")
    told = await office.part(message[1])
    assert "the number is not on the allowed list" in told
    assert "hx-trigger" not in told, "nothing more is to be expected"
    again = re.search(
        r'hx-get="/settings/(gateways/texts/[^"]+)"', (await office.done(where, phone="+79215557701")).text
    )
    assert again is not None
    await claim(SendingMode.ALLOW_LIST, "+79215557701")
    await owner.execute(
        "UPDATE messages SET status = 'delivered', sent_at = now(), delivered_at = now() WHERE status = 'sending'"
    )
    assert "arrived on the phone" in await office.part(again[1])
    assert (await office.browser.get(f"/settings/gateways/texts/{uuid4()}")).status_code == 404
    locked = [(await office.act(where, phone="+79215557701")).status_code for _ in range(TRIALS.free)]
    assert locked[-1] == 429
    assert locked.count(200) == TRIALS.free - 2


async def test_settings_of_another_franchise_are_not_there(office: Office, settings: Settings) -> None:
    foreign = await make_franchise(settings)
    user = await make_user(office.database, foreign.id)
    assert user.login not in await office.page("users")
    for act in ("role", "password"):
        answer = await office.browser.get(f"/settings/users/{user.id}/{act}")
        assert answer.status_code == 404
    assert (await office.act(f"users/{user.id}/disable")).status_code == 404
    assert (await office.act(f"tokens/{UUID(int=1)}/revoke")).status_code == 404
