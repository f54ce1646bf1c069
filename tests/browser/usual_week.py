"""A franchise in the middle of its week: people, orders in every state, texts, calls, series, papers."""

import io
import random
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from PIL import Image, ImageDraw

from dispatch.access.passwords import hand_out_link
from dispatch.access.roles import Role
from dispatch.crew.calls import claim_call
from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.pictures import redraw_picture
from dispatch.kit.uow import Database, Uow
from dispatch.orders.commands import AskedShift, PlaceOrder
from dispatch.orders.place import PlacedOrder
from dispatch.orders.series.commands import StartSeries
from dispatch.seed.histories import write_histories
from dispatch.seed.names import NAMES
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Account
from dispatch.sms.inbound import InboundDrain
from dispatch.staffing.on_site.links import send_lead_link
from dispatch.staffing.operate import mark_arrived
from dispatch.staffing.order import open_order
from dispatch.staffing.series import begin_series
from dispatch.staffing.telephony import AddLine, IncomingCall, add_line, record_incoming
from dispatch.tenancy.queries import policy_in_force
from dispatch.tenancy.service import write_policy
from dispatch.wiring import ANSWERS, words_with
from dispatch.workers.bulk import bulk_insert_workers
from dispatch.workers.commands import ImportWorkers, Language
from dispatch.workers.csv_import import import_workers
from dispatch.workers.interviews import Question, RecordInterview, record_interview
from dispatch.workers.links import send_link
from dispatch.workers.photo import set_photo
from dispatch.workers.skills import Service
from tests.browser.crowd import crowd
from tests.factories.access import Staff
from tests.factories.sms import TestAccount, receive
from tests.factories.stage import Stage, let_pass, open_questions, run_lane, say
from tests.factories.workers import READY, new_worker

BASE: Final = "http://here"
_LIST: Final = """Имя;Фамилия;Телефон;Город
Сергей;Петренко;8 921 {n} 01 01;Санкт-Петербург
Аскар;Юлдашев;8 921 {n} 01 02;
Без телефона;Иванов;;Москва
Пётр;Сидоров;12345;
Николай;Зимин;8 921 {n} 01 03;Зурбаган
Сергей;Петренко;8 921 {n} 01 01;
"""
_ODD: Final = (
    "А во сколько автобус от метро и будет ли обед? Я с другом приду, его тоже записать можно?",
    "наверное да, но если что позвоню",
    "Я БЫЛ НА СМЕНЕ, почему штраф",
    "это не мой номер больше",
    "позвоните мне пожалуйста",
)
_PHONE: Final = "SELECT p.e164 FROM phones p JOIN worker_contacts c ON c.phone_id = p.id WHERE c.worker_id = $1"
_ENDED: Final = """
INSERT INTO seats (id, franchise_id, shift_id, worker_id, kind, status, reason, busy, terms_version, p_show,
                   accepted_at, due_at, grace_at, limit_at, ended_at)
SELECT gen_random_uuid(), s.franchise_id, s.id, m.id, 'primary', m.status,
       CASE m.status WHEN 'turned_away_on_site' THEN 'без пропуска' END, s.busy, 1, 0.9,
       s.starts_at - interval '9 hours', s.starts_at, s.starts_at + interval '15 min',
       s.starts_at + interval '30 min', s.starts_at
FROM shifts s JOIN (
    SELECT w.id, (ARRAY['no_show', 'cancelled_by_worker', 'cancelled_by_client', 'released', 'turned_away_on_site'])
                 [row_number() OVER (ORDER BY w.id)] AS status
    FROM workers w WHERE w.franchise_id = $2 AND w.status = 'active'
      AND NOT EXISTS (SELECT FROM seats x WHERE x.worker_id = w.id) LIMIT 5) m ON true
WHERE s.id = $1
"""
_PAPERS: Final = """
INSERT INTO worker_documents (id, franchise_id, worker_id, kind, number, valid_until)
SELECT gen_random_uuid(), $1, $2, d.kind, d.number, clock.now()::date + d.days
FROM (VALUES ('passport', '4012 345678', NULL), ('medical_book', '0012345', 12), ('patent', '78 № 1900123456', -4))
     d (kind, number, days)
"""
_AWAY: Final = """
INSERT INTO worker_absences (id, franchise_id, worker_id, during, reason)
VALUES (gen_random_uuid(), $1, $2, tstzrange(clock.now() + interval '6 days', clock.now() + interval '9 days'),
        'К врачу')
"""
_FILTERS: Final = """
INSERT INTO saved_filters (id, franchise_id, user_id, slot, name, shared, asked)
SELECT gen_random_uuid(), $1, $2, n,
       (ARRAY['Снег, с рейтингом от 4', 'Переезды в центре города, с медкнижкой'])[n], n = 1,
       '{"rating": "4"}' FROM generate_series(1, 2) n
"""
_PASS: Final = """
INSERT INTO pass_rules (id, franchise_id, site_id, fields, days_before, by_time, recipient, email, note)
VALUES (gen_random_uuid(), $1, $2, ARRAY['full_name', 'birth_year', 'passport'], 1, '18:00', 'Бюро пропусков',
        'propusk@example.com', 'Список принимают только до 18:00.')
"""
_SESSIONS: Final = """
INSERT INTO sessions (token_sha256, franchise_id, user_id, expires_at, last_seen_at, user_agent)
SELECT sha256((u.id || ':' || n)::text::bytea), $1, u.id, now() + interval '9 hours', now() - n * interval '50 min',
       (ARRAY['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36',
              'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1'
             ])[1 + n % 2] FROM generate_series(1, 3) n, staff_users u WHERE u.id = $2
"""
_DEAD: Final = """
INSERT INTO outbox (id, franchise_id, lane, kind, subject_id, due_at, state, attempt, failures, last_error)
SELECT gen_random_uuid(), $1, 'staffing', 'staffing.order_placed', gen_random_uuid(), now() - n * interval '1 hour',
       'dead', 12, 12, 'TimeoutError: the database did not answer within 5 s' FROM generate_series(1, 3) n
"""
_TWILIO: Final = """
INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, enabled)
VALUES (gen_random_uuid(), $1, 'twilio', 'AC' || left(md5($1::uuid::text), 30), 'secret', '+15005550006', false)
"""


