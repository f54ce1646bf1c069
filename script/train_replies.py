"""Learn the classifier of replies; run by script/train-replies, which installs what this needs beside the product.

Texts the rules were made from teach words only: on those the rules are nearly always right, so from them the classifier
would learn to believe the rules everywhere. What the rules' verdicts are worth it learns from `replies_learned.tsv`,
which they were not made from. The file that is kept out of sight is never read, nor the one that examines.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from dispatch.sms.evaluate import Label, read_labels
from dispatch.sms.grammar import classifier
from dispatch.sms.grammar.decide import read_for, rule_upon
from dispatch.sms.grammar.features import BUCKETS, buckets, kind_of
from dispatch.sms.grammar.outcome import Context, Disposition

HERE: Final = Path(__file__).resolve().parents[1]
LABELLED: Final = HERE / "tests" / "sms"
MADE_THE_RULES: Final = ("replies_seed.tsv", "replies_written.tsv", "replies_fresh.tsv")
LISTS: Final = ("replies_stop.txt", "replies_no_stop.txt", "replies_no_yes.txt")
TEACH_ALL: Final = ("replies_learned.tsv", "replies_traps.tsv")
STRENGTH, ROUNDS, LARGEST, SAME = 1.0, 300, 127, 0.999
"""Inverse of the penalty on weights; most rounds of the solver; largest int8; the share of weights that must agree."""


class Example(NamedTuple):
    """One text to learn from: the buckets of its features, and what it means."""

    places: list[int]
    kind: Disposition

    @classmethod
    def of(cls, label: Label, *, with_rules: bool) -> "Example":
        """Return a labelled text, with what the rules say of it or without."""
        reading = read_for(label.text, label.context)
        ruled = rule_upon(reading, label.context) if with_rules else None
        return cls(buckets(reading, label.context, ruled), kind_of(label.disposition))

    @classmethod
    def ruled(cls, text: str, context: Context) -> "Example":
        """Return a text of a list, which means what the rules read: they are held to that by tests."""
        reading = read_for(text, context)
        return cls(buckets(reading, context, None), kind_of(rule_upon(reading, context).disposition))


def lines_of(name: str) -> list[str]:
    """Return the lines of a file of texts."""
    return (LABELLED / name).read_text(encoding="utf-8").splitlines()


def labels_of(name: str) -> list[Label]:
    """Read one labelled file."""
    return read_labels(lines_of(name))


def learn(places: Sequence[Sequence[int]], kinds: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """Fit the regression and return what is stored, the weights rounded to bytes."""
    ends = np.cumsum([0, *(len(row) for row in places)])
    columns = np.concatenate([np.asarray(row, dtype=np.int64) for row in places])
    texts = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(places), BUCKETS))
    fitted = LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(texts, kinds)
    scale = np.abs(fitted.coef_).max() / LARGEST
    rows = np.round(fitted.coef_ / scale).astype(np.int8).T
    return {"kinds": fitted.classes_, "rows": rows, "scale": np.float64(scale), "bias": fitted.intercept_}


def is_stored(learned: dict[str, NDArray[np.generic]]) -> bool:
    """Tell whether the stored weights are these, but for the last bit of a few."""
    stored = classifier.weights()
    if [str(kind) for kind in stored.kinds] != [str(kind) for kind in learned["kinds"]]:
        return False
    apart = np.abs(stored.rows.astype(int) - learned["rows"].astype(int))
    return bool((apart <= 1).mean() >= SAME)


def main() -> int:
    """Learn, and store or compare."""
    parser = argparse.ArgumentParser(prog="script/train-replies", description="Learn the classifier of replies.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the stored weights differ")
    check = parser.parse_args().check
    print("reading", file=sys.stderr)
    taught = [Example.of(label, with_rules=False) for name in MADE_THE_RULES for label in labels_of(name)]
    taught += [Example.of(label, with_rules=True) for name in TEACH_ALL for label in labels_of(name)]
    taught += [Example.ruled(text, context) for name in LISTS for text in lines_of(name) for context in Context]
    print(f"learning from {len(taught)} texts", file=sys.stderr)
    learned = learn([example.places for example in taught], [example.kind for example in taught])
    if check:
        same = is_stored(learned)
        print(
            "the stored weights are what is learned now" if same else "the stored weights differ: run without --check"
        )
        return 0 if same else 1
    target = Path(classifier.__file__).with_name(classifier.WEIGHTS)
    with target.open("wb") as stored:
        np.savez_compressed(stored, **learned)
    print(f"{target.relative_to(HERE)}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
