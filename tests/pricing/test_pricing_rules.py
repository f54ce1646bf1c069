from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dispatch.kit.money import Currency, share
from dispatch.pricing.card import Band, RateCard
from dispatch.pricing.errors import ConditionNotOnRateCard
from dispatch.pricing.rules import (
    Quote,
    TimeSpan,
    band_minutes,
    bill_minutes,
    call_out_pay,
    late_cancel_fee,
    minimum_minutes,
    quote,
)

MONDAY = "2026-11-23"


def _card(**changed: object) -> RateCard:
    body: dict[str, object] = {
        "service": "loading",
        "currency": "RUB",
        "bill_rate_minor": 22_500,
        "pay_rate_minor": 10_000,
    }
    return RateCard.model_validate(body | changed)


def _span(start: str, hours: float, zone: str = "Europe/Moscow") -> TimeSpan:
    """A span from a local wall time, for so many hours of real time."""
    starts_at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return TimeSpan(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), zone=ZoneInfo(zone))


_DEAR: dict[str, Any] = {
    "night": {"start": "22:00", "end": "06:00", "multiplier": {"bill": "1.5", "pay": "1.2"}},
    "weekend": {"bill": "2"},
    "holiday": {"bill": "3", "pay": "2"},
    "urgent": {"bill": "1.1"},
    "conditions": {"no_lift": {"bill": "1.2", "pay": "1.1"}, "heavy": {"bill": "1.25", "pay": "1.25"}},
    "headcount_tiers": [
        {"from_headcount": 10, "multiplier": {"bill": "0.95"}},
        {"from_headcount": 40, "multiplier": {"bill": "0.9"}},
    ],
}


def test_ten_men_for_eight_hours_and_who_gets_what() -> None:
    price = quote(_card(), [_span(f"{MONDAY} 09:00", 8)], 10)
    assert (price.bill_minor, price.pay_minor, price.currency) == (1_800_000, 800_000, Currency.RUB)
    royalty = share(price.bill_minor, Decimal(15))
    assert royalty == 270_000
    assert price.bill_minor - price.pay_minor - royalty == 730_000


def test_a_thousand_hours_at_fifty_half_of_it_for_the_workers() -> None:
    card = _card(bill_rate_minor=5_000, pay_rate_minor=None, pay_percent="50")
    price = quote(card, [_span(f"{MONDAY} 09:00", 10)] * 10, 10)
    assert (price.bill_minor, price.pay_minor) == (5_000_000, 2_500_000)
    assert [line.shift for line in price.lines] == list(range(10))


def test_a_minute_of_work_bills_the_minimum() -> None:
    price = quote(_card(), [_span(f"{MONDAY} 09:00", 1 / 60)], 10)
    assert [(line.band, line.minutes) for line in price.lines] == [(Band.DAY, 1), (Band.MINIMUM, 239)]
    assert (price.bill_minor, price.pay_minor) == (900_000, 400_000)


@pytest.mark.parametrize(
    ("planned", "actual", "minimum", "billed"),
    [(480, None, 240, 480), (480, 300, 240, 300), (480, 100, 240, 240), (60, None, 240, 240), (480, 600, 240, 600)],
)
def test_hours_worked_replace_hours_planned_down_to_the_minimum(
    planned: int, actual: int | None, minimum: int, billed: int
) -> None:
    assert bill_minutes(planned, actual, minimum) == billed


def test_the_card_s_minimum_comes_before_the_house_s() -> None:
    assert minimum_minutes(_card(), Decimal("2.51")) == 151
    assert minimum_minutes(_card(minimum_hours="3"), Decimal(8)) == 180
    assert quote(_card(minimum_hours="0"), [_span(f"{MONDAY} 09:00", 1)], 1).bill_minor == 22_500


