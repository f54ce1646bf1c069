from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from conftest import Simulator, Start

PHONE = "+79210000001"
MOSCOW = ZoneInfo("Europe/Moscow")
DAY = f"{datetime.now(MOSCOW) + timedelta(days=3):%d.%m}"
NEXT_DAY = f"{datetime.now(MOSCOW) + timedelta(days=4):%d.%m}"
OFFER = f"Погрузка {DAY} 09:00-17:00, Сенная пл. 2. 1=да 2=нет, код 31"
EAGER = {
    "unreachable": 0,
    "silent": 0,
    "no": 0,
    "late_yes": 0,
    "question": 0,
    "hedge": 0,
    "stop": 0,
    "typo": 0,
    "thanks": 0,
    "reconfirms": 1,
    "appeal": 1,
}


@pytest.fixture
def world(start: "Start") -> "Simulator":
    """People who answer at once and say yes."""
    return start(people=EAGER, time_scale=0.0005)


def clock(instant: datetime) -> str:
    return f"{instant.astimezone(MOSCOW):%d.%m %H:%M:%S}"


@pytest.mark.parametrize(
    ("script", "first"),
    [
        ({"on_offer": "yes", "text": "да {code}"}, "да 31"),
        ({"on_offer": "no", "text": "не смогу"}, "не смогу"),
        ({"text": "наверное"}, "наверное"),
        ({"on_offer": "late_yes", "delay_s": 0.05, "text": "1"}, "1"),
    ],
)
def test_a_script_puts_words_in_somebodys_mouth(world: "Simulator", script: dict[str, Any], first: str) -> None:
    world.control("script", {PHONE: script})
    assert world.offer(PHONE, OFFER) == first


def test_who_asks_first_says_yes_after(world: "Simulator") -> None:
    world.control("script", {PHONE: {"on_offer": "question", "text": "какая оплата?", "delay_s": 0.05}})
    world.send(PHONE, OFFER)
    asked, answered = world.wait_for(lambda: len(said := world.said(PHONE)) == 2 and said)
    assert asked == "какая оплата?"
    assert answered


def test_the_silent_say_nothing_and_are_counted(world: "Simulator") -> None:
    world.control("script", {PHONE: {"on_offer": "silent"}})
    world.send(PHONE, OFFER)
    world.offer("+79210000002", OFFER)
    assert world.said(PHONE) == []
    assert world.control("stats", None, "GET")["crowd"]["offer_silent"] == 1


def test_the_same_offer_is_answered_once(world: "Simulator") -> None:
    world.offer(PHONE, OFFER)
    world.send(PHONE, OFFER)
    world.offer("+79210000002", OFFER)
    assert len(world.said(PHONE)) == 1


def test_with_two_offers_open_the_answer_names_its_code(world: "Simulator") -> None:
    world.control("script", {PHONE: {"delay_s": 0.2}})
    world.send(PHONE, OFFER)
    world.send(PHONE, f"Уборка {NEXT_DAY} 10:00. 1=да 2=нет, код 32")
    said = world.wait_for(lambda: len(found := world.said(PHONE)) == 2 and found)
    assert any("31" in text or "32" in text for text in said)


def test_a_withdrawn_offer_is_not_answered_any_more(world: "Simulator") -> None:
    world.control("script", {PHONE: {"on_offer": "yes", "delay_s": 0.4}})
    world.send(PHONE, OFFER)
    world.send(PHONE, "Набор закрыт, спасибо")
    world.control("script", {"+79210000002": {"on_offer": "yes", "delay_s": 0.6}})
    world.offer("+79210000002", OFFER)
    assert world.said(PHONE) == []


def test_which_is_answered_with_the_code_he_meant(world: "Simulator") -> None:
    world.control("script", {PHONE: {"on_offer": "yes", "text": "да"}})
    world.offer(PHONE, f"Уборка {NEXT_DAY} 10:00. 1=да 2=нет, код 45")
    world.send(PHONE, f"На какую смену? Пришлите код: 31 - {DAY} 09:00, 45 - {NEXT_DAY} 10:00")
    assert world.wait_for(lambda: len(said := world.said(PHONE)) == 2 and said) == ["да", "45"]


def test_a_no_and_a_cancel_name_their_shift_without_becoming_a_yes(world: "Simulator") -> None:
    world.control("people", {"people": [{"phone": PHONE, "language": "ru"}]})
    world.control("script", {PHONE: {"on_offer": "no", "text": "не смогу"}})
    world.offer(PHONE, OFFER)
    world.send(PHONE, f"От какой смены отказ? Ответьте, например, 45 нет: 31 - {DAY} 09:00; 45 - {NEXT_DAY} 10:00")
    world.wait_for(lambda: len(world.said(PHONE)) == 2)
    world.send(PHONE, f"Какую смену снять? Ответьте, например, 45 не приду: 31 - {DAY} 09:00; 45 - {NEXT_DAY} 10:00")
    said = world.wait_for(lambda: len(found := world.said(PHONE)) == 3 and found)
    assert said == ["не смогу", "31 нет", "31 не приду"]


