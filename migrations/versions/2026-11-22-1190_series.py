"""Series: orders that repeat. The pattern, what deviates from it, and the days that became orders, each exactly once."""

from migrations.security import audited, moves, tenant_table
from migrations.tools import run_script

revision = "1190"
down_revision = "1181"

CHANGEABLE = "headcount, local_start, local_end, ends_on, note, status, version"

SQL = (
    """
    CREATE TABLE series (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        client_id uuid NOT NULL,
        site_id uuid NOT NULL,
        service text NOT NULL,
        headcount integer NOT NULL CHECK (headcount BETWEEN 1 AND 500),
        pattern jsonb NOT NULL,
        local_start time NOT NULL,
        local_end time NOT NULL,
        starts_on date NOT NULL,
        ends_on date,
        holidays text NOT NULL CHECK (holidays IN ('work', 'skip')),
        conditions text[] NOT NULL DEFAULT '{}',
        min_tier text CHECK (min_tier IN ('A', 'B', 'C')),
        over_invite jsonb,
        note text NOT NULL DEFAULT '',
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'ended')),
        test boolean NOT NULL DEFAULT caller_is_test(),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        CHECK (ends_on >= starts_on),
        UNIQUE (franchise_id, id),
        UNIQUE (franchise_id, id, test),
        FOREIGN KEY (franchise_id, client_id) REFERENCES clients (franchise_id, id),
        FOREIGN KEY (franchise_id, client_id, site_id) REFERENCES sites (franchise_id, client_id, id)
    );
    COMMENT ON COLUMN series.test IS 'made with a test key; all its orders are test orders';
    """
    + tenant_table("series", f"SELECT, INSERT, UPDATE ({CHANGEABLE})", hq=False)
    + audited("series")
    + moves("series", [("active", "paused"), ("paused", "active"), ("active", "ended"), ("paused", "ended")])
    + """
    CREATE TABLE series_exceptions (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        series_id uuid NOT NULL,
        day date NOT NULL,
        kind text NOT NULL CHECK (kind IN ('out', 'other', 'extra')),
        headcount integer CHECK (headcount BETWEEN 1 AND 500),
        local_start time,
        local_end time,
        reason text NOT NULL DEFAULT '',
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        CHECK (num_nulls(local_start, local_end) IN (0, 2)),
        CHECK (kind <> 'out' OR num_nonnulls(headcount, local_start) = 0),
        CHECK (kind <> 'other' OR num_nonnulls(headcount, local_start) > 0),
        CONSTRAINT series_exception_once UNIQUE (franchise_id, series_id, day),
        FOREIGN KEY (franchise_id, series_id) REFERENCES series (franchise_id, id)
    );
    """
    + tenant_table("series_exceptions", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + audited("series_exceptions")
    + """
    -- A day is claimed here before its order is placed, in one transaction; the key to the order is checked at its end.
    CREATE TABLE series_days (
        franchise_id uuid NOT NULL,
        series_id uuid NOT NULL,
        day date NOT NULL,
        order_id uuid NOT NULL,
        test boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        CONSTRAINT series_day_once PRIMARY KEY (series_id, day),
        CONSTRAINT order_of_one_day UNIQUE (franchise_id, order_id),
        CONSTRAINT day_is_as_its_series FOREIGN KEY (franchise_id, series_id, test)
            REFERENCES series (franchise_id, id, test),
        CONSTRAINT day_is_as_its_order FOREIGN KEY (franchise_id, order_id, test)
            REFERENCES orders (franchise_id, id, test) DEFERRABLE INITIALLY DEFERRED
    );
    """
    + tenant_table("series_days", "SELECT, INSERT, UPDATE (order_id)", hq=False)
)


def upgrade() -> None:
    run_script(SQL)
