"""Jobs tell a crew lead that he leads, and so make his link and end that of the lead before; they see digests alone."""

from migrations.tools import run_script

revision = "1281"
down_revision = "1280"

SQL = """
    GRANT SELECT, INSERT, UPDATE (revoked_at) ON lead_links TO dispatch_worker;
"""


def upgrade() -> None:
    run_script(SQL)
