"""Machines that answer one another stop at three: then somebody rings."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.answering import BY_HAND
from dispatch.sms.texts import Template

MOST_AUTOMATIC: Final = 3
FORGOTTEN_AFTER: Final = timedelta(days=1)

AUTOMATIC: Final = frozenset(
    {
        Template.WHICH,
        Template.WHICH_NO,
        Template.WHICH_DAY,
        Template.CLARIFY,
        Template.CLARIFY_LIST,
        Template.CLARIFY_OFFER,
        Template.PAY_INFO,
        Template.ADDRESS_INFO,
        Template.TIME_INFO,
        Template.BRING_INFO,
        Template.OTHER_PHONE,
    }
)
"""Answers of ours that settle nothing: to the same phone three of them at most, until a day has passed or a person of
ours has written to it or looked after what it wrote."""

_COUNT: Final = """
SELECT count(*) FROM messages m WHERE m.phone_id = $1 AND m.template = ANY ($2) AND m.created_at > greatest(
    $3::timestamptz,
    (SELECT max(h.created_at) FROM messages h WHERE h.phone_id = $1 AND h.template = $4),
    (SELECT max(i.done_at) FROM inbox_items i
     WHERE i.franchise_id = $5 AND i.phone_id = $1 AND i.done_by LIKE 'staff:%'))
"""


async def answered_often_enough(uow: Uow, phone_id: UUID) -> bool:
    """Tell whether one more automatic answer to a phone would be one too many; inside the tenant that answers."""
    answered: int = await uow.fetchval(
        _COUNT,
        phone_id,
        [template.value for template in AUTOMATIC],
        uow.now - FORGOTTEN_AFTER,
        BY_HAND,
        uow.franchise_id,
    )
    return answered >= MOST_AUTOMATIC
