"""What settings and operations read: the audit by time, person and thing; jobs and gateways of the whole installation.

Whoever looks across franchises is asked for his role here as well: the functions answer nothing to anybody else, whatever
the code above them does.
"""

from migrations.security import definer_function
from migrations.tools import run_script

revision = "1260"
down_revision = "1251"

_TROUBLED = "(o.state = 'dead' OR (o.state = 'pending' AND o.failures > 0))"

AUDIT = """
    -- Pages of the audit go on from (at, id); whatever narrows them most has an index in that order.
    DROP INDEX audit_log_by_franchise;
    CREATE INDEX audit_log_by_time ON audit_log (franchise_id, at, id);
    CREATE INDEX audit_log_by_actor ON audit_log (franchise_id, actor, at, id);
    CREATE INDEX audit_log_by_entity ON audit_log (franchise_id, entity, at, id);
    CREATE INDEX audit_log_by_subject ON audit_log (franchise_id, entity_id, at, id);

    CREATE FUNCTION note_act(of_entity text, of_id text, detail jsonb) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- For acts that are no change of an audited row: a link sent, sessions ended. Own tenant and own name alone.
        INSERT INTO audit_log (franchise_id, actor, entity, entity_id, action, after)
        SELECT franchise, current_setting('app.actor'), of_entity, of_id, 'update', detail
        FROM unnest(nullif(current_setting('app.franchises', true), '')::uuid[]) AS franchise
    $$;
    """

OPERATIONS = f"""
    CREATE INDEX outbox_troubled ON outbox (due_at)
        WHERE (state = 'dead' OR (state = 'pending' AND failures > 0));

    CREATE FUNCTION acts_as(roles text[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT EXISTS (
            SELECT FROM staff_users u WHERE u.role = ANY (roles) AND u.disabled_at IS NULL
              AND u.id = substring(current_setting('app.actor', true) FROM '^staff:([0-9a-f-]{{36}})$')::uuid)
        OR EXISTS (
            SELECT FROM api_tokens t WHERE t.role = ANY (roles) AND t.revoked_at IS NULL
              AND t.id = substring(current_setting('app.actor', true) FROM '^token:([0-9a-f-]{{36}})$')::uuid)
    $$;

    CREATE FUNCTION operations_lanes()
    RETURNS TABLE (lane text, due bigint, oldest timestamptz, ahead bigint, failing bigint, dead bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT t.lane, sum(t.due)::bigint, min(t.oldest), sum(t.ahead)::bigint, sum(t.failing)::bigint,
               sum(t.dead)::bigint
        FROM (
            SELECT o.lane, count(*) FILTER (WHERE o.due_at <= clock.instant()) AS due,
                   min(o.due_at) FILTER (WHERE o.due_at <= clock.instant()) AS oldest,
                   count(*) FILTER (WHERE o.due_at > clock.instant()) AS ahead, 0::bigint AS failing, 0::bigint AS dead
            FROM outbox o WHERE o.state = 'pending' GROUP BY o.lane
            UNION ALL
            SELECT o.lane, 0, NULL, 0, count(*) FILTER (WHERE o.state = 'pending'),
                   count(*) FILTER (WHERE o.state = 'dead')
            FROM outbox o WHERE {_TROUBLED} GROUP BY o.lane) t
        WHERE acts_as(ARRAY['operator', 'hq'])
        GROUP BY t.lane ORDER BY t.lane
    $$;

    CREATE FUNCTION operations_troubled(most integer)
    RETURNS TABLE (id uuid, franchise text, lane text, kind text, subject_id uuid, n integer, state text,
                   failures integer, last_error text, due_at timestamptz, created_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT o.id, f.name, o.lane, o.kind, o.subject_id, o.n, o.state, o.failures, o.last_error, o.due_at,
               o.created_at
        FROM outbox o LEFT JOIN franchises f ON f.id = o.franchise_id
        WHERE {_TROUBLED} AND acts_as(ARRAY['operator', 'hq'])
        ORDER BY o.due_at LIMIT most
    $$;

    CREATE FUNCTION operations_settle(job uuid, again boolean) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- The attempt goes up, so a worker that holds the row at this moment cannot write any more.
        WITH was AS MATERIALIZED (
            SELECT o.id, o.state, o.failures FROM outbox o
            WHERE o.id = job AND {_TROUBLED} AND acts_as(ARRAY['operator']) FOR NO KEY UPDATE),
        moved AS (
            UPDATE outbox o SET attempt = o.attempt + 1, leased_until = NULL,
                state = CASE WHEN again THEN 'pending' ELSE 'dropped' END,
                failures = CASE WHEN again THEN 0 ELSE o.failures END,
                due_at = CASE WHEN again THEN clock.instant() ELSE o.due_at END,
                finished_at = CASE WHEN again THEN NULL ELSE clock.instant() END
            FROM was WHERE o.id = was.id
            RETURNING o.id, o.franchise_id, o.lane, o.kind, o.subject_id, o.state, was.state AS state_before, was.failures),
        noted AS (
            INSERT INTO audit_log (franchise_id, actor, entity, entity_id, action, before, after)
            SELECT m.franchise_id, current_setting('app.actor'), 'outbox', m.id::text, 'update',
                   jsonb_build_object('state', m.state_before, 'failures', m.failures),
                   jsonb_build_object('state', m.state, 'kind', m.kind, 'subject_id', m.subject_id)
            FROM moved m)
        SELECT m.lane FROM moved m
    $$;

    CREATE FUNCTION operations_gateways(most integer)
    RETURNS TABLE (account_id uuid, franchise text, gateway text, number text, enabled boolean, simulated boolean,
                   due bigint, oldest timestamptz, in_hand bigint, unclear bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT a.id, f.name, a.gateway, a.number, a.enabled, a.simulated, q.due, q.oldest, h.in_hand, u.unclear
        FROM sms_accounts a JOIN franchises f ON f.id = a.franchise_id
        CROSS JOIN LATERAL (SELECT count(*) AS due, min(m.send_at) AS oldest FROM messages m
                            WHERE m.account_id = a.id AND m.status = 'queued' AND m.send_at <= clock.instant()) q
        CROSS JOIN LATERAL (SELECT count(*) AS in_hand FROM messages m
                            WHERE m.account_id = a.id AND m.status = 'sending') h
        CROSS JOIN LATERAL (SELECT count(*) AS unclear FROM messages m
                            WHERE m.account_id = a.id AND m.status = 'unknown') u
        WHERE acts_as(ARRAY['operator', 'hq'])
        ORDER BY q.due + u.unclear DESC, f.name, a.number LIMIT most
    $$;
    """

SQL = (
    AUDIT
    + definer_function("note_act(text, text, jsonb)")
    + OPERATIONS
    + definer_function("acts_as(text[])")
    + definer_function("operations_lanes()")
    + definer_function("operations_troubled(integer)")
    + definer_function("operations_settle(uuid, boolean)")
    + definer_function("operations_gateways(integer)")
)


def upgrade() -> None:
    run_script(SQL)
