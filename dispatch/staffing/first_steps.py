"""What a new office lacks before it can fill its first shift, in the order in which one gets it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from dispatch.kit.uow import Uow

_STANDS: Final = """
SELECT EXISTS (SELECT FROM sms_accounts WHERE franchise_id = $1 AND enabled) AS number,
       EXISTS (SELECT FROM rate_cards WHERE franchise_id = $1 AND valid @> $2::timestamptz) AS prices,
       EXISTS (SELECT FROM worker_contacts WHERE franchise_id = $1) AS people,
       EXISTS (SELECT FROM sites WHERE franchise_id = $1 AND archived_at IS NULL) AS site,
       EXISTS (SELECT FROM orders WHERE franchise_id = $1) AS order
"""


class FirstStep(StrEnum):
    """One thing that must be there."""

    NUMBER = "number"
    PRICES = "prices"
    PEOPLE = "people"
    SITE = "site"
    ORDER = "order"


async def first_steps(uow: Uow) -> Mapping[FirstStep, bool]:
    """Return which steps are done, in their order; read from what there is, so nothing has to be ticked off."""
    row = await uow.fetchrow(_STANDS, uow.franchise_id, uow.now)
    assert row is not None, "one row of five answers"
    return {step: row[step] for step in FirstStep}
