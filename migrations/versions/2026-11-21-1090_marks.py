"""The fold of a rating in SQL, and the only way a mark is written."""

from migrations.security import definer_function
from migrations.tools import run_script

revision = "1090"
down_revision = "1080"

FOLD = """
-- The fold of dispatch/rating/rules.py for the database: the same operations on double precision in the same order,
-- so both give the identical value. Defaults are the house policy; pass the figures of the network policy in force.
--
-- Both functions see only the marks their caller may see: call them from a definer function that sees all marks of
-- the worker, whichever franchise gave them. `upto` folds as of an earlier position; NULL means all marks.
-- Index to have: marks (worker_id, occurred_at DESC, seq DESC), and UNIQUE (reverses_id).

CREATE FUNCTION rating_fold(
    worker uuid,
    upto bigint DEFAULT NULL,
    prior double precision DEFAULT 3.5,
    prior_weight double precision DEFAULT 3.0,
    half_life_s double precision DEFAULT 7776000,  -- 90 days
    counted integer DEFAULT 200
) RETURNS numeric
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp
AS $$
DECLARE
    total double precision := prior * prior_weight;
    weights double precision := prior_weight;
    w double precision;
    mark record;
BEGIN
    FOR mark IN
        SELECT newest.weight, newest.value,
               extract(epoch FROM max(newest.occurred_at) OVER () - newest.occurred_at)::double precision AS age
        FROM (
            SELECT m.weight, m.value, m.occurred_at, m.seq
            FROM marks AS m
            WHERE m.worker_id = worker
              AND m.reverses_id IS NULL
              AND (upto IS NULL OR m.seq <= upto)
              AND NOT EXISTS (
                  SELECT FROM marks AS r
                  WHERE r.reverses_id = m.id AND (upto IS NULL OR r.seq <= upto)
              )
            ORDER BY m.occurred_at DESC, m.seq DESC
            LIMIT counted
        ) AS newest
        ORDER BY newest.occurred_at, newest.seq
    LOOP
        w := mark.weight * power(2::double precision, -least(mark.age / half_life_s, 1000::double precision));
        total := total + w * mark.value;
        weights := weights + w;
    END LOOP;
    -- The cast writes 15 significant digits; round() on numeric goes half away from zero.
    RETURN round(round((total / weights)::numeric, 9), 2);
END
$$;

CREATE FUNCTION rating_capped_until(
    worker uuid,
    upto bigint DEFAULT NULL,
    cap_for_s double precision DEFAULT 2592000,  -- 30 days of 24 hours, whatever the session's zone
    cap_completed integer DEFAULT 2,
    counted integer DEFAULT 200,
    capping text[] DEFAULT '{no_show}'
) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
    WITH newest AS (
        SELECT m.kind, m.occurred_at, m.seq
        FROM marks AS m
        WHERE m.worker_id = worker
          AND m.reverses_id IS NULL
          AND (upto IS NULL OR m.seq <= upto)
          AND NOT EXISTS (
              SELECT FROM marks AS r
              WHERE r.reverses_id = m.id AND (upto IS NULL OR r.seq <= upto)
          )
        ORDER BY m.occurred_at DESC, m.seq DESC
        LIMIT counted
    ), cap AS (
        SELECT occurred_at, seq FROM newest WHERE kind = ANY (capping) ORDER BY occurred_at DESC, seq DESC LIMIT 1
    )
    SELECT least(
        cap.occurred_at + make_interval(secs => cap_for_s),
        (
            SELECT newest.occurred_at
            FROM newest
            WHERE newest.kind = 'completed' AND (newest.occurred_at, newest.seq) > (cap.occurred_at, cap.seq)
            ORDER BY newest.occurred_at, newest.seq
            OFFSET cap_completed - 1 LIMIT 1
        )
    )
    FROM cap
$$;
;
"""

SQL = (
    FOLD
    + """
    CREATE FUNCTION append_mark(
        new_id uuid, tenant uuid, worker uuid, mark_kind text, mark_weight double precision, mark_value double precision,
        happened_at timestamptz, for_shift uuid, for_seat uuid, proof jsonb, who text, policy integer, undoes uuid,
        prior double precision, prior_weight double precision, half_life_s double precision, counted integer,
        cap_for_s double precision, cap_completed integer, capping text[]
    ) RETURNS TABLE (seq bigint, rating_before numeric, rating_after numeric, capped_until timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        w workers%ROWTYPE;
        next_seq bigint;
        undone marks%ROWTYPE;
        folded numeric;
        cap_end timestamptz;
        shown smallint := CASE mark_kind WHEN 'completed' THEN 1 WHEN 'no_show' THEN -1 ELSE 0 END;
    BEGIN
        IF NOT tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]) THEN
            RAISE EXCEPTION 'not this tenant' USING ERRCODE = 'insufficient_privilege';
        END IF;
        -- The worker's lock, the same key everyone takes before touching his seats, makes his marks one sequence.
        PERFORM pg_advisory_xact_lock(hashtextextended(worker::text, 7));
        SELECT * INTO STRICT w FROM workers x WHERE x.id = worker FOR NO KEY UPDATE;
        IF w.franchise_id <> tenant
           AND NOT EXISTS (SELECT FROM seats s WHERE s.worker_id = worker AND s.franchise_id = tenant) THEN
            RAISE EXCEPTION 'this franchise never had this worker' USING ERRCODE = 'insufficient_privilege';
        END IF;
        next_seq := w.rating_seq + 1;
        INSERT INTO marks (id, franchise_id, worker_id, seq, kind, weight, value, occurred_at, shift_id, seat_id, evidence,
                           author, policy_version, reverses_id)
        VALUES (new_id, tenant, worker, next_seq, mark_kind, mark_weight, mark_value, happened_at, for_shift, for_seat,
                proof, who, policy, undoes);
        IF undoes IS NOT NULL THEN
            SELECT * INTO STRICT undone FROM marks m WHERE m.id = undoes AND m.worker_id = worker;
            shown := CASE undone.kind WHEN 'completed' THEN 2 WHEN 'no_show' THEN -2 ELSE 0 END;
        END IF;
        folded := rating_fold(worker, NULL, prior, prior_weight, half_life_s, counted);
        cap_end := rating_capped_until(worker, NULL, cap_for_s, cap_completed, counted, capping);
        UPDATE workers SET rating = folded, rating_seq = next_seq, rating_at = clock.now(), capped_until = cap_end,
            show_yes = show_yes + CASE shown WHEN 1 THEN 1 WHEN 2 THEN -1 ELSE 0 END,
            show_no = show_no + CASE shown WHEN -1 THEN 1 WHEN -2 THEN -1 ELSE 0 END
        WHERE id = worker;
        RETURN QUERY SELECT next_seq,
            CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END,
            CASE WHEN cap_end > clock.now() THEN least(folded, 2.00) ELSE folded END, cap_end;
    END $$;
    """
    + definer_function(
        "append_mark(uuid, uuid, uuid, text, double precision, double precision, timestamptz, uuid, uuid, jsonb, text, "
        "integer, uuid, double precision, double precision, double precision, integer, double precision, integer, text[])"
    )
)


def upgrade() -> None:
    run_script(SQL)
