"""A valid request for every change of the console, on a house where each can be made: what a form would send.

`CHANGES` maps "METHOD /path" to its maker; a route without one fails a test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from httpx import Response

from dispatch.web.doors import CSRF_FIELD, CSRF_HEADER
from tests.factories.access import PASSWORD
from tests.factories.house import OURS, RULE, House, photo
from tests.factories.on_site import made
from tests.factories.series import EVERY_DAY, today
from tests.factories.workers import next_phone

_LIST: Final = {"file": ("more.csv", b"phone;name\n8 931 000-77-09;Gleb\n", "text/csv")}
_NEW: Final = "a new and long password"
_PLACE: Final = {"address": "Nevsky, 1", "lat": "59.93", "lon": "30.33", "attendance_source": "self"}
_KNOWN: Final = {"what": ["vetting"], "author": "Anna", "basis": "the form"}


@dataclass(frozen=True)
class Change:
    """What is sent.

    Attributes:
        form: the fields; without the token of the page, which is added.
        at: what stands in places of the address, where it is not the thing of that name.
        who: whose browser sends it.
        files: what is uploaded with it.
        json: what a script sends instead of a form.
    """

    form: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    who: str = "boss"
    files: Mapping[str, Any] | None = None
    json: Any = None

    async def send(
        self, house: House, route: str, headers: Mapping[str, str] = OURS, token: str | None = None
    ) -> Response:
        """Send it as a form without script does, from our own page unless told otherwise, with its token or another."""
        method, path = route.split()
        address = self.address(house, path)
        client, right = house.people[self.who].client, self.form.get(CSRF_FIELD, house.people[self.who].csrf)
        proof = right if token is None else token
        if self.json is not None:
            return await client.request(method, address, json=self.json, headers={**headers, CSRF_HEADER: proof})
        data = {**self.form, CSRF_FIELD: proof}
        return await client.request(method, address, data=data, files=self.files, headers=headers)

    def address(self, house: House, path: str) -> str:
        """Fill the places of an address."""
        return path.format(**{name: house[self.at.get(name, name)] for name in _places(path)})


def _places(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _sent(**form: object) -> Change:
    return Change(form)


def _order(h: House, **more: object) -> dict[str, object]:
    day = date.today() + timedelta(days=40)  # noqa: DTZ011 - far from either end of any day
    return {
        "key": str(uuid4()),
        "client_id": str(h.scene.stage.client_id),
        "site_id": str(h.scene.stage.site_id),
        "service": "loading",
        "headcount": "2",
        "day": day.isoformat(),
        "starts": "09:00",
        "ends": "17:00",
    } | more


def _series(h: House) -> dict[str, object]:
    return {
        "key": str(uuid4()),
        "client_id": str(h.scene.stage.client_id),
        "site_id": str(h.scene.stage.site_id),
        "service": "loading",
        "headcount": "2",
        "every": EVERY_DAY["every"],
        "n": "9",
        "start": "09:00",
        "end": "17:00",
        "starts_on": str(today() + timedelta(days=1)),
        "act": "start",
    }


def _only(*at: tuple[str, str], **form: object) -> Callable[[House], Change]:
    return lambda _: Change(form, dict(at))


def _own(h: House, **form: object) -> Change:
    return Change({CSRF_FIELD: h["proof"]} | form, {"token": "own"}, who="stranger")


_worker = "worker_id"
_shift = "shift_id"

CHANGES: Final[Mapping[str, Callable[[House], Change]]] = {
    # Signing in, and one's own account.
    "POST /login": lambda h: Change({"login": h["login"], "password": PASSWORD}, who="stranger"),
    "POST /login/code": lambda h: Change({"code": h["factor"].code()}, who="half"),
    "POST /logout": _only(),
    "POST /forgotten": lambda h: Change({"login": h["clerks_login"]}, who="stranger"),
    "POST /new-password/{token}": lambda _: Change(
        {"password": _NEW, "again": _NEW}, {"token": "reset"}, who="stranger"
    ),
    "POST /account/password": _only(present=PASSWORD, password=_NEW, again=_NEW),
    "POST /account/name": _only(name="Anna P."),
    "POST /account/phone/code": lambda h: _sent(phone="+79211234567", code=h["phone_code"]),
    "POST /account/phone": _only(present=PASSWORD, phone="8 921 123-45-67"),
    "POST /account/second-factor/begin": lambda _: Change(who="operator"),
    "POST /account/second-factor/confirm": lambda h: _sent(code=h["authenticator"].code()),
    "POST /account/second-factor/codes": lambda h: Change({"code": h["factor"].code()}, who="secured"),
    "POST /account/second-factor/off": lambda h: Change({"code": h["factor"].code()}, who="secured"),
    "POST /account/sessions/end-others": _only(),
    "POST /account/sessions/{session_id}/end": _only(),
    # Clients and sites.
    "POST /clients": _only(name="Romashka", kind="company"),
    "POST /clients/export": _only(form="csv"),
    "POST /clients/{client_id}/archive": _only(("client_id", "other_client")),
    "POST /clients/{client_id}/restore": _only(("client_id", "archived_client")),
    "POST /clients/{client_id}/change": _only(name="Lily", kind="company", version="1"),
    "POST /clients/{client_id}/notes": _only(body="pays in time"),
    "POST /clients/{client_id}/people": _only(name="Olga", phone="+78125554568"),
    "POST /clients/{client_id}/people/{person_id}/change": _only(name="Anna P.", phone="+78125554567", version="1"),
    "POST /clients/{client_id}/people/{person_id}/remove": _only(),
    "POST /clients/{client_id}/barred": lambda h: _sent(
        worker_id=str(h["worker_id"]), decided_by="client", reason="was rude"
    ),
    "POST /clients/{client_id}/barred/{entry_id}/lift": _only(),
    "POST /clients/{client_id}/sites": _only(**_PLACE),
    "POST /sites/{site_id}/change": _only(**_PLACE, version="1"),
    "POST /sites/{site_id}/archive": _only(),
    "POST /sites/{site_id}/photo": lambda _: Change(files=photo()),
    "POST /sites/{site_id}/photo/remove": _only(("site_id", "ruled_site")),
    "POST /sites/{site_id}/pass": _only(**RULE),
    "POST /sites/{site_id}/pass/drop": _only(("site_id", "ruled_site")),
    # Orders and series.
    "POST /orders/new": lambda h: Change(_order(h)),
    "POST /orders/new/clients": lambda h: Change(_order(h, client_q="ware")),
    "POST /orders/new/sites": lambda h: Change(_order(h)),
    "POST /orders/new/conditions": lambda h: Change(_order(h)),
    "POST /orders/new/day": lambda h: Change(_order(h)),
    "POST /orders/new/estimate": lambda h: Change(_order(h)),
    "POST /messages/export": _only(form="csv"),
    "POST /orders/export": _only(form="csv"),
    "POST /orders/{order_id}/change": lambda h: Change(h["change"]),
    "POST /orders/{order_id}/change/preview": lambda h: Change(h["change"]),
    "POST /orders/{order_id}/cancel": _only(reason="no lorry"),
    "POST /orders/{order_id}/cancel/preview": _only(),
    "POST /orders/{order_id}/pass": _only(**RULE),
    "POST /orders/{order_id}/pass/drop": _only(("order_id", "ruled_order")),
    "POST /series/new": lambda h: Change(_series(h)),
    "POST /series/new/foreseen": lambda h: Change(_series(h)),
    "POST /series/from-order": lambda h: Change(_order(h)),
    "POST /series/{series_id}/change": lambda h: Change(h["series_change"]),
    "POST /series/{series_id}/change/preview": lambda h: Change(h["series_change"]),
    "POST /series/{series_id}/days/{day}": lambda h: Change(h["day_out"]),
    "POST /series/{series_id}/days/{day}/preview": lambda h: Change(h["day_out"]),
    "POST /series/{series_id}/days/{day}/lift": _only(("day", "other_day")),
    "POST /series/{series_id}/from": lambda h: Change(h["series_from"]),
    "POST /series/{series_id}/from/preview": lambda h: Change(h["series_from"]),
    "POST /series/{series_id}/end": lambda h: Change(h["series_end"]),
    "POST /series/{series_id}/end/preview": lambda h: Change(h["series_end"]),
    "POST /series/{series_id}/pause": _only(),
    "POST /series/{series_id}/resume": _only(("series_id", "resting_series")),
    # A shift and its people.
    "POST /shifts/{shift_id}/pause": _only(),
    "POST /shifts/{shift_id}/resume": _only((_shift, "paused_shift")),
    "POST /shifts/{shift_id}/urgent": _only(reason="snow"),
    "POST /shifts/{shift_id}/urgent/off": _only((_shift, "paused_shift")),
    "POST /shifts/{shift_id}/wave": _only((_shift, "asked_shift"), count="2"),
    "POST /shifts/{shift_id}/invite": lambda h: Change(
        {"worker_id": str(h["barred_worker"]), "reason": "they want him"}, {_shift: "asked_shift"}
    ),
    "POST /shifts/{shift_id}/handover": lambda h: _sent(user_id=str(h["user_id"])),
    "POST /shifts/{shift_id}/calls": lambda h: _sent(worker_id=str(h["seated"]), result="yes"),
    "POST /shifts/{shift_id}/calls/{worker_id}/claim": _only((_shift, "running"), (_worker, "running_worker")),
    "POST /shifts/{shift_id}/calls/{worker_id}/release": _only((_shift, "ringing"), (_worker, "rung")),
    "POST /shifts/{shift_id}/phones/{worker_id}": _only((_worker, "seated")),
    "POST /shifts/{shift_id}/talk/{worker_id}": _only((_worker, "seated"), text="The gate is on the left"),
    "POST /shifts/{shift_id}/leads": lambda h: Change({"worker_id": str(h["running_worker"])}, {_shift: "running"}),
    "POST /shifts/{shift_id}/leads/{worker_id}/revoke": _only((_shift, "running"), (_worker, "running_worker")),
    "POST /shifts/{shift_id}/pass-list/file": _only(form="csv"),
    "POST /shifts/{shift_id}/pass-list/sent": lambda h: _sent(digest=h["digest"], recipient="post 2"),
    "POST /shifts/{shift_id}/pass-list/people/{worker_id}": _only((_worker, "seated"), birth_year="1990"),
    "POST /shifts/{shift_id}/seats/{seat_id}/arrive": _only((_shift, "running"), ("seat_id", "running_seat")),
    "POST /shifts/{shift_id}/seats/{seat_id}/no-show": _only((_shift, "running"), ("seat_id", "running_seat")),
    "POST /shifts/{shift_id}/seats/{seat_id}/release": _only(reason="no pass"),
    "POST /shifts/{shift_id}/seats/{seat_id}/swap": lambda h: _sent(worker_id=str(h["photographed"]), agreed="true"),
    "POST /shifts/{shift_id}/close": _only((_shift, "ending")),
    "POST /site/{shift_id}/marks": lambda h: Change(
        at={_shift: "running"}, json={"marks": [made("arrived", h["running_seat"])]}
    ),
    "POST /site/{shift_id}/seats/{seat_id}/phone": _only((_shift, "running"), ("seat_id", "running_seat")),
    "POST /lead/{token}/marks": lambda h: Change(
        at={"token": "lead"}, who="stranger", json={"marks": [made("arrived", h["running_seat"])]}
    ),
    # What comes in.
    "POST /alarms/{alarm_id}/ack": _only(),
    "POST /inbox/{item_id}/answer": _only(text="Sennaya, 1"),
    "POST /inbox/{item_id}/done": _only(),
    "POST /inbox/{item_id}/word": lambda h: _sent(shift_id=str(h["asked_shift"]), result="yes"),
    "POST /duty": lambda h: _sent(user_id=str(h["user_id"]), begins="2030-01-01T09:00", ends="2030-01-01T21:00"),
    "POST /duty/{turn_id}/remove": _only(),
    "POST /find": _only(q="Petrov"),
    "POST /rehearsal": _only(),
    "POST /rehearsal/{worker_id}": _only((_worker, "seated"), words="1"),
    # Workers.
    "POST /people/new": lambda _: _sent(phone=next_phone(), first_name="Peter"),
    "POST /people/export": _only(form="csv"),
    "POST /people/filters": _only(name="Best"),
    "POST /people/filters/{filter_id}/remove": _only(),
    "POST /people/import": lambda _: Change(files=_LIST),
    "POST /people/import/look": lambda _: Change(files=_LIST),
    "POST /people/imports/{import_id}/attest": _only(**_KNOWN),
    "POST /people/imports/{import_id}/resume": _only(("import_id", "broken_import")),
    "POST /people/{worker_id}/absences": lambda _: _sent(first_day=str(today()), reason="holiday"),
    "POST /people/{worker_id}/absences/{absence_id}/remove": _only(),
    "POST /people/{worker_id}/availability": _only(weekdays=["mon", "tue"]),
    "POST /people/{worker_id}/days/{day}": _only(),
    "POST /people/{worker_id}/activate": _only((_worker, "paused_worker")),
    "POST /people/{worker_id}/pause": _only(),
    "POST /people/{worker_id}/archive": _only(),
    "POST /people/{worker_id}/restore": _only((_worker, "archived_worker")),
    "POST /people/{worker_id}/attest": _only((_worker, "applicant"), what="vetting", basis="we spoke"),
    "POST /people/{worker_id}/change": _only(first_name="Ivan", note="strong", version="1"),
    "POST /people/{worker_id}/do-not-return": lambda h: _sent(
        client_id=str(h["client_id"]), decided_by="worker", reason="far"
    ),
    "POST /people/{worker_id}/do-not-return/{entry_id}/lift": _only((_worker, "barred_worker")),
    "POST /people/{worker_id}/documents": _only(kind="passport", number="4000 2"),
    "POST /people/{worker_id}/documents/{document_id}/remove": _only(),
    "POST /people/{worker_id}/interview": _only((_worker, "recruit"), interview_experience="furniture"),
    "POST /people/{worker_id}/consent/export": _only(form="csv"),
    "POST /people/{worker_id}/link": _only(),
    "POST /people/{worker_id}/link/revoke": _only((_worker, "asked")),
    "POST /people/{worker_id}/number/code": _only((_worker, "doubted_worker")),
    "POST /people/{worker_id}/phone": _only(),
    "POST /people/{worker_id}/photo": lambda _: Change(files=photo()),
    "POST /people/{worker_id}/photo/remove": _only((_worker, "photographed")),
    "POST /people/{worker_id}/recruit": _only((_worker, "applicant")),
    "POST /people/{worker_id}/recruit/next": _only((_worker, "recruit"), next_what="ring him"),
    "POST /people/{worker_id}/recruit/{stage}": _only((_worker, "recruit")),
    "POST /w/{token}/answer": lambda h: _own(h, question_id=str(h["question_id"]), yes="true"),
    "POST /w/{token}/day": lambda h: _own(h, mark=f"{today() + timedelta(days=3)} busy"),
    "POST /w/{token}/language": lambda h: _own(h, language="en"),
    "POST /w/{token}/stop": _own,
    # Settings.
    "POST /prices": _only(bill_loading="450.50", pay_loading="200"),
    "POST /settings/audit/export": _only(form="csv"),
    "POST /settings/gateways": _only(gateway="simulator", sid="AC9", secret="x", number="+78120000077", rate_per_s="3"),
    "POST /settings/gateways/{account_id}/change": _only(number="+78120000099", rate_per_s="3", version="1"),
    "POST /settings/gateways/{account_id}/disable": _only(),
    "POST /settings/gateways/{account_id}/enable": _only(("account_id", "stopped_account")),
    "POST /settings/gateways/{account_id}/limits": _only(
        segment_price_minor="3", seat_reserve_percent="20", prefixes="+7", version="1"
    ),
    "POST /settings/gateways/{account_id}/test": _only(phone="8 921 555-77-01"),
    "POST /settings/health/jobs/{job_id}/drop": lambda _: Change(who="operator"),
    "POST /settings/health/jobs/{job_id}/retry": lambda _: Change(who="operator"),
    "POST /settings/policies/{section}": lambda h: Change(h["rule"]),
    "POST /settings/policies/presets/{preset}": lambda h: Change({"reason": "their way"} | h["versions"]),
    "POST /settings/texts/latin": _only(in_latin="yes"),
    "POST /settings/texts/{template}/{language}": _only(body="Хорошо, спасибо", version="0"),
    "POST /settings/texts/{template}/{language}/house": _only(("template", "other_template"), version="0"),
    "POST /settings/tokens": _only(name="Till", role="dispatcher"),
    "POST /settings/tokens/{token_id}/revoke": _only(),
    "POST /settings/users": _only(login="newcomer", name="New", role="dispatcher", first="password", password=_NEW),
    "POST /settings/users/export": _only(form="csv"),
    "POST /settings/users/{user_id}/change": _only(
        name="Other Name", phone="", role="accountant", version="1", reason="moved"
    ),
    "POST /settings/users/{user_id}/password": _only(password=_NEW),
    "POST /settings/users/{user_id}/link": _only(),
    "POST /settings/users/{user_id}/disable": _only(),
    "POST /settings/users/{user_id}/enable": _only(("user_id", "closed_user")),
    "POST /settings/users/{user_id}/end-sessions": _only(),
    "POST /settings/users/{user_id}/second-factor": _only(("user_id", "secured_user"), reason="lost his phone"),
}
