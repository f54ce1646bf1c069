"""People must understand what the platform really texts: every template, in both languages."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dispatch.simulator.reading import Entry, Kind, Reading, SeatWord, offers_in, read
from dispatch.sms.texts import Choice, CrewEntry, Language, Offered, Template, render

MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 11, 24, 9, tzinfo=MOSCOW)
NEXT = START.replace(day=25, hour=10)
VARIABLES = {
    "when": START,
    "until": START.replace(hour=17),
    "time": START.replace(hour=9, minute=30),
    "code": 31,
    "codes": [31, 145],
    "link": "https://dispatch.example/w/dlink_" + "aB3-" * 10 + "x_9",
    "number": 2,
    "count": 4,
    "minutes": 20,
    "hours": Decimal(2),
    "rate_minor": 25_000,
    "amount_minor": 90_000,
    "currency": "RUB",
    "rating": Decimal("2.00"),
    "seat": "reserve",
    "entries": [CrewEntry(2, "Иван П."), CrewEntry(3, "Пётр С.", "0045"), CrewEntry(4, "Нур")],
    "choices": [Choice(31, "24.11 09:00 Сенная"), Choice(145, "25.11 10:00 Садовая")],
    "offers": [
        Offered(31, [START], START.replace(hour=17), "погрузка", "Сенная пл. 2", 25_000, "RUB"),
        Offered(145, [NEXT], NEXT.replace(hour=18), "погрузка", "Садовая ул. 5", 25_000, "RUB"),
    ],
    "place": "Сенная пл. 2",
    "address": "Санкт-Петербург, Сенная пл. 2",
    "meeting": "у проходной, спросить мастера",
    "service": "погрузка",
    "name": "Иван",
    "what": "перчатки и паспорт",
}
KINDS = {
    Template.OFFER: Kind.OFFER,
    Template.OFFER_URGENT: Kind.OFFER,
    Template.OFFERS: Kind.OFFER,
    Template.OFFER_WITHDRAWN: Kind.WITHDRAWN,
    Template.ACCEPTED_PRIMARY: Kind.BOOKED,
    Template.ACCEPTED_RESERVE: Kind.BOOKED,
    Template.ACCEPTED_STANDBY: Kind.BOOKED,
    Template.RESTORED: Kind.BOOKED,
    Template.TURNED_AWAY: Kind.WITHDRAWN,
    Template.BUSY: Kind.WITHDRAWN,
    Template.PROMOTION_TAKEN: Kind.WITHDRAWN,
    Template.NOT_RESTORED: Kind.WITHDRAWN,
    Template.WHICH: Kind.WHICH,
    Template.WHICH_NO: Kind.WHICH_NO,
    Template.WHICH_DAY: Kind.WHICH_DAY,
    Template.RECONFIRM_EVENING: Kind.RECONFIRM,
    Template.RECONFIRM_DAY: Kind.RECONFIRM,
    Template.DOUBTFUL_AGAIN: Kind.RECONFIRM,
    Template.PROMOTION: Kind.PROMOTION,
    Template.PROMOTED: Kind.PROMOTED,
    Template.CHANGE: Kind.CHANGE,
    Template.CANCELLED_BY_CLIENT: Kind.CANCELLED,
    Template.RELEASED: Kind.RELEASED,
    Template.CANCEL_CONFIRMED: Kind.RELEASED,
    Template.SUBSTITUTED: Kind.RELEASED,
    Template.PRESENT: Kind.PRESENT,
    Template.ETA: Kind.ETA,
    Template.UNACCOUNTED: Kind.ETA,
    Template.NO_SHOW: Kind.FINE,
    Template.LATE_FINED: Kind.FINE,
    Template.LEFT_EARLY: Kind.FINE,
    Template.SENT_AWAY: Kind.FINE,
    Template.CLARIFY: Kind.CLARIFY,
    Template.CLARIFY_OFFER: Kind.CLARIFY,
}
WITH_CODE = [
    kind for kind in KINDS if kind.value in {"offer", "offer_urgent", "offer_withdrawn", "promotion", "change"}
]


def understood(template: Template, language: Language) -> Reading:
    text = render(template, language, **VARIABLES)  # type: ignore[arg-type]
    return read(text, zone=MOSCOW, now=datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("language", [Language.RU, Language.EN])
@pytest.mark.parametrize("template", Template)
def test_every_template_is_of_its_kind(template: Template, language: Language) -> None:
    assert understood(template, language).kind is KINDS.get(template, Kind.OTHER)


@pytest.mark.parametrize("language", [Language.RU, Language.EN])
@pytest.mark.parametrize("template", [*WITH_CODE, Template.NO_SHOW, Template.CLARIFY, Template.TURNED_AWAY])
def test_its_code_is_found(template: Template, language: Language) -> None:
    assert understood(template, language).code == "31"


@pytest.mark.parametrize("language", [Language.RU, Language.EN])
@pytest.mark.parametrize("template", [t for t, kind in KINDS.items() if kind not in {Kind.WHICH, Kind.ETA}])
def test_its_start_is_found(template: Template, language: Language) -> None:
    text = render(template, language, **VARIABLES)  # type: ignore[arg-type]
    if ":00" in text and "145" not in text:
        assert understood(template, language).starts == (START,)


@pytest.mark.parametrize("language", [Language.RU, Language.EN])
def test_seats_codes_and_crew_lists_are_found(language: Language) -> None:
    assert understood(Template.ACCEPTED_PRIMARY, language).seat is SeatWord.PRIMARY
    assert understood(Template.ACCEPTED_RESERVE, language).seat is SeatWord.RESERVE
    assert understood(Template.ACCEPTED_STANDBY, language).seat is SeatWord.STANDBY
    assert understood(Template.RESTORED, language).seat is SeatWord.RESERVE
    for asked in (Template.WHICH, Template.WHICH_NO, Template.WHICH_DAY):
        assert understood(asked, language).codes == ("31", "145")
    assert understood(Template.PRESENT, language).entries == (
        Entry(2, "Иван П"),
        Entry(3, "Пётр С", "0045"),
        Entry(4, "Нур"),
    )


@pytest.mark.parametrize("language", [Language.RU, Language.EN])
def test_a_block_of_days_is_all_read(language: Language) -> None:
    text = render(
        Template.OFFER, language, **{**VARIABLES, "when": [START, START.replace(day=25), NEXT.replace(day=26)]}
    )
    found = read(text, zone=MOSCOW, now=datetime(2026, 11, 21, tzinfo=UTC))
    assert found.starts == (START, START.replace(day=25), NEXT.replace(day=26))
    assert found.code == "31"


@pytest.mark.parametrize("language", list(Language))
def test_several_offers_in_one_text_are_thought_of_one_by_one(language: Language) -> None:
    text = render(Template.OFFERS, language, **VARIABLES)  # type: ignore[arg-type]
    found = [read(part, zone=MOSCOW, now=datetime(2026, 11, 21, tzinfo=UTC)) for part in offers_in(text)]
    assert [(offer.kind, offer.code, offer.starts) for offer in found] == [
        (Kind.OFFER, "31", (START,)),
        (Kind.OFFER, "145", (NEXT,)),
    ]
    assert offers_in(render(Template.OFFER, language, **VARIABLES)) == ()  # type: ignore[arg-type]
