"""`dispatch work`: the jobs."""

import typer

from dispatch.commandline.settings import settings
from dispatch.worker import run_worker

app = typer.Typer()


@app.command()
def work() -> None:
    """Run the jobs until SIGTERM or Ctrl-C: waves, texts out and in, reminders, receipts.

    Any number of workers may run; each step is done once. Redis may come and go.
    """
    run_worker(settings())
