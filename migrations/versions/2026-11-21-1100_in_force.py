"""Find the policy in force by one index entry per section; audit lending; keep an idempotent answer byte for byte."""

from migrations.security import audited
from migrations.tools import run_script

revision = "1100"
down_revision = "1110"

SQL = (
    """
    CREATE UNIQUE INDEX policy_in_force ON policy_versions (franchise_id, section) WHERE upper_inf(valid);
    CREATE UNIQUE INDEX network_policy_in_force ON network_policy_versions (section) WHERE upper_inf(valid);

    -- json keeps the text as it was sent; jsonb would sort its keys.
    ALTER TABLE idempotency_keys ALTER COLUMN response TYPE json USING response::json;
    """
    + audited("lending_grants")
    + audited("entitlements")
    + audited("network_policy_versions")
)


def upgrade() -> None:
    run_script(SQL)
