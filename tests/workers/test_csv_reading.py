import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.tenancy.policy import Engagement
from dispatch.workers.csv_columns import (
    Column,
    column_named,
    read_date,
    read_degrees,
    read_engagement,
    read_header,
    read_skills,
    read_yes,
    split_name,
)
from dispatch.workers.csv_import import read_list
from dispatch.workers.csv_reading import (
    DELIMITERS,
    LONGEST_RECORD,
    Record,
    clean_cell,
    decode_list,
    records,
    split_lines,
)
from dispatch.workers.errors import ListColumnTwice, ListUnreadable, ListWithoutPhones
from dispatch.workers.skills import Service

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1251")
# Whatever people type, in letters that every one of the encodings knows.
_CELLS = st.text(
    st.sampled_from("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАЯЁ xyzXYZ 0123456789 ;,\t\"'\n\r+-=()№«»…@"), max_size=25
)


def is_short(row: list[str]) -> bool:
    """No real record spans as many lines as an unclosed quote would make it."""
    return sum(cell.count("\n") + cell.count("\r") for cell in row) < LONGEST_RECORD - 1


_TABLES = st.integers(2, 6).flatmap(
    lambda width: st.lists(st.lists(_CELLS, min_size=width, max_size=width).filter(is_short), min_size=1, max_size=8)
)


def written(table: list[list[str]], delimiter: str, line_end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows(table)
    return out.getvalue()


@given(_TABLES, st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n", "\r"]))
def test_whatever_a_spreadsheet_writes_is_read_back(table: list[list[str]], delimiter: str, line_end: str) -> None:
    lines = split_lines(written(table, delimiter, line_end))
    found = [record.cells for record in records(lines, delimiter, len(table[0]))]
    cleaned = [tuple(map(clean_cell, row)) for row in table]
    assert found == [row for row in cleaned if any(row)]


@given(_TABLES, st.sampled_from(DELIMITERS))
def test_lines_are_counted_as_an_editor_counts_them(table: list[list[str]], delimiter: str) -> None:
    unix = [[cell.replace("\r", "") for cell in row] for row in table]
    expected, line = [], 1
    for row in unix:
        if any(map(clean_cell, row)):
            expected.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    found = records(split_lines(written(unix, delimiter, "\n")), delimiter, len(table[0]))
    assert [record.line for record in found] == expected


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    """Anything is a list, or a file refused as a whole; never another error, never a control character in a cell."""
    try:
        given_list = read_list(b"phone;name\n" + content)
    except (ListUnreadable, ListWithoutPhones, ListColumnTwice):
        return
    for record in given_list.rows:
        for cell in record.cells or ():
            assert "\0" not in cell
            assert cell == clean_cell(cell)


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_cell(clean_cell(text)) == clean_cell(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings_are_found(encoding: str) -> None:
    text = "Телефон;Имя\n8 921;Пётр №1 «А»\n"
    assert decode_list(text.encode(encoding)) == (text, encoding)


def test_an_unclosed_quote_costs_its_own_line() -> None:
    text = '1;"2\n3;4\n5;6\n' + "".join(f"{n};{n}\n" for n in range(LONGEST_RECORD))
    found = list(records(split_lines(text), ";", 2))
    assert found[:3] == [Record(1, None), Record(2, ("3", "4")), Record(3, ("5", "6"))]
    assert len(found) == 3 + LONGEST_RECORD
    assert list(records(split_lines('1;2\n3;"4'), ";", 2)) == [Record(1, ("1", "2")), Record(2, None)]
    swallowed = '1;"2\n3;4\n5;6"\n7;8\n9;"x";y\n'
    assert [record.line for record in records(split_lines(swallowed), ";", 2)] == [1, 4, 5]


def test_a_quoted_cell_may_hold_lines_and_separators() -> None:
    assert list(records(split_lines('a;"b;\nc ""d"""\r\n\r\n;\r\ne;f'), ";", 2)) == [
        Record(1, ("a", 'b; c "d"')),
        Record(5, ("e", "f")),
    ]


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("Телефон", Column.PHONE),
        (" тел. ", Column.PHONE),
        ("PHONE", Column.PHONE),
        ("Ф.И.О.", Column.FULL_NAME),
        ("Имя", Column.NAME),
        ("Город (проживания)", Column.CITY),
        ("Населённый пункт", Column.CITY),
        ("external_id", Column.EXTERNAL_ID),
        ("Таб. номер", Column.EXTERNAL_ID),
        ("Медкнижка до", Column.MEDICAL_BOOK_UNTIL),
        ("№ п/п", None),
        ("Дата рождения", None),
        ("", None),
    ],
)
def test_titles_are_known_in_both_languages(title: str, column: Column | None) -> None:
    assert column_named(title) is column


def test_the_separator_is_the_one_that_makes_sense_of_most_titles() -> None:
    tricky = 'Телефон;"Имя, отчество";Город\n8 921;Иван;СПб\n'.encode()
    assert read_list(tricky).header.delimiter == ";"
    assert read_list(b"phone\n+7 921\n").header.at == {Column.PHONE: 0}
    with pytest.raises(ListColumnTwice):
        read_header(1, ["phone", "тел", "имя"], ";")


@pytest.mark.parametrize(
    ("cell", "skills"),
    [
        ("грузчик", {Service.LOADING}),
        ("Погрузка, переезды", {Service.LOADING, Service.MOVING}),
        ("уборка снега", {Service.SNOW_REMOVAL}),
        ("уборка и кассир", {Service.CLEANING, Service.CASHIER}),
        ("кровельщик / высотник", {Service.ROOF_WORK}),
        ("Loading; moving", {Service.LOADING, Service.MOVING}),
        ("такелаж", {Service.LOADING, Service.MOVING}),
        ("разнорабочий", {Service.LOADING}),
        ("", set()),
        ("грузчик, поэт", None),
    ],
)
def test_skills_are_read_in_both_languages(cell: str, skills: set[Service] | None) -> None:
    assert read_skills(cell) == skills


@pytest.mark.parametrize(
    ("cell", "family_first", "name"),
    [
        ("Иванов Пётр Сергеевич", True, ("Пётр", "Иванов")),
        ("Иванов Пётр Сергеевич", False, ("Пётр", "Иванов")),
        ("Пётр Сергеевич Иванов", True, ("Пётр", "Иванов")),
        ("Пётр Сергеевич", False, ("Пётр", "")),
        ("Абрамович Роман", True, ("Роман", "Абрамович")),
        ("Иванов Пётр", True, ("Пётр", "Иванов")),
        ("Peter Smith", False, ("Peter", "Smith")),
        ("Jan van der Berg", False, ("Jan", "van der Berg")),
        ("Алиев Али Вели оглы", True, ("Али", "Алиев Вели")),
        ("Пётр", True, ("Пётр", "")),
    ],
)
def test_names_are_taken_apart(cell: str, family_first: bool, name: tuple[str, str]) -> None:  # noqa: FBT001
    assert split_name(cell, family_first=family_first) == name


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31.12.2026", date(2026, 12, 31)),
        ("1/2/26", date(2026, 2, 1)),
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-12-31 00:00:00", date(2026, 12, 31)),
        ("2026-12-31T00:00:00", date(2026, 12, 31)),
        ("31.12.2026 г.", date(2026, 12, 31)),
        ("31.02.2026", None),
        ("завтра", None),
    ],
)
def test_dates_are_read_day_first(cell: str, day: date | None) -> None:
    assert read_date(cell) == day


