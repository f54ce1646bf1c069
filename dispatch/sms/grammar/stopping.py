"""The wish for no more messages: never missed, never invented."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from dispatch.sms.grammar.asking import NEGATIONS
from dispatch.sms.grammar.leaving import ABOUT_A_SHIFT, about_a_shift, is_list_of_a_day, leaves_one_shift
from dispatch.sms.grammar.lexicon import silence
from dispatch.sms.grammar.normalise import Gap, Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.staying import denied, is_compound, is_to_stay, prefers_texts, wants_neither, was_by_mistake
from dispatch.sms.grammar.verdict import LIKELY, Verdict, ambiguous
from dispatch.sms.grammar.wishes import wish

_POLITE = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET, Sense.FAREWELL})
_BESIDE_ALONE = _POLITE | {Sense.STOP_ALONE, Sense.NO, Sense.UNWANTED, Sense.REFUSE, Sense.MESSAGES, Sense.REMOVE}
_NOT_FOR_GOOD = frozenset(
    {
        *(Sense.YES, Sense.COME, Sense.GO, Sense.ON_WAY, Sense.ARRIVED, Sense.BUSY, Sense.CALL, Sense.LATE),
        *(Sense.DAY, Sense.BUT, Sense.WRITE, Sense.MAYBE, Sense.OTHER, Sense.APPEAL),
    },
)
_RATHER = frozenset({"лучше", "better", "mejor", "inkabb", "яхшиси", "напишите", "напиши", "instead"})
_ON_HIS_WAY = frozenset(
    {Sense.YES, Sense.COME, Sense.GO, Sense.ON_WAY, Sense.ARRIVED, Sense.CALL, Sense.LATE, Sense.WRITE, Sense.BUSY}
    | {Sense.MAYBE, Sense.DAY}
)
"""What in another clause shows that he asks for quiet only now: `не беспокойте, уже еду`."""

_FOR_GOOD = frozenset({"больше", "more", "mas"})
_SENDING = frozenset({Sense.MESSAGES, Sense.WRITE})
_OBJECTS: Mapping[Sense, frozenset[Sense]] = MappingProxyType(
    {
        Sense.STOP_ALONE: _SENDING,
        Sense.UNWANTED: _SENDING,
        Sense.REFUSE: _SENDING,
        Sense.WEARY: _SENDING,
        Sense.CANCEL: _SENDING | {Sense.LISTING},
        Sense.REMOVE: frozenset({Sense.MESSAGES, Sense.LISTING}),
    },
)
"""What must be named beside it, in a long text in the same clause, for a word to be a wish for silence."""

_MARKED = frozenset({Sense.PENALTY, Sense.APPEAL})
"""What is to be taken off when a mark against him is, and not his number."""

_MINE = frozenset(
    {
        "этот",
        "этого",
        "this",
        "este",
        "ezt",
        "мой",
        "мои",
        "моего",
        "мою",
        "my",
        "mi",
        "mis",
        "szamom",
        "szamomat",
        "ракамим",
        "ракамимни",
    }
)
_SENT = (
    *("писал", "написал", "отправ", "прис", "нажал", "нажим", "послал", "посылал", "sent", "wrote", "texted", "typed"),
    *("envie", "escrib", "mand", "kuld", "irtam", "ёзд", "ёзг", "юборд", "yozd", "yubord", "навишт", "фирист"),
)
_AGAIN = frozenset(
    """
    еще снова опять again more another otra otro mas meg megint ujra яна yana боз дигар digar
    """.split()  # noqa: SIM905 - read as a row
)
_THREATS = (
    *("пожалуюс", "пожалуемс", "жалоб", "жаловат", "жалуюс", "полици", "роскомнадзор", "прокуратур", "милици"),
    *("заблокирую", "заблочу", "заблокируем", "блокирую", "забаню", "роспотреб", "юрист", "report", "police", "block"),
    *("lawyer", "complain", "denunci", "polici", "bloque", "demanda", "abogad", "feljelent", "rendorseg"),
    *("ярост", "юрид", "адвокат", "solicitor", "harass", "jogi", "biros", "судом"),
    *("letilt", "blokkol", "panasz", "ugyved", "шикоят", "shikoyat", "милиса", "блокл", "blokl"),
)
_COURTS = frozenset({"фас", "фасу", "суд", "sud", "судга", "sudga", "sudda"})
_ONE_TEXT = frozenset({"text", "txt", "message", "msg", "смска", "mensajito"})
_NO_THREAT = frozenset({Sense.TOPIC, Sense.PENALTY, Sense.NOT, Sense.NO, Sense.ASK})
_IF = frozenset({"если", "if", "si", "ha", "агар", "agar"})
_WRITING = (
    *("напиш", "пришл", "присыл", "пишет", "позвон", "шлет", "text", "messag", "write", "send", "contact"),
    *("escrib", "mand", "envi", "irt", "irnak", "irsz", "kuld", "навис", "фирист"),
    *("ёзса", "yozsa", "юборса", "yuborsa"),
)
_SUPPOSED = ("ете", "ешь", "санг", "сангиз", "санглар", "салар", "sang", "sangiz", "sanglar", "salar")
_CLOSE = 3
_SO_THAT = frozenset({"чтоб", "чтобы", "пусть", "пускай", "шоб", "штоб"})
_REACHING = ("вид", "приход", "пришл", "получ", "слыш", "читал", "было")
_WROTE = frozenset({"писали", "писал", "слали", "присылали", "звонили", "беспокоили", "тревожили", "шлют", "пишут"})
_CALLING = ("звон", "назван", "трезвон", "набир", "call", "ring", "phon", "llam", "hiv")
_ABOUT = frozenset({"о", "об", "про", "по", "с", "со", "насчет", "about", "for", "of", "on", "de", "sobre"})
_OF_SOME_KIND = frozenset({Sense.BUT, Sense.OTHER, Sense.DAY})
"""Beside them only some shifts are unwanted: `хватит слать ночные смены`."""

_REMOVAL = frozenset({"remove", "delete", "удалите", "удалить", "удали"})
_REFUSES = ("отказ", "refus", "rechaz")
"""Beginnings of words that refuse a thing; "I cannot" refuses only to come."""

_TAKEN = frozenset({"чикариб", "учириб", "олиб", "chiqarib", "ochirib", "olib"})
_NOT_THROWN = ("ташлама", "tashlama", "юборма", "yuborma")
_WRITE_DOWN = frozenset({"пишите", "пиши", "писать", "записывайте", "запишите"})
_WRITE_BACK = frozenset({"отпишите", "отпиши", "отпишитесь"})
_SHORT_TEXT = 8
_OFFERED = frozenset({Context.OFFER, Context.OFFERS, Context.WHICH, Context.BOOKED_OFFER, Context.PROMOTION})
_ANSWERS_BESIDE = frozenset({Sense.REFUSE, Sense.BUSY, Sense.CANCEL, Sense.LATE, Sense.ON_WAY})
_HOURS = ("ноч", "вечер", "утр", "выходн", "night", "evening", "weekend", "noche", "ejjel", "кечас", "kechas", "шабона")


def stop(reading: Reading, context: Context) -> Verdict | None:
    """Stop on any phrasing, in every context; ask back on the bare word with a code, and on "not now"."""
    if is_to_stay(reading):
        said = {mark.sense for mark in reading.marks if mark.start not in denied(reading)}
        answers = _ANSWERS_BESIDE if context in _OFFERED else _ANSWERS_BESIDE | {Sense.COME, Sense.ARRIVED}
        return None if said & answers else ambiguous("an end to the messages, but denied")
    if prefers_texts(reading):
        return ambiguous("texts instead of calls")
    if is_in_part(reading):
        return ambiguous("no messages, but only at some hours or of some jobs?")
    leaves = any(
        leaves_one_shift(reading, mark, context) for mark in reading.of(Sense.STOP, Sense.REMOVE, Sense.CANCEL)
    )
    if not leaves and any(
        not (_asks_to_write(reading, mark) or _is_to_stay(reading, mark) or _is_a_mark(reading, mark))
        for mark in reading.of(Sense.STOP)
    ):
        return Verdict(Disposition.STOP, "asks for no more messages")
    rules = (_unless, _stop_word, _threat, _never_again, *(() if leaves else (_built, wish, _stop_alone, _removal)))
    rules += (_soft_stop, _weary)
    return next((verdict for rule in rules if (verdict := rule(reading)) is not None), None)


def _stop_word(reading: Reading) -> Verdict | None:
    words = [mark for mark in reading.of(Sense.STOP_WORD) if not is_compound(reading, mark.start)]
    if not words:
        return None
    if reading.numbers.codes:
        return ambiguous("the stop word beside a code: all messages, or this offer?")
    if _has_stopped_before(reading, words):
        return None
    exclaims = reading.ends_asking and (reading.senses & {Sense.TOPIC, Sense.ASK} or len(words) > 1)
    if exclaims or was_by_mistake(reading):
        return ambiguous("the stop word by mistake, or an exclamation before a question?")
    if _length(reading) <= _SHORT_TEXT or any(_at_edge(reading, mark) for mark in words):
        return Verdict(Disposition.STOP, "says the stop word")
    return ambiguous("the stop word in the middle of a long text")


def _built(reading: Reading) -> Verdict | None:
    """Read a wish for silence that is built of its parts: enough of messages, remove my number."""
    if reading.numbers.codes:
        return None
    for mark in reading.of(*_OBJECTS):
        if mark.sense is Sense.REFUSE and not reading.tokens[mark.start].text.startswith(_REFUSES):
            continue
        whole = _length(reading) <= _SHORT_TEXT or _points_back(reading, mark)
        within = range(len(reading.tokens)) if whole else reading.clause_of(mark.start)
        beside = {other.sense for other in reading.marks if other.start in within}
        if mark.sense is Sense.REMOVE and (is_list_of_a_day(reading, mark) or beside & _MARKED):
            continue
        named = beside & _OBJECTS[mark.sense]
        if not named or (beside & {Sense.ASK, Sense.HELP} and not _demands_beside_a_question(reading, mark)):
            continue
        if _calls_on_his_way(reading, mark, named):
            return ambiguous("no calls, while he is on his way?")
        if not about_a_shift(reading, mark) or _speaks_of_texts(reading, mark):
            return Verdict(Disposition.STOP, "asks for no more messages", LIKELY)
    return None


def _has_stopped_before(reading: Reading, words: list[Mark]) -> bool:
    """Tell whether he only tells that he sent the stop word, and wants messages now: `писал стоп, хочу обратно`."""
    wanted = [mark.start for mark in reading.of(Sense.START)]
    if not wanted or reading.senses & {Sense.NO, Sense.NOT, Sense.REFUSE, Sense.UNWANTED, Sense.SOFT_STOP}:
        return False
    told = {at for mark in words for at in reading.clause_of(mark.start)}
    sent = any(reading.tokens[at].text.startswith(_SENT) for at in told)
    return sent and max(mark.start for mark in words) < max(wanted)


def _unless(reading: Reading) -> Verdict | None:
    """Read what he will do if we go on: `if you do not stop i will call the police`; or that nothing is to come."""
    if wants_neither(reading):
        return Verdict(Disposition.STOP, "wants neither calls nor texts", LIKELY)
    words = [token.text for token in reading.tokens]
    before = [words[max(at - 4, 0) : at] for at, word in enumerate(words) if word == "stop"]
    if any(not _IF.isdisjoint(near) and "you" in near and not NEGATIONS.isdisjoint(near) for near in before):
        return Verdict(Disposition.STOP, "threatens us unless we stop", LIKELY)
    return None


def _threat(reading: Reading) -> Verdict | None:
    """Read what he will do if one more text comes: `ещё одна смс, и я жалуюсь`."""
    words = [token.text for token in reading.tokens]
    again = [at for at, word in enumerate(words) if word in _AGAIN]
    if not (again and any(word.startswith(_THREATS) or word in _COURTS for word in words)):
        return None
    if reading.asks or reading.numbers.codes or reading.senses & _NO_THREAT:
        return None
    supposed = not _IF.isdisjoint(words)
    texts = {mark.start for mark in reading.of(Sense.MESSAGES)}
    texts |= {at for at, word in enumerate(words) if word in _ONE_TEXT}
    texts |= {
        at for at, word in enumerate(words) if word.startswith(_WRITING) and (supposed or word.endswith(_SUPPOSED))
    }
    if any(at in reading.clause_of(text) and abs(at - text) <= _CLOSE for text in texts for at in again):
        return Verdict(Disposition.STOP, "threatens us if one more message comes", LIKELY)
    return None


def _never_again(reading: Reading) -> Verdict | None:
    """Read a wish put as what shall not be: `чтоб я больше ваших смс не видел`."""
    if reading.asks or reading.senses & {Sense.COME, Sense.ON_WAY, Sense.TOPIC}:
        return None
    for at, token in enumerate(reading.tokens):
        if token.text not in _SO_THAT:
            continue
        words = [reading.tokens[near].text for near in reading.clause_of(at)]
        named = {mark.sense for mark in reading.marks if mark.start in reading.clause_of(at)}
        seen = Sense.MESSAGES in named and any(word.startswith(_REACHING) for word in words)
        if "больше" in words and "не" in words and (seen or any(word in _WROTE for word in words)):
            return Verdict(Disposition.STOP, "wants to see no more messages", LIKELY)
    return None


def _stop_alone(reading: Reading) -> Verdict | None:
    words = reading.of(Sense.STOP_ALONE)
    if any(_is_alone(reading, mark) for mark in words):
        return Verdict(Disposition.STOP, "says enough, and nothing else", LIKELY)
    return None


def _removal(reading: Reading) -> Verdict | None:
    """Read the bare word for taking off, said without what: of the list he is on."""
    words = [token.text for token in reading.tokens]
    bare = bool(words) and words[0] in _REMOVAL and reading.senses <= _POLITE | {Sense.REMOVE}
    bare = bare and not any(word.startswith(ABOUT_A_SHIFT) for word in words)
    if not bare or reading.unknown or reading.numbers.taken or reading.asks:
        return None
    return Verdict(Disposition.STOP, "asks to be removed", LIKELY)


def _demands_beside_a_question(reading: Reading, mark: Mark) -> bool:
    """Tell whether his own number is to go, and what he asks is another sentence: `откуда мой номер? уберите`."""
    clause = reading.clause_of(mark.start)
    asked_there = any(other.start in clause for other in reading.of(Sense.ASK, Sense.HELP))
    named_there = any(other.start in clause for other in reading.of(Sense.LISTING))
    return mark.sense is Sense.REMOVE and (named_there or _names_his_number(reading)) and not asked_there


def _points_back(reading: Reading, mark: Mark) -> bool:
    """Tell whether what is to be removed stands in the sentence before: `how did you get my number? delete it`."""
    clause = reading.clause_of(mark.start)
    plain = not any(at in clause for at in reading.unknown) and not about_a_shift(reading, mark)
    return mark.sense is Sense.REMOVE and plain and _names_his_number(reading)


def _names_his_number(reading: Reading) -> bool:
    lists = reading.of(Sense.LISTING)
    near = {reading.tokens[at].text for other in lists for at in (other.start, max(other.start - 1, 0))}
    return bool(near & _MINE)


def _calls_on_his_way(reading: Reading, mark: Mark, named: Collection[Sense]) -> bool:
    """Tell whether he only wants no calls now, as he comes already: `хватит звонить, я еду`."""
    clause = reading.clause_of(mark.start)
    calls = any(reading.tokens[at].text.startswith(_CALLING) for at in clause)
    comes = any(other.start not in clause for other in reading.of(Sense.COME, Sense.ON_WAY, Sense.ARRIVED, Sense.LATE))
    return set(named) == {Sense.WRITE} and calls and comes


def _speaks_of_texts(reading: Reading, mark: Mark) -> bool:
    """Tell whether shifts are only what unwanted messages are about: `dont want job texts`, `хватит слать смены`."""
    clause = reading.clause_of(mark.start)
    named = [other for other in reading.marks if other.start in clause]
    if mark.sense in {Sense.REMOVE, Sense.CANCEL} or any(other.sense in _OF_SOME_KIND for other in named):
        return False
    texts = [other for other in named if other.sense is Sense.MESSAGES]
    shifts = [at for at in clause if reading.tokens[at].text.startswith(ABOUT_A_SHIFT)]
    if texts:
        kinds = {other.start - 1 for other in texts if reading.tokens[other.start].text.isascii()}
        kinds |= {other.end for other in texts}
        return all(at in kinds or reading.tokens[at - 1].text in _ABOUT for at in shifts)
    sends = any(other.sense is Sense.WRITE and other.start > mark.start for other in named)
    whom = {reading.tokens[at].text for at in clause} & {"меня", "нас", "me", "us"}
    return mark.sense in {Sense.WEARY, Sense.STOP_ALONE} and sends and not whom


def _weary(reading: Reading) -> Verdict | None:
    if reading.asks or not reading.of(Sense.STOP_ALONE, Sense.WEARY):
        return None
    return ambiguous("a word for stopping among others")


def _asks_to_write(reading: Reading, mark: Mark) -> bool:
    """Tell whether `отпишите` means "write back": beside a question it does."""
    bare = mark.end - mark.start == 1 and reading.tokens[mark.start].text in _WRITE_BACK
    return bare and bool(reading.senses & {Sense.ASK, Sense.TOPIC})


def _soft_stop(reading: Reading) -> Verdict | None:
    if not reading.of(Sense.SOFT_STOP):
        return None
    if all(_turns_down_a_booking(reading, mark) for mark in reading.of(Sense.SOFT_STOP)):
        return None
    clauses = {at for mark in reading.of(Sense.SOFT_STOP) for at in reading.clause_of(mark.start)}
    limits = any(
        mark.sense in (_NOT_FOR_GOOD if mark.start in clauses else _ON_HIS_WAY)
        and reading.tokens[mark.start].text not in _FOR_GOOD
        for mark in reading.marks
    )
    limits = limits or any(token.text in _RATHER for token in reading.tokens)
    numbers = reading.numbers
    asks = all(_asks_in(reading, mark) for mark in reading.of(Sense.SOFT_STOP))
    if [token.text for token in reading.tokens].count("ни") > 1:
        limits = False  # neither by day nor by night
    if limits or numbers.foreign or numbers.time is not None or asks:
        return ambiguous("no messages, but only for a while or in another way?")
    return Verdict(Disposition.STOP, "asks not to be disturbed", LIKELY)


def is_in_part(reading: Reading) -> bool:
    """Tell whether only some hours or some jobs are unwanted: `по ночам не пишите`, `не предлагайте больше склад`."""
    ends = reading.of(Sense.SOFT_STOP, Sense.STOP, Sense.STOP_WORD, Sense.STOP_ALONE)
    return bool(ends) and all(_is_of_some_kind(reading, mark) for mark in ends)


def _is_of_some_kind(reading: Reading, mark: Mark) -> bool:
    clause = reading.clause_of(mark.start)
    words = [reading.tokens[at].text for at in clause]
    if "ни" in words:
        return False
    if any(word.startswith(_HOURS) for word in words):
        return True
    inviting = any(reading.tokens[at].text.startswith(silence.INVITING) for at in range(mark.start, mark.end))
    named = {*reading.unknown, *(other.start for other in reading.of(Sense.REASON, Sense.TOPIC, Sense.OTHER))}
    others = [reading.tokens[at].text for at in named if at in clause]
    return inviting and any(not word.startswith((*ABOUT_A_SHIFT, "ник", "нич", "nad", "any")) for word in others)


def _asks_in(reading: Reading, mark: Mark) -> bool:
    end = reading.clause_of(mark.start).stop
    return reading.tokens[end].gap is Gap.QUESTION if end < len(reading.tokens) else reading.ends_asking


def _turns_down_a_booking(reading: Reading, mark: Mark) -> bool:
    """Tell whether he asks not to be written down, and not to be written to: `на эту меня не пишите`."""
    words = {reading.tokens[at].text for at in reading.clause_of(mark.start)}
    writes = reading.tokens[mark.end - 1].text in _WRITE_DOWN or reading.tokens[mark.start].text in _WRITE_DOWN
    return writes and bool(words & {"меня", "нас"}) and not words & {"мне", "больше", "никогда"}


def _length(reading: Reading) -> int:
    return sum(token.kind is Kind.WORD for token in reading.tokens)


def _at_edge(reading: Reading, mark: Mark) -> bool:
    """Tell whether only polite words stand between the word and the start or the end of its clause."""
    clause = reading.clause_of(mark.start)
    polite = {at for other in reading.marks if other.sense in _POLITE for at in range(other.start, other.end)}
    return polite.issuperset(range(clause.start, mark.start)) or polite.issuperset(range(mark.end, clause.stop))


def _is_alone(reading: Reading, mark: Mark) -> bool:
    clause = reading.clause_of(mark.start)
    spoken = {at for other in reading.marks if other.sense in _BESIDE_ALONE for at in range(other.start, other.end)}
    return spoken.issuperset(clause)


def _is_to_stay(reading: Reading, mark: Mark) -> bool:
    """Tell whether an Uzbek verb says that he is not to be taken off: `мени чиқариб ташламанг`."""
    before = reading.tokens[mark.start - 1].text if mark.start > 0 else ""
    return before in _TAKEN and reading.tokens[mark.start].text.startswith(_NOT_THROWN)


def _is_a_mark(reading: Reading, mark: Mark) -> bool:
    """Tell whether a fine is to be taken off, and not he: `quítenme esa multa`."""
    clause = reading.clause_of(mark.start)
    fined = any(other.start in clause for other in reading.of(Sense.PENALTY))
    return fined and reading.tokens[mark.start].text in {"quitenme", "quiteme"}
