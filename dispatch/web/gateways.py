"""The gateway accounts of a franchise: how they do, number and rate, and a text to try one out."""

import math
import re
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from pydantic import SecretStr

from dispatch.access.roles import Permission
from dispatch.access.throttle import Limit, count_attempt
from dispatch.api.deps import CallerDep, ResourcesDep, UowDep, allow
from dispatch.kit.errors import TooMany
from dispatch.kit.phones import PhoneInvalid, mask_phone, parse_phone
from dispatch.kit.uow import Uow
from dispatch.sms.account_state import (
    MOST_COUNTED,
    Fate,
    account_states,
    contract_of,
    fate_of,
    may_send,
    try_account,
)
from dispatch.sms.accounts import (
    BETWEEN_FIGURES,
    AddAccount,
    ChangeAccount,
    LimitAccount,
    account_of,
    accounts_of,
    add_account,
    change_account,
    limit_account,
    set_enabled,
)
from dispatch.sms.delivery import delivery_of
from dispatch.sms.errors import GatewayUnknown
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.plain import plain
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, figure, fit, text_in, version_in, whole
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

GATEWAYS: Final = "/settings/gateways"
_PAGE: Final = "gateways.html"
_SEES: Final = [allow(Permission.FRANCHISE_WRITE)]
_CHANGES: Final = [allow(Permission.FRANCHISE_WRITE), Depends(own_page)]
_RATE: Final = "10"
_SAID: Final = {"secret": "Fill this in."}
_SAID_OF_LIMITS: Final = {"segment_price_minor": "A cap needs the price of a segment."}
_AMOUNTS: Final = ("segment_price_minor", "hourly_cap_minor", "daily_cap_minor")
_BETWEEN_PREFIXES: Final = re.compile(r"[\s,;]+")
_LONGEST_NAME: Final = 40
_LISTED: Final = 20
_SLOW: Final = timedelta(seconds=15)


class TrialTextsLocked(TooMany):
    """Too many texts were sent to try gateways out; it opens by itself."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many test messages. Wait a few minutes, then try again.", retry_after=retry_after)


TRIALS: Final = Limit("trial text\0", 10, 60, 900, TrialTextsLocked)
"""Per account of a person: each is a text to whatever phone he types."""


@router.get(GATEWAYS, dependencies=_SEES)
async def show_gateways(request: Request, page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Show the accounts and whether anything leaves; to a script the accounts alone."""
    sms = resources.settings.sms
    context: dict[str, Any] = {
        "accounts": await accounts_of(uow),
        "states": await account_states(uow),
        "most": MOST_COUNTED,
        "released": await may_send(uow),
        "mode": str(sms.mode),
        "listed": [mask_phone(phone) for phone in sms.allow_list[:_LISTED]],
        "listed_count": len(sms.allow_list),
        "zone": ZoneInfo((franchise := await franchise_of(uow)).zone),
        "currency": franchise.currency,
    }
    if request.headers.get("hx-request"):
        return page.part(_PAGE, "accounts", **context)
    return show_settings(page, _PAGE, **context)


@router.get(f"{GATEWAYS}/new", dependencies=_SEES)
async def ask_new(page: PageDep, resources: ResourcesDep) -> Response:
    """Show the form of a new account; adapters that reach people come first."""
    return page.part(_PAGE, "new_form", gateways=list(open_gateways(resources.settings)))


