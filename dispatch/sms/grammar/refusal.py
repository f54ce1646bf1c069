"""A no: what it turns down depends on what was asked and what is held."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

from dispatch.sms.grammar.bystanders import OPEN_ENDED
from dispatch.sms.grammar.leaving import ABOUT_A_SHIFT
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
_BE, _AT = frozenset({"буду", "будем"}), frozenset({"на", "в", "у"})
_EARLIER = frozenset(
    {"раньше", "пораньше", "earlier", "before", "antes", "korabban", "elobb", "олдин", "пештар", "oldin"}
)
_TAKING = ("возьм", "бер", "отказ", "откаж", "пас", "пропу", "decline", "pass", "skip", "kihagy", "paso")
_SOME_TIME = frozenset(
    "потом позже попозже следующий следующую следующей later next luego proxima kesobb кейин keyin баъд".split()  # noqa: SIM905 - read as a row
)
_BARE_NOT = frozenset({"not", "no", "не", "nem"})
_DENYING = frozenset(
    """
    не ни нет нету no not never nem sem se ne dont cant cannot wont unable пас увы без исключено невозможно нереально
    mimo мимо out imposible lehetetlen unfortunately impossible некогда никак нельзя йук эмас нест рад
    """.split()  # noqa: SIM905 - read as a row
)
_REFUSING = (
    "отказ",
    "откаж",
    "пропу",
    "decl",
    "refus",
    "pass",
    "skip",
    "rechaz",
    "kihagy",
    "elutas",
    "нам",
    "воздерж",
    "nam",
)
_DENYING_ENDINGS = ("майман", "маймиз", "миман", "mayman", "miman")
_SO_FAR = frozenset({"пока"})
_MORE = frozenset({"больше", "дольше", "меньше", "более"})
_HOME = frozenset({"haza", "home", "домой", "хона", "уйга", "uyga", "casa", "ватан", "ватанга", "хонаи"})
_MODALS = frozenset({"will", "can", "do", "puedo", "tudok"})
_INFINITIVES = ("ть", "ти", "чь", "ться", "тись")
_MOST_UNKNOWN = 3
_BY = frozenset({"к", "ко", "by"})
_OBJECTION = "возраж"
_IF = frozenset({"если", "if", "ha", "si", "agar", "агар"})
_CAN = frozenset({"могу", "можем", "смогу", "сможем"})

_NEGATIONS = frozenset({"не", "cant", "cannot", "no", "nem", "not", "wont"})
_ONLY = frozenset({"только", "only", "лишь", "csak", "solo", "факат"})
_SEAT_HELD = frozenset({Context.BOOKED, Context.RECONFIRM, Context.CHANGE, Context.ETA})
_HOLDING = _SEAT_HELD | {Context.BOOKED_OFFER}
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
    refusals += [
        replace(mark, sense=Sense.CANCEL)
        for mark in reading.of(Sense.REMOVE, Sense.STOP)
        if (context in _SEAT_HELD and reading.days()) or (context in _HOLDING and _names_a_shift(reading))
    ]
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


def _names_a_shift(reading: Reading) -> bool:
    return any(token.text.startswith(ABOUT_A_SHIFT) for token in reading.tokens)


def _outcome(reading: Reading, context: Context, sense: Sense, kinds: set[Sense]) -> Disposition | None:
    if context is Context.BOOKED_OFFER and sense is Sense.REFUSE and _turns_down(reading):
        return Disposition.DECLINE
    if context is Context.BOOKED_OFFER and sense is Sense.CANCEL and reading.numbers.codes:
        return None
    if context in _SEAT_HELD and _cannot_do_something(reading):
        return None
    if context in {Context.BOOKED, Context.ETA} and sense in {Sense.NO, Sense.UNWANTED} and Sense.REFUSE in kinds:
        sense = Sense.REFUSE
    return _OUTCOMES.get((context, sense))


def _turns_down(reading: Reading) -> bool:
    """Tell whether a refusal speaks of taking, which is said of an offer and not of a seat that is held."""
    for mark in reading.of(Sense.REFUSE):
        words = [reading.tokens[at].text for at in range(mark.start, mark.end)]
        if any(word.startswith(_TAKING) for word in words):
            return True
    return False


def _is_questioned(reading: Reading, refusal: Mark) -> bool:
    end = reading.clause_of(refusal.start).stop
    return reading.tokens[end].gap is Gap.QUESTION if end < len(reading.tokens) else reading.ends_asking


def _reservations(reading: Reading, refusals: list[Mark], context: Context) -> Iterator[str]:
    """Yield why a no is not a plain one."""
    first = refusals[0]
    if context in _SEAT_HELD and _only_in_time(reading):
        yield "cannot come in time, or not at all?"
    if context in _SEAT_HELD and _is_conditional(reading, first):
        yield "does not come under a condition"
    if _contradicted(reading, refusals):
        yield "a yes and a no in one text"
    if any(token.text.startswith(_OBJECTION) for token in reading.tokens):
        yield "a no to objections, not to what was asked"
    if not any(_is_explicit(reading, mark) for mark in refusals) and _is_in_doubt(reading, first):
        yield "a reason why not, and a doubt"
    if _is_hedged(reading, first) or all(_is_hedged(reading, refusal) for refusal in refusals):
        yield "a no, but hedged"
    told = len(reading.unknown) + len(reading.of(Sense.REASON, Sense.HERE))
    if Sense.OTHER in reading.senses and told > _MOST_UNKNOWN:
        yield "a no among much else, perhaps another man's"
    yield from _exceptions(reading, refusals)


def _exceptions(reading: Reading, refusals: list[Mark]) -> Iterator[str]:
    """Yield why a no may turn down a part only: some hours, a half, an earlier start."""
    first = refusals[0]
    able = reading.tokens and reading.tokens[first.start].text in _NEGATIONS
    if able and reading.numbers.limits and first.end in reading.numbers.taken:
        yield "a no to some hours only"
    if reading.numbers.foreign and Sense.MAYBE in reading.senses:
        yield "a no to some hours only"
    if reading.numbers.taken and any(reading.tokens[mark.start].text in _MORE for mark in reading.of(Sense.BUT)):
        yield "a no to so many hours"
    if _excepts(reading, refusals):
        yield "a no to a part only"
    for mark in reading.of(Sense.BUT):
        word = reading.tokens[mark.start].text
        if (mark.start == first.end and word in _EARLIER) or (mark.end == first.start and word in _ONLY):
            yield "a no with an exception"


def _is_explicit(reading: Reading, mark: Mark) -> bool:
    """Tell whether a refusal is said as one, and is not only a circumstance such as an illness."""
    words = [reading.tokens[at].text for at in range(mark.start, mark.end)]
    if mark.sense is not Sense.REFUSE:
        return mark.sense is not Sense.BUSY
    return any(word in _DENYING or word.startswith(_REFUSING) or word.endswith(_DENYING_ENDINGS) for word in words)


def _is_in_doubt(reading: Reading, first: Mark) -> bool:
    """Tell whether a doubt is more than the courtesy before a "but": `я бы с радостью, но занят`."""
    turns = [mark.start for mark in reading.of(Sense.BUT) if mark.end <= first.start]
    return any(not any(mark.start < turn for turn in turns) for mark in reading.of(Sense.MAYBE))


def _excepts(reading: Reading, refusals: list[Mark]) -> bool:
    """Tell whether a bare "not" turns down a part of what he offers: `I could do four hours, not the whole day`."""
    bare = bool(reading.tokens) and all(
        reading.tokens[mark.start].text in _BARE_NOT and mark.end - mark.start == 1 for mark in refusals
    )
    offers = any(mark.start < refusals[0].start for mark in reading.of(Sense.MAYBE, Sense.LEAN))
    return bare and offers


def _is_conditional(reading: Reading, refusal: Mark) -> bool:
    return any(
        mark.start < refusal.start and reading.tokens[mark.start].text in _IF for mark in reading.of(Sense.MAYBE)
    )


def _only_in_time(reading: Reading) -> bool:
    """Tell whether he cannot come by an hour or in time, which may be a delay."""
    words = [token.text for token in reading.tokens]
    by = any(word in _BY and at + 1 in reading.numbers.taken for at, word in enumerate(words))
    return by or "вовремя" in words or ("on", "time") in pairwise(words)


def _contradicted(reading: Reading, refusals: list[Mark]) -> bool:
    """Tell whether a yes stands against the no: not one before it that merely opens the sentence, nor another day's."""
    assents, first = [mark for mark in reading.of(*_ASSENTS) if not _is_elsewhere(reading, mark)], refusals[0]
    assents = [
        mark
        for mark in assents
        if not (
            _is_modal_of(reading, mark, refusals)
            or _is_for_later(reading, mark, first)
            or _goes_elsewhere(reading, mark)
        )
    ]
    if not assents:
        return False
    if len(reading.numbers.codes) > 1:
        return True
    if len(reading.days()) + len(reading.dates.found) > 1 and first.start < assents[0].start:
        return False
    particles = all(_is_particle(reading, mark) and mark.start < first.start for mark in assents)
    bare_contrast = first.sense is Sense.NO and len(refusals) == 1 and _is_parted(reading, first)
    return not particles or bare_contrast


