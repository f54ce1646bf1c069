"""Who goes: the shared pool row without personal data, and what only the home franchise sees."""

from migrations.security import TENANT, append_only, audited, definer_function, moves, row_security, tenant_table
from migrations.tools import run_script

revision = "1030"
down_revision = "1020"

WORKER_MOVES = [
    ("applicant", "active"),
    ("applicant", "archived"),
    ("active", "paused"),
    ("paused", "active"),
    ("active", "archived"),
    ("paused", "archived"),
    ("archived", "applicant"),
    ("active", "banned"),
    ("paused", "banned"),
    ("applicant", "banned"),
    ("banned", "active"),
]
PEOPLE_EDIT = (
    "status, vetted_at, consent_at, urgent_ok, short_rest_ok, location, location_quality, zone, radius_m, skills, "
    "engagement, daily_offers"
)

SQL = (
    """
    CREATE TABLE workers (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        status text NOT NULL DEFAULT 'applicant'
            CHECK (status IN ('applicant', 'active', 'paused', 'archived', 'banned')),
        engagement text NOT NULL DEFAULT 'civil_law' CHECK (engagement IN ('civil_law', 'self_employed', 'employment')),
        location geography(Point, 4326) NOT NULL,
        location_quality text NOT NULL DEFAULT 'address' CHECK (location_quality IN ('address', 'district', 'city')),
        zone text NOT NULL,
        radius_m integer NOT NULL DEFAULT 50000 CHECK (radius_m BETWEEN 500 AND 500000),
        skills integer NOT NULL DEFAULT 0 CHECK (skills >= 0),
        vetted_at timestamptz,
        consent_at timestamptz,
        urgent_ok boolean NOT NULL DEFAULT false,
        short_rest_ok boolean NOT NULL DEFAULT false,
        daily_offers smallint NOT NULL DEFAULT 3 CHECK (daily_offers BETWEEN 0 AND 8),
        invitable boolean GENERATED ALWAYS AS
            (status = 'active' AND vetted_at IS NOT NULL AND consent_at IS NOT NULL) STORED,
        rating numeric(3, 2) NOT NULL DEFAULT 3.50 CHECK (rating BETWEEN 1 AND 5),
        rating_seq bigint NOT NULL DEFAULT 0,
        rating_at timestamptz,
        capped_until timestamptz,
        cap_shifts_left smallint NOT NULL DEFAULT 0,
        accept_yes integer NOT NULL DEFAULT 0,
        accept_no integer NOT NULL DEFAULT 0,
        show_yes integer NOT NULL DEFAULT 0,
        show_no integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id)
    ) WITH (fillfactor = 80);
    CREATE INDEX workers_near ON workers USING gist (location) WHERE invitable;
    CREATE INDEX workers_by_home ON workers (franchise_id, id);
    """
    + row_security("workers")
    + f"""
    CREATE POLICY pool ON workers FOR SELECT TO dispatch_app, dispatch_worker, dispatch_hq USING (true);
    CREATE POLICY home_insert ON workers FOR INSERT TO dispatch_app, dispatch_worker WITH CHECK ({TENANT});
    CREATE POLICY home_update ON workers FOR UPDATE TO dispatch_app, dispatch_worker USING ({TENANT}) WITH CHECK ({TENANT});
    GRANT SELECT, INSERT ON workers TO dispatch_app, dispatch_worker;
    GRANT UPDATE ({PEOPLE_EDIT}, version) ON workers TO dispatch_app, dispatch_worker;
    GRANT SELECT ON workers TO dispatch_hq;
    """
    + moves("workers", WORKER_MOVES)
    + audited("workers", PEOPLE_EDIT)
    + """
    CREATE TABLE worker_contacts (
        worker_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        phone_id uuid NOT NULL REFERENCES phones,
        first_name text NOT NULL CHECK (length(first_name) BETWEEN 1 AND 80),
        last_name text NOT NULL DEFAULT '' CHECK (length(last_name) <= 120),
        language text NOT NULL DEFAULT 'ru' CHECK (language IN ('ru', 'en', 'uz', 'tg', 'hu', 'es')),
        address text NOT NULL DEFAULT '',
        note text NOT NULL DEFAULT '',
        external_id text,
        photo_sha256 bytea,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, worker_id),
        CONSTRAINT worker_external_id_taken UNIQUE (franchise_id, external_id),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id),
        FOREIGN KEY (franchise_id, photo_sha256) REFERENCES files (franchise_id, sha256)
    );
    CREATE INDEX worker_contacts_by_phone ON worker_contacts (phone_id);
    """
    + tenant_table("worker_contacts", hq=False)
    + audited("worker_contacts")
    + """
    CREATE TABLE phone_holders (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        phone_id uuid NOT NULL REFERENCES phones,
        holder boolean NOT NULL DEFAULT true,
        valid tstzrange NOT NULL CHECK (NOT isempty(valid)),
        CONSTRAINT phone_has_another_holder EXCLUDE USING gist (phone_id WITH =, valid WITH &&) WHERE (holder),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id)
    );
    """
    + tenant_table("phone_holders", hq=False)
    + """
    CREATE TABLE worker_documents (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('passport', 'work_permit', 'patent', 'height_permit', 'medical_book')),
        number text NOT NULL DEFAULT '',
        region text,
        valid_until date,
        sha256 bytea,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id),
        FOREIGN KEY (franchise_id, sha256) REFERENCES files (franchise_id, sha256)
    );
    CREATE INDEX worker_documents_by_worker ON worker_documents (worker_id, kind);
    """
    + tenant_table("worker_documents", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + audited("worker_documents")
    + """
    CREATE TABLE worker_availability (
        worker_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        weekdays smallint NOT NULL DEFAULT 127 CHECK (weekdays BETWEEN 0 AND 127),
        from_time time NOT NULL DEFAULT '00:00',
        to_time time NOT NULL DEFAULT '24:00',
        cycle_anchor date,
        days_on smallint CHECK (days_on BETWEEN 1 AND 60),
        days_off smallint CHECK (days_off BETWEEN 1 AND 60),
        CHECK (num_nulls(cycle_anchor, days_on, days_off) IN (0, 3)),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id)
    );
    COMMENT ON COLUMN worker_availability.weekdays IS 'bit 0 = Monday; the day a shift starts, in the worker''s zone';
    """
    + tenant_table("worker_availability", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + audited("worker_availability")
    + """
    CREATE TABLE worker_absences (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        during tstzrange NOT NULL CHECK (NOT isempty(during)),
        reason text NOT NULL DEFAULT '',
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id)
    );
    CREATE INDEX worker_absences_by_worker ON worker_absences (worker_id);
    """
    + tenant_table("worker_absences", "SELECT, INSERT, DELETE", hq=False)
    + audited("worker_absences")
    + """
    CREATE FUNCTION available_by_calendar(worker uuid, zone text, starts_at timestamptz, ends_at timestamptz)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT NOT EXISTS (SELECT FROM worker_absences x
                           WHERE x.worker_id = worker AND x.during && tstzrange(starts_at, ends_at))
           AND coalesce((
               SELECT (a.weekdays >> (extract(isodow FROM starts_at AT TIME ZONE zone)::int - 1)) & 1 = 1
                  AND (starts_at AT TIME ZONE zone)::time >= a.from_time
                  AND (a.to_time = '24:00' OR (ends_at - starts_at < interval '24 hours'
                       AND (ends_at AT TIME ZONE zone)::date = (starts_at AT TIME ZONE zone)::date
                       AND (ends_at AT TIME ZONE zone)::time <= a.to_time))
                  AND (a.cycle_anchor IS NULL OR
                       ((((starts_at AT TIME ZONE zone)::date - a.cycle_anchor) % (a.days_on + a.days_off))
                        + (a.days_on + a.days_off)) % (a.days_on + a.days_off) < a.days_on)
               FROM worker_availability a WHERE a.worker_id = worker), true)
    $$;

    CREATE TABLE attestations (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        what text NOT NULL CHECK (what IN ('vetting', 'consent_offers', 'consent_urgent', 'consent_marketing')),
        given boolean NOT NULL DEFAULT true,
        basis text NOT NULL CHECK (length(basis) BETWEEN 3 AND 500),
        author text NOT NULL,
        batch_id uuid,
        sha256 bytea,
        at timestamptz NOT NULL DEFAULT clock.now(),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id),
        FOREIGN KEY (franchise_id, sha256) REFERENCES files (franchise_id, sha256)
    );
    CREATE INDEX attestations_by_worker ON attestations (worker_id, what, at);
    """
    + tenant_table("attestations", "SELECT, INSERT", hq=False)
    + append_only("attestations")
    + """
    CREATE TABLE worker_imports (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        file_name text NOT NULL,
        sha256 bytea,
        rows integer NOT NULL,
        accepted integer NOT NULL,
        rejected integer NOT NULL,
        author text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id)
    );
    """
    + tenant_table("worker_imports", "SELECT, INSERT", hq=False)
    + """
    CREATE TABLE worker_import_rejects (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        import_id uuid NOT NULL,
        line integer NOT NULL,
        code text NOT NULL,
        reason text NOT NULL,
        FOREIGN KEY (franchise_id, import_id) REFERENCES worker_imports (franchise_id, id)
    );
    """
    + tenant_table("worker_import_rejects", "SELECT, INSERT", hq=False)
    + """
    CREATE TABLE standings (
        franchise_id uuid NOT NULL REFERENCES franchises,
        worker_id uuid NOT NULL REFERENCES workers,
        status text NOT NULL DEFAULT 'ok' CHECK (status IN ('ok', 'suspended', 'excluded')),
        suspended_until timestamptz,
        reason text NOT NULL DEFAULT '',
        strikes smallint NOT NULL DEFAULT 0,
        changed_at timestamptz NOT NULL DEFAULT clock.now(),
        PRIMARY KEY (franchise_id, worker_id)
    );
    CREATE INDEX standings_bad ON standings (franchise_id) WHERE status <> 'ok';
    """
    + tenant_table("standings")
    + audited("standings")
    + moves(
        "standings",
        [
            ("ok", "suspended"),
            ("ok", "excluded"),
            ("suspended", "ok"),
            ("suspended", "excluded"),
            ("excluded", "ok"),
        ],
    )
    + """
    CREATE FUNCTION worker_by_phone(number text) RETURNS TABLE (worker_id uuid, home_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT h.worker_id, h.franchise_id FROM phones p
        JOIN phone_holders h ON h.phone_id = p.id AND h.valid @> clock.now()
        WHERE p.e164 = number ORDER BY h.holder DESC, h.worker_id LIMIT 1
    $$;
    ALTER FUNCTION worker_by_phone(text) OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION worker_by_phone(text) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION worker_by_phone(text) TO dispatch_worker;

    CREATE FUNCTION phone_is_taken(number text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT EXISTS (SELECT FROM phones p JOIN phone_holders h ON h.phone_id = p.id
                       WHERE p.e164 = number AND h.holder AND h.valid @> clock.now())
    $$;

    CREATE FUNCTION home_phones(wanted uuid[]) RETURNS TABLE (worker_id uuid, e164 text, opted_out boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT c.worker_id, p.e164, p.opted_out_at IS NOT NULL FROM worker_contacts c JOIN phones p ON p.id = c.phone_id
        WHERE c.worker_id = ANY (wanted)
          AND c.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])
    $$;
    """
    + definer_function("phone_is_taken(text)")
    + definer_function("home_phones(uuid[])")
)


def upgrade() -> None:
    run_script(SQL)
