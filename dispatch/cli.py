"""The command-line root; each command is a module of `dispatch.commandline`."""

import typer

from dispatch.commandline.parent import end_with_parent
from dispatch.commandline.root import EXIT_CODES, Root

main = typer.Typer(
    name="dispatch",
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@main.callback(help=f"Dispatch platform for loader and mover agencies.\n\n{EXIT_CODES}")
def dispatch() -> None:
    """Prepare what all commands share; what it says is in the decorator, as a docstring cannot hold a constant."""
    end_with_parent()


if __name__ == "__main__":
    main()
