"""`dispatch lines`: telephone lines of a franchise, whose provider tells who is calling."""

import asyncio
from typing import Annotated

import typer

from dispatch.commandline.doors import FranchiseSlug, in_franchise
from dispatch.commandline.output import AsJson, print_facts, print_json, say
from dispatch.commandline.root import command_of
from dispatch.commandline.settings import settings
from dispatch.staffing.telephony import AddLine, Line, add_line

app = typer.Typer(no_args_is_help=True, help="Telephone lines of a franchise, whose provider tells who is calling.")


@app.callback()
def lines() -> None:
    """Keep `add` a command of its own although it is the only one."""


@app.command()
def add(
    franchise: FranchiseSlug,
    provider: Annotated[str, typer.Option(help="A short name of ours for it: a-z, 0-9, -.", show_default=False)],
    number: Annotated[str, typer.Option(help="What people ring, with +.", metavar="NUMBER", show_default=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Add a line, and print the secret its provider signs with, and where it posts to."""
    command = command_of(AddLine, provider=provider, number=number)

    async def work() -> Line:
        async with in_franchise(settings(), franchise) as uow:
            return await add_line(uow, command)

    line = asyncio.run(work())
    webhook = f"{settings().http.public_url.rstrip('/')}/hooks/telephony/{provider}"
    facts = {"id": line.line_id, "number": number, "secret": line.secret, "webhook": webhook}
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)
        say("The secret is shown this once; give it to the provider.")
