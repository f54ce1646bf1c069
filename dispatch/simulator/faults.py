"""Misbehaviour drawn per request: the carrier on a bad day, on demand."""

from enum import StrEnum
from random import Random

from dispatch.simulator.config import Faults


class Trouble(StrEnum):
    """What befalls one send request."""

    ERROR = "error"
    THROTTLE = "throttle"
    DROP_REPLY = "drop_reply"
    SWALLOW = "swallow"


class FaultInjector:
    """Draws the fate of each send request from the rates in force.

    Attributes:
        hits: how many requests were hit since the rates were last set.
    """

    def __init__(self, settings: Faults, random: Random) -> None:
        self.settings = settings
        self.hits = 0
        self._random = random

    def set(self, settings: Faults) -> None:
        """Put other rates in force and count hits afresh."""
        self.settings, self.hits = settings, 0

    def draw(self) -> Trouble | None:
        """Return what happens to the next request; None, as nearly always, when it is served."""
        settings, point = self.settings, self._random.random()
        if settings.limit is not None and self.hits >= settings.limit:
            return None
        for trouble, rate in (
            (Trouble.ERROR, settings.error_rate),
            (Trouble.THROTTLE, settings.throttle_rate),
            (Trouble.DROP_REPLY, settings.drop_reply_rate),
            (Trouble.SWALLOW, settings.swallow_rate),
        ):
            if point < rate:
                self.hits += 1
                return trouble
            point -= rate
        return None
