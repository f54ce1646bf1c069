"""A yes after a no, a no after a yes, and one "understood" for everything he was told."""

from dataclasses import replace

import pytest

from dispatch.kit.ids import new_id
from dispatch.sms.choices import Ask, AskBack, LeaveToPeople, One, Several
from dispatch.sms.choosing import Situation, read_reply
from dispatch.sms.questions import Question
from dispatch.sms.replies import Context, Disposition
from dispatch.sms.rules import QuestionStatus
from tests.factories.said import HERE, HOUR, NOW, PETR, THERE, ZONE, K, offer, question, said, seat


def declined(code: int, **more: object) -> Question:
    return offer(code, status=QuestionStatus.ANSWERED, closed=-HOUR / 10, **more)


@pytest.mark.parametrize("text", ["1", "да", "+", "приду", "согласен", "Да!", "31 да"])
def test_a_clear_yes_takes_up_the_offer_he_said_no_to(text: str) -> None:
    before = declined(31, start=5 * HOUR)
    assert said(text, before) == (Context.NONE if "31" in text else Context.OFFER, One(before))


@pytest.mark.parametrize("text", ["ок", "да, спасибо", "спасибо", "хорошо", "понял", "2", "нет", "1 спасибо"])
def test_a_polite_word_after_a_no_changes_nothing(text: str) -> None:
    assert said(text, declined(31, start=5 * HOUR)) == (Context.NONE, LeaveToPeople())


def test_what_he_said_no_to_is_not_taken_up_where_anything_else_may_be_meant() -> None:
    before, open_one, held = declined(31, start=5 * HOUR), offer(32), seat(20 * HOUR)
    assert said("да", before, open_one)[1] == One(open_one)
    assert isinstance(said("да", before, held)[1], LeaveToPeople)
    begun, old = declined(31, start=-HOUR / 2), offer(31, status=QuestionStatus.ANSWERED, closed=-13 * HOUR)
    for question_ in (begun, old, declined(31, at=THERE)):
        assert isinstance(said("да", question_)[1], LeaveToPeople)


def test_of_several_offers_that_ended_a_clear_yes_asks_which() -> None:
    first, second = declined(31), offer(32, closes=-HOUR)
    assert said("1", first, second)[1] == AskBack(Ask.WHICH, (first, second))
    which = question(K.WHICH, listed=(31, 32))
    assert said("32", first, second, which) == (Context.WHICH, One(second))
    assert said("1", first, second, which)[1] == AskBack(Ask.WHICH, (first, second))
    assert said("31 да", first, second)[1] == One(first)


def test_an_offer_that_became_a_seat_is_not_taken_up_again() -> None:
    shift = new_id()
    took = declined(31, start=5 * HOUR, shift=shift)
    left = seat(5 * HOUR, shift=shift, status=QuestionStatus.ANSWERED, closed=-HOUR / 20)
    assert isinstance(said("1", took, left)[1], LeaveToPeople)


@pytest.mark.parametrize("text", ["36 нет", "2 36", "36 не приду", "36 отмена", "нет 36"])
def test_a_no_with_the_code_of_an_offer_he_took_leaves_the_seat(text: str) -> None:
    shift = new_id()
    took, held = declined(36, start=40 * HOUR, shift=shift), seat(40 * HOUR, shift=shift)
    for others in ((), (offer(37),), (seat(5 * HOUR),)):
        questions = (took, held, *others)
        situation = Situation(HERE, NOW, ZONE, questions)
        assert read_reply(situation, text).disposition is Disposition.CANCEL
        assert said(text, *questions)[1] == One(held, held)
    assert said("36 да", took, held)[1] == One(took, held)
    assert read_reply(situation, "36 да").disposition is Disposition.ACCEPT
    his = seat(40 * HOUR, shift=shift, worker=PETR)
    assert read_reply(Situation(HERE, NOW, ZONE, (took, his)), text).disposition is Disposition.DECLINE


def test_a_no_to_a_block_of_days_that_he_took_asks_which_day() -> None:
    shift = new_id()
    took = declined(36, start=5 * HOUR, shift=shift)
    took = replace(took, detail={**took.detail, "ends_at": (NOW + 60 * HOUR).isoformat()})
    today, tomorrow, later = seat(5 * HOUR, shift=shift), seat(24 * HOUR), seat(90 * HOUR)
    assert said("36 нет", took, today, tomorrow, later)[1] == AskBack(Ask.WHICH_DAY, (today, tomorrow))
    assert said("36 завтра не приду", took, today, tomorrow, later)[1] == One(tomorrow, tomorrow)
    assert said("36 нет", took, today, later)[1] == One(today, today)
    assert said("36 нет", took, tomorrow, later)[1] == One(took)  # perhaps of another order: the invitations know


def test_a_cancel_with_the_code_of_a_seat_is_read_as_one_whatever_is_open() -> None:
    held = question(K.SEAT, 34, start=40 * HOUR)
    assert said("34 не приду", held, offer(31), offer(32))[1] == One(held, held)


@pytest.mark.parametrize("text", ["1", "понял", "да", "ок", "понятно, спасибо"])
def test_several_notices_are_understood_together(text: str) -> None:
    first, second, other = question(K.NOTICE, asked=-2 * HOUR), question(K.NOTICE), offer(31)
    assert said(text, first, second) == (Context.NOTICE, Several((first, second)))
    assert said(text, first, second, seat(HOUR))[1] == Several((first, second))
    assert said(text, first, second, other)[1] == Several((first, second))
    assert said(text, first, second, question(K.WHICH))[1] == Several((first, second))
    assert said("31 да", first, second, other)[1] == One(other)
    assert isinstance(said("нет", first, second)[1], AskBack)
