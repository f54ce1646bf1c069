"""Beats of more than the workers: the API beats for the webhooks, and what ended is told once, by whichever worker.

An outage is recorded by the beat that ends it, which may be the API's; its effects cross tenants, which the request
role may not. So the row keeps whether it was told, and a worker's next beat tells it.
"""

from migrations.tools import run_script

revision = "1161"
down_revision = "1160"

SQL = """
    ALTER TABLE beats ADD COLUMN told boolean NOT NULL DEFAULT true;
    COMMENT ON COLUMN beats.told IS 'whether what rests on the last outage was started again';
    GRANT INSERT, UPDATE ON beats TO dispatch_app;
"""


def upgrade() -> None:
    run_script(SQL)