@dataclass(frozen=True)
class Week:
    """A franchise at work, and who does it."""

    settings: Settings
    app: Database
    jobs: Database
    owner_db: Database
    sql: asyncpg.Connection
    stage: Stage
    staff: Mapping[Role, Staff]

    async def fill(self, rows: int, *, shifts: int) -> dict[str, str]:
        """Make people, orders and everything around them; return what stands for the names in addresses."""
        men = await self._men(rows, attested=True)
        await self._men(rows, attested=False)
        stage = replace(self.stage, workers=men)
        await self.sql.execute(
            "UPDATE sites SET meeting_point = 'У выхода 2 из метро «Сенная площадь»' WHERE id = $1", stage.site_id
        )
        soon = await self._order(9, timedelta(hours=2), note="Нужны перчатки. Вход со двора, спросить кладовщика.")
        begun = await self._order(6, timedelta(hours=5))
        await self._order(4, timedelta(hours=30), service=Service.MOVING)
        await run_lane(self.jobs)
        for shift, silent in ((begun, 0), (soon, 3)):  # the same men are asked for both
            offers = [q for q in await open_questions(self.jobs, stage, "offer") if q.shift_id == shift.shifts[0].id]
            for n, question in enumerate(offers):
                if not silent or n % silent:
                    await say(self.jobs, question, "да" if n % 5 else "нет")
            await run_lane(self.jobs)
        await self._on_the_way(soon.shifts[0].id)
        await self._on_site(begun.shifts[0].id)
        await crowd(self.sql, stage.franchise_id, rows, shifts=shifts)
        ids = {"client_id": stage.client_id, "site_id": stage.site_id, "order_id": soon.id}
        ids |= {"shift_id": soon.shifts[0].id, "running_id": begun.shifts[0].id}
        ids |= await self._of_shift(soon.shifts[0].id)
        ids |= await self._of_series()
        ids |= await self._of_man(ids["worker_id"])
        ids |= await self._of_texts(men[-8:])
        await self._of_office()
        ids |= {
            "person_id": await self._first("client_people", f"client_id = '{stage.client_id}'"),
            "token": await self._link(ids["worker_id"]),
        }
        ids |= {"lead": await self._lead(begun.shifts[0].id), "reset": await self._reset()}
        return {name: str(value) for name, value in ids.items()}

    def _acting(self, role: Role = Role.DISPATCHER) -> AbstractAsyncContextManager[Uow]:
        return self.app.begin(self.stage.franchise_id, self.staff[role].actor)

    async def _first(self, table: str, which: str = "true") -> UUID:
        found: UUID = await self.sql.fetchval(
            f"SELECT id FROM {table} WHERE franchise_id = $1 AND {which} ORDER BY id LIMIT 1", self.stage.franchise_id
        )
        return found

    async def _men(self, count: int, *, attested: bool) -> list[UUID]:
        drawn = random.Random(count + attested)
        named = [NAMES[language] for language in (Language.RU, Language.RU, Language.UZ, Language.TG)]
        workers = [
            new_worker(
                first_name=drawn.choice(named[n % 4].first),
                last_name=drawn.choice(named[n % 4].last),
                point=Point(lat=59.927 + drawn.gauss(0, 0.05), lon=30.318 + drawn.gauss(0, 0.09)),
            )
            for n in range(count)
        ]
        async with self._acting() as uow:
            await bulk_insert_workers(uow, workers, READY if attested else None)
        ids = [worker.id for worker in workers]
        if attested:
            async with self.owner_db.begin(self.stage.franchise_id, "system:seed") as uow:
                await write_histories(uow, ids[:1000], drawn)
        return ids

    async def _order(
        self, headcount: int, ahead: timedelta, *, service: Service = Service.LOADING, note: str = ""
    ) -> PlacedOrder:
        starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + ahead
        command = PlaceOrder(
            client_id=self.stage.client_id,
            site_id=self.stage.site_id,
            service=service,
            headcount=headcount,
            shifts=(AskedShift(starts_at=starts_at, ends_at=starts_at + timedelta(hours=8)),),
            note=note or None,
        )
        async with self._acting() as uow:
            return await open_order(uow, command, self.stage.site_id)

    async def _on_the_way(self, shift_id: UUID) -> None:
        """Let some have confirmed, some be silent and one be rung just now."""
        await self.sql.execute("UPDATE shifts SET owner_id = $2 WHERE id = $1", shift_id, self.staff[Role.OWNER].id)
        seats = await self.sql.fetch("SELECT id, worker_id FROM seats WHERE shift_id = $1 ORDER BY id", shift_id)
        for n, seat in enumerate(seats):
            if n % 3:
                status = ("reconfirmed", "doubtful")[n % 3 - 1]
                await self.sql.execute("UPDATE seats SET status = $2 WHERE id = $1", seat["id"], status)
        async with self._acting(Role.OWNER) as uow:
            await claim_call(uow, shift_id, seats[2]["worker_id"])

    async def _on_site(self, shift_id: UUID) -> None:
        """Let the shift have begun an hour ago: most are there, and all else that becomes of people became of some."""
        await let_pass(self.sql, shift_id, timedelta(hours=6))
        await run_lane(self.jobs)
        seats = await self.sql.fetch(
            "SELECT id FROM seats WHERE shift_id = $1 AND live AND kind = 'primary' ORDER BY id", shift_id
        )
        for seat in seats[:-2]:
            async with self._acting() as uow:
                await mark_arrived(uow, seat["id"])
        await self.sql.execute(_ENDED, shift_id, self.stage.franchise_id)

    async def _of_shift(self, shift_id: UUID) -> dict[str, UUID]:
        seat = await self.sql.fetchrow(
            "SELECT id, worker_id FROM seats WHERE shift_id = $1 AND live AND kind = 'primary' ORDER BY id LIMIT 1",
            shift_id,
        )
        number = f"+7812{shift_id.int % 10_000_000:07d}"
        told = {"line": number, "caller": await self.sql.fetchval(_PHONE, seat["worker_id"]), "call_id": new_id().hex}
        async with self._acting() as uow:
            line = await add_line(uow, AddLine(provider="pbx", number=number))
            call = IncomingCall.model_validate(told | {"event": "ringing", "at": uow.now})
            await record_incoming(uow, line.line_id, call)
        return {
            "seat_id": seat["id"],
            "worker_id": seat["worker_id"],
            "call_id": await self._first("incoming_calls"),
        }

    async def _of_series(self) -> dict[str, Any]:
        begins = datetime.now(UTC).date() + timedelta(days=1)
        asked = {
            "client_id": self.stage.client_id,
            "site_id": self.stage.site_id,
            "service": "loading",
            "headcount": 3,
            "pattern": {"every": "days", "n": 1},
            "start": "09:00",
            "end": "17:00",
            "starts_on": begins,
            "note": "Разгрузка фур, смена без переработок.",
        }
        async with self._acting() as uow:
            started = await begin_series(uow, StartSeries.model_validate(asked))
        await run_lane(self.jobs)
        return {"series_id": started.series.id, "day": begins + timedelta(days=4)}

    async def _of_man(self, worker_id: UUID) -> dict[str, Any]:
        """Give one everything a card can hold, and let a candidate have been interviewed twice."""
        picture = io.BytesIO()
        face = Image.new("RGB", (400, 400), (96, 132, 160))
        pen = ImageDraw.Draw(face)
        pen.ellipse((130, 70, 270, 230), fill=(226, 188, 156))
        pen.rounded_rectangle((70, 250, 330, 460), 90, fill=(220, 120, 40))
        face.save(picture, "PNG")
        photo = await redraw_picture(picture.getvalue())
        candidate = await self.sql.fetchval(
            """SELECT worker_id FROM recruits WHERE franchise_id = $1 AND status = 'interview'
               ORDER BY next_on, moved_at""",
            self.stage.franchise_id,
        )
        said = {Question.EXPERIENCE: "Три года на складе, водил рохлю.", Question.HEALTH: "Жалоб нет"}
        for answers in (said, said | {Question.PAY: "Не меньше 2 500 за смену, деньги сразу"}):
            async with self._acting() as uow:
                await record_interview(uow, candidate, RecordInterview(answers=answers))
        async with self._acting() as uow:
            await set_photo(uow, worker_id, photo)
        for statement in (_PAPERS, _AWAY):
            await self.sql.execute(statement, self.stage.franchise_id, worker_id)
        source = _LIST.format(n=worker_id.int % 900 + 100).encode()
        command = ImportWorkers(file_name="люди из Авито.csv")
        actor = self.staff[Role.DISPATCHER].actor
        report = await import_workers(self.app, self.stage.franchise_id, actor, source, command)
        return {"candidate_id": candidate, "import_id": report.id}

    async def _of_texts(self, men: Sequence[UUID]) -> dict[str, UUID]:
        """Let people write what no rule can decide."""
        row = await self.sql.fetchrow("SELECT * FROM sms_accounts WHERE id = $1", self.stage.account_id)
        held = Account(row["id"], row["gateway"], row["sid"], row["secret"], row["number"])
        for man, words in zip(men, _ODD, strict=False):
            e164 = await self.sql.fetchval(_PHONE, man)
            await receive(self.jobs, TestAccount(held, self.stage.franchise_id), e164, words)
        await InboundDrain(self.jobs, ANSWERS, words_with(BASE))()
        return {"item_id": await self._first("inbox_items", "inbound_id IS NOT NULL")}

    async def _of_office(self) -> None:
        franchise, owner = self.stage.franchise_id, self.staff[Role.OWNER].id
        for statement in (_FILTERS, _SESSIONS):
            await self.sql.execute(statement, franchise, owner)
        await self.sql.execute(_PASS, franchise, self.stage.site_id)
        for statement in (_DEAD, _TWILIO):
            await self.sql.execute(statement, franchise)
        for patience in (timedelta(minutes=4), timedelta(minutes=6)):
            async with self._acting(Role.OWNER) as uow:
                pace = (await policy_in_force(uow)).policy.pace
                changed = pace.model_copy(update={"grace": patience})
                await write_policy(uow, "pace", changed, "Клиенты просили ждать дольше у проходной")

    async def _link(self, worker_id: UUID) -> str:
        """Where a worker's link leads; it is read from the text that holds it, which no worker sends here."""
        async with self._acting() as uow:
            await send_link(uow, worker_id, BASE)
            body: str = await uow.fetchval(
                "SELECT body FROM messages WHERE template = 'worker_link' ORDER BY id DESC LIMIT 1"
            )
        return body.partition(f"{BASE}/w/")[2].split()[0]

    async def _lead(self, shift_id: UUID) -> str:
        man = await self.sql.fetchval(
            "SELECT worker_id FROM seats WHERE shift_id = $1 AND status = 'arrived' AND kind <> 'standby' ORDER BY id",
            shift_id,
        )
        async with self._acting() as uow:
            return await send_lead_link(uow, shift_id, man, base=BASE)

    async def _reset(self) -> str:
        async with self._acting(Role.OWNER) as uow:
            return await hand_out_link(uow, self.staff[Role.DISPATCHER].id)
