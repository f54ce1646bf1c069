"""Wishes for no more messages in hardly a word: the verb alone, or only what he wants to be off."""

from itertools import pairwise

from dispatch.sms.grammar.asking import Words, is_asked_for, is_negated, places_of
from dispatch.sms.grammar.normalise import Kind
from dispatch.sms.grammar.reading import Reading
from dispatch.sms.grammar.senses import Sense

BARE = (
    *("удал", "отписыва", "отписат", "отпиши", "отключ", "блокир", "заблок", "стира", "сотр", "стер", "отруб", "выруб"),
    *("udal", "otpis"),
    *("delet", "remov", "block", "unsub", "borr", "elimin", "bloque", "torol", "torl", "toroj", "учир", "ochir"),
)
_BARE_PAIRS = frozenset({("vegyetek", "le"), ("vegyenek", "le"), ("vegyen", "le"), ("vegyel", "le")})
_FROM_OURS = (
    *("listarol", "listabol", "nevsorbol", "rendszerbol", "adatbazisbol", "bazadan", "royxatdan", "ruyxatdan"),
    *("руйхатдан", "базадан", "номеримдан"),
)
_OUT = frozenset({"из", "с", "со", "iz", "off", "out", "fuera", "аз"})
_FROM = frozenset({"de", "from"})
_OURS = ("баз", "спис", "рассыл", "bazy", "spis", "rassyl", "list", "database", "books", "base", "руйхат")
_YOURS = frozenset(
    {"your", "ur", "su", "sus", "tu", "vuestra", "la", "вашей", "ваших", "vashey", "vashih", "menya", "nomer"}
)
_HIS_NUMBER = frozenset(
    {
        *(
            ("my", "number"),
            ("this", "number"),
            ("my", "phone"),
            ("my", "contact"),
            ("my", "contacts"),
            ("my", "details"),
        ),
        *(("mi", "numero"), ("este", "numero"), ("mis", "datos"), ("мой", "номер"), ("moy", "nomer"), ("moi", "nomer")),
    }
)
_TAKING = frozenset(
    {"take", "off", "out", "get", "pull", "cross", "strike", "rub", "cut", "of", "it", "my", "name", "phone"}
)
_OTHERWISE = frozenset(
    """
    forgot lost left broke changed dropped charged olvide perdi deje cambie cambio tengo rompi забыл потерял сменил
    use using keep keeping save saved add put note take write check find have has had know see update change share give
    pass send forward confirm correct got get need want remember store register record enter include dial try phone
    message contact reach call ring text ping is was are be its it to on from at of with for and or not no here heres
    that thats by under in about via same new old but so the a u you i im we yes ok okay please thanks hi hello
    anote apunte guarde tome use tiene tienen es a de con por en y si no ya ese este llame llamen pase pasen deje dejo
    запишите запиши сохраните сохрани передайте передай дайте дай оставьте оставь добавьте добавь внесите внеси знаете
    помните скиньте скинь имейте проверьте проверь поменяйте смените исправьте набирайте наберите берите возьмите это
    вот на с по под за да ок есть же и а но
    """.split()  # noqa: SIM905 - read as a row
)
"""What people do with a number they want kept, and words that do nothing."""

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


def is_bare(reading: Reading, words: Words) -> bool:
    """Tell whether he asks to be removed without saying from what, with at most a yes beside it: `ладно, удаляйте`."""
    if reading.asks or reading.numbers.taken:
        return False
    pair = next((at for at, two in enumerate(pairwise(words)) if two in _BARE_PAIRS), None)
    bare = [at for at in places_of(words, BARE) if is_asked_for(words, at)] if pair is None else [pair, pair + 1]
    if not bare or is_negated(words, bare[0]):
        return False
    spoken = {at for mark in reading.marks if mark.sense in _BESIDE_BARE for at in range(mark.start, mark.end)}
    rest = [at for at, word in enumerate(words) if at not in spoken and at not in bare and word not in _SMALL]
    return not any(reading.tokens[at].kind is Kind.WORD for at in rest)


def says_only_from_what(reading: Reading, words: Words) -> bool:
    """Tell whether he names what he wants to be off, and no verb, with at most a yes beside it: `ок, из базы меня`."""
    if reading.asks or reading.numbers.taken or not reading.senses <= _BESIDE_BARE | {Sense.LISTING}:
        return False
    if not {"я", "ya"}.isdisjoint(words):
        return False
    strange = {words[at] for at in reading.unknown} - _OUT - _FROM - _YOURS - _SMALL
    if not all(word.startswith(_OURS) for word in strange):
        return False
    if any(word.startswith(_FROM_OURS) for word in words):
        return True
    for at, word in enumerate(words):
        after = words[at + 1 : at + 4]
        if any(other.startswith(_OURS) for other in after) and (word in _OUT or (word in _FROM and after[0] in _YOURS)):
            return True
    return False


def takes_it_off(reading: Reading, words: Words) -> bool:
    """Tell whether something of his is to go off or out, and no shift or day is named: `yes, take my name off`."""
    if reading.asks or reading.numbers.taken or not reading.senses <= _BESIDE_BARE | {Sense.LISTING}:
        return False
    ends = [mark.end for mark in reading.of(Sense.LISTING) if words[mark.start] in {"my", "this"}]
    strange = {words[at] for at in reading.unknown} - _SMALL - _TAKING
    return any(words[end : end + 1] in (["off"], ["out"]) for end in ends) and not strange


def ends_his_number(reading: Reading, words: Words) -> bool:
    """Tell whether all he asks is to do to his number what nobody does who keeps it: `ok, nuke my number`."""
    if reading.asks or reading.numbers.taken or not reading.senses <= _BESIDE_BARE | {Sense.LISTING}:
        return False
    done = [at for at, two in enumerate(pairwise(words[1:])) if two in _HIS_NUMBER]
    if len(done) != 1 or words[done[0]] in _OTHERWISE or is_negated(words, done[0]):
        return False
    return {words[at] for at in reading.unknown} <= {words[done[0]], *words[done[0] + 1 : done[0] + 3]} | _SMALL
