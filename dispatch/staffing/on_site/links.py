"""A crew lead's way in: a link of his own to the list of one shift, sent by text, taken back when need be."""

from typing import Final
from uuid import UUID

from dispatch.crew.lead_links import LeadLink, link_of, revoke_links, store_link
from dispatch.crew.rules import SeatKind
from dispatch.crew.seats import Seat, live_seats
from dispatch.kit.errors import Conflict, NotFound
from dispatch.kit.tokens import hash_token, new_token
from dispatch.kit.uow import Database, Uow
from dispatch.orders.shifts import Shift, lock_shift
from dispatch.orders.timeline import note
from dispatch.sms.texts import Template
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.on_site.queries import is_at_hand
from dispatch.staffing.tell import tell

LEAD_PREFIX: Final = "dlead"
"""How the token of a crew lead's link begins."""


class LeadNotOfTheCrew(Conflict):
    """Only somebody with a primary or reserve seat on the shift can lead its crew."""


class ShiftNotAtHand(Conflict):
    """The list of a shift is taken from the day before it until a day after its end."""


class LeadLinkSpent(NotFound):
    """The link was revoked, its shift is over since a day, its man is off the crew, or it never was one."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask the dispatcher for a new one.")


async def send_lead_link(uow: Uow, shift_id: UUID, worker_id: UUID, *, base: str) -> str:
    """Give a man of the crew his own page of the shift, and text him the link; earlier links of his end.

    Only its digest is kept, and the text is forgotten once it has left us. It works until a day after the shift's end,
    as long as he is of the crew.

    Args:
        uow: the tenant's unit of work.
        shift_id: whose list he takes.
        worker_id: he holds a primary or reserve seat there.
        base: our public address, without a path.

    Returns:
        The token, which is told nobody else.

    Raises:
        ShiftNotFound: there is none.
        ShiftNotAtHand: it is days ahead, or long over.
        LeadNotOfTheCrew: he is not of the crew.
    """
    shift = await lock_shift(uow, shift_id)
    if not shift.open or not is_at_hand(shift, uow.now):
        raise ShiftNotAtHand("A crew lead gets his page from the day before the shift on, until it is closed.")
    await _seat_of_lead(uow, shift, worker_id)
    await revoke_links(uow, shift.id, worker_id)
    plain, digest = new_token(LEAD_PREFIX)
    await store_link(uow, bytes.fromhex(digest), shift.id, worker_id)
    contact = await contact_of(uow, worker_id)
    link = f"{base.rstrip('/')}/lead/{plain}"
    await tell(uow, contact, Template.LEAD_LINK, await place_of(uow, shift), key=(digest,), link=link)
    await note(uow, shift.id, "lead_link_sent", worker_id=worker_id)
    return plain


async def revoke_lead_link(uow: Uow, shift_id: UUID, worker_id: UUID) -> None:
    """End a man's links to a shift; what he marked before stands. Repeating changes nothing.

    Raises:
        ShiftNotFound: there is no such shift.
    """
    shift = await lock_shift(uow, shift_id)
    if await revoke_links(uow, shift.id, worker_id):
        await note(uow, shift.id, "lead_link_revoked", worker_id=worker_id)


async def open_lead_link(database: Database, token: str) -> LeadLink:
    """Find out whose link it is. Looking changes nothing, however often.

    Raises:
        LeadLinkSpent: it does not work.
    """
    async with database.begin(None, "system:lead_link") as uow:
        found = await link_of(uow, bytes.fromhex(hash_token(token)))
    if found is None:
        raise LeadLinkSpent
    return found


async def possible_leads(uow: Uow, shift_id: UUID) -> list[Seat]:
    """Read who can be made crew lead of a shift, in order of acceptance."""
    return [seat for seat in await live_seats(uow, shift_id) if seat.kind is not SeatKind.STANDBY]


async def _seat_of_lead(uow: Uow, shift: Shift, worker_id: UUID) -> None:
    if worker_id not in {seat.worker_id for seat in await possible_leads(uow, shift.id)}:
        raise LeadNotOfTheCrew("Only somebody with a seat on this shift can lead its crew.", worker_id=worker_id)
