"""How a language of the pages writes days, figures, money and clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime

from dispatch.web.languages import Language, speech

EN, RU = speech(Language.EN), speech(Language.RU)


def test_days_of_another_year_are_told_with_it() -> None:
    now = replace(EN, year=2026)
    assert (now.day(date(2026, 11, 22)), now.day(date(2027, 2, 20))) == ("Sun, 22 Nov", "20 Feb 2027")
    assert now.moment(datetime(2025, 1, 2, 3, 4, tzinfo=UTC)) == "2 Jan 2025, 03:04"


def test_figures_stand_in_groups_and_clocks_are_told_by_their_city() -> None:
    assert EN.counted("%(num)d person", "%(num)d people", 10_036) == "10,036 people"
    assert (EN.money(540_000, "RUB"), RU.place("Asia/Yekaterinburg")) == ("₽5,400.00", "Екатеринбург")
    assert (RU.figure("225.00"), RU.figure("as agreed.")) == ("225,00", "as agreed.")


def test_what_is_long_or_great_is_told_in_hours_and_thousands() -> None:
    assert [RU.minutes(n) for n in (0, 45, 60, 116)] == ["0 мин", "45 мин", "1 ч", "1 ч 56 мин"]
    assert EN.minutes(116) == "1 h 56 min"
    assert [RU.spaced(typed) for typed in ("5000", "-9.5", "1500.05", "ten", "")] == [
        *("5\N{NO-BREAK SPACE}000", "-9,5", "1\N{NO-BREAK SPACE}500,05", "ten", "")
    ]
    assert EN.spaced("5000.5") == "5000.5", "what stands in the field must be read as it was meant"