def _is_modal_of(reading: Reading, assent: Mark, refusals: list[Mark]) -> bool:
    """Tell whether a word of ability only introduces the no: `I will have to pass`."""
    modal = reading.tokens[assent.end - 1].text in _MODALS
    clause = reading.clause_of(assent.start)
    return modal and any(0 <= refusal.start - assent.end <= 1 and refusal.start in clause for refusal in refusals)


def _is_for_later(reading: Reading, assent: Mark, first: Mark) -> bool:
    """Tell whether a yes after a no is only for some other time: `сейчас никак, потом с радостью`."""
    clause = reading.clause_of(assent.start)
    words = {reading.tokens[at].text for at in clause}
    return first.start < clause.start and bool(words & _SOME_TIME)


def _goes_elsewhere(reading: Reading, assent: Mark) -> bool:
    """Tell whether he goes where he cannot work: `mert orvoshoz megyek`."""
    clause = reading.clause_of(assent.start)
    if assent.sense not in {Sense.COME, Sense.GO}:
        return False
    home = any(reading.tokens[at].text in _HOME for at in clause)
    open_ended = reading.tokens[assent.end - 1].text in OPEN_ENDED
    somewhere = open_ended and any(at in clause for at in reading.unknown)
    return home or somewhere or any(mark.start in clause for mark in reading.of(Sense.REASON, Sense.BUSY))


