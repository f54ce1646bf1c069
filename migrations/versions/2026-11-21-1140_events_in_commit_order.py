"""Read events in an order that only grows: by the transaction that wrote them, then by number.

Numbers alone are given out of order of commit: a transaction that began earlier may write a step with a higher number
than one whose lower-numbered steps are not visible yet, and a reader who remembers the highest number skips those.
"""

from migrations.tools import run_script

revision = "1140"
down_revision = "1122"

SQL = """
DROP INDEX timeline_by_franchise;
CREATE INDEX timeline_in_commit_order ON timeline (franchise_id, written_by, id);
"""


def upgrade() -> None:
    run_script(SQL)
