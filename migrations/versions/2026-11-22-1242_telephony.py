"""Calls that come in: the lines of a franchise, every call they tell of, and whose number it is."""

from migrations.security import audited, definer_function, tenant_table
from migrations.tools import run_script

revision = "1242"
down_revision = "1241"

SQL = (
    """
    CREATE TABLE telephone_lines (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        provider text NOT NULL CHECK (provider ~ '^[a-z0-9-]{2,40}$'),
        number text NOT NULL CHECK (number ~ '^\\+[1-9][0-9]{6,14}$'),
        secret text NOT NULL CHECK (length(secret) >= 32),
        enabled boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id),
        CONSTRAINT telephone_line_taken UNIQUE (provider, number)
    );
    """
    + tenant_table("telephone_lines", hq=False)
    + audited("telephone_lines")
    + """
    CREATE TABLE incoming_calls (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        line_id uuid NOT NULL,
        provider_ref text NOT NULL,
        event text NOT NULL CHECK (event IN ('ringing', 'answered', 'missed')),
        phone_id uuid REFERENCES phones,
        worker_id uuid REFERENCES workers,
        at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock.now(),
        seen integer NOT NULL DEFAULT 1,
        CONSTRAINT call_told_once UNIQUE (line_id, provider_ref, event),
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, line_id) REFERENCES telephone_lines (franchise_id, id)
    );
    CREATE INDEX incoming_calls_by_worker ON incoming_calls (franchise_id, worker_id, received_at);
    """
    + tenant_table("incoming_calls", "SELECT, INSERT, UPDATE (seen)", hq=False)
    + """
    CREATE FUNCTION telephone_line_at(of_provider text, called text)
    RETURNS TABLE (line_id uuid, franchise_id uuid, secret text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT l.id, l.franchise_id, l.secret FROM telephone_lines l
        JOIN franchises f ON f.id = l.franchise_id AND f.status = 'active'
        WHERE l.provider = of_provider AND l.number = called AND l.enabled
    $$;

    CREATE FUNCTION tell_pages_of_calls() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- To whom an answered call belongs somebody knows already.
        PERFORM pg_notify('pages', concat_ws(' ', f.franchise_id, 'call', f.id, pg_current_xact_id())) FROM fresh f
        WHERE f.event <> 'answered';
        RETURN NULL;
    END $$;
    CREATE TRIGGER incoming_calls_tell_pages AFTER INSERT ON incoming_calls
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tell_pages_of_calls();
    """
    + definer_function("telephone_line_at(text, text)")
)


def upgrade() -> None:
    run_script(SQL)
