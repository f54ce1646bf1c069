"""Wishes for no more messages in unusual words: what is to be done, and to what, found by how words begin."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from dispatch.sms.grammar.leaving import ABOUT_A_SHIFT
from dispatch.sms.grammar.lexicon import silence
from dispatch.sms.grammar.normalise import Gap, Kind
from dispatch.sms.grammar.outcome import Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.verdict import LIKELY, Verdict

Words = Sequence[str]

_LONGEST_WHOLE: Final = 9
"""Words of a text that is read as one, commas or not."""
_NEAR: Final = 5
_BEFORE: Final = 4
"""So many words may stand between a negation and its verb: `не надо мне больше писать`."""

_NEGATIONS = frozenset(
    "не ни ne nem no not dont don't never nunca sin нет никогда doesnt didnt wont cant".split()  # noqa: SIM905
)
_IF = frozenset({"если", "ежели", "пока", "if", "si", "ha", "until", "unless", "hasta", "агар", "agar"})
_WHY = frozenset(
    """
    почему зачем кто когда где куда why who when where how quien cuando donde porque miert ki mikor hol нега nega
    ким kim качон qachon чаро
    """.split()  # noqa: SIM905 - read as a row
)
_POLITE_QUESTION = ("можно", "можете", "могли", "могу", "could", "can", "would", "bolad", "булад", "pued", "podri")
_NOT_HIS = (
    *("стар", "друг", "прошл", "old", "wrong", "viej", "regi", "бригадир", "мусор", "лишн", "чуж", "жены", "дома"),
    *("qoldi", "колди"),
)
_PAST = ("л", "ла", "ли", "ло", "лся", "лась", "лись", "лось", "aron", "ed", "ttem", "ttam", "дим", "ди", "dim", "di")
_INDICATIVE = ("ает", "яет", "нет", "дет", "ют")
_PASSIVE = ("ен", "ена", "ены", "ено", "ан", "аны", "ана", "ят", "ут", "нут", "нута", "ерт", "ерты", "иты", "ыт")
_NEGATED_INSIDE = ("манг", "манглар", "мангиз", "mang", "manglar", "мангла", "майман", "маса")
_OF_HIMSELF = ("лю", "ру", "чу", "юсь", "аю", "яю", "рну")
_NOUNS_OF_ACTS = ("ни", "овк", "ka", "ni")
_COMING = ("прид", "выйд", "приед", "приех", "буду", "come", "voy", "ir", "оформ", "найд")
_NONE = frozenset({"ni", "никаких", "никакой", "никакого", "ни", "ninguno", "ningun", "zero"})
_ONE = frozenset({"одного", "одной", "один", "одна", "единого", "единой", "строчки", "un", "uno", "слова", "буквы"})
_WITHOUT = frozenset({"без", "бес", "without", "sin", "bez"})
_ME = frozenset("мне нам меня мой мою мое моего me us my mi mis nekem менга menga ба маро".split())  # noqa: SIM905
_IGNORED = frozenset({"игнор", "игноре", "бан", "чс", "blacklist", "ignor", "ignore"})
_UNSUBSCRIBING = ("отписк", "отписавш", "отписан", "отписыва", "otpisk", "унсуб", "unsub", "iratkoz", "desuscri")
_UNSUBSCRIBED = frozenset({"отписался", "отписалась", "отписаны", "отписалса"})
_NOTING = ("запиш", "записыв", "отмет", "отмеч", "постав", "счита", "внес", "помет", "фиксир", "зафикс", "учт", "имейт")
_GLADLY = ("радост", "удовольств", "немедлен", "рассыл", "навсегда")
_BARE = (
    *("удал", "отписыва", "отписат", "отпиши", "отключ", "блокир", "заблок", "стира", "сотр", "стер", "отруб", "выруб"),
    *("udal", "otpis"),
    *("delet", "remov", "block", "unsub", "borr", "elimin", "bloque", "torol", "torl", "toroj", "учир", "ochir"),
)
_BARE_PAIRS = frozenset({("vegyetek", "le"), ("vegyenek", "le"), ("vegyen", "le"), ("vegyel", "le")})
_BESIDE_BARE = frozenset(
    {
        *(Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET, Sense.FAREWELL, Sense.YES, Sense.OKAY),
        *(Sense.UNDERSTOOD, Sense.RECEIVED, Sense.LEAN, Sense.REMOVE, Sense.STOP_ALONE, Sense.ALL_WELL, Sense.COME),
    }
)
_SMALL = frozenset(
    """
    меня прошу давайте давай можно лучше тогда уже конечно просто ну да и же нас me please just then pues ya akkor
    ва мени meni маро значит пожалуй всё все хочу требую желаю сразу ладно ради бога на здоровье наконец скорее
    вы нафиг можете смело спокойно срочно немедленно
    """.split()  # noqa: SIM905 - read as a row
)
_HIS_WAY = frozenset({Sense.ON_WAY, Sense.ARRIVED, Sense.LATE, Sense.CALL, Sense.COME, Sense.GO})
_OUR_BASE = ("баз", "систем", "програм", "реестр", "контакт", "приложени")
_ASKED = ("просил", "попросил", "умолял", "требовал")
_NO_MORE = frozenset({"раньше", "теперь", "тогда", "было"})
_INFINITIVE = ("ть", "ти")
_GLAD = ("рад", "благодар", "признат", "счастл")
_DATA = ("обработк", "персональн", "hozzajarul", "datos")
_SENT_HIMSELF = ("пиш", "запиш", "отправ", "присыл", "шли", "слать")
_SEEING = ("вид", "слыш")
_TELLING = ("ете", "ешь", "ет", "ют", "ут", "ает")
_ENGLISH = ("text", "messag", "msg", "contact", "send", "write", "bother", "ping", "email", "spam")
_SUBJECTS = frozenset({"you", "they", "i", "we", "he", "nobody"})
_SUBSCRIPTION = ("обун", "obun")
_CALLING = ("звон", "назван", "трезвон", "call", "llam", "hiv")
_SUPPOSED = ("чтоб", "шоб", "штоб", "если", "бы", "лишь", "когда", "пусть", "que", "get", "if", "have", "be", "хотя")
_TO_OTHERS = frozenset({"никому", "другим", "никого", "anyone", "others", "nadie"})
_GOING_ON = ("keep", "continu", "sigu", "продолж")
_UZBEK_WRITING = ("ез", "yoz", "юбор", "yubor", "жунат", "jonat", "ташла", "tashla")
_NOT_INSIDE = ("манг", "масанг", "масин", "mang", "masang", "masin")
_TAJIK_REFUSING = ("нагир", "нафир", "нанав", "накун", "наояд", "nagir", "nafir", "nanav")
_YET = frozenset({"получил", "получила", "пришло", "пришла", "пришел", "дошло", "видел", "видела"})


def wish(reading: Reading) -> Verdict | None:
    """Return a stop where some clause asks to be removed, left alone or sent no more; None where none does."""
    said = reading.senses
    disputes = Sense.APPEAL in said and not any(token.text.startswith(_DATA) for token in reading.tokens)
    if disputes or Sense.PENALTY in said or _wants_them_back(reading) or _calls_on_his_way(reading):
        return None
    if reading.numbers.codes and "фз" not in {token.text for token in reading.tokens}:
        return None
    words = [token.text for token in reading.tokens]
    if _is_bare(reading, words):
        return Verdict(Disposition.STOP, "asks to be removed, and agrees", LIKELY)
    clauses = _clauses(reading)
    whole = [range(len(words))] if len(words) <= _LONGEST_WHOLE and not reading.asks else []
    for span in (*clauses, *whole):
        if _is_no_wish(reading, span):
            continue
        clause = words[span.start : span.stop]
        apart = span in clauses
        silent = apart and _is_not_to_write(reading, clause)
        if silent or any(rule(clause) for rule in (_RULES if apart else _ACROSS_COMMAS)):
            return Verdict(Disposition.STOP, "asks for no more messages in words of his own", LIKELY)
    return None


def _wants_them_back(reading: Reading) -> bool:
    """Tell whether he asks for messages again; the mere word for a subscription asks for nothing."""
    return any(not reading.tokens[mark.start].text.startswith(_SUBSCRIPTION) for mark in reading.of(Sense.START))


def _calls_on_his_way(reading: Reading) -> bool:
    return bool(reading.senses & _HIS_WAY) and any(token.text.startswith(_CALLING) for token in reading.tokens)


def _clauses(reading: Reading) -> list[range]:
    starts = [at for at, token in enumerate(reading.tokens) if at == 0 or token.gap >= Gap.COMMA]
    return [range(start, end) for start, end in pairwise([*starts, len(reading.tokens)])]


def _is_no_wish(reading: Reading, span: range) -> bool:
    """Tell whether a clause speaks of a shift alone, or asks what has happened."""
    words = [reading.tokens[at].text for at in span]
    if any(word.startswith(ABOUT_A_SHIFT) for word in words) and not _has(words, silence.MESSAGES):
        return True
    asks = any(word.startswith(_POLITE_QUESTION) for word in words)
    questioned = reading.tokens[span.stop].gap is Gap.QUESTION if span.stop < len(words) else reading.ends_asking
    return not _WHY.isdisjoint(words) or "ли" in words or (questioned and not asks)


def _at(words: Words, beginnings: tuple[str, ...]) -> list[int]:
    return [at for at, word in enumerate(words) if word.startswith(beginnings)]


def _has(words: Words, beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in words)


def _negated(words: Words, at: int) -> bool:
    return not _NEGATIONS.isdisjoint(words[max(at - 2, 0) : at]) or words[at].endswith(_NEGATED_INSIDE)


def _asked_for(words: Words, at: int) -> bool:
    """Tell whether a verb asks for something, and does not tell what was or what he does himself."""
    word = words[at]
    if _negated(words, at):
        return not _IF.isdisjoint(words)
    noun = any(part in word[3:] for part in _NOUNS_OF_ACTS)
    if word.endswith("л"):
        return False
    if word.endswith((*_PAST, *_INDICATIVE)) and not noun:
        return _has(words, _SUPPOSED)
    if word.endswith(_PASSIVE) and not noun:
        return _has(words, silence.WISHING)
    return noun or not word.endswith(_OF_HIMSELF) or _has(words, silence.REFUSING)


def _near(words: Words, firsts: list[int], beginnings: tuple[str, ...], reach: int = _NEAR) -> bool:
    return any(0 < abs(at - first) <= reach for first in firsts for at in _at(words, beginnings))


def _removes(words: Words) -> bool:
    """`прошу стереть мой телефон`, `согласен на удаление номера`, `forget this number`."""
    removing = [at for at in _at(words, silence.REMOVING) if _asked_for(words, at)]
    return not _has(words, _NOT_HIS) and _near(words, removing, silence.OWN + silence.MESSAGES)


def _switches_off(words: Words) -> bool:
    off = [at for at in _at(words, silence.OFF) if _asked_for(words, at)]
    return _near(words, off, silence.MESSAGES)


def _ceases(words: Words) -> bool:
    """`завязывайте с рассылкой`, `буду рад, если смс прекратятся`."""
    ceasing = [at for at in _at(words, silence.CEASING) if _asked_for(words, at)]
    ceasing += [at for at, word in enumerate(words) if word == "хорош"]
    if _sends_him(words) and _has(words, _SENT_HIMSELF):
        return False
    going_on = _at(words, _GOING_ON) if not _IF.isdisjoint(words) else []
    return _near(words, ceasing + going_on, silence.OWN + silence.MESSAGES + silence.WRITING)


def _refuses(words: Words) -> bool:
    refusing = [at for at in _at(words, silence.REFUSING) if not _negated(words, at) and not words[at].endswith(_PAST)]
    refusing += [at for at in _at(words, ("autoriz",)) if _negated(words, at)]
    return _near(words, refusing, silence.MESSAGES + silence.PROCESSING, _NEAR - 2)


def _sends_away(words: Words) -> bool:
    """`рассылку вон`, `без уведомлений`, `больше ни одной смс`."""
    away = [at for at, word in enumerate(words) if word in silence.AWAY]
    if away and _near(words, away, silence.MESSAGES + silence.OWN):
        return True
    without = [at for at, word in enumerate(words) if word in _WITHOUT and not _has(words, _COMING)]
    if without and any(word.startswith(silence.MESSAGES) for at in without for word in words[at + 1 : at + 3]):
        return True
    none = not _NONE.isdisjoint(words) and (not _ONE.isdisjoint(words) or not {"ни", "ni"} & set(words))
    lasting = not {"больше", "болше", "чтоб", "чтобы", "mas", "more"}.isdisjoint(words)
    return none and lasting and _has(words, (*silence.MESSAGES, "строчк")) and _YET.isdisjoint(words)


def _leaves(words: Words) -> bool:
    leaving = [at for at in _at(words, silence.LEAVING) if not _negated(words, at)]
    return _near(words, leaving, silence.LISTS_OF_MESSAGES, _BEFORE)


def _leaves_our_base(words: Words) -> bool:
    """`хочу выйти из базы`, `выхожу из вашей системы`; the base a man drives out of is a yard."""
    leaving = [at for at in _at(words, silence.LEAVING) if not _negated(words, at)]
    ours = _has(words, ("ваш",)) or _has(words[: leaving[0]] if leaving else (), silence.WISHING)
    return ours and "из" in words and _near(words, leaving, _OUR_BASE, _BEFORE)


def _has_asked_before(words: Words) -> bool:
    """`я же просил не писать`, `просил удалить`."""
    asked = [at for at, word in enumerate(words) if word.startswith(_ASKED) and not _negated(words, at)]
    if not _NO_MORE.isdisjoint(words):
        return False
    after = words[asked[0] + 1 :] if asked else ()
    silent = not _NEGATIONS.isdisjoint(after) and _has(after, silence.WRITING)
    return silent or any(word.startswith(_BARE) and word.endswith(_INFINITIVE) for word in after)


def _would_be_glad(words: Words) -> bool:
    """`буду благодарен, если уберете`, `рад буду, если больше не напишете`."""
    if not _has(words, _GLAD) or _IF.isdisjoint(words):
        return False
    silent = not _NEGATIONS.isdisjoint(words) and _has(words, silence.WRITING)
    return silent or _has(words, (*_BARE, "убер", "забуд", "вычерк"))


def _writes_to_others(words: Words) -> bool:
    """`пишите кому угодно, только не мне`."""
    ends = tuple(words[-2:]) == ("не", "мне")
    return ends and _has(words, ("пиш", "шлите", "присыл", "отправл"))


def _unsubscribes(words: Words) -> bool:
    if _UNSUBSCRIBED.intersection(words) and _has(words, _NOTING):
        return True
    if _has(words, ("отпишус", "отпишемс")) and _has(words, _GLADLY):
        return True
    found = [at for at in _at(words, _UNSUBSCRIBING) if not _negated(words, at)]
    return any(words[at].startswith(("отписк", "отписавш", "otpisk")) for at in found) and "жду" not in words


def _shuts_out(words: Words) -> bool:
    """`поставьте меня в игнор`, `вы в чёрном списке`, `put me on the do-not-contact list`."""
    if not {"не", "почему", "из", "from"}.isdisjoint(words):
        return False
    for first, second in pairwise(words):
        black = first.startswith(("черн", "chern")) and second.startswith(("спис", "spis"))
        listed = first in {"contact", "call", "disturb", "text", "stop"} and second in {"list", "lists"}
        if black or listed or (second in _IGNORED and first in {"в", "во", "v", "на", "to"}):
            return True
    return False


def _leaves_in_peace(words: Words) -> bool:
    peace = {"покое", "покой", "paz", "peace", "beken", "тинч", "tinch", "ором"} & set(words)
    left = [at for at in _at(words, ("остав", "dejen", "deje", "leave", "hagyj", "куйинг")) if _asked_for(words, at)]
    return bool(peace and left)


def _refuses_inside(words: Words) -> bool:
    """Tell whether an Uzbek or Tajik verb of sending carries a "not" inside: `menga yozmasangiz`, `паём нагирам`."""
    if {"мени", "meni", "маро"} & set(words):
        return False
    sent = [word for word in words if word.startswith(_UZBEK_WRITING) and any(part in word for part in _NOT_INSIDE)]
    if sent and (not _ME.isdisjoint(words) or _has(words, silence.MESSAGES)):
        return True
    return _has(words, _TAJIK_REFUSING) and _has(words, silence.MESSAGES)


_RULES: tuple[Callable[[Words], bool], ...] = (
    *(_removes, _switches_off, _ceases, _refuses, _sends_away, _leaves, _unsubscribes, _shuts_out),
    *(_leaves_in_peace, _refuses_inside, _leaves_our_base, _has_asked_before, _would_be_glad, _writes_to_others),
)
_ACROSS_COMMAS: tuple[Callable[[Words], bool], ...] = (
    *(_removes, _switches_off, _unsubscribes, _leaves_in_peace, _would_be_glad, _writes_to_others),
)


def _is_not_to_write(reading: Reading, words: Words) -> bool:
    """Tell whether nobody is to write to him, for good: `впредь прошу мне не слать`."""
    if _has(words, silence.ONLY_NOW) or reading.numbers.time is not None or reading.numbers.foreign:
        return False
    lasting = not silence.FOR_GOOD.isdisjoint(words) or _has(words, ("чтоб", "шоб"))
    if reading.senses & _HIS_WAY and not lasting:
        return False
    if reading.of(Sense.DAY, Sense.OTHER) and not lasting:
        return False
    mine = not _ME.isdisjoint(words) or _has(words, silence.OWN) or _has(words, silence.MESSAGES)
    if not (mine or lasting) or not _TO_OTHERS.isdisjoint(words):
        return False
    return any(_is_kept_from(words, at) for at in _at(words, silence.WRITING))


def _is_kept_from(words: Words, at: int) -> bool:
    """Tell whether the word for writing at a place is negated, and asks."""
    word = words[at]
    supposed = "никогда" in words or _has(words, ("чтоб", "шоб", "пусть", "бы", "давай", "договор"))
    if word.endswith((*_PAST, *_TELLING)) and word not in _ENGLISH and not supposed:
        return False
    if word.startswith(_SEEING) and not _has(words, silence.MESSAGES) and "вас" not in words:
        return False
    if _sends_him(words) and word.startswith(_SENT_HIMSELF):
        return False
    before = words[max(at - _BEFORE, 0) : at]
    if _has(words, ("pued", "pude", "podr")) or "did" in words:
        return False
    if {"буду", "будем", "wont", "we"} & set(before[-2:]) or _has(before, silence.OFF + silence.CEASING):
        return False
    after = words[at + 1 : at + 3]
    later = "не" in after and any(other.startswith("буде") for other in after)
    negations = [place for place, other in enumerate(before) if other in _NEGATIONS]
    if word.startswith(_ENGLISH) and not word.startswith("textee"):
        subject = any(place > 0 and before[place - 1] in _SUBJECTS for place in negations)
        negations = [] if subject else [place for place in negations if before[place] not in {"no", "sin", "ne"}]
    return later or bool(negations)


def _sends_him(words: Words) -> bool:
    """Tell whether he is sent, or written down, and nothing is sent to him: `не отправляйте меня туда`."""
    return "меня" in words and not {"мне", "нам"} & set(words) and not _has(words, silence.MESSAGES)


def _is_bare(reading: Reading, words: Words) -> bool:
    """Tell whether he asks to be removed without saying from what, with at most a yes beside it: `ладно, удаляйте`."""
    if reading.asks or reading.numbers.taken:
        return False
    pair = next((at for at, two in enumerate(pairwise(words)) if two in _BARE_PAIRS), None)
    bare = [at for at in _at(words, _BARE) if _asked_for(words, at)] if pair is None else [pair, pair + 1]
    if not bare or _negated(words, bare[0]):
        return False
    spoken = {at for mark in reading.marks if mark.sense in _BESIDE_BARE for at in range(mark.start, mark.end)}
    rest = [at for at, word in enumerate(words) if at not in spoken and at not in bare and word not in _SMALL]
    return not any(reading.tokens[at].kind is Kind.WORD for at in rest)
