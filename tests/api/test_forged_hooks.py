"""Webhooks that are not genuine leave nothing behind, whatever the gateway; a genuine one leaves one row however often.

A hundred forged calls to each gateway; with `--full` ten thousand.
"""

import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from dispatch.kit.ids import new_id
from dispatch.settings import Settings
from dispatch.sms.gateways.base import Account
from dispatch.sms.gateways.keyed_address import address_for
from dispatch.sms.gateways.signature import SIGNATURE_HEADER, sign
from dispatch.sms.gateways.smsc import callback_word
from tests.factories.sms import TestAccount, make_account

MAN: Final = "+79210000001"
PHONE: Final = MAN.removeprefix("+")
KINDS: Final = ("inbound", "status")


@dataclass(frozen=True)
class Call:
    """One webhook: what is in its address behind the path, in its body, and under it."""

    kind: str
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def asking(self, **more: str) -> "Call":
        return replace(self, query=self.query | more)

    def saying(self, **more: str) -> "Call":
        return replace(self, form=self.form | more)


Make = Callable[[str, str, Account, str], Call]
"""(base of our addresses, kind, account, secret) -> a call that is genuine for just these."""


def twilio(base: str, kind: str, account: Account, secret: str, said: Mapping[str, str] | None = None) -> Call:
    """A post signed over its address and all its fields."""
    ours, theirs = ("To", "From") if kind == "inbound" else ("From", "To")
    what = {"Body": "Да, приду"} if kind == "inbound" else {"MessageStatus": "delivered", "ErrorCode": ""}
    form = {"AccountSid": account.sid, ours: account.number, theirs: MAN, "MessageSid": f"SM{new_id().hex}", **what}
    query = {} if kind == "inbound" else {"ref": str(new_id())}
    call = Call(kind, query, form | dict(said or {}))
    url = f"{base}/{kind}" + (f"?{urlencode(query)}" if query else "")
    return replace(call, headers={SIGNATURE_HEADER: sign(secret, url, {k: [v] for k, v in call.form.items()})})


def keyed(base: str, kind: str, account: Account, secret: str, reference: UUID | None = None) -> dict[str, str]:
    """The fields of an address with its key."""
    query = address_for(f"{base}/{kind}", account.id, secret, reference).partition("?")[2]
    return dict(part.split("=") for part in query.split("&"))


def kannel(base: str, kind: str, account: Account, secret: str) -> Call:
    """A call at the address we gave out."""
    if kind == "status":
        return Call(kind, keyed(base, kind, account, secret, new_id()) | {"status": "1", "answer": ""})
    told = {"from": MAN, "to": account.number, "text": "Да, приду", "charset": "UTF-8", "id": str(new_id()), "time": ""}
    return Call(kind, keyed(base, kind, account, secret) | told)


def smsc(base: str, kind: str, account: Account, secret: str, word: str | None = None) -> Call:
    """A post to the address we gave out, signed over three of its fields."""
    gateway_id = str(new_id())
    if kind == "status":
        form = {"id": gateway_id, "phone": PHONE, "status": "1", "time": "22.11.2026 10:00:00", "err": "0", "cnt": "1"}
        signed = (gateway_id, PHONE, "1")
    else:
        form = {"id": gateway_id, "phone": PHONE, "mes": "Да, приду", "to": account.number, "sms_id": "", "time": ""}
        signed = (PHONE, form["mes"], account.number)
    text = ":".join((*signed, word or callback_word(secret))).encode()
    hashes = {"sha1": hashlib.sha1(text).hexdigest(), "md5": hashlib.md5(text).hexdigest()}
    return Call(kind, keyed(base, kind, account, secret), form | hashes)


MAKE: Final[Mapping[str, Make]] = {"twilio": twilio, "simulator": twilio, "kannel": kannel, "smsc": smsc}
PROOFS: Final[Mapping[str, tuple[str, ...]]] = {
    "twilio": (SIGNATURE_HEADER,),
    "simulator": (SIGNATURE_HEADER,),
    "kannel": ("key",),
    "smsc": ("key", "sha1", "md5"),
}
COVERED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "twilio": {"inbound": ("Body", "From", "MessageSid"), "status": ("MessageStatus", "MessageSid", "To", "ref")},
    "simulator": {"inbound": ("Body", "From", "MessageSid"), "status": ("MessageStatus", "MessageSid", "To", "ref")},
    "kannel": {"inbound": ("account", "ref"), "status": ("account", "ref")},
    "smsc": {
        "inbound": ("account", "ref", "phone", "mes", "to"),
        "status": ("account", "ref", "id", "phone", "status"),
    },
}
"""What nobody can change, by gateway and kind."""
OTHER_BASES: Final = (
    "https://{host}",
    "http://{host}.",
    "http://elsewhere.example",
    "http://{host}//",
    "http://{host}/x",
)


