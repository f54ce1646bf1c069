"""The own second factor: set up with an authenticator app, recovery codes, turned off."""

from collections.abc import Sequence
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.commands import LONGEST_CODE
from dispatch.access.errors import (
    PeopleOnly,
    SecondFactorAlreadySetUp,
    SecondFactorLocked,
    SecondFactorMissing,
    SecondFactorRefused,
)
from dispatch.access.queries import user_of
from dispatch.access.rules import enrolment_address
from dispatch.access.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    factor_of,
    key_to_show,
    must_have_second_factor,
    renew_recovery_codes,
    turn_off_second_factor,
)
from dispatch.api.deps import Caller, CallerDep, CallerKind, ResourcesDep, UowDep, half_open, signed_in
from dispatch.kit.errors import DispatchError
from dispatch.kit.uow import Uow
from dispatch.settings import Settings
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.frame import Page, PageDep
from dispatch.web.refusals import told
from dispatch.web.routing import SET_UP, ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_GROUP: Final = 4
_QR_SCALE: Final = 4

Code = Annotated[str, Form(max_length=LONGEST_CODE)]


@router.get(SET_UP, dependencies=[half_open()])
async def show_second_factor(page: PageDep, caller: CallerDep, resources: ResourcesDep, uow: UowDep) -> Response:
    """Show how it stands: to begin, to scan and confirm, or in force."""
    return await _show(page, caller, resources.settings, uow)


@router.post(f"{SET_UP}/begin", dependencies=[half_open(), Depends(own_page)])
async def begin(page: PageDep, caller: CallerDep, uow: UowDep) -> Response:
    """Make a key, to be scanned on the page that follows."""
    require_person(caller)
    try:
        await begin_second_factor(uow, caller.subject_id)
    except SecondFactorAlreadySetUp:
        return page.go(SET_UP)
    return page.go(SET_UP)


@router.post(f"{SET_UP}/confirm", dependencies=[half_open(), Depends(own_page)])
async def confirm(page: PageDep, caller: CallerDep, resources: ResourcesDep, uow: UowDep, code: Code = "") -> Response:
    """Put it in force by a first code, and show the recovery codes this once."""
    require_person(caller)
    try:
        codes = await confirm_second_factor(uow, resources.settings, caller.subject_id, code, keep=caller.credential)
    except SecondFactorRefused as refused:
        return await _show(page, caller, resources.settings, uow, refused, 401)
    except (SecondFactorMissing, SecondFactorAlreadySetUp):
        return page.go(SET_UP)
    return _show_codes(page, codes)


@router.post(f"{SET_UP}/codes", dependencies=[signed_in(), Depends(own_page)])
async def renew_codes(
    page: PageDep, caller: CallerDep, resources: ResourcesDep, uow: UowDep, code: Code = ""
) -> Response:
    """Make new recovery codes, against a code."""
    require_person(caller)
    try:
        codes = await renew_recovery_codes(
            resources.database, resources.settings, caller.franchise_id, caller.subject_id, code
        )
    except (SecondFactorRefused, SecondFactorLocked, SecondFactorMissing) as refused:
        return await _show(page, caller, resources.settings, uow, refused, 401)
    return _show_codes(page, codes)


@router.post(f"{SET_UP}/off", dependencies=[signed_in(), Depends(own_page)])
async def turn_off(page: PageDep, caller: CallerDep, resources: ResourcesDep, uow: UowDep, code: Code = "") -> Response:
    """Turn it off, against a code; who must have one sets it up anew, on another phone for instance."""
    require_person(caller)
    try:
        await turn_off_second_factor(
            resources.database,
            resources.settings,
            caller.franchise_id,
            caller.subject_id,
            code,
            keep=caller.credential,
        )
    except (SecondFactorRefused, SecondFactorLocked, SecondFactorMissing) as refused:
        return await _show(page, caller, resources.settings, uow, refused, 401)
    return page.go(SET_UP)


def require_person(caller: Caller) -> None:
    """Refuse a program on a page about an account of a person.

    Raises:
        PeopleOnly: it is an API token.
    """
    if caller.kind is not CallerKind.STAFF:
        raise PeopleOnly


async def _show(
    page: Page, caller: Caller, settings: Settings, uow: Uow, refused: DispatchError | None = None, status: int = 200
) -> Response:
    require_person(caller)
    user = await user_of(uow, caller.subject_id)
    franchise = await franchise_of(uow)
    key = await key_to_show(uow, settings, user.id)
    address = enrolment_address(key, user.login, f"Dispatch {franchise.name}") if key is not None else ""
    return page.show(
        "second_factor.html",
        status,
        frame="plain.html" if caller.half_open else "layout.html",
        must=must_have_second_factor(settings, caller.role),
        half_open=caller.half_open,
        factor=await factor_of(uow, user.id),
        key=" ".join(key[at : at + _GROUP] for at in range(0, len(key), _GROUP)) if key is not None else "",
        address=address,
        picture=_picture(address) if address else "",
        problem=told(page.speech, refused) if refused is not None else "",
    )


def _show_codes(page: Page, codes: Sequence[str]) -> Response:
    return page.show("recovery_codes.html", codes=codes)


def _picture(address: str) -> str:
    """Return a QR code as a `data:` address, dark on white in any theme, because apps read no other."""
    drawn = segno.make(address, error="m", micro=False)
    return str(drawn.svg_data_uri(scale=_QR_SCALE, border=4, dark="#000", light="#fff"))
