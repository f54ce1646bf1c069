"""What stops somebody is told in words for people, in the language and the habits of the page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from dispatch.kit.errors import DispatchError, Invalid, NotFound
from dispatch.web.languages import Language, speech
from dispatch.web.refusals import FOR_PEOPLE, told

EN, RU = speech(Language.EN), speech(Language.RU)


def _errors(kind: type[DispatchError] = DispatchError) -> Iterator[type[DispatchError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _errors(each)


def test_words_for_people_are_of_errors_there_are_and_in_russian() -> None:
    assert set(FOR_PEOPLE) - {error.code for error in _errors()} == set()
    assert [words for words in FOR_PEOPLE.values() if RU.words.gettext(words) == words] == []


def test_what_is_said_to_programs_is_told_otherwise() -> None:
    said = "There is no such shift in this franchise; list them with GET /api/v1/orders."
    assert told(EN, NotFound(said)) == "It is not here any more, or it belongs to another franchise."
    assert told(EN, Invalid("Choose another day.")) == "Choose another day."
    assert told(RU, Invalid("Choose another day.")) == "Что-то заполнено неверно: проверьте и попробуйте ещё раз."


def test_days_of_another_year_are_told_with_it_and_figures_in_groups() -> None:
    now = replace(EN, year=2026)
    assert (now.day(date(2026, 11, 22)), now.day(date(2027, 2, 20))) == ("Sun, 22 Nov", "20 Feb 2027")
    assert now.moment(datetime(2025, 1, 2, 3, 4, tzinfo=UTC)) == "2 Jan 2025, 03:04"
    assert EN.counted("%(num)d person", "%(num)d people", 10_036) == "10,036 people"
    assert (EN.money(540_000, "RUB"), RU.place("Asia/Yekaterinburg")) == ("₽5,400.00", "Екатеринбург")
