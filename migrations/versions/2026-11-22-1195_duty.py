"""The duty roster: who answers for the franchise when, never two at once; alarms that nobody takes go to his phone."""

from migrations.security import audited, tenant_table
from migrations.tools import run_script

revision = "1195"
down_revision = "1190"

SQL = (
    """
    CREATE TABLE duty_turns (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        user_id uuid NOT NULL,
        during tstzrange NOT NULL CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, user_id) REFERENCES staff_users (franchise_id, id),
        CONSTRAINT one_on_duty EXCLUDE USING gist (franchise_id WITH =, during WITH &&)
    );
    """
    + tenant_table("duty_turns", "SELECT, INSERT, DELETE", hq=False)
    + audited("duty_turns")
)


def upgrade() -> None:
    run_script(SQL)
