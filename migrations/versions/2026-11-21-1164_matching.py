"""Rank guessed places last, take the window of fairness from the policy, and look at fewer men to find the best.

The calendar was asked through a function that the planner cannot open, for every man within reach and before anything
cheaper: in a city it took a second or two. Now all that the pool row tells is looked at first, and other tables only
for those who can still be among the best.
"""

from migrations.security import definer_function
from migrations.tools import run_script

revision = "1164"
down_revision = "1163"

# name of the reason -> condition that must hold for worker w with contact c, phone p, effective rating e.rating,
# geodesic distance g.metres. q is the unpacked request.
RULES = {
    "test_and_real_kept_apart": "w.test = q_test",
    "not_active_or_vetted": "w.invitable",
    "opted_out": "p.opted_out_at IS NULL",
    "number_dead": "p.dead_at IS NULL",
    "lacks_skill": "(w.skills & q_skill) = q_skill",
    "too_far": "g.metres <= least(q_radius_m, w.radius_m)",
    "cannot_arrive_in_time": "g.metres / 1000.0 * q_travel_min_per_km <= q_minutes_to_due",
    "rating_below_tier": "e.rating >= q_min_rating",
    "under_no_show_cap": "(w.capped_until IS NULL OR w.capped_until <= q_now OR q_second_chance)",
    "not_lent_here": "(q_homes IS NULL OR w.franchise_id = ANY (q_homes))",
    "already_asked_or_barred": "NOT (w.id = ANY (q_excluded))",
    "booked_elsewhere": """(NOT EXISTS (
        SELECT FROM seats s WHERE s.worker_id = w.id AND s.live AND s.kind IN ('primary', 'reserve')
        AND s.busy && CASE WHEN w.short_rest_ok THEN q_busy ELSE q_rested END)) IS TRUE""",
    "documents_missing": """(q_documents = '{}' OR NOT EXISTS (
        SELECT FROM unnest(q_documents) AS k WHERE NOT EXISTS (
            SELECT FROM worker_documents d WHERE d.worker_id = w.id AND d.kind = k
            AND (d.valid_until IS NULL OR d.valid_until >= q_last_day) AND (d.region IS NULL OR d.region = q_region))))""",
    "not_available": """(NOT EXISTS (
        SELECT FROM worker_absences x WHERE x.worker_id = w.id AND x.during && tstzrange(q_starts_at, q_ends_at))) IS TRUE
        AND coalesce((SELECT fits_calendar(a, w.zone, q_starts_at, q_ends_at) FROM worker_availability a
                      WHERE a.worker_id = w.id), true)""",
    "contact_budget_spent": """(NOT EXISTS (
        SELECT FROM contact_days b WHERE b.worker_id = w.id AND b.day = (q_send_from AT TIME ZONE p.zone)::date
        AND (b.texts >= 8 OR b.unanswered >= least(q_budget, w.daily_offers)
             OR (w.franchise_id <> q_tenant AND b.guest_unanswered >= least(q_budget, w.daily_offers) - q_kept_for_home)))) IS TRUE
        AND least(q_budget, w.daily_offers) > CASE WHEN w.franchise_id = q_tenant THEN 0 ELSE q_kept_for_home END""",
    "quiet_hours": """((q_urgent AND w.urgent_ok)
        OR allowed_from(q_send_from, p.zone, q_quiet_from, q_quiet_to) < q_deadline)""",
}

