"""Who orders: companies, their people and sites, do-not-return lists; and what things cost."""

from migrations.security import audited, tenant_table
from migrations.tools import run_script

revision = "1040"
down_revision = "1030"

SQL = (
    """
    CREATE TABLE clients (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        kind text NOT NULL DEFAULT 'company' CHECK (kind IN ('company', 'person')),
        tax_number text,
        forbids_tier_c boolean NOT NULL DEFAULT false,
        note text NOT NULL DEFAULT '',
        source text NOT NULL DEFAULT '',
        archived_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id)
    );
    """
    + tenant_table("clients", hq=False)
    + audited("clients")
    + """
    CREATE TABLE client_people (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        client_id uuid NOT NULL,
        name text NOT NULL,
        phone text NOT NULL,
        role text NOT NULL DEFAULT '',
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, client_id) REFERENCES clients (franchise_id, id)
    );
    CREATE INDEX client_people_by_client ON client_people (franchise_id, client_id);
    CREATE INDEX client_people_by_phone ON client_people (franchise_id, phone);
    """
    + tenant_table("client_people", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + audited("client_people")
    + """
    CREATE TABLE sites (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        client_id uuid NOT NULL,
        address text NOT NULL CHECK (length(address) BETWEEN 1 AND 400),
        location geography(Point, 4326) NOT NULL,
        zone text NOT NULL,
        region text NOT NULL DEFAULT '',
        meeting_point text NOT NULL DEFAULT '',
        contact_name text NOT NULL DEFAULT '',
        contact_phone text NOT NULL DEFAULT '',
        attendance_source text NOT NULL DEFAULT 'crew_lead'
            CHECK (attendance_source IN ('foreman', 'crew_lead', 'client', 'self')),
        archived_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id),
        UNIQUE (franchise_id, client_id, id),
        FOREIGN KEY (franchise_id, client_id) REFERENCES clients (franchise_id, id)
    );
    """
    + tenant_table("sites", hq=False)
    + audited("sites")
    + """
    CREATE TABLE do_not_return (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        client_id uuid NOT NULL,
        site_id uuid,
        worker_id uuid NOT NULL REFERENCES workers,
        decided_by text NOT NULL CHECK (decided_by IN ('client', 'worker')),
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id),
        CONSTRAINT do_not_return_stands UNIQUE NULLS NOT DISTINCT (franchise_id, client_id, site_id, worker_id, decided_by),
        FOREIGN KEY (franchise_id, client_id) REFERENCES clients (franchise_id, id),
        FOREIGN KEY (franchise_id, client_id, site_id) REFERENCES sites (franchise_id, client_id, id)
    );
    """
    + tenant_table("do_not_return", "SELECT, INSERT, DELETE", hq=False)
    + audited("do_not_return")
    + """
    CREATE TABLE rate_cards (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        service text NOT NULL,
        version integer NOT NULL,
        body jsonb NOT NULL,
        valid tstzrange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
        author text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id),
        UNIQUE (franchise_id, service, version),
        CONSTRAINT one_rate_card_in_force EXCLUDE USING gist (franchise_id WITH =, service WITH =, valid WITH &&)
    );
    CREATE FUNCTION rate_card_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (old.franchise_id, old.service, old.version, old.body, lower(old.valid))
           IS DISTINCT FROM (new.franchise_id, new.service, new.version, new.body, lower(new.valid)) THEN
            RAISE EXCEPTION 'a rate card version is final; write the next version'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rate_card_final';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER final BEFORE UPDATE ON rate_cards FOR EACH ROW EXECUTE FUNCTION rate_card_is_final();
    """
    + tenant_table("rate_cards", "SELECT, INSERT, UPDATE (valid)")
    + audited("rate_cards")
)


def upgrade() -> None:
    run_script(SQL)