def _is_elsewhere(reading: Reading, mark: Mark) -> bool:
    """Tell whether a promise to be is one to be somewhere else: `буду на свадьбе`."""
    following = range(mark.end + 1, mark.end + 2)
    return (
        reading.tokens[mark.start].text in _BE
        and mark.end < len(reading.tokens)
        and reading.tokens[mark.end].text in _AT
        and any(at in reading.unknown for at in following)
    )


def _is_hedged(reading: Reading, refusal: Mark) -> bool:
    clause = reading.clause_of(refusal.start)
    hedges = [hedge for hedge in reading.of(Sense.MAYBE) if hedge.start in clause]
    if refusal.sense is Sense.REFUSE:
        hedges = [hedge for hedge in hedges if reading.tokens[hedge.start].text not in _SO_FAR]
    return bool(hedges)


def _is_particle(reading: Reading, mark: Mark) -> bool:
    before = {other.sense for other in reading.marks if other.end <= mark.start}
    if before & {Sense.BUT, Sense.DAY} and Sense.REFUSE not in before:
        return False  # `до обеда да`
    return mark.end - mark.start == 1 and reading.tokens[mark.start].text in _PARTICLES


def _is_parted(reading: Reading, refusal: Mark) -> bool:
    """Tell whether punctuation parts a bare no from the yes before it: `да, нет`."""
    tokens = reading.tokens
    if not tokens or tokens[refusal.start].gap < Gap.COMMA:
        return False
    parted = refusal.end == len(tokens) or tokens[refusal.end].gap >= Gap.COMMA
    return refusal.end == len(tokens) or (parted and bool(reading.senses & {Sense.MAYBE, Sense.LATER, Sense.BUT}))


def _cannot_do_something(reading: Reading) -> bool:
    """Tell whether he says there is something he cannot do, `не могу дышать`, which may not be coming."""
    tokens = reading.tokens
    return any(
        tokens[at - 1].text in _CAN and tokens[at].gap < Gap.COMMA and tokens[at].text.endswith(_INFINITIVES)
        for at in reading.unknown
        if at > 0
    )
