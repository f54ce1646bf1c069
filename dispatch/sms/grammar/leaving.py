"""Whether "take me off" speaks of one shift, one crew or the list of one day, and not of our messages."""

from typing import Final

from dispatch.sms.grammar.outcome import Context
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense

ABOUT_A_SHIFT = (
    *("смен", "заяв", "заказ", "объект", "обьект", "shift", "job", "order", "turno", "obra", "muszak", "munka"),
    *("smen", "zakaz", "zayav", "буюртма", "buyurtma", "фармоиш", "roster", "rota", "crew", "штраф", "fine"),
)
_OF_A_DAY = (
    *("бригад", "запасн", "резерв", "rezerv", "выходны", "завтрашн", "сегодняшн", "вечерн", "очеред", "brigad"),
    *("jelentkez", "cuadrilla", "нобат", "navbat", "ertangi", "эртанги", "bugungi", "бугунги", "nevsor", "holnap"),
)
"""What one takes himself off for a day, or which day it is."""

_LEAVES = frozenset({"baja", "меня", "me", "off", "quitenme", "quiteme"})
_TAKING_OFF = (
    *("учиринг", "учир", "ochir", "uchir", "чикар", "chiqar", "хорич", "torolj", "torold", "vegye"),
    *("удаля", "убира", "вычерк", "убер", "удал", "исключ", "сотр", "выкин", "снима", "снят", "сним", "выпиш", "отпи"),
    *("ubir", "uber", "отпис", "unsub", "remove", "take", "quit", "saqu", "borr", "bajen", "elimin", "cancel"),
    *("torol", "vegy", "huzz", "iratkoz", "олиб", "olib", "ташла", "tashla", "гир", "баро", "хат", "отмен", "отказ"),
)
_OWN_LISTS = (
    *("баз", "baz", "ракам", "raqam", "номер", "nomer", "szam", "adat", "обун", "obun", "рассыл", "рассил", "rassil"),
    *("телефон", "telefon", "phone", "number", "numero", "datos", "данны", "database", "контакт", "system", "mailing"),
    *("sistema", "rendszer", "систем", "программ", "смс", "sms", "сообщ", "text", "messag", "mensaj", "uzenet"),
)
"""Beginnings of what he is on for good: beside them it is no shift that he leaves."""

_LISTS = frozenset(
    """
    список списка списков списки list lista listarol listabol nevsorbol рухат руйхатдан руйхати рухати руйхат royxatdan
    ruyxatdan
    """.split()  # noqa: SIM905 - read as a row
)
"""Lists that are also made of the men of one day."""

_WRITING_DOWN = frozenset({"езманг", "yozmang", "нанависед", "нанавис", "irjatok", "irjanak", "irjon"})
_HIM = frozenset({"мени", "meni", "маро", "fel"})
_AT_ONCE = frozenset({"же", "немедленно", "навсегда", "отовсюду", "вообще", "больше", "совсем", "сразу"})
_SEATED: Final = frozenset(
    {
        *(Context.BOOKED, Context.RECONFIRM, Context.CHANGE, Context.ETA, Context.PROMOTION, Context.OFFER),
        *(Context.OFFERS, Context.BOOKED_OFFER, Context.WHICH),
    }
)
_FOR_GOOD = (
    "больше",
    "никогда",
    "уволил",
    "уехал",
    "насовсем",
    "навсегда",
    "друг",
    "работ",
    "надоел",
    "достал",
    "устроил",
)


def about_a_shift(reading: Reading, mark: Mark) -> bool:
    """Tell whether a shift, an order or a fine is named in the clause of a phrase."""
    return any(reading.tokens[at].text.startswith(ABOUT_A_SHIFT) for at in reading.clause_of(mark.start))


def is_list_of_a_day(reading: Reading, mark: Mark) -> bool:
    """Tell whether he is to be taken off the list of one day: `вычеркните из списка на завтра`."""
    clause = reading.clause_of(mark.start)
    words = {reading.tokens[other.start].text for other in reading.of(Sense.LISTING)}
    return bool(words) and words <= _LISTS and any(day.start in clause for day in reading.of(Sense.DAY))


def leaves_one_shift(reading: Reading, mark: Mark, context: Context) -> bool:
    """Tell whether "take me off" speaks of a shift: `dar de baja del turno`, `уберите меня, спину сорвал`."""
    words = [reading.tokens[at].text for at in (*reading.clause_of(mark.start), *reading.clause_of(mark.end - 1))]
    spoken = [reading.tokens[at].text for at in range(mark.start, mark.end)]
    of_a_shift = any(word.startswith(ABOUT_A_SHIFT) for word in words)
    lists = not of_a_shift and any(word.startswith("подпис") for word in words)
    if reading.of(Sense.MESSAGES) or lists or any(word.startswith(_OWN_LISTS) for word in words):
        return False
    down = not _HIM.isdisjoint(words) and not _WRITING_DOWN.isdisjoint(spoken)
    off = spoken[-1] in _LEAVES or any(word.startswith(_TAKING_OFF) for word in spoken)
    if not (down or off):
        return False
    if of_a_shift or is_list_of_a_day(reading, mark) or _names_a_day(reading, mark, words):
        return True
    return context in _SEATED and not down and _tells_why(reading, mark)


def _names_a_day(reading: Reading, mark: Mark, words: list[str]) -> bool:
    if not _AT_ONCE.isdisjoint(words):
        return False
    clause = reading.clause_of(mark.start)
    days = any(day.start in clause for day in reading.of(Sense.DAY)) or any(at in clause for at in reading.dates.taken)
    return days or any(word.startswith(_OF_A_DAY) for word in words) or bool(reading.numbers.codes)


def _tells_why(reading: Reading, mark: Mark) -> bool:
    """Tell whether another clause says what keeps him away this time, and not that he has left for good."""
    clause = reading.clause_of(mark.start)
    if any(token.text.startswith(_FOR_GOOD) for token in reading.tokens):
        return False
    why = reading.of(Sense.REASON, Sense.REFUSE, Sense.UNTIMELY, Sense.CANCEL, Sense.LATE)
    return any(other.start not in clause for other in why)
