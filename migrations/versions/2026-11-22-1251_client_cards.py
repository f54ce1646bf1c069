"""Who looks after a client and what was noted of it, who of its people may order, where the crew meets; pass lists."""

from migrations.security import append_only, audited, tenant_table
from migrations.tools import run_script

revision = "1251"
down_revision = "1250"

FIELDS = "'full_name', 'birth_year', 'passport', 'work_permit', 'medical_book', 'phone', 'car_plate'"

SQL = (
    """
    ALTER TABLE clients ADD COLUMN curator_id uuid,
        ADD CONSTRAINT client_has_a_curator FOREIGN KEY (franchise_id, curator_id)
            REFERENCES staff_users (franchise_id, id);
    CREATE INDEX clients_by_curator ON clients (franchise_id, curator_id) WHERE curator_id IS NOT NULL;
    ALTER TABLE client_people
        ADD COLUMN email text NOT NULL DEFAULT '' CHECK (length(email) <= 200),
        ADD COLUMN may_order boolean NOT NULL DEFAULT true,
        ADD COLUMN version integer NOT NULL DEFAULT 1;
    ALTER TABLE sites ADD COLUMN meeting_location geography(Point, 4326);
    ALTER TABLE do_not_return ADD COLUMN created_by text NOT NULL DEFAULT '';
    COMMENT ON COLUMN do_not_return.created_by IS 'who wrote it down; empty for the oldest';

    CREATE TABLE client_notes (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        client_id uuid NOT NULL,
        body text NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        FOREIGN KEY (franchise_id, client_id) REFERENCES clients (franchise_id, id)
    );
    CREATE INDEX client_notes_by_client ON client_notes (franchise_id, client_id, id);
    """
    + tenant_table("client_notes", "SELECT, INSERT", hq=False)
    + append_only("client_notes")
    + audited("client_notes")
    + f"""
    CREATE TABLE pass_rules (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        site_id uuid NOT NULL,
        order_id uuid,
        fields text[] NOT NULL CHECK (fields <@ ARRAY[{FIELDS}] AND cardinality(fields) BETWEEN 1 AND 7),
        days_before smallint NOT NULL CHECK (days_before BETWEEN 0 AND 14),
        by_time time NOT NULL,
        recipient text NOT NULL DEFAULT '' CHECK (length(recipient) <= 200),
        email text NOT NULL DEFAULT '' CHECK (length(email) <= 200),
        phone text NOT NULL DEFAULT '' CHECK (length(phone) <= 20),
        note text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
        version integer NOT NULL DEFAULT 1,
        CONSTRAINT pass_rule_of_one UNIQUE NULLS NOT DISTINCT (franchise_id, site_id, order_id),
        FOREIGN KEY (franchise_id, site_id) REFERENCES sites (franchise_id, id),
        FOREIGN KEY (franchise_id, order_id) REFERENCES orders (franchise_id, id)
    );
    COMMENT ON COLUMN pass_rules.order_id IS 'for this order alone, instead of what the site wants';
    """
    + tenant_table("pass_rules", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + audited("pass_rules")
    + """
    CREATE TABLE pass_lists (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        digest bytea NOT NULL CHECK (length(digest) = 32),
        worker_ids uuid[] NOT NULL,
        recipient text NOT NULL,
        created_by text NOT NULL,
        sent_at timestamptz NOT NULL,
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    COMMENT ON TABLE pass_lists IS 'lists that went to the security of a site: of whom, and a digest of what they said';
    CREATE INDEX pass_lists_by_shift ON pass_lists (franchise_id, shift_id, sent_at DESC);
    """
    + tenant_table("pass_lists", "SELECT, INSERT", hq=False)
    + append_only("pass_lists")
    + audited("pass_lists")
    + """
    CREATE TABLE worker_pass_facts (
        worker_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        birth_year smallint CHECK (birth_year BETWEEN 1900 AND 2100),
        car_plate text NOT NULL DEFAULT '' CHECK (length(car_plate) <= 20),
        version integer NOT NULL DEFAULT 1,
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id)
    );
    """
    + tenant_table("worker_pass_facts", hq=False)
    + audited("worker_pass_facts")
)


def upgrade() -> None:
    run_script(SQL)