@pytest.mark.parametrize(("mode", "figure"), [("yes", "1"), ("no", "2")])
def test_who_was_not_understood_answers_with_a_figure(world: "Simulator", mode: str, figure: str) -> None:
    world.control("script", {PHONE: {"on_offer": mode, "text": "мм"}})
    world.offer(PHONE, OFFER)
    world.send(PHONE, "Не поняли ответ на код 31. Ответьте цифрой: 1 - согласны, 2 - отказ")
    assert world.wait_for(lambda: len(said := world.said(PHONE)) == 2 and said) == ["мм", figure]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("on_reconfirm", f"Подтвердите: {DAY} 09:00. 1=да 2=нет"),
        ("on_promotion", f"Освободилось место {DAY} 09:00. 1=да 2=нет"),
        ("on_change", f"Новое время: {DAY} 11:00. 1=да 2=нет"),
    ],
)
def test_questions_about_a_seat_follow_the_script(world: "Simulator", key: str, text: str) -> None:
    world.control("script", {PHONE: {key: "yes"}, "+79210000002": {key: "no"}, "+79210000003": {key: "silent"}})
    for phone in ("+79210000003", PHONE, "+79210000002"):
        world.send(phone, f"Вы записаны, основной состав {DAY} 09:00")
        world.send(phone, text)
    world.wait_for(lambda: world.said(PHONE) and world.said("+79210000002"))
    assert world.said("+79210000003") == []
    held = world.control("phones/+79210000002", None, "GET")["gatherings"]
    assert [found["seats"][0]["live"] for found in held] == [key == "on_promotion"]


def test_a_change_he_agrees_to_moves_his_seat(world: "Simulator") -> None:
    world.control("script", {PHONE: {"on_change": "yes"}})
    world.send(PHONE, f"Вы записаны, резерв {DAY} 09:00")
    world.send(PHONE, f"Новое время: {DAY} 11:00. 1=да 2=нет")
    world.wait_for(lambda: world.said(PHONE))
    held = world.control(f"phones/{PHONE}", None, "GET")["gatherings"]
    live = [found for found in held if found["seats"][0]["live"]]
    assert [(f["starts_at"][11:16], f["seats"][0]["kind"]) for f in live] == [("11:00", "reserve")]


def test_a_cancelled_shift_is_understood_and_left(world: "Simulator") -> None:
    for n in range(8):
        world.send(f"+7921000001{n}", f"Вы записаны {DAY} 09:00")
        world.send(f"+7921000001{n}", f"Не приезжайте: смена {DAY} 09:00 отменена. 1=понял")
    world.wait_for(lambda: len(world.platform.inbound()) >= 5)
    (gathering,) = world.control("gatherings", None, "GET")
    assert not any(seat["live"] for seat in gathering["seats"])


def test_a_fine_is_disputed_with_the_word(world: "Simulator") -> None:
    world.control("people", {"people": [{"phone": PHONE, "language": "ru"}]})
    world.send(PHONE, f"Вы не пришли {DAY} 09:00. Рейтинг теперь 2,00, штраф 900р. Не согласны - ответьте СПОР 31")
    assert world.wait_for(lambda: world.said(PHONE))[0].lower() == "спор 31"


def test_stop_makes_a_person_silent(world: "Simulator") -> None:
    world.control("script", {PHONE: {"on_offer": "stop", "text": "стоп рассылка"}})
    assert world.offer(PHONE, OFFER) == "стоп рассылка"
    world.control("script", {PHONE: {"on_offer": "yes"}})
    world.send(PHONE, f"Уборка {NEXT_DAY} 10:00. 1=да 2=нет, код 32")
    world.offer("+79210000002", OFFER)
    assert len(world.said(PHONE)) == 1


def test_late_people_say_so_then_arrive(start: "Start") -> None:
    world = start(people=EAGER, time_scale=0.0005)
    starts_at = datetime.now(UTC) + timedelta(seconds=1)
    script = {"arrives": "late", "late_minutes": 60, "announces_late": True, "starts_at": starts_at.isoformat()}
    world.control("script", {PHONE: script})
    world.send(PHONE, "Вы записаны, основной состав")
    announced, arrived = world.wait_for(lambda: len(said := world.said(PHONE)) == 2 and said)
    assert "60" in announced
    assert "60" not in arrived
    (gathering,) = world.control("gatherings", None, "GET")
    came = datetime.fromisoformat(gathering["seats"][0]["arrived_at"])
    assert timedelta(seconds=0.5) < came - starts_at < timedelta(seconds=3)


