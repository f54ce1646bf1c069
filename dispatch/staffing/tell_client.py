"""Texts to who ordered: booked, the evening before, on the way, short, done. They know the order and nobody's name.

They go to the contact of the site, else to the first of the client's people who may order; to nobody where no number is
known, and to nobody who stopped our texts. What can wait goes by day, on the clock of the reader's phone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Gap, instant_of, wall_of
from dispatch.orders.shifts import Shift, lock_shift
from dispatch.orders.timeline import note
from dispatch.sms.errors import SmsAccountMissing
from dispatch.sms.own_texts import wording_of
from dispatch.sms.phones import phone_of
from dispatch.sms.service import (
    Answer,
    InboxKind,
    MessageClass,
    NewQuestion,
    OutgoingText,
    QuestionKind,
    add_inbox_item,
    answer_question,
    dedupe_key,
    default_account,
    open_question,
    queue_message,
)
from dispatch.sms.texts import Template, Variable
from dispatch.staffing.events import CLIENT_CHECK_DUE
from dispatch.staffing.facts import place_of
from dispatch.tenancy.policy import Pace
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.rules import next_allowed

CLIENT_WRONG: Final = "client_wrong"
"""What is kept with the inbox item of a client for whom something is not right."""

_STALE: Final = timedelta(hours=1)
"""A question of the evening that is held up for longer is not asked at night."""
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"RUB": "ru", "HUF": "hu"})
_AT_ANY_HOUR: Final = frozenset({Template.CLIENT_ON_WAY})
_WHO: Final = """
SELECT s.contact_phone, s.contact_name,
       (SELECT p.phone FROM client_people p WHERE p.franchise_id = s.franchise_id AND p.client_id = s.client_id
        AND p.may_order ORDER BY p.id LIMIT 1) AS orders_by
