"""A yes: only a plain one, with every word of the text accounted for."""

from collections.abc import Iterator

from dispatch.sms.grammar.bystanders import OPEN_ENDED, are_harmless
from dispatch.sms.grammar.normalise import SPANISH_YES, Gap, Kind
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense, StatedDay
from dispatch.sms.grammar.verdict import LIKELY, PLAIN, Verdict, ambiguous

_SMALL_TALK = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET})
_ASSENTS = frozenset({Sense.YES, Sense.COME, Sense.GO, Sense.OKAY})
_HARMLESS = (
    _SMALL_TALK
    | _ASSENTS
    | {
        Sense.LEAN,
        Sense.UNDERSTOOD,
        Sense.RECEIVED,
        Sense.DAY,
        Sense.PARTY,
        Sense.FAREWELL,
        Sense.MESSAGES,
        Sense.REASON,
    }
)
_POLITENESS = _SMALL_TALK | {Sense.YES, Sense.OKAY, Sense.LEAN, Sense.UNDERSTOOD, Sense.RECEIVED}
_RECEIPTS = frozenset(
    {Sense.YES, Sense.OKAY, Sense.UNDERSTOOD, Sense.RECEIVED, Sense.THANKS, Sense.ALL_WELL, Sense.LEAN},
)

_BARE = _SMALL_TALK | {Sense.DAY, Sense.LISTING}
_ABOUT_A_SEAT = frozenset({Context.RECONFIRM, Context.CHANGE})
_OFFERED = frozenset({Context.OFFER, Context.OFFERS, Context.BOOKED_OFFER, Context.PROMOTION})
_ASKED = frozenset({Context.OFFER, Context.BOOKED_OFFER, Context.PROMOTION}) | _ABOUT_A_SEAT
_SEVERAL = frozenset({Context.OFFERS, Context.WHICH})

_ONLY = frozenset(
    {
        "тогда",
        "лучше",
        "then",
        "better",
        "entonces",
        "akkor",
        "mejor",
        "inkabb",
        "унда",
        "яхшиси",
        "только",
        "only",
        "csak",
        "solo",
        "факат",
    }
)
_CHOOSING = frozenset(
    """
    пусть будет пускай выбираю выберу выбрал возьму хочу легче ближе проще вариант этот эта тот та го который
    let it want choose pick take one id quiero el la escojo elijo prefiero esa ese sea
    legyen azt az a ez valasztom kerem
    бўлсин булсин bolsin bo'lsin танлайман tanlayman олай бошад мешавад ояд интихоб мекунам шавад which
    """.split()  # noqa: SIM905 - read as a row
)
_NUMBER_ENDINGS = frozenset(
    {"os", "es", "as", "ös", "ost", "est", "ast", "й", "ый", "я", "ю", "ую", "th", "st", "nd", "rd", "чи", "chi"}
)
_WEEKDAYS = frozenset(StatedDay) - {StatedDay.TODAY, StatedDay.TOMORROW, StatedDay.DAY_AFTER_TOMORROW}
_ABLE = frozenset({"могу", "можем", "смогу", "сможем", "can", "puedo", "tudok"})
_READY = _ABLE | frozenset(
    """
    готов готова готовы радостью удовольствием свободен gladly pleasure ready podemos gusto encantado encantada listo
    tudunk szivesen orommel метавонам метавонем метонам метонем оламан боролман олама тайёрман тайёр тайёрам омодаам
    """.split()  # noqa: SIM905 - read as a row
)
"""What else offers a day of his own beside the name of a weekday: `в воскресенье готов`."""
_JUNK = ("спам", "spam")
_FROM = frozenset({"с", "со", "from", "desde"})
_NEAR = frozenset({"рядом", "близко", "недалеко", "cerca", "kozel", "якин", "наздик", "yaqin", "nearby"})
_HAVING = frozenset(
    {"с", "со", "свой", "свои", "своя", "своим", "своими", "мой", "мои", "my", "with", "mis", "mi", "con", "own"}
)
_MONEY = ("опл", "плат", "зарп", "ден", "money", "pay", "wage", "pago", "dinero", "penz")
_SETTING_OUT = frozenset({"выхожу", "выходим"})
_SUGGESTIONS = frozenset({"давай", "давайте"})
_PLUS = frozenset({"+", "плюс", "plus"})
_LASTING = frozenset({"на", "for"})
_YES, _NO = 1, 2
_LARGEST_PARTY = 9
_LONGEST_WAIT = 90


