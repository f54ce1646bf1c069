"""From a reading to a reply: the rules in order of weight; the first that decides, decides."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from dispatch.sms.grammar.acceptance import accept, choose, number_alone
from dispatch.sms.grammar.attendance import arrived, eta, late, on_way
from dispatch.sms.grammar.clauses import compose
from dispatch.sms.grammar.lemmas import is_substitute
from dispatch.sms.grammar.morphology import Form, look_up
from dispatch.sms.grammar.normalise import Gap, Kind
from dispatch.sms.grammar.outcome import Context, Disposition, Reply
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading, read
from dispatch.sms.grammar.refusal import refuse
from dispatch.sms.grammar.rollcall import rollcall
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.staying import prefers_texts
from dispatch.sms.grammar.stopping import stop
from dispatch.sms.grammar.verdict import LIKELY, OPEN, Verdict, ambiguous, finish
from dispatch.sms.grammar.vocabulary import vocabulary
from dispatch.sms.grammar.weigh import weigh

_SMALL_TALK = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET})
_ANSWERS = frozenset({Sense.YES, Sense.NO, Sense.COME, Sense.GO, Sense.OKAY, Sense.LEAN, Sense.BOTH, Sense.ORDINAL})
_DISPUTES = frozenset({Sense.DISAGREE, Sense.UNFAIR, Sense.CANCEL, Sense.REMOVE, Sense.RESTORE, Sense.UNWANTED})

_RESTRICTIONS = frozenset({Sense.BUT, Sense.LEAN, Sense.PARTY, Sense.DURATION, Sense.DAY, Sense.OTHER})

_THEN = frozenset({"тогда", "then", "entonces", "akkor", "унда", "unda"})
_TURNS = frozenset({"но", "однако", "but", "pero", "de", "лекин", "аммо", "lekin", "вале", "только"})
_ANOTHER = frozenset({"otra", "другой", "different", "mas", "бошка", "boshqa", "дигар"})
_THEN_YES = frozenset(
    {"да", "yes", "sii", "si", "igen", "ха", "ha", "приду", "могу", "смогу", "согласен", "буду", "бале", "ok", "ок"}
)
_FAMILY = frozenset(
    {"мама", "папа", "жена", "муж", "брат", "сестра", "дочь", "сын", "отец", "мать", "бабушка", "дедушка"}
)
_APOLOGIES = frozenset(
    {
        "sorry",
        "извините",
        "простите",
        "извини",
        "прости",
        "сорри",
        "сори",
        "сорян",
        "siento",
        "bocs",
        "bocsi",
        "узр",
        "бубахшед",
    }
)
_LIMITS = frozenset(
    {
        "только",
        "only",
        "later",
        "позже",
        "после",
        "after",
        "до",
        "until",
        "раньше",
        "earlier",
        "solo",
        "csak",
        "instead",
        "лучше",
        "если",
    }
)
_INSTEAD = frozenset({"instead", "вместо", "лучше", "mejor", "inkabb", "другой", "другое"})
_SHORTEST_QUESTION = 3
_MISTAKE = ("ошибк", "ошибоч", "mistake", "error", "teved", "хато", "xato")
_OR = frozenset({"или", "либо", "or", "vagy", "еки", "yoki"})
_MOST_APART = 3
"""So many words we do not know beside a word of limits, and no answer: talk of something else."""
_DEPENDS = frozenset({"depends", "depending", "depende", "смотря", "зависит", "attol", "fugg", "boglik"})
_NOT_KNOWING = frozenset({"не", "незнаю", "хз", "dont", "no", "nem", "billmadim", "намедонам", "пока", "idk"})
_ONE_MATTER = frozenset({Context.BOOKED_OFFER, Context.CHANGE, Context.RECONFIRM, Context.PROMOTION})
_TURNED_DOWN = frozenset({Context.OFFER, Context.OFFERS, Context.PROMOTION})
_UNDECIDED = frozenset({Disposition.AMBIGUOUS, Disposition.UNKNOWN, Disposition.QUESTION})

Rule = Callable[[Reading, Context], Verdict | None]


def decide(text: str, context: Context) -> Reply:
    """Return the reply a text is, in the context it arrived in."""
    reading = read_for(text, context)
    return finish(reading, weigh(reading, context, rule_upon(reading, context)))


def read_for(text: str, context: Context) -> Reading:
    """Return what a text says; a crew lead's names and numbers are read in a way of their own."""
    return read(text, vocabulary().rollcall if context is Context.PRESENT else vocabulary().answers)


