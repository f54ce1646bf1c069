"""Some of the people start later: two orders out of one form, or a fault beside the field."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from dispatch.kit.walltime import instant_of
from dispatch.orders.commands import AskedShift
from dispatch.web.forms import FormUnfit
from dispatch.web.later_start import crews
from tests.factories.counter import Counter, in_days

ZONE = "Asia/Yekaterinburg"


def shift(starts: str, hours: float) -> AskedShift:
    starts_at = instant_of(datetime.fromisoformat(f"2026-12-01T{starts}"), ZONE)
    return AskedShift(starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours))


def test_those_who_start_later_work_the_same_days_until_the_same_end() -> None:
    day, night = shift("09:00", 8), shift("22:00", 8)
    first, later = crews(10, (day,), "4", "10:30", ZONE)
    assert (first.headcount, first.shifts) == (6, (day,))
    assert later.headcount == 4
    assert later.shifts == (AskedShift(starts_at=day.starts_at + timedelta(minutes=90), ends_at=day.ends_at),)
    _, after_midnight = crews(10, (night,), "1", "00:30", ZONE)
    assert after_midnight.shifts[0].starts_at == night.starts_at + timedelta(hours=2, minutes=30)
    assert crews(10, (day, night), "", " ", ZONE) == (crews(10, (day, night), "", "", ZONE)[0],)


@pytest.mark.parametrize(
    ("people", "start", "fields"),
    [
        ("10", "10:30", {"later_people"}),
        ("0", "10:30", {"later_people"}),
        ("-1", "10:30", {"later_people"}),
        ("", "10:30", {"later_people"}),
        ("4", "", {"later_from"}),
        ("4", "09:00", {"later_from"}),
        ("4", "17:00", {"later_from"}),
        ("4", "25:00", {"later_from"}),
        ("4", "10:30+03:00", {"later_from"}),
        ("four", "noon", {"later_people", "later_from"}),
    ],
)
def test_what_fits_no_shift_is_said_of_its_field(people: str, start: str, fields: set[str]) -> None:
    with pytest.raises(FormUnfit) as unfit:
        crews(10, (shift("09:00", 8),), people, start, ZONE)
    assert set(unfit.value.faults) == fields


async def test_one_form_places_both_orders_at_one_new_site(counter: Counter, owner: asyncpg.Connection) -> None:
    where = {"site_id": "new", "address": "Обводный, 7", "lat": "59.91", "lon": "30.33", "meeting_point": ""}
    form = counter.form(**where, headcount="5", later_people="2", later_from="11:00")
    answers = [await counter.send(**form) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [f"/orders?client={counter.stage.client_id}"] * 2
    rows = await owner.fetch(
        """SELECT s.headcount, s.starts_at, s.ends_at FROM shifts s JOIN sites p ON p.id = s.site_id
           WHERE p.address = 'Обводный, 7' ORDER BY s.starts_at"""
    )
    assert [row["headcount"] for row in rows] == [3, 2], "sent twice, placed once"
    assert rows[1]["starts_at"] == datetime.fromisoformat(f"{in_days(2)}T11:00+03:00").astimezone(UTC)
    assert rows[0]["ends_at"] == rows[1]["ends_at"]
    assert await owner.fetchval("SELECT count(*) FROM sites WHERE address = 'Обводный, 7'") == 1
    refused = await counter.send(**counter.form(headcount="2", later_people="2", later_from="11:00"))
    assert (refused.status_code, 'id="later_people-fault"' in refused.text) == (422, True)


async def test_both_are_in_the_price_before_the_button(counter: Counter) -> None:
    whole, parted = counter.form(headcount="5"), counter.form(headcount="5", later_people="2", later_from="11:00")
    one, two = [(await counter.browser.post("/orders/new/estimate", data=form)).text for form in (whole, parted)]
    assert one.count("Day 1, by day") == 1
    assert two.count("Day 1, by day") == 2
    assert "3 people" in two
    assert "2 people" in two


async def test_the_site_of_the_latest_order_is_chosen_with_the_client(
    counter: Counter, owner: asyncpg.Connection
) -> None:
    placed = await counter.send(
        **counter.form(site_id="new", address="Лахта, 1", lat="59.99", lon="30.18", meeting_point="")
    )
    assert placed.status_code == 303
    latest = await owner.fetchval("SELECT id FROM sites WHERE address = 'Лахта, 1'")
    form = counter.form(site_id="")
    sites = await counter.browser.post("/orders/new/sites", data=form)
    assert f'value="{latest}" checked' in sites.text
