import unicodedata
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from dispatch.kit.text import (
    Clean,
    CleanStr,
    ExternalId,
    JsonInt4,
    JsonInt8,
    LongText,
    ShortText,
    storable,
)

anything = st.text(st.characters(), max_size=60) | st.text(
    st.characters(categories=["Cs", "Cc", "Cf", "Zs", "Mn", "Lu"])
)
lines = TypeAdapter(LongText)
line = TypeAdapter(CleanStr)


def is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


@given(anything, st.sampled_from([line, lines]))
def test_what_is_accepted_is_clean_and_stays_so(raw: str, field: TypeAdapter[str]) -> None:
    try:
        text = field.validate_python(raw)
    except ValidationError:
        return
    assert is_storable(text)
    assert text == text.strip()
    assert unicodedata.is_normalized("NFC", text)
    assert all(character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"} for character in text)
    assert field is lines or not {"\n", "\t", "\r"} & set(text)
    assert field.validate_python(text) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Сенная площадь, 2 ", "Сенная площадь, 2"),
        ("И\u0306ошкар", "Йошкар"),
        ("\ufeffname", "name"),
        ("\u200b \u200bname\u00a0", "name"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("№ 1С-00012/2025\n", "№ 1С-00012/2025"),
    ],
)
def test_text_is_trimmed_and_composed(raw: str, text: str) -> None:
    assert line.validate_python(raw) == text


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  ",
        "\u200b\u2060",
        "a\x00b",
        "a\ud800",
        "a\x1bb",
        "a\x85b",
        "a\nb",
        "a\tb",
        "a\u2028b",
        "a\u202eb",
        5,
        None,
        b"a",
    ],
)
def test_text_that_cannot_be_kept_or_read_is_refused(raw: object) -> None:
    with pytest.raises(ValidationError):
        line.validate_python(raw)


def test_a_note_keeps_its_lines() -> None:
    assert lines.validate_python(" one\r\n\ttwo\rthree\n\n") == "one\n\ttwo\nthree"


def test_lengths_count_what_is_left() -> None:
    three = TypeAdapter(Annotated[str, Clean(max_length=3)])
    assert three.validate_python(" abc ") == "abc"
    assert three.validate_python("й" * 3) == "ййй"
    assert three.validate_python("и\u0306" * 3) == "ййй"
    for raw in ("abcd", "a" * 10_000):
        with pytest.raises(ValidationError, match="at most 3"):
            three.validate_python(raw)
    with pytest.raises(ValidationError, match="at least 1"):
        three.validate_python(" ")
    assert TypeAdapter(Annotated[str, Clean(max_length=3, min_length=0)]).validate_python(" ") == ""


def test_the_refusal_does_not_repeat_the_text() -> None:
    with pytest.raises(ValidationError) as caught:
        line.validate_python("Иван\x00")
    (error,) = caught.value.errors(include_input=False)
    assert "Иван" not in str(error)
    assert error["type"] == "text_characters"


class Command(BaseModel):
    title: ShortText
    note: LongText | None = None
    external_id: ExternalId
    headcount: Annotated[JsonInt4, Field(ge=1)]
    total_minor: JsonInt8 = 0


def test_the_schema_tells_the_limits() -> None:
    schema = Command.model_json_schema()["properties"]
    assert schema["title"] | {"title": ""} == {"type": "string", "minLength": 1, "maxLength": 200, "title": ""}
    assert schema["external_id"]["maxLength"] == 100
    assert schema["headcount"]["minimum"] == 1
    assert schema["total_minor"]["maximum"] == 2**63 - 1


@pytest.mark.parametrize(("field", "bits"), [(JsonInt4, 32), (JsonInt8, 64)])
def test_whole_numbers_fit_their_column(field: Any, bits: int) -> None:  # noqa: ANN401 - an annotated type is no class
    adapter = TypeAdapter[int](field)
    edge = 2 ** (bits - 1)
    assert [adapter.validate_python(value) for value in (-edge, 0, edge - 1)] == [-edge, 0, edge - 1]
    for refused in (edge, -edge - 1, 10**30, "5", 5.0, 5.5, True, None):
        with pytest.raises(ValidationError):
            adapter.validate_python(refused)


@given(anything)
def test_storable_never_refuses_and_changes_only_what_must_change(raw: str) -> None:
    text = storable(raw)
    assert is_storable(text)
    assert len(text) == len(raw)
    assert all(after in {before, "\ufffd"} for before, after in zip(raw, text, strict=True))
    assert text == raw or not is_storable(raw)