DECLARE = """
    q_now timestamptz := clock.now();
    q_test boolean := coalesce((q ->> 'test')::boolean, false);
    q_tenant uuid := (q ->> 'tenant')::uuid;
    q_shift uuid := (q ->> 'shift_id')::uuid;
    q_client uuid := (q ->> 'client_id')::uuid;
    q_site uuid := (q ->> 'site_id')::uuid;
    q_point geography := ST_SetSRID(ST_MakePoint((q ->> 'lon')::float8, (q ->> 'lat')::float8), 4326)::geography;
    q_starts_at timestamptz := (q ->> 'starts_at')::timestamptz;
    q_ends_at timestamptz := (q ->> 'ends_at')::timestamptz;
    q_due_at timestamptz := (q ->> 'due_at')::timestamptz;
    q_deadline timestamptz := (q ->> 'deadline')::timestamptz;
    q_send_from timestamptz := greatest((q ->> 'send_from')::timestamptz, q_now);
    q_last_day date := (q_ends_at AT TIME ZONE (q ->> 'zone'))::date;
    q_skill int := (q ->> 'skill')::int;
    q_documents text[] := ARRAY(SELECT jsonb_array_elements_text(q -> 'documents'));
    q_region text := q ->> 'region';
    q_radius_m float8 := (q ->> 'radius_m')::float8;
    q_min_rating numeric := (q ->> 'min_rating')::numeric;
    q_k int := (q ->> 'k')::int;
    q_second_chance boolean := coalesce((q ->> 'second_chance')::boolean, false);
    q_urgent boolean := (q ->> 'urgent')::boolean;
    q_homes uuid[] := CASE WHEN jsonb_typeof(q -> 'homes') = 'array'
                      THEN ARRAY(SELECT jsonb_array_elements_text(q -> 'homes')::uuid) END;
    q_travel_min_per_km float8 := (q ->> 'travel_min_per_km')::float8;
    q_minutes_to_due float8 := extract(epoch FROM q_due_at - q_now) / 60.0;
    q_budget smallint := (q ->> 'budget')::smallint;
    q_kept_for_home smallint := (q ->> 'kept_for_home')::smallint;
    q_quiet_from time := (q ->> 'quiet_from')::time;
    q_quiet_to time := (q ->> 'quiet_to')::time;
    q_rest interval := make_interval(mins => (q ->> 'rest_minutes')::int);
    q_busy tstzrange := tstzrange(q_starts_at, q_ends_at + interval '60 minutes');
    -- Another seat's busy range carries its 60 minutes already, so the rest before us is shortened by as much.
    q_rested tstzrange := tstzrange(q_starts_at - greatest(q_rest - interval '60 minutes', interval '0'),
                                    q_ends_at + greatest(q_rest, interval '60 minutes'));
    q_lately tstzrange := tstzrange(q_now - make_interval(days => coalesce((q ->> 'fairness_days')::int, 7)), q_now);
    wd float8 := (q #>> '{weights,distance}')::float8;
    wr float8 := (q #>> '{weights,rating}')::float8;
    wl float8 := (q #>> '{weights,likelihood}')::float8;
    wf float8 := (q #>> '{weights,favourites}')::float8;
    wh float8 := (q #>> '{weights,fairness}')::float8;
    q_excluded uuid[];
    q_known uuid[];
    q_preferred uuid[] := ARRAY(SELECT jsonb_array_elements_text(coalesce(q -> 'prefer', '[]'))::uuid);
"""

SETS = """
    IF NOT q_tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]) THEN
        RAISE EXCEPTION 'not this tenant' USING ERRCODE = 'insufficient_privilege';
    END IF;
    q_excluded := ARRAY(
        SELECT t.worker_id FROM standings t WHERE t.franchise_id = q_tenant
        AND (t.status = 'excluded' OR t.status = 'suspended' AND (t.suspended_until IS NULL OR t.suspended_until > q_now))
        UNION ALL
        SELECT d.worker_id FROM do_not_return d WHERE d.franchise_id = q_tenant AND d.client_id = q_client
        AND (d.site_id IS NULL OR d.site_id = q_site)
        UNION ALL
        SELECT i.worker_id FROM invitations i WHERE i.franchise_id = q_tenant AND i.shift_id = q_shift
        UNION ALL
        SELECT jsonb_array_elements_text(coalesce(q -> 'exclude', '[]'))::uuid);
    q_known := ARRAY(
        SELECT DISTINCT s.worker_id FROM seats s JOIN shifts f ON f.id = s.shift_id
        WHERE s.franchise_id = q_tenant AND f.franchise_id = q_tenant AND f.client_id = q_client
        AND s.status = 'completed');
"""

# OFFSET 0 keeps each step where it is: the planner expects about one row within reach, whatever the truth, and would
# read whole tables to join it. So every candidate costs a probe per table and nothing else, and distance is computed once.
FACTS = """
    CROSS JOIN LATERAL (SELECT ST_Distance(w.location, q_point) AS metres OFFSET 0) g
    CROSS JOIN LATERAL (SELECT CASE WHEN w.capped_until > q_now THEN least(w.rating, 2.00) ELSE w.rating END AS rating
                        OFFSET 0) e
    CROSS JOIN LATERAL (SELECT x.phone_id FROM worker_contacts x WHERE x.worker_id = w.id OFFSET 0) c
    CROSS JOIN LATERAL (SELECT x.zone, x.opted_out_at, x.dead_at FROM phones x WHERE x.id = c.phone_id OFFSET 0) p
"""

