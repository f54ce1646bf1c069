"""What was texted, what was asked, and what people have to look at."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.kit.pages import DEFAULT_LIMIT, Cursor, CursorInvalid, Limit, Page, read_cursor
from dispatch.sms.errors import InboxItemNotFound
from dispatch.sms.inbox import InboxKind, finish_inbox_item
from dispatch.sms.queries import list_inbox, list_messages, list_questions
from dispatch.sms.rules import InboxStatus, MessageClass, MessageStatus, QuestionKind, QuestionStatus

router = APIRouter(tags=["sms"])

CursorParameter = Annotated[str | None, Query(description="`next_cursor` of the page before")]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True, populate_by_name=True)


class MessageOut(_Answer):
    """An outbound text and how far it came; `unknown` means that nobody can say whether the gateway took it."""

    id: UUID
    worker_id: UUID | None
    shift_id: UUID | None
    question_id: UUID | None
    template: str
    class_: Annotated[MessageClass, Field(serialization_alias="class")]
    urgent: bool
    body: str
    segments: int
    status: MessageStatus
    error: str | None
    send_at: AwareDatetime
    deadline: AwareDatetime | None
    created_at: AwareDatetime
    sent_at: AwareDatetime | None
    delivered_at: AwareDatetime | None


class InboxItemOut(_Answer):
    """Something to look at: what somebody wrote, and what the grammar made of it."""

    id: UUID
    kind: InboxKind
    worker_id: UUID | None
    shift_id: UUID | None
    subject_id: UUID | None
    text: str
    suggestion: str | None
    status: InboxStatus
    created_at: AwareDatetime
    done_at: AwareDatetime | None
    done_by: str | None
    phone: Annotated[str | None, Field(description="of a lead only, who wrote to us of his own accord")]


class QuestionOut(_Answer):
    """What was asked, of whom, under which code, until when."""

    id: UUID
    worker_id: UUID | None
    shift_id: UUID | None
    kind: QuestionKind
    code: int | None
    subject_id: UUID
    status: QuestionStatus
    label: str
    opened_at: AwareDatetime
    closes_at: AwareDatetime | None
    answered_at: AwareDatetime | None


class ItemDone(_Answer):
    """The item that was looked after."""

    id: UUID


@router.get("/messages", dependencies=[allow(Permission.MESSAGES_READ)], responses=responses(CursorInvalid))
async def get_messages(
    uow: UowDep,
    shift_id: UUID | None = None,
    worker_id: UUID | None = None,
    status: MessageStatus | None = None,
    cursor: CursorParameter = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MessageOut]:
    """Read outbound texts, the newest first."""
    rows = await list_messages(
        uow, shift_id=shift_id, worker_id=worker_id, status=status, before=_before(cursor), limit=limit + 1
    )
    return Page[MessageOut].cut(rows, limit, item=MessageOut.model_validate, key=lambda row: (row.created_at, row.id))


@router.get("/inbox", dependencies=[allow(Permission.INBOX_WORK)], responses=responses(CursorInvalid))
async def get_inbox(
    uow: UowDep,
    status: InboxStatus = InboxStatus.OPEN,
    kind: Annotated[list[InboxKind] | None, Query()] = None,
    cursor: CursorParameter = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[InboxItemOut]:
    """Read what no rule could decide, the newest first."""
    rows = await list_inbox(uow, status=status, kinds=kind, before=_before(cursor), limit=limit + 1)
    return Page[InboxItemOut].cut(
        rows, limit, item=InboxItemOut.model_validate, key=lambda row: (row.created_at, row.id)
    )


@router.get("/questions", dependencies=[allow(Permission.MESSAGES_READ)], responses=responses(CursorInvalid))
async def get_questions(
    uow: UowDep,
    shift_id: UUID | None = None,
    worker_id: UUID | None = None,
    kind: QuestionKind | None = None,
    status: QuestionStatus = QuestionStatus.OPEN,
    cursor: CursorParameter = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[QuestionOut]:
    """Read what was asked, the newest first."""
    rows = await list_questions(
        uow,
        shift_id=shift_id,
        worker_id=worker_id,
        kind=kind,
        status=status,
        before=_before(cursor),
        limit=limit + 1,
    )
    return Page[QuestionOut].cut(rows, limit, item=QuestionOut.model_validate, key=lambda row: (row.opened_at, row.id))


@router.post(
    "/inbox/{item_id}/done", dependencies=[allow(Permission.INBOX_WORK)], responses=responses(InboxItemNotFound)
)
async def post_done(item_id: UUID, uow: UowDep) -> ItemDone:
    """Say that you looked after an item; a second time changes nothing."""
    await finish_inbox_item(uow, item_id)
    return ItemDone(id=item_id)


def _before(cursor: str | None) -> Cursor[datetime] | None:
    return None if cursor is None else read_cursor(cursor, datetime)
