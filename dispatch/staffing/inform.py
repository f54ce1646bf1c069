"""A man asks about pay, place or time of what he was asked to or holds: he is told once; what remains is for people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.kit.uow import Uow
from dispatch.orders.shifts import read_shift
from dispatch.orders.timeline import note
from dispatch.sms.grammar.topics import Topic, topic_of
from dispatch.sms.service import PASS_ON, Answer
from dispatch.sms.texts import Template
from dispatch.staffing.facts import contacts_of, place_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.queries import policy_in_force

_TEXTS: Final[Mapping[Topic, Template]] = MappingProxyType(
    {Topic.PAY: Template.PAY_INFO, Topic.PLACE: Template.ADDRESS_INFO, Topic.TIME: Template.ADDRESS_INFO}
)


async def inform_by_text(uow: Uow, answer: Answer) -> str:
    """Settle a question by the facts of the shift; what he was asked stays open.

    The same thing asked again goes to a person: the first answer did not help him.
    """
    topic = topic_of(answer.text)
    worker_id, shift_id = answer.question.worker_id, answer.question.shift_id
    if topic is None or worker_id is None or shift_id is None:
        return PASS_ON
    template = _TEXTS[topic]
    told = await uow.fetchval(
        """SELECT EXISTS (SELECT FROM messages WHERE franchise_id = $1 AND shift_id = $2 AND worker_id = $3
                          AND template = $4)""",
        uow.franchise_id,
        shift_id,
        worker_id,
        str(template),
    )
    if told:
        return PASS_ON
    shift = await read_shift(uow, shift_id)
    contact = (await contacts_of(uow, [worker_id]))[worker_id]
    minimum = (await policy_in_force(uow)).policy.money.minimum_hours
    await tell(
        uow,
        contact,
        template,
        await place_of(uow, shift),
        key=(answer.inbound_id,),
        account_id=answer.account_id,
        still_open=[answer.question.code] if answer.question.code is not None else [],
        hours=minimum if template is Template.PAY_INFO else None,
    )
    await note(uow, shift_id, "informed", worker_id=worker_id, about=topic)
    return "informed"
