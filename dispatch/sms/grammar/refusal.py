"""A no: what it turns down depends on what was asked and what is held."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

from dispatch.sms.grammar.normalise import Gap
from dispatch.sms.grammar.occasion import refused_occasion
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import NEGATIVE, Sense
from dispatch.sms.grammar.verdict import LIKELY, PLAIN, Verdict, ambiguous

_ASSENTS = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.OKAY})
_PARTICLES = frozenset(
    {
        "да",
        "конечно",
        "ага",
        "ну",
        "ок",
        "окей",
        "хорошо",
        "ладно",
        "ok",
        "okay",
        "well",
        "bueno",
        "ха",
        "давай",
        "давайте",
    }
)
_EARLIER = frozenset(
    {"раньше", "пораньше", "earlier", "before", "antes", "korabban", "elobb", "олдин", "пештар", "oldin"}
)
_INFINITIVES = ("ть", "ти", "чь", "ться", "тись")
_MOST_UNKNOWN = 3
_BY = frozenset({"к", "ко", "by"})
_OBJECTION = "возраж"
_CAN = frozenset({"могу", "можем", "смогу", "сможем"})

_NEGATIONS = frozenset({"не", "cant", "cannot", "no", "nem", "not", "wont"})
_ONLY = frozenset({"только", "only", "лишь", "csak", "solo", "факат"})
_SEAT_HELD = frozenset({Context.BOOKED, Context.RECONFIRM, Context.CHANGE, Context.ETA})
_NOTHING_TO_REFUSE = frozenset({Context.NONE, Context.NOTICE, Context.PRESENT})

_OFFERS = (Context.OFFER, Context.OFFERS, Context.WHICH, Context.PROMOTION)
_FIRM = (Sense.NO, Sense.REFUSE, Sense.CANCEL, Sense.UNWANTED)
_SOFT = (Sense.BUSY, Sense.UNTIMELY, Sense.DISAGREE)

_OUTCOMES: Mapping[tuple[Context, Sense], Disposition] = MappingProxyType(
    {(context, sense): Disposition.DECLINE for context in _OFFERS for sense in (*_FIRM, *_SOFT)}
    | {(Context.BOOKED_OFFER, sense): Disposition.DECLINE for sense in (Sense.NO, Sense.UNWANTED)}
    | {(Context.BOOKED_OFFER, Sense.CANCEL): Disposition.CANCEL}
    | {(context, sense): Disposition.CANCEL for context in (Context.RECONFIRM, Context.CHANGE) for sense in _FIRM}
    | {(Context.CHANGE, sense): Disposition.CANCEL for sense in (Sense.UNTIMELY, Sense.DISAGREE)}
    | {
        (context, sense): Disposition.CANCEL
        for context in (Context.BOOKED, Context.ETA)
        for sense in (Sense.REFUSE, Sense.CANCEL)
    },
)
"""What a kind of no means in a context; a pair that is missing is asked back."""

_WEIGHT = (Sense.CANCEL, Sense.NO, Sense.UNWANTED, Sense.REFUSE, Sense.UNTIMELY, Sense.DISAGREE, Sense.BUSY)
"""Which kind of no decides when a text holds several; a bare no answers what was asked."""


def refuse(reading: Reading, context: Context) -> Verdict | None:
    """Read a no; a no beside a yes, under a condition or as a question is asked back."""
    refusals = [mark for mark in reading.marks if mark.sense in NEGATIVE - {Sense.NOT}]
    if reading.dashed and (reading.numbers.codes or not reading.tokens):
        refusals = [Mark(Sense.NO, 0, 0)]
    if not refusals:
        return None
    kinds = {mark.sense for mark in refusals}
    if context is Context.NONE and kinds == {Sense.NO} and not reading.asks:
        return Verdict(Disposition.UNKNOWN, "a no where nothing was asked")
    sense = next(kind for kind in _WEIGHT if kind in kinds)
    outcome = _outcome(reading, context, sense, kinds)
    if outcome is None or context in _NOTHING_TO_REFUSE or _is_questioned(reading, refusals[0]):
        asks = reading.senses & {Sense.ASK, Sense.TOPIC, Sense.CALL, Sense.HELP}
        return None if asks else ambiguous("a no, but not clear to what")
    reason = next(_reservations(reading, refusals, context), None)
    if reason is not None:
        return ambiguous(reason)
    confidence = LIKELY if reading.unknown or sense in _SOFT else PLAIN
    day, date, unclear = refused_occasion(reading, refusals, context)
    why = "says no to what was asked"
    return Verdict(outcome, why, confidence, stated_day=day, stated_date=date, unclear_day=unclear)


def _outcome(reading: Reading, context: Context, sense: Sense, kinds: set[Sense]) -> Disposition | None:
    if context is Context.BOOKED_OFFER and sense is Sense.CANCEL and reading.numbers.codes:
        return None
    if context in _SEAT_HELD and _cannot_do_something(reading):
        return None
    if context in {Context.BOOKED, Context.ETA} and sense in {Sense.NO, Sense.UNWANTED} and Sense.REFUSE in kinds:
        sense = Sense.REFUSE
    return _OUTCOMES.get((context, sense))


def _is_questioned(reading: Reading, refusal: Mark) -> bool:
    end = reading.clause_of(refusal.start).stop
    return reading.tokens[end].gap is Gap.QUESTION if end < len(reading.tokens) else reading.ends_asking


def _reservations(reading: Reading, refusals: list[Mark], context: Context) -> Iterator[str]:
    """Yield why a no is not a plain one."""
    first = refusals[0]
    if context in _SEAT_HELD and _only_in_time(reading):
        yield "cannot come in time, or not at all?"
    if _contradicted(reading, refusals):
        yield "a yes and a no in one text"
    if any(token.text.startswith(_OBJECTION) for token in reading.tokens):
        yield "a no to objections, not to what was asked"
    if all(_is_hedged(reading, refusal) for refusal in refusals):
        yield "a no, but hedged"
    if Sense.OTHER in reading.senses and len(reading.unknown) > _MOST_UNKNOWN:
        yield "a no among much else, perhaps another man's"
    able = reading.tokens and reading.tokens[first.start].text in _NEGATIONS
    if able and reading.numbers.limits and first.end in reading.numbers.taken:
        yield "a no to some hours only"
    for mark in reading.of(Sense.BUT):
        word = reading.tokens[mark.start].text
        if (mark.start == first.end and word in _EARLIER) or (mark.end == first.start and word in _ONLY):
            yield "a no with an exception"


def _only_in_time(reading: Reading) -> bool:
    """Tell whether he cannot come by an hour or in time, which may be a delay."""
    words = [token.text for token in reading.tokens]
    by = any(word in _BY and at + 1 in reading.numbers.taken for at, word in enumerate(words))
    return by or "вовремя" in words or ("on", "time") in pairwise(words)


def _contradicted(reading: Reading, refusals: list[Mark]) -> bool:
    """Tell whether a yes stands against the no: not one before it that merely opens the sentence, nor another day's."""
    assents, first = reading.of(*_ASSENTS), refusals[0]
    if not assents:
        return False
    if len(reading.numbers.codes) > 1:
        return True
    if len(reading.days()) + len(reading.dates.found) > 1 and first.start < assents[0].start:
        return False
    particles = all(_is_particle(reading, mark) and mark.start < first.start for mark in assents)
    bare_contrast = first.sense is Sense.NO and len(refusals) == 1 and _is_parted(reading, first)
    return not particles or bare_contrast


def _is_hedged(reading: Reading, refusal: Mark) -> bool:
    clause = reading.clause_of(refusal.start)
    return any(hedge.start in clause for hedge in reading.of(Sense.MAYBE))


def _is_particle(reading: Reading, mark: Mark) -> bool:
    return mark.end - mark.start == 1 and reading.tokens[mark.start].text in _PARTICLES


def _is_parted(reading: Reading, refusal: Mark) -> bool:
    """Tell whether punctuation parts a bare no from the yes before it: `да, нет`."""
    return (
        bool(reading.tokens) and refusal.end == len(reading.tokens) and reading.tokens[refusal.start].gap >= Gap.COMMA
    )


def _cannot_do_something(reading: Reading) -> bool:
    """Tell whether he says there is something he cannot do, `не могу дышать`, which may not be coming."""
    tokens = reading.tokens
    return any(
        tokens[at - 1].text in _CAN and tokens[at].gap < Gap.COMMA and tokens[at].text.endswith(_INFINITIVES)
        for at in reading.unknown
        if at > 0
    )
