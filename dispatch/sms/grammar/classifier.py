"""A second reader: what people meant who wrote such words, learned from labelled texts.

A logistic regression over the features of `features`. Its weights lie beside this file and are made by
`script/train-replies`; they are read once, with the first text.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.sms.grammar.features import BUCKETS, buckets
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.verdict import Verdict

WEIGHTS: Final = "classifier.npz"


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        kinds: what is told apart, `DECLINE` standing for every no.
        rows: for each bucket the weights of the kinds, as multiples of `scale`: (BUCKETS, kinds), int8.
        scale: what one unit of `rows` is worth.
        bias: the weight of each kind before any feature.
    """

    kinds: tuple[Disposition, ...]
    rows: NDArray[np.int8]
    scale: float
    bias: NDArray[np.float64]


class Opinion(NamedTuple):
    """What the second reader takes a text for.

    Attributes:
        kind: the likeliest.
        shares: the probability of each kind, 0 to 1, together 1.
    """

    kind: Disposition
    shares: Mapping[Disposition, float]

    @property
    def probability(self) -> float:
        """How probable the likeliest is, 0 to 1."""
        return self.shares[self.kind]


def opinion(reading: Reading, context: Context, verdict: Verdict) -> Opinion:
    """Return what a text is taken for that the rules have decided upon."""
    learned = weights()
    sums = learned.rows[buckets(reading, context, verdict)].sum(axis=0, dtype=np.int32) * learned.scale + learned.bias
    likely = np.exp(sums - sums.max())
    shares = (likely / likely.sum()).tolist()
    return Opinion(learned.kinds[int(sums.argmax())], dict(zip(learned.kinds, shares, strict=True)))


@cache
def weights() -> Weights:
    """Read the weights."""
    with files(__package__).joinpath(WEIGHTS).open("rb") as stored, np.load(stored, allow_pickle=False) as arrays:
        rows: NDArray[np.int8] = arrays["rows"]
        kinds = tuple(Disposition(str(kind)) for kind in arrays["kinds"])
        learned = Weights(kinds, rows, float(arrays["scale"]), arrays["bias"])
    assert rows.shape == (BUCKETS, len(kinds)), "weights of another version: run script/train-replies"
    return learned
