"""What is asked: orders and their shifts, with the counters that no seat may overrun."""

from migrations.security import audited, moves, tenant_table
from migrations.tools import run_script

revision = "1050"
down_revision = "1040"

LIVE = ("recruiting", "filled", "covered", "short")
SHIFT_MOVES = (
    [(a, b) for a in LIVE for b in LIVE if a != b]
    + [(a, b) for a in LIVE for b in ("running", "cancelled")]
    + [("running", "closed"), ("running", "cancelled"), ("short", "closed")]
)
EDITABLE = (
    "order_id, starts_at, ends_at, local_start, local_end, zone, headcount, location, region, site_id, status, "
    "paused_at, terms_version, cover, reserve_capacity, standby_capacity, owner_id, attendance_source, urgent, "
    "min_rating, bill_rate_minor, pay_rate_minor, closed_at, cancelled_at, cover_reason, version"
)

SQL = (
    """
    CREATE TABLE orders (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        client_id uuid NOT NULL,
        site_id uuid NOT NULL,
        service text NOT NULL,
        headcount integer NOT NULL CHECK (headcount BETWEEN 1 AND 2000),
        conditions text[] NOT NULL DEFAULT '{}',
        min_tier text CHECK (min_tier IN ('A', 'B', 'C')),
        urgent boolean NOT NULL DEFAULT false,
        urgent_reason text,
        over_invite jsonb,
        external_id text,
        note text NOT NULL DEFAULT '',
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'cancelled', 'closed')),
        rate_card_id uuid NOT NULL,
        quote jsonb NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        currency text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id),
        CONSTRAINT order_external_id_taken UNIQUE (franchise_id, external_id),
        FOREIGN KEY (franchise_id, rate_card_id) REFERENCES rate_cards (franchise_id, id),
        FOREIGN KEY (franchise_id, client_id) REFERENCES clients (franchise_id, id),
        FOREIGN KEY (franchise_id, client_id, site_id) REFERENCES sites (franchise_id, client_id, id)
    );
    CREATE INDEX orders_by_client ON orders (franchise_id, client_id, id);
    """
    + tenant_table("orders", hq=False)
    + audited("orders")
    + moves("orders", [("open", "cancelled"), ("open", "closed")])
    + """
    CREATE TABLE shifts (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        order_id uuid NOT NULL,
        client_id uuid NOT NULL,
        site_id uuid NOT NULL,
        n smallint NOT NULL,
        service text NOT NULL,
        skill integer NOT NULL,
        documents text[] NOT NULL DEFAULT '{}',
        location geography(Point, 4326) NOT NULL,
        region text NOT NULL DEFAULT '',
        zone text NOT NULL,
        local_start timestamp NOT NULL,
        local_end timestamp NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        busy tstzrange NOT NULL CHECK (NOT isempty(busy) AND NOT lower_inf(busy) AND NOT upper_inf(busy)),
        headcount integer NOT NULL CHECK (headcount BETWEEN 1 AND 2000),
        cover integer NOT NULL,
        cover_reason text NOT NULL DEFAULT '',
        reserve_capacity integer NOT NULL,
        standby_capacity integer NOT NULL,
        primary_count integer NOT NULL DEFAULT 0,
        reserve_count integer NOT NULL DEFAULT 0,
        standby_count integer NOT NULL DEFAULT 0,
        status text NOT NULL DEFAULT 'recruiting'
            CHECK (status IN ('recruiting', 'filled', 'covered', 'short', 'running', 'closed', 'cancelled')),
        paused_at timestamptz,
        urgent boolean NOT NULL DEFAULT false,
        min_rating numeric(3, 2),
        bill_rate_minor bigint NOT NULL CHECK (bill_rate_minor >= 0),
        pay_rate_minor bigint NOT NULL CHECK (pay_rate_minor >= 0),
        currency text NOT NULL,
        terms_version integer NOT NULL DEFAULT 1,
        owner_id uuid,
        attendance_source text NOT NULL CHECK (attendance_source IN ('foreman', 'crew_lead', 'client', 'self')),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        closed_at timestamptz,
        cancelled_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        CHECK (ends_at > starts_at),
        CHECK (cover >= headcount),
        CONSTRAINT primary_seats_within_headcount CHECK (primary_count BETWEEN 0 AND headcount),
        CONSTRAINT reserve_seats_within_capacity CHECK (reserve_count BETWEEN 0 AND reserve_capacity),
        CONSTRAINT standby_seats_within_capacity CHECK (standby_count BETWEEN 0 AND standby_capacity),
        UNIQUE (franchise_id, id),
        UNIQUE (franchise_id, id, busy),
        UNIQUE (franchise_id, order_id, n),
        FOREIGN KEY (franchise_id, order_id) REFERENCES orders (franchise_id, id),
        FOREIGN KEY (franchise_id, client_id, site_id) REFERENCES sites (franchise_id, client_id, id),
        FOREIGN KEY (franchise_id, owner_id) REFERENCES staff_users (franchise_id, id)
    ) WITH (fillfactor = 70);
    CREATE INDEX shifts_by_order ON shifts (franchise_id, order_id);
    CREATE INDEX shifts_open ON shifts (franchise_id, starts_at) WHERE status NOT IN ('closed', 'cancelled');

    CREATE FUNCTION set_busy() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- One network constant: an hour to leave the site and be fit for the next.
        new.busy := tstzrange(new.starts_at, new.ends_at + interval '60 minutes');
        RETURN new;
    END $$;
    CREATE TRIGGER set_busy BEFORE INSERT OR UPDATE OF starts_at, ends_at ON shifts
    FOR EACH ROW EXECUTE FUNCTION set_busy();
    """
    + tenant_table("shifts", f"SELECT, INSERT, UPDATE ({EDITABLE})")
    + moves("shifts", SHIFT_MOVES)
)


def upgrade() -> None:
    run_script(SQL)
