"""Mates and substitutes a man names in his text: known ones are asked and their places kept, unknown ones go to people.

Nobody is seated by somebody else's word: each says yes from his own phone. Only people of the asking franchise are
looked for, and only a name that means one of them alone.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dispatch.crew.holds import crewmates, hold_places
from dispatch.crew.rules import PENDING
from dispatch.crew.seats import Seat, last_seat_of, read_seat
from dispatch.crew.waves import invitation_of
from dispatch.kit import outbox
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, lock_shift
from dispatch.orders.timeline import note
from dispatch.sms.service import PASS_ON, Answer, InboxKind, add_inbox_item
from dispatch.sms.texts import Template
from dispatch.staffing.by_hand import InviteByHand, NotEligible, invite_by_hand
from dispatch.staffing.events import GAP_FOUND
from dispatch.staffing.facts import Contact, Place, contact_of, place_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.policy import Policy

PARTY: Final = "party"
"""What is kept with the inbox item of mates whom nobody here knows."""

_KNOWN_FOR: Final = timedelta(days=365)
_NAME: Final = re.compile(r"[^\W\d_]{3,}")
_NO_NAMES: Final = frozenset(
    (
        *("буду", "приду", "будем", "придем", "приедем", "выйдем", "человек", "человека", "люди", "нас"),
        *("нами", "мной", "двое", "трое", "четверо", "пятеро", "еще", "также", "тоже", "вместе", "друг"),
        *("другом", "брат", "братом", "братан", "товарищ", "товарищем", "напарник", "напарником", "возьму"),
        *("беру", "хорошо", "согласен", "согласны", "вместо", "меня", "придет", "приедет", "выйдет", "будет"),
        *("замена", "заменит", "сменщик", "вас", "мой", "моя", "yes", "and", "with", "people", "friend"),
        *("brother", "instead", "comes", "will", "come", "coming", "are"),
    )
)
_SHORTEST_STEM: Final = 4
_ENDING: Final = 3
_NAMED: Final = """
SELECT c.worker_id, c.first_name, c.last_name FROM worker_contacts c JOIN workers w ON w.id = c.worker_id
WHERE c.franchise_id = $1 AND w.invitable AND c.worker_id <> $2
  AND (translate(lower(left(c.last_name, 4)), 'ё', 'е') = ANY ($3) OR c.worker_id = ANY ($4))
