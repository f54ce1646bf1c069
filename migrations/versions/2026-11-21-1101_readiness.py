"""Let the processes read at which revision their database is, to say whether they are ready."""

from migrations.tools import run_script

revision = "1101"
down_revision = "1120"

SQL = "GRANT SELECT ON alembic_version TO dispatch_app, dispatch_worker;"


def upgrade() -> None:
    run_script(SQL)
