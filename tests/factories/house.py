"""A franchise in whatever state the changes of the console need, and the browsers of those who make them.

Everything is set before a test begins: no change of `tests.factories.changes` counts on what another did.
"""

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from PIL import Image

from dispatch.access.roles import Role
from dispatch.api.deps import SESSION_COOKIE
from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.kit.ids import new_id
from dispatch.sms.service import InboxKind, add_inbox_item
from dispatch.tenancy.policy import Calendar, QuietHours
from dispatch.web.policy_form import typed_of
from tests.factories.access import PASSWORD, Authenticator, Staff, make_factor, make_session, make_user
from tests.factories.desk import another_day, filled
from tests.factories.scene import Scene
from tests.factories.series import ONE, started, today
from tests.factories.stage import open_questions, place, run_lane

OURS: Final = {"Sec-Fetch-Site": "same-origin"}
RULE: Final = {"fields": ["full_name"], "days_before": "1", "by_time": "18:00", "recipient": "Post 2", "version": "0"}
PHOTO_FIELD: Final = "photo"
_LINK: Final = re.compile(r"https?://[^/\s]+(/\S+)")


@dataclass
class Seen:
    """Somebody's browser and the token his changes carry."""

    client: AsyncClient
    csrf: str = ""

    async def act(self, address: str, **form: object) -> Response:
        """Press a button that must work."""
        answer = await self.client.post(address, data={"csrf": self.csrf} | form, headers=OURS)
        assert answer.status_code < 400, (address, answer.status_code, answer.text[-900:])
        return answer

    async def show(self, address: str) -> None:
        """Send a photo that must be kept."""
        answer = await self.client.post(address, data={"csrf": self.csrf}, files=photo(), headers=OURS)
        assert answer.status_code < 400, answer.text


@dataclass
class House:
    """The franchise, what is in it by name, and who works there.

    Attributes:
        things: ids and tokens; a name like `client_id` fills that place of an address.
        people: the browsers, by what their owners are.
    """

    scene: Scene
    things: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Seen] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - an id, a token, a digest
        return self.things[name]

    @property
    def boss(self) -> Seen:
        return self.people["boss"]

    async def text_sent(self, template: str) -> str:
        """The path of the link in the newest text of a kind."""
        body = await self.scene.sql.fetchval(
            "SELECT body FROM messages WHERE template = $1 ORDER BY created_at DESC, id DESC LIMIT 1", template
        )
        found = _LINK.search(body)
        assert found is not None, body
        return found[1]


async def browser_of(app: FastAPI, scene: Scene, staff: Staff) -> Seen:
    """Somebody's own browser, signed in, with the token of his pages."""
    browser = a_browser(app)
    browser.client.cookies.set(SESSION_COOKIE, await make_session(scene.app_db, staff))
    found = re.search(r'X-CSRF-Token": "([0-9a-f]{64})"', (await browser.client.get("/account")).text)
    assert found is not None
    return Seen(browser.client, found[1])


