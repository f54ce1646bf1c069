"""`dispatch chaos`: a broadcast while everything fails, on servers of its own, and the verdict."""

import asyncio
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from dispatch.commandline.output import AsJson, print_json, print_table, say
from dispatch.commandline.root import ExitCode, ValueRefused
from dispatch.faults.hints import lose_redis
from dispatch.faults.lies import BAD_DAY, Lies
from dispatch.faults.nursery import Nursery
from dispatch.faults.run import Ground, Plan, run_chaos
from dispatch.faults.verdict import Verdict
from dispatch.kit.fail_points import FAIL_POINTS
from dispatch.local.migrate import migrate
from dispatch.local.throwaway import TestCluster

app = typer.Typer()

_DATABASE = "chaos"


@app.command()
def chaos(
    *,
    recipients: Annotated[int, typer.Option(min=10, max=100_000, help="How many people are asked, at least.")] = 200,
    kills: Annotated[int, typer.Option(min=0, max=10_000, help="How often workers die, over all fail-points.")] = 20,
    pauses: Annotated[int, typer.Option(min=0, max=1000, help="How often a worker freezes with texts in hand.")] = 2,
    at: Annotated[list[str] | None, typer.Option("--at", help="Die at this fail-point only; may be repeated.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many workers live at a time.")] = 2,
    rate: Annotated[int, typer.Option(min=1, max=10_000, help="Texts a second the gateway takes.")] = 500,
    lease: Annotated[float, typer.Option(min=1, max=60, help="Seconds until a dead worker's work is taken up.")] = 5.0,
    redis_away: Annotated[
        float | None,
        typer.Option("--redis-away", min=0, max=600, help="Empty and restart Redis midway, then stop it so long (s)."),
    ] = None,
    calm: Annotated[bool, typer.Option("--calm", help="A network without faults.")] = False,
    honest: Annotated[bool, typer.Option("--honest", help="A gateway without faults.")] = False,
    seed: Annotated[int, typer.Option(help="Decides what fails and when, as far as processes let it.")] = 1,
    patience: Annotated[int, typer.Option(min=1, max=600, help="Minutes until the run ends in any case.")] = 60,
    list_points: Annotated[bool, typer.Option("--list", help="List the fail-points and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send a broadcast while everything fails, and prove that no text was sent twice and none was lost.

    PostgreSQL, Redis, the API, workers and a gateway are started for this run alone and are gone after it. Orders ask
    people by text and some answer. Meanwhile the gateway lies (500, 429, silence, resets, lost and garbled answers,
    callbacks twice, too early and out of order), the network between fails (latency, resets, half-closed and swallowed
    connections, no bandwidth, refusal), and workers kill themselves at fail-points or freeze there
    until others have taken up what they hold.

    What the gateway took and what was acknowledged to it is logged outside of the product, and compared with its tables
    at the end. Exit code 1 on any breach; the logs are kept then.
    """
    if list_points:
        print_table(("fail-point", "a process dies when"), FAIL_POINTS.items(), empty="")
        return
    unknown = sorted(set(at or ()) - FAIL_POINTS.keys())
    if unknown:
        raise ValueRefused(f"There is no fail-point {', '.join(unknown)}: see `dispatch chaos --list`.")
    plan = Plan(
        recipients=recipients,
        kills=kills,
        pauses=pauses,
        points=tuple(dict.fromkeys(at or FAIL_POINTS)),
        workers=workers,
        seed=seed,
        lease_s=lease,
        rate_per_s=rate,
        lies=Lies() if honest else BAD_DAY.model_copy(update={"seed": seed}),
        stormy=not calm,
        patience_s=patience * 60.0,
    )
    logs = Path(tempfile.mkdtemp(prefix="dispatch-chaos-"))
    try:
        verdict = _run(plan, logs, redis_away)
    except KeyboardInterrupt:
        say(f"Ended early; the logs are in {logs}")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    if as_json:
        print_json(verdict.report())
    else:
        show(verdict)
    if verdict.breaches:
        say(f"The logs are in {logs}")
        raise typer.Exit(ExitCode.FAILED)
    shutil.rmtree(logs)


def _run(plan: Plan, logs: Path, redis_away: float | None) -> Verdict:
    # First of all: what is forked later comes from a process without threads, loops and connections.
    with Nursery.open() as nursery, TestCluster(durable=True) as cluster:
        say("Starting servers of our own, and migrating")
        cluster.create_database(_DATABASE)
        settings = cluster.settings(_DATABASE)
        migrate(settings)
        ground = Ground(nursery, settings, cluster.environment(_DATABASE), logs)
        disturb = None if redis_away is None else partial(lose_redis, cluster, redis_away)
        return asyncio.run(run_chaos(plan, ground, say, disturb))


def show(verdict: Verdict) -> None:
    """Print what happened and what should not have."""
    print_table(("what", "count"), verdict.figures, empty="")
    typer.echo("")
    print_table(("killed at", "times"), sorted(verdict.kills.items()), empty="No worker was killed.")
    typer.echo("")
    print_table(("the gateway lied", "times"), sorted(verdict.lies.items()), empty="The gateway was honest.")
    typer.echo("")
    print_table(("the network", "times"), sorted(verdict.faults.items()), empty="")
    typer.echo("")
    for breach in verdict.breaches:
        typer.echo(f"BREACH  {breach}")
    typer.echo("Not as it must be." if verdict.breaches else "As it must be: nothing twice, nothing lost.")
