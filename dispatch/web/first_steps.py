"""The first steps of a new office: each ticked off by facts, with a link that opens the very form it needs.

They stand on the board until somebody has a seat, or until they are put away; then they are a page of their own. That
they are put away is remembered by the browser, as how pages look is.
"""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import Resources, ResourcesDep, UowDep, allow
from dispatch.kit.uow import Uow
from dispatch.settings import SendingMode
from dispatch.staffing.first_steps import FirstStep, FirstSteps, are_behind, first_steps
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

COOKIE: Final = "dispatch_first_steps"
_LIST: Final = "first_steps_list.html"


@dataclass(frozen=True, slots=True)
class Way:
    """Where a step is done, and what one must be allowed for it.

    Attributes:
        address: of a page; what follows # is the button whose form opens.
        permission: of who may do it.
    """

    address: str
    permission: Permission


@router.get("/first-steps", dependencies=[allow(Permission.ORDERS_READ)])
async def show_steps(page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Show all steps, done or not."""
    steps = await first_steps(uow, sends=_sends(resources))
    return page.show("first_steps.html", steps=steps, ways=ways(steps))


@router.get("/first-steps/list", dependencies=[allow(Permission.ORDERS_READ)])
async def show_list(page: PageDep, uow: UowDep, resources: ResourcesDep) -> Response:
    """Show the steps alone, for a page that follows what gets done."""
    steps = await first_steps(uow, sends=_sends(resources))
    return page.part(_LIST, "steps_list", steps=steps, ways=ways(steps))


async def steps_for_board(uow: Uow, request: Request, resources: Resources) -> FirstSteps | None:
    """Return the steps if they are to stand on the board: until somebody has a seat, unless they were put away."""
    if request.cookies.get(COOKIE) == str(uow.franchise_id) or await are_behind(uow):
        return None
    return await first_steps(uow, sends=_sends(resources))


def ways(steps: FirstSteps) -> dict[FirstStep, Way]:
    """Return where each step is done, as far as the office is."""
    gateways = "/settings/gateways"
    consent = f"/people/imports/{steps.import_id}#attest-all" if steps.import_id else "/people?status=applicant"
    return {
        FirstStep.NUMBER: Way(f"{gateways}#new-account", Permission.FRANCHISE_WRITE),
        FirstStep.COLLEAGUES: Way("/settings/users#new-user", Permission.USERS_ADMIN),
        FirstStep.PRICES: Way("/prices", Permission.RATES_WRITE),
        FirstStep.PEOPLE: Way("/people/import", Permission.WORKERS_IMPORT),
        FirstStep.CONSENT: Way(consent, Permission.WORKERS_VET),
        FirstStep.TRIAL: Way(
            f"{gateways}#test-{steps.account_id}" if steps.account_id else gateways, Permission.FRANCHISE_WRITE
        ),
        FirstStep.SITE: Way(
            f"/clients/{steps.client_id}#new-site" if steps.client_id else "/clients#new-client",
            Permission.CLIENTS_WRITE,
        ),
        FirstStep.ORDER: Way("/orders/new", Permission.ORDERS_WRITE),
        FirstStep.REPLIES: Way(f"/shifts/{steps.shift_id}" if steps.shift_id else "/board", Permission.ORDERS_READ),
    }


def _sends(resources: Resources) -> bool:
    return resources.settings.sms.mode is not SendingMode.OFF
