from collections import Counter
from datetime import date, timedelta
from random import Random

import phonenumbers
import pytest

from dispatch.seed.cities import City, cities
from dispatch.seed.histories import WITH_HISTORY, draw_history
from dispatch.seed.people import SKILLS, URGENT, draw_workers, phone_number
from dispatch.sms.tongues import Language
from dispatch.tenancy.policy import Engagement, MarkKind
from dispatch.workers.bulk import NewWorker
from dispatch.workers.skills import DOCUMENTS, Service, from_mask

_TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def city() -> City:
    return cities(["Казань"])[0]


@pytest.fixture(scope="module")
def crowd(city: City) -> list[NewWorker]:
    return list(draw_workers(city, 4_000, first_index=0, today=_TODAY, random=Random(1)))


def test_no_two_phones_are_alike() -> None:
    numbers = [phone_number(index) for index in (*range(20_000), *range(9_990_000, 10_010_000))]
    assert len(set(numbers)) == len(numbers)


def test_phones_are_mobile_numbers_of_russia() -> None:
    for index in (0, 1, 9_999_999, 10_000_000, 49_999_999):
        parsed = phonenumbers.parse(phone_number(index))
        assert phonenumbers.number_type(parsed) is phonenumbers.PhoneNumberType.MOBILE
        assert phonenumbers.is_valid_number_for_region(parsed, "RU")


def test_the_same_number_gives_the_same_people(city: City, crowd: list[NewWorker]) -> None:
    again = draw_workers(city, 100, first_index=0, today=_TODAY, random=Random(1))
    other = draw_workers(city, 100, first_index=0, today=_TODAY, random=Random(2))
    said = [(man.e164, man.first_name, man.last_name, man.point, man.skills) for man in crowd[:100]]
    assert [(man.e164, man.first_name, man.last_name, man.point, man.skills) for man in again] == said
    assert [(man.e164, man.first_name, man.last_name, man.point, man.skills) for man in other] != said


def test_most_write_russian_and_all_languages_occur(crowd: list[NewWorker]) -> None:
    languages = Counter(man.language for man in crowd)
    assert set(languages) == set(Language)
    assert 0.75 < languages[Language.RU] / len(crowd) < 0.85


def test_half_agreed_to_be_asked_at_any_hour(crowd: list[NewWorker]) -> None:
    assert sum(man.urgent_ok for man in crowd) / len(crowd) == pytest.approx(URGENT, abs=0.05)


def test_everybody_can_do_something_and_has_its_documents(crowd: list[NewWorker]) -> None:
    for man in crowd:
        services = from_mask(man.skills)
        assert services
        needed = [kind for service in services for kind in DOCUMENTS[service]]
        assert [document.kind for document in man.documents] == needed
    loaders = sum(Service.LOADING in from_mask(man.skills) for man in crowd)
    assert loaders / len(crowd) == pytest.approx(SKILLS[Service.LOADING], abs=0.05)


def test_nobody_is_employed_so_that_a_fine_has_a_basis(crowd: list[NewWorker]) -> None:
    assert {man.engagement for man in crowd} == {Engagement.CIVIL_LAW, Engagement.SELF_EMPLOYED}


def test_most_have_no_calendar(crowd: list[NewWorker]) -> None:
    assert 0.1 < sum(man.availability is not None for man in crowd) / len(crowd) < 0.3


def test_histories_are_short_ordered_and_rare() -> None:
    random = Random(1)
    histories = [draw_history(random) for _ in range(4_000)]
    known = [history for history in histories if history]
    assert len(known) / len(histories) == pytest.approx(WITH_HISTORY, abs=0.03)
    for history in known:
        ages = [mark.ago for mark in history]
        assert ages == sorted(ages, reverse=True)
        assert timedelta(0) <= ages[-1] <= ages[0] <= timedelta(days=200)
        assert all((mark.score is not None) == (mark.kind is MarkKind.CLIENT_SCORE) for mark in history)
    kinds = Counter(mark.kind for history in known for mark in history)
    assert kinds[MarkKind.COMPLETED] > kinds[MarkKind.NO_SHOW] > 0