def accept(reading: Reading, context: Context) -> Verdict | None:
    """Read a yes; one with anything unexplained beside it is asked back."""
    if context is Context.NOTICE:
        return _understood(reading)
    assents = _ASSENTS | {Sense.RECEIVED, Sense.ALL_WELL} if context in _ABOUT_A_SEAT else _ASSENTS
    if context is Context.OFFERS and len(reading.numbers.codes) == 1:
        assents |= {Sense.LEAN}  # "I want 58" chooses among several
    if context is Context.CHANGE or (context in _OFFERED and _sees_us(reading)):
        assents |= {Sense.LEAN}
    if context is Context.OFFER and (set(reading.days()) - {StatedDay.TODAY} or _only_sets_out(reading)):
        assents |= {Sense.ON_WAY}  # "I am going tomorrow" promises, it does not report
    if context in _OFFERED and reading.numbers.stated_time is not None:
        assents |= {Sense.ARRIVED}  # "I am there at eight" is said of the time to come
    if not reading.senses & assents:
        return None
    if _only_goes_elsewhere(reading):
        return None
    if context in {Context.NONE, Context.BOOKED}:
        return _unasked(reading, context)
    reason = next(_reservations(reading, context), None)
    if reason is not None:
        return ambiguous(reason)
    return Verdict(
        Disposition.ACCEPT,
        "a plain yes",
        PLAIN if reading.senses & {Sense.YES, Sense.COME} else LIKELY,
        minutes=reading.minutes(),
        party=people_of(reading) or None,
        stated_time=reading.numbers.stated_time,
    )


def _sees_us(reading: Reading) -> bool:
    """Tell whether he says when we shall see him: `see you at eight`."""
    seen = any(reading.tokens[mark.start].text in {"see", "увидимся", "nos"} for mark in reading.of(Sense.LEAN))
    return seen and reading.numbers.stated_time is not None


def _only_sets_out(reading: Reading) -> bool:
    """Tell whether "I am going out" is all he says, which answers an offer: `выхожу`."""
    leaves = any(token.text == "из" for token in reading.tokens)
    return not leaves and all(reading.tokens[mark.end - 1].text in _SETTING_OUT for mark in reading.of(Sense.ON_WAY))


def _only_goes_elsewhere(reading: Reading) -> bool:
    """Tell whether he only says that he goes where one does not work: `еду к врачу`, `voy al médico`."""
    if reading.senses & {Sense.YES, Sense.OKAY}:
        return False
    away = {at for mark in reading.of(Sense.REASON, Sense.BUSY) for at in reading.clause_of(mark.start)}
    going = reading.of(Sense.COME, Sense.GO, Sense.ON_WAY)
    return bool(going) and all(reading.tokens[mark.end - 1].text in OPEN_ENDED and mark.start in away for mark in going)


def choose(reading: Reading, context: Context) -> Verdict | None:
    """Read the one code that answers "which one?"; "only 31" is as plain as "31"."""
    numbers = reading.numbers
    if context is not Context.WHICH or len(numbers.codes) != 1 or numbers.plain or reading.asks:
        return None
    if not all(_is_choosing(reading, at) for at in reading.unknown):
        return None
    only = all(reading.tokens[mark.start].text in _ONLY for mark in reading.of(Sense.BUT))
    beside = numbers.spelled or numbers.stated_time or numbers.foreign or numbers.party or reading.minutes() is not None
    said = {mark.sense for mark in reading.marks if not _only_chooses(reading, mark)}
    if beside or not only or not said <= _BARE | {Sense.BUT, Sense.LEAN, Sense.UNDERSTOOD}:
        return None
    return Verdict(Disposition.ACCEPT, "names the code that was asked for")


def _only_chooses(reading: Reading, mark: Mark) -> bool:
    return all(reading.tokens[at].text in _CHOOSING for at in range(mark.start, mark.end))


def _is_choosing(reading: Reading, at: int) -> bool:
    """Tell whether a word only helps to name a code: `пусть будет 71`, `a 83-as legyen`."""
    token = reading.tokens[at]
    return token.text in _CHOOSING or token.text in _NUMBER_ENDINGS or token.kind is Kind.SIGN


def number_alone(reading: Reading, context: Context) -> Verdict | None:
    """Read an answer that is nothing but numbers: 1, 2, a code, a time."""
    numbers, minutes = reading.numbers, reading.minutes()
    plain = [number.value for number in numbers.plain]
    named = numbers.spelled or numbers.stated_time or numbers.foreign or numbers.party or minutes is not None
    if not (plain or numbers.codes or named):
        return None
    clean = not (reading.unknown or named or reading.asks) and reading.senses <= _SMALL_TALK | {
        Sense.DAY,
        Sense.LISTING,
    }
    if not clean or len(numbers.codes) > 1 or len(plain) > 1:
        return ambiguous("numbers without a word to say what they are")
    answer = plain[0] if plain else None
    if answer == _YES and (context in _ASKED | {Context.NOTICE} or (context in _SEVERAL and numbers.codes)):
        return Verdict(Disposition.ACCEPT, "answers 1, which stands for yes")
    if answer == _NO and (context in _ASKED | {Context.OFFERS} or (context is Context.WHICH and numbers.codes)):
        disposition = Disposition.CANCEL if context in _ABOUT_A_SEAT else Disposition.DECLINE
        return Verdict(disposition, "answers 2, which stands for no")
    unasked = answer == _YES or (answer == _NO and context is Context.NONE)
    if context in {Context.NONE, Context.BOOKED} and unasked and not numbers.codes:
        return Verdict(Disposition.UNKNOWN, "answers 1 or 2 where nothing was asked")
    return ambiguous("a number that answers nothing asked")


