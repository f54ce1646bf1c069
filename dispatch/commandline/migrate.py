"""`dispatch migrate`: bring the database to the newest revision."""

import typer

from dispatch.commandline.output import AsJson, print_json, say
from dispatch.commandline.settings import settings
from dispatch.local.migrate import migrate as run_migrations

app = typer.Typer()


@app.command()
def migrate(*, as_json: AsJson = False) -> None:
    """Bring the database to the newest revision, as its owner. Repeat it at will; two at once take turns."""
    revision = run_migrations(settings(), say)
    if as_json:
        print_json({"revision": revision})
    else:
        typer.echo(f"The database is at revision {revision}.")
