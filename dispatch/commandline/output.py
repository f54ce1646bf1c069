"""What commands print: results for people or as JSON on standard output, everything else on standard error."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text for people.")]


def say(line: str) -> None:
    """Tell a person how far we are."""
    typer.echo(line, err=True)


def print_json(value: object) -> None:
    """Print one JSON document on one line; times, ids and decimals as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under their headings, or the sentence `empty` when there are none.

    Nothing is cut off: on a narrow screen cells wrap, in a pipe lines are as long as they are.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        typer.echo(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*row)
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console = Console(markup=False, highlight=False, width=10_000)
    console.print(table)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print named facts, one a line, the names aligned."""
    width = max((len(name) for name in facts), default=0)
    for name, fact in facts.items():
        typer.echo(f"{name:<{width}}  {plain(fact)}")


def plain(value: object) -> str:
    """Return a value as one line that cannot command the terminal: what people texted us is shown, too."""
    return _CONTROL.sub(" ", "" if value is None else str(value))
