"""What each invariant promises, acted out on a real database: every check raises AssertionError when it is broken.

A check makes what it needs, so it may run again on the same database, before and after its mechanism was taken away.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from httpx import ASGITransport, AsyncClient

from dispatch.app import create_app
from dispatch.crew.errors import NoShowTooEarly
from dispatch.crew.rules import SeatKind
from dispatch.crew.seats import SeatOffer, take_seat
from dispatch.kit.db import open_engine
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.rating.service import Fact, record_mark
from dispatch.settings import Settings
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.service import MessageClass, OutgoingText, queue_message
from dispatch.staffing.no_show import confirm_absence
from dispatch.tenancy.policy import MarkKind
from dispatch.wiring import ANSWERS, CONSTRAINTS
from dispatch.workers.cards import worker_card
from dispatch.workers.models import CardView
from tests.factories.access import bearer, make_token, make_user
from tests.factories.stage import Stage, say
from tests.invariants.offers import next_day, open_offers, open_shift

RACERS = 64


@dataclass(frozen=True, slots=True)
class Scene:
    """Two franchises on a database of their own; all men are the first one's."""

    settings: Settings
    home: Stage
    guest: Stage
    owner: asyncpg.Connection
    app: Database
    jobs: Database


@asynccontextmanager
async def open_scene(settings: Settings, home: Stage, guest: Stage) -> AsyncIterator[Scene]:
    """Connect to a database on which the stage was set."""
    place = settings.database
    owner = await asyncpg.connect(
        host=place.host,
        port=place.port,
        database=place.name,
        user=place.owner.user,
        password=place.owner.password.get_secret_value(),
        server_settings={"app.actor": "system:test"},
    )
    async with (
        Database(open_engine(place.url(place.app), size=20, name="app"), constraints=CONSTRAINTS) as app,
        Database(open_engine(place.url(place.worker), size=RACERS, name="jobs"), constraints=CONSTRAINTS) as jobs,
    ):
        try:
            yield Scene(settings, home, guest, owner, app, jobs)
        finally:
            await owner.close()


async def outcomes(*calls: Awaitable[Any]) -> Counter[object]:
    """Run all at once and count what came of them; an exception counts under its class."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    return Counter(type(result) if isinstance(result, BaseException) else result for result in results)


async def check_i1(scene: Scene) -> None:
    """Of 64 who accept at once, as many get a seat as there are places."""
    shift_id = await open_shift(scene.jobs, scene.home, 5, next_day())
    asked = await open_offers(scene.owner, scene.jobs, scene.home, shift_id, scene.home.workers[:RACERS])
    said = await outcomes(*(say(scene.jobs, question, "да") for question in asked))
    seats = await scene.owner.fetchval(
        "SELECT count(*) FROM seats WHERE shift_id = $1 AND live AND kind = 'primary'", shift_id
    )
    counted = await scene.owner.fetchval("SELECT primary_count FROM shifts WHERE id = $1", shift_id)
    assert (said["accepted_primary"], seats, counted) == (5, 5, 5)


async def check_i1_without_the_lock(scene: Scene) -> None:
    """Even who forgets the shift's lock cannot seat one man too many."""
    start = next_day()
    shift_id = await open_shift(scene.jobs, scene.home, 2, start)

    async def seat(worker_id: UUID) -> UUID | None:
        offer = SeatOffer(shift_id, worker_id, None, 1, 0.9, False, start, start, start)
        async with scene.jobs.begin(scene.home.franchise_id, "system:test") as uow:
            return await take_seat(uow, offer, SeatKind.PRIMARY)

    await outcomes(*(seat(worker_id) for worker_id in scene.home.workers[:8]))
    seats = await scene.owner.fetchval("SELECT count(*) FROM seats WHERE shift_id = $1 AND live", shift_id)
    assert seats == 2


async def check_i2(scene: Scene) -> None:
    """A man who accepts two overlapping shifts of two franchises at once gets one seat."""
    start, worker_id = next_day(), scene.home.workers[0]
    here = await open_shift(scene.jobs, scene.home, 2, start)
    there = await open_shift(scene.jobs, scene.guest, 2, start.replace(hour=11))
    (at_home,) = await open_offers(scene.owner, scene.jobs, scene.home, here, [worker_id])
    (as_guest,) = await open_offers(scene.owner, scene.jobs, scene.guest, there, [worker_id])
    said = await outcomes(say(scene.jobs, at_home, "да"), say(scene.jobs, as_guest, "да"))
    assert said == {"accepted_primary": 1, "busy": 1}


