"""Numbers that are nobody's, or have to be proven: the man is told, his seats are doubted, people look for him."""

from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.rules import SeatStatus
from dispatch.crew.seats import read_seat
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import lock_shift
from dispatch.sms.errors import SmsAccountMissing
from dispatch.sms.proofs import Doubt, ask_proof
from dispatch.sms.service import InboxKind, add_inbox_item
from dispatch.staffing.facts import contacts_of
from dispatch.staffing.gaps import close_gaps
from dispatch.staffing.reminders import Unreachable, doubt_unreachable
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.rules import next_allowed
from dispatch.workers.phones import release_phone
from dispatch.workers.queries import phones_held

WRONG_NUMBER = "wrong_number"
"""What is kept with the inbox item of a man whose number went to somebody else."""


async def part_from_number(uow: Uow, job: Job) -> None:
    """Event: whoever reads at a man's number says that it is not his. End his hold on it and let people find him.

    What was texted and answered there while it was his stays with him; nothing further goes there.
    """
    worker_id, phone_id = UUID(job.detail["worker_id"]), UUID(job.detail["phone_id"])
    if not any(held.phone_id == phone_id and held.until is None for held in await phones_held(uow, worker_id)):
        return
    await release_phone(uow, worker_id)
    await add_inbox_item(
        uow,
        InboxKind.CALL,
        "The number is not his any more: find out his new one, or put him to rest.",
        worker_id=worker_id,
        subject_id=job.subject_id,
        suggestion=WRONG_NUMBER,
    )


async def doubt_lost(uow: Uow, job: Job) -> None:
    """Event: the man of a seat cannot be reached at the number we have. His seat stays, doubtful, and people look."""
    found = await read_seat(uow, UUID(job.detail["seat_id"]))
    shift = await lock_shift(uow, found.shift_id)
    seat = await read_seat(uow, found.id)
    if not shift.open or not seat.live or seat.status is SeatStatus.ARRIVED:
        return
    await doubt_unreachable(uow, shift, seat, Unreachable.LOST)
    await close_gaps(uow, shift.id, (await policy_in_force(uow)).policy)


async def ask_for_proof(uow: Uow, job: Job) -> None:
    """Event: a man's number has to be proven. Ask him; where that cannot be, let people ring."""
    worker_id, phone_id = UUID(job.detail["worker_id"]), UUID(job.detail["phone_id"])
    contact = (await contacts_of(uow, [worker_id])).get(worker_id)
    if contact is None or contact.phone_id != phone_id or contact.opted_out:
        return
    doubt = Doubt(job.detail["why"])
    quiet = (await policy_in_force(uow)).policy.calendar.quiet
    # Who gave us a new number is awake; everybody else is asked by day.
    by_day = None if doubt is Doubt.NEW_NUMBER else next_allowed(uow.now, ZoneInfo(contact.zone), quiet)
    try:
        asked = await ask_proof(
            uow,
            phone_id,
            worker_id,
            doubt,
            contact.language,
            before=[UUID(phone) for phone in job.detail.get("before", ())],
            not_before=by_day,
            name=contact.first_name if contact.shared else None,
        )
    except SmsAccountMissing:
        asked = False
    if not asked:
        await add_inbox_item(
            uow,
            InboxKind.CALL,
            "His number is not proven, and no further code goes there today: ring him.",
            worker_id=worker_id,
            phone_id=phone_id,
            subject_id=job.id,
            suggestion="number_unproven",
        )
