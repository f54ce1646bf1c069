"""What a franchise may change about a text, and what the text has to keep. Pure.

The man who reads it must be able to decide and to answer: day, place, pay, code and answer words stay in. Nothing in
it may look like a link, a number to call or an order to the carrier; those are not ours to send by hand.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.sms.latin import latin
from dispatch.sms.segments import measure
from dispatch.sms.texts import PLACES, SENTENCES, Language, Template, fill
from dispatch.sms.variables import LENGTHS, Choice, CrewEntry, Offered, TextIncomplete, Variable

LONGEST: Final = 600
"""Letters of a sentence before anything is filled in."""
MOST_SEGMENTS: Final = 4
"""So many may a text take with the values of a usual order."""

T = Template
OCCASIONS: Final[Mapping[str, Sequence[Template]]] = MappingProxyType(
    {
        "Invitations": (
            *(T.OFFER, T.OFFER_URGENT, T.OFFERS),
            *(T.OFFER_WITHDRAWN, T.TURNED_AWAY, T.BUSY, T.DECLINED_OK),
        ),
        "Booked": (T.ACCEPTED_PRIMARY, T.ACCEPTED_RESERVE, T.ACCEPTED_STANDBY, T.RESTORED, T.NOT_RESTORED),
        "Reminders": (T.RECONFIRM_EVENING, T.RECONFIRM_DAY, T.DOUBTFUL_AGAIN, T.RECONFIRMED),
        "Changes": (
            T.PROMOTION,
            T.PROMOTED,
            T.PROMOTION_TAKEN,
            T.CHANGE,
            T.CANCELLED_BY_CLIENT,
            T.RELEASED,
            T.CANCEL_CONFIRMED,
            T.NOTICE_NOTED,
        ),
        "On site": (
            T.PRESENT,
            T.PRESENT_NOTED,
            T.ETA,
            T.UNACCOUNTED,
            T.LATE_NOTED,
            T.ARRIVED_NOTED,
            T.ON_WAY_NOTED,
            T.LEAD_LINK,
        ),
        "Marks and fines": (
            T.NO_SHOW,
            T.LATE_FINED,
            T.LEFT_EARLY,
            T.SENT_AWAY,
            T.NO_SHOW_REVERSED,
            T.MARKS_EXCUSED,
            T.APPEAL_NOTED,
        ),
        "Questions and answers": (
            T.WHICH,
            T.WHICH_NO,
            T.WHICH_DAY,
            T.CLARIFY,
            T.CLARIFY_LIST,
            T.CLARIFY_OFFER,
            T.PAY_INFO,
            T.ADDRESS_INFO,
            T.TIME_INFO,
            T.BRING_INFO,
            T.STILL_OPEN,
        ),
        "Mates and numbers": (
            *(T.NUMBER_CODE, T.NUMBER_PROVEN, T.OTHER_PHONE, T.OTHER_PHONE_TAKEN),
            *(T.PARTY_HELD, T.PARTY_UNKNOWN, T.SUBSTITUTE_ASKED, T.SUBSTITUTED),
        ),
        "To the client": (
            *(T.CLIENT_BOOKED, T.CLIENT_CHECK, T.CLIENT_NOTED, T.CLIENT_RING),
            *(T.CLIENT_ON_WAY, T.CLIENT_SHORT, T.CLIENT_BILL),
        ),
        "Subscription and links": (T.STOP_CONFIRMED, T.START_CONFIRMED, T.WORKER_LINK),
        "To the staff": (T.ALARM,),
    }
)
"""When each text goes out."""

_MAY_GO: Final = frozenset(
    {"service", "name", "until", "count", "seat", "what", "meeting", "hours", "rating", "number"}
)
"""Variables that a text can do without; every other one decides something."""
_STAYS: Final[Mapping[Template, frozenset[str]]] = MappingProxyType(
    {
        T.NUMBER_CODE: frozenset({"number"}),
        T.PARTY_HELD: frozenset({"count"}),
        T.CLIENT_BOOKED: frozenset({"count"}),
        T.CLIENT_CHECK: frozenset({"count"}),
        T.CLIENT_SHORT: frozenset({"number", "count"}),
        T.BRING_INFO: frozenset({"what"}),
    }
)
"""Of those, what some texts are about."""
_ASKED: Final[Mapping[Language, Sequence[str]]] = MappingProxyType(
    {
        Language.RU: ("СПОР", "ВЕРНУТЬ", "СТАРТ", "не приду", "на месте"),
        Language.EN: ("DISPUTE", "RESTORE", "START", "not coming", "I am here"),
        Language.UZ: ("ETIROZ", "QAYTAR", "START", "bormayman", "keldim"),
        Language.TG: ("ЭЪТИРОЗ", "БАРГАРДОН", "СТАРТ", "намеоям", "омадам"),
        Language.HU: ("VITA", "VISSZA", "START", "nem jövök", "itt vagyok"),
        Language.ES: ("DISPUTA", "RECUPERAR", "START", "no voy", "estoy aqui"),
    }
)
"""Words that texts ask for; where the house's asks for one, so does a franchise's own."""
_ANSWERS: Final = re.compile(r"(?<![\d.:])([12])\s?[=-]\s?(?=\w)|(?<![\d.:])(1)(?=[,;]\s)")
_ORDERS: Final = re.compile(
    r"(?<![^\W_])(?:stop|stopall|unstop|cancel|end|quit|unsubscribe|optout|opt-out|revoke|(?<!=)yes|стоп|отпи[сш]\w*)(?![^\W_])",
    re.IGNORECASE,
)
_OTHERS: Final = r"\{(?:" + "|".join((*LENGTHS, "choices", "entries", "offers")) + r")\}"
_LINKED: Final = re.compile(
    rf"://|\bwww\.|@|\w[.\u3002](?=[^\W\d_]{{2}})|[\w}}][.:/@](?={_OTHERS})|{_OTHERS}[.:/@](?=[\w{{])", re.IGNORECASE
)
"""What a phone would make a link of, or could, once somebody's words stand in it."""
_NUMBER: Final = re.compile(r"(?:\d[\s().-]?){5,}")
_UNSEEN: Final = re.compile(
    r"[^\S ]|[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


class FaultKind(StrEnum):
    """What is wrong with a sentence; the value is its code on the wire."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    BRACKETS = "brackets"
    UNKNOWN_PLACE = "unknown_place"
    MISSING_PLACE = "missing_place"
    MISSING_ANSWER = "missing_answer"
    MISSING_WORD = "missing_word"
    CARRIER_WORD = "carrier_word"
    LINK = "link"
    NUMBER = "number"
    UNSEEN = "unseen"
    TOO_MANY_SEGMENTS = "too_many_segments"


@dataclass(frozen=True, slots=True)
class TextFault:
    """One thing wrong, and what it is about: a place such as `{code}`, a word, or what was found."""

    kind: FaultKind
    about: str = ""


def places_of(template: Template) -> Sequence[str]:
    """Return the names of the places a text may have, in the house's order."""
    return tuple(dict.fromkeys(PLACES.findall(SENTENCES[Language.RU][template])))


def needed_places(template: Template) -> Sequence[str]:
    """Return the names of the places a text must have."""
    return tuple(name for name in places_of(template) if name not in _may_go(template))


def _may_go(template: Template) -> frozenset[str]:
    return _MAY_GO - _STAYS.get(template, frozenset())


def asked_words(template: Template, language: Language) -> Sequence[str]:
    """Return the words that a text has to ask for, beside figures."""
    return tuple(word for word in _ASKED[language] if word in SENTENCES[language][template])


def faults_of(template: Template, language: Language, body: str) -> Sequence[TextFault]:
    """Return everything that is wrong with a sentence of a franchise's own; nothing: it may go out."""
    if not body.strip():
        return (TextFault(FaultKind.EMPTY),)
    found = [*_shape(template, body), *_missing(template, language, body), *_forbidden(body)]
    return tuple(found) or tuple(_length(template, language, body))


def _shape(template: Template, body: str) -> Sequence[TextFault]:
    faults = [TextFault(FaultKind.TOO_LONG, str(LONGEST))] if len(body) > LONGEST else []
    bare = re.sub(r"\[[^\[\]]*\]", "", body)
    if set("[]") & set(bare) or set("{}") & set(PLACES.sub("", body)):
        faults.append(TextFault(FaultKind.BRACKETS))
    known = places_of(template)
    return faults + [
        TextFault(FaultKind.UNKNOWN_PLACE, f"{{{name}}}")
        for name in dict.fromkeys(PLACES.findall(body))
        if name not in known
    ]


def _missing(template: Template, language: Language, body: str) -> Sequence[TextFault]:
    house = SENTENCES[language][template]
    there = set(PLACES.findall(body))
    always = set(PLACES.findall(re.sub(r"\[[^\[\]]*\]", "", body)))
    needed = set(PLACES.findall(re.sub(r"\[[^\[\]]*\]", "", house))) - _may_go(template)
    faults = [
        TextFault(FaultKind.MISSING_PLACE, f"{{{name}}}")
        for name in needed_places(template)
        if name not in (always if name in needed else there)
    ]
    answers = {one or two for one, two in _ANSWERS.findall(PLACES.sub("x", body))}
    faults += [
        TextFault(FaultKind.MISSING_ANSWER, answer)
        for answer in sorted({one or two for one, two in _ANSWERS.findall(PLACES.sub("x", house))} - answers)
    ]
    return faults + [
        TextFault(FaultKind.MISSING_WORD, word)
        for word in asked_words(template, language)
        if word.casefold() not in body.casefold()
    ]


def _forbidden(body: str) -> Sequence[TextFault]:
    faults: list[TextFault] = []
    for kind, pattern, text in (
        (FaultKind.CARRIER_WORD, _ORDERS, body),
        (FaultKind.CARRIER_WORD, _ORDERS, latin(body)),
        (FaultKind.LINK, _LINKED, body),
        (FaultKind.NUMBER, _NUMBER, body),
        (FaultKind.UNSEEN, _UNSEEN, body),
    ):
        if (match := pattern.search(text)) and kind not in {fault.kind for fault in faults}:
            faults.append(TextFault(kind, match[0].strip()))
    return faults


def _length(template: Template, language: Language, body: str) -> Sequence[TextFault]:
    try:
        text = fill(body, language, samples(template, language))
    except TextIncomplete as missing:
        return (TextFault(FaultKind.MISSING_PLACE, str(missing)),)
    over = measure(text).segments > MOST_SEGMENTS
    return (TextFault(FaultKind.TOO_MANY_SEGMENTS, str(MOST_SEGMENTS)),) if over else ()


def samples(template: Template, language: Language, currency: str = "RUB") -> Mapping[str, Variable]:
    """Return the values of a typical order for the places of a text; rouble countries are read and written in Cyrillic.

    The day is a fixed one, so that the same sentence always costs the same.
    """
    start = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    local = currency == "RUB"
    address = "Садовая улица, 38" if local else "Main Street, 38"
    name = "Иван П." if local else "John P."
    values: dict[str, Variable] = {
        "when": start,
        "time": start.replace(minute=30),
        "place": address,
        "address": address,
        "meeting": "у главного входа" if local else "at the main gate",
        "service": _SERVICE[language],
        "name": name,
        "what": _what(template, local=local),
        "link": "https://example.org/w/k3J9x2Qp7Rb5TzYc",
        "code": 31,
        "codes": (32, 33),
        "number": 2,
        "count": 12,
        "minutes": 20,
        "hours": 2,
        "rating": Decimal("3.90"),
        "seat": "primary",
        "entries": (CrewEntry(2, name), CrewEntry(3, name, "67")),
        "offers": tuple(
            Offered(
                31 + day,
                (start.replace(day=24 + day),),
                start.replace(day=24 + day, hour=18),
                _SERVICE[language],
                address,
                25000,
                currency,
            )
            for day in range(2)
        ),
        "choices": (Choice(31, f"24.11 09:00 {address}"), Choice(32, f"25.11 09:00 {address}")),
    }
    given = {place: values[place] for place in places_of(template) if place in values}
    if "when" in given and template is not Template.ALARM:
        given["until"] = start.replace(hour=18)
    if {"rate", "amount"} & set(places_of(template)):
        given |= {"rate_minor": 25000, "amount_minor": 50000, "currency": currency}
    if template in _ALONE:
        given.pop("name", None)
    return given


def _what(template: Template, *, local: bool) -> str:
    if template is Template.BRING_INFO:
        return "паспорт" if local else "passport"
    return "Склады «Южные»" if local else "South Stores"


_ALONE: Final = frozenset({T.OFFER, T.OFFER_URGENT, T.OFFERS, T.WORKER_LINK})
"""Texts that name the man only where two share a phone, which is rare."""
_SERVICE: Final[Mapping[Language, str]] = MappingProxyType(
    {
        Language.RU: "погрузка",
        Language.EN: "loading",
        Language.UZ: "yuk ortish",
        Language.TG: "боркунӣ",
        Language.HU: "rakodas",
        Language.ES: "carga",
    }
)
