"""Which adapters exist. A new gateway is added here and nowhere else."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from dispatch.settings import Settings, SmsSettings
from dispatch.sms.gateways.base import Gateway
from dispatch.sms.gateways.console import ConsoleGateway
from dispatch.sms.gateways.kannel import KannelGateway
from dispatch.sms.gateways.simulator import SimulatorGateway
from dispatch.sms.gateways.smsc import SmscGateway
from dispatch.sms.gateways.twilio import TwilioGateway

CONSOLE: Final = "console"
"""The adapter that prints; see `open_gateways`."""
_ADAPTERS: Final[Mapping[str, tuple[Callable[..., Gateway], Callable[[SmsSettings], str]]]] = MappingProxyType(
    {
        "twilio": (TwilioGateway, lambda sms: sms.twilio_url),
        "smsc": (SmscGateway, lambda sms: sms.smsc_url),
        "kannel": (KannelGateway, lambda sms: sms.kannel_url),
        "simulator": (SimulatorGateway, lambda sms: sms.simulator_url),
    }
)
GATEWAYS: Final = (*_ADAPTERS, CONSOLE)
"""The names of all adapters, as in the address of a webhook: those that reach people first."""


def open_gateways(settings: Settings) -> Mapping[str, Gateway]:
    """Return gateway name -> adapter, for sending and for webhooks; nothing is connected before the first text.

    The console, which prints numbers and texts, is there only where the installation is said to be a developer's.
    """
    sms, hooks = settings.sms, f"{settings.http.public_url.rstrip('/')}/hooks/sms"
    found: dict[str, Gateway] = {
        name: adapter(address(sms), f"{hooks}/{name}", timeout_s=sms.send_timeout_s, in_flight=sms.in_flight)
        for name, (adapter, address) in _ADAPTERS.items()
    }
    if sms.console:
        found[CONSOLE] = ConsoleGateway(f"{hooks}/{CONSOLE}", allowed=sms.console)
    return MappingProxyType(found)
