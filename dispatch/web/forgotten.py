"""A forgotten password: a link to the own phone, and the page it leads to. Looking at a link does not use it."""

import asyncio
import time
from datetime import timedelta
from functools import partial
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request, Response

from dispatch.access.commands import LONGEST_PASSWORD, SHORTEST_PASSWORD
from dispatch.access.errors import CrossSiteRequest, PasswordResetsLocked, ResetLinkSpent
from dispatch.access.passwords import RESET_PREFIX, ResetLink, ask_for_reset, is_reset_open, use_reset
from dispatch.api.deps import ResourcesDep, from_own_pages, public
from dispatch.kit.log import get_logger
from dispatch.kit.tokens import PasswordsBusy, hash_token
from dispatch.kit.uow import Uow
from dispatch.sms.errors import SmsAccountMissing
from dispatch.sms.outgoing import PASSWORD_RESET, OutgoingText, dedupe_key, queue_message
from dispatch.sms.phones import phone_of
from dispatch.sms.rules import MessageClass
from dispatch.web.frame import StrangerPageDep
from dispatch.web.languages import Speech
from dispatch.web.refusals import told
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
log = get_logger(__name__)

_ANSWERS_AFTER_S: Final = 0.4
"""Every answer takes at least so long, so that its time does not tell which logins exist."""
_WORTHLESS_AFTER: Final = timedelta(minutes=15)
"""A text that could not leave by then is not sent any more; he has asked again or given up."""
_ONE_HOUSE: Final = 64
"""Bits of an IPv6 address that one household shares; it has all addresses below."""

Token = Annotated[str, Path(pattern=rf"^{RESET_PREFIX}_[A-Za-z0-9_-]{{43}}$")]


@router.get("/forgotten", dependencies=[public()])
async def show_forgotten(page: StrangerPageDep) -> Response:
    """Ask whose password it is."""
    return page.show("forgotten.html", problem="", asked=False)


@router.post("/forgotten", dependencies=[public()])
async def send_link(
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    login: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Send a link to the account's phone, if there is such an account and it has one; the answer is the same.

    Raises:
        CrossSiteRequest: the form was another site's.
    """
    if not from_own_pages(request):
        raise CrossSiteRequest
    began = time.monotonic()
    deliver = partial(_text_if_possible, speech=page.speech, base=resources.settings.http.public_url)
    house = house_of(request.client.host if request.client is not None else "")
    try:
        await ask_for_reset(resources.database, login, house, deliver=deliver)
    except PasswordResetsLocked as locked:
        return page.show("forgotten.html", 429, problem=told(page.speech, locked), asked=False)
    await asyncio.sleep(_ANSWERS_AFTER_S - (time.monotonic() - began))
    return page.show("forgotten.html", problem="", asked=True)


@router.get("/new-password/{token}", dependencies=[public()])
async def show_new_password(page: StrangerPageDep, resources: ResourcesDep, token: Token) -> Response:
    """Show the form; a link that does not work any more says so."""
    if not await is_reset_open(resources.database, token):
        return page.show("forgotten.html", 404, problem=told(page.speech, ResetLinkSpent()), asked=False)
    return page.show("new_password.html", problem="", token=token, shortest=SHORTEST_PASSWORD)


@router.post("/new-password/{token}", dependencies=[public()])
async def set_new_password(
    request: Request,
    page: StrangerPageDep,
    resources: ResourcesDep,
    token: Token,
    password: Annotated[str, Form(max_length=400)] = "",
    again: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Set the password and use the link up.

    Raises:
        CrossSiteRequest: the form was another site's.
    """
    if not from_own_pages(request):
        raise CrossSiteRequest
    problem = fault_of(page.speech, password, again)
    if problem:
        return page.show("new_password.html", 422, problem=problem, token=token, shortest=SHORTEST_PASSWORD)
    try:
        await use_reset(resources.database, token, password)
    except PasswordsBusy as busy:
        return page.show(
            "new_password.html", 429, problem=told(page.speech, busy), token=token, shortest=SHORTEST_PASSWORD
        )
    except ResetLinkSpent as spent:
        return page.show("forgotten.html", 404, problem=told(page.speech, spent), asked=False)
    return page.go("/login?done=password")


def fault_of(speech: Speech, password: str, again: str) -> str:
    """Return why this cannot be a new password, in words, or nothing."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        words = speech.words.gettext("A password has at least %(num)d characters.")
        return words % {"num": SHORTEST_PASSWORD}
    return "" if password == again else speech.words.gettext("The two passwords differ. Type the same one twice.")


async def text_link(uow: Uow, link: ResetLink, *, speech: Speech, base: str) -> None:
    """Queue the text, by the account his own franchise sends from.

    Raises:
        SmsAccountMissing: it has none; somebody has to help him.
    """
    words = speech.words.gettext("New password: %(link)s Good for 30 minutes. You did not ask? Do nothing.")
    text = OutgoingText(
        phone_id=await phone_of(uow, link.phone),
        worker_id=None,
        class_=MessageClass.SEAT,
        template=PASSWORD_RESET,
        body=words % {"link": f"{base.rstrip('/')}/new-password/{link.token}"},
        dedupe_key=dedupe_key(PASSWORD_RESET, hash_token(link.token)),
        deadline=uow.now + _WORTHLESS_AFTER,
    )
    await queue_message(uow, text)


async def _text_if_possible(uow: Uow, link: ResetLink, *, speech: Speech, base: str) -> None:
    """Queue the text; a stranger is not told when it cannot be."""
    try:
        await text_link(uow, link, speech=speech, base=base)
    except SmsAccountMissing:
        log.warning("password_reset_not_sent", franchise_id=str(uow.franchise_id), reason="no_sms_account")


def house_of(host: str) -> str:
    """Return the address a request came from, as far as one household or office shares it."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(IPv6Network((address, _ONE_HOUSE), strict=False)) if isinstance(address, IPv6Address) else host
