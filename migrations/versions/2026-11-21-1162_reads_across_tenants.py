"""Two reads that one tenant's view is too narrow for: several franchises' pace, and every seat a man still holds."""

from migrations.security import TENANT, definer_function
from migrations.tools import run_script

revision = "1162"
down_revision = "1161"

SQL = f"""
    -- One reply may concern questions of several franchises, before it has a tenant.
    CREATE FUNCTION paces_in_force(wanted uuid[]) RETURNS TABLE (franchise_id uuid, body text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT p.franchise_id, p.body::text FROM policy_versions p
        WHERE p.franchise_id = ANY (wanted) AND p.section = 'pace' AND upper_inf(p.valid)
    $$;
    ALTER FUNCTION paces_in_force(uuid[]) OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION paces_in_force(uuid[]) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION paces_in_force(uuid[]) TO dispatch_worker;

    -- For the home that thinks of parting with him. Of a seat elsewhere it learns when, and never where.
    CREATE FUNCTION seats_held(of_worker uuid)
    RETURNS TABLE (seat_id uuid, shift_id uuid, kind text, status text, starts_at timestamptz, ends_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT CASE WHEN s.{TENANT} THEN s.id END, CASE WHEN s.{TENANT} THEN s.shift_id END,
               s.kind, s.status, f.starts_at, f.ends_at
        FROM workers w JOIN seats s ON s.worker_id = w.id JOIN shifts f ON f.id = s.shift_id
        WHERE w.id = of_worker AND w.{TENANT} AND s.live AND s.status <> 'completed'
          AND f.status NOT IN ('closed', 'cancelled')
        ORDER BY f.starts_at, s.id
    $$;
    """ + definer_function("seats_held(uuid)")


def upgrade() -> None:
    run_script(SQL)
