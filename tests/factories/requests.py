"""A valid request for every route that changes something, each on a state of its own making.

`REQUESTS` maps "METHOD /path" to a builder; a route without one fails a test. The same request serves to see that a
failing commit is an error, and, sent by a stranger, that one franchise cannot touch another's things.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from dispatch.access.roles import Role
from dispatch.crew.alarms import Severity, raise_alarm
from dispatch.sms.service import InboxKind, add_inbox_item
from dispatch.staffing.telephony import AddLine, add_line
from dispatch.workers.rules import Attestation
from tests.factories import series_requests
from tests.factories.access import PASSWORD, bearer, make_session, make_token, make_user
from tests.factories.book import REQUESTS, V1, request
from tests.factories.desk import another_day, at, order_body, times
from tests.factories.scene import Call, Scene
from tests.factories.telephone import told_of_call
from tests.factories.workers import next_phone

__all__ = ["REQUESTS", "V1", "request", "series_requests"]


@request("POST /api/v1/auth/login")
async def log_in(s: Scene) -> Call:
    return Call("/auth/login", {"login": s.boss.login, "password": PASSWORD})


@request("POST /api/v1/auth/logout")
async def log_out(s: Scene) -> Call:
    return Call("/auth/logout", headers=bearer(await make_session(s.app_db, s.boss)))


@request("DELETE /api/v1/auth/sessions/{session_id}")
async def end_session(s: Scene) -> Call:
    session = await make_session(s.app_db, s.boss)
    return Call(f"/auth/sessions/{hashlib.sha256(session.encode()).hexdigest()[:16]}")


@request("POST /api/v1/auth/tokens")
async def make_a_token(_: Scene) -> Call:
    return Call("/auth/tokens", {"name": "1C", "role": "dispatcher"})


@request("DELETE /api/v1/auth/tokens/{token_id}")
async def revoke_token(s: Scene) -> Call:
    await make_token(s.app_db, s.boss)
    token_id = await s.sql.fetchval("SELECT id FROM api_tokens ORDER BY created_at DESC LIMIT 1")
    return Call(f"/auth/tokens/{token_id}")


@request("PATCH /api/v1/franchises/own")
async def rename_franchise(s: Scene) -> Call:
    return Call("/franchises/own", {"name": "Другое имя"}, V1)


@request("PUT /api/v1/policies/{section}")
async def write_policy(s: Scene) -> Call:
    return Call("/policies/scoring", {"body": {"strategy": "nearest"}, "reason": "пробуем"}, V1)


@request("POST /api/v1/workers/import")
async def import_list(_: Scene) -> Call:
    return Call("/workers/import", headers={"Content-Type": "text/csv"}, content=f"Телефон\n{next_phone()}\n".encode())


@request("POST /api/v1/workers/attest")
async def attest_many(s: Scene) -> Call:
    worker = await s.worker(ready=False)
    what = [str(Attestation.VETTING), str(Attestation.CONSENT_OFFERS)]
    return Call("/workers/attest", {"what": what, "author": "Анна", "basis": "анкета", "worker_ids": [str(worker)]})


@request("POST /api/v1/workers/search")
async def search_workers(_: Scene) -> Call:
    return Call("/workers/search", {"q": "Пётр"})


@request("POST /api/v1/workers")
async def register_worker(_: Scene) -> Call:
    return Call("/workers", {"phone": next_phone(), "first_name": "Пётр"})


@request("PATCH /api/v1/workers/{worker_id}")
async def change_worker(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}", {"note": "сильный"}, V1)


@request("POST /api/v1/workers/{worker_id}/reveal")
async def reveal_phone(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/reveal")


@request("PUT /api/v1/workers/{worker_id}/skills")
async def set_skills(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/skills", {"skills": ["cleaning"]})


@request("PUT /api/v1/workers/{worker_id}/availability")
async def set_availability(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/availability", {"weekdays": ["mon"]})


@request("POST /api/v1/workers/{worker_id}/absences")
async def add_absence(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/absences", {"starts_at": at(datetime.now(UTC))})


@request("DELETE /api/v1/workers/{worker_id}/absences/{absence_id}")
async def remove_absence(s: Scene) -> Call:
    call = await add_absence(s)
    absence = await s.post(call.path, call.json, status=201)
    return Call(f"{call.path}/{absence['id']}")


@request("POST /api/v1/workers/{worker_id}/documents")
async def add_document(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/documents", {"kind": "passport", "number": "4000 1"})


@request("DELETE /api/v1/workers/{worker_id}/documents/{document_id}")
async def remove_document(s: Scene) -> Call:
    call = await add_document(s)
    document = await s.post(call.path, call.json, status=201)
    return Call(f"{call.path}/{document['id']}")


@request("POST /api/v1/workers/{worker_id}/attestations")
async def attest(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/attestations", {"what": "vetting", "basis": "беседа"})


@request("POST /api/v1/workers/{worker_id}/activate")
async def activate_worker(s: Scene) -> Call:
    return Call(f"/workers/{await s.moved_worker('pause')}/activate")


@request("POST /api/v1/workers/{worker_id}/pause")
async def pause_worker(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/pause")


@request("POST /api/v1/workers/{worker_id}/archive")
async def archive_worker(s: Scene) -> Call:
    return Call(f"/workers/{await s.worker()}/archive")


@request("POST /api/v1/workers/{worker_id}/restore")
async def restore_worker(s: Scene) -> Call:
    return Call(f"/workers/{await s.moved_worker('archive')}/restore")


@request("POST /api/v1/clients")
async def add_client(_: Scene) -> Call:
    return Call("/clients", {"name": "Ромашка"})


@request("PATCH /api/v1/clients/{client_id}")
async def change_client(s: Scene) -> Call:
    return Call(f"/clients/{await s.customer()}", {"note": "платит в срок"}, V1)


@request("POST /api/v1/clients/{client_id}/archive")
async def archive_client(s: Scene) -> Call:
    return Call(f"/clients/{await s.customer()}/archive")


@request("POST /api/v1/clients/{client_id}/restore")
async def restore_client(s: Scene) -> Call:
    client = await s.customer()
    await s.post(f"/clients/{client}/archive")
    return Call(f"/clients/{client}/restore")


@request("POST /api/v1/clients/{client_id}/people")
async def add_person(s: Scene) -> Call:
    return Call(f"/clients/{await s.customer()}/people", {"name": "Анна", "phone": "+78125554567"})


@request("DELETE /api/v1/clients/{client_id}/people/{person_id}")
async def remove_person(s: Scene) -> Call:
    call = await add_person(s)
    person = await s.post(call.path, call.json, status=201)
    return Call(f"{call.path}/{person['id']}")


@request("POST /api/v1/sites")
async def add_site(s: Scene) -> Call:
    return Call("/sites", {"client_id": str(await s.customer()), "address": "Невский, 1", "lat": 59.9, "lon": 30.3})


@request("PATCH /api/v1/sites/{site_id}")
async def change_site(s: Scene) -> Call:
    return Call(f"/sites/{await s.site()}", {"meeting_point": "у ворот"}, V1)


@request("POST /api/v1/sites/{site_id}/archive")
async def archive_site(s: Scene) -> Call:
    return Call(f"/sites/{await s.site()}/archive")


@request("POST /api/v1/do-not-return")
async def forbid_return(s: Scene) -> Call:
    who = {"client_id": str(await s.customer()), "worker_id": str(await s.worker())}
    return Call("/do-not-return", {**who, "decided_by": "client", "reason": "разбил шкаф"})


@request("DELETE /api/v1/do-not-return/{entry_id}")
async def allow_return(s: Scene) -> Call:
    call = await forbid_return(s)
    entry = await s.post(call.path, call.json, status=201)
    return Call(f"{call.path}/{entry['id']}")


@request("POST /api/v1/orders")
async def place_order(s: Scene) -> Call:
    return Call("/orders", order_body(s.stage), {"Idempotency-Key": at(datetime.now(UTC))})


@request("PATCH /api/v1/orders/{order_id}")
async def change_order(s: Scene) -> Call:
    order, shift, _ = await s.filled()
    moved = {"times": [{"shift_id": str(shift), **times(another_day())}], "headcount": 2}
    return Call(f"/orders/{order}", moved, V1)


@request("POST /api/v1/orders/{order_id}/preview")
async def preview_change(s: Scene) -> Call:
    call = await change_order(s)
    return Call(f"{call.path}/preview", call.json, V1)


@request("POST /api/v1/orders/{order_id}/cancel")
async def cancel_order(s: Scene) -> Call:
    order, *_ = await s.filled()
    return Call(f"/orders/{order}/cancel", {"reason": "нет машины"})


@request("POST /api/v1/quotes")
async def quote(s: Scene) -> Call:
    body = order_body(s.stage)
    asked = {name: body[name] for name in ("service", "headcount", "shifts")}
    return Call("/quotes", asked | {"zone": "Europe/Moscow"})


@request("PUT /api/v1/rate-cards/{service}")
async def write_rate_card(_: Scene) -> Call:
    card = {"service": "cashier", "currency": "RUB", "bill_rate_minor": 30_000, "pay_percent": "50"}
    return Call("/rate-cards/cashier", card)


@request("POST /api/v1/shifts/{shift_id}/invitations")
async def invite(s: Scene) -> Call:
    _, shift = await s.order()
    return Call(f"/shifts/{shift}/invitations", {"worker_id": str(await s.worker()), "reason": "просили его"})


@request("POST /api/v1/shifts/{shift_id}/calls")
async def record_call(s: Scene) -> Call:
    _, shift, seat = await s.filled()
    return Call(f"/shifts/{shift}/calls", {"worker_id": str(seat["worker_id"]), "result": "yes"})


@request("POST /api/v1/shifts/{shift_id}/excuse")
async def excuse(s: Scene) -> Call:
    shift, seat = await s.running(later=timedelta(minutes=45))
    await s.post(f"/seats/{seat['id']}/arrive")
    return Call(f"/shifts/{shift}/excuse", {"reason": "снег"})


@request("POST /api/v1/shifts/{shift_id}/attendance")
async def take_list(s: Scene) -> Call:
    shift, seat = await s.running(later=timedelta(minutes=45))
    return Call(f"/shifts/{shift}/attendance", {"taken_at": at(datetime.now(UTC)), "missing": [str(seat["id"])]})


async def turn(s: Scene) -> dict[str, object]:
    user = await make_user(s.app_db, s.stage.franchise_id, Role.DISPATCHER)
    day = another_day()
    return {"user_id": str(user.id), "from_at": at(day.starts_at), "to_at": at(day.ends_at)}


@request("POST /api/v1/duty")
async def take_turn(s: Scene) -> Call:
    return Call("/duty", await turn(s))


@request("DELETE /api/v1/duty/{turn_id}")
async def remove_turn(s: Scene) -> Call:
    made = await s.post("/duty", await turn(s), status=201)
    return Call(f"/duty/{made['id']}")


@request("POST /api/v1/shifts/{shift_id}/handover")
async def hand_over_shift(s: Scene) -> Call:
    shift_id = (await s.order())[1]
    user = await make_user(s.app_db, s.stage.franchise_id, Role.DISPATCHER)
    return Call(f"/shifts/{shift_id}/handover", {"user_id": str(user.id)})


@request("POST /api/v1/shifts/{shift_id}/pause")
async def pause_shift(s: Scene) -> Call:
    return Call(f"/shifts/{(await s.order())[1]}/pause")


@request("POST /api/v1/shifts/{shift_id}/resume")
async def resume_shift(s: Scene) -> Call:
    call = await pause_shift(s)
    await s.post(call.path)
    return Call(call.path.replace("pause", "resume"))


@request("POST /api/v1/shifts/{shift_id}/close")
async def close_shift(s: Scene) -> Call:
    shift, seat = await s.running()
    await s.post(f"/seats/{seat['id']}/arrive")
    return Call(f"/shifts/{shift}/close", {})


@request("POST /api/v1/seats/{seat_id}/arrive")
async def arrive(s: Scene) -> Call:
    _, seat = await s.running()
    return Call(f"/seats/{seat['id']}/arrive")


@request("POST /api/v1/seats/{seat_id}/no-show")
async def no_show(s: Scene) -> Call:
    _, seat = await s.running(later=timedelta(minutes=45))
    return Call(f"/seats/{seat['id']}/no-show")


@request("POST /api/v1/seats/{seat_id}/complete")
async def complete(s: Scene) -> Call:
    _, seat = await s.running()
    await s.post(f"/seats/{seat['id']}/arrive")
    return Call(f"/seats/{seat['id']}/complete", {"minutes": 240})


@request("POST /api/v1/seats/{seat_id}/release")
async def release(s: Scene) -> Call:
    _, _, seat = await s.filled()
    return Call(f"/seats/{seat['id']}/release", {"reason": "пропуск", "call_out_pay": True})


@request("POST /api/v1/texts/preview")
async def preview_text(_: Scene) -> Call:
    return Call("/texts/preview", {"template": "reconfirmed", "language": "ru", "body": "Спасибо: {when}"})


@request("POST /api/v1/matching/preview")
async def preview_match(_: Scene) -> Call:
    place = {"lat": 59.9, "lon": 30.3, "zone": "Europe/Moscow", "service": "loading", "headcount": 2}
    return Call("/matching/preview", place | times(another_day()))


@request("POST /api/v1/fines/{fine_id}/appeal")
async def appeal(s: Scene) -> Call:
    return Call(f"/fines/{await s.fine()}/appeal", {"words": "я был на месте"})


@request("POST /api/v1/alarms/{alarm_id}/ack")
async def acknowledge(s: Scene) -> Call:
    async with s.app_db.begin(s.stage.franchise_id, "system:test") as uow:
        await raise_alarm(uow, f"test_{uow.now:%s%f}", "Look.", severity=Severity.INFO)
    alarm = await s.sql.fetchval("SELECT id FROM alarms WHERE kind LIKE 'test%' ORDER BY raised_at DESC LIMIT 1")
    return Call(f"/alarms/{alarm}/ack")


@request("POST /api/v1/inbox/{item_id}/done")
async def finish_item(s: Scene) -> Call:
    async with s.app_db.begin(s.stage.franchise_id, "system:test") as uow:
        item = await add_inbox_item(uow, InboxKind.REPLY, "что это?")
    return Call(f"/inbox/{item}/done")


@request("POST /hooks/sms/{gateway}/inbound")
async def text_comes(s: Scene) -> Call:
    return await s.hook("inbound", {"MessageSid": "SM1", "From": next_phone(), "Body": "да"})


@request("POST /hooks/sms/{gateway}/status")
async def receipt_comes(s: Scene) -> Call:
    return await s.hook("status", {"MessageSid": "SM2", "MessageStatus": "delivered"})


@request("POST /hooks/telephony/{provider}")
async def call_comes(s: Scene) -> Call:
    async with s.app_db.begin(s.stage.franchise_id, "system:test") as uow:
        line = await add_line(uow, AddLine(provider="pbx", number=next_phone()))
    number = await s.sql.fetchval("SELECT number FROM telephone_lines WHERE id = $1", line.line_id)
    return told_of_call(line.secret, line=number, caller=next_phone())
