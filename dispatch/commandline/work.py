"""`dispatch work`: the jobs."""

import asyncio

import typer

from dispatch.commandline.doors import try_door
from dispatch.commandline.settings import settings
from dispatch.worker import run_worker

app = typer.Typer()


@app.command()
def work() -> None:
    """Run the jobs until SIGTERM or Ctrl-C: waves, texts out and in, reminders, receipts.

    Any number of workers may run; each step is done once. Refuses to start without the database; Redis
    may come and go.
    """
    chosen = settings()
    asyncio.run(try_door(chosen, chosen.database.worker))
    run_worker(chosen)
