"""Let a test order and a real one carry the same external id: what was tried out can then be ordered."""

from migrations.tools import run_script

revision = "1163"
down_revision = "1162"

SQL = """
    ALTER TABLE orders DROP CONSTRAINT order_external_id_taken;
    ALTER TABLE orders ADD CONSTRAINT order_external_id_taken UNIQUE (franchise_id, external_id, test);
"""


def upgrade() -> None:
    run_script(SQL)
