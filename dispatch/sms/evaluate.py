"""Judge the reply grammar on labelled texts: a score, who is taken for whom, and the errors that must not happen.

The file is UTF-8 text, one row a line, seven columns parted by tabs: context, text, disposition, code, minutes, party,
stated time; `-` stands for "none". For `missing` the code column holds the numbers, parted by commas. Empty lines and
lines that begin with `#` are passed over. The day a text names is not judged.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dispatch.kit.errors import Invalid
from dispatch.sms.replies import Context, Disposition, Reply, parse_reply

_COLUMNS = 7
_NONE = "-"
_COMMENT = "#"


class LabelUnreadable(Invalid):
    """A row of a labelled file does not follow the format."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a text should be taken to mean.

    Attributes:
        line: the line of the file, from 1.
        context: what was open when the text arrived.
        text: the text.
        disposition: what it means.
        code: the code it names.
        numbers: for `missing`, the list numbers.
        minutes: a delay.
        party: how many come.
        stated_time: a time of day, wall time.
    """

    line: int
    context: Context
    text: str
    disposition: Disposition
    code: int | None
    numbers: tuple[int, ...]
    minutes: int | None
    party: int | None
    stated_time: dt.time | None

    def fits(self, reply: Reply) -> bool:
        """Tell whether a reply agrees in every column."""
        return (self.disposition, self.code, self.numbers, self.minutes, self.party, self.stated_time) == (
            reply.disposition,
            reply.code,
            reply.numbers,
            reply.minutes,
            reply.party,
            reply.stated_time,
        )


@dataclass(frozen=True, slots=True)
class Miss:
    """A label and the different reply it got."""

    label: Label
    reply: Reply

    @property
    def is_cardinal(self) -> bool:
        """Tell whether it is an error worse than any question back: a false yes, a missed or an invented stop."""
        wanted, got = self.label.disposition, self.reply.disposition
        false_yes = got is Disposition.ACCEPT and wanted is not Disposition.ACCEPT
        return false_yes or (got is Disposition.STOP) is not (wanted is Disposition.STOP)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How the grammar did on a file.

    Attributes:
        rows: how many texts were judged.
        misses: the rows that disagree in any column, in the order of the file.
        confusion: for each pair of wanted and given disposition, how often it occurred.
    """

    rows: int
    misses: tuple[Miss, ...]
    confusion: Mapping[tuple[Disposition, Disposition], int]

    @property
    def score(self) -> float:
        """The share of rows that agree in every column, 0 to 1; 1 for an empty file."""
        return 1 - len(self.misses) / self.rows if self.rows else 1.0

    @property
    def cardinal_errors(self) -> tuple[Miss, ...]:
        """The misses that are worse than any question back."""
        return tuple(miss for miss in self.misses if miss.is_cardinal)


def read_labels(lines: Iterable[str]) -> list[Label]:
    """Read the rows of a labelled file.

    Raises:
        LabelUnreadable: a row has not seven columns, or a value that is none of its column's; names the line.
    """
    return [
        _label(number, line.rstrip("\r\n"))
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.startswith(_COMMENT)
    ]


def evaluate(labels: Iterable[Label], parse: Callable[[str, str], Reply] = parse_reply) -> Evaluation:
    """Judge a parser on labels; without side effects, the same result every time."""
    judged = [(label, parse(label.text, label.context)) for label in labels]
    return Evaluation(
        rows=len(judged),
        misses=tuple(Miss(label, reply) for label, reply in judged if not label.fits(reply)),
        confusion=Counter((label.disposition, reply.disposition) for label, reply in judged),
    )


def evaluate_file(path: Path) -> Evaluation:
    """Judge the reply grammar on a labelled file.

    Raises:
        LabelUnreadable: a row does not follow the format.
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8") as lines:
        return evaluate(read_labels(lines))


def _label(number: int, line: str) -> Label:
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        raise LabelUnreadable(
            f"Line {number} has {len(columns)} columns; write {_COLUMNS}, parted by tabs.", line=number
        )
    context, text, disposition, codes, minutes, party, stated_time = columns
    try:
        meaning = Disposition(disposition)
        numbers = tuple(int(code) for code in codes.split(",")) if codes != _NONE else ()
        lists = meaning is Disposition.MISSING
        return Label(
            line=number,
            context=Context(context),
            text=text,
            disposition=meaning,
            code=numbers[0] if numbers and not lists else None,
            numbers=numbers if lists else (),
            minutes=_number(minutes),
            party=_number(party),
            stated_time=None if stated_time == _NONE else dt.time.fromisoformat(stated_time),
        )
    except ValueError as error:
        raise LabelUnreadable(f"Line {number} is not in the format: {error}.", line=number) from error


def _number(column: str) -> int | None:
    return None if column == _NONE else int(column)
