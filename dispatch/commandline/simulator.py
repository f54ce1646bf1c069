"""`dispatch simulator`: a carrier and the people behind its phones."""

import asyncio
import logging
import sys

import typer

from dispatch.commandline.root import ExitCode
from dispatch.simulator import __main__ as options
from dispatch.simulator.app import serve

app = typer.Typer()


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
def simulator(ctx: typer.Context) -> None:
    """Run a carrier with Twilio's API and simulated people behind the phones; it has its own --help."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    config = options.read_config(ctx.args)
    try:
        asyncio.run(serve(config))
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
