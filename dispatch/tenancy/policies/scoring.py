"""Who is asked first among the eligible: weights of the soft score."""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from dispatch.tenancy.policies.section import Section, Share


class Strategy(StrEnum):
    """A named set of weights, or the franchise's own."""

    BALANCED = "balanced"
    NEAREST = "nearest"
    BEST_RATED = "best_rated"
    FAIR = "fair"
    CUSTOM = "custom"


class Weights(Section):
    """How much each part of the score counts; each part is itself between 0 and 1, the weights sum to one."""

    distance: Share
    rating: Share
    likelihood: Share
    """p_accept x p_show."""
    favourites: Share
    """The client's favourites, and past work at the client or the site."""
    fairness: Share
    """Few hours worked in the fairness window."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        if self.distance + self.rating + self.likelihood + self.favourites + self.fairness != 1:
            raise ValueError("weights: distance, rating, likelihood, favourites and fairness must sum to 1")
        return self


def _weights(distance: str, rating: str, likelihood: str, favourites: str, fairness: str) -> Weights:
    return Weights(
        distance=Decimal(distance),
        rating=Decimal(rating),
        likelihood=Decimal(likelihood),
        favourites=Decimal(favourites),
        fairness=Decimal(fairness),
    )


STRATEGY_WEIGHTS = {
    Strategy.BALANCED: _weights("0.35", "0.25", "0.20", "0.10", "0.10"),
    Strategy.NEAREST: _weights("0.70", "0.10", "0.10", "0.05", "0.05"),
    Strategy.BEST_RATED: _weights("0.30", "0.45", "0.15", "0.05", "0.05"),
    Strategy.FAIR: _weights("0.30", "0.15", "0.10", "0.05", "0.40"),
}


class Scoring(Section):
    """The strategy of a franchise; `weights` gives what to reckon with."""

    strategy: Strategy = Strategy.BALANCED
    custom: Weights | None = None
    """The franchise's own weights, given exactly when the strategy is `custom`."""
    fairness_days: int = 7
    """Hours worked within this many days count for fairness."""

    @model_validator(mode="after")
    def _custom_exactly_when_chosen(self) -> Self:
        if (self.strategy is Strategy.CUSTOM) != (self.custom is not None):
            raise ValueError("custom: give weights exactly when the strategy is custom")
        return self

    @property
    def weights(self) -> Weights:
        """The weights in force."""
        return self.custom or STRATEGY_WEIGHTS[self.strategy]
