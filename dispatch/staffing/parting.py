"""Pausing and parting with a man who may still be expected somewhere.

The house rule: who is paused keeps his seats, and whoever pauses him is told which; who holds a seat is not archived,
because his number would be free for its next holder while we still write to him about a shift.
"""

from collections.abc import Sequence
from uuid import UUID

from dispatch.crew.queries import HeldSeat, seats_held
from dispatch.crew.seats import lock_workers
from dispatch.kit.errors import Conflict
from dispatch.kit.uow import Uow
from dispatch.workers.change import archive_worker, pause_worker


class WorkerHoldsSeats(Conflict):
    """He is still expected on shifts, here or elsewhere in the network."""

    def __init__(self, seats: Sequence[HeldSeat]) -> None:
        super().__init__(
            "He still holds seats: release them with POST seats/{id}/release or wait until the shifts are closed; "
            "until then pause him. Those without an id are with another franchise.",
            seats=[
                {"seat_id": seat.seat_id, "shift_id": seat.shift_id, "kind": seat.kind, "starts_at": seat.starts_at}
                for seat in seats
            ],
        )


async def pause_and_tell(uow: Uow, worker_id: UUID) -> Sequence[HeldSeat]:
    """Invite a man no more for now, and return the seats that he keeps. Repeating changes nothing.

    Raises:
        WorkerNotFound: he is not the tenant's.
        IllegalMove: he is not active.
    """
    await pause_worker(uow, worker_id)
    return await seats_held(uow, worker_id)


async def part_with_worker(uow: Uow, worker_id: UUID) -> None:
    """Archive a man who holds no seat anywhere. Repeating changes nothing.

    Raises:
        WorkerNotFound: he is not the tenant's.
        WorkerBanned: the network banned him.
        WorkerHoldsSeats: he is still expected somewhere; the answer lists where.
    """
    # Nobody is seated while his lock is held, so what is seen here stays true until the commit.
    await lock_workers(uow, [worker_id])
    seats = await seats_held(uow, worker_id)
    if seats:
        raise WorkerHoldsSeats(seats)
    await archive_worker(uow, worker_id)
