"""The simulator as a gateway: it speaks Twilio's API and signs like Twilio, at an address of its own."""

from dispatch.sms.gateways.twilio import TwilioGateway
from dispatch.sms.gateways.twilio_webhooks import TwilioWebhooks


class SimulatorGateway(TwilioGateway):
    """Reaches simulated people only; accounts of this gateway never cost anything."""


class SimulatorWebhooks(TwilioWebhooks):
    """The same form posts and the same signature."""