def test_a_late_man_answers_how_many_minutes(start: "Start") -> None:
    world = start(people=EAGER, time_scale=0.05)
    starts_at = datetime.now(UTC) + timedelta(seconds=0.2)
    script = {"late_minutes": 40, "announces_late": False, "starts_at": starts_at.isoformat(), "delay_s": 0}
    world.control("script", {PHONE: script})
    world.send(PHONE, "Вы записаны, основной состав")
    world.wait_for(lambda: world.control("gatherings", None, "GET")[0]["mustered"])
    world.send(PHONE, "Через сколько минут будете?")
    assert int(world.wait_for(lambda: world.said(PHONE))[0]) in {35, 40, 45}


def test_the_text_s_minute_gives_way_to_the_announced_second(world: "Simulator") -> None:
    starts_at = (datetime.now(UTC) + timedelta(days=1)).replace(second=37)
    world.control("shifts", {"starts_at": [starts_at.isoformat()]})
    world.send(PHONE, f"Вы записаны {starts_at.astimezone(MOSCOW):%d.%m %H:%M}")
    world.send("+79210000002", "Вы записаны, резерв")
    world.wait_for(lambda: sum(len(found["seats"]) for found in world.control("gatherings", None, "GET")) == 2)
    (gathering,) = world.control("gatherings", None, "GET")
    assert datetime.fromisoformat(gathering["starts_at"]) == starts_at


def test_two_runs_with_one_seed_say_the_same(start: "Start") -> None:
    def run() -> dict[str, list[str]]:
        world = start(seed=11, time_scale=0.0001, people={"thanks": 1})
        phones = [f"+7921000{n:04}" for n in range(40)]
        for phone in phones:
            world.send(phone, OFFER)

        def stats() -> dict[str, Any]:
            return dict(world.control("stats", None, "GET"))

        world.wait_for(lambda: stats()["by_status"].keys() <= {"delivered", "undelivered"} and not stats()["planned"])
        world.wait_for(lambda: world.world.courier.counts["inbound_acknowledged"] == stats()["inbound"])
        return {phone: sorted(world.said(phone)) for phone in phones}

    first = run()
    assert first == run()
    assert len({text for texts in first.values() for text in texts}) > 5


def crew(world: "Simulator", size: int, starts_at: datetime) -> dict[str, str]:
    """Seat people with names of their own; return phone -> name."""
    names = {f"+7921000{n:04}": f"Имя{chr(1040 + n)}" for n in range(size)}
    people = [{"phone": phone, "first_name": name, "initial": "К"} for phone, name in names.items()]
    world.control("people", {"people": people})
    for n, phone in enumerate(names):
        kind = "основной состав" if n < size - 1 else "резерв"
        world.send(phone, f"Вы записаны, {kind}, {clock(starts_at)}")
    return names


@pytest.mark.parametrize(("seed", "headcount"), [(1, 1), (2, 1), (3, 2), (4, 10)])
def test_the_absent_man_is_named_by_the_first_lead_who_is_there(start: "Start", seed: int, headcount: int) -> None:
    world = start(
        seed=seed, time_scale=0.01, guarantee_no_show=True, people={**EAGER, "late": 0, "comes": 1}, zone=str(MOSCOW)
    )
    starts_at = (datetime.now(UTC) + timedelta(seconds=2)).replace(microsecond=0)
    names = crew(world, {1: 2, 2: 3, 10: 13}[headcount], starts_at)
    world.wait_for(lambda: datetime.now(UTC) > starts_at + timedelta(seconds=0.5))
    here = {phone for phone in names if world.said(phone)}
    assert len(here) == len(names) - 1
    (absent,) = set(names) - here
    for lead in [absent, *sorted(here)[:1]]:
        others = [phone for phone in names if phone != lead]
        listed = ", ".join(f"{n} {names[phone]} К." for n, phone in enumerate(others, start=2))
        world.send(lead, f"Все {len(names)} на месте? 1=да или номера 2-{len(names)}, кого нет: {listed}")
    answer = world.wait_for(lambda: len(said := world.said(min(here))) == 2 and said)[1]
    assert others[int(answer) - 2] == absent
    assert world.said(absent) == []


