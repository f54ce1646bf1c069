"""`dispatch serve`: the API and the webhooks."""

import asyncio
from typing import Annotated

import typer

from dispatch import app as api
from dispatch.commandline.doors import try_door
from dispatch.commandline.settings import settings

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of DISPATCH_HTTP__HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port, instead of DISPATCH_HTTP__PORT.")] = None,
) -> None:
    """Serve the API and the webhooks until SIGTERM or Ctrl-C.

    Refuses to start without the database, or with a login that sees through row security. The public address, which
    gateways sign, is DISPATCH_HTTP__PUBLIC_URL.
    """
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    chosen = settings()
    asyncio.run(try_door(chosen, chosen.database.app))
    api.serve(chosen.model_copy(update={"http": chosen.http.model_copy(update=given)}))
