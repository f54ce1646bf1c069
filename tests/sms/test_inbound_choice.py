"""The rules of which question a text answers, case by case."""

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.ids import new_id
from dispatch.sms.choices import Ask, AskBack, LeaveToPeople, One, Several
from dispatch.sms.choosing import COUNTED, Situation, choose, read_reply
from dispatch.sms.days import date_meant
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context, Disposition, Reply, StatedDay
from dispatch.sms.rules import QuestionKind, QuestionStatus
from tests.factories.said import HERE, HOUR, NOW, PETR, THERE, ZONE, K, offer, question, said, seat


@pytest.mark.parametrize("text", ["да", "1", "31 да", "да 31"])
def test_the_only_offer_takes_a_yes(text: str) -> None:
    only = offer(31)
    assert said(text, only) == (Context.OFFER, One(only))


@pytest.mark.parametrize("text", ["нет", "2", "31 нет", "не смогу"])
def test_the_only_offer_takes_a_no(text: str) -> None:
    only = offer(31)
    assert said(text, only)[1] == One(only)


def test_an_offer_beside_a_seat_is_told_to_the_grammar() -> None:
    only, held = offer(31), seat(20 * HOUR)
    assert said("да", only, held) == (Context.BOOKED_OFFER, One(only))
    assert said("не приду", only, held)[1] == AskBack(Ask.CLARIFY, (only,))


def test_several_offers_need_a_code() -> None:
    first, second = offer(31), offer(32)
    assert said("да", first, second) == (Context.OFFERS, AskBack(Ask.WHICH, (first, second)))
    assert said("32 да", first, second)[1] == One(second)
    assert said("32", first, second)[1] == AskBack(Ask.CLARIFY, (second,))
    assert said("77 да", first, second)[1] == AskBack(Ask.WHICH, (first, second))


def test_after_a_which_a_bare_code_is_a_yes_and_a_bare_figure_is_asked_again() -> None:
    first, second, which = offer(31), offer(32), question(K.WHICH, listed=(31, 32))
    context, choice = said("32", first, second, which)
    assert (context, choice) == (Context.WHICH, One(second))
    assert said("1", first, second, which)[1] == AskBack(Ask.WHICH, (first, second))
    assert said("32 нет", first, second, which)[1] == One(second)


def test_a_which_that_outlived_its_offers_is_forgotten() -> None:
    only = offer(31)
    assert said("да", only, question(K.WHICH, listed=(31, 32))) == (Context.OFFER, One(only))


def test_a_bare_no_declines_all_offers_or_those_of_the_day_he_names() -> None:
    today, tomorrow = offer(31, start=5 * HOUR), offer(32, start=24 * HOUR)
    assert said("нет", today, tomorrow)[1] == Several((today, tomorrow))
    assert said("завтра нет", today, tomorrow)[1] == Several((tomorrow,))
    assert said("в пятницу нет", today, tomorrow)[1] == Several((today, tomorrow))


def test_a_bare_no_that_could_end_a_seat_asks_which() -> None:
    one, change = offer(31), question(K.CHANGE, 32)
    assert said("нет", one, change)[1] == AskBack(Ask.WHICH_NO, (one, change))


@pytest.mark.parametrize(
    ("kind", "text"), [(K.RECONFIRM, "да"), (K.NOTICE, "1"), (K.NOTICE, "понял"), (K.ETA, "20"), (K.PRESENT, "2 и 3")]
)
def test_one_harmless_question_beside_others_takes_a_bare_yes_or_number(kind: QuestionKind, text: str) -> None:
    harmless, other = question(kind), offer(31)
    assert said(text, other, harmless)[1] == One(harmless)


def test_a_bare_no_beside_a_harmless_question_asks_which() -> None:
    harmless, other = question(K.RECONFIRM, 33), offer(31)
    assert said("2", other, harmless)[1] == AskBack(Ask.WHICH_NO, (other, harmless))
    assert said("не смогу", other, harmless)[1] == AskBack(Ask.WHICH_NO, (other, harmless))
    assert said("33 нет", other, harmless)[1] == One(harmless, None)


def test_an_answer_with_a_code_is_read_as_one_to_the_question_it_names() -> None:
    promotion, reconfirm, which = (
        question(K.PROMOTION, 32),
        question(K.RECONFIRM, 33),
        question(K.WHICH, listed=(32, 33)),
    )
    for others in ((), (which,)):
        situation = Situation(HERE, NOW, ZONE, (promotion, reconfirm, *others))
        assert read_reply(situation, "32 нет").disposition is Disposition.DECLINE
        assert read_reply(situation, "33 нет").disposition is Disposition.CANCEL
        assert read_reply(situation, "33 да").disposition is Disposition.ACCEPT
    assert read_reply(situation, "33").disposition is Disposition.ACCEPT


