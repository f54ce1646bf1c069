"""${message}."""

from migrations.tools import run_script

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

SQL = """
"""


def upgrade() -> None:
    run_script(SQL)
