"""Who is ringing whom just now: one dispatcher at a time, for a few minutes, told to all who look on."""

from migrations.security import tenant_table
from migrations.tools import run_script

revision = "1241"
down_revision = "1240"

SQL = (
    """
    CREATE TABLE call_claims (
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL REFERENCES workers,
        shift_id uuid NOT NULL,
        claimed_by text NOT NULL,
        claimed_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (franchise_id, worker_id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    ) WITH (fillfactor = 80);
    """
    + tenant_table("call_claims", hq=False)
    + "".join(
        f"""CREATE TRIGGER call_claims_tell_all_{act.lower()} AFTER {act} ON call_claims
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tell_pages_of_all('call_claims');
        """
        for act in ("INSERT", "UPDATE")
    )
)


def upgrade() -> None:
    run_script(SQL)
