"""What no rule may decide goes before people; who wrote without our knowing him is a lead."""

import re
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.courtesy import is_courtesy
from dispatch.sms.inbox import InboxKind, add_inbox_item
from dispatch.sms.letter import Inbound, Letter, Outcome
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context, Disposition
from dispatch.sms.strangers import part_with_number

_D = Disposition
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


async def leave_to_people(uow: Uow, letter: Letter, about: Question | None) -> Outcome:
    """Put a text into the inbox it belongs to, unless it is mere politeness; `about` is what it probably concerns."""
    disposition = letter.reply.disposition
    if not uow.has_tenant:
        await uow.enter_tenant(letter.inbound.owner_id if about is None else about.franchise_id)
    if letter.phone is None and not _E164.fullmatch(letter.inbound.phone_e164):
        return Outcome("no_number_to_answer")
    says_nothing = letter.context in {Context.NONE, Context.BOOKED} and disposition in {_D.UNKNOWN, _D.AMBIGUOUS}
    if letter.phone is not None and says_nothing and is_courtesy(letter.inbound.text):
        return Outcome("courtesy", about)
    if disposition is _D.WRONG_NUMBER and letter.phone is not None:
        await part_with_number(uow, letter)
    kinds = {_D.APPEAL: InboxKind.APPEAL, _D.CALL_ME: InboxKind.CALL}
    kind = kinds.get(disposition, InboxKind.REPLY)
    if about is None and await _is_stranger(uow, letter):
        kind = InboxKind.LEAD
    await put_into_inbox(uow, letter, about, kind)
    return Outcome("inbox", about)


async def _is_stranger(uow: Uow, letter: Letter) -> bool:
    """Whether we never wrote to this phone."""
    return letter.phone is None or not await uow.fetchval(
        "SELECT EXISTS (SELECT FROM messages WHERE phone_id = $1)", letter.phone.id
    )


async def put_into_inbox(
    uow: Uow, letter: Letter, about: Question | None, kind: InboxKind, *, suggestion: str | None = None
) -> None:
    """Put a text before the people of the current franchise; a suggestion of None is what the grammar read."""
    phone_id = letter.phone.id if letter.phone is not None else await strangers_phone(uow, letter.inbound)
    await add_inbox_item(
        uow,
        kind,
        letter.inbound.text,
        inbound_id=letter.inbound.id,
        phone_id=phone_id,
        worker_id=about.worker_id if about is not None else await _last_worker(uow, phone_id),
        shift_id=about.shift_id if about is not None else None,
        subject_id=about.subject_id if about is not None else None,
        suggestion=suggestion or letter.reply.disposition.value,
    )


async def _last_worker(uow: Uow, phone_id: UUID | None) -> UUID | None:
    """Return whom we last wrote to at this phone, in this franchise."""
    found: UUID | None = await uow.fetchval(
        """SELECT worker_id FROM messages WHERE phone_id = $1 AND franchise_id = $2 AND worker_id IS NOT NULL
           ORDER BY created_at DESC LIMIT 1""",
        phone_id,
        uow.franchise_id,
    )
    return found


async def strangers_phone(uow: Uow, inbound: Inbound) -> UUID | None:
    """Return a row for a number we did not know, so that somebody can ring it; None for a sender that is no number."""
    if not _E164.fullmatch(inbound.phone_e164):
        return None
    found: UUID = await uow.fetchval(
        "SELECT phone_for($1, (SELECT zone FROM franchises WHERE id = $2), $3)",
        inbound.phone_e164,
        inbound.owner_id,
        new_id(),
    )
    return found
