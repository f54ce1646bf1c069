"""Every template in every language, as people read it: the simulator's reading is the judge."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.simulator.reading import Kind, Reading, SeatWord, read
from dispatch.sms.plain import plain
from dispatch.sms.segments import measure
from dispatch.sms.texts import SENTENCES, Choice, CrewEntry, Offered, Template, TextIncomplete, Variable, render
from dispatch.sms.tongues import TONGUES, Language
from dispatch.sms.wording_ru import RUSSIAN

ZONE = ZoneInfo("Europe/Moscow")
START = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BLOCK = [START, START.replace(day=25), START.replace(day=26)]
HOSTILE = "Ленина 12 код 99: 1=да 2=нет СТОП http://evil.ru/x +7 921 123-45-67 \x00\n31 да"

FACTS: dict[str, Variable] = {
    "when": START,
    "until": START.replace(hour=18),
    "time": START.replace(hour=9, minute=30),
    "place": "Сенная пл., 2",
    "address": "Сенная пл., 2",
    "meeting": "у входа в метро",
    "service": "Погрузка",
    "name": "Иван П.",
    "link": "https://d.example/lead/dlead_abc",
    "code": 31,
    "codes": [32, 33],
    "number": 2,
    "count": 13,
    "minutes": 20,
    "hours": 2,
    "rate_minor": 25000,
    "amount_minor": 50000,
    "currency": "RUB",
    "rating": Decimal("2.00"),
    "seat": "primary",
    "entries": [CrewEntry(2, "Иван П."), CrewEntry(3, "Пётр"), CrewEntry(4, "Иван П.", "67")],
    "what": "паспорт",
    "choices": [Choice(31, "24.11 09:00 Сенная 12"), Choice(32, "25.11 09:00 Невский 100")],
    "offers": [
        Offered(31, [START], START.replace(hour=18), "погрузка", "Сенная пл., 2", 25_000, "RUB"),
        Offered(
            32, [START.replace(day=25)], START.replace(day=25, hour=18), "касса", "Невский пр., 100", 25_000, "RUB"
        ),
    ],
}

MEANT: dict[Template, Kind] = {
    Template.OFFER: Kind.OFFER,
    Template.OFFER_URGENT: Kind.OFFER,
    Template.OFFERS: Kind.OFFER,
    Template.OFFER_WITHDRAWN: Kind.WITHDRAWN,
    Template.ACCEPTED_PRIMARY: Kind.BOOKED,
    Template.ACCEPTED_RESERVE: Kind.BOOKED,
    Template.ACCEPTED_STANDBY: Kind.BOOKED,
    Template.TURNED_AWAY: Kind.WITHDRAWN,
    Template.BUSY: Kind.WITHDRAWN,
    Template.DECLINED_OK: Kind.OTHER,
    Template.WHICH: Kind.WHICH,
    Template.WHICH_NO: Kind.WHICH_NO,
    Template.WHICH_DAY: Kind.WHICH_DAY,
    Template.RECONFIRM_EVENING: Kind.RECONFIRM,
    Template.RECONFIRM_DAY: Kind.RECONFIRM,
    Template.DOUBTFUL_AGAIN: Kind.RECONFIRM,
    Template.RECONFIRMED: Kind.OTHER,
    Template.PROMOTION: Kind.PROMOTION,
    Template.PROMOTED: Kind.PROMOTED,
    Template.PROMOTION_TAKEN: Kind.WITHDRAWN,
    Template.CHANGE: Kind.CHANGE,
    Template.CANCELLED_BY_CLIENT: Kind.CANCELLED,
    Template.RELEASED: Kind.RELEASED,
    Template.ALARM: Kind.OTHER,
    Template.PRESENT: Kind.PRESENT,
    Template.PRESENT_NOTED: Kind.OTHER,
    Template.ETA: Kind.ETA,
    Template.UNACCOUNTED: Kind.ETA,
    Template.NO_SHOW: Kind.FINE,
    Template.LATE_FINED: Kind.FINE,
    Template.LEFT_EARLY: Kind.FINE,
    Template.SENT_AWAY: Kind.FINE,
    Template.LEAD_LINK: Kind.OTHER,
    Template.NO_SHOW_REVERSED: Kind.OTHER,
    Template.MARKS_EXCUSED: Kind.OTHER,
    Template.MARKS_EXCUSED: Kind.OTHER,
    Template.CANCEL_CONFIRMED: Kind.RELEASED,
    Template.RESTORED: Kind.BOOKED,
    Template.NOT_RESTORED: Kind.WITHDRAWN,
    Template.LATE_NOTED: Kind.OTHER,
    Template.ARRIVED_NOTED: Kind.OTHER,
    Template.ON_WAY_NOTED: Kind.OTHER,
    Template.NOTICE_NOTED: Kind.OTHER,
    Template.APPEAL_NOTED: Kind.OTHER,
    Template.WORKER_LINK: Kind.OTHER,
    Template.NUMBER_CODE: Kind.OTHER,
    Template.NUMBER_PROVEN: Kind.OTHER,
    Template.OTHER_PHONE: Kind.OTHER,
    Template.OTHER_PHONE_TAKEN: Kind.OTHER,
    Template.PARTY_HELD: Kind.OTHER,
    Template.PARTY_UNKNOWN: Kind.OTHER,
    Template.SUBSTITUTE_ASKED: Kind.OTHER,
    Template.SUBSTITUTED: Kind.RELEASED,
    Template.CLIENT_BOOKED: Kind.OTHER,
    Template.CLIENT_CHECK: Kind.OTHER,
    Template.CLIENT_NOTED: Kind.OTHER,
    Template.CLIENT_RING: Kind.OTHER,
    Template.CLIENT_ON_WAY: Kind.OTHER,
    Template.CLIENT_SHORT: Kind.OTHER,
    Template.CLIENT_BILL: Kind.OTHER,
    Template.STOP_CONFIRMED: Kind.OTHER,
    Template.START_CONFIRMED: Kind.OTHER,
    Template.PAY_INFO: Kind.OTHER,
    Template.ADDRESS_INFO: Kind.OTHER,
    Template.TIME_INFO: Kind.OTHER,
    Template.BRING_INFO: Kind.OTHER,
    Template.CLARIFY: Kind.CLARIFY,
    Template.CLARIFY_LIST: Kind.OTHER,
    Template.CLARIFY_OFFER: Kind.CLARIFY,
    Template.STILL_OPEN: Kind.OTHER,
}
WITH_CODE = {
    Template.OFFER,
    Template.OFFER_URGENT,
    Template.OFFER_WITHDRAWN,
    Template.TURNED_AWAY,
    Template.BUSY,
    Template.RECONFIRM_EVENING,
    Template.RECONFIRM_DAY,
    Template.DOUBTFUL_AGAIN,
    Template.PROMOTION,
    Template.PROMOTION_TAKEN,
    Template.CHANGE,
}
SEATS = {
    Template.ACCEPTED_PRIMARY: SeatWord.PRIMARY,
    Template.ACCEPTED_RESERVE: SeatWord.RESERVE,
    Template.ACCEPTED_STANDBY: SeatWord.STANDBY,
    Template.PROMOTED: SeatWord.PRIMARY,
    Template.PROMOTION: SeatWord.PRIMARY,
    Template.RESTORED: SeatWord.PRIMARY,
}
LANGUAGES = tuple(Language)


def understood(template: Template, language: str, **more: Variable) -> Reading:
    return read(render(template, language, **(FACTS | more)), zone=ZONE, now=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Template)
def test_every_text_is_read_as_it_is_meant(template: Template, language: str) -> None:
    reading = understood(template, language)
    assert reading.kind is MEANT[template], render(template, language, **FACTS)
    if template in WITH_CODE:
        assert reading.code == "31"
    if template in SEATS:
        assert reading.seat is SEATS[template]
    if "{when}" in RUSSIAN[template] and reading.kind not in {Kind.FINE, Kind.OTHER}:
        assert START in reading.starts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Template)
def test_optional_facts_may_be_missing(template: Template, language: str) -> None:
    needed = {
        "when",
        "place",
        "address",
        "service",
        "rate_minor",
        "currency",
        "rating",
        "seat",
        "entries",
        "choices",
        "offers",
    }
    needed |= {"code", "codes", "number", "count", "minutes", "time", "link", "what"}
    optional = {
        Template.TURNED_AWAY: {"code"},
        Template.RECONFIRM_DAY: {"code"},
        Template.PROMOTION_TAKEN: {"code"},
        Template.CLARIFY: {"code"},
        Template.ACCEPTED_STANDBY: {"time"},
        Template.PRESENT_NOTED: {"count"},
        Template.CANCEL_CONFIRMED: {"minutes", "rating", "code"},
    }
    if template in {Template.LATE_FINED, Template.CLIENT_BILL}:
        needed.add("amount_minor")
    facts = {name: FACTS[name] for name in needed - optional.get(template, set())}
    text = render(template, language, **facts)
    assert "[" not in text
    assert "{" not in text
    assert read(text, zone=ZONE, now=NOW).kind is MEANT[template]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Template)
def test_no_text_asks_for_a_word_that_carriers_obey(template: Template, language: str) -> None:
    text = render(template, language, **FACTS)
    asked = re.findall(r"\b(?:cancel|end|quit|stop|unsubscribe)\b", text, re.IGNORECASE)
    assert not asked, text
    assert "YES" not in text


def test_every_table_knows_every_template() -> None:
    assert set(SENTENCES) == set(Language) == set(TONGUES)
    assert [language for language, table in SENTENCES.items() if set(table) != set(Template)] == []
    assert set(MEANT) == set(Template)


def test_a_usual_invitation_is_one_segment() -> None:
    facts = FACTS | {"name": None, "until": None}
    assert measure(render(Template.OFFER, "ru", **facts)).segments == 1
    assert len(render(Template.OFFER, "ru", **facts)) <= 70


def test_a_long_place_is_cut_where_that_saves_a_segment() -> None:
    facts = FACTS | {"name": None, "until": None, "place": "Большой Сампсониевский проспект дом 68"}
    text = render(Template.OFFER, "ru", **facts)
    assert measure(text).segments == 1
    assert "Б. Сампсониевский" in text
    assert "Код 31: 1=да 2=нет" in text


def test_a_place_that_cannot_save_a_segment_stays_whole() -> None:
    facts = FACTS | {"place": "Большой Сампсониевский проспект", "when": BLOCK, "name": "Иннокентий К."}
    text = render(Template.OFFER, "ru", **facts)
    assert measure(text).segments == 2
    assert "Большой Сампсониевский проспект" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_block_names_every_day(language: str) -> None:
    assert understood(Template.OFFER, language, when=BLOCK).starts == tuple(BLOCK)
    assert understood(Template.ACCEPTED_PRIMARY, language, when=BLOCK).starts == tuple(BLOCK)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fortnight_keeps_each_day_near_its_clock(language: str) -> None:
    days = [START.replace(day=day) for day in range(10, 24)]
    read_back = read(render(Template.OFFER, language, **(FACTS | {"when": days})), zone=ZONE, now=NOW)
    assert read_back.starts == tuple(days)


def test_days_of_different_hours_keep_their_own() -> None:
    days = [START, START.replace(day=25, hour=13)]
    assert understood(Template.OFFER, "ru", when=days, until=None).starts == tuple(days)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_which_lists_codes_and_nothing_that_looks_like_one(language: str) -> None:
    assert understood(Template.WHICH, language).codes == ("31", "32")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_crew_list_is_read_with_its_names(language: str) -> None:
    entries = understood(Template.PRESENT, language).entries
    assert [(entry.number, entry.name, entry.tail) for entry in entries] == [
        (2, "Иван П", ""),
        (3, "Пётр", ""),
        (4, "Иван П", "67"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Template)
def test_words_of_others_change_nothing(template: Template, language: str) -> None:
    ours = {"link": "d.example/lead/dlead_abc"}
    hostile = FACTS | ours | dict.fromkeys(("place", "address", "meeting", "name", "service"), HOSTILE)
    text = render(template, language, **hostile)
    reading = read(text, zone=ZONE, now=NOW)
    assert reading.kind is MEANT[template]
    assert "99" not in (reading.code or "")
    for forbidden in ("http", "evil", "СТОП", "921", "\x00", "\n", "код 99"):
        assert forbidden not in text


@given(st.text(max_size=200))
def test_quoted_words_are_never_obeyed(words: str) -> None:
    quoted = plain(words, 60)
    assert len(quoted) <= 60
    assert not set(quoted) & set('=#<>[]{}|\\^~*_"`\n\r\t\x00')
    assert not re.search(r"\d{5}|://|@", quoted)
    assert not re.search(r"\b(?:стоп|stop|cancel|end|quit|yes|да|нет|код|code|старт|start)\b", quoted, re.IGNORECASE)
    assert plain(quoted, 60) == quoted


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Ленина 12", "Ленина 12"),
        ("ул.Ленина, д. 12/3, кв. 5", "ул.Ленина, д. 12/3, кв. 5"),
        ("ВХОД СO ДВОРА, СТОП", "ВХОД СO ДВОРА"),
        ("пишите на evil.com/pay и +79211234567", "пишите на и"),
        ("ct0п сtоп стoп тут", "тут"),
        ("проходная №5 (красная дверь)", "проходная 5 (красная дверь)"),
    ],
)
def test_what_is_kept_of_quoted_words(words: str, kept: str) -> None:
    assert plain(words, 80) == kept


def test_a_missing_fact_is_an_error_here_and_not_at_the_phone() -> None:
    with pytest.raises(TextIncomplete):
        render(Template.OFFER, "ru", when=START, place="Сенная", service="Погрузка", rate_minor=1, currency="RUB")


def test_a_place_of_which_nothing_may_be_quoted_holds_nothing_up() -> None:
    assert ", -, 250р/ч" in render(Template.OFFER, "ru", **(FACTS | {"place": "СТОП", "name": "да"}))


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        render(Template.RECONFIRMED, "ru", when=datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001 - the point


def test_an_unknown_language_is_written_to_in_russian() -> None:
    assert render(Template.DECLINED_OK, "xx") == render(Template.DECLINED_OK, "ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_still_open_is_named(language: str) -> None:
    text = render(Template.RECONFIRMED, language, when=START, still_open=(32, 33))
    assert text.startswith(render(Template.RECONFIRMED, language, when=START))
    assert "32, 33" in text


def test_every_text_fits_into_three_segments() -> None:
    for language in LANGUAGES:
        for template in Template:
            text = render(template, language, **FACTS)
            assert measure(text).segments <= 3, (template, len(text), text)
