"""New passwords: by a link that works once, by the present one; and what ends with the old one."""

import asyncio
import re
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

from dispatch.access.commands import LogIn
from dispatch.access.errors import (
    LoginLocked,
    LoginRefused,
    PasswordRefused,
    PasswordResetsLocked,
    PhoneCodeRefused,
    PhoneCodesLocked,
    ResetLinkSpent,
    RoleNotGrantable,
    UserNotFound,
)
from dispatch.access.own_account import (
    GUESSES,
    TEXTS,
    PhoneCode,
    ask_for_phone_code,
    confirm_phone,
    take_phone_away,
)
from dispatch.access.passwords import (
    ResetLink,
    ask_for_reset,
    change_password,
    is_reset_open,
    use_reset,
)
from dispatch.access.roles import Role
from dispatch.access.rules import phone_code, phone_step_at
from dispatch.access.service import disable_user, reset_password
from dispatch.access.sessions import end_sessions_of_staff
from dispatch.access.sign_in import log_in
from dispatch.access.throttle import FREE_ATTEMPTS, RESETS, RESETS_FROM
from dispatch.kit.ids import new_id
from dispatch.kit.phones import PhoneInvalid
from dispatch.kit.tokens import hash_token
from dispatch.kit.uow import Database, Uow
from dispatch.settings import Settings
from tests.factories.access import PASSWORD, Staff, give_phone, make_session, make_user
from tests.factories.tenancy import make_franchise

NEW = "a new and long password"
PHONE = "+79211234567"


class Courier:
    """Keeps what would be texted."""

    def __init__(self) -> None:
        self.sent: list[ResetLink] = []

    async def __call__(self, uow: Uow, link: ResetLink) -> None:
        assert uow.has_tenant
        self.sent.append(link)


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
async def staff(settings: Settings, app_db: Database) -> Staff:
    user = await make_user(app_db, (await make_franchise(settings)).id)
    await give_phone(app_db, user, PHONE)
    return user


async def a_link(database: Database, staff: Staff, courier: Courier) -> str:
    await ask_for_reset(database, staff.login, f"house-{new_id()}", deliver=courier)
    return courier.sent[-1].token


async def works(database: Database, settings: Settings, staff: Staff, password: str) -> bool:
    try:
        await log_in(database, settings, LogIn(login=staff.login, password=SecretStr(password)))
    except LoginRefused:
        return False
    return True


async def is_live(owner: asyncpg.Connection, token: str) -> bool:
    found: bool = await owner.fetchval("SELECT EXISTS (SELECT FROM principal_of($1))", bytes.fromhex(hash_token(token)))
    return found


