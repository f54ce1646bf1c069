"""Rows as they are read for people: texts and inbox items. No phone number is in them, but a lead's own."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from dispatch.sms.inbox import InboxKind
from dispatch.sms.rules import InboxStatus, MessageClass, MessageStatus


@dataclass(frozen=True, slots=True)
class Message:
    """An outbound text and how far it came."""

    id: UUID
    worker_id: UUID | None
    shift_id: UUID | None
    question_id: UUID | None
    template: str
    class_: MessageClass
    urgent: bool
    body: str = field(repr=False)
    segments: int
    status: MessageStatus
    error: str | None
    send_at: datetime
    deadline: datetime | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxItem:
    """Something people have to look at. `phone` is given for leads only: they wrote to us of their own accord.

    `written` says that a text of somebody's stands behind it, which can be answered.
    """

    id: UUID
    kind: InboxKind
    worker_id: UUID | None
    shift_id: UUID | None
    subject_id: UUID | None
    phone_id: UUID | None
    written: bool
    text: str = field(repr=False)
    suggestion: str | None
    status: InboxStatus
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    phone: str | None = field(repr=False)