def test_small_words() -> None:
    assert [read_yes(cell) for cell in ("Да", "+", "", "нет", "наверное")] == [True, True, False, False, None]
    assert read_engagement("") is Engagement.CIVIL_LAW
    assert read_engagement("Самозанятый (НПД)") is Engagement.SELF_EMPLOYED
    assert read_engagement("договор ГПХ") is Engagement.CIVIL_LAW
    assert read_engagement("ТК РФ") is Engagement.EMPLOYMENT
    assert read_engagement("по-соседски") is None
    assert read_degrees("59,93") == 59.93
    assert read_degrees("север") is None


RUSSIAN = "ФИО;Телефон;Город\nИванова Ольга;8 921 100-00-01;Санкт-Петербург\nЩЕРБАКОВ ЁЖИК;8 921 100-00-02;Ржев\n"


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8_r"])
def test_a_list_of_an_old_program_is_read_in_its_code_page(encoding: str) -> None:
    assert decode_list(RUSSIAN.encode(encoding)) == (RUSSIAN, encoding)


@pytest.mark.parametrize("encoding", ["cp1251", "cp866"])
def test_lines_of_two_encodings_in_one_file_are_each_read_in_their_own(encoding: str) -> None:
    glued = RUSSIAN.encode(encoding) + "Ёлкин Пётр;8 921 100-00-03;Псков\n".encode() + "Жук;1;Уфа".encode(encoding)
    assert decode_list(glued) == (RUSSIAN + "Ёлкин Пётр;8 921 100-00-03;Псков\nЖук;1;Уфа", f"utf-8 + {encoding}")
