"""Answers of an address service, kept for a while, and the pace at which a service may be asked."""

from migrations.security import definer_function, row_security, tenant_table
from migrations.tools import run_script

revision = "1250"
down_revision = "1242"

SQL = (
    """
    CREATE TABLE geocodes (
        franchise_id uuid NOT NULL REFERENCES franchises,
        provider text NOT NULL CHECK (length(provider) BETWEEN 1 AND 40),
        language text NOT NULL CHECK (length(language) BETWEEN 2 AND 10),
        query text NOT NULL CHECK (length(query) BETWEEN 3 AND 200),
        places jsonb NOT NULL CHECK (jsonb_typeof(places) = 'array' AND length(places::text) <= 8000),
        asked_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL CHECK (expires_at > asked_at),
        PRIMARY KEY (franchise_id, provider, language, query)
    );
    CREATE INDEX geocodes_by_age ON geocodes (franchise_id, asked_at DESC);
    COMMENT ON TABLE geocodes IS 'a cache: it may be emptied at any time';
    """
    + tenant_table("geocodes", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + """
    CREATE TABLE geocoder_turns (provider text PRIMARY KEY, next_at timestamptz NOT NULL);
    """
    + row_security("geocoder_turns")
    + """
    CREATE FUNCTION take_geocoder_turn(which text, gap_s double precision, patience_s double precision)
    RETURNS double precision LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        -- One row is the queue of all processes: each question moves the next turn on, and learns how long it waits.
        INSERT INTO geocoder_turns AS t (provider, next_at)
        VALUES (which, clock.instant() + make_interval(secs => gap_s))
        ON CONFLICT (provider) DO UPDATE
        SET next_at = greatest(t.next_at, clock.instant()) + make_interval(secs => gap_s)
        WHERE t.next_at <= clock.instant() + make_interval(secs => patience_s)
        RETURNING extract(epoch FROM t.next_at - clock.instant())::double precision - gap_s
    $$;
    """
    + definer_function("take_geocoder_turn(text, double precision, double precision)")
)


def upgrade() -> None:
    run_script(SQL)