def a_browser(app: FastAPI) -> Seen:
    """The browser of somebody unknown."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    return Seen(AsyncClient(transport=transport, base_url="http://testserver", headers={"Accept-Language": "en"}))


def photo() -> dict[str, tuple[str, bytes, str]]:
    """A picture to send."""
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "red").save(out, "PNG")
    return {PHOTO_FIELD: ("me.png", out.getvalue(), "image/png")}


async def set_house(app: FastAPI, scene: Scene) -> House:
    """Bring everything about that some change of the console is made to."""
    house = House(scene)
    await _staff(app, house)
    for set_up in (_clients, _workers, _work, _series, _office, _links):
        await set_up(house)
    return house


async def close_house(house: House) -> None:
    """Close every browser."""
    for seen in house.people.values():
        await seen.client.aclose()


async def _staff(app: FastAPI, house: House) -> None:
    s = house.scene
    owner_too, operator = [
        await make_user(s.app_db, s.stage.franchise_id, role) for role in (Role.OWNER, Role.OPERATOR)
    ]
    factor = await make_factor(s.app_db, s.settings, owner_too)
    house.people = {
        "boss": await browser_of(app, s, s.boss),
        "secured": await browser_of(app, s, owner_too),
        "operator": await browser_of(app, s, operator),
        "stranger": a_browser(app),
        "half": a_browser(app),
    }
    await house.boss.act("/account/second-factor/begin")
    page = (await house.boss.client.get("/account/second-factor")).text
    key = re.search(r'class="account-key">([A-Z2-7 ]+)</code>', page)
    assert key is not None
    clerk, closed, secured = [await make_user(s.app_db, s.stage.franchise_id) for _ in range(3)]
    await make_factor(s.app_db, s.settings, secured)
    await s.sql.execute("UPDATE staff_users SET disabled_at = now() WHERE id = $1", closed.id)
    await s.sql.execute("UPDATE staff_users SET phone = '+79215550111' WHERE id = $1", clerk.id)
    await make_session(s.app_db, clerk)
    await house.people["half"].client.post(
        "/login", data={"login": owner_too.login, "password": PASSWORD}, headers=OURS
    )
    session = await make_session(s.app_db, s.boss)
    await make_session(s.app_db, owner_too)
    house.things |= {
        "factor": factor,
        "authenticator": Authenticator(key[1].replace(" ", ""), ()),
        "login": s.boss.login,
        "user_id": clerk.id,
        "clerks_login": clerk.login,
        "closed_user": closed.id,
        "secured_user": secured.id,
        "session_id": hashlib.sha256(session.encode()).hexdigest()[:16],
    }


async def _clients(house: House) -> None:
    s = house.scene
    client, other, archived = [await s.customer() for _ in range(3)]
    person = await s.post(f"/clients/{client}/people", {"name": "Anna", "phone": "+78125554567"}, status=201)
    await s.post(f"/clients/{archived}/archive")
    worker = await s.worker()
    barred = {"client_id": str(client), "worker_id": str(worker), "decided_by": "client", "reason": "broke a door"}
    entry = await s.post("/do-not-return", barred, status=201)
    spare, ruled = await s.site(), await s.site()
    await house.boss.act(f"/sites/{ruled}/pass", **RULE)
    await house.boss.show(f"/sites/{ruled}/photo")
    house.things |= {
        "client_id": client,
        "other_client": other,
        "archived_client": archived,
        "person_id": person["id"],
        "entry_id": entry["id"],
        "barred_worker": worker,
        "site_id": spare,
        "ruled_site": ruled,
    }


async def _workers(house: House) -> None:
    s, boss = house.scene, house.boss
    worker, photographed, doubted = [await s.worker() for _ in range(3)]
    applicant, recruit = [await s.worker(ready=False) for _ in range(2)]
    await boss.act(f"/people/{recruit}/recruit")
    here = f"/workers/{worker}"
    absence = await s.post(f"{here}/absences", {"starts_at": another_day(hours=4).starts_at.isoformat()}, status=201)
    document = await s.post(f"{here}/documents", {"kind": "passport", "number": "4000 1"}, status=201)
    await boss.show(f"/people/{photographed}/photo")
    await s.sql.execute(
        """UPDATE phones SET unproven_at = now(), unproven_why = 'new_number'
           WHERE id = (SELECT phone_id FROM worker_contacts WHERE worker_id = $1)""",
        doubted,
    )
    await boss.act("/people/filters?q=x", name="Kept")
    sheets = {"file": ("list.csv", b"phone;name\n8 931 000-77-01;Anton\n8 931 000-77-02;Boris\n", "text/csv")}
    taken = await boss.client.post("/people/import", data={"csrf": boss.csrf}, files=sheets, headers=OURS)
    whole = UUID(taken.headers["location"].rsplit("/", 1)[1])
    broken = new_id()
    await s.sql.execute(
        """INSERT INTO worker_imports (id, franchise_id, file_name, rows, accepted, rejected, author, content, command)
           SELECT $2, franchise_id, file_name, 1, 0, 0, author, $3, '{}' FROM worker_imports WHERE id = $1""",
        whole,
        broken,
        b"phone;name\n8 931 000-77-03;Victor\n",
    )
    house.things |= {
        "worker_id": worker,
        "photographed": photographed,
        "doubted_worker": doubted,
        "paused_worker": await s.moved_worker("pause"),
        "archived_worker": await s.moved_worker("archive"),
        "applicant": applicant,
        "recruit": recruit,
        "stage": "called",
        "absence_id": absence["id"],
        "document_id": document["id"],
        "filter_id": await s.sql.fetchval("SELECT id FROM saved_filters"),
        "import_id": whole,
        "broken_import": broken,
    }


async def _work(house: House) -> None:
    s, boss = house.scene, house.boss
    order = await filled(s.jobs_db, s.stage, 1)
    other = await place(s.jobs_db, s.stage, 1, another_day(), site_id=s.stage.site_id)
    await run_lane(s.jobs_db)
    shift_id = order.shifts[0].id
    seat = await s.sql.fetchrow("SELECT id, worker_id FROM seats WHERE shift_id = $1", shift_id)
    running, his = await s.running(later=timedelta(minutes=45))
    ringing, rung = await s.running(later=timedelta(minutes=45))
    here, done = await s.running()
    await s.post(f"/seats/{done['id']}/arrive")
    asked = next(q for q in await open_questions(s.jobs_db, s.stage, "offer") if q.shift_id == other.shifts[0].id)
    paused = (await s.order())[1]
    await boss.act(f"/shifts/{paused}/pause")
    await boss.act(f"/shifts/{paused}/urgent", reason="snow")
    await boss.act(f"/shifts/{ringing}/calls/{rung['worker_id']}/claim")
    await boss.act(f"/orders/{other.id}/pass", **RULE)
    await boss.act(f"/sites/{s.stage.site_id}/pass", **RULE)
    listed = (await boss.client.get(f"/shifts/{shift_id}/pass-list/now", headers={"HX-Request": "true"})).text
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', listed)
    assert digest is not None, listed
    async with s.app_db.begin(s.stage.franchise_id, "system:test") as uow:
        await raise_alarm(uow, "test_of_commits", "Look.", severity=Severity.INFO)
        inbound = new_id()
        phone = await uow.fetchval("SELECT phone_id FROM worker_contacts WHERE worker_id = $1", asked.worker_id)
        await s.sql.execute(
            """INSERT INTO inbound_messages
                   (id, account_id, gateway_id, phone_e164, text, raw, received_at, disposed_at)
               SELECT $1::uuid, $2, $1::uuid::text, p.e164, 'where?', '', now(), now() FROM phones p WHERE p.id = $3""",
            inbound,
            s.stage.account_id,
            phone,
        )
        item = await add_inbox_item(
            uow, InboxKind.REPLY, "where?", inbound_id=inbound, phone_id=phone, worker_id=asked.worker_id
        )
    house.things |= {
        "order_id": order.id,
        "ruled_order": other.id,
        "shift_id": shift_id,
        "seat_id": seat["id"],
        "seated": seat["worker_id"],
        "running": running,
        "running_seat": his["id"],
        "running_worker": his["worker_id"],
        "ringing": ringing,
        "rung": rung["worker_id"],
        "ending": here,
        "paused_shift": paused,
        "asked_shift": other.shifts[0].id,
        "asked": asked.worker_id,
        "question_id": asked.id,
        "alarm_id": await s.sql.fetchval("SELECT id FROM alarms WHERE kind = 'test_of_commits'"),
        "item_id": item,
        "digest": digest[1],
        "change": await _look(boss, f"/orders/{order.id}/change", {"headcount": "2", "version": "1"}),
    }


async def _look(boss: Seen, where: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """Ask what a change would do; return its form as it is then sent."""
    answer = await boss.act(f"{where}/preview", **form)
    found = re.search(r'name="looked" value="([0-9a-f]{64})"', answer.text)
    assert found is not None, answer.text
    return {**form, "looked": found[1]}


async def _series(house: House) -> None:
    s, boss = house.scene, house.boss
    rarely = {"every": "days", "n": 5}
    series, resting = [(await started(s.app_db, s.stage, pattern=rarely)).series.id for _ in range(2)]
    day, other = today() + ONE * 6, today() + ONE * 11
    where, out = f"/series/{series}", {"kind": "out", "reason": "stocktaking"}
    await boss.act(f"{where}/days/{other}", **await _look(boss, f"{where}/days/{other}", out))
    version = str(await s.sql.fetchval("SELECT version FROM series WHERE id = $1", series))
    changed = {"headcount": "3", "start": "09:00", "end": "17:00", "version": version}
    later = {"since": str(day), "headcount": "6", "every": "week", "on": ["tue"], "start": "09:00", "end": "17:00"}
    later |= {"service": "loading", "site_id": str(s.stage.site_id), "version": version}
    await boss.act(f"/series/{resting}/pause")
    house.things |= {
        "series_id": series,
        "resting_series": resting,
        "day": day,
        "other_day": other,
        "series_change": await _look(boss, f"{where}/change", changed),
        "series_from": await _look(boss, f"{where}/from", later),
        "series_end": await _look(boss, f"{where}/end", {"reason": "no contract"}),
        "day_out": await _look(boss, f"{where}/days/{day}", out),
    }


async def _office(house: House) -> None:
    s, boss = house.scene, house.boss
    begins = another_day()
    turn = {"user_id": str(house["user_id"]), "from_at": begins.starts_at.isoformat()}
    made = await s.post("/duty", turn | {"to_at": begins.ends_at.isoformat()}, status=201)
    await boss.act("/settings/tokens", name="1C", role="dispatcher")
    job, other_account = new_id(), new_id()
    await s.sql.execute(
        """INSERT INTO outbox (id, franchise_id, subject_id, state, failures, attempt, lane, kind, due_at)
           VALUES ($1, $2, $1, 'dead', 8, 8, 'money', 'money.test', now())""",
        job,
        s.stage.franchise_id,
    )
    await s.sql.execute(
        """INSERT INTO sms_accounts (id, franchise_id, gateway, sid, secret, number, enabled, test)
           VALUES ($1, $2, 'simulator', $3, 'secret', '+78120000098', false, true)""",
        other_account,
        s.stage.franchise_id,
        f"AC{other_account.hex}",
    )
    rules = (await boss.client.get("/settings/policies/presets/loaders-service")).text
    house.things |= {
        "turn_id": made["id"],
        "token_id": await s.sql.fetchval("SELECT id FROM api_tokens LIMIT 1"),
        "job_id": job,
        "account_id": s.stage.account_id,
        "stopped_account": other_account,
        "section": "calendar",
        "preset": "loaders-service",
        "template": "declined_ok",
        "other_template": "restored",
        "language": "ru",
        "versions": dict(re.findall(r'name="(version\.\w+)" value="(\d+)"', rules)),
        "rule": await _looked_at_rule(boss),
    }


async def _looked_at_rule(boss: Seen) -> Mapping[str, str]:
    """A rule changed on its form and looked at, to be saved; no hour is quiet by it either, as on every stage."""
    form = typed_of("calendar", Calendar(quiet=QuietHours(start=time(0), end=time(0)))) | {"version": "2", "rest": "10"}
    looked = await boss.act("/settings/policies/calendar", **form, act="look")
    seen = re.search(r'name="seen" value="([^"]*)"', looked.text)
    assert seen is not None, looked.text
    return form | {"act": "save", "seen": seen[1], "reason": "Longer nights"}


async def _links(house: House) -> None:
    s, boss = house.scene, house.boss
    await boss.act(f"/settings/users/{house['user_id']}/link")
    reset = await house.text_sent("password_reset")
    await boss.act("/account/phone", present=PASSWORD, phone="+79211234567")
    code = await s.sql.fetchval("SELECT body FROM messages WHERE template = 'password_reset' ORDER BY id DESC LIMIT 1")
    await boss.act(f"/people/{house['asked']}/link")
    await s.sql.execute("UPDATE shifts SET attendance_source = 'crew_lead' WHERE id = $1", house["running"])
    await boss.act(f"/shifts/{house['running']}/leads", worker_id=str(house["running_worker"]))
    own = await house.text_sent("worker_link")
    page = (await house.people["stranger"].client.get(own)).text
    proof = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert proof is not None, page
    house.things |= {
        "reset": reset.rsplit("/", 1)[1],
        **{name: name for name in ("declined_ok", "restored", "ru")},
        "phone_code": re.findall(r"[0-9]{6}", code)[0],
        "lead": (await house.text_sent("lead_link")).rsplit("/", 1)[1],
        "own": own.rsplit("/", 1)[1],
        "proof": proof[1],
    }
