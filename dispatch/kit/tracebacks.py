"""Exceptions as text that may be logged: where it happened and which rule broke, never the values that broke it.

Drivers and validators repeat their input in messages (bound parameters, `Key (e164)=(...)`, `input_value=...`); their
exceptions are therefore described by what they carry about the rule, and all others by their own message.
"""

import re
import traceback
from collections.abc import Iterable, Mapping

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from dispatch.kit.errors import DispatchError

_CHAIN = 8
_STATEMENT = 300
_CAUSED = "\nThe above exception was the direct cause of the following exception:\n\n"
_DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"

_ARGUMENT = re.compile(r"(query argument \$\d+): .*?(?= \(|$)", re.DOTALL)
_LITERAL = re.compile(r"'[^']*'")
_QUOTED = re.compile(r'"(?![a-z_][a-z0-9_.]*")[^"]*"')


def describe(exc: BaseException) -> str:
    """Return one line about an exception: its message, or for drivers and validators the rule that broke.

    The house's own errors carry no personal data and are repeated whole.
    """
    match exc:
        case DispatchError():
            said = str(exc)
        case DBAPIError():
            said = _describe_statement(exc)
        case asyncpg.PostgresError():
            said = _describe_postgres(exc)
        case asyncpg.InterfaceError():
            said = _without_values(str(exc))
        case ValidationError():
            said = _describe_fields(exc.errors(include_url=False, include_context=False, include_input=False))
        case _ if type(exc).__name__.endswith("ValidationError") and callable(errors := getattr(exc, "errors", None)):
            said = _describe_fields(errors())  # the web framework's own, of the same shape
        case _:
            said = " ".join(str(exc).split())
    return said


def _describe_statement(exc: DBAPIError) -> str:
    driver = exc.orig.__cause__ if exc.orig is not None and exc.orig.__cause__ is not None else exc.orig
    said = describe(driver) if isinstance(driver, asyncpg.PostgresError) else _without_values(str(driver))
    statement = " ".join((exc.statement or "").split())
    return f"{said} [SQL: {statement[:_STATEMENT]}]" if statement else said


def _describe_postgres(exc: asyncpg.PostgresError) -> str:
    facts = [
        f"{word}={value}"
        for word in ("schema_name", "table_name", "column_name", "constraint_name")
        if (value := getattr(exc, word, None))
    ]
    return " ".join([f"{exc.sqlstate}:", _without_values(str(exc)), *facts])


def _without_values(message: str) -> str:
    first, *_ = message.splitlines() or [""]  # the lines after it are DETAIL and HINT, which repeat the row
    return _QUOTED.sub('"..."', _LITERAL.sub("'...'", _ARGUMENT.sub(r"\1: ...", first)))


def _describe_fields(errors: Iterable[Mapping[str, object]]) -> str:
    facts = []
    for error in errors:
        loc = error.get("loc")
        where = ".".join(str(part) for part in loc) if isinstance(loc, tuple | list) else ""
        facts.append(f"{where}: {error.get('type')}")
    return "; ".join(facts)


def render(exc: BaseException) -> str:
    """Return the traceback with source lines, causes and groups, each exception through `describe()`.

    Local variables are never included. At most eight links of a chain are followed.
    """
    return _render(exc, _CHAIN).rstrip("\n")


def _render(exc: BaseException, links: int) -> str:
    text = ""
    if links and exc.__cause__ is not None:
        text = _render(exc.__cause__, links - 1) + _CAUSED
    elif links and exc.__context__ is not None and not exc.__suppress_context__:
        text = _render(exc.__context__, links - 1) + _DURING
    if exc.__traceback__ is not None:
        frames = traceback.StackSummary.extract(traceback.walk_tb(exc.__traceback__))
        text += "Traceback (most recent call last):\n" + "".join(frames.format())
    kind = type(exc)
    text += f"{kind.__module__}.{kind.__qualname__}: {describe(exc)}\n"
    if links and isinstance(exc, BaseExceptionGroup):
        for number, member in enumerate(exc.exceptions, start=1):
            inner = _render(member, links - 1).rstrip("\n").replace("\n", "\n  ")
            text += f"  {number} of {len(exc.exceptions)}:\n  {inner}\n"
    return text