@pytest.mark.parametrize(
    ("start", "hours", "zone", "expected"),
    [
        (f"{MONDAY} 09:00", 8, "Europe/Moscow", {Band.DAY: 480}),
        (f"{MONDAY} 20:00", 12, "Europe/Moscow", {Band.DAY: 240, Band.NIGHT: 480}),
        (f"{MONDAY} 20:00", 12, "Asia/Kamchatka", {Band.DAY: 240, Band.NIGHT: 480}),
        ("2026-11-27 21:00", 6, "Europe/Moscow", {Band.DAY: 60, Band.NIGHT: 120, Band.WEEKEND: 180}),
        ("2026-12-31 23:00", 2, "Europe/Moscow", {Band.NIGHT: 60, Band.HOLIDAY: 60}),
        ("2027-01-01 23:30", 1, "Europe/Moscow", {Band.HOLIDAY: 30, Band.WEEKEND: 30}),
        ("2026-03-28 23:00", 6, "Europe/Budapest", {Band.WEEKEND: 360}),
        ("2027-03-14 22:00", 1, "America/New_York", {Band.WEEKEND: 60}),
        ("2026-11-23 09:00", 30 / 3600, "Europe/Moscow", {Band.DAY: 1}),
    ],
)
def test_minutes_are_told_by_the_site_s_clock(start: str, hours: float, zone: str, expected: dict[Band, int]) -> None:
    assert band_minutes(_card(), _span(start, hours, zone), {date(2027, 1, 1)}) == expected


@pytest.mark.parametrize(("start", "night"), [("2026-04-23 20:00", 7 * 60), ("2026-10-29 20:00", 9 * 60)])
def test_a_night_is_shorter_or_longer_when_clocks_change(start: str, night: int) -> None:
    # Egypt changes its clocks in the night from Thursday to Friday, which is no weekend on the card.
    minutes = band_minutes(_card(), _span(start, 14, "Africa/Cairo"))
    assert minutes == {Band.DAY: 14 * 60 - night, Band.NIGHT: night}


def test_a_night_may_lie_within_one_day() -> None:
    card = _card(night={"start": "00:00", "end": "05:00"})
    assert card.night.covers(time(4, 59))
    assert not card.night.covers(time(5, 0))
    assert band_minutes(card, _span(f"{MONDAY} 03:00", 4)) == {Band.NIGHT: 120, Band.DAY: 120}


@pytest.mark.parametrize(
    ("start", "headcount", "conditions", "urgent", "bill", "pay"),
    [
        (f"{MONDAY} 09:00", 1, [], False, 22500 * 8, 10000 * 8),
        (f"{MONDAY} 22:00", 1, [], False, 22500 * 8 * 1.5, 10000 * 8 * 1.2),
        ("2026-11-28 09:00", 1, [], False, 22500 * 8 * 2, 10000 * 8),
        ("2027-01-01 22:00", 1, [], False, 22500 * (2 * 3 + 6 * 2), 10000 * (2 * 2 + 6)),
        (f"{MONDAY} 09:00", 1, ["no_lift", "heavy", "heavy"], False, 22500 * 8 * 1.5, 10000 * 8 * 1.375),
        (f"{MONDAY} 09:00", 1, [], True, 22500 * 8 * 1.1, 10000 * 8),
        (f"{MONDAY} 09:00", 9, [], False, 22500 * 8 * 9, 10000 * 8 * 9),
        (f"{MONDAY} 09:00", 10, [], False, 22500 * 8 * 10 * 0.95, 10000 * 8 * 10),
        (f"{MONDAY} 09:00", 40, ["heavy"], True, 22500 * 8 * 40 * 0.9 * 1.25 * 1.1, 10000 * 8 * 40 * 1.25),
    ],
)
def test_multipliers_of_different_kinds_multiply(
    *, start: str, headcount: int, conditions: list[str], urgent: bool, bill: float, pay: float
) -> None:
    price = quote(
        _card(**_DEAR),
        [_span(start, 8)],
        headcount,
        conditions=conditions,
        urgent=urgent,
        holidays={date(2027, 1, 1)},
    )
    assert price.bill_minor == pytest.approx(bill)
    assert price.pay_minor == pytest.approx(pay)


