import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.kit.pages import Cursor, CursorInvalid, Limit, Page, read_cursor, write_cursor

ROW = UUID(int=7)
KINDS: tuple[type, ...] = (datetime, int, float, str, UUID)
moments = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - as above


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(moments, st.uuids())
def test_a_time_survives(value: datetime, row_id: UUID) -> None:
    assert read_cursor(write_cursor(value, row_id), datetime) == Cursor(value, row_id)


@given(st.integers(-(2**63), 2**63 - 1), st.uuids())
def test_a_whole_number_survives(value: int, row_id: UUID) -> None:
    assert read_cursor(write_cursor(value, row_id), int) == (value, row_id)


@given(st.floats(allow_nan=False, allow_infinity=False), st.uuids())
def test_a_real_number_survives(value: float, row_id: UUID) -> None:
    assert read_cursor(write_cursor(value, row_id), float) == (value, row_id)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200), st.uuids())
def test_text_survives_untrimmed(value: str, row_id: UUID) -> None:
    assert read_cursor(write_cursor(value, row_id), str) == (value, row_id)


@given(st.uuids(), st.uuids())
def test_an_id_survives_and_the_cursor_fits_in_a_url(value: UUID, row_id: UUID) -> None:
    cursor = write_cursor(value, row_id)
    assert read_cursor(cursor, UUID) == (value, row_id)
    assert cursor.isascii()
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_nothing_but_cursor_invalid_is_ever_raised(cursor: str) -> None:
    for kind in KINDS:
        with pytest.raises(CursorInvalid):
            read_cursor(cursor, kind)


@pytest.mark.parametrize(
    ("cursor", "kind"),
    [
        ("", int),
        ("курсор", int),
        ("A" * 100_000, int),
        (forged([2**63, str(ROW)]), int),
        (forged([True, str(ROW)]), int),
        (forged(["5", str(ROW)]), int),
        (forged([5, "no-id"]), int),
        (forged([5]), int),
        (forged([5, str(ROW), 1]), int),
        (forged({"value": 5}), int),
        (forged(5), int),
        (forged([None, str(ROW)]), str),
        (forged(["a\x00", str(ROW)]), str),
        (forged(["\ud800", str(ROW)]), str),
        (forged(["2026-01-01T00:00:00", str(ROW)]), datetime),
        (forged(["9999-12-31T23:59:59-12:00", str(ROW)]), datetime),
        (forged([1_800_000_000, str(ROW)]), datetime),
        (forged([float("inf"), str(ROW)]), float),
        (write_cursor("name", ROW), datetime),
        (write_cursor(5, ROW)[:-3], int),
        (base64.urlsafe_b64encode(b"[" * 3000).decode()[:3996], int),
        (base64.urlsafe_b64encode(b"[" + b"9" * 2900 + b"]").decode(), int),
    ],
)
def test_a_cursor_that_we_did_not_give_is_refused_with_advice(cursor: str, kind: type) -> None:
    with pytest.raises(CursorInvalid, match="next_cursor") as caught:
        read_cursor(cursor, kind)
    assert isinstance(caught.value, Invalid)


class Item(BaseModel):
    title: str


def page_of(rows: list[tuple[int, UUID]], limit: int) -> Page[Item]:
    return Page[Item].cut(rows, limit, item=lambda row: Item(title=str(row[0])), key=lambda row: row)


@given(st.lists(st.integers(0, 9), max_size=30), st.integers(1, 7))
def test_walking_the_pages_shows_every_row_once_in_order(values: list[int], limit: int) -> None:
    rows = sorted((value, UUID(int=number)) for number, value in enumerate(values))
    seen: list[str] = []
    after: tuple[int, UUID] | None = None
    while True:
        rest = [row for row in rows if after is None or row > after]
        page = page_of(rest[: limit + 1], limit)
        seen += [item.title for item in page.items]
        assert len(page.items) <= limit
        if page.next_cursor is None:
            break
        after = read_cursor(page.next_cursor, int)
    assert seen == [str(value) for value, _ in rows]


def test_the_last_page_has_no_cursor() -> None:
    assert page_of([], 5).model_dump() == {"items": (), "next_cursor": None}
    assert page_of([(1, ROW)], 1).next_cursor is None
    assert page_of([(1, ROW), (2, ROW)], 1).next_cursor == write_cursor(1, ROW)


def test_a_page_holds_one_to_two_hundred_rows() -> None:
    limit = TypeAdapter(Limit)
    assert [limit.validate_python(value) for value in ("1", 200)] == [1, 200]
    for value in (0, 201, -1, "many", "9" * 5000):
        with pytest.raises(ValidationError):
            limit.validate_python(value)
