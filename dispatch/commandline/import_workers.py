"""`dispatch import-workers`: a real list of people, with a report for each line that was not taken."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from dispatch.commandline.doors import ACTOR, FranchiseSlug, app_database, franchise_id
from dispatch.commandline.output import AsJson, print_json, print_table, say
from dispatch.commandline.root import ExitCode, ValueRefused, command_of
from dispatch.commandline.settings import settings
from dispatch.sms.tongues import Language
from dispatch.workers.commands import ImportAttestation, ImportWorkers
from dispatch.workers.csv_import import import_workers as store_list
from dispatch.workers.csv_report import report_csv
from dispatch.workers.models import ImportReport
from dispatch.workers.rules import Attestation
from dispatch.workers.skills import Service

app = typer.Typer()

_SHOWN = 50


@app.command("import-workers")
def import_workers(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, in whatever encoding.", metavar="FILE"),
    ],
    franchise: FranchiseSlug,
    city: Annotated[str | None, typer.Option(help="For lines that name none; by default the franchise's own.")] = None,
    skill: Annotated[list[Service] | None, typer.Option(help="For lines that name none; repeat it.")] = None,
    language: Annotated[Language, typer.Option(help="For lines that name none.")] = Language.RU,
    attest: Annotated[
        list[Attestation] | None, typer.Option(help="State this of everybody in the list; repeat it.")
    ] = None,
    author: Annotated[str, typer.Option(help="Who answers for the statement.")] = "",
    basis: Annotated[str, typer.Option(help="On what ground, a signed form for instance.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write the lines that were not taken to this file.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Take a list of workers into the pool: names, phones, places, skills, in Russian or English columns.

    Phones may be written like 8 (921) 123-45-67. Each line that is not taken is named with the reason. Without --attest
    the people are applicants; with `--attest vetting --attest consent_offers` they can be invited at once. Exit code 1
    when a line was not taken.
    """
    if attest and not (author and basis):
        raise ValueRefused("--attest needs --author and --basis: say who answers for it, and on what ground.")
    attestation = command_of(ImportAttestation, what=frozenset(attest), author=author, basis=basis) if attest else None
    command = command_of(
        ImportWorkers,
        file_name=file.name,
        default_city=city,
        default_skills=frozenset(skill or ()),
        language=language,
        attestation=attestation,
    )
    found = asyncio.run(_import(file, franchise, command, quiet=as_json))
    if report is not None:
        report.write_bytes(report_csv(found.rejects))
    _show(found, report, as_json=as_json)
    if found.rejects:
        raise typer.Exit(ExitCode.FAILED)


async def _import(file: Path, slug: str, command: ImportWorkers, *, quiet: bool) -> ImportReport:
    chosen = settings()
    tenant = await franchise_id(chosen, slug)
    async with app_database(chosen) as database:
        with Progress(console=Console(stderr=True), disable=quiet) as bars:
            task = bars.add_task("Lines", total=None)
            return await store_list(
                database,
                tenant,
                ACTOR,
                file,
                command,
                progress=lambda done, total: bars.update(task, completed=done, total=total),
            )


def _show(found: ImportReport, report: Path | None, *, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    say(f"{found.rows} lines: {found.accepted} taken, {found.known} known already, {found.rejected} not taken.")
    if found.ignored_columns:
        say(f"Columns not understood: {', '.join(found.ignored_columns)}.")
    if report is not None:
        say(f"The lines not taken are in {report}.")
    elif found.rejects:
        rejects = found.rejects[:_SHOWN]
        print_table(("line", "code", "reason"), [(each.line, each.code, each.reason) for each in rejects], empty="")
        if len(found.rejects) > _SHOWN:
            say(f"... and {len(found.rejects) - _SHOWN} more; --report FILE writes all.")
