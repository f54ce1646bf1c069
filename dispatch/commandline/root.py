"""What all commands share: exit codes, and errors told as one sentence instead of a traceback."""

from enum import IntEnum
from typing import Any, Final

import typer
from typer.core import TyperGroup

from dispatch.kit.errors import DispatchError, Invalid, Unavailable


class ExitCode(IntEnum):
    """How a command ends; part of the contract with scripts."""

    OK = 0
    FAILED = 1
    """The answer is no: a rule forbids it, nothing was found, or an expectation was not met."""
    USAGE = 2
    """The command line itself, or a value on it, makes no sense."""
    UNAVAILABLE = 3
    """A part we need does not answer: database, Redis, a port, a program."""
    INTERRUPTED = 130
    """Ctrl-C."""


EXIT_CODES: Final = "Exit codes: 0 done, 1 refused or not as expected, 2 wrong usage, 3 a needed part is unavailable."


class Root(TyperGroup):
    """The group of all commands; tells a domain error in one sentence on standard error."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the base's type is private to typer
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except DispatchError as error:
            typer.echo(f"dispatch: {error}", err=True)
            raise typer.Exit(code_for(error)) from None


def code_for(error: DispatchError) -> ExitCode:
    """Return how a command ends that met this error."""
    match error:
        case Unavailable():
            return ExitCode.UNAVAILABLE
        case Invalid():
            return ExitCode.USAGE
        case _:
            return ExitCode.FAILED