# Each component is within 0..1, so a score is at most 1, the sum of the weights, plus 1 for a man preferred for the block.
# A distance from a district or a city is a guess: such a man ranks after everybody whose address is known, unless he is
# asked for another day of the block already.
SCORE = """
    CROSS JOIN LATERAL (SELECT
        greatest(1 - g.metres / q_radius_m, 0) AS distance,
        (e.rating::float8 - 1) / 4 AS rating,
        (3::float8 + w.accept_yes) / (4 + w.accept_yes + w.accept_no) AS p_accept,
        (8::float8 + w.show_yes) / (9 + w.show_yes + w.show_no) AS p_show,
        (w.id = ANY (q_known))::int AS favourite,
        (w.id = ANY (q_preferred))::int AS preferred,
        (w.location_quality = 'address')::int AS address_known,
        1 - least(coalesce((SELECT sum(extract(epoch FROM upper(s.busy) - lower(s.busy)) / 3600 - 1) FROM seats s
            WHERE s.worker_id = w.id AND s.live AND s.kind IN ('primary', 'reserve')
            AND s.busy && q_lately), 0), 40)::float8 / 40 AS fairness
    ) x
    CROSS JOIN LATERAL (SELECT x.preferred + wd * x.distance + wr * x.rating + wl * x.p_accept * x.p_show
                               + wf * x.favourite + wh * x.fairness AS score) y
    CROSS JOIN LATERAL (SELECT 2 * greatest(x.address_known, x.preferred) + y.score AS rank) r
"""

ALL_RULES = "\n        AND ".join(f"({condition})" for condition in RULES.values())
REASONS = ",\n        ".join(f"CASE WHEN NOT ({condition}) THEN '{name}' END" for name, condition in RULES.items())
OUT = """w.id, w.franchise_id, g.metres, e.rating, x.p_accept, x.p_show, y.score,
        jsonb_build_object('distance', round(x.distance::numeric, 4), 'rating', round(x.rating::numeric, 4),
            'likelihood', round((x.p_accept * x.p_show)::numeric, 4), 'favourite', x.favourite,
            'fairness', round(x.fairness::numeric, 4), 'preferred', x.preferred, 'address_known', x.address_known)"""

# What the pool row alone can refuse, before anything is computed; the rules say it again, and exactly.
CHEAP = """w.invitable AND w.test = q_test AND (w.skills & q_skill) = q_skill AND w.rating >= q_min_rating
            AND (w.capped_until IS NULL OR w.capped_until <= q_now OR q_second_chance)
            AND (q_homes IS NULL OR w.franchise_id = ANY (q_homes))"""

