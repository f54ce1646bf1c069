"""What an hour costs: the plain rates of each service, as an owner sets them on the first day.

A rate card says more than that (nights, tiers, conditions); what this form does not show is kept as it is.
"""

from decimal import Decimal
from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.money import Currency
from dispatch.kit.uow import Uow
from dispatch.pricing.card import RateCard
from dispatch.pricing.service import StoredCard, cards_in_force, write_rate_card
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, figure, text_in
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.skills import Service

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_HIGHEST: Final = 1_000_000
_MINOR: Final = 100
_PAGE: Final = "prices.html"


@router.get("/prices", dependencies=[allow(Permission.QUOTES_READ)])
async def show_prices(page: PageDep, uow: UowDep) -> Response:
    """Show what each service costs now."""
    cards = await _cards(uow)
    typed = {
        f"{kind}_{service}": _plain(rate)
        for service, stored in cards.items()
        for kind, rate in (("bill", stored.card.bill_rate_minor), ("pay", stored.card.pay_rate))
    }
    return _show(page, await _currency(uow), typed, {})


@router.post("/prices", dependencies=[allow(Permission.RATES_WRITE), Depends(own_page)])
async def change_prices(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Put the rates in force for orders placed from now on; what is priced already keeps its price."""
    form = await request.form()
    currency, cards = await _currency(uow), await _cards(uow)
    try:
        wanted = {service: _rates(form, service) for service in Service}
    except FormUnfit as unfit:
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        return _show(page, currency, typed, {name: fault.told(page) for name, fault in unfit.faults.items()}, 422)
    for service, rates in wanted.items():
        if rates is not None:
            await write_rate_card(uow, _card(service, currency, rates, cards.get(service)))
    return page.go("/prices")


def _show(
    page: PageDep, currency: Currency, typed: dict[str, str], faults: dict[str, str], status: int = 200
) -> Response:
    return page.show(_PAGE, status, services=list(Service), currency=currency, typed=typed, faults=faults)


def _rates(form: FormData, service: Service) -> tuple[int, int] | None:
    """Return bill and pay of an hour in minor units; None when neither is given.

    Raises:
        FormUnfit: one of them is missing, no number, or out of bounds.
    """
    names = (f"bill_{service}", f"pay_{service}")
    values = [figure(text_in(form, name)) for name in names]
    if values == [None, None]:
        return None
    faults = {name: fault for name, value in zip(names, values, strict=True) if (fault := _fault(value)) is not None}
    if faults:
        raise FormUnfit(faults)
    bill, pay = (round(Decimal(str(value)) * _MINOR) for value in values)
    return bill, pay


def _fault(value: float | str | None) -> Fault | None:
    if value is None:
        return Fault("Fill this in.")
    if isinstance(value, str):
        return Fault("Type a number.")
    if value < 0:
        return Fault("At least %(ge)s.", {"ge": 0})
    return Fault("At most %(le)s.", {"le": _HIGHEST}) if not value <= _HIGHEST else None


def _card(service: Service, currency: Currency, rates: tuple[int, int], stored: StoredCard | None) -> RateCard:
    bill, pay = rates
    if stored is None:
        return RateCard(service=service, currency=currency, bill_rate_minor=bill, pay_rate_minor=pay)
    if stored.card.bill_rate_minor == bill and stored.card.pay_rate == pay:
        return stored.card
    changed = {"bill_rate_minor": bill, "pay_rate_minor": pay, "pay_percent": None}
    return RateCard.model_validate(stored.card.model_dump() | changed)


def _plain(rate: object) -> str:
    return f"{Decimal(round(rate)) / _MINOR:.2f}"  # type: ignore[call-overload]


async def _cards(uow: Uow) -> dict[Service, StoredCard]:
    return {Service(stored.card.service): stored for stored in await cards_in_force(uow)}


async def _currency(uow: Uow) -> Currency:
    return Currency((await franchise_of(uow)).currency)
