"""A reply whose reader died was not read wrongly: failures are counted apart from attempts, as those of the outbox are."""

from migrations.tools import run_script

revision = "2340"
down_revision = "2331"

SQL = """
    ALTER TABLE inbound_messages ADD COLUMN failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0);
    COMMENT ON COLUMN inbound_messages.failures IS
        'how often reading it went wrong; attempt also counts readers that died with it in hand';
"""


def upgrade() -> None:
    run_script(SQL)
