import datetime as dt
from pathlib import Path

import pytest

from dispatch.sms.evaluate import Label, LabelUnreadable, evaluate, evaluate_file, read_labels
from dispatch.sms.replies import Context, Disposition, Reply

ROWS = """\
# context, text, disposition ...
offer1\tда\taccept\t-\t-\t-\t-

eta\t20\tlate\t-\t20\t-\t-
present\t3 и 7\tmissing\t3,7\t-\t-\t-
offer1\tда 31 в 9, нас двое\taccept\t31\t-\t2\t09:00
"""


def labels_of(*rows: str) -> list[Label]:
    return read_labels([row.replace("|", "\t") for row in rows])


def test_rows_are_read_column_by_column() -> None:
    labels = read_labels(ROWS.splitlines(keepends=True))
    assert [label.line for label in labels] == [2, 4, 5, 6]
    assert labels[0] == Label(2, Context.OFFER, "да", Disposition.ACCEPT, None, (), None, None, None)
    assert (labels[1].minutes, labels[2].numbers, labels[2].code) == (20, (3, 7), None)
    assert (labels[3].code, labels[3].party, labels[3].stated_time) == (31, 2, dt.time(9))


def test_the_grammar_is_judged_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.tsv"
    path.write_text(ROWS, encoding="utf-8")
    evaluation = evaluate_file(path)
    assert (evaluation.rows, evaluation.score, evaluation.misses) == (4, 1.0, ())
    assert evaluation.confusion[Disposition.ACCEPT, Disposition.ACCEPT] == 2


def test_a_difference_in_any_column_is_a_miss() -> None:
    labels = labels_of("offer1|a|accept|31|-|-|-", "offer1|b|accept|-|-|-|-")
    evaluation = evaluate(labels, lambda _text, _context: Reply(Disposition.ACCEPT, code=31))
    assert [miss.label.text for miss in evaluation.misses] == ["b"]
    assert evaluation.score == 0.5
    assert evaluation.cardinal_errors == ()


@pytest.mark.parametrize(
    ("wanted", "got", "cardinal"),
    [
        ("decline", Disposition.ACCEPT, True),
        ("ambiguous", Disposition.ACCEPT, True),
        ("stop", Disposition.AMBIGUOUS, True),
        ("ambiguous", Disposition.STOP, True),
        ("accept", Disposition.AMBIGUOUS, False),
        ("decline", Disposition.CANCEL, False),
    ],
)
def test_false_yeses_and_missed_or_invented_stops_are_cardinal(
    wanted: str,
    got: Disposition,
    *,
    cardinal: bool,
) -> None:
    evaluation = evaluate(labels_of(f"offer1|text|{wanted}|-|-|-|-"), lambda _text, _context: Reply(got))
    assert len(evaluation.misses) == 1
    assert bool(evaluation.cardinal_errors) is cardinal
    assert evaluation.confusion == {(Disposition(wanted), got): 1}


def test_an_empty_file_has_nothing_wrong() -> None:
    assert evaluate([]).score == 1.0


@pytest.mark.parametrize(
    "row",
    [
        "offer1|да|accept|-|-|-",
        "lunch|да|accept|-|-|-|-",
        "offer1|да|perhaps|-|-|-|-",
        "offer1|да|accept|x|-|-|-",
        "offer1|да|accept|-|ten|-|-",
        "offer1|да|accept|-|-|-|25:00",
    ],
)
def test_a_row_out_of_format_is_named_by_its_line(row: str) -> None:
    with pytest.raises(LabelUnreadable, match="Line 2") as caught:
        labels_of("# a comment", row)
    assert caught.value.fields == {"line": 2}
