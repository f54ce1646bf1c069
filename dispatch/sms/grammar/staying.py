"""What sounds like a wish for no more messages and is none: to stay on our list, or to get texts and no calls."""

import re
from typing import Final

from dispatch.sms.grammar.lexicon import silence
from dispatch.sms.grammar.normalise import Gap
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense

_NOT: Final = frozenset({"не", "dont", "not", "didnt", "never", "no", "ne"})
_ENDING_IN_RUSSIAN: Final = re.compile(
    r"(?:(?:за)?блокируй|отключай|отключи|удаляй|удали|отписывай|отпиши|останавливай|останови|прекращай|прекрати"
    r"|переставай|убирай|убери|исключай|исключи|вычеркивай|вычеркни|выписывай|выключай|стирай|сотри)(?:те|тесь|ся)?"
    r"|(?:удалить|удалять|отписывать|отписать|останавливать|остановить|прекращать|прекратить|переставать|убирать|убрать"
    r"|исключать|исключить|блокировать|отключать|отключить|вычеркивать|вычеркнуть|выписывать)(?:ся)?"
)
"""Imperatives and infinitives; `не удалили`, `не удаляете` complain that we do not."""

_ENDING: Final = (
    *("stop", "unsub", "remov", "delet", "block"),
    *("borr", "elimin", "quit", "bloque", "paren", "dejen", "dejes"),
    *("torol", "torl", "allits", "leallit", "leiratk", "hagyj", "hagyd"),
)
_ENDING_AND_NOT: Final = ("тухтатма", "toxtatma", "учирма", "ochirma", "чикарма", "chiqarma")
"""Uzbek verbs that carry the "not" inside."""

_BETWEEN: Final = frozenset(
    """
    надо нужно стоит хочу хотел хотела хотелось бы просил просила пока в коем случае меня нас мой номер
    say said saying mean meant write wrote type typed want wanted wish ever please the word actually really to be
    me nos quiero queria dije escribi puse
    писал писала написал написала отправлял отправляла нажимал нажимала говорил говорила имел имела ввиду виду
    писать написать отправлять отправить нажимать сказать akarom akartam irtam
    """.split()  # noqa: SIM905 - read as a row
)
"""What may stand between a "not" and what is not wanted, or was not said."""

_SAID: Final = (
    *("писал", "написал", "отправлял", "отправил", "нажимал", "нажал", "говорил", "имел", "ввиду", "виду", "хотел"),
    *("say", "said", "mean", "meant", "write", "wrote", "type", "dije", "escribi", "puse", "irtam"),
)
_NEVER: Final = frozenset({"никогда", "nunca", "soha", "please", "пожалуйста"})
_FARTHEST: Final = 5
_COMPLAINING: Final = frozenset(
    "you they вы они why почему зачем когда если if would will can cant wont could ustedes porque".split()  # noqa: SIM905
)
"""Beside these a negation tells what we do, and asks for the contrary: `if you do not stop`."""

_CALLING: Final = ("звон", "зван", "трезвон", "набир", "call", "ring", "llam", "hiv", "кунгирок", "qongiroq", "занг")
_TEXTING: Final = frozenset(
    """
    пишите пиши напишите напиши шлите присылайте скидывайте скиньте escriban escribanme escribe escribeme
    irjanak irjon irj езинг yozing нависед бинависед
    """.split()  # noqa: SIM905 - read as a row
)
_TEXTS: Final = frozenset("смс смску смской сообщением text texts message messages sms mensajes".split())  # noqa: SIM905
"""Nouns, and verbs that stand in lists of what is unwanted: they need a word that sets them against the calls."""

_RATHER: Final = frozenset("а лучше только просто just only rather instead but mejor solo inkabb csak".split())  # noqa: SIM905
_CEASING: Final = frozenset({Sense.WEARY, Sense.STOP_ALONE, Sense.STOP_WORD})
_SENT: Final = (
    *("писал", "написал", "отправил", "нажал", "послал", "отослал"),
    *("sent", "wrote", "texted", "typed", "hit", "pressed"),
    *("envie", "escribi", "mande", "kuldtem", "irtam", "yozdim", "yozib", "yubordim", "ездим", "юбордим", "навиштам"),
)
_BY_MISTAKE: Final = (
    *("случайн", "ошибк", "ошибоч", "нечаян", "mistake", "accident", "error", "equivoc", "teved", "xato", "хато"),
)
_CLOSE: Final = 3
_COMPOUNDS: Final = frozenset(
    "bus pit non full truck rest last next tram train metro one first second petrol gas".split()  # noqa: SIM905
)
"""`bus stop`, `pit stop`: no word for ending anything."""


def is_to_stay(reading: Reading) -> bool:
    """Tell whether all that sounds like an end is denied: `не удаляйте меня`, `I did not say stop`."""
    places = denied(reading)
    return bool(places) and all(mark.start in places for mark in reading.of(Sense.STOP, Sense.STOP_WORD))


