"""A worker contests what he was told, by the appeal word or on the phone, and a person decides."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.kit.text import LongText
from dispatch.kit.uow import Uow
from dispatch.rating.errors import AppealTooLate
from dispatch.rating.fines import appeal_fine
from dispatch.rating.moves import FineStatus
from dispatch.sms.own_texts import wording_of
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
from dispatch.sms.texts import Template


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
            body=(await wording_of(uow)).render(
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


class AppealByPhone(BaseModel):
    """What he says against it, in his words as far as they were taken down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: LongText


async def appeal_by_phone(uow: Uow, fine_id: UUID, command: AppealByPhone) -> FineStatus:
    """Move a fine to `appealed` for a man who rang, and put his words before whoever judges; return where it is now.

    A second appeal, or one against a fine taken back already, changes nothing.

    Raises:
        FineNotFound: there is none.
        AppealTooLate: the window is over, or it is settled.
    """
    fresh = await appeal_fine(uow, fine_id, said_at=uow.now)
    fine = await uow.fetchrow(
        "SELECT status, worker_id, shift_id FROM fines WHERE franchise_id = $1 AND id = $2", uow.franchise_id, fine_id
    )
    assert fine is not None, "it was just read under its lock"
    if fresh:
        await add_inbox_item(
            uow,
            InboxKind.APPEAL,
            command.words,
            worker_id=fine["worker_id"],
            shift_id=fine["shift_id"],
            subject_id=fine_id,
            suggestion="appeal",
        )
    return FineStatus(fine["status"])