def test_two_harmless_questions_need_a_code() -> None:
    first, second = question(K.RECONFIRM, 33), question(K.NOTICE, 34)
    assert said("1", first, second)[1] == AskBack(Ask.WHICH, (first, second))


@pytest.mark.parametrize("kind", sorted(COUNTED - {K.ETA, K.PRESENT}))
def test_any_lone_question_takes_a_yes(kind: QuestionKind) -> None:
    lone = question(kind)
    assert said("да", lone)[1] == One(lone)


@pytest.mark.parametrize("kind", [K.RECONFIRM, K.CHANGE])
def test_a_no_to_a_question_about_a_seat_is_a_cancel_of_that_seat(kind: QuestionKind) -> None:
    subject = new_id()
    asked, held = question(kind, subject=subject), seat(40 * HOUR, subject=subject)
    assert said("не смогу", asked, held, seat(HOUR))[1] == One(asked, held)


@pytest.mark.parametrize("kind", [K.FINE, K.SEAT])
def test_fines_and_seats_do_not_count_as_open(kind: QuestionKind) -> None:
    context, choice = said("да", question(kind, 31))
    assert context in {Context.NONE, Context.BOOKED}
    assert isinstance(choice, LeaveToPeople)


def test_a_fine_takes_the_appeal_word_only() -> None:
    older, newer = question(K.FINE, 31), question(K.FINE, 32, asked=-HOUR / 2)
    assert said("спор", older, newer)[1] == One(newer)
    assert said("спор 31", older, newer)[1] == One(older)
    assert said("31 да", older, newer)[1] == AskBack(Ask.CLARIFY, (older,))
    assert said("спор")[1] == LeaveToPeople()


def test_bare_words_answer_this_number_and_codes_any() -> None:
    mine, theirs = offer(31), offer(32, at=THERE)
    assert said("да", mine, theirs)[1] == One(mine)
    assert said("да 32", mine, theirs)[1] == One(theirs)
    assert isinstance(said("да", theirs)[1], LeaveToPeople)


@pytest.mark.parametrize("text", ["на месте", "в дороге", "опоздаю на 10"])
def test_attendance_words_go_to_the_running_seat_else_the_next(text: str) -> None:
    over, running, ahead = seat(-20 * HOUR, at=THERE), seat(-HOUR, at=THERE), seat(30 * HOUR)
    assert said(text, ahead, running, over)[1] == One(running, running)
    assert said(text, seat(60 * HOUR), ahead)[1] == One(ahead, ahead)
    assert said(text, over)[1] == One(over, over)
    assert said(text)[1] == LeaveToPeople()


def test_attendance_words_prefer_a_question_that_wants_them() -> None:
    eta, held = question(K.ETA), seat(-HOUR)
    assert said("20", eta, held)[1] == One(eta, held)
    assert said("на месте", eta, held)[1] == One(eta, held)


def test_attendance_words_of_two_people_s_seats_go_to_people() -> None:
    first, second = seat(-HOUR), seat(-HOUR, worker=PETR)
    assert isinstance(said("на месте", first, second)[1], LeaveToPeople)


@pytest.mark.parametrize(("start", "clear"), [(17 * HOUR, True), (18 * HOUR, True), (19 * HOUR, False)])
def test_a_cancel_without_a_day_needs_a_seat_that_starts_soon(start: timedelta, clear: bool) -> None:  # noqa: FBT001
    held = seat(start)
    assert said("не приду", held)[1] == (One(held, held) if clear else AskBack(Ask.WHICH_DAY, (held,)))


def test_a_cancel_with_a_day_finds_its_seat() -> None:
    today, tomorrow = seat(5 * HOUR), seat(24 * HOUR)
    assert said("завтра не приду", today, tomorrow)[1] == One(tomorrow, tomorrow)
    assert isinstance(said("в пятницу не приду", today, tomorrow)[1], LeaveToPeople)


def test_a_seat_takes_its_code() -> None:
    held = question(K.SEAT, 31, start=40 * HOUR)
    assert said("31 не приду", held)[1] == One(held, held)
    assert said("стоп 31", held)[1] == AskBack(Ask.CLARIFY, (held,))


