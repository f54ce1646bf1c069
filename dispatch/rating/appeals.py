"""The appeal word: a worker contests what he was told, and a person decides."""

from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.rating.errors import AppealTooLate
from dispatch.rating.fines import appeal_fine
from dispatch.sms.service import (
    PASS_ON,
    Answer,
    InboxKind,
    MessageClass,
    OutgoingText,
    add_inbox_item,
    answer_question,
    dedupe_key,
    queue_message,
)
from dispatch.sms.texts import Template, render


async def appeal_by_text(uow: Uow, answer: Answer) -> str:
    """Settle the appeal word: the fine becomes `appealed`, the text goes before whoever judges, the man is told so.

    What he contests without a fine (a mark alone) goes before them as well. Too late goes to people, too.
    """
    fine_id = answer.question.detail.get("fine_id")
    if fine_id is not None:
        try:
            await appeal_fine(uow, UUID(fine_id), said_at=answer.received_at)
        except AppealTooLate:
            return PASS_ON
    await add_inbox_item(
        uow,
        InboxKind.APPEAL,
        answer.text,
        inbound_id=answer.inbound_id,
        phone_id=answer.phone_id,
        worker_id=answer.question.worker_id,
        shift_id=answer.question.shift_id,
        subject_id=answer.question.subject_id,
        suggestion="appeal",
    )
    await answer_question(uow, answer.question.id)
    await queue_message(
        uow,
        OutgoingText(
            phone_id=answer.phone_id,
            worker_id=answer.question.worker_id,
            class_=MessageClass.SEAT,
            template=Template.APPEAL_NOTED,
            body=render(
                Template.APPEAL_NOTED,
                answer.language,
                code=answer.question.code,
                still_open=list(answer.still_open) or None,
            ),
            dedupe_key=dedupe_key(Template.APPEAL_NOTED, answer.inbound_id),
            account_id=answer.account_id,
            shift_id=answer.question.shift_id,
        ),
    )
    return "appealed"