def rule_upon(reading: Reading, context: Context) -> Verdict:
    """Return what the rules alone decide."""
    verdict = _judge(reading, context)
    if (verdict is None or verdict.disposition in _UNDECIDED) and not prefers_texts(reading):
        verdict = compose(reading, context, _judge) or verdict
    return verdict or Verdict(Disposition.UNKNOWN, "says nothing we ask about", OPEN)


def _judge(reading: Reading, context: Context) -> Verdict | None:
    return next((verdict for rule in RULES if (verdict := rule(reading, context)) is not None), None)


def _silence(reading: Reading, _context: Context) -> Verdict | None:
    """Nothing but punctuation."""
    if reading.tokens or reading.dashed:
        return None
    return Verdict(Disposition.UNKNOWN, "holds no words")


def _machine(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.MACHINE not in reading.senses or reading.senses & _ANSWERS:
        return None
    return Verdict(Disposition.UNKNOWN, "a code or an advertisement, not written to us", LIKELY)


def _start(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.START not in reading.senses:
        return None
    clauses = {at for mark in reading.of(Sense.START) for at in reading.clause_of(mark.start)}
    beside = {mark.sense for mark in reading.marks if mark.start in clauses}
    if reading.asks or beside & {Sense.MAYBE, Sense.NOT, Sense.NO, Sense.REFUSE, Sense.BUT, Sense.ASK}:
        return None
    if reading.senses & {Sense.MAYBE, Sense.ASK, Sense.NO}:
        return None
    return Verdict(Disposition.START, "wants messages again")


def _restore(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.RESTORE not in reading.senses or reading.senses & {Sense.TOPIC, Sense.PENALTY}:
        return None
    if reading.senses & {Sense.REFUSE, Sense.NO}:
        return ambiguous("wants the seat back, or not?")
    return Verdict(Disposition.RESTORE, "takes his cancel back")


def _link(reading: Reading, _context: Context) -> Verdict | None:
    """The word alone; beside anything else it is talk about a link."""
    numbers = reading.numbers
    others = reading.unknown or numbers.codes or numbers.plain or numbers.stated_time
    if Sense.LINK not in reading.senses or others or not reading.senses <= _SMALL_TALK | {Sense.LINK}:
        return None
    return Verdict(Disposition.LINK, "asks for his page")


def _appeal(reading: Reading, _context: Context) -> Verdict | None:
    said = reading.senses
    disputes = (Sense.PENALTY in said or _speaks_of_a_mistake(reading)) and said & _DISPUTES
    if not (Sense.APPEAL in said or disputes):
        return None
    if reading.asks and Sense.ASK in said and not (disputes and _states(reading, Sense.UNFAIR)):
        return None
    return Verdict(Disposition.APPEAL, "disputes a fine or a mark")


def _speaks_of_a_mistake(reading: Reading) -> bool:
    return Sense.UNFAIR in reading.senses and any(token.text.startswith(_MISTAKE) for token in reading.tokens)


def _states(reading: Reading, sense: Sense) -> bool:
    """Tell whether a phrase stands in a clause that does not ask."""
    asking = {at for mark in reading.of(Sense.ASK) for at in reading.clause_of(mark.start)}
    return any(mark.start not in asking for mark in reading.of(sense))


def _wrong_number(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.WRONG_NUMBER not in reading.senses or (Sense.TOPIC in reading.senses and reading.asks):
        return None
    weak = all(_is_somebody_else(reading, mark) for mark in reading.of(Sense.WRONG_NUMBER))
    if weak and reading.senses & {Sense.REFUSE, Sense.CANCEL, Sense.LATE, Sense.UNTIMELY, Sense.SUBSTITUTE}:
        return None
    if reading.senses & {Sense.YES, Sense.COME}:
        return ambiguous("a wrong number, and yet a yes")
    return Verdict(Disposition.WRONG_NUMBER, "says he is not the man we write to")


def _is_somebody_else(reading: Reading, mark: Mark) -> bool:
    """Tell whether the words only name another man, who may be the one to come."""
    return any(reading.tokens[at].text in _ANOTHER for at in range(mark.start, mark.end))


def _substitute(reading: Reading, _context: Context) -> Verdict | None:
    replaced = Sense.SUBSTITUTE in reading.senses or _says_another_comes(reading)
    if not replaced or (reading.asks and reading.senses & {Sense.ASK, Sense.LEAN, Sense.MAYBE}):
        return None
    return Verdict(Disposition.SUBSTITUTE, "someone else comes instead")


def _says_another_comes(reading: Reading) -> bool:
    if reading.senses & {Sense.YES, Sense.COME, Sense.GO, Sense.PARTY}:
        return False
    starts = [at for at, token in enumerate(reading.tokens) if at == 0 or token.gap >= Gap.COMMA]
    ends = [*starts[1:], len(reading.tokens)]
    return any(is_substitute(reading.tokens[start:end]) for start, end in zip(starts, ends, strict=False))


def _help(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.HELP not in reading.senses or Sense.CALL in reading.senses:
        return None
    return Verdict(Disposition.QUESTION, "needs help to get there or to be paid", LIKELY)


def _call(reading: Reading, _context: Context) -> Verdict | None:
    if Sense.CALL not in reading.senses:
        return None
    return Verdict(Disposition.CALL_ME, "asks for a call")


def _question(reading: Reading, _context: Context) -> Verdict | None:
    said = reading.senses
    if _depends(reading):
        return ambiguous("a yes that depends on the answer")
    stated = said & (_ANSWERS | {Sense.MAYBE, Sense.BUT})
    if (
        Sense.ASK in said
        or _asks_with_and(reading)
        or _offers_a_choice(reading)
        or (said & {Sense.TOPIC, Sense.PENALTY} and (reading.asks or not stated))
    ):
        return Verdict(Disposition.QUESTION, "asks something")
    if not reading.asks or (said <= _SMALL_TALK and not _says_something(reading)):
        return None
    restricted = said & _RESTRICTIONS and not said & {Sense.YES, Sense.NO}
    if (
        reading.unknown
        or restricted
        or (said <= _SMALL_TALK and not reading.numbers.codes)
        or reading.numbers.time
        or reading.numbers.foreign
    ):
        return Verdict(Disposition.QUESTION, "asks something", LIKELY)
    return ambiguous("an answer put as a question")


def _depends(reading: Reading) -> bool:
    """Tell whether he makes his answer depend on what he asks: `depends what the pay is`."""
    if any(reading.tokens[mark.start].text in _DEPENDS for mark in reading.of(Sense.MAYBE)):
        return True
    words = [token.text for token in reading.tokens]
    if Sense.ASK in reading.senses and reading.senses & {Sense.YES, Sense.COME} and _INSTEAD.intersection(words):
        return True
    if reading.asks and any(first in _THEN and second in _THEN_YES for first, second in pairwise(words)):
        return True
    asking = {at for mark in reading.of(Sense.ASK, Sense.TOPIC) for at in reading.clause_of(mark.start)}
    doubts = [mark for mark in reading.of(Sense.MAYBE) if mark.start not in asking]
    if not reading.asks:
        first = min((mark.start for mark in reading.of(Sense.ASK)), default=0)
        doubts = [mark for mark in reading.of(Sense.MAYBE) if mark.start < first or mark.start not in asking]
    return bool(doubts) and Sense.ASK in reading.senses and not _asks_in_doubt(reading, doubts)


def _asks_in_doubt(reading: Reading, doubts: list[Mark]) -> bool:
    return all(reading.tokens[mark.start].text in _NOT_KNOWING for mark in doubts)


def _asks_with_and(reading: Reading) -> bool:
    """Tell whether a text begins as Russian questions do that carry no sign: `а перчатки выдадут`."""
    words = [token.text for token in reading.tokens]
    if words[:1] != ["а"] or len(words) < _SHORTEST_QUESTION or reading.senses & (_ANSWERS | {Sense.MAYBE, Sense.NOT}):
        return False
    return any(look_up(words[at]).form in {Form.OTHERS, Form.THING} for at in reading.unknown)


def _offers_a_choice(reading: Reading) -> bool:
    """Tell whether he asks which of two things it is: `ночь или день`."""
    words = [token.text for token in reading.tokens]
    between = any(word in _OR for word in words[1:-1])
    spoken = reading.senses & (_ANSWERS | {Sense.MAYBE, Sense.NOT, Sense.REFUSE, Sense.REASON})
    return between and not spoken and not reading.numbers.taken and len(reading.senses) > 0


def _says_something(reading: Reading) -> bool:
    """Tell whether a text of small talk holds more than that: a word we do not know, a code, a phrase about the job."""
    phrases = any(
        mark.end - mark.start > 1 or reading.tokens[mark.start].text not in vocabulary().charges
        for mark in reading.of(Sense.FILLER)
    )
    return bool(reading.unknown or reading.numbers.codes or phrases)


def _reason(reading: Reading, context: Context) -> Verdict | None:
    """A reason why not, or regrets, and nothing that answers."""
    said = reading.senses
    thanked = Sense.THANKS in said and reading.of(Sense.BUT) and _turns_only(reading)
    apology = any(token.text in _APOLOGIES for token in reading.tokens) and not _limits(reading)
    sorry = (Sense.REGRET in said or thanked or apology) and (
        reading.unknown or said & {Sense.REASON, Sense.OTHER, Sense.NOT, Sense.DAY}
    )
    if Sense.BUT in said and not (_turns_only(reading) or apology):
        return None
    if sum(token.kind is Kind.WORD for token in reading.tokens) == 1 and not sorry and _is_kin(reading):
        return None
    if context not in _TURNED_DOWN or not (sorry or Sense.REASON in said) or reading.asks:
        return None
    answers = _ANSWERS - ({Sense.COME, Sense.GO} if Sense.REASON in said else set())
    if said & (answers | {Sense.MAYBE, Sense.LAUGH, Sense.ASK, Sense.LATER, Sense.UNDERSTOOD}):
        return None
    if said & {Sense.COME, Sense.GO} and accept(reading, context) is not None:
        return None
    return Verdict(Disposition.DECLINE, "tells why not, or is sorry, and says no more", LIKELY)


def _limits(reading: Reading) -> bool:
    limits = any(
        reading.tokens[at].text in _LIMITS for mark in reading.of(Sense.BUT) for at in range(mark.start, mark.end)
    )
    return limits or reading.numbers.foreign or reading.senses & {Sense.LATE, Sense.ARRIVED, Sense.ON_WAY} != set()


def _is_kin(reading: Reading) -> bool:
    return any(look_up(token.text).lemmas & _FAMILY for token in reading.tokens)


def _turns_only(reading: Reading) -> bool:
    """Tell whether "but" is all there is of limits: `thanks, but I am booked`."""
    return all(reading.tokens[mark.start].text in _TURNS | _THEN for mark in reading.of(Sense.BUT))


def _doubt(reading: Reading, context: Context) -> Verdict | None:
    """A hedge, a restriction, a choice left open."""
    said = reading.senses
    if said and said <= _SMALL_TALK | {Sense.LAUGH}:
        return None
    hedged = said & {Sense.MAYBE, Sense.LAUGH, Sense.BUT, Sense.OTHER, Sense.NOT, Sense.BOTH, Sense.ORDINAL}
    together = context is Context.OFFER and Sense.PARTY in said
    if (context in _ONE_MATTER or together) and said & {Sense.YES, Sense.COME}:
        hedged -= {Sense.BOTH}  # "yes to both" where one thing was asked
        hedged -= {Sense.ORDINAL} if context is Context.BOOKED_OFFER else set()  # "the second shift too"
    if not (hedged or reading.numbers.foreign):
        return None
    if context is Context.NONE and not said & _ANSWERS:
        return None
    if not said & (_ANSWERS | {Sense.MAYBE, Sense.BUT, Sense.NOT}) and reading.unknown:
        return None
    if said <= _SMALL_TALK | {Sense.BUT} and len(reading.unknown) >= _MOST_APART and not reading.numbers.taken:
        return None
    return ambiguous("hedged, conditional, or at another time")


def _half_said(reading: Reading, context: Context) -> Verdict | None:
    """Well disposed, a day, a number of people, or "understood": close to an answer, but none."""
    half = reading.senses - _SMALL_TALK - {Sense.FAREWELL, Sense.LAUGH}
    if half == {Sense.REASON} and _is_kin(reading):
        return None
    if context is Context.NONE or not half or (half == {Sense.OTHER} and reading.unknown):
        return None
    if context is Context.BOOKED and half <= {
        Sense.LEAN,
        Sense.UNDERSTOOD,
        Sense.RECEIVED,
        Sense.ALL_WELL,
        Sense.REASON,
    }:
        return None
    return ambiguous("close to an answer, but none")


RULES: Final[tuple[Rule, ...]] = (
    stop,
    _silence,
    _machine,
    _start,
    _restore,
    _link,
    _appeal,
    _wrong_number,
    _substitute,
    rollcall,
    eta,
    late,
    arrived,
    _help,
    on_way,
    refuse,
    _call,
    _question,
    choose,
    _reason,
    _doubt,
    accept,
    number_alone,
    _half_said,
)
