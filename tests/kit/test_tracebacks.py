import asyncpg
import pytest
from fastapi.exceptions import ResponseValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from dispatch.kit.errors import Conflict
from dispatch.kit.tracebacks import describe, render


class ShiftClosed(Conflict):
    """For these tests."""


class Card(BaseModel):
    rating: int


def unique_violation() -> asyncpg.PostgresError:
    return asyncpg.PostgresError.new(
        {
            "C": "23505",
            "M": 'duplicate key value violates unique constraint "uq_phones_e164"',
            "D": "Key (e164, owner)=(+79211234567, Иван Петров) already exists.",
            "t": "phones",
            "n": "uq_phones_e164",
        }
    )


def caught(exc: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise exc from cause  # noqa: TRY301 - raised only to gather frames
    except BaseException as raised:  # noqa: BLE001 - the test needs whatever was raised, with its frames
        return raised


def test_our_own_errors_are_repeated_whole() -> None:
    assert describe(ShiftClosed("The shift is closed; open another.")) == "The shift is closed; open another."


def test_a_postgres_error_says_the_rule_and_not_the_row() -> None:
    said = describe(unique_violation())
    assert said == (
        '23505: duplicate key value violates unique constraint "uq_phones_e164" '
        "table_name=phones constraint_name=uq_phones_e164"
    )


def test_a_statement_error_says_the_statement_and_not_its_parameters() -> None:
    driver = caught(Exception("<class 'X'>: duplicate\nDETAIL:  Key (name)=(Иван)"), unique_violation())
    error = DBAPIError("INSERT INTO  phones\n VALUES ($1, $2)", ("+79211234567", "Иван"), driver)
    said = describe(error)
    assert "uq_phones_e164" in said
    assert said.endswith("[SQL: INSERT INTO phones VALUES ($1, $2)]")
    assert "Иван" not in said
    assert "79211234567" not in said


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "invalid input for query argument $2: 'Иван (у)' (expected int)",
            "query argument $2: ... (у)' (expected int)",
        ),
        ("invalid input for query argument $1: Decimal('7') (x)", "query argument $1: ... (x)"),
    ],
)
def test_a_driver_error_withholds_the_argument(message: str, said: str) -> None:
    assert "Иван" not in describe(asyncpg.InterfaceError(message))
    assert "$" in said


def test_a_quoted_value_is_withheld_and_a_quoted_identifier_stays() -> None:
    bad_uuid = asyncpg.PostgresError.new({"C": "22P02", "M": 'invalid input syntax for type uuid: "Иван П."'})
    assert describe(bad_uuid) == '22P02: invalid input syntax for type uuid: "..."'


def test_validators_say_where_and_which_rule_but_not_the_input() -> None:
    with pytest.raises(ValueError, match="rating") as pydantic_error:
        Card.model_validate({"rating": "Иван"})
    assert describe(pydantic_error.value) == "rating: int_parsing"
    framework = ResponseValidationError([{"loc": ("response", "name"), "type": "missing", "input": "Иван"}])
    assert describe(framework) == "response.name: missing"


def test_a_chain_is_rendered_with_frames_and_without_values() -> None:
    text = render(caught(ShiftClosed("The shift is closed."), caught(unique_violation())))
    assert text.index("23505") < text.index("direct cause") < text.index("ShiftClosed: The shift is closed.")
    assert "raise exc from cause" in text
    assert "Иван" not in text
    assert "DETAIL" not in text


@pytest.mark.parametrize(("suppressed", "shown"), [(False, True), (True, False)])
def test_a_context_is_rendered_unless_suppressed(*, suppressed: bool, shown: bool) -> None:
    second = ValueError("second")
    second.__context__ = KeyError("first")
    second.__suppress_context__ = suppressed
    assert ("first" in render(second)) is shown


def test_every_member_of_a_group_is_rendered() -> None:
    text = render(caught(ExceptionGroup("two", [ValueError("one thing"), unique_violation()])))
    assert "1 of 2" in text
    assert "one thing" in text
    assert "23505" in text


def test_an_endless_chain_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert render(first).count("first") < 10
