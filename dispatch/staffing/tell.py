"""Texts about shifts: the facts of a place and a man put into the house's wording and queued."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.own_texts import wording_of
from dispatch.sms.plain import plain
from dispatch.sms.service import MessageClass, OutgoingText, Priority, dedupe_key, queue_message
from dispatch.sms.texts import Template, Variable, Wording
from dispatch.staffing.facts import Contact, Place

_NAMED: Final = frozenset({Template.OFFER, Template.OFFER_URGENT, Template.OFFERS})
"""Wordings that have a place for the name themselves."""
_LONGEST_NAME: Final = 24


def text_about(
    wording: Wording,
    contact: Contact,
    template: Template,
    place: Place,
    *,
    days: Sequence[Place] = (),
    **more: Variable,
) -> str:
    """Return the text of a template about a shift, in the reader's language and on the site's clock.

    Args:
        wording: how the franchise says things.
        contact: who reads it.
        template: which sentence.
        place: the shift; of a block, its first day.
        days: all days of the block the text speaks of.
        more: variables beyond those of the place.
    """
    starts = [day.local_start for day in days] or [place.local_start]
    facts: dict[str, Variable] = {
        "when": starts,
        "until": place.local_end,
        "place": place.address,
        "address": place.address,
        "meeting": place.meeting_point or None,
        "service": place.service_in(contact.language),
        "rate_minor": place.pay_rate_minor,
        "currency": place.currency,
    }
    named = contact.first_name if contact.shared else None
    text = wording.render(template, contact.language, **(facts | {"name": named} | more))
    return text if named is None or template in _NAMED else f"{plain(named, _LONGEST_NAME)}: {text}"


async def tell(
    uow: Uow,
    contact: Contact,
    template: Template,
    place: Place,
    *,
    key: Sequence[object],
    days: Sequence[Place] = (),
    question_id: UUID | None = None,
    account_id: UUID | None = None,
    deadline: datetime | None = None,
    still_open: Sequence[int] = (),
    priority: Priority | None = None,
    **more: Variable,
) -> None:
    """Queue one text about a seat he holds or an answer to his own; it may go at any hour.

    A key used before queues nothing, so telling twice is harmless. Who opted out is not written to: the sender's own
    look at the phone decides, whatever this file thinks.

    Args:
        uow: the tenant's unit of work.
        contact: to whom.
        template: which sentence.
        place: the shift it is about.
        key: what makes this text the only one of its kind.
        days: all days of a block.
        question_id: the question the text asks.
        account_id: the account to answer from; the one his text came to.
        deadline: worthless from then on.
        still_open: codes of what else waits for his answer.
        priority: when other than the class's own.
        more: further variables of the wording.
    """
    said = await wording_of(uow)
    body = text_about(said, contact, template, place, days=days, still_open=list(still_open) or None, **more)
    await queue_message(
        uow,
        OutgoingText(
            phone_id=contact.phone_id,
            worker_id=contact.worker_id,
            class_=MessageClass.SEAT,
            template=template,
            body=body,
            dedupe_key=dedupe_key(template, *key),
            account_id=account_id,
            shift_id=place.shift_id,
            question_id=question_id,
            deadline=deadline,
            priority=priority,
        ),
    )
