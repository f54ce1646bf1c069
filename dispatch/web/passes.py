"""Pass lists: what the security of a site wants to know, a crew's list for it, whether it went and still is true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import FormData

from dispatch.access.queries import actor_names
from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.queries import client_of, site_of
from dispatch.kit.exports import Cell, SheetForm
from dispatch.kit.uow import Uow
from dispatch.orders.queries import read_order
from dispatch.staffing.pass_list import MarkSent, PassList, PassListNotWanted, mark_sent, pass_list_of
from dispatch.staffing.passes import PassField, SetPassRule, drop_pass_rule, pass_rule_of, set_pass_rule
from dispatch.web.doors import own_page
from dispatch.web.forms import fit, text_in, version_in, whole
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import take_along
from dispatch.workers.pass_facts import KeepPassFacts, keep_pass_facts, pass_facts_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PAGE: Final = "pass_list.html"
_SEES: Final = [allow(Permission.SHIFTS_OPERATE)]
_ACTS: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]
_OF_SITE: Final = [allow(Permission.CLIENTS_WRITE), Depends(own_page)]
_OF_ORDER: Final = [allow(Permission.ORDERS_WRITE), Depends(own_page)]
_FIRST: Final = (PassField.FULL_NAME, PassField.BIRTH_YEAR)
_BY: Final = time(18)


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What the form of a rule shows: the rule that holds, or what most sites want.

    Attributes:
        own: whether there is a rule of exactly this site or order, which could be taken away.
    """

    action: str
    place: str
    rule: SetPassRule
    version: int
    own: bool


