"""What a gateway can do with a request that it should simply have answered."""

import random
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.simulator.config import Probability, Seconds


class Lie(StrEnum):
    """What becomes of one request to send. The first four do not take the text; the others take it, unsaid."""

    ERROR = "error"
    """500."""
    THROTTLE = "throttle"
    """429 with Retry-After."""
    HANG = "hang"
    """Nothing is ever answered."""
    RESET = "reset"
    """The whole request is read, then the connection is reset."""
    TAKEN_ERROR = "taken_error"
    """500 for a text that is on its way."""
    TAKEN_HANG = "taken_hang"
    TAKEN_RESET = "taken_reset"
    TAKEN_CLOSED = "taken_closed"
    """The answer is lost: the connection ends without one."""
    TAKEN_GARBLED = "taken_garbled"
    """201 with half of a JSON document."""
    CALLBACK_FIRST = "callback_first"
    """The first callback is posted, and answered, before the request is."""


TAKEN: Final = frozenset(lie for lie in Lie if lie.startswith("taken")) | {Lie.CALLBACK_FIRST}
"""The lies after which the text goes out."""


class Lies(BaseModel):
    """How a gateway misbehaves; the same seed draws the same lies for the same requests.

    Attributes:
        chances: how likely each is for a request to send; what is left over is served honestly.
        script: for the first requests to send, one after another; None is an honest answer. Then chances decide.
        listing: the chance that a page of a list is an error or garbled; a list never shows less than there is.
        silent: the chance that a text taken gets no callback at all, so that only a list tells of it.
        duplicate, reorder: the chance of a callback to be posted twice, or held back so that later ones overtake it.
        hang_s: so long it stays silent, unless the caller hangs up.
        retry_after_s: what it asks of whom it throttles.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 1
    chances: Mapping[Lie, Probability] = {}
    script: tuple[Lie | None, ...] = ()
    listing: Probability = 0.0
    silent: Probability = 0.0
    duplicate: Probability = 0.0
    reorder: Probability = 0.0
    reorder_by_s: Seconds = 0.5
    hang_s: Seconds = 30.0
    retry_after_s: Annotated[int, Field(ge=0, le=600)] = 1

    @model_validator(mode="after")
    def _exclude_each_other(self) -> Self:
        if sum(self.chances.values()) > 1:
            raise ValueError("chances: the lies exclude each other, so make their sum at most 1")
        return self


BAD_DAY: Final = Lies(
    chances=dict.fromkeys(Lie, 0.02), listing=0.1, silent=0.4, duplicate=0.2, reorder=0.2, hang_s=3.0, retry_after_s=1
)
"""Everything a gateway can do, each often enough to be met: a fifth of all requests."""


class Liar:
    """Draws the lies.

    Attributes:
        counts: how often each was told.
    """

    def __init__(self, lies: Lies) -> None:
        self.counts: Counter[Lie] = Counter()
        self._lies = lies
        self._script = iter(lies.script)
        self._random = random.Random(lies.seed)  # noqa: S311 - a test's dice

    def draw(self) -> Lie | None:
        """Return what becomes of the next request to send."""
        lie = next(self._script, self)
        if isinstance(lie, Liar):
            lie = self._draw()
        if lie is not None:
            self.counts[lie] += 1
        return lie

    def _draw(self) -> Lie | None:
        point = self._random.random()
        for lie, chance in self._lies.chances.items():
            if point < chance:
                return lie
            point -= chance
        return None

    def keeps_silent(self) -> bool:
        """Whether the text just taken gets no callbacks."""
        return self._random.random() < self._lies.silent

    def spoils_a_list(self) -> bool:
        """Whether the next page of a list is spoilt."""
        return self._random.random() < self._lies.listing
