"""Offers: one question, one code and one text for each man, whatever number of days he is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from dispatch.crew.errors import InvitedAlready
from dispatch.crew.waves import (
    NewInvitation,
    insert_invitations,
    numbered,
    pending_of_question,
    read_invitations,
)
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.sms.own_texts import wording_of
from dispatch.sms.service import (
    MessageClass,
    NewQuestion,
    OutgoingText,
    QuestionKind,
    close_questions,
    dedupe_key,
    open_questions_bulk,
    queue_messages,
)
from dispatch.sms.texts import Template, Wording
from dispatch.staffing.digests import Offer, join_waiting
from dispatch.staffing.facts import Contact, Place, place_of
from dispatch.staffing.tell import text_about
from dispatch.tenancy.policy import Policy


@dataclass(frozen=True, slots=True)
class Asked:
    """A man whose contact budget was taken for an offer: the code he gets, and the day it counts for."""

    worker_id: UUID
    phone_id: UUID
    code: int
    day: date
    zone: str
    language: str
    first_name: str
    shared: bool = False

    @property
    def contact(self) -> Contact:
        """How to text him."""
        return Contact(
            self.worker_id,
            self.phone_id,
            self.zone,
            self.language,
            self.first_name,
            "",
            opted_out=False,
            shared=self.shared,
        )


async def send_offers(
    uow: Uow,
    policy: Policy,
    shifts: Sequence[Shift],
    asked: Sequence[Asked],
    drafts: Sequence[NewInvitation],
    *,
    urgent: bool,
) -> Sequence[NewInvitation]:
    """Write questions, invitations and texts of an offer in a few statements, whatever the number of people.

    Who was asked for a shift before keeps his invitation and is asked anew: what the first offer asked is over.
    An offer that is not urgent joins the text of another one that still waits for the same man, and costs nothing then.

    Args:
        uow: holds the shifts' locks; their waves are written.
        policy: for quiet hours.
        shifts: the days of the block, by start.
        asked: who got budget and a code.
        drafts: their invitations, one for each man and day, without a question yet.
        urgent: the shift may be offered at any hour to the men who agreed to that.

    Returns:
        The invitations as they were written.
    """
    drafts = await numbered(uow, drafts)
    await _end_first_offers(uow, [draft.id for draft in drafts if draft.ask > 1])
    places = {shift.id: await place_of(uow, shift) for shift in shifts}
    days: dict[UUID, list[NewInvitation]] = {}
    for draft in drafts:
        days.setdefault(draft.worker_id, []).append(draft)
    rows = await uow.fetch("SELECT * FROM shared_phones($1)", [man.phone_id for man in asked])
    shared = {row[0] for row in rows}
    people = [replace(man, shared=man.phone_id in shared) for man in asked if man.worker_id in days]
    questions = await open_questions_bulk(uow, [_question(man, days[man.worker_id], places) for man in people])
    question_of = {man.worker_id: question.id for man, question in zip(people, questions, strict=True)}
    wording = await wording_of(uow)
    joined: set[UUID] = set()
    if people and not urgent:
        offers = [(man.contact, _offer(man, days[man.worker_id], places, question_of[man.worker_id])) for man in people]
        joined = await join_waiting(uow, wording, policy.calendar.quiet, offers)
    if joined:
        await _return_units(uow, [man for man in people if man.worker_id in joined])
    written = [
        replace(
            draft,
            question_id=question_of[draft.worker_id],
            contact_day=None if draft.worker_id in joined else draft.contact_day,
        )
        for draft in drafts
    ]
    await insert_invitations(uow, written)
    agreed = await _agreed_to_urgent(uow, list(days)) if urgent else set()
    await queue_messages(
        uow,
        [
            _text(wording, man, days[man.worker_id], places, question_of[man.worker_id], urgent=man.worker_id in agreed)
            for man in people
            if man.worker_id not in joined
        ],
        quiet=policy.calendar.quiet,
    )
    return written


async def _end_first_offers(uow: Uow, invitation_ids: Sequence[UUID]) -> None:
    """Close the questions of earlier offers, so that a bare yes can only mean the new one.

    Raises:
        InvitedAlready: the earlier offer still waits for his answer about other days of its block.
    """
    if not invitation_ids:
        return
    asked = {i.question_id for i in await read_invitations(uow, invitation_ids) if i.question_id is not None}
    for question_id in sorted(asked):
        if await pending_of_question(uow, question_id):
            raise InvitedAlready("An offer of several days still waits for his answer; he can be asked after that.")
    await close_questions(uow, question_ids=asked)


def _question(man: Asked, drafts: Sequence[NewInvitation], places: dict[UUID, Place]) -> NewQuestion:
    first = places[drafts[0].shift_id]
    return NewQuestion(
        phone_id=man.phone_id,
        worker_id=man.worker_id,
        kind=QuestionKind.OFFER,
        subject_id=drafts[0].id,
        shift_id=first.shift_id,
        code=man.code,
        closes_at=max(draft.deadline for draft in drafts),
        label=f"{first.local_start:%d.%m %H:%M} {f'{man.first_name} ' if man.shared else ''}{first.address}",
        language=man.language,
        starts_at=first.starts_at,
        ends_at=places[drafts[-1].shift_id].ends_at,
    )


def _text(
    wording: Wording,
    man: Asked,
    drafts: Sequence[NewInvitation],
    places: dict[UUID, Place],
    question_id: UUID,
    *,
    urgent: bool,
) -> OutgoingText:
    days = [places[draft.shift_id] for draft in drafts]
    template = Template.OFFER_URGENT if urgent else Template.OFFER
    return OutgoingText(
        phone_id=man.phone_id,
        worker_id=man.worker_id,
        class_=MessageClass.OFFER,
        template=template,
        body=text_about(wording, man.contact, template, days[0], days=days, code=man.code),
        dedupe_key=dedupe_key("offer", drafts[0].id, drafts[0].ask),
        shift_id=drafts[0].shift_id,
        question_id=question_id,
        invitation_ids=tuple(draft.id for draft in drafts),
        urgent=urgent,
        deadline=max(draft.deadline for draft in drafts),
    )


def _offer(man: Asked, drafts: Sequence[NewInvitation], places: dict[UUID, Place], question_id: UUID) -> Offer:
    return Offer(
        question_id=question_id,
        code=man.code,
        days=[places[draft.shift_id] for draft in drafts],
        invitation_ids=[draft.id for draft in drafts],
        deadline=max(draft.deadline for draft in drafts),
    )


async def _return_units(uow: Uow, men: Sequence[Asked]) -> None:
    """Give back what was taken for offers that leave in the text of another one: several in a text are one unit."""
    await uow.run(
        "SELECT give_back_contact(u.worker, u.day, true) FROM unnest($1::uuid[], $2::date[]) AS u (worker, day)",
        [man.worker_id for man in men],
        [man.day for man in men],
    )


async def _agreed_to_urgent(uow: Uow, workers: Sequence[UUID]) -> set[UUID]:
    rows = await uow.fetch("SELECT id FROM workers WHERE id = ANY ($1) AND urgent_ok", list(workers))
    return {row["id"] for row in rows}
