"""The simulator as a gateway: it speaks Twilio's API and signs like Twilio, at an address of its own."""

from dispatch.sms.gateways.twilio import STATUS_OF, TwilioGateway

__all__ = ["STATUS_OF", "SimulatorGateway"]


class SimulatorGateway(TwilioGateway):
    """Reaches simulated people only; accounts of this gateway never cost anything."""