def test_an_offer_missed_a_short_while_ago_takes_a_late_answer() -> None:
    missed = offer(31, closes=-HOUR)
    assert said("да", missed) == (Context.OFFER, One(missed))
    assert said("нет", missed)[1] == One(missed)
    assert isinstance(said("да", offer(31, closes=-13 * HOUR))[1], LeaveToPeople)
    assert said("хорошо", missed)[1] == One(missed)
    assert isinstance(said("хорошо", missed, offer(32, closes=-HOUR))[1], LeaveToPeople)


def test_a_code_means_the_open_question_before_any_closed_one() -> None:
    closed, current = offer(31, status=QuestionStatus.CLOSED, closed=-HOUR / 2), offer(31)
    assert said("31 да", closed, current)[1] == One(current)


def test_restore_means_the_seat_that_ended_last() -> None:
    ended = [seat(5 * HOUR, status=QuestionStatus.ANSWERED, closed=-minutes * HOUR / 60) for minutes in (9, 2, 5)]
    assert said("вернуть", *ended)[1] == One(ended[1])
    assert isinstance(said("вернуть", seat(HOUR))[1], LeaveToPeople)


def test_questions_are_about_what_is_open_else_the_next_seat() -> None:
    only, held = offer(31), seat(20 * HOUR)
    assert said("какая оплата?", only, held)[1] == One(only)
    assert said("какая оплата?", held)[1] == One(held, held)
    assert said("какая оплата?")[1] == LeaveToPeople()


@pytest.mark.parametrize("text", ["перезвоните", "вы ошиблись номером", "вместо меня придет Петя", "здравствуйте"])
def test_people_are_told_what_it_probably_concerns(text: str) -> None:
    only = offer(31)
    assert said(text, only)[1] == LeaveToPeople(only)


def test_two_people_on_one_phone_are_asked_who() -> None:
    ivan, petr = offer(31), seat(20 * HOUR, worker=PETR)
    assert said("да", ivan, petr)[1] == AskBack(Ask.WHICH, (ivan,))
    assert said("нет", ivan, petr)[1] == AskBack(Ask.WHICH_NO, (ivan,))
    assert said("31 да", ivan, petr)[1] == One(ivan)
    assert said("31", ivan, petr, question(K.WHICH, listed=(31, 32)))[1] == One(ivan)
    mine, his = seat(HOUR), seat(2 * HOUR, worker=PETR)
    assert said("не приду", mine, his)[1] == AskBack(Ask.WHICH_DAY, (mine, his))


@pytest.mark.parametrize(
    ("day", "date"),
    [
        (StatedDay.TODAY, 24),
        (StatedDay.TOMORROW, 25),
        (StatedDay.DAY_AFTER_TOMORROW, 26),
        (StatedDay.TUESDAY, 24),
        (StatedDay.WEDNESDAY, 25),
        (StatedDay.MONDAY, 30),
    ],
)
def test_a_weekday_is_the_next_of_its_name(day: StatedDay, date: int) -> None:
    assert date_meant(day, NOW.date()).day == date


KINDS: list[Callable[[], Question]] = [
    lambda: offer(31),
    lambda: offer(32),
    lambda: offer(33, at=THERE),
    lambda: question(K.RECONFIRM, 34),
    lambda: question(K.PROMOTION, 35),
    lambda: question(K.CHANGE, 36),
    lambda: question(K.NOTICE),
    lambda: question(K.ETA),
    lambda: question(K.PRESENT),
    lambda: question(K.WHICH, listed=(31, 32)),
    lambda: question(K.FINE, 37),
    lambda: seat(HOUR),
    lambda: seat(40 * HOUR, worker=PETR),
    lambda: offer(38, status=QuestionStatus.CLOSED, closed=-HOUR),
]


@given(
    st.lists(st.sampled_from(KINDS), max_size=6, unique=True),
    st.sampled_from(Disposition),
    st.sampled_from([None, *range(31, 40)]),
    st.sampled_from([None, *StatedDay]),
)
def test_whatever_is_open_there_is_a_choice_and_a_yes_never_lands_on_a_seat_or_fine(
    makers: list[Callable[[], Question]], disposition: Disposition, code: int | None, day: StatedDay | None
) -> None:
    questions = [make() for make in makers]
    situation = Situation(HERE, NOW.astimezone(UTC), ZONE, questions)
    assert situation.context in Context
    choice = choose(situation, Reply(disposition, code=code, stated_day=day))
    if isinstance(choice, One) and disposition in {Disposition.ACCEPT, Disposition.DECLINE}:
        assert choice.question.kind in COUNTED
        if code is None:
            assert choice.question.account_id == HERE
    if isinstance(choice, AskBack):
        assert choice.questions
