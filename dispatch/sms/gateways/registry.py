"""Which adapters exist. A new gateway is added here and nowhere else."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.settings import Settings
from dispatch.sms.gateways.base import Gateway, Webhooks
from dispatch.sms.gateways.simulator import SimulatorGateway, SimulatorWebhooks
from dispatch.sms.gateways.twilio import TwilioGateway
from dispatch.sms.gateways.twilio_webhooks import TwilioWebhooks

WEBHOOKS: Final[Mapping[str, Webhooks]] = MappingProxyType(
    {"twilio": TwilioWebhooks(), "simulator": SimulatorWebhooks()}
)
"""Gateway name, as in the webhook's address -> how its posts are read."""


def open_gateways(settings: Settings) -> Mapping[str, Gateway]:
    """Return gateway name -> client; nothing is connected before the first text. Call within the event loop."""
    sms = settings.sms
    addresses = {"twilio": (TwilioGateway, sms.twilio_url), "simulator": (SimulatorGateway, sms.simulator_url)}
    return MappingProxyType(
        {
            name: adapter(
                address,
                f"{settings.http.public_url.rstrip('/')}/hooks/sms/{name}/status",
                timeout_s=sms.send_timeout_s,
                in_flight=sms.in_flight,
            )
            for name, (adapter, address) in addresses.items()
        }
    )
