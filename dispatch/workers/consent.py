"""A man stops our texts on his own page: as final as STOP by text, for every franchise and at once."""

from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import emit
from dispatch.kit.uow import Uow
from dispatch.sms.events import STOP_ASKED
from dispatch.workers.queries import worker_record


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
