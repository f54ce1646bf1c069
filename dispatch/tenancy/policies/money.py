"""What the work costs beyond the rate card: minimum, call-out, cancel fee, royalty, VAT."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from dispatch.kit.money import Currency
from dispatch.tenancy.policies.section import Percent, Section

Hours = Annotated[Decimal, Field(ge=0, le=24)]


class Money(Section):
    """The money terms of one franchise."""

    currency: Currency = Currency.RUB
    minimum_hours: Hours = Decimal(4)
    """Hours billed and paid at least for each man who worked, where the rate card names no other minimum."""
    call_out_hours: Hours = Decimal(2)
    """Hours of pay guaranteed to a man who came, or was booked, and could not work through no fault of his."""
    late_cancel_fee_percent: Percent = Decimal(50)
    """Part of the minimum bill a client owes for each booked man when he cancels inside the notice."""
    royalty_percent: Percent = Decimal(15)
    """On turnover net of VAT and discounts, to the network."""
    vat_percent: Percent = Decimal(0)
    """VAT on top of the bill; zero under a simplified tax regime."""
    lending_fee_percent: Percent = Decimal(10)
    """Part of a borrowed worker's pay that goes to his home franchise."""