def _understood(reading: Reading) -> Verdict | None:
    """Read the receipt of a notice; who announces that he comes after "do not come" has not understood."""
    if not reading.senses & _RECEIPTS:
        return None
    numbers = [*reading.numbers.codes, *(number.value for number in reading.numbers.plain)]
    clean = (
        are_harmless(reading)
        and not reading.asks
        and reading.senses
        <= _RECEIPTS
        | _SMALL_TALK
        | {
            Sense.DAY,
            Sense.FAREWELL,
        }
    )
    if not clean or numbers not in ([], [_YES]):
        return ambiguous("a receipt with something else beside it")
    return Verdict(Disposition.ACCEPT, "has understood")


def _unasked(reading: Reading, context: Context) -> Verdict:
    """Read a yes where nothing was asked: mere politeness, or something to ask about."""
    numbers = reading.numbers.codes or reading.numbers.plain
    promised = reading.senses <= _POLITENESS | {Sense.COME, Sense.DAY} and not reading.unknown
    if context is Context.NONE and promised and not reading.numbers.codes:
        return Verdict(Disposition.UNKNOWN, "a yes where nothing was asked")
    if reading.senses <= _POLITENESS and not (numbers or reading.unknown):
        return Verdict(Disposition.UNKNOWN, "a yes where nothing was asked")
    return ambiguous("a promise where nothing was asked")


def _reservations(reading: Reading, context: Context) -> Iterator[str]:
    """Yield why a yes is not a plain one."""
    if context in {Context.ETA, Context.PRESENT}:
        yield "a yes where something else was asked"
    yield from _doubtful_words(reading, context)
    yield from _doubtful_days(reading, context)
    if people_of(reading) is None:
        yield "a yes with a number that may be people, a code or an hour"
    if not reading.numbers.codes and not _answers_the_only_question(reading, context):
        yield "a yes, but several questions are open, or it may speak of the seat he holds"


def _doubtful_words(reading: Reading, context: Context) -> Iterator[str]:
    """Yield what beside a yes may make it another one."""
    numbers, senses = reading.numbers, reading.senses
    if not senses <= _harmless(context) | _explained(reading):
        yield "a yes with a restriction, a condition or a question"
    if any(
        mark.end == reason.start and reading.tokens[reason.start].gap < Gap.COMMA
        for mark in reading.of(*_ASSENTS)
        for reason in reading.of(Sense.REASON)
    ):
        yield "a yes to something else"
    if any(reading.tokens[mark.start].text.startswith(_JUNK) for mark in reading.of(Sense.MESSAGES)):
        yield "speaks of junk"
    unsure = reading.unknown or Sense.REASON in senses
    if unsure and senses & _ASSENTS == {Sense.OKAY} and context in _OFFERED:
        yield "a mere ok with words that are not understood"
    if not are_harmless(reading) or reading.asks or numbers.foreign:
        yield "a yes with words or numbers that are not understood"
    if Sense.UNDERSTOOD in senses and senses & _ASSENTS == {Sense.OKAY} and context in _OFFERED:
        yield "has read it, but promises nothing"
    if Sense.FAREWELL in senses and (_only_suggests(reading) or not senses & {Sense.YES, Sense.COME}):
        yield "an ok and a farewell: which of the two?"


def _explained(reading: Reading) -> frozenset[Sense]:
    """Return the senses that only this text makes harmless: a place or a time of a promise, the number of a yes."""
    senses = reading.senses
    found = {Sense.HERE} if senses & {Sense.COME, Sense.YES} else set[Sense]()
    if Sense.YES in senses:
        found.add(Sense.WRITE)
    if reading.numbers.stated_time is not None:
        found.add(Sense.ARRIVED)
    if reading.numbers.codes:
        found.add(Sense.LISTING)
    if all(reading.tokens[mark.start].text in _NEAR for mark in reading.of(Sense.SOON)):
        found.add(Sense.SOON)
    if not reading.asks and all(_brings_along(reading, mark) for mark in reading.of(Sense.TOPIC)):
        found.add(Sense.TOPIC)
    return frozenset(found)


