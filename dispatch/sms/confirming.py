"""The short answers of ours to somebody's own text: they go at any hour, from the number he wrote to."""

from collections.abc import Sequence

from dispatch.kit.uow import Uow
from dispatch.sms.letter import Letter
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.own_texts import wording_of
from dispatch.sms.rules import MessageClass, Priority
from dispatch.sms.texts import Template


async def confirm(
    uow: Uow,
    letter: Letter,
    template: Template,
    priority: Priority,
    rest: Sequence[int] = (),
    *,
    code: int | None = None,
) -> None:
    """Queue one short answer to a text; `rest` are codes that still wait for his word."""
    assert letter.phone is not None, "a confirmation goes to a known phone"
    await queue_message(
        uow,
        OutgoingText(
            phone_id=letter.phone.id,
            worker_id=None,
            class_=MessageClass.SEAT,
            template=template.value,
            body=(await wording_of(uow)).render(template, letter.language, still_open=rest or None, code=code),
            dedupe_key=dedupe_key(template, letter.inbound.id),
            account_id=letter.inbound.account_id,
            priority=priority,
        ),
    )
