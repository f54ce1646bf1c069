"""A whole job as it runs in production, the processes' own loops turned by hand: order, texts, receipts, replies, a
cancel, arrivals, a list, a no-show, its appeal, a late arrival, a STOP, the close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from dispatch.kit.uow import Database
from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import Account
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.gateways.simulator import SimulatorGateway
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.receipts import ReceiptDrain
from dispatch.sms.send import Broadcaster
from dispatch.staffing.close import ClosedShift, CloseShift, close_shift
from dispatch.wiring import ANSWERS
from tests.factories.sms import TestAccount, receipt, receive
from tests.factories.stage import Stage, let_pass, place, run_lane, set_stage, tomorrow, until_start
from tests.fakes.gateway import FakeGateway, fake_gateway


@dataclass(frozen=True, slots=True)
class Played:
    """What a job left behind."""

    stage: Stage
    order_id: UUID
    shift_id: UUID
    closed: ClosedShift


@dataclass(slots=True)
class Theatre:
    """A franchise, its carrier, and what the job process does between two events."""

    jobs: Database
    webhooks: Database
    owner: asyncpg.Connection
    stage: Stage
    account: TestAccount
    gateway: SimulatorGateway
    carrier: FakeGateway
    delivered: int = 0

    async def work(self) -> None:
        """Do what is due until nothing is: events, texts out, receipts home, texts in."""
        while True:
            done = await run_lane(self.jobs)
            done += await Broadcaster(self.jobs, {"simulator": self.gateway}, SmsSettings(in_flight=20))()
            for text in self.carrier.taken[self.delivered :]:
                await receipt(self.webhooks, self.account, "sent", gateway_id=text.sid)
                await receipt(self.webhooks, self.account, "delivered", gateway_id=text.sid)
            self.delivered = len(self.carrier.taken)
            done += await ReceiptDrain(self.jobs, open_gateways(Settings()))()
            done += await InboundDrain(self.jobs, ANSWERS)()
            if not done:
                return

    async def write(self, worker_id: UUID, text: str) -> None:
        """A man writes to the franchise's number, and the answer is dealt with."""
        number = await self.owner.fetchval(
            "SELECT p.e164 FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = $1", worker_id
        )
        await receive(self.webhooks, self.account, number, text)
        await self.work()

    async def invited(self, shift_id: UUID) -> Sequence[UUID]:
        """Who was asked, best ranked first."""
        rows = await self.owner.fetch(
            "SELECT worker_id FROM invitations WHERE shift_id = $1 ORDER BY created_at, rank", shift_id
        )
        return [row["worker_id"] for row in rows]

    async def seated(self, shift_id: UUID) -> list[asyncpg.Record]:
        """Whom the site expects, in order of acceptance."""
        return await self.owner.fetch(
            """SELECT * FROM seats WHERE shift_id = $1 AND live AND kind IN ('primary', 'reserve')
               ORDER BY accepted_at, id""",
            shift_id,
        )

    async def pass_time(self, shift_id: UUID, span: timedelta) -> None:
        """Let time pass for a shift, on the clock of its site too, and do what becomes due."""
        await let_pass(self.owner, shift_id, span)
        await self._set_site_clock(shift_id)
        await self.work()

    async def start(self, shift_id: UUID) -> None:
        """Let time pass until the shift has started."""
        await until_start(self.owner, shift_id)
        await self._set_site_clock(shift_id)
        await self.work()

    async def _set_site_clock(self, shift_id: UUID) -> None:
        await self.owner.execute(
            """UPDATE shifts SET local_start = starts_at AT TIME ZONE zone, local_end = ends_at AT TIME ZONE zone
               WHERE id = $1""",
            shift_id,
        )


async def play_job(settings: Settings, app_db: Database, jobs_db: Database, owner: asyncpg.Connection) -> Played:
    """Play one order of three men from its placing to its close."""
    stage = await set_stage(settings, app_db)
    row = await owner.fetchrow(
        "SELECT id, gateway, sid, secret, number FROM sms_accounts WHERE id = $1", stage.account_id
    )
    account = TestAccount(Account(**dict(row)), stage.franchise_id)
    async with fake_gateway() as carrier:
        gateway = SimulatorGateway(carrier.url, "http://127.0.0.1:1", timeout_s=2.0, in_flight=20)
        try:
            theatre = Theatre(jobs_db, app_db, owner, stage, account, gateway, carrier)
            order = await place(app_db, stage, 3, tomorrow())
            closed = await _play(theatre, order.shifts[0].id)
        finally:
            await gateway.close()
    return Played(stage, order.id, order.shifts[0].id, closed)


async def _play(theatre: Theatre, shift_id: UUID) -> ClosedShift:
    await theatre.work()
    invited = await theatre.invited(shift_id)
    assert len(invited) == 5
    await theatre.write(invited[0], "нет")
    for worker_id in invited[1:]:
        await theatre.write(worker_id, "да")
    for worker_id in (await theatre.invited(shift_id))[5:]:
        await theatre.write(worker_id, "1")
    await theatre.write((await theatre.seated(shift_id))[0]["worker_id"], "не приду")
    await receive(theatre.webhooks, theatre.account, "+79990001122", "есть работа?")
    await theatre.start(shift_id)
    crew = await theatre.seated(shift_id)
    assert len(crew) >= 3
    *present, missing = [seat for seat in crew if seat["kind"] == "primary"]
    for seat in present:
        await theatre.write(seat["worker_id"], "на месте")
    await theatre.pass_time(shift_id, timedelta(minutes=10))
    await _answer_list(theatre, shift_id, missing["id"])
    await theatre.pass_time(shift_id, timedelta(minutes=20))
    assert await theatre.owner.fetchval("SELECT status FROM seats WHERE id = $1", missing["id"]) == "no_show"
    await theatre.write(missing["worker_id"], "спор")
    await theatre.write(missing["worker_id"], "стоп")
    async with theatre.jobs.begin(theatre.stage.franchise_id, "staff:dispatcher") as uow:
        closed = await close_shift(uow, shift_id, CloseShift())
    await theatre.work()
    return closed


async def _answer_list(theatre: Theatre, shift_id: UUID, missing: UUID) -> None:
    """The crew lead says who is not there."""
    asked = await theatre.owner.fetchrow(
        "SELECT worker_id, detail FROM questions WHERE shift_id = $1 AND kind = 'present' AND status = 'open'", shift_id
    )
    assert asked is not None, "nobody was asked who is there"
    listed = await theatre.owner.fetchval(
        """SELECT n FROM jsonb_array_elements_text($1::jsonb -> 'list') WITH ORDINALITY AS l (seat, n)
           WHERE l.seat = $2::text""",
        asked["detail"],
        str(missing),
    )
    await theatre.write(asked["worker_id"], str(listed))
