"""`dispatch doctor`: what is wrong with this installation, and what to do about it."""

import asyncio
from dataclasses import asdict
from typing import Final

import typer

from dispatch.commandline.diagnosis import (
    Finding,
    State,
    look_at_address,
    look_at_database,
    look_at_python,
    look_at_redis,
    look_at_settings,
    worst,
)
from dispatch.commandline.output import AsJson, plain, print_json
from dispatch.commandline.root import ExitCode
from dispatch.commandline.settings import settings
from dispatch.settings import Settings

app = typer.Typer()

_SIGNS: Final = {State.OK: ("ok", "green"), State.WARNING: ("!!", "yellow"), State.WRONG: ("NO", "red")}


@app.command()
def doctor(*, as_json: AsJson = False) -> None:
    """Look at everything the platform needs, change nothing, and say what to do about what is not well.

    Python and its packages, settings, Redis, the public address, both logins of the database, its revision and clock,
    gateways, the worker's beat, steps given up, and queues that are stuck. Exit code 1 when something is wrong;
    warnings alone leave it 0.
    """
    findings = asyncio.run(_look(settings()))
    state = worst(findings)
    if as_json:
        print_json({"state": state, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _show(finding)
    if state is State.WRONG:
        raise typer.Exit(ExitCode.FAILED)


async def _look(chosen: Settings) -> list[Finding]:
    findings = look_at_python() + look_at_settings(chosen)
    for look in (look_at_redis, look_at_database, look_at_address):
        findings += await look(chosen)
    return findings


def _show(finding: Finding) -> None:
    sign, colour = _SIGNS[finding.state]
    typer.echo(f"{typer.style(sign, fg=colour)}  {finding.what}: {plain(finding.found)}")
    if finding.do:
        typer.echo(f"      {plain(finding.do)}")