def _brings_along(reading: Reading, mark: Mark) -> bool:
    """Tell whether what questions are usually about is what he has with him: `with my tools`."""
    word = reading.tokens[mark.start].text
    return mark.start > 0 and reading.tokens[mark.start - 1].text in _HAVING and not word.startswith(_MONEY)


def _doubtful_days(reading: Reading, context: Context) -> Iterator[str]:
    """Yield why the days and codes beside a yes may be his own and not the offer's."""
    days = reading.days()
    if len(days) > 1 or len(reading.numbers.codes) > 1 or not _comes_soon(reading, context):
        yield "a yes to several things, or after a while"
    if any(reading.tokens[mark.start].text in _FROM for mark in reading.of(Sense.DAY)):
        yield "from a day on"
    weekday = bool(set(days) & _WEEKDAYS)
    if (weekday and _is_only(reading, _READY)) or (_names_a_part_of_a_day(reading) and _is_only(reading, _ABLE)):
        yield "names a day on which he can"
    if (days or Sense.REASON in reading.senses) and _only_suggests(reading):
        yield "suggests a day instead of saying yes"


def _only_suggests(reading: Reading) -> bool:
    words = {reading.tokens[mark.start].text for mark in reading.of(*_ASSENTS)}
    return bool(words) and words <= _SUGGESTIONS


def _names_a_part_of_a_day(reading: Reading) -> bool:
    return any(mark.end - mark.start > 1 for mark in reading.of(Sense.DAY))


def _is_only(reading: Reading, able: frozenset[str]) -> bool:
    """Tell whether he says no more than that he can, `в субботу могу`, which offers a day of his own."""
    marks = [mark for mark in reading.of(*_ASSENTS) if not _is_stress(reading, mark)]
    words = {reading.tokens[mark.end - 1].text for mark in marks}
    return bool(words) and words <= able


def _is_stress(reading: Reading, mark: Mark) -> bool:
    """Tell whether Spanish `sí` only stresses the verb after it: `el sábado sí que puedo`."""
    following = [token.text for token in reading.tokens[mark.end : mark.end + 2] if token.gap < Gap.COMMA]
    return reading.tokens[mark.start].text == SPANISH_YES and bool(_READY.intersection(following[-1:] + following[:1]))


def _answers_the_only_question(reading: Reading, context: Context) -> bool:
    """Tell whether a yes without a code can mean only one thing; a promise to come fits a seat already held."""
    if context is Context.BOOKED_OFFER:
        return bool(reading.senses & {Sense.YES, Sense.OKAY})
    return context not in _SEVERAL


def _harmless(context: Context) -> frozenset[Sense]:
    """Return what may stand beside a yes without touching it."""
    if context in _ABOUT_A_SEAT:
        return _HARMLESS | {Sense.ON_WAY, Sense.ARRIVED, Sense.ALL_WELL, Sense.BOTH}
    if context is Context.BOOKED_OFFER:
        return _HARMLESS | {Sense.BOTH, Sense.ORDINAL}
    if context is Context.PROMOTION:
        return _HARMLESS | {Sense.ON_WAY, Sense.ALL_WELL, Sense.DURATION, Sense.SOON}
    return _HARMLESS | {Sense.ON_WAY, Sense.BOTH} if context is Context.OFFER else _HARMLESS


def _comes_soon(reading: Reading, context: Context) -> bool:
    """Tell whether minutes, where the text names them, say when a man comes who was asked to come at once."""
    minutes = reading.minutes()
    if minutes is None:
        return True
    lasting = reading.numbers.lasting or any(
        reading.tokens[mark.start].text in _LASTING for mark in reading.of(Sense.DURATION)
    )
    return context is Context.PROMOTION and minutes <= _LONGEST_WAIT and not lasting


def people_of(reading: Reading) -> int | None:
    """Return how many come, 0 when he does not say, None when a number leaves it open.

    A single digit after a yes is people; after a plus sign it may be anything.
    """
    parties, plain = reading.parties(), reading.numbers.plain
    if len(parties) > 1 or len(plain) > 1 or (parties and plain):
        return None
    if not plain:
        return next(iter(parties), 0)
    value, at = plain[0]
    after_plus = at > 0 and reading.tokens[at - 1].text in _PLUS
    if after_plus or reading.tokens[at].kind is not Kind.NUMBER:
        return None
    if value == _YES:
        return 0
    assents = reading.of(*_ASSENTS)
    follows = any(mark.end <= at for mark in assents) and any(
        mark.end == at for mark in (*assents, *reading.of(Sense.FILLER))
    )
    return value if follows and _YES < value <= _LARGEST_PARTY else None
