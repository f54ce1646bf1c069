"""A person's own words to somebody who wrote to us: the answer that no rule could give."""

import hashlib
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from dispatch.kit.errors import Conflict
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.sms.errors import InboxItemNotFound
from dispatch.sms.inbox import finish_inbox_item
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.rules import MessageClass

BY_HAND = "by_hand"
"""The wording's name, for figures: words that somebody typed."""


class NothingToAnswer(Conflict):
    """Nobody wrote: the item is a call to make, or its phone is unknown."""

    def __init__(self) -> None:
        super().__init__("Nobody wrote this, so there is nothing to answer: ring him instead.")


class WantsNoTexts(Conflict):
    """He stopped our texts; an answer would break his word and the law."""

    def __init__(self) -> None:
        super().__init__("He stopped our texts and gets none until he writes START: ring him instead.")


class AnswerByText(BaseModel):
    """What to write to him."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Clean(max_length=480, lines=True)]


async def answer_inbox_item(uow: Uow, item_id: UUID, command: AnswerByText) -> None:
    """Answer the text of an inbox item, from the number it was sent to, and finish the item.

    It answers his own message, so it goes at any hour. The same words to the same item go once, however often asked.

    Raises:
        InboxItemNotFound: it does not exist in this franchise.
        NothingToAnswer: no text of somebody's stands behind it.
        WantsNoTexts: he stopped our texts.
        TextTooLong: more than a gateway takes.
        SmsAccountMissing: the franchise has no account to send from.
    """
    item = await uow.fetchrow(
        "SELECT phone_id, worker_id, shift_id, inbound_id FROM inbox_items WHERE id = $1 FOR NO KEY UPDATE", item_id
    )
    if item is None:
        raise InboxItemNotFound
    if item["phone_id"] is None or item["inbound_id"] is None:
        raise NothingToAnswer
    way = await uow.fetchrow("SELECT account_id, opted_out FROM way_to_answer($1)", item_id)
    if way is None:
        raise NothingToAnswer
    if way["opted_out"]:
        raise WantsNoTexts
    words = hashlib.sha256(command.text.encode()).hexdigest()[:16]
    await queue_message(
        uow,
        OutgoingText(
            phone_id=item["phone_id"],
            worker_id=item["worker_id"],
            class_=MessageClass.SEAT,
            template=BY_HAND,
            body=command.text,
            dedupe_key=dedupe_key(BY_HAND, item_id, words),
            account_id=way["account_id"],
            shift_id=item["shift_id"],
        ),
    )
    await finish_inbox_item(uow, item_id)
