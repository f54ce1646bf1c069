"""A shift that is short starts like any other: it is closed from running alone."""

from migrations.tools import run_script

revision = "1171"
down_revision = "1170"

SQL = """
    DELETE FROM status_moves WHERE entity = 'shifts' AND old_status = 'short' AND new_status = 'closed';
"""


def upgrade() -> None:
    run_script(SQL)
