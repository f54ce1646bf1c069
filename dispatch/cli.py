"""The command-line root: puts the groups of `dispatch.commandline` together."""

import typer

from dispatch.commandline import processes, stack
from dispatch.commandline.root import EXIT_CODES, Root

main = typer.Typer(
    name="dispatch",
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=f"Dispatch platform for loader and mover agencies.\n\n{EXIT_CODES}",
)
main.add_typer(stack.app, name="stack")
processes.add_to(main)

if __name__ == "__main__":
    main()
