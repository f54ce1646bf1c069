from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.simulator.reading import Entry, Kind, SeatWord, read, read_entries, says_arrived

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
OFFER = "Погрузка 24.11 09:00-17:00, Сенная пл. 2. 4 500 ₽. 1=да 2=нет, код 31"


def understood(text: str) -> Kind:
    return read(text, zone=MOSCOW, now=NOW).kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (OFFER, Kind.OFFER),
        ("Переноска мебели завтра 09:00-17:00, 3200 р. 1=да 2=нет 45", Kind.OFFER),
        ("Loading 24.11 09:00-17:00, 4 Sadovaya st. 1=yes 2=no, code 31", Kind.OFFER),
        ("Подтвердите: завтра 09:00 Сенная пл. 2. 1=да 2=нет", Kind.RECONFIRM),
        ("Reminder: tomorrow 09:00. Still coming? 1=yes 2=no", Kind.RECONFIRM),
        ("Освободилось место на 24.11 09:00. 1=да 2=нет, код 32", Kind.PROMOTION),
        ("A place has opened 24.11 09:00. 1=yes 2=no", Kind.PROMOTION),
        ("Вы теперь в основном составе: освободилось место. 24.11 09:00", Kind.PROMOTED),
        ("Изменение: новое время 24.11 11:00. 1=да 2=нет", Kind.CHANGE),
        ("New address: 5 Nevsky, 24.11 09:00. 1=yes 2=no", Kind.CHANGE),
        ("Не приезжайте: заказ 24.11 09:00 отменён. 1=понял", Kind.CANCELLED),
        ("Do not come: the shift 24.11 09:00 is cancelled. 1=understood", Kind.CANCELLED),
        ("Вы записаны, основной состав, 24.11 09:00", Kind.BOOKED),
        ("You are in reserve for 24.11 09:00, come to the meeting point", Kind.BOOKED),
        ("Вы сняты с заявки 24.11 09:00", Kind.RELEASED),
        ("Спасибо, мест уже нет. Позовём вас первым", Kind.WITHDRAWN),
        ("Offer 31 is no longer open", Kind.WITHDRAWN),
        ("Все 3 на месте? 1=да или номера 2-3, кого нет: 2 Иван П., 3 Пётр", Kind.PRESENT),
        ("All 3 here? 1=yes, or the numbers 2-3 of who is missing: 2 Ivan P., 3 Pyotr", Kind.PRESENT),
        ("Через сколько минут будете?", Kind.ETA),
        ("How many minutes until you are here?", Kind.ETA),
        ("На какую смену? Пришлите код: 31 - 24.11 09:00, 45 - 25.11 10:00", Kind.WHICH),
        ("Неявка 24.11. Предложен штраф 900 ₽. Не согласны: СПОР", Kind.FINE),
        ("Пропуск на проходной. 1=понял", Kind.NOTICE),
        ("Оплата 4500 за смену", Kind.OTHER),
    ],
)
def test_a_text_is_of_one_kind(text: str, kind: Kind) -> None:
    assert understood(text) is kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OFFER, "31"),
        ("Завтра 09:00 склад. 31 да / 31 нет", "31"),
        ("Tomorrow 09:00. Reply yes 131 or no 131", "131"),
        ("Завтра 09:00, 1=да 2=нет [77]", "77"),
        ("Завтра 09:00-17:00, 10 чел., 1=да 2=нет", None),
    ],
)
def test_the_code_is_found(text: str, code: str | None) -> None:
    assert read(text, zone=MOSCOW, now=NOW).code == code


def test_which_lists_its_codes() -> None:
    text = "На какую смену? Пришлите код: 31 - 24.11 09:00, 45 - 25.11 10:00"
    assert read(text, zone=MOSCOW, now=NOW).codes == ("31", "45")


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("24.11 09:00-17:00", ["2026-11-24T09:00+03:00"]),
        ("24.11.2026 (вт) 9:00", ["2026-11-24T09:00+03:00"]),
        ("24.11, 25.11 и 26.11 с 09:00 до 18:00", ["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"]),
        ("05.01 08:00", ["2027-01-05T08:00"]),
        ("29.02 08:00", ["2028-02-29T08:00"]),
        ("завтра в 07:30", ["2026-11-22T07:30"]),
        ("Tue 24 Nov 09:00", ["2026-11-24T09:00"]),
        ("24 ноября в 09:00", ["2026-11-24T09:00"]),
        ("2026-11-24 09:00:30", ["2026-11-24T09:00:30"]),
        ("начало 20:30, сейчас уже 21:00", ["2026-11-21T20:30"]),
        ("начало 07:00", ["2026-11-22T07:00"]),
        ("Оплата 4.50, рейтинг 4.5", []),
        ("45.13 25:00", []),
    ],
)
def test_starts_are_read_in_the_readers_zone(text: str, starts: list[str]) -> None:
    wanted = tuple(datetime.fromisoformat(start[:19]).replace(tzinfo=MOSCOW) for start in starts)
    now = datetime(2027, 12, 1, tzinfo=UTC) if text.startswith("29.02") else NOW
    assert read(text, zone=MOSCOW, now=now).starts == wanted


def test_the_seat_named_first_counts() -> None:
    def seat(text: str) -> SeatWord | None:
        return read(text, zone=MOSCOW, now=NOW).seat

    assert seat("Вы записаны в основной состав, резерв уже набран") is SeatWord.PRIMARY
    assert seat("Вы в резерве: приезжайте к месту сбора") is SeatWord.RESERVE
    assert seat("Вы в запасе №2, ждите дома до 09:30") is SeatWord.STANDBY
    assert seat("Вы записаны") is None


def test_a_crew_list_is_read_without_the_lead_himself() -> None:
    text = "Все 5 на месте? 1=да или номера 2-5, кого нет: 2 Иван П., 3 Пётр, 4. Ўткир А. (45), 5 Анна-Мария К"
    assert read_entries(text) == (
        Entry(2, "Иван П."),
        Entry(3, "Пётр"),
        Entry(4, "Ўткир А.", "45"),
        Entry(5, "Анна-Мария К"),
    )


@pytest.mark.parametrize("text", ["на месте", "Мы на месте, нас трое", "приехал", "I am here", "на объекте"])
def test_people_say_that_they_are_there(text: str) -> None:
    assert says_arrived(text)


@pytest.mark.parametrize("text", ["не на месте", "буду на месте в 9", "еду", "i will be here at 9", "where"])
def test_people_say_that_they_are_not_there(text: str) -> None:
    assert not says_arrived(text)


@given(st.text(max_size=400))
def test_no_text_is_unreadable(text: str) -> None:
    read(text, zone=MOSCOW, now=NOW)
