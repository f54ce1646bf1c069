"""Webhooks whose address names an account by our own id."""

from migrations.security import definer_function
from migrations.tools import run_script

revision = "2395"
down_revision = "2301"

SQL = """
    CREATE FUNCTION sms_account_by_id(in_gateway text, in_id uuid)
    RETURNS TABLE (account_id uuid, franchise_id uuid, secret text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.id, a.franchise_id, a.secret FROM sms_accounts a
        WHERE a.id = in_id AND a.gateway = in_gateway AND a.enabled
    $$;
""" + definer_function("sms_account_by_id(text, uuid)")


def upgrade() -> None:
    run_script(SQL)
