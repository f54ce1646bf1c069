"""What can be wrong with a request for a price."""

from dispatch.kit.errors import Invalid


class ConditionNotOnRateCard(Invalid):
    """The order names a condition for which the rate card has no price."""

    def __init__(self, condition: str, known: list[str]) -> None:
        choices = ", ".join(known) or "none"
        super().__init__(
            f"conditions: {condition!r} is not on the rate card; choose from: {choices}",
            condition=condition,
            known=known,
        )


class RateCardMissing(Invalid):
    """The franchise has no rate card for this service."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"service: this franchise has no rate card for {service}; write one with PUT /api/v1/rate-cards/{service}",
            service=service,
        )
