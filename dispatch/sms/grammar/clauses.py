"""A text of several clauses means what its deciding clause means.

A man writes why, says yes, asks about the pay. Each clause is read as if it stood alone; courtesies, stories and
questions leave the answer to the others, and where two clauses answer, they must agree, or the later one must follow a
turn such as "but".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dispatch.sms.grammar.bystanders import are_harmless
from dispatch.sms.grammar.morphology import Form, look_up
from dispatch.sms.grammar.normalise import Gap, Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading, part_of
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.verdict import Verdict

Judge = Callable[[Reading, Context], Verdict | None]

_MOST_CLAUSES, _MOST_WORDS = 7, 60
_ANSWERED = frozenset(
    {Context.OFFER, Context.OFFERS, Context.BOOKED_OFFER, Context.PROMOTION, Context.RECONFIRM, Context.CHANGE}
    | {Context.BOOKED, Context.ETA, Context.WHICH, Context.NONE, Context.NOTICE}
)
_FIRM = frozenset(
    {
        *(Disposition.ACCEPT, Disposition.DECLINE, Disposition.CANCEL, Disposition.LATE, Disposition.ARRIVED),
        *(Disposition.ON_WAY, Disposition.SUBSTITUTE, Disposition.APPEAL, Disposition.RESTORE),
        *(Disposition.WRONG_NUMBER, Disposition.START),
    }
)
_OUTWEIGHED: frozenset[tuple[Disposition, Disposition]] = frozenset(
    {
        (Disposition.LATE, Disposition.ON_WAY),
        (Disposition.LATE, Disposition.ARRIVED),
        (Disposition.ARRIVED, Disposition.ON_WAY),
        (Disposition.APPEAL, Disposition.CANCEL),
        (Disposition.SUBSTITUTE, Disposition.CANCEL),
        (Disposition.SUBSTITUTE, Disposition.DECLINE),
        (Disposition.SUBSTITUTE, Disposition.LATE),
    }
)
"""Pairs in which the first tells more than the second: on the way, but late."""

_TURNS = frozenset(
    "но однако зато but however pero de lekin лекин аммо ammo вале бироқ".split()  # noqa: SIM905 - read as a row
)
_REASONS = frozenset(
    "поэтому ибо тк because cause cuz bc porque pues mert чунки chunki".split()  # noqa: SIM905 - read as a row
)
_LEADS = (("так", "что"), ("потому", "что"), ("из", "за"))
_STORY = frozenset(
    {
        *(Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.OKAY, Sense.LEAN, Sense.UNDERSTOOD, Sense.RECEIVED),
        *(Sense.BOTH, Sense.MESSAGES, Sense.REASON, Sense.FAREWELL, Sense.ALL_WELL, Sense.REGRET, Sense.LISTING),
    }
)
_CONCEDED = _STORY | {Sense.BUT, Sense.OTHER, Sense.NOT, Sense.LATER, Sense.UNTIMELY, Sense.UNWANTED, Sense.TOPIC}
_CONDITIONAL = frozenset({Sense.MAYBE, Sense.BUT, Sense.LATER, Sense.LATE, Sense.NO, Sense.REFUSE, Sense.DURATION})


_ANSWERS = frozenset({Disposition.ACCEPT, Disposition.DECLINE, Disposition.CANCEL})
_REFUSALS = frozenset({Disposition.DECLINE, Disposition.CANCEL})
_REFUSING = frozenset({Sense.NO, Sense.REFUSE, Sense.UNWANTED, Sense.CANCEL, Sense.REGRET})
_PROMISES = frozenset({Sense.YES, Sense.COME, Sense.GO})
_ASKED_OF = frozenset(
    {"только", "just", "за", "далеко", "далековато", "far", "lejos", "messze", "узок", "узоқ", "дур", "or", "или"}
)
"""Words that limit a yes, and in a question are only what is asked."""

_WHEN = frozenset({"когда", "when", "once", "cuando", "amikor"})
_MONEY = (
    "оплат",
    "плат",
    "зп",
    "зарплат",
    "деньг",
    "денег",
    "аванс",
    "ставк",
    "тариф",
    "pay",
    "pago",
    "fizet",
    "pul",
    "пул",
)
_ASSENTS = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.OKAY})
_CHANGES = ("передум", "отказ", "забыл", "переигр")
_PAST = ("л", "ла", "ли", "лся", "лась", "лись")
_OBJECTION = "возраж"
_DENIALS = (("да", "нет"), ("да", "не"))


@dataclass(frozen=True, slots=True)
class _Clause:
    """One clause: its reading, what it decides alone, whether it asks, and whether it follows a turn."""

    reading: Reading
    verdict: Verdict | None
    asks: bool
    turned: bool

    @property
    def firm(self) -> Verdict | None:
        return self.verdict if self.verdict is not None and self.verdict.disposition in _FIRM else None


def compose(reading: Reading, context: Context, judge: Judge) -> Verdict | None:
    """Return what the clauses of a text come to, None when they come to nothing plain or there is only one."""
    if context not in _ANSWERED or len(reading.tokens) > _MOST_WORDS:
        return None
    spans = list(_spans(reading))
    if not 1 < len(spans) <= _MOST_CLAUSES:
        return None
    clauses = [_judge(reading, context, judge, start, end, turned=turned) for start, end, turned in spans]
    decisive = [clause for clause in clauses if clause.firm is not None and not clause.asks]
    well = any(_is_unchanged(clause.reading) for clause in clauses)
    decisive = _chosen(decisive, context) or decisive
    last = decisive[-1:]
    decisive = [
        clause for clause in decisive if clause in last or not _denies_a_doubt(clause.reading, well=well)
    ] or decisive
    turn = max((at for at, clause in enumerate(clauses) if clause.turned), default=0)
    if turn:
        decisive = [clause for clause in decisive if clause in clauses[turn:]] or decisive
    answer = _agreed([clause.firm for clause in decisive if clause.firm is not None])
    if answer is None or _is_torn(reading, clauses, answer):
        return None
    beside = [clause for clause in clauses if clause.firm is None or clause.asks or clause not in decisive]
    if answer.disposition is Disposition.ACCEPT and not _leave_a_yes(clauses, beside, turn):
        return None
    return replace(answer, why=f"{answer.why}, beside other clauses")


def _chosen(decisive: Sequence[_Clause], context: Context) -> list[_Clause]:
    """Return the clause that takes one of several offers and leaves the rest: `беру 66, вторую не надо`."""
    if context not in {Context.OFFERS, Context.WHICH}:
        return []
    taken = [clause for clause in decisive if clause.reading.numbers.codes and clause.firm is not None]
    rest = [clause for clause in decisive if clause not in taken]
    leaves = all(clause.reading.senses & {Sense.ORDINAL, Sense.BOTH, Sense.BUT} for clause in rest)
    return taken if len(taken) == 1 and rest and leaves else []


def _spans(reading: Reading) -> Iterator[tuple[int, int, bool]]:
    """Yield where clauses begin and end, and whether a turn leads them; the leading word is left out."""
    tokens = reading.tokens
    words = [token.text for token in tokens]
    start, turned, at = 0, False, 0
    while at < len(tokens):
        lead = 2 if tuple(words[at : at + 2]) in _LEADS else int(words[at] in _TURNS | _REASONS)
        if at > start and _begins_a_question(reading, start, at):
            yield start, at, turned
            start, turned = at, False
        if at > start and (tokens[at].gap >= Gap.COMMA or (lead and _is_lead(reading, at))):
            yield start, at, turned
            start, turned = at, False
        if lead and at == start and at > 0 and _is_lead(reading, at):
            turned = turned or words[at] in _TURNS
            start = at + lead
            at += lead
            continue
        at += 1
    if start < len(tokens):
        yield start, len(tokens), turned


def _begins_a_question(reading: Reading, start: int, at: int) -> bool:
    """Tell whether a question follows a yes without a sign, `ok how much`; Russian `да` may only stress it."""
    ask = at + 1 if reading.tokens[at].text == "а" else at
    if not any(mark.start == ask for mark in reading.marks if mark.sense is Sense.ASK):
        return False
    words = [token.text for token in reading.tokens]
    before = [mark for mark in reading.marks if start <= mark.start < at]
    stated = _ASSENTS | {Sense.ARRIVED, Sense.ON_WAY, Sense.LATE}
    plain = all(mark.sense in stated | {Sense.FILLER} for mark in before) and before[-1:] != []
    assents = [mark for mark in before if mark.sense in stated]
    stressed = ask == at and [words[mark.start] for mark in assents] == ["да"]
    return plain and not stressed and any(mark.sense in stated for mark in before) and before[-1].end == at


def _is_lead(reading: Reading, at: int) -> bool:
    """Tell whether a word leads a clause: Spanish `de` does not, nor the end of `рад бы, но`; Hungarian `de` does."""
    ends = at + 1 == len(reading.tokens) or reading.tokens[at + 1].gap >= Gap.COMMA
    around = [mark for mark in reading.marks if mark.start < at < mark.end]
    if around and (ends or any(mark.sense in _REFUSING for mark in around)):
        return False
    return reading.tokens[at].text != "de" or any(mark.start == at for mark in reading.of(Sense.BUT))


def _judge(reading: Reading, context: Context, judge: Judge, start: int, end: int, *, turned: bool) -> _Clause:
    part = part_of(reading, start, end)
    asks = part.asks or Sense.ASK in part.senses
    return _Clause(part, judge(part, context), asks, turned)


def _agreed(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the one thing several clauses say, the one that tells more where one includes the other."""
    found: Verdict | None = None
    for verdict in verdicts:
        if found is None or (verdict.disposition, found.disposition) in _OUTWEIGHED:
            found = verdict if found is None else _joined(verdict, found)
        elif found.disposition is verdict.disposition or (found.disposition, verdict.disposition) in _OUTWEIGHED:
            found = _joined(found, verdict)
        else:
            return None
    return found