@dataclass
class Forger:
    """Makes calls that are wrong in one of the seven ways."""

    gateway: str
    base: str
    ours: Account
    old_secret: str
    other: Account
    draw: random.Random

    def forged(self) -> tuple[str, Call]:
        """Return the way and the call."""
        way = self.draw.choice(("none", "short", "rotated", "other tenant", "changed", "added", "other address"))
        kind = self.draw.choice(KINDS)
        made = getattr(self, way.replace(" ", "_"))(kind)
        return way, made

    def genuine(self, kind: str) -> Call:
        return MAKE[self.gateway](self.base, kind, self.ours, self.ours.secret)

    def none(self, kind: str) -> Call:
        call, gone = self.genuine(kind), PROOFS[self.gateway]
        if self.gateway == "smsc":
            gone = self.draw.choice((gone, gone[1:], gone[:1]))
        parts = ({n: v for n, v in part.items() if n not in gone} for part in (call.query, call.form, call.headers))
        return Call(kind, *parts)

    def short(self, kind: str) -> Call:
        call, proof = self.genuine(kind), self.draw.choice(PROOFS[self.gateway])

        def cut(part: dict[str, str]) -> dict[str, str]:
            length = self.draw.choice((0, 1, 8, 20, -1))
            return {name: value[:length] if name == proof else value for name, value in part.items()}

        return Call(kind, cut(call.query), cut(call.form), cut(call.headers))

    def rotated(self, kind: str) -> Call:
        return MAKE[self.gateway](self.base, kind, self.ours, self.old_secret)

    def other_tenant(self, kind: str) -> Call:
        """His proof under our name: his secret, and where addresses have keys his address with our account in it."""
        if self.draw.random() < 0.5 and self.gateway in {"kannel", "smsc"}:
            return MAKE[self.gateway](self.base, kind, self.other, self.other.secret).asking(account=str(self.ours.id))
        return MAKE[self.gateway](self.base, kind, self.ours, self.other.secret)

    def changed(self, kind: str) -> Call:
        call, name = self.genuine(kind), self.draw.choice(COVERED[self.gateway][kind])
        in_address = name in {"account", "ref"}
        was = (call.query if in_address else call.form).get(name, "")
        values = {"account": str(self.other.id), "ref": str(new_id()), "MessageStatus": "failed", "status": "20"}
        other = values.get(name, self.draw.choice((was + "0", was + " ", f" {was}", was[1:] + was[:1] + "1")))
        if name == "account" and self.draw.random() < 0.5:
            other = was.upper()
        return call.asking(**{name: other}) if in_address else call.saying(**{name: other})

    def added(self, kind: str) -> Call:
        call = self.genuine(kind)
        more = {self.draw.choice(("x", "Body2", "force", "text2", "ref2")): self.draw.choice(("", "1"))}
        if self.gateway in {"twilio", "simulator"} and self.draw.random() < 0.5:
            return call.saying(**more)
        return call.asking(**more)

    def other_address(self, kind: str) -> Call:
        host = self.base.partition("//")[2].partition("/")[0]
        path = f"/hooks/sms/{self.gateway}"
        bases = [base.format(host=host) + path for base in OTHER_BASES]
        bases += [self.base.replace(self.gateway, "console"), self.base + "/" + kind, self.base.upper()]
        other = "status" if kind == "inbound" else "inbound"
        base, signed_kind = self.draw.choice([*((base, kind) for base in bases), (self.base, other)])
        if signed_kind == kind:
            return MAKE[self.gateway](base, kind, self.ours, self.ours.secret)
        call, elsewhere = self.genuine(kind), MAKE[self.gateway](base, other, self.ours, self.ours.secret)
        if self.gateway in {"twilio", "simulator"}:
            return replace(call, headers=elsewhere.headers)
        return call.asking(key=elsewhere.query["key"])


def nobody(_lanes: frozenset[str]) -> None:
    """Wake no worker."""


@pytest_asyncio.fixture(loop_scope="session")
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of an app whose hints to workers, which come a moment later, reach nobody."""
    app.state.wake_up = nobody
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def bring(http: AsyncClient, gateway: str, call: Call) -> Response:
    url = f"/hooks/sms/{gateway}/{call.kind}" + (f"?{urlencode(call.query)}" if call.query else "")
    if gateway == "kannel":
        return await http.get(url)
    headers = {"Content-Type": "application/x-www-form-urlencoded", **call.headers}
    return await http.post(url, content=urlencode(call.form).encode(), headers=headers)


async def rows(owner: asyncpg.Connection) -> int:
    return int(await owner.fetchval("SELECT (SELECT count(*) FROM inbound_messages) + (SELECT count(*) FROM receipts)"))


async def forger(settings: Settings, owner: asyncpg.Connection, gateway: str, seed: int) -> Forger:
    """An account whose secret was changed, and a stranger's."""
    ours: TestAccount = await make_account(settings, owner, gateway=gateway)
    other = await make_account(settings, owner, gateway=gateway)
    fresh = replace(ours.account, secret=f"fresh {new_id()}")
    await owner.execute("UPDATE sms_accounts SET secret = $2 WHERE id = $1", ours.id, fresh.secret)
    base = f"{settings.http.public_url.rstrip('/')}/hooks/sms/{gateway}"
    return Forger(gateway, base, fresh, ours.account.secret, other.account, random.Random(seed))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("gateway", sorted(MAKE))
async def test_forged_calls_store_nothing(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection, gateway: str, *, full: bool
) -> None:
    made = await forger(settings, owner, gateway, 20261122)
    before, seen = await rows(owner), Counter[str]()
    for _ in range(10_000 if full else 100):
        way, call = made.forged()
        answer = await bring(http, gateway, call)
        assert answer.status_code == 403, (way, call, answer.text)
        seen[way] += 1
    assert len(seen) == 7, "every way was tried"
    assert await rows(owner) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gateway", sorted(MAKE))
async def test_a_genuine_call_is_stored_once_however_often_it_comes(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection, gateway: str, kind: str
) -> None:
    made = await forger(settings, owner, gateway, 1)
    before, call = await rows(owner), made.genuine(kind)
    assert {(await bring(http, gateway, call)).status_code for _ in range(3)} == {200}
    assert await rows(owner) == before + 1


@pytest.mark.parametrize("kind", KINDS)
async def test_smsc_may_sign_with_the_secret_where_no_word_is_set(
    http: AsyncClient, settings: Settings, owner: asyncpg.Connection, kind: str
) -> None:
    made = await forger(settings, owner, "smsc", 1)
    call = smsc(made.base, kind, made.ours, made.ours.secret, word=made.ours.secret)
    assert (await bring(http, "smsc", call)).status_code == 200
