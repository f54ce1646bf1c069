"""Open offers in any number, as rows, so that a race starts from as many willing men as it needs."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.orders.commands import AskedShift
from dispatch.sms.questions import QUESTION_COLUMNS, question_of
from dispatch.sms.service import Question
from tests.factories.stage import Stage, place

_CODES = itertools.cycle(code for code in range(131, 1000) if code % 100)
_days = itertools.count(2)


def next_day() -> datetime:
    """A morning on which nothing else is planned."""
    return datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=next(_days))


async def open_shift(database: Database, stage: Stage, headcount: int, start: datetime, *, hours: int = 8) -> UUID:
    """Place an order nobody is asked for yet, and return its one shift."""
    order = await place(database, stage, headcount, AskedShift(starts_at=start, ends_at=start + timedelta(hours=hours)))
    return order.shifts[0].id


async def open_offers(
    owner: asyncpg.Connection, database: Database, stage: Stage, shift_id: UUID, workers: Sequence[UUID]
) -> list[Question]:
    """Ask these men at once, as one delivered wave, and return what each was asked, in their order."""
    wave_id, questions, invitations = new_id(), [new_id() for _ in workers], [new_id() for _ in workers]
    codes = list(itertools.islice(_CODES, len(workers)))
    await owner.execute(
        """INSERT INTO waves (id, franchise_id, shift_id, n, target, reason, radius_m, starts_at, deadline)
           SELECT $1, f.franchise_id, f.id, 1, $3, 'a race', 50000, now(), f.starts_at - interval '2 hours'
           FROM shifts f WHERE f.id = $2""",
        wave_id,
        shift_id,
        len(workers),
    )
    await owner.execute(
        """INSERT INTO questions (id, franchise_id, phone_id, worker_id, account_id, kind, code, subject_id, shift_id,
               detail, opened_at, closes_at)
           SELECT u.question, $1, c.phone_id, u.worker, $2, 'offer', u.code, u.invitation, f.id,
                  jsonb_build_object('starts_at', f.starts_at, 'ends_at', f.ends_at, 'label', 'a race'),
                  now(), f.starts_at
           FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::smallint[]) AS u (question, invitation, worker, code)
           JOIN worker_contacts c ON c.worker_id = u.worker JOIN shifts f ON f.id = $3""",
        stage.franchise_id,
        stage.account_id,
        shift_id,
        questions,
        invitations,
        list(workers),
        codes,
    )
    await owner.execute(
        """INSERT INTO invitations (id, franchise_id, shift_id, worker_id, wave_id, question_id, status, terms_version,
               rank, score, distance_m, p_accept, p_show, deadline, contact_day)
           SELECT u.invitation, $1, $2, u.worker, $3, u.question, 'delivered', 1, u.rank, 1, 1000, 0.75, 0.9,
                  (SELECT deadline FROM waves WHERE id = $3), current_date
           FROM unnest($4::uuid[], $5::uuid[], $6::uuid[]) WITH ORDINALITY AS u (invitation, question, worker, rank)""",
        stage.franchise_id,
        shift_id,
        wave_id,
        invitations,
        questions,
        list(workers),
    )
    async with database.begin(stage.franchise_id, "system:test") as uow:
        rows = await uow.fetch(f"SELECT {QUESTION_COLUMNS} FROM questions q WHERE q.id = ANY ($1)", questions)
    found = {row["id"]: question_of(row) for row in rows}
    return [found[question] for question in questions]
