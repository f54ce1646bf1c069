"""`dispatch demo`: the whole job, shown and checked on this machine."""

import asyncio
from typing import Annotated

import typer

from dispatch.commandline.output import print_json
from dispatch.commandline.root import ExitCode, code_for
from dispatch.demo.checks import missed
from dispatch.demo.run import Plan, demonstrate, demonstrate_once
from dispatch.demo.screen import Screen
from dispatch.kit.errors import DispatchError

app = typer.Typer()


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Run the job, print one JSON line last, and end.")] = False,
    headcount: Annotated[int, typer.Option(min=1, max=100, help="How many loaders to order.")] = 10,
    workers: Annotated[int, typer.Option(min=500, max=1_000_000, help="How many people to make up.")] = 5_000,
    seed: Annotated[int, typer.Option(help="Decides who the people are and what they do.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="With --once: leave its database behind.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Lines only, also on a terminal.")] = False,
) -> None:
    """Run the main job on this machine, with real servers and simulated people, and show it.

    An order for a shift in about a minute near Sennaya square: people are asked by text, answer, take seats, come or
    do not come; who does not, loses rating and is proposed a fine; the shift is closed, billed and paid. Nothing under
    test is replaced; only the pace is another.

    Without --once it uses the database of this checkout and keeps serving until Ctrl-C. With --once it uses a database
    of its own, leaves everything as it was, and ends with 0 when all is as it should be, with 1 when an expectation
    is missed; `failed` in the JSON says which.
    """
    plan = Plan(headcount=headcount, workers=workers, seed=seed, keep=keep)
    screen = Screen(plain=plain)
    if not once:
        demonstrate(plan, screen)
        return
    try:
        outcome = demonstrate_once(plan, screen)
    except DispatchError as error:
        print_json({"headcount": headcount, "seed": seed, "failed": [str(error)]})
        raise typer.Exit(code_for(error)) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    failed = missed(outcome)
    print_json(outcome.report() | ({"failed": failed} if failed else {}))
    if failed:
        raise typer.Exit(ExitCode.FAILED)