async def check_i5(scene: Scene) -> None:
    """The same webhook three times at once is one text, answered once."""
    shift_id = await open_shift(scene.jobs, scene.home, 2, next_day())
    (asked,) = await open_offers(scene.owner, scene.jobs, scene.home, shift_id, scene.home.workers[:1])
    number = await scene.owner.fetchval("SELECT e164 FROM phones WHERE id = $1", asked.phone_id)
    reference = f"SM{new_id().hex}"
    await asyncio.gather(
        *(
            scene.app.autocommit(
                "SELECT store_inbound($1, $2, $3, $4, $5, $6)",
                [new_id(), scene.home.account_id, reference, number, f"да {asked.code}", b"raw"],
            )
            for _ in range(3)
        )
    )
    await InboundDrain(scene.jobs, ANSWERS)()
    said = [
        row["outcome"]
        for row in await scene.owner.fetch(
            """SELECT d.outcome FROM dispositions d JOIN inbound_messages i ON i.id = d.inbound_id
               WHERE i.account_id = $1 AND i.gateway_id = $2""",
            scene.home.account_id,
            reference,
        )
    ]
    assert said == ["accepted_primary"]


async def check_i8(scene: Scene) -> None:
    """A text queued four times under one key is one text."""
    worker_id = scene.home.workers[1]
    phone_id = await scene.owner.fetchval("SELECT phone_id FROM worker_contacts WHERE worker_id = $1", worker_id)
    key = f"reminder:{new_id()}"
    text = OutgoingText(
        phone_id=phone_id,
        worker_id=worker_id,
        class_=MessageClass.SEAT,
        template="reconfirm_day",
        body="Вы придёте?",
        dedupe_key=key,
    )

    async def queue() -> bool:
        async with scene.jobs.begin(scene.home.franchise_id, "system:test") as uow:
            return await queue_message(uow, text) is not None

    assert await outcomes(*(queue() for _ in range(4))) == {True: 1, False: 3}
    assert await scene.owner.fetchval("SELECT count(*) FROM messages WHERE dedupe_key = $1", key) == 1


TENANT_TABLES = """
SELECT c.relname AS table_name FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'franchise_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'workers'
  AND has_table_privilege('dispatch_app', c.oid, 'SELECT') ORDER BY c.relname
"""


async def check_i13(scene: Scene) -> None:
    """A query that forgot its tenant sees that tenant's rows only, and none where no tenant was entered."""
    await open_shift(scene.app, scene.home, 1, next_day())
    seen: dict[str, int] = {}
    looked_at = 0
    for row in await scene.owner.fetch(TENANT_TABLES):
        table = row["table_name"]
        mine = "SELECT count(*) FROM {} WHERE franchise_id IS DISTINCT FROM $1"
        exists = await scene.owner.fetchval(mine.format(table), scene.guest.franchise_id)
        looked_at += exists > 0
        async with scene.app.begin(scene.guest.franchise_id, "system:test") as uow:
            seen[table] = await uow.fetchval(mine.format(table), scene.guest.franchise_id)
        async with scene.app.begin(None, "system:test") as uow:
            seen[f"{table}, no tenant"] = await uow.fetchval(f"SELECT count(*) FROM {table}")
    assert looked_at > 10
    assert {table: rows for table, rows in seen.items() if rows} == {}


async def check_i14(scene: Scene) -> None:
    """A row of one tenant cannot refer to another's: the check of a foreign key alone would let it."""
    shift_id = await open_shift(scene.app, scene.home, 1, next_day())

    async def refer() -> str:
        async with scene.app.begin(scene.guest.franchise_id, "system:test") as uow:
            await uow.run(
                """INSERT INTO waves (id, franchise_id, shift_id, n, target, reason, radius_m, starts_at, deadline)
                   VALUES ($1, $2, $3, 1, 1, 'theirs', 1, now(), now())""",
                new_id(),
                scene.guest.franchise_id,
                shift_id,
            )
        return "stored"

    assert (await outcomes(refer()))["stored"] == 0


async def check_i15(scene: Scene) -> None:
    """Another franchise gets a man's first name once it invites him, and nothing before."""
    stranger, invited = scene.home.workers[2], scene.home.workers[3]
    shift_id = await open_shift(scene.app, scene.guest, 1, next_day())
    await open_offers(scene.owner, scene.app, scene.guest, shift_id, [invited])
    async with scene.app.begin(scene.guest.franchise_id, "system:test") as uow:
        contacts = await uow.fetchval("SELECT count(*) FROM worker_contacts")
        numbers = await uow.fetchval("SELECT count(*) FROM home_phones($1)", [stranger, invited])
        cards = [await worker_card(uow, stranger), await worker_card(uow, invited)]
        revealed = await uow.fetchval("SELECT reveal_phone($1, $2)", scene.guest.franchise_id, invited)
    assert (contacts, numbers, revealed) == (0, 0, None)
    assert [card.view for card in cards] == [CardView.POOL, CardView.INVITED_GUEST]
    assert {card.phone for card in cards} == {card.masked_phone for card in cards} == {None}
    async with scene.app.begin(scene.home.franchise_id, "system:test") as uow:
        assert (await worker_card(uow, stranger)).phone is not None


