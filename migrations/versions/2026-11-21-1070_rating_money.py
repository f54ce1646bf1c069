"""Marks and what follows from them; fines; double-entry books; timesheets."""

from migrations.security import append_only, moves, tenant_table
from migrations.tools import run_script

revision = "1070"
down_revision = "1060"

FINE_MOVES = [
    ("proposed", "active"),
    ("proposed", "appealed"),
    ("proposed", "voided"),
    ("active", "appealed"),
    ("active", "settled"),
    ("active", "worked_off"),
    ("active", "voided"),
    ("appealed", "upheld"),
    ("appealed", "voided"),
    ("upheld", "settled"),
    ("upheld", "worked_off"),
    ("upheld", "voided"),
]

SQL = (
    """
    CREATE TABLE marks (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        worker_id uuid NOT NULL REFERENCES workers,
        seq bigint NOT NULL,
        kind text NOT NULL,
        weight double precision NOT NULL CHECK (weight BETWEEN 0 AND 100),
        value double precision NOT NULL CHECK (value BETWEEN 1 AND 5),
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock.now(),
        shift_id uuid,
        seat_id uuid,
        evidence jsonb NOT NULL DEFAULT '{}',
        author text NOT NULL,
        policy_version integer NOT NULL,
        reverses_id uuid,
        UNIQUE (franchise_id, id),
        CONSTRAINT mark_position UNIQUE (worker_id, seq),
        CONSTRAINT mark_reversed_once UNIQUE (reverses_id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id),
        FOREIGN KEY (franchise_id, seat_id) REFERENCES seats (franchise_id, id),
        FOREIGN KEY (franchise_id, reverses_id) REFERENCES marks (franchise_id, id)
    );
    CREATE UNIQUE INDEX one_mark_of_a_kind_per_seat ON marks (seat_id, kind) WHERE seat_id IS NOT NULL AND reverses_id IS NULL;
    CREATE INDEX marks_fold ON marks (worker_id, occurred_at DESC, seq DESC);
    CREATE INDEX marks_by_franchise ON marks (franchise_id, worker_id);
    """
    + tenant_table("marks", "SELECT")
    + append_only("marks")
    + """
    CREATE FUNCTION worker_lock_key(worker uuid) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT hashtextextended(worker::text, 7)
    $$;
    """
    + """
    CREATE TABLE strikes (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        worker_id uuid NOT NULL REFERENCES workers,
        mark_id uuid NOT NULL,
        count smallint NOT NULL CHECK (count > 0),
        status text NOT NULL DEFAULT 'standing' CHECK (status IN ('standing', 'reversed')),
        at timestamptz NOT NULL,
        CONSTRAINT one_strike_per_mark UNIQUE (franchise_id, mark_id),
        FOREIGN KEY (franchise_id, mark_id) REFERENCES marks (franchise_id, id)
    );
    CREATE INDEX strikes_by_worker ON strikes (franchise_id, worker_id, at);
    """
    + tenant_table("strikes")
    + moves("strikes", [("standing", "reversed")])
    + """
    CREATE TABLE fines (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        worker_id uuid NOT NULL REFERENCES workers,
        shift_id uuid NOT NULL,
        seat_id uuid NOT NULL,
        mark_id uuid NOT NULL,
        kind text NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        legal_basis text NOT NULL CHECK (length(legal_basis) >= 10),
        policy_version integer NOT NULL,
        status text NOT NULL DEFAULT 'proposed'
            CHECK (status IN ('proposed', 'active', 'settled', 'worked_off', 'voided', 'appealed', 'upheld')),
        reason text NOT NULL DEFAULT '',
        on_day date NOT NULL,
        cap_shift_minor bigint NOT NULL,
        cap_day_minor bigint NOT NULL,
        cap_month_minor bigint NOT NULL,
        proposed_at timestamptz NOT NULL,
        appeal_until timestamptz NOT NULL,
        appealed_at timestamptz,
        decided_at timestamptz,
        decided_by text,
        UNIQUE (franchise_id, id),
        CONSTRAINT one_fine_per_mark UNIQUE (mark_id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id),
        FOREIGN KEY (franchise_id, seat_id) REFERENCES seats (franchise_id, id),
        FOREIGN KEY (franchise_id, mark_id) REFERENCES marks (franchise_id, id)
    );
    CREATE INDEX fines_by_worker ON fines (franchise_id, worker_id, on_day);
    """
    + tenant_table("fines")
    + moves("fines", FINE_MOVES)
    + """
    CREATE TABLE fine_totals (
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        scope text NOT NULL CHECK (scope IN ('shift', 'day', 'month')),
        key text NOT NULL,
        total_minor bigint NOT NULL,
        cap_minor bigint NOT NULL,
        CONSTRAINT fines_within_cap CHECK (total_minor BETWEEN 0 AND cap_minor),
        PRIMARY KEY (franchise_id, worker_id, scope, key)
    );
    """
    + tenant_table("fine_totals", "SELECT")
    + """
    CREATE FUNCTION count_fines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        change bigint := CASE WHEN tg_op = 'INSERT' THEN new.amount_minor
                              WHEN new.status = 'voided' AND old.status <> 'voided' THEN -old.amount_minor ELSE 0 END;
    BEGIN
        IF change <> 0 THEN
            INSERT INTO fine_totals AS t (franchise_id, worker_id, scope, key, total_minor, cap_minor)
            SELECT new.franchise_id, new.worker_id, v.scope, v.key, greatest(change, 0), v.cap
            FROM (VALUES ('shift', new.shift_id::text, new.cap_shift_minor),
                         ('day', new.on_day::text, new.cap_day_minor),
                         ('month', to_char(new.on_day, 'YYYY-MM'), new.cap_month_minor)) AS v (scope, key, cap)
            ON CONFLICT (franchise_id, worker_id, scope, key) DO UPDATE
            SET total_minor = t.total_minor + change, cap_minor = greatest(t.cap_minor, excluded.cap_minor);
        END IF;
        RETURN NULL;
    END $$;
    ALTER FUNCTION count_fines() OWNER TO dispatch_definer;
    CREATE TRIGGER count_fines AFTER INSERT OR UPDATE OF status ON fines
    FOR EACH ROW EXECUTE FUNCTION count_fines();

    CREATE TABLE accounts (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        kind text NOT NULL CHECK (kind IN ('client', 'worker', 'revenue', 'labour', 'fines', 'royalty', 'lending', 'cash')),
        owner_id uuid,
        currency text NOT NULL,
        UNIQUE (franchise_id, id),
        CONSTRAINT account_once UNIQUE NULLS NOT DISTINCT (franchise_id, kind, owner_id, currency)
    );
    """
    + tenant_table("accounts", "SELECT, INSERT")
    + """
    CREATE TABLE transfers (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        debit_id uuid NOT NULL,
        credit_id uuid NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        kind text NOT NULL,
        subject_id uuid NOT NULL,
        shift_id uuid,
        settlement_id uuid,
        reverses_id uuid,
        author text NOT NULL,
        at timestamptz NOT NULL,
        note text NOT NULL DEFAULT '',
        CONSTRAINT two_accounts CHECK (debit_id <> credit_id),
        UNIQUE (franchise_id, id),
        CONSTRAINT transfer_once UNIQUE NULLS NOT DISTINCT (franchise_id, kind, subject_id, reverses_id),
        CONSTRAINT transfer_reversed_once UNIQUE (reverses_id),
        FOREIGN KEY (franchise_id, debit_id) REFERENCES accounts (franchise_id, id),
        FOREIGN KEY (franchise_id, credit_id) REFERENCES accounts (franchise_id, id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id),
        FOREIGN KEY (franchise_id, reverses_id) REFERENCES transfers (franchise_id, id)
    );
    CREATE INDEX transfers_by_shift ON transfers (franchise_id, shift_id);
    CREATE INDEX transfers_by_debit ON transfers (franchise_id, debit_id, id);
    CREATE INDEX transfers_by_credit ON transfers (franchise_id, credit_id, id);
    """
    + tenant_table("transfers", "SELECT, INSERT")
    + append_only("transfers")
    + """
    CREATE TABLE timesheets (
        seat_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL REFERENCES workers,
        kind text NOT NULL CHECK (kind IN ('work', 'call_out', 'late_cancel')),
        planned_minutes integer NOT NULL CHECK (planned_minutes >= 0),
        actual_minutes integer NOT NULL CHECK (actual_minutes >= 0),
        billed_minutes integer NOT NULL CHECK (billed_minutes >= 0),
        paid_minutes integer NOT NULL CHECK (paid_minutes >= 0),
        bill_minor bigint NOT NULL CHECK (bill_minor >= 0),
        pay_minor bigint NOT NULL CHECK (pay_minor >= 0),
        currency text NOT NULL,
        author text NOT NULL,
        at timestamptz NOT NULL,
        FOREIGN KEY (franchise_id, seat_id) REFERENCES seats (franchise_id, id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    CREATE INDEX timesheets_by_shift ON timesheets (franchise_id, shift_id);
    """
    + tenant_table("timesheets", "SELECT, INSERT")
)


def upgrade() -> None:
    run_script(SQL)