SQL = (
    """
    CREATE INDEX shifts_by_client ON shifts (franchise_id, client_id);

    CREATE FUNCTION fits_calendar(a worker_availability, zone text, starts_at timestamptz, ends_at timestamptz)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        -- An expression and no more, so that the planner puts it in the place of the call.
        SELECT (a.weekdays >> (extract(isodow FROM starts_at AT TIME ZONE zone)::int - 1)) & 1 = 1
           AND (starts_at AT TIME ZONE zone)::time >= a.from_time
           AND (a.to_time = '24:00' OR (ends_at - starts_at < interval '24 hours'
                AND (ends_at AT TIME ZONE zone)::date = (starts_at AT TIME ZONE zone)::date
                AND (ends_at AT TIME ZONE zone)::time <= a.to_time))
           AND (a.cycle_anchor IS NULL OR
                ((((starts_at AT TIME ZONE zone)::date - a.cycle_anchor) % (a.days_on + a.days_off))
                 + (a.days_on + a.days_off)) % (a.days_on + a.days_off) < a.days_on)
    $$;

    CREATE OR REPLACE FUNCTION available_by_calendar(worker uuid, zone text, starts_at timestamptz, ends_at timestamptz)
    RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT NOT EXISTS (SELECT FROM worker_absences x
                           WHERE x.worker_id = worker AND x.during && tstzrange(starts_at, ends_at))
           AND coalesce((SELECT fits_calendar(a, zone, starts_at, ends_at) FROM worker_availability a
                         WHERE a.worker_id = worker), true)
    $$;
    """
    + f"""
    CREATE OR REPLACE FUNCTION match_candidates(q jsonb)
    RETURNS TABLE (worker_id uuid, home_id uuid, distance_m float8, rating numeric, p_accept float8, p_show float8,
                   score float8, components jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, clock, pg_temp SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
    AS $$
    #variable_conflict use_column
    DECLARE
    {DECLARE}
        shortlist int := q_k + greatest(q_k, 45);
        seen int;
        best uuid[];
        kth float8;
        reach float8;
        more boolean;
    BEGIN
    {SETS}
    -- First pass: the nearest who may be asked, enough of them to know how good the k-th best is at least.
    WITH near AS (
        SELECT w.id, r.rank, g.metres FROM (
            SELECT w.* FROM workers w WHERE {CHEAP} AND ST_DWithin(w.location, q_point, q_radius_m * 1.006 + 1, false)
            ORDER BY w.location <-> q_point OFFSET 0) w
        {FACTS} {SCORE} WHERE {ALL_RULES} LIMIT shortlist
    ), ranked AS (
        SELECT n.id, n.rank, row_number() OVER (ORDER BY n.rank DESC, n.metres, n.id) AS nth FROM near n
    )
    SELECT count(*), array_agg(n.id) FILTER (WHERE n.nth <= q_k), min(n.rank) FILTER (WHERE n.nth = q_k)
    INTO seen, best, kth FROM ranked n;
    -- Whoever is farther than this cannot reach the k-th best even with every other component at its best.
    more := seen = shortlist;
    reach := q_radius_m;
    IF more AND wd > 0 THEN
        reach := least(q_radius_m, q_radius_m * (1 - (kth - 2 - wr - wl - (cardinality(q_known) > 0)::int * wf - wh
                 - (cardinality(q_preferred) > 0)::int) / wd));
    END IF;
    -- Second pass: the best of the first, and all within that reach whose bound, reckoned from the pool row alone, still
    -- reaches the k-th best. A sphere is within 0.6 % of the ellipsoid and much cheaper, so it prunes; who is left is
    -- measured exactly.
    RETURN QUERY
    SELECT {OUT} FROM (
        SELECT w.* FROM workers w WHERE w.id = ANY (best)
        UNION ALL
        SELECT w.* FROM (
            SELECT w.* FROM workers w
            CROSS JOIN LATERAL (SELECT ST_Distance(w.location, q_point, false) * 0.994 AS metres OFFSET 0) sphere
            WHERE more AND {CHEAP} AND ST_DWithin(w.location, q_point, reach * 1.006 + 1, false)
            AND 2 * greatest((w.location_quality = 'address')::int, (w.id = ANY (q_preferred))::int)
                + (w.id = ANY (q_preferred))::int + wd * greatest(1 - sphere.metres / q_radius_m, 0)
                + wr * (w.rating::float8 - 1) / 4 + wl * (3::float8 + w.accept_yes) / (4 + w.accept_yes + w.accept_no)
                * (8::float8 + w.show_yes) / (9 + w.show_yes + w.show_no) + wf * (w.id = ANY (q_known))::int + wh
                >= kth - 1e-9
            AND NOT (w.id = ANY (best)) OFFSET 0) w
        {FACTS} WHERE {ALL_RULES}
    ) w
    {FACTS} {SCORE}
    ORDER BY r.rank DESC, g.metres, w.id LIMIT q_k;
    END $$;

    CREATE OR REPLACE FUNCTION explain_candidate(q jsonb, wanted uuid)
    RETURNS TABLE (worker_id uuid, home_id uuid, distance_m float8, rating numeric, p_accept float8, p_show float8,
                   score float8, components jsonb, reasons text[])
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
    {DECLARE}
    BEGIN
    {SETS}
    RETURN QUERY
    SELECT {OUT}, array_remove(ARRAY[
        {REASONS}], NULL) FROM workers w {FACTS} {SCORE} WHERE w.id = wanted;
    END $$;
    """
    + definer_function("match_candidates(jsonb)")
    + definer_function("explain_candidate(jsonb, uuid)")
)


def upgrade() -> None:
    run_script(SQL)