async def check_i16(scene: Scene) -> None:
    """Marks written at once form one sequence, the rating is their fold, and nobody writes it past them."""
    worker_id = scene.home.workers[4]

    async def mark(kind: MarkKind) -> None:
        async with scene.jobs.begin(scene.home.franchise_id, "system:test") as uow:
            await record_mark(uow, Fact(worker_id=worker_id, kind=kind, occurred_at=uow.now))

    async def overwrite(sql: str) -> str:
        async with scene.app.begin(scene.home.franchise_id, "system:test") as uow:
            await uow.run(sql, worker_id)
        return "written"

    kinds = [MarkKind.COMPLETED, MarkKind.COMPLAINT, MarkKind.LATE, MarkKind.COMMENDATION] * 3
    written = await outcomes(*(mark(kind) for kind in kinds))
    assert written == {None: len(kinds)}
    refused = await outcomes(
        overwrite("UPDATE workers SET rating = 5 WHERE id = $1"),
        overwrite("UPDATE marks SET value = 5 WHERE worker_id = $1"),
        overwrite("DELETE FROM marks WHERE worker_id = $1"),
    )
    assert refused["written"] == 0
    row = await scene.owner.fetchrow(
        """SELECT w.rating = rating_fold(w.id) AS folded, w.rating_seq = (SELECT max(seq) FROM marks m
                  WHERE m.worker_id = w.id) AND w.rating_seq = (SELECT count(*) FROM marks m WHERE m.worker_id = w.id)
                  AS numbered FROM workers w WHERE w.id = $1""",
        worker_id,
    )
    assert tuple(row) == (True, True)


async def check_i20(scene: Scene) -> None:
    """Nobody is a no-show before his limit, whoever says so."""
    shift_id = await open_shift(scene.jobs, scene.home, 1, next_day())
    (asked,) = await open_offers(scene.owner, scene.jobs, scene.home, shift_id, scene.home.workers[5:6])
    await say(scene.jobs, asked, "да")
    seat_id = await scene.owner.fetchval("SELECT id FROM seats WHERE shift_id = $1", shift_id)

    async def confirm() -> str:
        async with scene.jobs.begin(scene.home.franchise_id, "staff:dispatcher") as uow:
            await confirm_absence(uow, seat_id)
        return "decided"

    assert await outcomes(confirm()) == {NoShowTooEarly: 1}
    assert await scene.owner.fetchval("SELECT count(*) FROM marks WHERE seat_id = $1", seat_id) == 0


async def check_i21(scene: Scene) -> None:
    """Six requests with one key at once: one order, six times the same answer."""
    staff = await make_user(scene.app, scene.home.franchise_id)
    headers = bearer(await make_token(scene.app, staff)) | {"Idempotency-Key": str(new_id())}
    start = next_day()
    body = {
        "client_id": str(scene.home.client_id),
        "site_id": str(scene.home.site_id),
        "service": "loading",
        "headcount": 1,
        "shifts": [{"starts_at": start.isoformat(), "ends_at": start.replace(hour=14).isoformat()}],
    }
    app = create_app(scene.settings)
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(
                *(client.post("/api/v1/orders", json=body, headers=headers) for _ in range(6))
            )
    orders = await scene.owner.fetchval("SELECT count(*) FROM shifts WHERE starts_at = $1", start)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert orders == 1


async def check_i33(scene: Scene) -> None:
    """Of twelve offers to one man at once, his budget of three takes three."""
    worker_id = await scene.owner.fetchval(
        """SELECT w.id FROM workers w WHERE w.id = ANY ($1)
           AND NOT EXISTS (SELECT FROM contact_days d WHERE d.worker_id = w.id) LIMIT 1""",
        list(scene.home.workers),
    )

    async def reserve() -> int:
        async with scene.jobs.begin(scene.home.franchise_id, "system:test") as uow:
            rows = await uow.fetch(
                "SELECT * FROM reserve_invitations($1, $2, 3::smallint, 2::smallint, $3)",
                scene.home.franchise_id,
                [worker_id],
                uow.now,
            )
        return len(rows)

    assert await outcomes(*(reserve() for _ in range(12))) == {1: 3, 0: 9}
