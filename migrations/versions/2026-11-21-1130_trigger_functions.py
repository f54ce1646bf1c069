"""Keep trigger functions of the definer to the triggers the migrations made.

Whoever may execute one can hang it on a temporary table of his own and write through it what his own role may not.
"""

from migrations.tools import run_script

revision = "1130"
down_revision = "1121"

SQL = """
REVOKE ALL ON FUNCTION audit_row(), audit_inserted(), count_invited(), count_seats(), count_fines() FROM PUBLIC;
"""


def upgrade() -> None:
    run_script(SQL)
