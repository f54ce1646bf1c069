"""Lists: what an address asks for, the links that lead on, and files that no spreadsheet can be tricked by."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from starlette.requests import Request

from dispatch.kit.exports import SheetForm, write_file
from dispatch.web.tables import Listing, listing

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
DANGEROUS = ["=1+1", "+7 921", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"]


def request(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": []})


def cells_of(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";"))


async def read(query: str) -> Listing:
    dependency = listing("/things", ["name", "size"], "name", filters=("status",)).dependency
    assert isinstance(dependency, Callable)
    found: Listing = await dependency(request(query))
    return found


async def test_an_address_is_read() -> None:
    looked = await read("q=%20big%20%20box%20&sort=size&dir=desc&page=3&status=open&other=1")
    assert (looked.q, looked.sort, looked.descending, looked.page) == ("big box", "size", True, 3)
    assert looked.filters == {"status": "open"}
    assert looked.offset == 100


@pytest.mark.parametrize(
    "query", ["", "sort=password", "sort=&dir=up", "page=0", "page=-1", "page=x", "page=%D9%A1", "page=" + "9" * 40]
)
async def test_what_does_not_exist_is_the_list_as_it_is_by_default(query: str) -> None:
    looked = await read(query)
    assert (looked.sort, looked.descending, looked.page) == ("name", False, 1)


async def test_nothing_that_a_database_refuses_gets_through() -> None:
    assert "\x00" not in (await read("q=a%00b")).q
    assert len((await read("q=" + "x" * 5000)).q) == 100


async def test_links_keep_what_is_looked_for() -> None:
    looked = await read("q=a%26b%3D%22&sort=size&dir=asc&page=2&status=open")
    for link in (looked.sort_link("name"), looked.page_link(3), looked.export_address):
        assert parse_qs(urlsplit(link).query)["q"] == ['a&b="']
        assert parse_qs(urlsplit(link).query)["status"] == ["open"]
    assert parse_qs(urlsplit(looked.sort_link("size")).query)["dir"] == ["desc"]
    assert parse_qs(urlsplit(looked.sort_link("name")).query)["dir"] == ["asc"]
    assert "page" not in parse_qs(urlsplit(looked.sort_link("name")).query)
    assert parse_qs(urlsplit(looked.page_link(3)).query)["page"] == ["3"]
    assert urlsplit(looked.export_address).path == "/things/export"
    assert (looked.aria_sort("size"), looked.aria_sort("name")) == ("ascending", None)


@given(st.integers(1, 10**6), st.integers(0, 10**5))
def test_a_page_always_exists(page: int, found: int) -> None:
    looked = Listing("/things", "", "name", descending=False, page=page).within(found)
    assert 1 <= looked.page <= looked.pages(found)
    assert looked.offset < max(found, 1)


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_text_comes_out_of_a_file_as_it_went_in_or_harmless(cells: list[str]) -> None:
    head, row = cells_of(write_file(SheetForm.CSV, cells, [cells]))
    for cell, written, above in zip(cells, row, head, strict=True):
        assert written in (cell, f"'{cell}")
        assert above == written
        assert not written.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("cell", DANGEROUS)
def test_no_cell_of_text_is_a_formula(cell: str) -> None:
    assert cells_of(write_file(SheetForm.CSV, ["a"], [[cell]]))[1][0] == f"'{cell}"
    sheet = load_workbook(io.BytesIO(write_file(SheetForm.XLSX, [cell], [[cell]]))).active
    assert [found.data_type for row in sheet.iter_rows() for found in row] == ["s", "s"]


def test_figures_and_days_stay_what_they_are() -> None:
    row = [-5, 2.5, Decimal("-0.10"), date(2026, 3, 1), datetime(2026, 3, 1, 9, 30), None, "ё"]  # noqa: DTZ001 - wall
    columns = list("abcdefg")
    written = cells_of(write_file(SheetForm.CSV, columns, [row]))[1]
    assert written == ["-5", "2.5", "-0.10", "2026-03-01", "2026-03-01 09:30", "", "ё"]
    sheet = load_workbook(io.BytesIO(write_file(SheetForm.XLSX, columns, [row]))).active
    cells = [cell.value for cell in sheet[2]]
    assert cells == [-5, 2.5, -0.1, datetime(2026, 3, 1), datetime(2026, 3, 1, 9, 30), None, "ё"]  # noqa: DTZ001
