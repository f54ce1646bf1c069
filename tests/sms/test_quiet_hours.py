"""Offers and marketing keep the recipient's night: when queued, and once more when about to leave."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings
from dispatch.sms.gate import (
    DEADLINE_PASSED,
    NOT_ON_ALLOW_LIST,
    PHONE_DEAD,
    SENDING_OFF,
    WRONG_NUMBER,
    DueText,
    Verdict,
    judge,
)
from dispatch.sms.phones import OPTED_OUT
from dispatch.sms.rules import MessageStatus
from dispatch.sms.service import MessageClass, OutgoingText, queue_message
from dispatch.tenancy.policy import QuietHours
from dispatch.tenancy.rules import is_quiet
from tests.factories.sms import make_account, make_phone

HOUSE = QuietHours()
MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=MOSCOW)
DAY = datetime(2026, 11, 24, 12, 0, tzinfo=MOSCOW)
ZONES = ("Europe/Moscow", "Asia/Vladivostok", "Europe/Kaliningrad", "Europe/Budapest", "Asia/Kathmandu")


def due(**more: object) -> DueText:
    facts: dict[str, object] = {
        "class_": MessageClass.OFFER,
        "template": "offer",
        "deadline": None,
        "quiet_from": HOUSE.start,
        "quiet_to": HOUSE.end,
        "zone": "Europe/Moscow",
        "to": "+79210000001",
    }
    return DueText(**(facts | more))  # type: ignore[arg-type]


SEAT = {"class_": MessageClass.SEAT, "template": "reconfirm_day", "quiet_from": None, "quiet_to": None}
GO = Verdict(MessageStatus.SENDING)
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=MOSCOW).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "now", "mode", "verdict"),
    [
        (due(), DAY, SendingMode.LIVE, GO),
        (due(), NIGHT, SendingMode.LIVE, Verdict(MessageStatus.QUEUED, send_at=MORNING)),
        (due(quiet_from=None, quiet_to=None), NIGHT, SendingMode.LIVE, GO),
        (due(**SEAT), NIGHT, SendingMode.LIVE, GO),
        (due(deadline=MORNING), NIGHT, SendingMode.LIVE, Verdict(MessageStatus.EXPIRED, DEADLINE_PASSED)),
        (due(deadline=DAY), DAY, SendingMode.LIVE, Verdict(MessageStatus.EXPIRED, DEADLINE_PASSED)),
        (due(deadline=DAY + timedelta(seconds=1)), DAY, SendingMode.LIVE, GO),
        (due(opted_out=True), DAY, SendingMode.LIVE, Verdict(MessageStatus.SUPPRESSED, OPTED_OUT)),
        (due(**SEAT, opted_out=True), DAY, SendingMode.LIVE, Verdict(MessageStatus.SUPPRESSED, OPTED_OUT)),
        (due(**(SEAT | {"template": "stop_confirmed"}), opted_out=True), NIGHT, SendingMode.LIVE, GO),
        (due(dead=True), DAY, SendingMode.LIVE, Verdict(MessageStatus.SUPPRESSED, PHONE_DEAD)),
        (due(**SEAT, dead=True), DAY, SendingMode.LIVE, GO),
        (due(**SEAT, strange=True), DAY, SendingMode.LIVE, Verdict(MessageStatus.SUPPRESSED, WRONG_NUMBER)),
        (due(**(SEAT | {"template": "by_hand"}), strange=True), DAY, SendingMode.LIVE, GO),
        (due(), DAY, SendingMode.OFF, Verdict(MessageStatus.SUPPRESSED, SENDING_OFF)),
        (due(), DAY, SendingMode.ALLOW_LIST, Verdict(MessageStatus.SUPPRESSED, NOT_ON_ALLOW_LIST)),
        (due(to="+79219999999"), DAY, SendingMode.ALLOW_LIST, GO),
        (due(zone="Mars/Phobos"), DAY, SendingMode.LIVE, GO),
    ],
)
def test_the_last_look(text: DueText, now: datetime, mode: SendingMode, verdict: Verdict) -> None:
    assert judge(text, now, mode, {"+79219999999"}) == verdict


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 - made aware below
def test_no_offer_leaves_in_quiet_hours(naive: datetime, zone: str) -> None:
    now = naive.replace(tzinfo=UTC)
    verdict = judge(due(zone=zone), now, SendingMode.LIVE, ())
    leaves_at = verdict.send_at or now
    assert not is_quiet(leaves_at, ZoneInfo(zone), HOUSE)
    assert (verdict.status is MessageStatus.SENDING) == (not is_quiet(now, ZoneInfo(zone), HOUSE))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("class_", MessageClass)
@pytest.mark.parametrize("urgent", [False, True])
async def test_when_a_text_is_queued_for(
    app_db: Database, settings: Settings, owner: asyncpg.Connection, *, zone: str, class_: MessageClass, urgent: bool
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner, zone=zone)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        local = uow.now.astimezone(ZoneInfo(zone))
        around_now = QuietHours(
            start=(local - timedelta(minutes=30)).time().replace(microsecond=0),
            end=(local + timedelta(minutes=30)).time().replace(microsecond=0),
        )
        message_id = await queue_message(
            uow,
            OutgoingText(phone.id, None, class_, "offer", "Погрузка", f"k{new_id()}", urgent=urgent),
            quiet=around_now,
        )
    row = await owner.fetchrow("SELECT * FROM messages WHERE id = $1", message_id)
    assert row is not None
    held_back = class_ is not MessageClass.SEAT and not urgent
    assert (row["send_at"] > uow.now) == held_back
    assert row["send_at"] == row["not_before"]
    if held_back:
        assert row["send_at"].astimezone(ZoneInfo(zone)).time() == around_now.end
        assert (row["quiet_from"], row["quiet_to"]) == (around_now.start, around_now.end)


async def test_a_moment_asked_for_is_kept_and_moved_out_of_the_night(
    app_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    async with app_db.begin(account.franchise_id, "system:test") as uow:
        tomorrow_night = (uow.now + timedelta(days=1)).astimezone(MOSCOW).replace(hour=23, minute=0)
        seat = await queue_message(
            uow,
            OutgoingText(phone.id, None, MessageClass.SEAT, "x", "Вы?", f"k{new_id()}", not_before=tomorrow_night),
        )
        offer = await queue_message(
            uow,
            OutgoingText(phone.id, None, MessageClass.OFFER, "x", "Вы?", f"k{new_id()}", not_before=tomorrow_night),
        )
    moments = {row["id"]: row["send_at"] for row in await owner.fetch("SELECT id, send_at FROM messages")}
    assert moments[seat] == tomorrow_night
    assert moments[offer].astimezone(MOSCOW).time() == time(8)
    assert moments[offer] > tomorrow_night


async def test_the_database_refuses_an_offer_without_quiet_hours(settings: Settings, owner: asyncpg.Connection) -> None:
    account, phone = await make_account(settings, owner), await make_phone(owner)
    insert = """INSERT INTO messages (id, franchise_id, account_id, phone_id, template, class, urgent, body, segments,
                                      dedupe_key, not_before, send_at)
                VALUES ($1, $2, $3, $4, 'offer', 'O', $5, 'x', 1, $6, now(), now())"""
    row = (account.franchise_id, account.id, phone.id)
    await owner.execute(insert, new_id(), *row, True, f"k{new_id()}")
    with pytest.raises(asyncpg.CheckViolationError, match="offers_keep_quiet_hours"):
        await owner.execute(insert, new_id(), *row, False, f"k{new_id()}")
