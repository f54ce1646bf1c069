"""A series keeps its people: which of its orders are asked for together, and who stays from day to day."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from dispatch.crew.reasons import ReasonCode, reason
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.crew.waves import Wave
from dispatch.kit.uow import Uow
from dispatch.matching.candidates import Candidate
from dispatch.orders.place import ORDER_PLACED
from dispatch.orders.shifts import Shift
from dispatch.staffing.events import WAVE_DUE
from dispatch.staffing.rules import series_wave_target

_STAYED: Final = (*EXPECTED, SeatStatus.ARRIVED, SeatStatus.COMPLETED)
"""Who still comes, or came: not who cancelled, was released or stayed away."""


async def block_of(uow: Uow, order_id: UUID) -> list[UUID]:
    """Return the orders to look at together with this one, itself first: the days of its series that are due as well.

    So whoever is asked for several days of a series gets one text, one code, and loses one unit of his budget. An
    order outside of any series stands alone.
    """
    rows = await uow.fetch(
        """SELECT d.order_id FROM series_days mine
           JOIN series_days d ON d.franchise_id = mine.franchise_id AND d.series_id = mine.series_id
           JOIN orders o ON o.franchise_id = d.franchise_id AND o.id = d.order_id AND o.status = 'open'
           WHERE mine.franchise_id = $1 AND mine.order_id = $2 AND d.order_id <> $2
             AND EXISTS (SELECT FROM outbox t WHERE t.subject_id = d.order_id AND t.kind = ANY ($3) AND t.n = 0
                         AND t.state = 'pending' AND t.due_at <= $4)
           ORDER BY d.day""",
        uow.franchise_id,
        order_id,
        [ORDER_PLACED, WAVE_DUE],
        uow.now,
    )
    return [order_id, *(row["order_id"] for row in rows)]


async def regulars_of(uow: Uow, shift: Shift) -> list[UUID]:
    """Return who holds a primary seat on the last day of the series before this one that has any; else nobody.

    A series that changed from a day on keeps the people it had before.
    A day that was cancelled, or for which nobody has said yes yet, is passed over.
    """
    rows = await uow.fetch(
        """SELECT s.worker_id FROM seats s
           WHERE s.franchise_id = $1 AND s.kind = $3 AND s.status = ANY ($4) AND s.shift_id = (
               SELECT f.id FROM series_days mine
               LEFT JOIN series was ON was.franchise_id = mine.franchise_id AND was.continued_by = mine.series_id
               JOIN series_days d ON d.franchise_id = mine.franchise_id
                                 AND d.series_id IN (mine.series_id, was.id) AND d.day < mine.day
               JOIN shifts f ON f.franchise_id = d.franchise_id AND f.order_id = d.order_id
               WHERE mine.franchise_id = $1 AND mine.order_id = $2
                 AND EXISTS (SELECT FROM seats p WHERE p.franchise_id = $1 AND p.shift_id = f.id AND p.kind = $3
                             AND p.status = ANY ($4))
               ORDER BY d.day DESC LIMIT 1)
           ORDER BY s.accepted_at, s.id""",
        uow.franchise_id,
        shift.order_id,
        str(SeatKind.PRIMARY),
        [str(status) for status in _STAYED],
    )
    return [row["worker_id"] for row in rows]


def keep_regulars(wave: Wave, kept: Sequence[Candidate], headcount: int, factor: Decimal) -> Wave:
    """Return the first wave of a day whose regulars are asked first, with the reason for its size."""
    gaps = max(0, headcount - len(kept))
    why = reason(ReasonCode.REGULARS_FIRST, kept=len(kept), factor=factor, gaps=gaps)
    return replace(wave, target=series_wave_target(factor, headcount, len(kept)), reason=str(why), why=why)