def test_a_full_crew_is_reported_with_one(start: "Start") -> None:
    world = start(time_scale=0.01, people={**EAGER, "late": 0, "comes": 1}, zone=str(MOSCOW))
    starts_at = (datetime.now(UTC) + timedelta(seconds=1)).replace(microsecond=0)
    names = crew(world, 3, starts_at)
    world.wait_for(lambda: all(world.said(phone) for phone in names))
    lead, second, third = names
    world.send(lead, f"Все 3 на месте? 1=да или номера, кого нет: 2 {names[second]} К., 3 {names[third]} К.")
    assert world.wait_for(lambda: len(said := world.said(lead)) == 2 and said)[1] == "1"


def test_a_scripted_lead_names_whom_the_script_says(start: "Start") -> None:
    world = start(time_scale=0.01, people={**EAGER, "late": 0, "comes": 1}, zone=str(MOSCOW))
    starts_at = (datetime.now(UTC) + timedelta(seconds=1)).replace(microsecond=0)
    names = crew(world, 3, starts_at)
    lead, second, third = names
    world.control("script", {lead: {"is_lead_missing": [third]}, second: {"on_present": "silent"}})
    world.wait_for(lambda: all(world.said(phone) for phone in names))
    question = f"Все 3 на месте? 1=да или номера, кого нет: 2 {names[second]} К., 3 {names[third]} К."
    world.send(second, question)
    world.send(lead, question)
    assert world.wait_for(lambda: len(said := world.said(lead)) == 2 and said)[1] == "3"
    assert len(world.said(second)) == 1


def test_who_lost_his_seat_stays_at_home(start: "Start") -> None:
    world = start(time_scale=0.01, people={**EAGER, "late": 0, "comes": 1}, zone=str(MOSCOW))
    starts_at = (datetime.now(UTC) + timedelta(seconds=1.5)).replace(microsecond=0)
    names = crew(world, 2, starts_at)
    first, second = names
    world.send(first, f"Вы сняты с заявки {clock(starts_at)}")
    world.wait_for(lambda: world.said(second))
    world.wait_for(lambda: datetime.now(UTC) > starts_at + timedelta(seconds=0.3))
    assert world.said(first) == []


def test_a_human_takes_a_phone_over_and_gives_it_back(world: "Simulator") -> None:
    command = {"phone": PHONE, "to": world.number, "text": "это я", "takeover": True}
    world.control("say", command)
    world.send(PHONE, OFFER)
    world.offer("+79210000002", OFFER)
    assert world.wait_for(lambda: world.said(PHONE)) == ["это я"]
    world.control("hand-over", {"phone": PHONE, "manual": False})
    world.send(PHONE, f"Уборка {NEXT_DAY} 10:00. 1=да 2=нет, код 32")
    world.wait_for(lambda: len(world.said(PHONE)) == 2)


def test_a_human_s_word_counts_as_arrival(world: "Simulator") -> None:
    starts_at = (datetime.now(UTC) + timedelta(minutes=30)).replace(microsecond=0)
    world.control("hand-over", {"phone": PHONE, "manual": True})
    world.send(PHONE, f"Вы записаны {clock(starts_at)}")
    world.wait_for(lambda: world.control("gatherings", None, "GET"))
    world.control("say", {"phone": PHONE, "to": world.number, "text": "буду на месте в 9"})
    world.control("say", {"phone": PHONE, "to": world.number, "text": "На месте!"})
    (gathering,) = world.control("gatherings", None, "GET")
    assert gathering["seats"][0]["arrived_at"]


def test_a_standby_called_after_the_muster_still_comes(start: "Start") -> None:
    world = start(time_scale=0.01, people={**EAGER, "late": 0, "comes": 1}, zone=str(MOSCOW))
    starts_at = (datetime.now(UTC) + timedelta(seconds=1)).replace(microsecond=0)
    world.control("hand-over", {"phone": "+79210000009", "manual": True})
    for phone, kind in ((PHONE, "в запасе, номер 1"), ("+79210000009", "в основном составе")):
        world.send(phone, f"Вы {kind}: {clock(starts_at)}")
    world.wait_for(lambda: datetime.now(UTC) > starts_at)
    assert world.said(PHONE) == []
    world.send(PHONE, f"Освободилось место: вы теперь в основном составе, {clock(starts_at)}")
    world.control("hand-over", {"phone": "+79210000009", "manual": False})
    world.wait_for(lambda: world.said(PHONE) and world.said("+79210000009"))


def test_a_confirmation_without_a_start_is_counted(world: "Simulator") -> None:
    world.send(PHONE, "Вы записаны")
    world.wait_for(lambda: world.control("stats", None, "GET")["crowd"].get("booked_without_a_start") == 1)
    assert world.control("gatherings", None, "GET") == []
