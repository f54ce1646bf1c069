"""Each language keeps the habits of its phones: its alphabet, its days, and answer words that our grammar reads."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import get_day_names, get_month_names
from hypothesis import given
from hypothesis import strategies as st

from dispatch.sms.latin import latin
from dispatch.sms.plain import plain
from dispatch.sms.replies import Context, Disposition, parse_reply
from dispatch.sms.segments import Encoding, measure
from dispatch.sms.texts import SENTENCES, Choice, CrewEntry, Language, Template, Variable, Wording, render
from dispatch.sms.tongues import TONGUES
from dispatch.sms.variables import Offered
from dispatch.staffing.facts import _SERVICE_WORDS
from dispatch.workers.skills import Service

ZONE = ZoneInfo("Europe/Moscow")
START = datetime(2026, 11, 24, 9, tzinfo=ZONE)
IN_LATIN = (Language.EN, Language.UZ, Language.HU, Language.ES)

ASKED: dict[Language, dict[Disposition, str]] = {
    Language.RU: {
        Disposition.APPEAL: "СПОР 31",
        Disposition.RESTORE: "ВЕРНУТЬ",
        Disposition.START: "СТАРТ",
        Disposition.CANCEL: "не приду",
        Disposition.ARRIVED: "на месте",
    },
    Language.EN: {
        Disposition.APPEAL: "DISPUTE 31",
        Disposition.RESTORE: "RESTORE",
        Disposition.START: "START",
        Disposition.CANCEL: "not coming",
        Disposition.ARRIVED: "I am here",
    },
    Language.UZ: {
        Disposition.APPEAL: "ETIROZ 31",
        Disposition.RESTORE: "QAYTAR",
        Disposition.START: "START",
        Disposition.CANCEL: "bormayman",
        Disposition.ARRIVED: "keldim",
    },
    Language.TG: {
        Disposition.APPEAL: "ЭЪТИРОЗ 31",
        Disposition.RESTORE: "БАРГАРДОН",
        Disposition.START: "СТАРТ",
        Disposition.CANCEL: "намеоям",
        Disposition.ARRIVED: "омадам",
    },
    Language.HU: {
        Disposition.APPEAL: "VITA 31",
        Disposition.RESTORE: "VISSZA",
        Disposition.START: "START",
        Disposition.CANCEL: "nem jövök",
        Disposition.ARRIVED: "itt vagyok",
    },
    Language.ES: {
        Disposition.APPEAL: "DISPUTA 31",
        Disposition.RESTORE: "RECUPERAR",
        Disposition.START: "START",
        Disposition.CANCEL: "no voy",
        Disposition.ARRIVED: "estoy aqui",
    },
}
"""The words that our texts ask for beside figures, and what they are to be read as."""
WHERE = {
    Disposition.APPEAL: (Template.NO_SHOW, Context.NONE),
    Disposition.RESTORE: (Template.CANCEL_CONFIRMED, Context.NONE),
    Disposition.START: (Template.STOP_CONFIRMED, Context.NONE),
    Disposition.CANCEL: (Template.ACCEPTED_PRIMARY, Context.BOOKED),
    Disposition.ARRIVED: (Template.UNACCOUNTED, Context.BOOKED),
}


@pytest.mark.parametrize("language", Language)
def test_every_word_a_text_asks_for_is_read_as_meant(language: Language) -> None:
    for meant, word in ASKED[language].items():
        template, context = WHERE[meant]
        assert word.replace("31", "{code}") in SENTENCES[language][template]
        for said in (word, word.lower(), latin(word)):
            assert parse_reply(said, context).disposition in {meant, *_NEAR.get(meant, ())}, said


_NEAR = {Disposition.CANCEL: (Disposition.DECLINE,)}


def test_workers_may_choose_every_language_we_write() -> None:
    assert set(_SERVICE_WORDS) == set(Language)
    assert {len(words) for words in _SERVICE_WORDS.values()} == {len(Service)}


@pytest.mark.parametrize("language", IN_LATIN)
def test_latin_languages_stay_in_the_gsm_alphabet(language: Language) -> None:
    tongue = TONGUES[language]
    words = [*SENTENCES[language].values(), *tongue.weekdays, *tongue.months, *tongue.seats.values()]
    words += [*tongue.money.values(), *_SERVICE_WORDS[language].values()]
    assert [word for word in words if measure(word).encoding is not Encoding.GSM7] == []


@pytest.mark.parametrize("language", Language)
def test_weekdays_and_months_are_those_of_the_language(language: Language) -> None:
    locale = Locale.parse("uz_Latn" if language is Language.UZ else language.value)
    names = get_day_names("wide", "stand-alone", locale)
    tongue = TONGUES[language]
    for day, short in enumerate(tongue.weekdays):
        # Each letter of the short name stands in the long one, in that order, the first at its beginning.
        assert re.match(".*".join(map(re.escape, latin(short).lower())), latin(names[day]).lower()), (short, names[day])
    assert len(set(tongue.weekdays)) == 7
    months = get_month_names("wide", "format", locale)
    for month, short in enumerate(tongue.months, 1):
        assert latin(months[month]).lower().replace("á", "a").startswith(short.rstrip(".").lower()), short


@pytest.mark.parametrize(
    ("language", "amount"),
    [("ru", "250,50р"), ("en", "250.50 RUB"), ("uz", "250,50 rubl"), ("tg", "250,50р"), ("hu", "250,50 RUB")],
)
def test_money_is_written_as_in_the_language(language: str, amount: str) -> None:
    text = render(Template.PAY_INFO, language, when=START, rate_minor=25050, currency="RUB")
    assert f"{amount}/" in text


def test_what_latin_letters_are_left_of_cyrillic() -> None:
    assert (
        latin("Щука, ЩИТ, ёж, объезд, ЖЖ, Жук №5 «А» – 5 ₽") == 'Schuka, SCHIT, ezh, obezd, ZHZH, Zhuk No5 "A" - 5 RUB'
    )
    assert latin("Petőfi út, Ñandú, mañana") == "Petöfi ut, Ñandu, mañana"
    assert latin("ҷамъ 🙂") == "jam 🙂"


@given(st.text(max_size=80))
def test_latin_is_settled_at_once(words: str) -> None:
    assert latin(latin(words)) == latin(words)


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *("STOP", "стоп", "СТOП", "End", "cancel", "QUIT", "unsubscribe", "ст", "оп", "st", "op", "нет"),
                *("evil", "ru", "com", ".", "．", "。", "/", ":", "//", "http", "www", "@", "сайт", "рф", "bit", "ly"),
                *("\n", "\r", "\u202e", "\u2066", "\u200b", "\x00", "\u0336", " ", "  ", "-", "_", "+", "7", "921"),
                *("1234567", "=", "1=да", "(", ")", ",", "код", "31", "🙂"),
            ]
        ),
        max_size=9,
    ).map("".join),
)
LINKED = re.compile(
    r"://|www\.\S|@|\w\.(?=[^\W\d_а-яёғӣқӯҳҷ])|[^\W\d_а-яё]\.(?=[^\W\d_])|\w\.(?:рф|рус|сайт)\b", re.IGNORECASE
)
STOPS = re.compile(r"\s*(?:stop|стоп|cancel|end|quit|unsubscribe|stopall)\b", re.IGNORECASE)
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@given(HOSTILE, st.sampled_from(Language), st.sampled_from(Template), st.booleans())
def test_no_value_brings_a_link_or_an_opt_out_into_a_text(
    words: str,
    language: Language,
    template: Template,
    in_latin: bool,  # noqa: FBT001 - drawn
) -> None:
    facts: dict[str, Variable] = {
        **dict.fromkeys(("place", "address", "meeting", "service", "name", "what"), words),
        "when": START,
        "until": START + timedelta(hours=9),
        "time": START,
        "rate_minor": 25000,
        "currency": "RUB",
        "amount_minor": 100,
        "rating": "2.00",
        "seat": "primary",
        "code": 31,
        "codes": [31],
        "count": 3,
        "hours": 2,
        "minutes": 5,
        "number": 1,
        "link": "LINK",
        "entries": [CrewEntry(2, words)],
        "choices": [Choice(31, words)],
        "offers": [Offered(31, [START], START + timedelta(hours=9), words, words, 25000, "RUB")],
    }
    own = {(template, language): "{place}. {address}: {service}[ {name}.][ {what}]"}
    for wording in (Wording(in_latin=in_latin), Wording(own, in_latin=in_latin)):
        text = wording.render(template, language, **facts)
        months = [latin(month) for month in TONGUES[language].months]
        shown = re.sub("|".join(map(re.escape, [*months, "e.g."])), "", text) if months else text
        assert not LINKED.search(shown), text
        assert not STOPS.match(text), text
        assert not UNSEEN.search(text), text
        assert not re.search(r"\d{7}", text), text


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("склад evil.world 5", "склад evil. world 5"),
        ("вход evil нет .ru", "вход"),
        ("вход evil .ru", "вход"),
        ("evil。com", "evil。 com"),
        ("ул.Ленина, 5", "ул.Ленина, 5"),
        ("сайт.онлайн", ""),
        ("стопстоп.ru", ""),
        ("С\u0336Т\u0336О\u0336П\u0336 тут", "тут"),
        ("8/921/123/45/67 и 12/3", "и 12/3"),
        ("вход 🙂 тут", "вход тут"),
    ],
)
def test_what_went_joins_nothing(words: str, kept: str) -> None:
    assert plain(words, 60) == kept


def test_latin_letters_make_no_link_of_cyrillic_ones() -> None:
    assert "дом.ру" in render(Template.ADDRESS_INFO, "ru", when=START, address="дом.ру")
    told = Wording(in_latin=True).render(Template.ADDRESS_INFO, "ru", when=START, address="дом.ру, 5")
    assert told.endswith("Adres: 5.")


def test_a_cut_leaves_no_word_that_is_obeyed() -> None:
    assert plain("стоповая", 4) == ""
    assert plain("въезд стоповая", 10) == "въезд"


def test_one_instant_is_told_on_each_clock() -> None:
    elsewhere = START.astimezone(ZoneInfo("Asia/Vladivostok"))
    assert elsewhere == START
    assert "24.11 09:00" in render(Template.RECONFIRMED, "ru", when=START)
    assert "24.11 16:00" in render(Template.RECONFIRMED, "ru", when=elsewhere)


def test_a_text_of_ours_says_its_day_on_the_clock_it_was_given() -> None:
    at = datetime(2026, 3, 5, 6, tzinfo=UTC).astimezone(ZONE)
    said = {language: render(Template.RECONFIRMED, language, when=at) for language in Language}
    assert [said[language].split(": ", 1)[1] for language in Language] == [
        "чт 05.03 09:00",
        "Thu 5 Mar 09:00",
        "Pay 05.03 09:00",
        "пш 05.03 09:00",
        "Cs marc. 5. 09:00",
        "jue 5 mar 09:00",
    ]
