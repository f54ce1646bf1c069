"""Taking a man into the pool."""

import asyncio

from dispatch.kit.ids import new_id
from dispatch.kit.phones import parse_phone
from dispatch.kit.uow import Uow
from dispatch.workers.bulk import NewWorker, bulk_insert_workers
from dispatch.workers.commands import RegisterWorker
from dispatch.workers.models import Worker
from dispatch.workers.phones import refuse_held
from dispatch.workers.queries import worker_record
from dispatch.workers.residence import locate, surroundings_of
from dispatch.workers.skills import to_mask


async def register_worker(uow: Uow, command: RegisterWorker) -> Worker:
    """Store a man of the tenant as an applicant: pool row, contacts, and the hold on his number.

    He is available always until a calendar is set, and is not invited before he is vetted, consenting and active.

    Raises:
        PhoneInvalid: the phone is none that can receive texts.
        PhoneBelongsToWorker: another man of the tenant holds the number, and `shares_phone` is not set.
        PhoneAlreadyInNetwork: somebody else's man holds it; whose is not told.
        WorkerExternalIdTaken: another man of the tenant carries that external id.
        CityUnknown: the residence names a city nobody knows.
    """
    around = await surroundings_of(uow)
    e164 = parse_phone(command.phone, around.dialling_region, mobile=True)
    home = await asyncio.to_thread(locate, command.residence, around)
    if not command.shares_phone:
        await refuse_held(uow, e164)
    worker = NewWorker(
        id=new_id(),
        e164=e164,
        first_name=command.first_name,
        last_name=command.last_name,
        language=command.language,
        point=home.point,
        location_quality=home.quality,
        zone=home.zone,
        address=command.address,
        note=command.note,
        external_id=command.external_id,
        radius_m=command.radius_m,
        skills=to_mask(command.skills),
        engagement=command.engagement,
        short_rest_ok=command.short_rest_ok,
        daily_offers=command.daily_offers,
        holds_phone=not command.shares_phone,
    )
    await bulk_insert_workers(uow, [worker])
    return await worker_record(uow, worker.id)
