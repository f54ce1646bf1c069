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