def denied(reading: Reading) -> set[int]:
    """Return the places of the words that deny an end, from the "not" to what it denies."""
    return {at for span in _denials(reading) for at in span}


def is_compound(reading: Reading, at: int) -> bool:
    """Tell whether the English stop word is the second half of another: `pit stop then i come`."""
    token = reading.tokens[at]
    return at > 0 and token.text == "stop" and token.gap is Gap.SPACE and reading.tokens[at - 1].text in _COMPOUNDS


def prefers_texts(reading: Reading) -> bool:
    """Tell whether he wants no calls, and texts instead: `не звоните мне, пишите`, `don't call, just text`."""
    tokens = reading.tokens
    ends = [mark for mark in reading.of(Sense.STOP) if not _is_about_calls(reading, mark)]
    if ends or reading.senses & _CEASING or not any(_is_call_denied(reading, at) for at in range(len(tokens))):
        return False
    return any(_is_text_wanted(reading, at) for at, token in enumerate(tokens) if token.text in _TEXTING | _TEXTS)


def wants_neither(reading: Reading) -> bool:
    """Tell whether an English list of what is unwanted names texts beside calls: `don't call, text or email me`."""
    words = [token.text for token in reading.tokens]
    if not _RATHER.isdisjoint(words):
        return False
    calls = [at for at in range(len(words)) if words[at].isascii() and _is_call_denied(reading, at)]
    return any(word in _TEXTS or word == "write" for at in calls for word in words[at + 1 : at + 4])


def was_by_mistake(reading: Reading) -> bool:
    """Tell whether he only tells that he sent the stop word by mistake: `случайно отправил стоп`."""
    stops = [mark.start for mark in reading.of(Sense.STOP_WORD)]
    return bool(stops) and all(_is_told_as_mistake(reading, at) for at in stops)


def _is_told_as_mistake(reading: Reading, stop: int) -> bool:
    clause = reading.clause_of(stop)
    words = [reading.tokens[at].text for at in clause]
    near = [reading.tokens[at].text for at in clause if abs(at - stop) <= _CLOSE]
    sent = any(word.startswith(_SENT) and not word.endswith("ли") for word in near)
    mistaken = any(word.startswith(_BY_MISTAKE) for word in words)
    return sent and mistaken and _COMPLAINING.isdisjoint(words) and _NOT.isdisjoint(words)


def _denials(reading: Reading) -> list[range]:
    """Return where an end is denied, from the "not" to the verb or the word that was not said."""
    words = [token.text for token in reading.tokens]
    stops = {mark.start for mark in reading.of(Sense.STOP_WORD)}
    found = [range(at, at + 1) for at, word in enumerate(words) if word.startswith(_ENDING_AND_NOT)]
    for at, word in enumerate(words):
        first = at - 1 if at > 0 and words[at - 1] in _NEVER else at
        if word not in _NOT or not _COMPLAINING.isdisjoint(words[max(at - 3, 0) : at]):
            continue
        for end in range(at + 1, min(at + _FARTHEST, len(words))):
            if reading.tokens[end].gap >= Gap.COMMA:
                break
            if _is_ended(words, at, end, said=end in stops):
                found.append(range(first, end + 1))
                break
            if words[end] not in _BETWEEN:
                break
    return found


def _is_ended(words: list[str], negation: int, at: int, *, said: bool) -> bool:
    """Tell whether a word is what a "not" denies: an order to end something, or the stop word that he never sent."""
    word, between = words[at], words[negation + 1 : at]
    if said:
        told = any(other.startswith(_SAID) for other in between)
        return told or (words[negation] in {"dont", "never"} and (not between or "to" in between))
    if words[negation] == "не":
        return _ENDING_IN_RUSSIAN.fullmatch(word) is not None
    if words[negation] in {"no", "ne"}:
        again = words[at + 1 : at + 2]
        lasting = again == ["de"] if word.startswith("dej") else again == ["abba"] if word.startswith("hagy") else True
        return lasting and word.startswith(_ENDING) and word not in {"stop", "remove", "delete", "unsubscribe", "block"}
    return word.startswith(_ENDING)


def _is_about_calls(reading: Reading, mark: Mark) -> bool:
    return any(reading.tokens[at].text.startswith(_CALLING) for at in range(mark.start, mark.end))


def _is_call_denied(reading: Reading, at: int) -> bool:
    words = [token.text for token in reading.tokens]
    return words[at].startswith(_CALLING) and any(word in _NOT for word in words[max(at - 3, 0) : at])


def _is_text_wanted(reading: Reading, at: int) -> bool:
    """Tell whether a word asks for texts: no "not" before it, and set against the calls; English lists need a word."""
    words = [token.text for token in reading.tokens]
    clause = reading.clause_of(at)
    if any(word in _NOT or word.startswith(silence.CEASING) for word in words[max(at - 2, clause.start) : at]):
        return False
    near = words[max(at - 2, 0) : at] + words[at + 1 : at + 3]
    return not _RATHER.isdisjoint(near) or (words[at] in _TEXTING and reading.tokens[at].gap >= Gap.COMMA)
