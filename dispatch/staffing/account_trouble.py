"""Tell people of an account that texts cannot leave by: its money is out, or its gateway is down."""

from typing import Final
from uuid import UUID

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.sms.service import Trouble, other_way_out

MONEY_OUT: Final = "texts_wait_for_money"
GATEWAY_DOWN: Final = "gateway_down"

_MONEY_OUT: Final = "Texts wait: the spending cap of a number, or its balance, is used up. Raise the cap or pay in."
_LED_AROUND: Final = "The gateway of a number does not take texts: they leave by another number until it does."
_STUCK: Final = "The gateway of a number does not take texts and there is no other number: ring people yourself."


async def tell_account_trouble(uow: Uow, job: Job) -> None:
    """Raise the alarm, or end it when the gateway is back."""
    account_id = UUID(job.detail["account_id"])
    match Trouble(job.detail["trouble"]):
        case Trouble.MONEY:
            await raise_alarm(uow, MONEY_OUT, _MONEY_OUT, severity=Severity.CRITICAL, key=str(account_id))
        case Trouble.DOWN:
            led_around = await other_way_out(uow, account_id)
            await raise_alarm(
                uow,
                GATEWAY_DOWN,
                _LED_AROUND if led_around else _STUCK,
                severity=Severity.WARNING if led_around else Severity.CRITICAL,
                key=str(account_id),
            )
        case Trouble.UP:
            await resolve_alarms(uow, GATEWAY_DOWN, None, key=str(account_id))
