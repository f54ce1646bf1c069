"""Offers that wait together leave as one text: put together when queued, taken apart when one of them ends.

A text changes only under its own lock and while no sender has it. Whoever adds an offer waits for nobody: where the
text is in somebody's hand, the offer goes alone. Nobody is asked by a text that lists an offer which ended before: the
sender looks at the questions of such a text, leaves it where one is over, and `mend` words it anew.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from dispatch.crew.rules import NEVER_LEFT, PENDING, InvitationStatus
from dispatch.crew.waves import give_back, invitations_of, move_invitations, pending_of_question
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shifts, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.own_texts import wording_of
from dispatch.sms.segments import measure
from dispatch.sms.service import close_questions, default_account, suppress
from dispatch.sms.texts import Offered, Template, Wording
from dispatch.sms.waiting import (
    MOST_OFFERS,
    MOST_SEGMENTS,
    Joining,
    Rewritten,
    WaitingText,
    hold_asking,
    hold_text,
    hold_to_join,
    rewrite_texts,
)
from dispatch.staffing.expiry import expire_overdue
from dispatch.staffing.facts import Contact, Place, contacts_of, place_of
from dispatch.staffing.rules import choose_kind
from dispatch.staffing.seating import capacities_of, counts_of
from dispatch.staffing.tell import text_about
from dispatch.tenancy.policy import QuietHours
from dispatch.tenancy.rules import next_allowed

_LISTED: Final = """
SELECT q.id, q.code, i.id AS invitation_id, i.shift_id, i.deadline, s.starts_at
FROM questions q JOIN invitations i ON i.franchise_id = q.franchise_id AND i.question_id = q.id
JOIN shifts s ON s.franchise_id = i.franchise_id AND s.id = i.shift_id
WHERE q.franchise_id = $1 AND q.id = ANY ($2) AND q.code IS NOT NULL AND i.status = ANY ($3)
ORDER BY q.id, s.starts_at, i.id
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer as a text tells of it: its question and code, the days of its block by start, their invitations."""

    question_id: UUID
    code: int
    days: Sequence[Place]
    invitation_ids: Sequence[UUID]
    deadline: datetime


async def join_waiting(
    uow: Uow, wording: Wording, quiet: QuietHours, offers: Sequence[tuple[Contact, Offer]]
) -> set[UUID]:
    """Put offers into texts that wait for the same men, and return the workers whose offer needs no text of its own.

    The caller holds the locks of these phones, so of two waves at once the second finds what the first one queued.
    """
    men = [_joining(uow, contact, quiet) for contact, offer in offers]
    account_id = await default_account(uow)
    waiting = await hold_to_join(uow, account_id, men, quiet)
    if not waiting:
        return set()
    leaves_at = {man.worker_id: man.not_before for man in men}
    known = await _listed(uow, [question for text in waiting.values() for question in text.asks])
    joined: dict[UUID, tuple[Rewritten, Sequence[Offer]]] = {}
    for contact, offer in offers:
        text = waiting.get(contact.worker_id)
        if text is None or any(question not in known for question in text.asks):
            continue
        if offer.deadline <= leaves_at[contact.worker_id]:
            continue
        together = [*(known[question] for question in text.asks), offer]
        said = reworded(wording, contact, text, together)
        if len(together) <= MOST_OFFERS and measure(said.body).segments <= MOST_SEGMENTS:
            joined[contact.worker_id] = (said, together)
    await rewrite_texts(uow, [said for said, _ in joined.values()])
    await _tell_shifts(uow, [together for _, together in joined.values()])
    return set(joined)


def _joining(uow: Uow, contact: Contact, quiet: QuietHours) -> Joining:
    return Joining(contact.phone_id, contact.worker_id, next_allowed(uow.now, ZoneInfo(contact.zone), quiet))


async def _tell_shifts(uow: Uow, texts: Sequence[Sequence[Offer]]) -> None:
    """Write into the story of each shift how many of its offers leave together with others, as of now."""
    people: dict[UUID, int] = {}
    for offers in texts:
        for shift_id in {day.shift_id for offer in offers for day in offer.days}:
            people[shift_id] = people.get(shift_id, 0) + 1
    for shift_id, count in sorted(people.items()):
        await note(uow, shift_id, "offers_joined", people=count)


def reworded(wording: Wording, contact: Contact, text: WaitingText, offers: Sequence[Offer]) -> Rewritten:
    """Return what a waiting text says of these offers: of one as any offer, of several by lines with their codes."""
    first = offers[0]
    single = len(offers) == 1
    template = Template.OFFER if single else Template.OFFERS
    days = first.days if single else ()
    lines = None if single else [_line(offer, contact.language) for offer in offers]
    return Rewritten(
        id=text.id,
        template=template,
        body=text_about(wording, contact, template, first.days[0], days=days, code=first.code, offers=lines),
        shift_id=first.days[0].shift_id,
        asks=[offer.question_id for offer in offers],
        invitation_ids=[invitation for offer in offers for invitation in offer.invitation_ids],
        deadline=max(offer.deadline for offer in offers),
    )


def _line(offer: Offer, language: str) -> Offered:
    first = offer.days[0]
    return Offered(
        code=offer.code,
        when=[day.local_start for day in offer.days],
        until=first.local_end,
        service=first.service_in(language),
        place=first.address,
        rate_minor=first.pay_rate_minor,
        currency=first.currency,
    )


async def take_back(uow: Uow, reason: str, question_ids: Collection[UUID]) -> set[UUID]:
    """Take offers out of the texts that still wait, and the text back where it asks nothing else.

    Returns:
        The questions that were taken out; the others have left us, or never had a text.
    """
    gone = set(question_ids)
    held = await hold_asking(uow, gone)
    empty = await _reword(uow, held, gone)
    if empty:
        await suppress(uow, reason, question_ids=empty)
    return {question for text in held for question in text.asks if question in gone}


async def _reword(uow: Uow, held: Sequence[WaitingText], gone: Collection[UUID]) -> set[UUID]:
    """Word texts under our lock anew without the questions that are gone; return those of texts with nothing left."""
    left = {text.id: [question for question in text.asks if question not in gone] for text in held}
    known = await _listed(uow, [question for questions in left.values() for question in questions])
    offers = {text.id: [known[question] for question in left[text.id] if question in known] for text in held}
    lives = [text for text in held if offers[text.id]]
    contacts = await contacts_of(uow, [text.worker_id for text in lives if text.worker_id is not None])
    wording = await wording_of(uow)
    await rewrite_texts(
        uow,
        [
            reworded(wording, contacts[text.worker_id], text, offers[text.id])
            for text in lives
            if text.worker_id in contacts
        ],
    )
    return {question for text in held if not offers[text.id] for question in text.asks}


async def mend(uow: Uow, job: Job) -> None:
    """Event: an offer of a text with several ended before the text was claimed. Word it anew without that offer."""
    message_id = UUID(job.detail["message_id"])
    rows = await uow.fetch(
        """SELECT DISTINCT i.shift_id FROM messages m JOIN invitations i
               ON i.franchise_id = m.franchise_id AND i.question_id = ANY (m.question_ids)
           WHERE m.franchise_id = $1 AND m.id = $2 AND m.status = 'queued'""",
        uow.franchise_id,
        message_id,
    )
    for shift in await lock_shifts(uow, [row["shift_id"] for row in rows]):
        await expire_overdue(uow, shift.id)
    text = await hold_text(uow, message_id)
    if text is None:
        return
    over = await uow.fetch(
        "SELECT id FROM questions WHERE franchise_id = $1 AND id = ANY ($2) AND (status <> 'open' OR closes_at <= $3)",
        uow.franchise_id,
        list(text.asks),
        uow.now,
    )
    empty = await _reword(uow, [text], {row["id"] for row in over})
    if empty:
        await suppress(uow, "withdrawn", question_ids=empty)


async def leave_out_full(uow: Uow, shift_ids: Collection[UUID]) -> None:
    """Take the offers of locked shifts that have no place left out of the texts that still wait to leave.

    Nobody is asked for a place that is not there, and a text that would ask nothing else is not paid for.
    """
    waiting = [
        invitation
        for shift_id in sorted(set(shift_ids))
        if choose_kind(counts_of(shift := await read_shift(uow, shift_id)), capacities_of(shift)) is None
        for invitation in await invitations_of(uow, shift_id, [InvitationStatus.QUEUED])
    ]
    asked = {invitation.question_id for invitation in waiting if invitation.question_id is not None}
    held = await hold_asking(uow, asked)
    listed = {question for text in held for question in text.asks}
    ended = [invitation for invitation in waiting if invitation.question_id in listed]
    if not ended:
        return
    await move_invitations(uow, [i.id for i in ended], InvitationStatus.WITHDRAWN, reason=NEVER_LEFT)
    over = [question for question in asked & listed if not await pending_of_question(uow, question)]
    if empty := await _reword(uow, held, over):
        await suppress(uow, "withdrawn", question_ids=empty)
    await close_questions(uow, question_ids=over)
    for invitation in ended:
        await note(
            uow, invitation.shift_id, "offer_withdrawn", worker_id=invitation.worker_id, reason="every place is taken"
        )
        if invitation.question_id in over:
            await give_back(uow, invitation, unsent=True)


async def _listed(uow: Uow, question_ids: Collection[UUID]) -> Mapping[UUID, Offer]:
    """Return by question what is still offered by it; questions of which nothing is left are not among them."""
    rows = await uow.fetch(_LISTED, uow.franchise_id, list(question_ids), [str(status) for status in PENDING])
    places = {
        shift_id: await place_of(uow, await read_shift(uow, shift_id))
        for shift_id in dict.fromkeys(row["shift_id"] for row in rows)
    }
    days: dict[UUID, list[asyncpg.Record]] = {}
    found: dict[UUID, Offer] = {}
    for row in rows:
        days.setdefault(row["id"], []).append(row)
    for question_id, of_question in days.items():
        found[question_id] = Offer(
            question_id=question_id,
            code=of_question[0]["code"],
            days=[places[row["shift_id"]] for row in of_question],
            invitation_ids=[row["invitation_id"] for row in of_question],
            deadline=max(row["deadline"] for row in of_question),
        )
    return found