def test_a_man_s_own_hours_are_priced_in_the_tier_of_the_order() -> None:
    card, worked = _card(**_DEAR), _span(f"{MONDAY} 09:00", 9.5)
    assert quote(card, [worked], 1, tier_headcount=10).bill_minor * 10 == quote(card, [worked], 10).bill_minor


def test_an_unknown_condition_names_the_known_ones() -> None:
    with pytest.raises(ConditionNotOnRateCard, match="choose from: heavy, no_lift") as caught:
        quote(_card(**_DEAR), [_span(f"{MONDAY} 09:00", 8)], 1, conditions=["snow"])
    assert caught.value.fields == {"condition": "snow", "known": ["heavy", "no_lift"]}
    with pytest.raises(ConditionNotOnRateCard, match="choose from: none"):
        quote(_card(), [_span(f"{MONDAY} 09:00", 8)], 1, conditions=["snow"])


@given(
    bill=st.integers(0, 10**6),
    percent=st.decimals("0.01", 100, places=2),
    minutes=st.lists(st.integers(1, 900), min_size=1, max_size=3),
    hour=st.integers(0, 23),
    headcount=st.integers(1, 300),
)
def test_lines_sum_to_totals_and_are_rounded_once_a_man(
    bill: int, percent: Decimal, minutes: list[int], hour: int, headcount: int
) -> None:
    card = _card(bill_rate_minor=bill, pay_rate_minor=None, pay_percent=percent, **_DEAR)
    spans = [_span(f"2026-11-{27 + i} {hour:02}:00", length / 60) for i, length in enumerate(minutes)]
    price = quote(card, spans, headcount)
    one = quote(card, spans, 1, tier_headcount=headcount)
    assert price.bill_minor == sum(line.bill_minor for line in price.lines) == headcount * one.bill_minor
    assert price.pay_minor == sum(line.pay_minor for line in price.lines) == headcount * one.pay_minor
    assert all(line.bill_minor >= 0 and line.pay_minor >= 0 and line.headcount == headcount for line in price.lines)
    for i, length in enumerate(minutes):
        lines = [line for line in one.lines if line.shift == i]
        assert sum(line.minutes for line in lines) == bill_minutes(length, None, 240)
        times = {Band.NIGHT: Fraction(6, 5), Band.HOLIDAY: Fraction(2)}
        exact = sum(line.minutes * times.get(line.band, Fraction(1)) for line in lines) * card.pay_rate / 60
        assert abs(sum(line.pay_minor for line in lines) - exact) <= Fraction(1, 2)
    assert Quote.model_validate_json(price.model_dump_json()) == price


def test_call_out_pay_and_the_fee_for_a_late_cancel() -> None:
    assert call_out_pay(_card(), Decimal(2)) == 20_000
    assert call_out_pay(_card(pay_rate_minor=None, pay_percent="33.33"), Decimal("1.5")) == 11_249
    assert late_cancel_fee(_card(), 13, Decimal(50)) == 13 * 45_000
    assert late_cancel_fee(_card(minimum_hours="2"), 1, Decimal(50)) == 22_500


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"pay_percent": "50"}, "either pay_rate_minor or pay_percent"),
        ({"pay_rate_minor": None}, "either pay_rate_minor or pay_percent"),
        ({"headcount_tiers": [{"from_headcount": 9, "multiplier": {}}] * 2}, "rising from_headcount"),
        ({"bill_rate_minor": -1}, "bill_rate_minor"),
        ({"urgent": {"bill": "0"}}, "urgent"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_contradictory_card_is_refused(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        _card(**changed)


def test_a_card_survives_storage_as_json() -> None:
    card = _card(**_DEAR)
    assert RateCard.model_validate_json(card.model_dump_json()) == card


@pytest.mark.parametrize("ends_at", ["2026-11-23T09:00:00Z", "2026-11-23T08:59:00Z", "2026-11-23T17:00:00"])
def test_time_that_does_not_run_forward_is_refused(ends_at: str) -> None:
    with pytest.raises(ValidationError, match=r"later than|timezone"):
        TimeSpan.model_validate({"starts_at": "2026-11-23T09:00:00Z", "ends_at": ends_at, "zone": "Europe/Moscow"})
