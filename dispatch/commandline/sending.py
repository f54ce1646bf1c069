"""`dispatch sending`: whether this database may send, and the word of a person that it may."""

import asyncio

import asyncpg
import typer

from dispatch.commandline.doors import ACTOR, owner_database
from dispatch.commandline.output import AsJson, print_facts, print_json, print_table, say
from dispatch.commandline.root import ExitCode
from dispatch.commandline.settings import settings
from dispatch.kit.deployment import Release, hold_sending, release_in_force, release_sending

app = typer.Typer(no_args_is_help=True, help="After a restore: look what would leave, release it, or hold it all back.")

_WAITING = """
SELECT status, class, template, count(*) AS texts, min(send_at) AS oldest FROM messages
WHERE status IN ('queued', 'sending', 'unknown') GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""
_COLUMNS = ("status", "class", "template", "texts", "oldest")


@app.command()
def status(*, as_json: AsJson = False) -> None:
    """Say whether texts may leave this database, and what waits. Exit code 1 when they may not."""
    release, waiting = asyncio.run(_look())
    if as_json:
        print_json(_facts(release) | {"waiting": [dict(row) for row in waiting]})
    else:
        _show(release, waiting)
    if not release.may_send:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def release(
    *,
    yes: bool = typer.Option(False, "--yes", help="Do not ask; you looked at what waits."),
    as_json: AsJson = False,
) -> None:
    """Let this database send, after a restore or a hold. First make sure that no other copy of it sends.

    It shows what waits and asks: what a lost system may have sent already is better suppressed before.
    """
    before, waiting = asyncio.run(_look())
    if not before.may_send and not yes:
        for row in waiting:
            say(f"{row['texts']} {row['status']}: {row['template']}")
        typer.confirm("Does no other copy of this database send, and may these texts leave?", abort=True, err=True)
    if not before.may_send:
        asyncio.run(_write(release=True))
    _report(as_json=as_json)


@app.command()
def hold(*, as_json: AsJson = False) -> None:
    """Hold every text back, at once and for all workers; none is lost. `dispatch sending release` goes on."""
    asyncio.run(_write(release=False))
    _report(as_json=as_json)


async def _look() -> tuple[Release, list[asyncpg.Record]]:
    async with owner_database(settings()) as database, database.begin(None, ACTOR) as uow:
        return await release_in_force(uow), await uow.fetch(_WAITING)


async def _write(*, release: bool) -> None:
    async with owner_database(settings()) as database, database.begin(None, ACTOR) as uow:
        await (release_sending(uow) if release else hold_sending(uow))


def _report(*, as_json: bool) -> None:
    release, _ = asyncio.run(_look())
    if as_json:
        print_json(_facts(release))
    else:
        say("Texts may leave." if release.may_send else "Nothing leaves.")


def _show(release: Release, waiting: list[asyncpg.Record]) -> None:
    why = "released to another cluster: it was restored" if release.moved else "not released"
    print_facts(
        {
            "sending": "allowed" if release.may_send else f"held back, {why}",
            "released": release.released_at or "never",
        }
    )
    print_table(_COLUMNS, [tuple(row) for row in waiting], empty="No text waits.")


def _facts(release: Release) -> dict[str, object]:
    return {"may_send": release.may_send, "released_at": release.released_at, "moved": release.moved}
