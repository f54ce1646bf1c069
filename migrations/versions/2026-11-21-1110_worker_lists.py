"""Whole lists of workers at once: imports, sets of phones, search by the end of a number, revealed phones."""

from migrations.security import append_only, definer_function, tenant_table
from migrations.tools import run_script

revision = "1110"
down_revision = "1090"

PEOPLE_EDIT = (
    "status, vetted_at, consent_at, urgent_ok, short_rest_ok, location, location_quality, zone, radius_m, skills, "
    "engagement, daily_offers"
)


def audited_in_bulk(table: str, columns: str = "") -> str:
    """Write the audit of inserts once per statement: half the time of storing a list was the trigger per row."""
    of = f"OF {columns}" if columns else ""
    return f"""
    DROP TRIGGER audit ON {table};
    CREATE TRIGGER audit AFTER UPDATE {of} OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_row();
    CREATE TRIGGER audit_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_inserted();
    """


SQL = (
    """
    ALTER TABLE worker_imports
        ADD COLUMN known integer NOT NULL DEFAULT 0,
        ADD COLUMN finished_at timestamptz,
        ADD CONSTRAINT import_counts_add_up CHECK (accepted + known + rejected <= rows);
    GRANT UPDATE (rows, accepted, known, rejected, finished_at) ON worker_imports TO dispatch_app, dispatch_worker;
    CREATE INDEX worker_imports_by_time ON worker_imports (franchise_id, created_at);
    CREATE INDEX worker_import_rejects_by_import ON worker_import_rejects (franchise_id, import_id, line);

    ALTER TABLE worker_contacts
        ADD COLUMN import_id uuid,
        ADD CONSTRAINT worker_contacts_import_fkey
            FOREIGN KEY (franchise_id, import_id) REFERENCES worker_imports (franchise_id, id);
    CREATE INDEX worker_contacts_by_import ON worker_contacts (franchise_id, import_id) WHERE import_id IS NOT NULL;
    CREATE INDEX phone_holders_by_worker ON phone_holders (franchise_id, worker_id);

    CREATE FUNCTION phones_for(numbers text[], zones text[], new_ids uuid[]) RETURNS TABLE (e164 text, phone_id uuid)
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- Sorted, so that two lists with the same numbers wait for one another and never deadlock. Whoever holds the
        -- number now keeps his zone; a free number takes the zone of its next holder.
        INSERT INTO phones AS p (id, e164, zone)
        SELECT n.id, n.number, n.zone FROM unnest(numbers, zones, new_ids) AS n (number, zone, id) ORDER BY n.number
        ON CONFLICT (e164) DO UPDATE SET zone = CASE WHEN EXISTS (
                SELECT FROM phone_holders h WHERE h.phone_id = p.id AND h.holder AND h.valid @> clock.now())
            THEN p.zone ELSE excluded.zone END
        RETURNING p.e164, p.id
    $$;

    CREATE FUNCTION set_phone_zone(worker uuid, in_zone text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        UPDATE phones p SET zone = in_zone FROM phone_holders h
        WHERE h.worker_id = worker AND h.phone_id = p.id AND h.holder AND h.valid @> clock.now() AND p.zone <> in_zone
          AND h.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])
    $$;

    CREATE FUNCTION phones_in_use(numbers text[]) RETURNS TABLE (e164 text, held boolean, own_worker_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- That a number is held in the network may be told, by whom only at home, where an archived man counts too.
        SELECT p.e164, h.id IS NOT NULL, own.worker_id
        FROM phones p
        LEFT JOIN phone_holders h ON h.phone_id = p.id AND h.holder AND h.valid @> clock.now()
        LEFT JOIN LATERAL (
            SELECT c.worker_id FROM worker_contacts c
            WHERE c.phone_id = p.id
              AND c.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])
            ORDER BY (c.worker_id = h.worker_id) DESC NULLS LAST, c.worker_id LIMIT 1) own ON true
        WHERE p.e164 = ANY (numbers) AND (h.id IS NOT NULL OR own.worker_id IS NOT NULL)
    $$;

    CREATE INDEX phones_by_ending ON phones (reverse(e164) text_pattern_ops);
    CREATE FUNCTION home_workers_by_phone(ending text) RETURNS TABLE (worker_id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
    BEGIN
        RETURN QUERY
        SELECT c.worker_id FROM phones p JOIN worker_contacts c ON c.phone_id = p.id
        WHERE ending ~ '^[0-9]{3,15}$' AND reverse(p.e164) LIKE reverse(ending) || '%'
          AND c.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]);
    END $$;
    """
    + definer_function("phones_for(text[], text[], uuid[])")
    + definer_function("set_phone_zone(uuid, text)")
    + definer_function("phones_in_use(text[])")
    + definer_function("home_workers_by_phone(text)")
    + """
    CREATE TABLE phone_reveals (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        worker_id uuid NOT NULL REFERENCES workers,
        actor text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock.now()
    );
    CREATE INDEX phone_reveals_by_franchise ON phone_reveals (franchise_id, at);
    CREATE INDEX phone_reveals_by_worker ON phone_reveals (worker_id, at);
    """
    + tenant_table("phone_reveals", "SELECT")
    + append_only("phone_reveals")
    + """
    CREATE FUNCTION reveal_phone(tenant uuid, wanted uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
    DECLARE
        number text;
    BEGIN
        IF NOT tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]) THEN
            RAISE EXCEPTION 'not this tenant' USING ERRCODE = 'insufficient_privilege';
        END IF;
        -- At home always; to a guest from a live seat until 24 hours after it ends.
        SELECT p.e164 INTO number FROM worker_contacts c JOIN phones p ON p.id = c.phone_id
        WHERE c.worker_id = wanted AND (c.franchise_id = tenant OR EXISTS (
            SELECT FROM seats s WHERE s.worker_id = wanted AND s.live AND s.franchise_id = tenant
            AND upper(s.busy) > clock.now() - interval '24 hours'));
        IF number IS NOT NULL THEN
            INSERT INTO phone_reveals (franchise_id, worker_id, actor)
            VALUES (tenant, wanted, nullif(current_setting('app.actor', true), ''));
        END IF;
        RETURN number;
    END $$;
    """
    + definer_function("reveal_phone(uuid, uuid)")
    + """
    CREATE FUNCTION audit_inserted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, clock, pg_temp AS $$
    -- What audit_row() writes for an insert, for all rows of a statement at once; columns without a value are left out.
    DECLARE
        who text := nullif(current_setting('app.actor', true), '');
    BEGIN
        IF who IS NULL THEN
            RAISE EXCEPTION 'a change to % needs an actor: set app.actor', tg_table_name
                USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_actor_missing';
        END IF;
        INSERT INTO audit_log (franchise_id, actor, entity, entity_id, action, after)
        SELECT (became ->> 'franchise_id')::uuid, who, tg_table_name,
               coalesce(became ->> 'id', became ->> 'worker_id'), 'insert', became
        -- OFFSET 0 keeps the planner from computing the document once for each use of it.
        FROM (SELECT jsonb_strip_nulls(to_jsonb(a)) AS became FROM added a OFFSET 0) x;
        RETURN NULL;
    END $$;
    ALTER FUNCTION audit_inserted() OWNER TO dispatch_definer;
    """
    + audited_in_bulk("workers", PEOPLE_EDIT)
    + audited_in_bulk("worker_contacts")
    + audited_in_bulk("worker_availability")
    + audited_in_bulk("worker_documents")
)


def upgrade() -> None:
    run_script(SQL)