async def test_a_link_sets_a_new_password_and_ends_every_session(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    session = await make_session(app_db, staff)
    earlier, link = await a_link(app_db, staff, courier), await a_link(app_db, staff, courier)
    assert [sent.phone for sent in courier.sent] == [PHONE, PHONE]
    assert await is_reset_open(app_db, link)
    assert await is_reset_open(app_db, link), "looking does not use it"
    await use_reset(app_db, link, NEW)
    assert not await is_live(owner, session)
    assert await works(app_db, settings, staff, NEW)
    assert not await works(app_db, settings, staff, PASSWORD)
    for spent in (link, earlier, "dpass_nonsense"):
        assert not await is_reset_open(app_db, spent)
        with pytest.raises(ResetLinkSpent):
            await use_reset(app_db, spent, PASSWORD)


async def test_only_the_digest_of_a_link_is_kept(
    app_db: Database, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    link = await a_link(app_db, staff, courier)
    rows = await owner.fetch("SELECT * FROM password_resets WHERE user_id = $1", staff.id)
    assert [row["token_sha256"].hex() for row in rows] == [hash_token(link)]
    lasts = await owner.fetchval("SELECT expires_at - created_at FROM password_resets WHERE user_id = $1", staff.id)
    assert lasts.total_seconds() == 1800


async def test_of_two_uses_of_a_link_exactly_one_wins(
    app_db: Database, settings: Settings, staff: Staff, courier: Courier
) -> None:
    link = await a_link(app_db, staff, courier)
    wanted = [f"password number {n}" for n in range(4)]
    answers = await asyncio.gather(*(use_reset(app_db, link, one) for one in wanted), return_exceptions=True)
    won = [one for one, answer in zip(wanted, answers, strict=True) if answer is None]
    assert len(won) == 1
    assert sum(isinstance(answer, ResetLinkSpent) for answer in answers) == 3
    assert [one for one in wanted if await works(app_db, settings, staff, one)] == won


async def test_a_link_dies_of_age_of_another_new_password_and_with_the_account(
    app_db: Database, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    async def spent(link: str) -> bool:
        with pytest.raises(ResetLinkSpent):
            await use_reset(app_db, link, NEW)
        return not await is_reset_open(app_db, link)

    old = await a_link(app_db, staff, courier)
    await owner.execute("UPDATE password_resets SET expires_at = now() WHERE user_id = $1", staff.id)
    assert await spent(old)
    link = await a_link(app_db, staff, courier)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        await reset_password(uow, staff.id, PASSWORD, granter=Role.OWNER)
    assert await spent(link)
    link = await a_link(app_db, staff, courier)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        await disable_user(uow, staff.id, granter=Role.OWNER)
    assert await spent(link)


async def test_a_link_lost_to_a_dismissal_at_the_last_moment(
    app_db: Database, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    """The account closes while the new password is being hashed."""
    link = await a_link(app_db, staff, courier)

    async def close() -> None:
        async with app_db.begin(staff.franchise_id, "staff:o") as uow:
            await disable_user(uow, staff.id, granter=Role.OWNER)

    answers = await asyncio.gather(use_reset(app_db, link, NEW), close(), return_exceptions=True)
    assert answers[1] is None
    assert await owner.fetchval("SELECT disabled_at IS NOT NULL FROM staff_users WHERE id = $1", staff.id)
    assert not await is_reset_open(app_db, link)


async def test_who_is_unknown_closed_or_without_a_phone_gets_nothing_and_nobody_is_told(
    app_db: Database, settings: Settings, staff: Staff, courier: Courier
) -> None:
    bare = await make_user(app_db, staff.franchise_id)
    closed = await make_user(app_db, staff.franchise_id)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        await disable_user(uow, closed.id, granter=Role.OWNER)
    for login in ("nobody-at-all", "", "x\x00y", "\ud800", bare.login, closed.login):
        await ask_for_reset(app_db, login, f"house-{new_id()}", deliver=courier)
    assert courier.sent == []


async def test_asking_is_counted_per_login_in_silence(
    app_db: Database, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    for spelled in (staff.login, staff.login.upper(), f" {staff.login} ") * 3:
        await ask_for_reset(app_db, spelled, f"house-{new_id()}", deliver=courier)
    assert len(courier.sent) == RESETS.free
    await owner.execute("UPDATE login_attempts SET locked_until = now()")
    await a_link(app_db, staff, courier)
    assert len(courier.sent) == RESETS.free + 1


async def test_asking_is_counted_per_address_aloud(app_db: Database, staff: Staff, courier: Courier) -> None:
    asked = await asyncio.gather(
        *(ask_for_reset(app_db, f"nobody-{n}", "one house", deliver=courier) for n in range(RESETS_FROM.free))
    )
    assert len(asked) == RESETS_FROM.free
    with pytest.raises(PasswordResetsLocked, match="15 minutes"):
        await ask_for_reset(app_db, staff.login, "one house", deliver=courier)
    assert courier.sent == []
    await ask_for_reset(app_db, staff.login, "another house", deliver=courier)
    assert len(courier.sent) == 1


async def test_a_count_stands_though_the_text_fails(app_db: Database, owner: asyncpg.Connection, staff: Staff) -> None:
    async def fail(_uow: Uow, _link: ResetLink) -> None:
        raise RuntimeError

    for _ in range(2):
        with pytest.raises(RuntimeError):
            await ask_for_reset(app_db, staff.login, "a house", deliver=fail)
    counted = "SELECT failures FROM login_attempts WHERE login_sha256 = sha256($1)"
    assert await owner.fetchval(counted, b"reset\0" + staff.login.encode()) == 2
    assert await owner.fetchval("SELECT count(*) FROM password_resets WHERE user_id = $1", staff.id) == 0


async def test_ones_own_password_is_changed_against_the_present_one(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    here, there = await make_session(app_db, staff), await make_session(app_db, staff)
    link = await a_link(app_db, staff, courier)
    mine = (app_db, staff.franchise_id, staff.id)
    keep = bytes.fromhex(hash_token(here))
    with pytest.raises(PasswordRefused):
        await change_password(*mine, "wrong password", NEW, keep=keep)
    assert await is_live(owner, there)
    await change_password(*mine, PASSWORD, NEW, keep=keep)
    assert (await is_live(owner, here), await is_live(owner, there)) == (True, False)
    assert not await is_reset_open(app_db, link)
    assert await works(app_db, settings, staff, NEW)
    with pytest.raises(UserNotFound):
        await change_password(app_db, staff.franchise_id, new_id(), PASSWORD, NEW, keep=keep)


async def test_of_two_new_passwords_at_once_one_is_told(app_db: Database, settings: Settings, staff: Staff) -> None:
    mine = (app_db, staff.franchise_id, staff.id, PASSWORD)
    wanted = ["password of one", "password of other"]
    answers = await asyncio.gather(*(change_password(*mine, one, keep=b"") for one in wanted), return_exceptions=True)
    assert {type(answer) for answer in answers} == {type(None), PasswordRefused}


async def test_guessing_the_present_password_locks_like_the_sign_in(app_db: Database, staff: Staff) -> None:
    mine = (app_db, staff.franchise_id, staff.id)
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(PasswordRefused):
            await change_password(*mine, "wrong password", NEW, keep=b"")
    with pytest.raises(LoginLocked):
        await take_phone_away(*mine, PASSWORD)
    with pytest.raises(LoginLocked):
        await change_password(*mine, PASSWORD, NEW, keep=b"")


async def test_a_phone_counts_when_the_code_that_was_sent_there_comes_back(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff, courier: Courier
) -> None:
    mine, mine_with_key = (app_db, staff.franchise_id, staff.id), (app_db, settings, staff.franchise_id, staff.id)
    link, sent, other = await a_link(app_db, staff, courier), [], "8 921 765-43-21"

    async def deliver(_uow: Uow, code: PhoneCode) -> None:
        sent.append(code)

    async def ask(present: str, phone: str) -> str:
        return await ask_for_phone_code(*mine_with_key, present, phone, deliver=deliver)

    async def stored() -> str | None:
        phone: str | None = await owner.fetchval("SELECT phone FROM staff_users WHERE id = $1", staff.id)
        return phone

    for wrong in ("8 812 123-45-67", "ring me", "12"):
        with pytest.raises(PhoneInvalid):
            await ask(PASSWORD, wrong)
    with pytest.raises(PasswordRefused):
        await ask("wrong password", other)
    assert sent == []
    assert await ask(PASSWORD, other) == "+79217654321"
    code = sent[0].code
    assert (sent[0].phone, len(code)) == ("+79217654321", 6)
    for phone, typed in ((other, f"{(int(code) + 1) % 10**6:06}"), ("8 921 765-43-22", code), (other, "")):
        with pytest.raises(PhoneCodeRefused):
            await confirm_phone(*mine_with_key, phone, typed)
    assert await stored() == PHONE
    await confirm_phone(*mine_with_key, other, f"{code[:3]} {code[3:]}")
    assert await stored() == "+79217654321"
    assert not await is_reset_open(app_db, link), "it was sent to the old phone"
    for _ in range(TEXTS.free - 1):
        await ask(PASSWORD, other)
    with pytest.raises(PhoneCodesLocked):
        await ask(PASSWORD, other)
    await take_phone_away(*mine, PASSWORD)
    assert await stored() is None


async def test_guessing_codes_of_a_phone_locks(app_db: Database, settings: Settings, staff: Staff) -> None:
    mine = (app_db, settings, staff.franchise_id, staff.id)
    for _ in range(GUESSES.free):
        with pytest.raises(PhoneCodeRefused):
            await confirm_phone(*mine, PHONE, "not it")
    with pytest.raises(PhoneCodesLocked):
        await confirm_phone(*mine, PHONE, "not it")


def test_a_code_of_a_phone_is_of_its_key_account_number_and_time() -> None:
    user, other = UUID(int=1), UUID(int=2)
    codes = {
        phone_code(*each)
        for each in (
            (b"k" * 32, user, PHONE, 7),
            (b"l" * 32, user, PHONE, 7),
            (b"k" * 32, other, PHONE, 7),
            (b"k" * 32, user, PHONE, 8),
            (b"k" * 32, user, "+79211234568", 7),
        )
    }
    assert len(codes) == 5
    assert all(re.fullmatch("[0-9]{6}", code) for code in codes)
    assert phone_step_at(899.9) == 2


async def test_an_owner_ends_the_sessions_of_his_staff_and_of_nobody_else(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, staff: Staff
) -> None:
    one, other = await make_session(app_db, staff), await make_session(app_db, staff)
    hq = await make_user(app_db, staff.franchise_id, Role.HQ)
    async with app_db.begin(staff.franchise_id, "staff:o") as uow:
        with pytest.raises(RoleNotGrantable):
            await end_sessions_of_staff(uow, hq.id, granter=Role.OWNER)
        with pytest.raises(RoleNotGrantable):
            await end_sessions_of_staff(uow, staff.id, granter=Role.DISPATCHER)
        assert await end_sessions_of_staff(uow, staff.id, granter=Role.OWNER) == 2
        assert await end_sessions_of_staff(uow, staff.id, granter=Role.OWNER) == 0
    assert not await is_live(owner, one)
    assert not await is_live(owner, other)
    async with app_db.begin((await make_franchise(settings)).id, "staff:o") as uow:
        with pytest.raises(UserNotFound):
            await end_sessions_of_staff(uow, staff.id, granter=Role.OWNER)


async def test_last_seen_moves_when_it_is_five_minutes_old(
    app_db: Database, owner: asyncpg.Connection, staff: Staff
) -> None:
    digest = bytes.fromhex(hash_token(await make_session(app_db, staff)))
    read = "SELECT now() - last_seen_at < interval '1 minute' FROM sessions WHERE token_sha256 = $1"
    stale = "SELECT stale FROM principal_of($1)"
    assert not await owner.fetchval(stale, digest)
    move = "UPDATE sessions SET last_seen_at = now() - $2::interval WHERE token_sha256 = $1 RETURNING last_seen_at"
    ago = await owner.fetchval("SELECT interval '4 minutes'")
    seen = await owner.fetchval(move, digest, ago)
    await app_db.autocommit("SELECT session_seen($1)", [digest])
    assert await owner.fetchval("SELECT last_seen_at FROM sessions WHERE token_sha256 = $1", digest) == seen
    await owner.fetchval(move, digest, ago * 2)
    assert await owner.fetchval(stale, digest)
    await app_db.autocommit("SELECT session_seen($1)", [digest])
    assert await owner.fetchval(read, digest)
