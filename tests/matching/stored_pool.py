"""Storing the made-up men, of the home franchise and of a lender, with everything that happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.workers.bulk import bulk_insert_workers
from dispatch.workers.skills import Service
from tests.factories.clients import make_client, make_site
from tests.factories.stage import Stage, place, tomorrow
from tests.factories.workers import READY
from tests.matching.pool import STRETCHES, Man, stretch_times


@dataclass(frozen=True, slots=True)
class Stored:
    """The ids of the scene: `shift_id` is a shift to match, of `stage.client_id` at `stage.site_id`."""

    stage: Stage
    guests: Stage
    shift_id: UUID
    drawn_at: datetime
    starts_at: datetime
    men: Sequence[Man]


async def store_pool(
    owner: asyncpg.Connection, database: Database, stages: tuple[Stage, Stage], men: Sequence[Man], drawn_at: datetime
) -> Stored:
    """Store everybody; set the stage as the owner, since most of this lies in the past or was done by others."""
    stage, guests = stages
    for franchise, guest in ((stage, False), (guests, True)):
        async with database.begin(franchise.franchise_id, "system:test") as uow:
            await bulk_insert_workers(uow, [man.worker for man in men if man.guest is guest], READY)
    start = (drawn_at + timedelta(hours=30)).replace(minute=0, second=0, microsecond=0)
    (shift,) = (await place(database, stage, 10)).shifts
    await _move(owner, shift.id, start, start + timedelta(hours=8))
    stored = Stored(stage, guests, shift.id, drawn_at, start, men)
    await _store_people(owner, men)
    await _store_phones_and_days(owner, men)
    await _store_relations(owner, database, stored)
    await _store_seats(owner, database, stored)
    return stored


async def _move(owner: asyncpg.Connection, shift_id: UUID, starts_at: datetime, ends_at: datetime) -> None:
    await owner.execute("UPDATE shifts SET starts_at = $2, ends_at = $3 WHERE id = $1", shift_id, starts_at, ends_at)


async def _store_people(owner: asyncpg.Connection, men: Sequence[Man]) -> None:
    await owner.executemany(
        """UPDATE workers SET status = $2, vetted_at = CASE WHEN $3 THEN vetted_at END,
               consent_at = CASE WHEN $4 THEN consent_at END, rating = $5, capped_until = $6, accept_yes = $7,
               accept_no = $8, show_yes = $9, show_no = $10, test = $11 WHERE id = $1""",
        [
            (
                man.id,
                man.status,
                man.vetted,
                man.consents,
                man.rating,
                man.capped_until,
                *man.answers,
                *man.shows,
                man.test,
            )
            for man in men
        ],
    )
    await owner.executemany(
        """INSERT INTO worker_absences (id, franchise_id, worker_id, during)
           SELECT $1, w.franchise_id, w.id, tstzrange($3, $4) FROM workers w WHERE w.id = $2""",
        [(new_id(), man.id, *man.absence) for man in men if man.absence is not None],
    )


async def _store_phones_and_days(owner: asyncpg.Connection, men: Sequence[Man]) -> None:
    await owner.executemany(
        """UPDATE phones SET zone = $2, opted_out_at = CASE WHEN $3 THEN now() END,
               dead_at = CASE WHEN $4 THEN now() END WHERE e164 = $1""",
        [(man.worker.e164, man.phone_zone, man.opted_out, man.dead) for man in men],
    )
    await owner.executemany(
        "INSERT INTO contact_days (worker_id, day, unanswered, guest_unanswered, texts) VALUES ($1, $2, $3, $4, $5)",
        [(man.id, *man.contact) for man in men if man.contact is not None],
    )


async def _store_relations(owner: asyncpg.Connection, database: Database, stored: Stored) -> None:
    """What the home franchise, its client and the men think of one another. The lender's opinions do not count here."""
    tenant, men = stored.stage.franchise_id, stored.men
    await owner.executemany(
        "INSERT INTO standings (franchise_id, worker_id, status, suspended_until) VALUES ($1, $2, $3, $4)",
        [(tenant, man.id, *man.standing) for man in men if man.standing is not None]
        + [(stored.guests.franchise_id, man.id, "excluded", None) for man in men[::50]],
    )
    async with database.begin(tenant, "system:test") as uow:
        other_site = (await make_site(uow, stored.stage.client_id)).id
        other_client = (await make_client(uow)).id
    of = {
        "client": (stored.stage.client_id, None, "client"),
        "worker": (stored.stage.client_id, None, "worker"),
        "site": (stored.stage.client_id, stored.stage.site_id, "worker"),
        "other site": (stored.stage.client_id, other_site, "client"),
        "other client": (other_client, None, "client"),
    }
    await owner.executemany(
        """INSERT INTO do_not_return (id, franchise_id, worker_id, client_id, site_id, decided_by, reason)
           VALUES ($1, $2, $3, $4, $5, $6, 'test')""",
        [(new_id(), tenant, man.id, *of[man.barred]) for man in men if man.barred is not None],
    )
    await owner.executemany(
        """INSERT INTO invitations (id, franchise_id, shift_id, worker_id, terms_version, rank, score, distance_m,
               p_accept, p_show, deadline, contact_day) VALUES ($1, $2, $3, $4, 1, 1, 0, 0, 0.5, 0.5, now(), now())""",
        [(new_id(), tenant, stored.shift_id, man.id) for man in men if man.invited],
    )


async def _store_seats(owner: asyncpg.Connection, database: Database, stored: Stored) -> None:
    for name, stretch in STRETCHES.items():
        held = [(man.id, seat) for man in stored.men for seat in man.seats if seat.stretch == name]
        # Whom a man worked for elsewhere makes no difference to whether he is free.
        stage = stored.stage if stretch.known_client or not stretch.from_now else stored.guests
        shift_id = (await place(database, stage, 500, tomorrow(), service=Service.LOADING)).shifts[0].id
        begins, ends = stretch_times(stretch, stored.drawn_at, stored.starts_at)
        await _move(owner, shift_id, begins, ends)
        await owner.execute("UPDATE shifts SET reserve_capacity = 500, standby_capacity = 500 WHERE id = $1", shift_id)
        await owner.executemany(
            """INSERT INTO seats (id, franchise_id, shift_id, worker_id, kind, status, busy, terms_version, p_show,
                   accepted_at, due_at, grace_at, limit_at)
               SELECT $2, s.franchise_id, s.id, $3, $4, $5, s.busy, 1, 0.9, now(), s.starts_at, s.starts_at, s.starts_at
               FROM shifts s WHERE s.id = $1""",
            [(shift_id, new_id(), worker_id, seat.kind, seat.status) for worker_id, seat in held],
        )
