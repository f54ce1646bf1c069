"""What can stop a demonstration."""

from dispatch.kit.errors import DispatchError, Unavailable


class ProcessEnded(Unavailable):
    """A process of the demonstration ended by itself."""


class ProcessNotReady(Unavailable):
    """A process of the demonstration runs and does not answer."""


class RequestRefused(DispatchError):
    """The platform or the carrier answered a request of the demonstration with an error."""


class NoSiteToDemonstrateAt(DispatchError):
    """The network on this machine has no site near Sennaya square."""
