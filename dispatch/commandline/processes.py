"""`dispatch migrate`, and the processes: `serve`, `work`, `simulator`."""

import asyncio
from typing import Annotated

import typer

from dispatch import app as api
from dispatch.commandline.doors import settings
from dispatch.commandline.output import AsJson, print_json, say
from dispatch.commandline.root import ExitCode
from dispatch.local.migrate import migrate as run_migrations
from dispatch.simulator import __main__ as simulator_options
from dispatch.simulator.app import serve as serve_simulator
from dispatch.worker import run_worker

RAW_ARGUMENTS = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""For a command that reads its own options."""


def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to the newest revision, as its owner. Repeat it at will; two at once take turns."""
    revision = run_migrations(settings(), say)
    if as_json:
        print_json({"revision": revision})
    else:
        typer.echo(f"The database is at revision {revision}.")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of DISPATCH_HTTP__HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port, instead of DISPATCH_HTTP__PORT.")] = None,
) -> None:
    """Serve the API and the webhooks until SIGTERM or Ctrl-C.

    Refuses to start with a login that sees through row security. The public address, which gateways sign, is
    DISPATCH_HTTP__PUBLIC_URL.
    """
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    chosen = settings()
    api.serve(chosen.model_copy(update={"http": chosen.http.model_copy(update=given)}))


def work() -> None:
    """Run the jobs until SIGTERM or Ctrl-C: waves, texts out and in, reminders, receipts.

    Any number of workers may run; each step is done once. Redis may come and go.
    """
    run_worker(settings())


def simulator(ctx: typer.Context) -> None:
    """Run a carrier with Twilio's API and simulated people behind the phones; see `dispatch simulator --help`."""
    config = simulator_options.read_config(ctx.args)
    try:
        asyncio.run(serve_simulator(config))
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def add_to(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.command()(migrate)
    main.command()(serve)
    main.command()(work)
    main.command(context_settings=RAW_ARGUMENTS, add_help_option=False)(simulator)
