"""Wishes for no more messages in unusual words: what is to be done, and to what, found by how words begin."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from dispatch.sms.grammar.asking import IF, NEGATIONS, PAST, Words, has, is_asked_for, is_near, is_negated, places_of
from dispatch.sms.grammar.bare_wishes import BARE, ends_his_number, is_bare, says_only_from_what, takes_it_off
from dispatch.sms.grammar.leaving import ABOUT_A_SHIFT
from dispatch.sms.grammar.lexicon import silence
from dispatch.sms.grammar.normalise import Gap
from dispatch.sms.grammar.outcome import Disposition
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.verdict import LIKELY, Verdict

_LONGEST_WHOLE: Final = 9
"""Words of a text that is read as one, commas or not."""
_CLOSE: Final = 3
_BEFORE: Final = 4
"""So many words may stand between a negation and its verb: `не надо мне больше писать`."""

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
_TO_OTHERS = frozenset({"никому", "другим", "никого", "anyone", "others", "nadie"})
_GOING_ON = ("keep", "continu", "sigu", "продолж")
_UZBEK_WRITING = ("ез", "yoz", "юбор", "yubor", "жунат", "jonat", "ташла", "tashla")
_NOT_INSIDE = ("манг", "масанг", "масин", "mang", "masang", "masin")
_TAJIK_REFUSING = ("нагир", "нафир", "нанав", "накун", "наояд", "nagir", "nafir", "nanav")
_LISTS: Final = ("list", "books", "register", "database", "system", "records", "contacts", "pool")
_OTHERS: Final = frozenset({"day", "waiting", "wait", "him", "her", "them", "is", "was", "are", "why"})
_AT_A_PLACE = frozenset({"at", "by", "in", "near", "to", "outside"})
_SOME: Final = frozenset(
    {"на", "в", "к", "с", "для", "туда", "такие", "такое", "on", "at", "for", "to", "with", "like"}
)
"""Beside them only some offers are unwanted: `на склад больше не зовите`."""
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
    if any(rule(reading, words) for rule in (is_bare, says_only_from_what, takes_it_off, ends_his_number)):
        return Verdict(Disposition.STOP, "asks to be removed, and agrees", LIKELY)
    clauses = _clauses(reading)
    whole = [range(len(words))] if len(words) <= _LONGEST_WHOLE and not reading.asks else []
    for span in (*clauses, *whole):
        if _is_no_wish(reading, span):
            continue
        clause = words[span.start : span.stop]
        apart = span in clauses
        silent = apart and (_is_not_to_write(reading, clause) or _is_not_to_invite(reading, span))
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
    if any(word.startswith(ABOUT_A_SHIFT) for word in words) and not has(words, silence.MESSAGES):
        return True
    asks = any(word.startswith(_POLITE_QUESTION) for word in words)
    questioned = reading.tokens[span.stop].gap is Gap.QUESTION if span.stop < len(words) else reading.ends_asking
    wondering = _WHY.intersection(words)
    if wondering == {"ki"} and has(words, silence.REMOVING):
        wondering = frozenset()  # `dobja ki`: away, and not who
    return bool(wondering) or "ли" in words or (questioned and not asks)


def _removes(words: Words) -> bool:
    """`прошу стереть мой телефон`, `согласен на удаление номера`, `forget this number`, `bazadan oling`."""
    taken = any(first.endswith(("dan", "дан")) and second in {"oling", "олинг"} for first, second in pairwise(words))
    if taken and has(words, (*silence.OWN, "royxat", "ruyxat", "руйхат")):
        return True
    removing = [
        at for at in places_of(words, silence.REMOVING) if is_asked_for(words, at) and not _drops_off(words, at)
    ]
    return not has(words, _NOT_HIS) and is_near(words, removing, silence.OWN + silence.MESSAGES)


def _drops_off(words: Words, at: int) -> bool:
    """Tell whether somebody is taken to a place: `drop me at gate number 5`."""
    after = words[at + 1 : at + 4]
    return words[at] in {"drop", "dump"} and (not _AT_A_PLACE.isdisjoint(after) or after[1:2] == ["a"])


def _removes_for_good(words: Words) -> bool:
    """`вычёркивайте насовсем`, `take me off your books`, `i want off this list`."""
    forever = not silence.FOREVER.isdisjoint(words) or ("for", "good") in set(pairwise(words))
    if forever and any(is_asked_for(words, at) for at in places_of(words, (*silence.REMOVING, "take"))):
        return True
    off = [
        at for at, word in enumerate(words) if word == "off" and _OTHERS.isdisjoint(words) and not is_negated(words, at)
    ]
    return any(word.startswith(_LISTS) for at in off for word in words[at + 1 : at + 4])


def _hears_no_more(words: Words) -> bool:
    """`never want to hear from you again`."""
    heard = any(two in {("hear", "from"), ("hearing", "from")} for two in pairwise(words))
    wanted = not {"didnt", "havent", "about"}.intersection(words) and not silence.FOR_GOOD.isdisjoint(words)
    return heard and wanted and not NEGATIONS.isdisjoint(words)


def _switches_off(words: Words) -> bool:
    off = [at for at in places_of(words, silence.OFF) if is_asked_for(words, at)]
    return is_near(words, off, silence.MESSAGES)


def _ceases(words: Words) -> bool:
    """`завязывайте с рассылкой`, `буду рад, если смс прекратятся`."""
    ceasing = [at for at in places_of(words, silence.CEASING) if is_asked_for(words, at)]
    ceasing += [at for at, word in enumerate(words) if word == "хорош"]
    if _sends_him(words) and has(words, _SENT_HIMSELF):
        return False
    going_on = places_of(words, _GOING_ON) if not IF.isdisjoint(words) else []
    return is_near(words, ceasing + going_on, silence.OWN + silence.MESSAGES + silence.WRITING)


def _refuses(words: Words) -> bool:
    refusing = [
        at for at in places_of(words, silence.REFUSING) if not is_negated(words, at) and not words[at].endswith(PAST)
    ]
    refusing += [at for at in places_of(words, ("autoriz",)) if is_negated(words, at)]
    return is_near(words, refusing, silence.MESSAGES + silence.PROCESSING, _CLOSE)


def _sends_away(words: Words) -> bool:
    """`рассылку вон`, `без уведомлений`, `больше ни одной смс`."""
    away = [at for at, word in enumerate(words) if word in silence.AWAY]
    if away and is_near(words, away, silence.MESSAGES + silence.OWN):
        return True
    without = [at for at, word in enumerate(words) if word in _WITHOUT and not has(words, _COMING)]
    if without and any(word.startswith(silence.MESSAGES) for at in without for word in words[at + 1 : at + 3]):
        return True
    none = not _NONE.isdisjoint(words) and (not _ONE.isdisjoint(words) or not {"ни", "ni"} & set(words))
    lasting = not {"больше", "болше", "чтоб", "чтобы", "mas", "more"}.isdisjoint(words)
    return none and lasting and has(words, (*silence.MESSAGES, "строчк")) and _YET.isdisjoint(words)


def _leaves(words: Words) -> bool:
    """`выхожу из рассылки`, `ready to leave your list`, `done with these texts`."""
    leaving = [at for at in places_of(words, silence.LEAVING) if not is_negated(words, at)]
    leaving += [at for at, two in enumerate(pairwise(words)) if two in {("done", "with"), ("through", "with")}]
    return is_near(words, leaving, silence.LISTS_OF_MESSAGES, _BEFORE)


def _leaves_our_base(words: Words) -> bool:
    """`хочу выйти из базы`, `выхожу из вашей системы`; the base a man drives out of is a yard."""
    leaving = [at for at in places_of(words, silence.LEAVING) if not is_negated(words, at)]
    ours = has(words, ("ваш",)) or has(words[: leaving[0]] if leaving else (), silence.WISHING)
    return ours and "из" in words and is_near(words, leaving, _OUR_BASE, _BEFORE)


def _has_asked_before(words: Words) -> bool:
    """`я же просил не писать`, `просил удалить`."""
    asked = [at for at, word in enumerate(words) if word.startswith(_ASKED) and not is_negated(words, at)]
    if not _NO_MORE.isdisjoint(words):
        return False
    after = words[asked[0] + 1 :] if asked else ()
    silent = not NEGATIONS.isdisjoint(after) and has(after, silence.WRITING)
    return silent or any(word.startswith(BARE) and word.endswith(_INFINITIVE) for word in after)


def _would_be_glad(words: Words) -> bool:
    """`буду благодарен, если уберете`, `рад буду, если больше не напишете`."""
    if not has(words, _GLAD) or IF.isdisjoint(words):
        return False
    silent = not NEGATIONS.isdisjoint(words) and has(words, silence.WRITING)
    return silent or has(words, (*BARE, "убер", "забуд", "вычерк"))


def _writes_to_others(words: Words) -> bool:
    """`пишите кому угодно, только не мне`."""
    ends = tuple(words[-2:]) == ("не", "мне")
    return ends and has(words, ("пиш", "шлите", "присыл", "отправл"))


def _unsubscribes(words: Words) -> bool:
    if _UNSUBSCRIBED.intersection(words) and has(words, _NOTING):
        return True
    if has(words, ("отпишус", "отпишемс")) and has(words, _GLADLY):
        return True
    found = [at for at in places_of(words, _UNSUBSCRIBING) if not is_negated(words, at)]
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
    left = [
        at for at in places_of(words, ("остав", "dejen", "deje", "leave", "hagyj", "куйинг")) if is_asked_for(words, at)
    ]
    return bool(peace and left)


def _refuses_inside(words: Words) -> bool:
    """Tell whether an Uzbek or Tajik verb of sending carries a "not" inside: `menga yozmasangiz`, `паём нагирам`."""
    if {"мени", "meni", "маро"} & set(words):
        return False
    sent = [word for word in words if word.startswith(_UZBEK_WRITING) and any(part in word for part in _NOT_INSIDE)]
    if sent and (not _ME.isdisjoint(words) or has(words, silence.MESSAGES)):
        return True
    return has(words, _TAJIK_REFUSING) and has(words, silence.MESSAGES)


_RULES: tuple[Callable[[Words], bool], ...] = (
    *(_removes, _switches_off, _ceases, _refuses, _sends_away, _leaves, _unsubscribes, _shuts_out),
    *(_leaves_in_peace, _refuses_inside, _leaves_our_base, _has_asked_before, _would_be_glad, _writes_to_others),
    *(_removes_for_good, _hears_no_more),
)
_ACROSS_COMMAS: tuple[Callable[[Words], bool], ...] = (
    *(_removes, _switches_off, _unsubscribes, _leaves_in_peace, _would_be_glad, _writes_to_others),
)


def _is_not_to_write(reading: Reading, words: Words) -> bool:
    """Tell whether nobody is to write to him, for good: `впредь прошу мне не слать`."""
    if has(words, silence.ONLY_NOW) or reading.numbers.time is not None or reading.numbers.foreign:
        return False
    lasting = not silence.FOR_GOOD.isdisjoint(words) or has(words, ("чтоб", "шоб"))
    if reading.senses & _HIS_WAY and not lasting:
        return False
    if reading.of(Sense.DAY, Sense.OTHER) and not lasting:
        return False
    mine = not _ME.isdisjoint(words) or has(words, silence.OWN) or has(words, silence.MESSAGES)
    if not (mine or lasting) or not _TO_OTHERS.isdisjoint(words):
        return False
    return any(_is_kept_from(words, at) for at in places_of(words, silence.WRITING))


def _is_not_to_invite(reading: Reading, span: range) -> bool:
    """Tell whether nobody is to ask him any more, to whatever it be: `больше не зовите никогда`."""
    words = [reading.tokens[at].text for at in span]
    some = any(mark.start in span for mark in reading.of(Sense.DAY, Sense.OTHER)) or not _SOME.isdisjoint(words)
    inviting = places_of(words, silence.INVITING)
    strange = {words[at - span.start] for at in reading.unknown if at in span and at - span.start not in inviting}
    if some or strange - silence.FOR_GOOD - _ME or has(words, silence.ONLY_NOW) or silence.FOR_GOOD.isdisjoint(words):
        return False
    told = PAST if "никогда" in words else (*PAST, *_TELLING)
    return any(is_negated(words, at) and not words[at].endswith(told) for at in inviting)


def _is_kept_from(words: Words, at: int) -> bool:
    """Tell whether the word for writing at a place is negated, and asks."""
    word = words[at]
    supposed = "никогда" in words or has(words, ("чтоб", "шоб", "пусть", "бы", "давай", "договор"))
    if word.endswith((*PAST, *_TELLING)) and word not in _ENGLISH and not supposed:
        return False
    if word.startswith(_SEEING) and not has(words, silence.MESSAGES) and "вас" not in words:
        return False
    if _sends_him(words) and word.startswith(_SENT_HIMSELF):
        return False
    before = words[max(at - _BEFORE, 0) : at]
    if has(words, ("pued", "pude", "podr")) or "did" in words:
        return False
    if {"буду", "будем", "wont", "we"} & set(before[-2:]) or has(before, silence.OFF + silence.CEASING):
        return False
    after = words[at + 1 : at + 3]
    later = "не" in after and any(other.startswith("буде") for other in after)
    negations = [place for place, other in enumerate(before) if other in NEGATIONS]
    if word.startswith(_ENGLISH) and not word.startswith("textee"):
        subject = any(place > 0 and before[place - 1] in _SUBJECTS for place in negations)
        negations = [] if subject else [place for place in negations if before[place] not in {"no", "sin", "ne"}]
    return later or bool(negations)


def _sends_him(words: Words) -> bool:
    """Tell whether he is sent, or written down, and nothing is sent to him: `не отправляйте меня туда`."""
    return "меня" in words and not {"мне", "нам"} & set(words) and not has(words, silence.MESSAGES)
