"""A date in a text decides which seat it is about; what nobody can place touches no seat."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.ids import new_id
from dispatch.sms.choices import Choice, One
from dispatch.sms.choosing import Situation, choose, read_reply
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context, Disposition, StatedDate, StatedDay, parse_reply
from dispatch.sms.rules import QuestionKind, QuestionStatus

D = Disposition
MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=MOSCOW)
HERE, IVAN = new_id(), new_id()
MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"
)  # fmt: skip


def asked_on(day: date, kind: QuestionKind = QuestionKind.SEAT, code: int | None = None, at: UUID = HERE) -> Question:
    starts_at = datetime(day.year, day.month, day.day, 9, tzinfo=MOSCOW).astimezone(UTC)
    return Question(
        id=new_id(),
        franchise_id=at,
        phone_id=new_id(),
        worker_id=IVAN,
        account_id=at,
        kind=kind,
        code=code,
        subject_id=new_id(),
        shift_id=None,
        detail={"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=8)).isoformat()},
        status=QuestionStatus.OPEN,
        opened_at=NOW - timedelta(hours=1),
        closes_at=None,
        answered_at=None,
        closed_at=None,
    )


NEAR, ON_25TH, ON_26TH = (asked_on(date(2026, 11, day)) for day in (22, 25, 26))


def said(text: str, *questions: Question) -> Choice:
    situation = Situation(HERE, NOW, MOSCOW, questions or (NEAR, ON_25TH, ON_26TH))
    return choose(situation, read_reply(situation, text))


@pytest.mark.parametrize(
    "text",
    [
        *("25.11 не приду", "25.11. не приду", "25.11.2026 не приду", "25.11.26 не смогу", "не приду 25.11.2026г"),
        *("25/11 не приду", "25-11 не приду", "2026-11-25 не приду", "не приду 2026.11.25", "25.11.2026 8-00 не приду"),
        *("25 ноября не приду", "25ноября не приду", "25 нояб не приду", "25нояб. не смогу", "не смогу ноября 25"),
        *("25 ноября 2026 года не приду", "25-го ноября не выйду", "двадцать пятого ноября не смогу"),
        *("25-го не приду", "25го не приду", "25 числа не приду", "двадцать пятого не приду", "25-е не смогу"),
        *("не приду 25", "25 не приду", "к сожалению 25 не смогу", "на 25 не смогу", "не приду двадцать пять"),
        *("отмените 25.11", "отмена 25 ноября", "отмените заявку на 25.11", "снимите меня с 25.11"),
        *("откажусь от смены 25.11", "отказываюсь от 25.11", "25 ноября приболел, не приду", "не приду 25.11 в 9:00"),
        *("Nov 25 cant come", "I can't come on Nov 25", "can't come on the 25th of November", "cancel nov 25"),
        *("please cancel my shift on 25 november", "cancel 25/11", "i cant come on the 25th"),
        *("25 noyabr kelmayman", "25-chi noyabrda kelolmayman", "25 ноябрь бормайман", "25 ноябр намеоям"),
        *("no puedo el 25 de noviembre", "no voy el 25", "november 25-én nem tudok menni", "nem tudok menni 25-én"),
        *(
            "в среду 25.11 не приду",
            "25.11, в среду, не приду",
            "25.11 не приду, 26.11 приду",
            "25.11 не смогу. 26.11 буду",
        ),
        "не приду 25 ноября, телефон 89211234567",
    ],
)
def test_a_dated_cancel_ends_the_seat_of_that_date(text: str) -> None:
    assert said(text) == One(ON_25TH, ON_25TH)


@pytest.mark.parametrize(
    "text",
    [
        *("на следующей неделе не смогу", "на этой неделе не приду", "в среду на следующей неделе не приду"),
        *("25 и 26 не приду", "25, 26 не приду", "25.11, 26.11 не приду", "25.11 и 26.11 не приду", "25-26 не приду"),
        *("25-26 ноября не приду", "не смогу 25-27 ноября", "25.11-26.11 не приду", "завтра, 26.11 не приду"),
        *("с 25.11 не приду", "до 25 не смогу", "до 25.11 не смогу", "с понедельника не приду", "кроме 25.11 не приду"),
        *("25,11 не приду", "25. 11 не приду", "25 11 не приду", "25\\11 не приду", "11/25 не приду", "25.1 не приду"),
        *("32.12 не приду", "25.13 не приду", "30.02 не приду", "31 ноября не приду", "32-го не приду"),
        *(
            "24.11 не приду",
            "25.12 не приду",
            "25.11.2027 не приду",
            "24 не приду",
            "30 числа не приду",
            "22.10 не приду",
        ),
        *(
            "не смогу 8",
            "не приду 1",
            "через 2 дня не приду",
            "не приду 3 дня",
            "не приду 31 32",
            "завтра 25.11 не приду",
        ),
        *("не приду ни завтра ни 25.11", "не приду к 9", "в следующем месяце не смогу", "next week i cant come"),
    ],
)
def test_a_day_nobody_can_place_ends_no_seat(text: str) -> None:
    assert not isinstance(said(text), One)


def test_words_and_a_bare_cancel_mean_what_they_did() -> None:
    assert said("не приду") == One(NEAR, NEAR)
    assert said("завтра не приду") == One(NEAR, NEAR)
    assert said("в среду не приду") == One(ON_25TH, ON_25TH)
    assert said("не смогу сегодня, в следующий раз") != One(NEAR, NEAR)
    assert said("не приду, телефон 89211234567") == One(NEAR, NEAR)
    assert said("22.11 не приду") == One(NEAR, NEAR)


def test_two_seats_of_one_date_are_asked_about() -> None:
    night = asked_on(date(2026, 11, 25))
    assert not isinstance(said("25.11 не приду", ON_25TH, night), One)


def test_a_question_about_one_day_is_not_answered_by_another_date() -> None:
    asked = asked_on(date(2026, 11, 22), QuestionKind.RECONFIRM, 33)
    assert said("25.11 не приду", asked, NEAR, ON_25TH) == One(ON_25TH, ON_25TH)
    assert said("22.11 не приду", asked, NEAR, ON_25TH) == One(asked)
    assert said("2 не приду", asked, NEAR, ON_25TH) == One(asked)
    assert not isinstance(said("28.11 не приду", asked, NEAR, ON_25TH), One)


def test_an_offer_of_another_date_is_not_declined() -> None:
    offer, other = (
        asked_on(date(2026, 11, 25), QuestionKind.OFFER, 32),
        asked_on(date(2026, 11, 26), QuestionKind.OFFER),
    )
    assert said("25.11 не смогу", offer) == One(offer)
    assert not isinstance(said("26.11 не смогу", offer), One)
    assert getattr(said("26.11 не смогу", offer, other), "questions", None) == (other,)


def test_a_code_that_is_also_the_day_of_another_seat_is_asked_about() -> None:
    coded, on_31st = asked_on(date(2026, 12, 5), code=31), asked_on(date(2026, 12, 31))
    december = Situation(HERE, datetime(2026, 12, 4, 18, tzinfo=MOSCOW), MOSCOW, (coded, on_31st))
    assert not isinstance(choose(december, read_reply(december, "31 не приду")), One)
    alone = Situation(HERE, december.at, MOSCOW, (coded,))
    assert choose(alone, read_reply(alone, "31 не приду")) == One(coded, coded)
    assert not isinstance(choose(alone, read_reply(alone, "31 не приду 25.12")), One)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("25.11 опоздаю на 20 минут", 20), ("25 ноября опоздаю на 20 мин", 20), ("25-го опоздаю на 15", 15)),
        *(("25.11 задержусь на полчаса", 30), ("25 ноября опоздаю", None), ("не могу прийти вовремя 25.11", None)),
    ],
)
def test_a_dated_delay_is_of_that_day(text: str, minutes: int | None) -> None:
    assert parse_reply(text, Context.BOOKED).minutes == minutes
    assert said(text) == One(ON_25TH, ON_25TH)


@pytest.mark.parametrize(
    "text", ["25 опоздаю на 20", "на следующей неделе опоздаю", "25 и 26 ноября опоздаю", "24.11 опоздаю на 20"]
)
def test_a_delay_on_a_day_nobody_can_place_touches_no_seat(text: str) -> None:
    assert not isinstance(said(text), One)


@pytest.mark.parametrize("text", ["буду в 9.10", "опоздаю на 25", "опоздаю на 15-20 минут", "опоздаю, буду в 9.20"])
def test_times_and_minutes_are_no_dates(text: str) -> None:
    reply = parse_reply(text, Context.BOOKED)
    assert (reply.stated_date, reply.unclear_day) == (None, False)


@pytest.mark.parametrize("text", ["да 25.11", "согласен 25 ноября", "приду 25-го"])
def test_a_date_beside_a_yes_is_asked_back(text: str) -> None:
    assert parse_reply(text, Context.OFFER).disposition is D.AMBIGUOUS


def test_a_named_day_and_a_date_are_both_handed_on() -> None:
    reply = parse_reply("завтра 25.11 не приду", Context.BOOKED)
    assert reply.named_days == (StatedDay.TOMORROW, StatedDate(25, 11))


def test_the_list_of_a_crew_lead_holds_no_dates() -> None:
    assert parse_reply("13/11 нет", Context.PRESENT).numbers == (11, 13)


@given(
    st.dates(date(2026, 11, 22), date(2027, 11, 1)),
    st.sampled_from(
        [
            *("{d}.{m:02}", "{d:02}.{m:02}.{y}", "{d}.{m:02}.{short}", "{d}/{m}", "{d:02}/{m:02}", "{d}-{m:02}"),
            *("{y}-{m:02}-{d:02}", "{d} {word}", "{d}{word}", "{d}-го", "{d} числа", "{d}", "{d}.{m}", "{d}-{m}"),
        ]
    ),
    st.sampled_from(["{} не приду", "не смогу {}", "отмените {}", "{}, не выйду", "{} cant come"]),
    st.lists(st.dates(date(2026, 11, 22), date(2027, 11, 1)), max_size=4),
)
def test_however_a_date_is_written_no_seat_of_another_day_is_ended(
    day: date, form: str, words: str, others: list[date]
) -> None:
    written = form.format(d=day.day, m=day.month, y=day.year, short=day.year % 100, word=MONTHS[day.month - 1])
    with_month = "{m" in form or "{word" in form
    seats = [asked_on(other) for other in {day, *others}]
    choice = said(words.format(written), *seats)
    if isinstance(choice, One):
        ended = datetime.fromisoformat(str(choice.question.detail["starts_at"])).astimezone(MOSCOW).date()
        assert ended.day == day.day
        assert ended == day or not with_month
