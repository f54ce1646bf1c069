"""Rows as they are read for people: texts and inbox items. No phone number is in them, but a lead's own."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.sms.inbox import InboxKind
from dispatch.sms.rules import InboxStatus, MessageClass, MessageStatus

_SUGGESTS: Final = {"accept": "yes", "on_way": "yes", "arrived": "yes", "decline": "no", "cancel": "no"}


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

    `written` says that a text of somebody's stands behind it, which can be answered. `read_as` and `confidence`, from 0
    to 1, are what the grammar made of it and how plainly it was said; None where nothing was read.
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
    read_as: str | None = None
    confidence: float | None = None

    @property
    def suggests(self) -> str | None:
        """What pressing once would take it for: `yes`, `no`, or None where the words speak for neither."""
        return _SUGGESTS.get(self.read_as or "")