def _joined(verdict: Verdict, other: Verdict) -> Verdict:
    return replace(
        verdict,
        minutes=verdict.minutes or other.minutes,
        party=verdict.party or other.party,
        stated_time=verdict.stated_time or other.stated_time,
    )


def _is_torn(reading: Reading, clauses: Sequence[_Clause], answer: Verdict) -> bool:
    """Tell whether the clauses cannot be read apart: a list of codes, a phrase across them, a doubt about an answer."""
    answers = answer.disposition in _ANSWERS
    doubts = any(_doubts(clause.reading) and not clause.asks for clause in clauses)
    spanning = Sense.MAYBE in reading.senses and not any(Sense.MAYBE in clause.reading.senses for clause in clauses)
    promised = any(clause.firm is not None and clause.firm.disposition is Disposition.ACCEPT for clause in clauses)
    later = answer.disposition is Disposition.LATE and promised
    refuses = answer.disposition in _REFUSALS
    limited = refuses and any(clause.reading.senses & _PROMISES and not clause.asks for clause in clauses)
    objects = any(token.text.startswith(_OBJECTION) for token in reading.tokens)
    return (
        len(reading.numbers.codes) > 1
        or Sense.STOP_WORD in reading.senses
        or spanning
        or later
        or limited
        or (answers and (doubts or objects))
    )


