"""`dispatch seed`: a made-up network to try the platform on."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from dispatch.commandline.doors import owner_database
from dispatch.commandline.output import AsJson, print_json, print_table, say
from dispatch.commandline.settings import settings
from dispatch.seed.cities import DEFAULT_CITIES
from dispatch.seed.run import CONNECTIONS, MOST_WORKERS, Progress, Seeded, seed_network, silent

app = typer.Typer()


@app.command()
def seed(
    workers: Annotated[int, typer.Option(min=1, max=MOST_WORKERS, help="How many people to make up.")] = 5_000,
    cities: Annotated[
        list[str] | None,
        typer.Option("--city", "--cities", help="City of a franchise; repeat it. By default three.", metavar="CITY"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same number gives the same people.")] = 1,
    *,
    force: Annotated[bool, typer.Option("--force", help="Add to a network that has people already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make up a network: a head office, franchises in real cities, staff, clients, prices, and people near them.

    Texts go to the simulator only. A network that has people already is left as it is, unless --force adds more. The
    passwords of the staff are printed once; `dispatch users reset` sets new ones.
    """
    started = time.monotonic()
    seeded = asyncio.run(_seed(workers, cities or list(DEFAULT_CITIES), seed, quiet=as_json, more=force))
    _show(seeded, time.monotonic() - started, as_json=as_json)


async def _seed(workers: int, cities: list[str], seed: int, *, quiet: bool, more: bool) -> Seeded:
    async with owner_database(settings(), pool=CONNECTIONS) as database:
        with _progress(workers, quiet=quiet) as progress:
            return await seed_network(database, workers=workers, names=cities, seed=seed, more=more, progress=progress)


@contextmanager
def _progress(workers: int, *, quiet: bool) -> Iterator[Progress]:
    """Show how far it is: a bar on a terminal, lines in a pipe, nothing where a machine reads."""
    console = Console(stderr=True)
    if quiet:
        yield silent
    elif not console.is_terminal:
        yield lambda stored, total, what: say(f"{stored} of {total}: {what}")
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=console) as bars:
            task = bars.add_task("Founding", total=workers)
            yield lambda stored, _total, what: bars.update(task, completed=stored, description=what)


def _show(seeded: Seeded, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "done": seeded.done,
                "workers": seeded.workers,
                "added": seeded.franchises,
                "marks": seeded.marks,
                "logins": [
                    {"franchise": a.franchise, "role": a.role, "login": a.login, "password": a.password}
                    for a in seeded.logins
                ],
                "seconds": round(seconds, 1),
            }
        )
        return
    if not seeded.done:
        say(f"The network has {seeded.workers} workers already and was left as it is; --force adds more.")
        return
    added = ", ".join(f"{count} in {slug}" for slug, count in seeded.franchises.items())
    say(f"Made up {added}; {seeded.marks} marks of the past; {seconds:.1f} s.")
    if seeded.logins:
        print_table(
            ("franchise", "role", "login", "password"),
            [(a.franchise, a.role, a.login, a.password) for a in seeded.logins],
            empty="",
        )
        say("Keep the passwords: they are shown this once.")
