"""What people write: short, in five languages, with the slips of a thumb on a small screen."""

from enum import StrEnum
from random import Random


class Say(StrEnum):
    """What somebody means to say."""

    YES = "yes"
    NO = "no"
    QUESTION = "question"
    HEDGE = "hedge"
    STOP = "stop"
    ARRIVED = "arrived"
    LATE = "late"
    UNDERSTOOD = "understood"
    CANCEL = "cancel"
    CANCEL_THIS = "cancel_this"
    THANKS = "thanks"
    APPEAL = "appeal"


_RUSSIAN: dict[Say, tuple[str, ...]] = {
    Say.YES: ("1", "да", "Да", "1", "да приду", "буду", "Готов", "+"),
    Say.NO: ("2", "нет", "не смогу", "Не получится, сорри", "занят", "пас", "-"),
    Say.QUESTION: ("какая оплата?", "а где объект", "во сколько начало?", "это далеко от метро?"),
    Say.HEDGE: ("наверное", "посмотрим", "да но с 10", "могу только до 18"),
    Say.STOP: ("стоп", "СТОП!!!", "стоп рассылка"),
    Say.ARRIVED: ("на месте", "На месте", "на объекте", "приехал"),
    Say.LATE: ("опоздаю минут на {minutes}", "Буду позже на {minutes} мин", "опоздаю на {minutes}"),
    Say.UNDERSTOOD: ("1", "понял", "1"),
    Say.CANCEL: ("не приду", "снимите меня с заявки", "не смогу"),
    Say.CANCEL_THIS: ("не приду",),
    Say.THANKS: ("ок спасибо", "спасибо"),
    Say.APPEAL: ("спор", "СПОР"),
}
_OTHERS: dict[str, dict[Say, tuple[str, ...]]] = {
    "en": {
        Say.YES: ("1", "yes", "Yes i will come", "sure", "ok"),
        Say.NO: ("2", "no", "i can't", "not today"),
        Say.QUESTION: ("what time", "how much?", "where is it"),
        Say.HEDGE: ("maybe", "let me see"),
        Say.STOP: ("stop", "Stop pls"),
        Say.ARRIVED: ("i am here", "here"),
        Say.LATE: ("late {minutes}",),
        Say.UNDERSTOOD: ("1", "ok"),
        Say.CANCEL: ("i can't come",),
        Say.CANCEL_THIS: ("not coming",),
        Say.THANKS: ("ok thanks",),
        Say.APPEAL: ("dispute", "DISPUTE"),
    },
    "es": {Say.YES: ("1", "sí, voy", "sí"), Say.NO: ("2", "no voy")},
    "hu": {Say.YES: ("1", "igen jövök", "igen"), Say.NO: ("2", "nem tudok")},
    "uz": {Say.YES: ("1", "ҳа бораман", "ҳа"), Say.NO: ("2", "йўқ боролмайман")},
}
LANGUAGES = ("ru", *_OTHERS)

_LOOKALIKES = str.maketrans("аеорсу", "aeopcy")
_SIGNS = {"+": "да", "-": "нет"}
_CODE_LIMIT = 8  # a longer answer is a sentence; nobody adds a code to one


def phrase(what: Say, language: str, random: Random, *, minutes: int = 0) -> str:
    """Return one way to say it; Russian, the language of the work, where his own has none."""
    choices = _OTHERS.get(language, {}).get(what) or _RUSSIAN[what]
    return random.choice(choices).format(minutes=minutes)


def with_code(text: str, code: str, random: Random) -> str:
    """Return the same answer naming which question it is for: "да 31", "31 да"; a sign becomes a word beside a code."""
    text = _SIGNS.get(text, text)
    if len(text) > _CODE_LIMIT:
        return f"{code} {text}"
    return random.choice((f"{text} {code}", f"{code} {text}")) if text.isalpha() else f"{code} {text}"


def mistype(text: str, random: Random) -> str:
    """Return the text with one slip: a Latin letter that looks the same, a held key, capitals, a stray stop."""
    slips = (
        text.translate(_LOOKALIKES),
        text + text[-1] * 2 if text[-1:].isalpha() else text + ".",
        text.upper(),
        f"{text}.",
        f" {text} ",
    )
    return random.choice(slips)


def numbers(missing: list[int], random: Random) -> str:
    """Return the numbers of who is missing as a crew lead writes them; "1" when nobody is."""
    if not missing:
        return "1"
    *head, last = (str(number) for number in missing)
    if len(head) == 1:
        return random.choice((f"{head[0]} и {last}", f"{head[0]}, {last}"))
    return ", ".join((*head, last))