def _doubts(part: Reading) -> bool:
    return any(not _is_told(part, mark) for mark in part.of(Sense.MAYBE))


def _leave_a_yes(clauses: Sequence[_Clause], beside: Sequence[_Clause], turn: int) -> bool:
    """Tell whether the other clauses leave a yes a plain one."""
    well = any(_is_unchanged(clause.reading) for clause in clauses)
    return all(
        _denies_a_doubt(clause.reading, well=well)
        or (clause.firm is not None and bool(clause.reading.senses & {Sense.ORDINAL}))
        or _leaves_a_yes(clause, conceded=clauses.index(clause) < turn, turned=turn > 0)
        for clause in beside
    )


def _leaves_a_yes(clause: _Clause, *, conceded: bool, turned: bool) -> bool:
    part = clause.reading
    if clause.asks:
        if not part.asks and any(token.text in _WHEN for token in part.tokens[:2]):
            return False  # `приду, когда заплатите`
        limits = {mark.sense for mark in part.marks if part.tokens[mark.start].text not in _ASKED_OF}
        return not limits & _CONDITIONAL and not part.numbers.foreign and part.numbers.time is None
    if clause.firm is not None or (conceded and _is_past(part)):
        return conceded and _is_past(part)
    return _is_a_story(part, conceded=conceded, turned=turned)


