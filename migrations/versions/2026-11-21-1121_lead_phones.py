"""The number of somebody who texted us of his own accord: whom he wrote to may ring him."""

from migrations.security import TENANT, definer_function
from migrations.tools import run_script

revision = "1121"
down_revision = "1101"

SQL = f"""
    CREATE INDEX inbox_by_franchise ON inbox_items (franchise_id, created_at, id);

    CREATE FUNCTION lead_phones(wanted uuid[]) RETURNS TABLE (item_id uuid, e164 text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT i.id, p.e164 FROM inbox_items i JOIN phones p ON p.id = i.phone_id
        WHERE i.id = ANY (wanted) AND i.kind = 'lead' AND i.{TENANT}
    $$;
    """ + definer_function("lead_phones(uuid[])")


def upgrade() -> None:
    run_script(SQL)
