"""People are found while one types: by parts of names and external ids, in a list sorted by any of its columns."""

from migrations.security import append_only, audited, definer_function, tenant_table
from migrations.tools import run_script

revision = "1200"
down_revision = "1195"

SQL = (
    """
    -- For databases made before deploy/database.sql named it; a trusted one, so their owner may.
    CREATE EXTENSION IF NOT EXISTS btree_gin;

    CREATE FUNCTION worker_sought(first_name text, last_name text, external_id text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        -- The first name twice, so that both orders of a full name are found; ё is written e by most.
        SELECT translate(lower(' ' || first_name || ' ' || last_name || ' ' || first_name || ' '
                               || coalesce(external_id, '')), 'ё', 'е')
    $$;
    CREATE INDEX worker_contacts_sought ON worker_contacts
        USING gin (franchise_id, worker_sought(first_name, last_name, external_id) gin_trgm_ops);
    CREATE INDEX worker_contacts_by_name ON worker_contacts (franchise_id, last_name, first_name, worker_id);
    CREATE INDEX workers_by_status ON workers (franchise_id, status, id);

    CREATE FUNCTION home_workers_by_words(tenant uuid, pattern text, most integer) RETURNS TABLE (worker_id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
    BEGIN
        IF NOT tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]) THEN
            RAISE EXCEPTION 'not this tenant' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN QUERY
        SELECT c.worker_id FROM worker_contacts c
        WHERE c.franchise_id = tenant AND worker_sought(c.first_name, c.last_name, c.external_id) LIKE pattern
        LIMIT most;
    END $$;
    """
    + definer_function("home_workers_by_words(uuid, text, integer)")
    + """
    CREATE TABLE exports (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        what text NOT NULL,
        format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
        rows integer NOT NULL CHECK (rows >= 0),
        actor text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock.now()
    );
    COMMENT ON TABLE exports IS 'lists that left as files: who took which, and how long it was';
    """
    + tenant_table("exports", "SELECT, INSERT")
    + append_only("exports")
    + audited("exports")
)


def upgrade() -> None:
    run_script(SQL)