LIMIT 500
"""


def names_in(text: str) -> list[str]:
    """Return the words of a text that may be names, lower case, ё as е, each once and in order."""
    words = (word.casefold().replace("ё", "е") for word in _NAME.findall(text))
    return list(dict.fromkeys(word for word in words if word not in _NO_NAMES))


def is_named(word: str, name: str) -> bool:
    """Tell whether a word is a name in whatever case of its declension: Петров, Петровым, Петрова."""
    plain = name.casefold().replace("ё", "е")
    stem = max(_SHORTEST_STEM, len(plain) - 1) if plain[-1:] in "аяйь" else len(plain)
    return word == plain or (
        len(plain) >= _SHORTEST_STEM and word.startswith(plain[:stem]) and len(word) - stem <= _ENDING
    )


async def keep_places(
    uow: Uow, answer: Answer, shifts: Sequence[tuple[Shift, Place]], sender: Contact, policy: Policy
) -> None:
    """Keep places for the mates a man named with his yes, and ask them; the rest is for people.

    Args:
        uow: holds the locks of the shifts.
        answer: his yes, for `party` people.
        shifts: those on which he is seated now, by start.
        sender: he.
        policy: in force.
    """
    others = (answer.reply.party or 1) - 1
    mates = (await _people_named(uow, answer.text, sender.worker_id))[:others]
    until = uow.now + policy.pace.party_hold
    asked: set[UUID] = set()
    for shift, _ in shifts:
        asked |= await _ask(uow, shift, mates, sender.worker_id, until)
    if asked and shifts:
        place = shifts[0][1]
        await tell(
            uow,
            sender,
            Template.PARTY_HELD,
            place,
            key=(answer.inbound_id,),
            account_id=answer.account_id,
            count=len(asked),
            time=until.astimezone(place.zone),
        )
    unknown = others - len(asked)
    if unknown > 0:
        await _leave_to_people(uow, answer, sender, shifts[0][1] if shifts else None, unknown)


async def substitute_by_text(uow: Uow, answer: Answer) -> str:
    """Settle "another man comes instead of me": the other is asked, and until he says yes the first man is expected."""
    found = await read_seat(uow, answer.question.subject_id)
    shift = await lock_shift(uow, found.shift_id)
    seat = await read_seat(uow, found.id)
    people = await _people_named(uow, answer.text, seat.worker_id)
    if not seat.live or not shift.ahead or len(people) != 1:
        return PASS_ON
    if not await _ask(uow, shift, people, seat.worker_id, shift.starts_at, instead_of=seat):
        return PASS_ON
    contact = await contact_of(uow, seat.worker_id)
    await tell(
        uow,
        contact,
        Template.SUBSTITUTE_ASKED,
        await place_of(uow, shift),
        key=(answer.inbound_id,),
        account_id=answer.account_id,
        still_open=answer.still_open,
    )
    return "substitute_asked"


async def _ask(
    uow: Uow, shift: Shift, people: Sequence[UUID], by: UUID, until: datetime, *, instead_of: Seat | None = None
) -> set[UUID]:
    """Keep a place for each who may be asked and has none, and ask whoever was not asked yet; return for whom."""
    asked: set[UUID] = set()
    for worker_id in people:
        held = await last_seat_of(uow, shift.id, worker_id)
        if held is not None and held.live:
            continue
        invitation = await invitation_of(uow, shift.id, worker_id)
        if invitation is None:
            try:
                await invite_by_hand(uow, shift.id, InviteByHand(worker_id=worker_id, reason="named by a mate"))
            except NotEligible:
                continue
        elif invitation.status not in PENDING:
            continue
        asked.add(worker_id)
    await hold_places(uow, shift.id, asked, by, until, instead_of=None if instead_of is None else instead_of.id)
    for worker_id in sorted(asked):
        kind = "place_held" if instead_of is None else "substitute_named"
        await note(uow, shift.id, kind, worker_id=worker_id, by_worker_id=by, until=until)
    if asked and instead_of is None:
        await outbox.schedule(uow, GAP_FOUND, shift.id, until)
    return asked


async def _people_named(uow: Uow, text: str, by: UUID) -> list[UUID]:
    """Return the people a text names, each meant by a word of his own; whoever could be several people is left out.

    A last name means anybody of the tenant's, a first name only those he worked with.
    """
    words = names_in(text)
    if not words:
        return []
    mates = await crewmates(uow, by, uow.now - _KNOWN_FOR)
    rows = await uow.fetch(_NAMED, uow.franchise_id, by, [word[:4] for word in words], list(mates))
    found: list[UUID] = []
    for word in words:
        by_last = [row["worker_id"] for row in rows if row["last_name"] and is_named(word, row["last_name"])]
        by_first = [row["worker_id"] for row in rows if row["worker_id"] in mates and is_named(word, row["first_name"])]
        meant = [one for one in by_last if one in mates] or by_last or by_first
        if len(meant) == 1 and meant[0] not in found:
            found.append(meant[0])
    return found


async def _leave_to_people(uow: Uow, answer: Answer, sender: Contact, place: Place | None, unknown: int) -> None:
    await add_inbox_item(
        uow,
        InboxKind.REPLY,
        answer.text,
        inbound_id=answer.inbound_id,
        phone_id=answer.phone_id,
        worker_id=sender.worker_id,
        shift_id=answer.question.shift_id,
        subject_id=answer.question.id,
        suggestion=PARTY,
    )
    if place is not None:
        await tell(
            uow,
            sender,
            Template.PARTY_UNKNOWN,
            place,
            key=(answer.inbound_id,),
            account_id=answer.account_id,
            count=unknown,
        )
