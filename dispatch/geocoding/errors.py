"""Why no place is found; each says that the pin on the map always works."""

from dispatch.kit.errors import DispatchError, NotFound, TooMany, Unavailable


class GeocodingOff(NotFound):
    """This installation has no address service."""

    def __init__(self) -> None:
        super().__init__("No address service is set up here: set the pin on the map.")


class GeocoderSilent(Unavailable):
    """The service did not answer in time, or not with addresses; or did so a moment ago."""

    def __init__(self) -> None:
        super().__init__("The address service does not answer: set the pin on the map.")


class GeocoderRefuses(Unavailable):
    """The service wants another key, or its quota is used up."""

    def __init__(self) -> None:
        super().__init__("The address service refuses our key or our quota is used up: set the pin on the map.")


class GeocoderBusy(TooMany):
    """The service may be asked only so often, and others are waiting."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(
            "Others are asking the address service now: try again, or set the pin on the map.",
            retry_after=retry_after,
        )


class AskedTooOften(TooMany):
    """One person asks more often than anybody can read."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(
            "That was too fast: wait a moment, or set the pin on the map.",
            retry_after=retry_after,
        )


class GeocoderKeyMissing(DispatchError):
    """A service was chosen that cannot be asked without a key; the process must not start."""

    def __init__(self, name: str) -> None:
        super().__init__(f"DISPATCH_GEOCODER={name} needs DISPATCH_GEOCODER_KEY; set it, or choose `off`.", name=name)
