"""`dispatch serve`: the API and the webhooks."""

import asyncio
from typing import Annotated

import typer

from dispatch import app as api
from dispatch.commandline.doors import ACTOR, app_database
from dispatch.commandline.output import say
from dispatch.commandline.settings import settings
from dispatch.settings import Settings
from dispatch.tenancy.queries import has_begun

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
    asyncio.run(_look(chosen))
    api.serve(chosen.model_copy(update={"http": chosen.http.model_copy(update=given)}))


async def _look(chosen: Settings) -> None:
    async with app_database(chosen) as database, database.begin(None, ACTOR) as uow:
        if not await has_begun(uow):
            say("Nobody can sign in yet: run `dispatch begin` in another terminal.")
