"""What a man agreed to and what he refused, with its proof; and his STOP from his own page.

That one is as final as STOP by text, for every franchise and at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import emit
from dispatch.kit.uow import Uow
from dispatch.sms.events import STOP_ASKED
from dispatch.sms.proofs import Doubt
from dispatch.workers.phones import doubt_number
from dispatch.workers.queries import attestations_of, phones_held, require_home, worker_record

_MOST_EVENTS: Final = 200
_GIVES: Final = frozenset({"start", "proven", "alive"})


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One thing that was agreed to or refused.

    Attributes:
        what: `stop`, `start`, `wrong_number`, `unproven`, `proven`, `dead`, `alive`, or what the office attested.
        source: `office`, or where his own word came from: `text`, `page`, `gateway`, `receipt`, or why a number is in
            doubt.
        given: agreed rather than refused.
        author: who stated it, for the office.
        said: the text he wrote, or the office's basis.
        our_number: the number of ours he wrote to.
        phone: his, without its middle.
    """

    at: datetime
    what: str
    source: str
    given: bool
    author: str = ""
    said: str = field(default="", repr=False)
    our_number: str = ""
    phone: str = ""


async def stop_texts(uow: Uow, worker_id: UUID) -> bool:
    """Opt out the phone of one of the tenant's men; False when it was opted out before.

    From the commit on nothing leaves us to it but one confirmation. Everything that follows from a STOP, such as doubt
    about his seats, follows from an event.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    language = (await worker_record(uow, worker_id)).language
    phone_id: UUID | None = await uow.fetchval("SELECT stop_texts_of($1, $2)", uow.franchise_id, worker_id)
    if phone_id is None:
        return False
    await emit(uow, STOP_ASKED, new_id(), phone_id=phone_id, language=str(language))
    return True


async def consent_log(uow: Uow, worker_id: UUID) -> Sequence[ConsentEntry]:
    """Return what one of the tenant's men agreed to and refused, with its proof, the newest first.

    Statements of the office and his own words stand side by side: who said it, when, how, in which text, to which
    number of ours. Neither can be changed afterwards. What he wrote to another franchise's number is not told here.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    stated = [
        ConsentEntry(one.at, str(one.what), "office", given=one.given, author=one.author, said=one.basis)
        for one in await attestations_of(uow, worker_id)
    ]
    rows = await uow.fetch("SELECT * FROM consent_events($1, $2)", worker_id, _MOST_EVENTS)
    told = [
        ConsentEntry(
            row["at"],
            row["kind"],
            row["source"],
            given=row["kind"] in _GIVES,
            said=row["said"] or "",
            our_number=row["our_number"] or "",
            phone=row["phone"],
        )
        for row in rows
    ]
    return sorted((*stated, *told), key=lambda entry: entry.at, reverse=True)


async def number_in_doubt(uow: Uow, worker_id: UUID) -> str | None:
    """Return why the number of one of the tenant's men has to be proven; None where it has not."""
    found: str | None = await uow.fetchval("SELECT unproven_why FROM number_state($1)", worker_id)
    return found


async def ask_again(uow: Uow, worker_id: UUID) -> bool:
    """Let a man whose number is in doubt get another code; False where it is proven, or he has none of his own.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await require_home(uow, worker_id)
    phones = await phones_held(uow, worker_id)
    held = [phone.phone_id for phone in phones if phone.until is None]
    if not held or await number_in_doubt(uow, worker_id) is None:
        return False
    before = [phone.phone_id for phone in phones if phone.phone_id != held[0]]
    await doubt_number(uow, worker_id, held[0], Doubt.NEW_NUMBER, before=before)
    return True