@router.get("/shifts/{shift_id}/pass-list", dependencies=_SEES)
async def show_list(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the whole page."""
    return page.show(_PAGE, **await _context(uow, shift_id))


@router.get("/shifts/{shift_id}/pass-list/now", dependencies=_SEES)
async def show_now(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the list as it would go now."""
    return page.part(_PAGE, "list", **await _context(uow, shift_id))


@router.get("/shifts/{shift_id}/pass-list/line", dependencies=[allow(Permission.ORDERS_READ)])
async def show_line(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the line that the page of the shift has of it."""
    listed = await pass_list_of(uow, shift_id)
    return page.part(_PAGE, "line", passes=listed, zone=ZoneInfo(listed.shift.zone))


@router.post("/shifts/{shift_id}/pass-list/file", dependencies=_ACTS)
async def take_file(
    shift_id: UUID, page: PageDep, uow: UowDep, form: Annotated[SheetForm, Form()] = SheetForm.XLSX
) -> Response:
    """Hand out the list as a file; who took it is written down.

    Raises:
        PassListNotWanted: the site wants none.
    """
    listed = await pass_list_of(uow, shift_id)
    if listed.rule is None:
        raise PassListNotWanted
    fields = listed.rule.fields
    titles = [page.say("No."), *(page.say(field).capitalize() for field in fields)]
    rows: list[list[Cell]] = [
        [n, *(line.values[field] for field in fields)] for n, line in enumerate(listed.lines, start=1)
    ]
    return await take_along(uow, "pass_list", form, titles, rows)


@router.post("/shifts/{shift_id}/pass-list/sent", dependencies=_ACTS)
async def say_sent(shift_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep that the list went, as it was looked at."""
    form = await request.form()
    typed = {"digest": text_in(form, "digest"), "recipient": text_in(form, "recipient")}
    await mark_sent(uow, shift_id, fit(MarkSent, typed))
    return page.done(page.say("Marked as sent"), f"/shifts/{shift_id}/pass-list")


@router.get("/shifts/{shift_id}/pass-list/people/{worker_id}", dependencies=_SEES)
async def ask_facts(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of what only passes ask of a man."""
    facts = (await pass_facts_of(uow, [worker_id])).get(worker_id)
    return page.part(_PAGE, "facts_form", shift_id=shift_id, worker_id=worker_id, facts=facts)


@router.post("/shifts/{shift_id}/pass-list/people/{worker_id}", dependencies=_ACTS)
async def keep_facts(shift_id: UUID, worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep it."""
    form = await request.form()
    typed = {"birth_year": whole(text_in(form, "birth_year")), "car_plate": text_in(form, "car_plate")}
    await keep_pass_facts(uow, worker_id, fit(KeepPassFacts, typed))
    return page.done(page.say("Saved"), f"/shifts/{shift_id}/pass-list")


@router.get("/sites/{site_id}/pass", dependencies=[allow(Permission.CLIENTS_WRITE)])
async def ask_rule_of_site(site_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of what a site wants."""
    site = await site_of(uow, site_id)
    return await _ask_rule(page, uow, f"/sites/{site_id}/pass", site.address, site_id)


@router.post("/sites/{site_id}/pass", dependencies=_OF_SITE)
async def set_rule_of_site(site_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Set what a site wants."""
    form = await request.form()
    await set_pass_rule(uow, _rule_typed(form), version_in(form), site_id=site_id)
    return page.done(page.say("Saved"), f"/clients/{(await site_of(uow, site_id)).client_id}")


@router.post("/sites/{site_id}/pass/drop", dependencies=_OF_SITE)
async def drop_rule_of_site(site_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say that a site wants no list."""
    await drop_pass_rule(uow, site_id=site_id)
    return page.done(page.say("The site wants no list"), f"/clients/{(await site_of(uow, site_id)).client_id}")


@router.get("/orders/{order_id}/pass", dependencies=[allow(Permission.ORDERS_WRITE)])
async def ask_rule_of_order(order_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of what is wanted of one order alone."""
    order = await read_order(uow, order_id)
    client = await client_of(uow, order["client_id"])
    return await _ask_rule(page, uow, f"/orders/{order_id}/pass", client.name, order["site_id"], order_id)


@router.post("/orders/{order_id}/pass", dependencies=_OF_ORDER)
async def set_rule_of_order(order_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Set what is wanted of one order alone."""
    form = await request.form()
    await set_pass_rule(uow, _rule_typed(form), version_in(form), order_id=order_id)
    return page.done(page.say("Saved"), f"/orders/{order_id}")


@router.post("/orders/{order_id}/pass/drop", dependencies=_OF_ORDER)
async def drop_rule_of_order(order_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Let what the site wants hold for the order, too."""
    await drop_pass_rule(uow, order_id=order_id)
    return page.done(page.say("As the site wants it"), f"/orders/{order_id}")


async def _ask_rule(
    page: Page, uow: Uow, action: str, place: str, site_id: UUID, order_id: UUID | None = None
) -> Response:
    holds = await pass_rule_of(uow, site_id, order_id)
    own = holds is not None and holds.order_id == order_id
    rule = holds or SetPassRule(fields=_FIRST, days_before=1, by_time=_BY)
    shown = RuleForm(action, place, rule, holds.version if holds is not None and own else 0, own)
    return page.part(_PAGE, "rule_form", shown=shown, fields=list(PassField), of_order=order_id is not None)


def _rule_typed(form: FormData) -> SetPassRule:
    try:
        by_time: object = time.fromisoformat(text_in(form, "by_time"))
    except ValueError:
        by_time = None
    typed = {name: text_in(form, name) for name in ("recipient", "email", "phone", "note")} | {
        "fields": [value for value in form.getlist("fields") if isinstance(value, str)],
        "days_before": whole(text_in(form, "days_before")),
        "by_time": by_time,
    }
    return fit(SetPassRule, typed)


async def _context(uow: Uow, shift_id: UUID) -> Mapping[str, Any]:
    listed: PassList = await pass_list_of(uow, shift_id)
    return {
        "passes": listed,
        "zone": ZoneInfo(listed.shift.zone),
        "client": await client_of(uow, listed.shift.client_id),
        "staff": await actor_names(uow),
    }
