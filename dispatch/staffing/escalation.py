"""An alarm that nobody takes goes by text to who is on duty, and then to the owners."""

from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.alarms import ALARM_UNANSWERED, AlarmStatus
from dispatch.kit import outbox
from dispatch.kit.log import get_logger
from dispatch.kit.money import Currency
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.sms.errors import SmsAccountMissing
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_messages
from dispatch.sms.own_texts import wording_of
from dispatch.sms.phones import phone_of
from dispatch.sms.rules import MessageClass
from dispatch.sms.texts import Language, Template
from dispatch.staffing.duty import phones_to_alarm
from dispatch.tenancy.queries import franchise_of, policy_in_force

log = get_logger(__name__)

_LAST_STEP: Final = 1
_ALARM: Final = """
SELECT a.status, a.raised_at, f.starts_at, f.zone, f.test, c.name AS client
FROM alarms a LEFT JOIN shifts f ON f.franchise_id = $1 AND f.id = a.shift_id
LEFT JOIN clients c ON c.franchise_id = $1 AND c.id = f.client_id
WHERE a.franchise_id = $1 AND a.id = $2
"""


async def escalate(uow: Uow, job: Job) -> None:
    """Text whoever is next, if the alarm is still nobody's; an alarm about a test order stays on the screen."""
    alarm = await uow.fetchrow(_ALARM, uow.franchise_id, job.subject_id)
    if alarm is None or alarm["status"] != AlarmStatus.OPEN or alarm["test"]:
        return
    franchise = await franchise_of(uow)
    language = Language.RU if franchise.currency == Currency.RUB else Language.EN
    waited = max(1, round((uow.now - alarm["raised_at"]).total_seconds() / 60))
    body = (await wording_of(uow)).render(
        Template.ALARM,
        language,
        what=alarm["client"],
        when=alarm["starts_at"].astimezone(ZoneInfo(alarm["zone"])) if alarm["zone"] else None,
        minutes=waited,
    )
    people = await phones_to_alarm(uow, job.n)
    try:
        await queue_messages(
            uow, [await _text(uow, job.subject_id, job.n, user_id, phone, body) for user_id, phone in people]
        )
    except SmsAccountMissing:
        log.warning("alarm_not_texted", alarm_id=str(job.subject_id), reason="no_sms_account")
    if not people:
        log.warning("alarm_not_texted", alarm_id=str(job.subject_id), reason="nobody_has_a_phone")
    if job.n < _LAST_STEP:
        patience = (await policy_in_force(uow)).policy.pace.alarm_patience
        await outbox.schedule_once(uow, ALARM_UNANSWERED, job.subject_id, uow.now + patience, n=job.n + 1)


async def _text(uow: Uow, alarm_id: UUID, step: int, user_id: UUID, phone: str, body: str) -> OutgoingText:
    return OutgoingText(
        phone_id=await phone_of(uow, phone),
        worker_id=None,
        class_=MessageClass.SEAT,
        template=str(Template.ALARM),
        body=body,
        dedupe_key=dedupe_key(Template.ALARM, alarm_id, step, user_id),
    )
