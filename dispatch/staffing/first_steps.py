"""What a new office lacks before its first order is filled, in the order in which one gets it.

Nothing is ticked off by hand: each step is a fact of the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.account_state import TRIAL
from dispatch.sms.rules import MessageStatus

_EARLIEST_TEXTS: Final = 1000
"""A first text to the own phone is among so many; an office that has sent more needs no first steps."""
_LEFT: Final = (MessageStatus.SENT, MessageStatus.DELIVERED)
_HELD_BACK: Final = (MessageStatus.SUPPRESSED,)
_BEHIND: Final = "SELECT EXISTS (SELECT FROM seats WHERE franchise_id = $1)"
_STANDS: Final = f"""
SELECT EXISTS (SELECT FROM sms_accounts WHERE franchise_id = $1 AND enabled) AS number,
       (SELECT count(*) > 1 FROM staff_users WHERE franchise_id = $1 AND disabled_at IS NULL) AS colleagues,
       EXISTS (SELECT FROM rate_cards WHERE franchise_id = $1 AND valid @> $2::timestamptz) AS prices,
       EXISTS (SELECT FROM worker_contacts WHERE franchise_id = $1) AS people,
       EXISTS (SELECT FROM workers WHERE franchise_id = $1 AND invitable) AS consent,
       EXISTS (SELECT FROM (SELECT template, status FROM messages WHERE franchise_id = $1
                            ORDER BY id LIMIT {_EARLIEST_TEXTS}) AS m
               WHERE m.template = $3 AND m.status = ANY($4)) AS trial,
       EXISTS (SELECT FROM sites WHERE franchise_id = $1 AND archived_at IS NULL) AS site,
       EXISTS (SELECT FROM orders WHERE franchise_id = $1) AS order,
       EXISTS (SELECT FROM seats WHERE franchise_id = $1) AS replies,
       (SELECT id FROM sms_accounts WHERE franchise_id = $1 AND enabled
        ORDER BY simulated, test, created_at, id LIMIT 1) AS account_id,
       (SELECT id FROM worker_imports WHERE franchise_id = $1 ORDER BY created_at DESC, id LIMIT 1) AS import_id,
       (SELECT id FROM clients WHERE franchise_id = $1 AND archived_at IS NULL
        ORDER BY created_at DESC, id LIMIT 1) AS client_id,
       (SELECT id FROM shifts WHERE franchise_id = $1 ORDER BY created_at, id LIMIT 1) AS shift_id
"""


class FirstStep(StrEnum):
    """One thing that must be there."""

    NUMBER = "number"
    """Texts leave from it."""
    COLLEAGUES = "colleagues"
    PRICES = "prices"
    PEOPLE = "people"
    CONSENT = "consent"
    """Somebody was interviewed and agreed to be asked."""
    TRIAL = "trial"
    """A text to the own phone."""
    SITE = "site"
    ORDER = "order"
    REPLIES = "replies"
    """Somebody has a seat."""


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """How far an office is.

    Attributes:
        done: which steps are, in their order.
        account_id: what its texts leave by.
        import_id: its newest list of people.
        client_id: its newest client.
        shift_id: its first shift.
    """

    done: Mapping[FirstStep, bool]
    account_id: UUID | None
    import_id: UUID | None
    client_id: UUID | None
    shift_id: UUID | None

    @property
    def next(self) -> FirstStep | None:
        """The first one that is not done; None when all are."""
        return next((step for step, done in self.done.items() if not done), None)


async def are_behind(uow: Uow) -> bool:
    """Tell whether the first steps need not be shown by themselves any more: somebody of a shift has a seat."""
    return bool(await uow.fetchval(_BEHIND, uow.franchise_id))


async def first_steps(uow: Uow, *, sends: bool) -> FirstSteps:
    """Return how far the office is, and the things its next steps are about.

    Args:
        uow: the office's.
        sends: whether texts may leave; where none may, one that was held back went as far as it can.
    """
    row = await uow.fetchrow(_STANDS, uow.franchise_id, uow.now, TRIAL, [*_LEFT, *([] if sends else _HELD_BACK)])
    assert row is not None, "one row of answers"
    things = {name: row[name] for name in ("account_id", "import_id", "client_id", "shift_id")}
    return FirstSteps({step: row[step] for step in FirstStep}, **things)
