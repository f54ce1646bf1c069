"""The second reader and how it is weighed against the rules: whatever it says, the rules keep the veto."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dispatch.sms.evaluate import Label, evaluate_file, read_labels
from dispatch.sms.grammar import weigh as weighing
from dispatch.sms.grammar.classifier import Opinion, opinion, weights
from dispatch.sms.grammar.decide import read_for, rule_upon
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.replies import parse_reply

HERE = Path(__file__).parent
SEEN_BY_THE_RULES = ("replies_seed.tsv", "replies_written.tsv", "replies_fresh.tsv")


@pytest.fixture(scope="module")
def labels() -> Sequence[Label]:
    return [
        label
        for name in SEEN_BY_THE_RULES
        for label in read_labels((HERE / name).read_text(encoding="utf-8").splitlines())
    ]


def always(kind: Disposition, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the second reader be sure of one thing, whatever it reads."""
    shares = dict.fromkeys(weights().kinds, 0.0) | {kind: 1.0}
    monkeypatch.setattr(weighing, "opinion", lambda *_: Opinion(kind, shares))


def ruled(label: Label) -> Disposition:
    return rule_upon(read_for(label.text, label.context), label.context).disposition


@pytest.mark.parametrize(
    ("name", "least", "most_cardinal"), [("replies_examined.tsv", 0.96, 0), ("replies_tricky.tsv", 0.785, 10)]
)
def test_an_inbox_that_taught_nobody_is_read_no_worse_than_before(name: str, least: float, most_cardinal: int) -> None:
    """A floor, raised with the readers; these texts teach neither of them."""
    evaluation = evaluate_file(HERE / name)
    assert evaluation.score >= least
    assert len(evaluation.cardinal_errors) <= most_cardinal


def test_no_refusal_and_no_stop_becomes_a_yes(labels: Sequence[Label], monkeypatch: pytest.MonkeyPatch) -> None:
    always(Disposition.ACCEPT, monkeypatch)
    firm = {Disposition.DECLINE, Disposition.CANCEL, Disposition.STOP, Disposition.WRONG_NUMBER, Disposition.QUESTION}
    refusing = [label for label in labels if ruled(label) in firm]
    assert len(refusing) > 1000
    read = [(label.text, parse_reply(label.text, label.context).disposition) for label in refusing]
    assert [text for text, disposition in read if disposition is Disposition.ACCEPT] == []


def test_a_yes_is_only_given_where_something_was_asked(
    labels: Sequence[Label], monkeypatch: pytest.MonkeyPatch
) -> None:
    always(Disposition.ACCEPT, monkeypatch)
    unasked = [label for label in labels if label.context in {Context.NONE, Context.BOOKED, Context.ETA}]
    assert unasked
    assert all(parse_reply(label.text, label.context).disposition is not Disposition.ACCEPT for label in unasked)


@pytest.mark.parametrize("kind", [Disposition.ACCEPT, Disposition.UNKNOWN, Disposition.QUESTION, Disposition.LATE])
def test_a_stop_of_the_rules_stands(kind: Disposition, monkeypatch: pytest.MonkeyPatch) -> None:
    always(kind, monkeypatch)
    texts = (HERE / "replies_stop.txt").read_text(encoding="utf-8").splitlines()
    assert [text for text in texts if parse_reply(text, Context.OFFER).disposition is not Disposition.STOP] == []


def test_a_doubted_yes_is_asked_back(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_reply("да, приду", Context.OFFER).disposition is Disposition.ACCEPT
    always(Disposition.UNKNOWN, monkeypatch)
    assert parse_reply("да, приду", Context.OFFER).disposition is Disposition.AMBIGUOUS
    assert parse_reply("1", Context.OFFER).disposition is Disposition.ACCEPT


@pytest.mark.parametrize(
    ("context", "meant"), [(Context.OFFER, Disposition.DECLINE), (Context.RECONFIRM, Disposition.CANCEL)]
)
def test_a_no_turns_down_or_gives_back_by_what_was_asked(
    context: Context, meant: Disposition, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(Disposition.DECLINE, monkeypatch)
    assert parse_reply("брат из армии вернулся", context).disposition is meant


def test_what_it_takes_a_text_for_is_a_distribution_and_the_same_each_time() -> None:
    reading = read_for("брат из армии вернулся", Context.OFFER)
    verdict = rule_upon(reading, Context.OFFER)
    heard = opinion(reading, Context.OFFER, verdict)
    assert sum(heard.shares.values()) == pytest.approx(1.0)
    assert heard.probability == max(heard.shares.values())
    assert heard == opinion(reading, Context.OFFER, verdict)
