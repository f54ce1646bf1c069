"""What all commands share: how a command is found, exit codes, and errors told in one sentence."""

import gc
from enum import IntEnum
from importlib import import_module
from typing import Any, Final, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from typer.core import TyperGroup
from typer.main import get_command

from dispatch.kit.errors import DispatchError, Invalid, Unavailable

CommandT = TypeVar("CommandT", bound=BaseModel)


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

COMMANDS: Final = (
    "stack",
    "migrate",
    "begin",
    "serve",
    "work",
    "simulator",
    "demo",
    "chaos",
    "seed",
    "import-workers",
    "franchises",
    "users",
    "tokens",
    "accounts",
    "lines",
    "sending",
    "shift",
    "sms",
    "doctor",
)
"""In the order in which the help lists them. Each is the `app` of the module of its name."""


class Root(TyperGroup):
    """The group of all commands.

    A command's module is imported when the command is asked for: the API and its libraries take a second to import,
    which `dispatch stack status` need not wait for.
    """

    def list_commands(self, _ctx: Any) -> list[str]:  # noqa: ANN401 - the base's type is private to typer
        """Name the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - as above
        """Return a command by its name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        # Nothing that imports make is ever garbage: looking through it over and over would take a fifth of the start.
        gc.disable()
        module = import_module(f"dispatch.commandline.{cmd_name.replace('-', '_')}")
        gc.freeze()
        gc.enable()
        command = get_command(module.app)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except DispatchError as error:
            typer.echo(f"dispatch: {error}", err=True)
            raise typer.Exit(code_for(error)) from None


class ValueRefused(Invalid):
    """A value on the command line breaks a rule of the thing it is for."""


def command_of(model: type[CommandT], **values: object) -> CommandT:
    """Return a command made of values from the command line.

    Raises:
        ValueRefused: a value breaks a rule; the sentence names it and never shows a secret.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(step) for step in problem['loc']) or 'values'}: {problem['msg'].rstrip('.')}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        raise ValueRefused(f"Correct the command: {wrong}.") from None


def code_for(error: DispatchError) -> ExitCode:
    """Return how a command ends that met this error."""
    match error:
        case Unavailable():
            return ExitCode.UNAVAILABLE
        case Invalid():
            return ExitCode.USAGE
        case _:
            return ExitCode.FAILED
