"""A conversation by text with one of a shift's people: read beside the shift, and answered from there."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from dispatch.crew.seats import last_seat_of
from dispatch.crew.waves import invitation_of
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import read_shift
from dispatch.sms.answering import BY_HAND, AnswerByText, WantsNoTexts, answer_inbox_item
from dispatch.sms.inbox import open_item_of
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.rules import MessageClass
from dispatch.sms.thread import HeldPhone, ThreadText, thread_of
from dispatch.staffing.calls import WorkerNotOfThisShift
from dispatch.staffing.facts import Contact, contacts_of
from dispatch.workers.queries import phones_held

ANSWERED_WITHIN: Final = timedelta(hours=24)
"""So long after a text of his one of ours is an answer to it, and may go at any hour."""


class NotToBeWritten(Conflict):
    """He holds no seat here and wrote nothing lately: a text would be an offer, and offers have their own hours."""

    def __init__(self) -> None:
        super().__init__("He holds no seat on this shift and wrote nothing lately: ring him, or ask him for the shift.")


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was texted with a man, the newest first.

    Attributes:
        may_write: whether he may be written to now, freely: he holds a seat here, or wrote within a day.
        opted_out: he stopped our texts.
    """

    texts: Sequence[ThreadText]
    may_write: bool
    opted_out: bool


async def conversation_about(uow: Uow, shift_id: UUID, worker_id: UUID, limit: int) -> Conversation:
    """Return the conversation with somebody who was asked for a shift or holds a seat on it.

    Raises:
        ShiftNotFound: there is none.
        WorkerNotOfThisShift: he was neither asked nor seated here.
    """
    contact, seated = await _of_shift(uow, shift_id, worker_id)
    texts = await thread_of(uow, await _phones(uow, contact), worker_id, limit)
    return Conversation(texts, seated or _wrote_lately(uow, texts), contact.opted_out)


async def write_about(uow: Uow, shift_id: UUID, worker_id: UUID, command: AnswerByText) -> None:
    """Text him in one's own words; what waits of him in the inbox is answered and done by it.

    The same words about the same shift go once a day, however often the button is pressed.

    Raises:
        ShiftNotFound, WorkerNotOfThisShift: there is no such shift, or he is none of its people.
        WantsNoTexts: he stopped our texts.
        NotToBeWritten: he holds no seat here and wrote nothing lately.
        TextTooLong, SmsAccountMissing: it cannot be sent.
    """
    contact, seated = await _of_shift(uow, shift_id, worker_id)
    if contact.opted_out:
        raise WantsNoTexts
    if (waiting := await open_item_of(uow, worker_id)) is not None:
        await answer_inbox_item(uow, waiting, command)
        return
    if not seated and not _wrote_lately(uow, await thread_of(uow, await _phones(uow, contact), worker_id, 1_000)):
        raise NotToBeWritten
    words = hashlib.sha256(command.text.encode()).hexdigest()[:16]
    await queue_message(
        uow,
        OutgoingText(
            phone_id=contact.phone_id,
            worker_id=worker_id,
            class_=MessageClass.SEAT,
            template=BY_HAND,
            body=command.text,
            dedupe_key=dedupe_key(BY_HAND, shift_id, worker_id, words, uow.now.date()),
            shift_id=shift_id,
        ),
    )


async def _of_shift(uow: Uow, shift_id: UUID, worker_id: UUID) -> tuple[Contact, bool]:
    """Return how to reach him, and whether he holds a seat."""
    shift = await read_shift(uow, shift_id)
    seat = await last_seat_of(uow, shift.id, worker_id)
    contact = (await contacts_of(uow, [worker_id])).get(worker_id)
    if contact is None or (seat is None and await invitation_of(uow, shift.id, worker_id) is None):
        raise WorkerNotOfThisShift(
            "worker_id: he was neither asked for this shift nor seated on it.", worker_id=worker_id
        )
    return contact, seat is not None and seat.live


async def _phones(uow: Uow, contact: Contact) -> Sequence[HeldPhone]:
    """Return where he was reached: at home every phone he had, of a guest the one he has."""
    return await phones_held(uow, contact.worker_id) or [HeldPhone(contact.phone_id)]


def _wrote_lately(uow: Uow, texts: Sequence[ThreadText]) -> bool:
    return any(text.incoming and uow.now - text.at < ANSWERED_WITHIN for text in texts)
