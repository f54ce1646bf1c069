"""`dispatch stack`: the private PostgreSQL and Redis of this checkout."""

from pathlib import Path
from typing import Annotated

import typer

from dispatch.commandline.output import AsJson, print_facts, print_json, say
from dispatch.commandline.root import ExitCode
from dispatch.local.stack import Part, StackInfo, stack_down, stack_status, stack_up

app = typer.Typer(
    no_args_is_help=True,
    help="Start, stop and look at the private PostgreSQL and Redis of this checkout. Data survives `down`.",
)

StateDir = Annotated[
    Path | None,
    typer.Option("--state-dir", help="Where the stack keeps its files; `.local` of the checkout by default."),
]


@app.command()
def up(state_dir: StateDir = None, *, as_json: AsJson = False) -> None:
    """Start what is not running, make what does not exist, and say where everything is. Repeat it at will."""
    _show(stack_up(state_dir, say), as_json=as_json)


@app.command()
def down(state_dir: StateDir = None, *, as_json: AsJson = False) -> None:
    """Stop the servers of this checkout and no others; the data stays."""
    _show(stack_down(state_dir, say), as_json=as_json)


@app.command()
def status(state_dir: StateDir = None, *, as_json: AsJson = False) -> None:
    """Say what runs and where. Exit code 3 when a server does not answer."""
    info = stack_status(state_dir)
    _show(info, as_json=as_json)
    if not info.running:
        raise typer.Exit(ExitCode.UNAVAILABLE)


def _show(info: StackInfo, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "running": info.running,
                "state_dir": info.state_dir,
                "servers_dir": info.servers_dir,
                "env_file": info.env_file,
                "account": info.account,
                "postgres": _part(info.postgres),
                "redis": _part(info.redis),
            }
        )
        return
    print_facts(
        {
            "PostgreSQL": _in_words(info.postgres),
            "Redis": _in_words(info.redis),
            "settings": info.env_file,
            "data": f"{info.servers_dir} (as {info.account})",
        }
    )


def _part(part: Part) -> dict[str, object]:
    return {"pid": part.pid, "ready": part.ready, "port": part.port, "log": part.log}


def _in_words(part: Part) -> str:
    if part.ready:
        return f"ready on 127.0.0.1:{part.port}, pid {part.pid}"
    if part.pid is not None:
        return f"pid {part.pid} does not answer; its log is {part.log}"
    return "stopped; start it with `dispatch stack up`"