@router.post(GATEWAYS, dependencies=_CHANGES)
async def add(request: Request, page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Give the franchise an account, and open the form of a text that tries it out; the secret is never shown again.

    Raises:
        GatewayUnknown: this installation has no such adapter.
    """
    form = await request.form()
    if text_in(form, "gateway") not in open_gateways(resources.settings):
        raise GatewayUnknown(text_in(form, "gateway"))
    typed: dict[str, Any] = {name: text_in(form, name) for name in ("gateway", "sid")}
    typed["secret"] = SecretStr(text_in(form, "secret"))
    typed["number"] = text_in(form, "number").translate(BETWEEN_FIGURES)
    typed["rate_per_s"] = whole(text_in(form, "rate_per_s") or _RATE)
    account = await add_account(uow, fit(AddAccount, typed, _SAID))
    return page.go(f"{GATEWAYS}?added={account.id}#test-{account.id}")  # another address, so that it is loaded anew


@router.get(f"{GATEWAYS}/{{account_id}}/change", dependencies=_SEES)
async def ask_change(account_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of an account."""
    return page.part(_PAGE, "change_form", account=await account_of(uow, account_id))


@router.post(f"{GATEWAYS}/{{account_id}}/change", dependencies=_CHANGES)
async def change(account_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change number and rate from the version that was read."""
    form = await request.form()
    typed = {"number": text_in(form, "number"), "rate_per_s": whole(text_in(form, "rate_per_s"))}
    await change_account(uow, account_id, fit(ChangeAccount, typed), version_in(form))
    return page.done(page.say("Saved"), GATEWAYS)


@router.get(f"{GATEWAYS}/{{account_id}}/delivery", dependencies=_SEES)
async def show_delivery(account_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show how the texts of an account fare, now and over the last day."""
    franchise = await franchise_of(uow)
    return show_settings(
        page,
        "delivery.html",
        account=await account_of(uow, account_id),
        delivery=await delivery_of(uow, account_id),
        zone=ZoneInfo(franchise.zone),
        currency=franchise.currency,
        now=uow.now,
    )


@router.get(f"{GATEWAYS}/{{account_id}}/limits", dependencies=_SEES)
async def ask_limits(account_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of what an account may cost and whom it may text."""
    currency = (await franchise_of(uow)).currency
    return page.part(_PAGE, "limits_form", account=await account_of(uow, account_id), currency=currency)


@router.post(f"{GATEWAYS}/{{account_id}}/limits", dependencies=_CHANGES)
async def limit(account_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Set what an account may cost and whom it may text, from the version that was read."""
    form = await request.form()
    typed: dict[str, Any] = {name: _minor(text_in(form, name)) for name in _AMOUNTS}
    typed["segment_price_minor"] = typed["segment_price_minor"] or 0
    typed["seat_reserve_percent"] = whole(text_in(form, "seat_reserve_percent"))
    typed["prefixes"] = tuple(_BETWEEN_PREFIXES.sub(" ", text_in(form, "prefixes")).split())
    await limit_account(uow, account_id, fit(LimitAccount, typed, _SAID_OF_LIMITS), version_in(form))
    return page.done(page.say("Saved"), GATEWAYS)


@router.get(f"{GATEWAYS}/{{account_id}}/addresses", dependencies=_SEES)
async def show_addresses(account_id: UUID, page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Show what the provider must be told, so that its webhooks reach this account.

    Raises:
        GatewayUnknown: this installation has no adapter for it any more.
    """
    contract = await contract_of(uow, account_id)
    gateway = open_gateways(resources.settings).get(contract.gateway)
    if gateway is None:
        raise GatewayUnknown(contract.gateway)
    told = gateway.hook_addresses(contract)
    return page.part(_PAGE, "addresses", account=await account_of(uow, account_id), told=told)


@router.post(f"{GATEWAYS}/{{account_id}}/enable", dependencies=_CHANGES)
async def enable(account_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Let an account send and receive."""
    await set_enabled(uow, account_id, enabled=True)
    return page.done(page.say("The account sends and receives"), GATEWAYS, f"{GATEWAYS}/{account_id}/disable")


@router.post(f"{GATEWAYS}/{{account_id}}/disable", dependencies=_CHANGES)
async def disable(account_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Stop an account at once; what waits stays."""
    await set_enabled(uow, account_id, enabled=False)
    return page.done(page.say("The account is stopped"), GATEWAYS, f"{GATEWAYS}/{account_id}/enable")


@router.get(f"{GATEWAYS}/{{account_id}}/test", dependencies=_SEES)
async def ask_test(account_id: UUID, page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Show the form of a text that tries an account out."""
    mode = str(resources.settings.sms.mode)
    return page.part(_PAGE, "test_form", account=await account_of(uow, account_id), mode=mode)


@router.post(f"{GATEWAYS}/{{account_id}}/test", dependencies=_CHANGES)
async def send_test(
    account_id: UUID, request: Request, page: PageDep, caller: CallerDep, uow: UowDep, resources: ResourcesDep
) -> Response:
    """Queue a text to a phone as any other text goes, and show what becomes of it.

    Raises:
        TrialTextsLocked: he sent too many before.
    """
    try:
        to = parse_phone(text_in(await request.form(), "phone")[:40], mobile=True)
    except PhoneInvalid as invalid:
        raise FormUnfit({"phone": Fault("This is no mobile number.")}) from invalid
    account = await account_of(uow, account_id)
    await count_attempt(resources.database, str(caller.subject_id), TRIALS)
    name = plain((await franchise_of(uow)).name, _LONGEST_NAME)
    body = page.say("Test message from %(name)s. No answer is needed.", name=name)
    fate = await fate_of(uow, await try_account(uow, account.id, to, body))
    return page.part(_PAGE, "fate", **await _fate(uow, fate))


@router.get(f"{GATEWAYS}/texts/{{message_id}}", dependencies=_SEES)
async def show_fate(message_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show how far a text came that tried an account out."""
    return page.part(_PAGE, "fate", **await _fate(uow, await fate_of(uow, message_id)))


def _minor(text: str) -> int | str | None:
    """Return an amount as typed in minor units; None for nothing, the text itself when it is no amount."""
    amount = figure(text)
    return round(amount * 100) if isinstance(amount, float) and math.isfinite(amount) else text or None


async def _fate(uow: Uow, fate: Fate) -> dict[str, Any]:
    waited: datetime = uow.now
    return {
        "fate": fate,
        "slow": not fate.settled and fate.sent_at is None and waited - fate.created_at > _SLOW,
        "zone": ZoneInfo((await franchise_of(uow)).zone),
    }