FROM sites s WHERE s.franchise_id = $1 AND s.id = $2
"""
_OF_A_SERIES: Final = "SELECT EXISTS (SELECT FROM series_days WHERE franchise_id = $1 AND order_id = $2)"


@dataclass(frozen=True, slots=True)
class _Reader:
    phone_id: UUID
    zone: ZoneInfo
    language: str


async def tell_booked(uow: Uow, shift: Shift) -> None:
    """Tell who ordered that the order is booked; a series is told by its evenings alone."""
    if not await uow.fetchval(_OF_A_SERIES, uow.franchise_id, shift.order_id):
        await _tell(uow, shift, Template.CLIENT_BOOKED, shift.terms_version, count=shift.headcount)


async def schedule_check(uow: Uow, shift: Shift, pace: Pace) -> None:
    """Set, or move, the moment of the evening before at which who ordered is asked; one that passed is not created."""
    begins = wall_of(shift.starts_at, shift.zone)
    evening = datetime.combine(begins.date() - timedelta(days=1), pace.evening_reminder_at)
    due_at = instant_of(evening, shift.zone, gap=Gap.FORWARD)
    if uow.now < due_at < shift.starts_at:
        await outbox.schedule(uow, CLIENT_CHECK_DUE, shift.id, due_at)


async def ask_client(uow: Uow, job: Job) -> None:
    """Timer: the evening before. Ask who ordered whether everything is right; late, it is dropped."""
    shift = await lock_shift(uow, job.subject_id)
    reader = await _reader(uow, shift)
    if not shift.ahead or reader is None or uow.now - job.due_at > _STALE:
        return
    place = await place_of(uow, shift)
    question = await open_question(
        uow,
        NewQuestion(
            phone_id=reader.phone_id,
            worker_id=None,
            kind=QuestionKind.CLIENT,
            subject_id=shift.id,
            shift_id=shift.id,
            closes_at=shift.starts_at,
            label=f"{place.local_start:%d.%m %H:%M} {place.address}",
            language=reader.language,
            starts_at=place.starts_at,
            ends_at=place.ends_at,
        ),
    )
    await _tell(uow, shift, Template.CLIENT_CHECK, shift.terms_version, question_id=question.id, count=shift.headcount)


async def tell_on_way(uow: Uow, shift: Shift) -> None:
    """Tell who ordered, once, that the crew is on its way: the first of them says so."""
    if shift.ahead:
        await _tell(uow, shift, Template.CLIENT_ON_WAY, count=shift.primary_count)


async def tell_short(uow: Uow, shift: Shift) -> None:
    """Tell who ordered, once, that people are missing and looked for."""
    await _tell(uow, shift, Template.CLIENT_SHORT, number=shift.primary_count, count=shift.headcount)


async def tell_bill(uow: Uow, shift: Shift, amount_minor: int) -> None:
    """Tell who ordered what the shift came to, minor units net of VAT; nothing where it cost nothing."""
    if amount_minor > 0:
        await _tell(uow, shift, Template.CLIENT_BILL, amount_minor=amount_minor, currency=shift.currency)


async def client_confirms(uow: Uow, answer: Answer) -> str:
    """Settle "everything is right"."""
    return await _settle(uow, answer, Template.CLIENT_NOTED, "client_confirmed")


async def client_objects(uow: Uow, answer: Answer) -> str:
    """Settle "something is not right": somebody rings, and he is told so."""
    assert answer.question.shift_id is not None, "a client is asked about a shift"
    await add_inbox_item(
        uow,
        InboxKind.CALL,
        answer.text,
        inbound_id=answer.inbound_id,
        phone_id=answer.phone_id,
        shift_id=answer.question.shift_id,
        suggestion=CLIENT_WRONG,
    )
    return await _settle(uow, answer, Template.CLIENT_RING, "client_objected")


async def _settle(uow: Uow, answer: Answer, template: Template, outcome: str) -> str:
    assert answer.question.shift_id is not None, "a client is asked about a shift"
    await answer_question(uow, answer.question.id)
    await note(uow, answer.question.shift_id, outcome)
    await queue_message(
        uow,
        OutgoingText(
            phone_id=answer.phone_id,
            worker_id=None,
            class_=MessageClass.SEAT,
            template=template,
            body=(await wording_of(uow)).render(template, answer.language),
            dedupe_key=dedupe_key(template, answer.inbound_id),
            account_id=answer.account_id,
            shift_id=answer.question.shift_id,
        ),
    )
    return outcome


async def _tell(
    uow: Uow, shift: Shift, template: Template, *key: object, question_id: UUID | None = None, **more: Variable
) -> None:
    reader = await _reader(uow, shift)
    if reader is None:
        return
    place = await place_of(uow, shift)
    quiet = (await policy_in_force(uow)).policy.calendar.quiet
    by_day = None if template in _AT_ANY_HOUR else next_allowed(uow.now, reader.zone, quiet)
    await queue_message(
        uow,
        OutgoingText(
            phone_id=reader.phone_id,
            worker_id=None,
            class_=MessageClass.SEAT,
            template=template,
            body=(await wording_of(uow)).render(
                template,
                reader.language,
                when=place.local_start,
                until=place.local_end,
                address=place.address,
                **more,
            ),
            dedupe_key=dedupe_key(template, shift.id, *key),
            shift_id=shift.id,
            question_id=question_id,
            not_before=by_day,
            deadline=None if template is Template.CLIENT_BILL else shift.starts_at,
        ),
    )


async def _reader(uow: Uow, shift: Shift) -> _Reader | None:
    """Return who is told, None where nobody can be: no number is known, or the office has none to send from."""
    row = await uow.fetchrow(_WHO, uow.franchise_id, shift.site_id)
    numbers = [] if row is None else [row["contact_phone"], row["orders_by"] or ""]
    number = next((number for number in numbers if _E164.fullmatch(number)), None)
    if number is None or shift.test:
        return None
    try:
        await default_account(uow)
    except SmsAccountMissing:
        return None
    phone_id = await phone_of(uow, number)
    zone = await uow.fetchval("SELECT zone FROM phone_zones($1)", [phone_id])
    return _Reader(phone_id, ZoneInfo(zone), _LANGUAGES.get(shift.currency, "en"))
