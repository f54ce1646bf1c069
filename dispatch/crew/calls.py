"""Calls made by people: who was rung about a shift, and what came of it. Results are never changed."""

from enum import StrEnum
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow


class CallResult(StrEnum):
    """What a call came to, from the caller's side."""

    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    LATER = "later"


async def record_call(uow: Uow, shift_id: UUID, worker_id: UUID, result: CallResult, remark: str) -> UUID:
    """Keep the result of one call for good and return its id; the author is whoever acts."""
    call_id = new_id()
    await uow.run(
        """INSERT INTO call_results (id, franchise_id, shift_id, worker_id, result, author, at, note)
           VALUES ($1, $2, $3, $4, $5, $6, clock.instant(), $7)""",
        call_id,
        uow.franchise_id,
        shift_id,
        worker_id,
        str(result),
        uow.actor,
        remark,
    )
    return call_id