def _is_a_story(part: Reading, *, conceded: bool, turned: bool) -> bool:
    """Tell whether a clause only tells something, without a number, a condition or a price."""
    if any(_is_told(part, mark) for mark in part.of(Sense.WEARY, Sense.STOP_ALONE)):
        return not part.senses & {Sense.NO, Sense.REFUSE, Sense.MAYBE, Sense.CANCEL}
    numbers = part.numbers
    counted = numbers.foreign or numbers.codes or numbers.plain or numbers.time or part.minutes() is not None
    money = part.of(Sense.TOPIC) and any(token.text.startswith(_MONEY) for token in part.tokens)
    if counted or money or (turned and not conceded and part.unknown):
        return False
    senses = {mark.sense for mark in part.marks if not _is_told(part, mark)}
    return senses <= (_CONCEDED if conceded else _STORY) and are_harmless(part)


def _is_told(part: Reading, mark: Mark) -> bool:
    """Tell whether a word that may be another's or another time's only tells something: `телефон был разряжен`."""
    if mark.sense in {Sense.STOP_ALONE, Sense.WEARY}:
        beside = part.senses - {Sense.STOP_ALONE, Sense.WEARY, Sense.FILLER, Sense.YES}
        return bool(part.unknown or beside) and not beside & {Sense.MESSAGES, Sense.WRITE}
    if mark.sense is Sense.TOPIC:
        return len(part.tokens) > 1
    words = [token.text for token in part.tokens[mark.start : mark.end]]
    if words == ["вчера"]:
        return True
    if mark.sense is Sense.MAYBE and words[0] == "не":
        return words[-1].endswith(_PAST)
    if mark.sense is Sense.NOT and mark.end < len(part.tokens):
        following = look_up(part.tokens[mark.end].text)
        return part.tokens[mark.end].text.endswith(_PAST) or (following.form is Form.OTHERS and not following.asks)
    return (
        mark.sense is Sense.OTHER
        and words[0] != "не"
        and all(look_up(word).form in {Form.THING, Form.TOLD} for word in words)
    )


def _is_unchanged(part: Reading) -> bool:
    """Tell whether a clause says that all is as it was: `не передумал`, `всё в силе`."""
    words = {token.text for token in part.tokens}
    return Sense.ALL_WELL in part.senses or ("не" in words and any(word.startswith(_CHANGES) for word in words))


def _denies_a_doubt(part: Reading, *, well: bool) -> bool:
    """Tell whether a bare no contradicts something imagined and not the offer: `да нет, приду`."""
    words = tuple(token.text for token in part.tokens)
    return words in _DENIALS or (well and words == ("нет",))


def _is_past(part: Reading) -> bool:
    """Tell whether a no tells what was: `болел, но приду`."""
    words = [token.text for token in part.tokens if token.kind is Kind.WORD]
    return bool(words) and any(word.endswith(_PAST) for word in words)
