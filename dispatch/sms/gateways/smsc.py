"""SMSC.ru by its HTTP API, as its public documentation describes it.

An account is a login: `sid` the login and `secret` its password for the API, or `sid` the word `apikey` and `secret`
such a key; `number` the sender's name or number. A text goes under our own id, which receipts and lists bring back.

Its callbacks are signed by MD5 and SHA-1 over three fields and a secret word. These signatures leave out the time, the
error and the id of an inbound text, and say nothing of the account; so the address must carry our key as well, as for
gateways that sign nothing (`keyed_address.py`).
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import httpx

from dispatch.sms.gateways.base import (
    Account,
    Balance,
    Hook,
    HookAddresses,
    HookKind,
    InboundText,
    Listed,
    ListingIncomplete,
    Outcome,
    Owner,
    Parcel,
    Receipt,
    Refused,
    Sent,
    Unclear,
)
from dispatch.sms.gateways.exchange import (
    FORM,
    SUCCESSES,
    Line,
    answer_of,
    identity,
    in_full,
    inbound,
    maybe,
    one,
    outcome_of_status,
    word,
)
from dispatch.sms.gateways.keyed_address import address_for, is_ours, owner_of
from dispatch.sms.rules import MessageStatus

STATUS_OF: Final[Mapping[str, MessageStatus]] = MappingProxyType(
    {
        "-2": MessageStatus.SENT,  # kept back: part of a mailing that was stopped
        "-1": MessageStatus.SENT,  # waits at the gateway
        "0": MessageStatus.SENT,  # handed to the operator
        "1": MessageStatus.DELIVERED,
        "2": MessageStatus.DELIVERED,  # read
        "4": MessageStatus.DELIVERED,  # a link in it was opened
        "3": MessageStatus.FAILED,  # could not be delivered while it was valid
        "20": MessageStatus.FAILED,  # cannot be delivered
        "22": MessageStatus.FAILED,  # wrong number
        "23": MessageStatus.FAILED,  # forbidden
        "24": MessageStatus.FAILED,  # not enough money
        "25": MessageStatus.FAILED,  # a number no operator of theirs serves
    }
)
"""Its message states; -3, an id it does not know, says nothing we keep."""

REFUSALS: Final[Mapping[int, Refused]] = MappingProxyType(
    {
        1: Refused("smsc_1", permanent=True),  # wrong parameters: ours, and the next time the same
        2: Refused("smsc_2", permanent=False),  # wrong login or secret, or not from this address
        3: Refused("smsc_3", permanent=False, retry_after_s=60.0),  # no money
        4: Refused("smsc_4", permanent=False, retry_after_s=60.0),  # our address is blocked for a while
        5: Refused("smsc_5", permanent=True),  # wrong date
        6: Refused("smsc_6", permanent=True),  # the text or the sender's name is forbidden
        7: Refused("smsc_7", permanent=True, dead_number=True),  # not a phone number
        8: Refused("smsc_8", permanent=True),  # cannot be delivered to this number
        # The same request twice in a minute, or too many at once. This one was not taken; that an earlier one was, we
        # would know: a text whose end is unclear is not handed over again before it was looked for.
        9: Refused("smsc_9", permanent=False, retry_after_s=15.0),
    }
)
"""Answers to a text that was not taken: `error_code` -> what it means for us."""

DEAD_NUMBER: Final = frozenset({"22", "smsc_err_1", "smsc_err_249"})
"""Wrong number; no such subscriber; not a phone number."""

_KEY_INSTEAD: Final = "apikey"
_NOTHING_FOUND: Final = 3
_AT_ONCE: Final = 10
"""It refuses requests of a login from the fifteenth at once on; some room is left for lists."""
_PAGE: Final = 1000
_MOST_PAGES: Final = 50
_LONGEST_LOOK_BACK_H: Final = 168
_MOSCOW: Final = timezone(timedelta(hours=3))
"""Its days and the times without a stamp; Moscow has no summer time."""
_CLOCKS_APART: Final = timedelta(minutes=2)


class SmscGateway:
    """Sends, lists and takes callbacks; see `base.Gateway` for the contract.

    Args:
        base_url: of the site, without a trailing slash.
        hooks_url: our own webhooks as the gateway reaches them, without `/inbound` and `/status`.
        timeout_s: for an answer; a text without one is unclear.
        in_flight: the most requests at once, of which it allows few.
    """

    lists: Final = True
    dead_number_codes: Final = DEAD_NUMBER
    opted_out_codes: Final[frozenset[str]] = frozenset()
    reply: Final = (b"OK", "text/plain")

    def __init__(self, base_url: str, hooks_url: str, *, timeout_s: float, in_flight: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._send_url = httpx.URL(f"{self._base_url}/sys/send.php")
        self._hooks_url = hooks_url
        self._line = Line(timeout_s=timeout_s, in_flight=min(in_flight, _AT_ONCE))

    async def send(self, account: Account, parcel: Parcel) -> Outcome:
        """Post one text, once, under our own id; its answer is a JSON object, refusals included."""
        fields = {
            **_login(account),
            "phones": parcel.to,
            "mes": parcel.body,
            "sender": account.number.lstrip("+"),
            "id": str(parcel.reference),
        }
        answer = await self._line.hand_over(self._send_url, urlencode(fields).encode(), FORM)
        return _outcome(answer, parcel) if isinstance(answer, httpx.Response) else answer

    async def list_sent(self, account: Account, since: datetime) -> list[Listed]:
        """Return what the login sent since then under ids of ours, whoever was the sender."""
        earliest = since - _CLOCKS_APART
        query = {"get_messages": "1", "start": f"{earliest.astimezone(_MOSCOW):%d.%m.%Y}", "cnt": str(_PAGE)}
        found: dict[str, Listed] = {}
        last = ""
        for _ in range(_MOST_PAGES):
            page = await self._items(account, query | ({"prev_id": last} if last else {}))
            found |= {
                _text(item, "int_id"): _listed(item) for item in page if identity(str(item.get("id"))) is not None
            }
            if len(page) < _PAGE:
                return [item for item in found.values() if item.created_at >= earliest]
            if _text(page[-1], "int_id") == last:
                break
            last = _text(page[-1], "int_id")
        raise ListingIncomplete("too many pages")

    async def poll_inbound(self, account: Account, since: datetime) -> list[InboundText]:
        """Return what came to the account's number since then, oldest first; the gateway knows whole hours only."""
        hours = min(int((datetime.now(UTC) - since).total_seconds() // 3600) + 1, _LONGEST_LOOK_BACK_H)
        number = account.number.lstrip("+")
        query = {"get_answers": "1", "hour": str(hours)} | ({"to_phone": number} if number.isdigit() else {})
        items = sorted(await self._items(account, query), key=lambda item: _number(item, "id"))
        return [
            InboundText(_text(item, "id"), in_full(_text(item, "phone")), _text(item, "message", empty=True))
            for item in items
        ]

    async def balance(self, account: Account) -> Balance | None:
        """Return what is left on the login."""
        try:
            answer = await self._ask("balance.php", account, {"cur": "1"})
            return Balance(int(Decimal(str(answer["balance"])) * 100), str(answer.get("currency") or "RUB"))
        except (ListingIncomplete, InvalidOperation, KeyError, TypeError, AttributeError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    def hook_addresses(self, account: Account) -> HookAddresses:
        """Return the two addresses for the login's settings, and the word its callbacks shall be signed with."""
        inbound_at, status_at = (
            address_for(f"{self._hooks_url}/{kind}", account.id, account.secret) for kind in HookKind
        )
        return HookAddresses(inbound_at, status_at, callback_word(account.secret))

    def account_of(self, hook: Hook) -> Owner:
        """Return the account the address names."""
        return owner_of(hook)

    def verify(self, account_id: UUID, secret: str, hook: Hook) -> bool:
        """Check the address's key, and the signature: by our word, or by the secret where the login has no word set."""
        names = ("phone", "mes", "to") if hook.kind is HookKind.INBOUND else ("id", "phone", "status")
        values = [hook.form.get(name, ("",)) for name in names]
        once = all(len(value) == 1 for value in values)
        signed = ":".join(value[0] for value in values)
        words = (callback_word(secret), secret)
        fits = [_is_signed(f"{signed}:{said}", hook) for said in words]
        return is_ours(account_id, secret, hook) and once and any(fits)

    def parse_status(self, hook: Hook) -> Receipt:
        """Read `id`, `status` and `err`."""
        said, code = word(hook.form, "status"), maybe(hook.form, "err")
        gateway_id = word(hook.form, "id")
        return Receipt(gateway_id, identity(gateway_id), STATUS_OF.get(said), said, _code(said, code))

    def parse_inbound(self, hook: Hook) -> InboundText:
        """Read `id`, `phone` and `mes`."""
        gateway_id = word(hook.form, "id")
        return inbound(gateway_id, in_full(one(hook.form, "phone")), maybe(hook.form, "mes") or "")

    async def _items(self, account: Account, query: Mapping[str, str]) -> list[dict[str, Any]]:
        answer = await self._ask("get.php", account, query)
        if isinstance(answer, dict) and _number(answer, "error_code") == _NOTHING_FOUND:
            return []
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            code = answer.get("error_code") if isinstance(answer, dict) else "no list"
            raise ListingIncomplete(f"the list was refused: {code}")
        return answer

    async def _ask(self, what: str, account: Account, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        content = urlencode({**_login(account), **query}).encode()
        return await self._line.read(f"{self._base_url}/sys/{what}", content)


def callback_word(secret: str) -> str:
    """Return the word that an account's callbacks are signed with: made from its secret, which then stays with us."""
    return hmac.new(secret.encode(), b"smsc callbacks", hashlib.sha256).hexdigest()[:32]


def _login(account: Account) -> dict[str, str]:
    if account.sid == _KEY_INSTEAD:
        return {"apikey": account.secret, "charset": "utf-8", "fmt": "3"}
    return {"login": account.sid, "psw": account.secret, "charset": "utf-8", "fmt": "3"}


def _is_signed(signed: str, hook: Hook) -> bool:
    """Tell whether the callback carries a hash of exactly this; where it carries both, both must fit."""
    content = signed.encode("utf-8", "surrogateescape")
    hashes = {"sha1": hashlib.sha1(content), "md5": hashlib.md5(content)}  # noqa: S324 - theirs, not our choice
    given = {name: hook.form[name] for name in hashes if name in hook.form}
    fits = [
        hmac.compare_digest(hashes[name].hexdigest().encode(), "".join(values).encode("utf-8", "surrogateescape"))
        for name, values in given.items()
    ]
    return bool(fits) and all(fits)


def _outcome(response: httpx.Response, parcel: Parcel) -> Outcome:
    if response.status_code not in SUCCESSES:
        return outcome_of_status(response)
    answer = answer_of(response)
    code = _number(answer, "error_code")
    if code:
        return REFUSALS.get(code, Refused(f"smsc_{code}", permanent=False))
    return Sent(str(answer["id"])) if str(answer.get("id")) == str(parcel.reference) else Unclear("answer_without_id")


def _code(status: str, err: str | None) -> str | None:
    """Return the error of a text in our words; without one a failure is known by its state."""
    if err and err != "0":
        return f"smsc_err_{err}"
    return status if STATUS_OF.get(status) is MessageStatus.FAILED else None


def _listed(item: Mapping[str, Any]) -> Listed:
    status = STATUS_OF.get(_text(item, "status"))
    if status is None:
        raise ListingIncomplete("an item of the list is in a state nobody knows")
    gateway_id = _text(item, "id")
    return Listed(
        gateway_id=gateway_id,
        to=in_full(_text(item, "phone")),
        body=_text(item, "message", empty=True),
        status=status,
        code=_code(_text(item, "status"), str(item.get("err") or "")),
        created_at=_sent_at(item),
        reference=identity(gateway_id),
    )


def _sent_at(item: Mapping[str, Any]) -> datetime:
    stamp = _number(item, "send_timestamp")
    if stamp:
        return datetime.fromtimestamp(stamp, UTC)
    try:
        return datetime.strptime(_text(item, "send_date"), "%d.%m.%Y %H:%M:%S").replace(tzinfo=_MOSCOW)
    except ValueError as error:
        raise ListingIncomplete("an item of the list has no time") from error


def _text(item: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    value = item.get(name)
    if value is None or (value == "" and not empty):
        raise ListingIncomplete(f"an item of the list has no {name}")
    return str(value)


def _number(item: Mapping[str, Any], name: str) -> int:
    value = str(item.get(name, ""))
    return int(value) if value.isascii() and value.isdigit() else 0
