"""What the page of a person and the inbox read: how a rating came about, and what was texted both ways."""

from migrations.security import TENANT, definer_function
from migrations.tools import run_script

revision = "1201"
down_revision = "1200"

_MINE = "tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])"

SQL = f"""
    CREATE FUNCTION rating_history(
        of_worker uuid, most integer,
        prior double precision, prior_weight double precision, half_life_s double precision, counted integer
    ) RETURNS TABLE (seq bigint, at timestamptz, rating numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        -- At home alone, where the rating is known anyway; what others' marks were is not told.
        SELECT m.seq, m.recorded_at, rating_fold(of_worker, m.seq, prior, prior_weight, half_life_s, counted)
        FROM (SELECT k.seq, k.recorded_at FROM marks k WHERE k.worker_id = of_worker ORDER BY k.seq DESC LIMIT most) m
        WHERE EXISTS (SELECT FROM workers w WHERE w.id = of_worker AND w.{TENANT})
        ORDER BY m.seq
    $$;

    CREATE FUNCTION texts_of_phones(
        tenant uuid, phones uuid[], since timestamptz[], until timestamptz[], of_worker uuid, most integer
    ) RETURNS TABLE (id uuid, incoming boolean, body text, at timestamptz, status text, shift_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT t.id, t.incoming, t.body, t.at, t.status, t.shift_id
        FROM unnest(phones, since, until) AS h (phone, begun, ended)
        CROSS JOIN LATERAL (
            (SELECT m.id, false AS incoming, m.body, m.created_at AS at, m.status, m.shift_id FROM messages m
             WHERE m.phone_id = h.phone AND m.franchise_id = tenant AND coalesce(m.worker_id = of_worker, true)
               AND m.created_at >= coalesce(h.begun, '-infinity') AND m.created_at < coalesce(h.ended, 'infinity')
             ORDER BY m.created_at DESC LIMIT most)
            UNION ALL
            (SELECT i.id, true, i.text, i.received_at, d.outcome, d.shift_id
             FROM dispositions d JOIN inbound_messages i ON i.id = d.inbound_id
             WHERE d.phone_id = h.phone AND d.franchise_id = tenant AND coalesce(d.worker_id = of_worker, true)
               AND d.at >= coalesce(h.begun, '-infinity') AND d.at < coalesce(h.ended, 'infinity')
             ORDER BY d.at DESC LIMIT most)) t
        WHERE {_MINE}
        ORDER BY t.at DESC, t.id DESC LIMIT most
    $$;

    CREATE FUNCTION way_to_answer(item uuid) RETURNS TABLE (account_id uuid, opted_out boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        -- The number he wrote to, while it is this franchise's and in use; and whether he wants no texts.
        SELECT a.id, p.opted_out_at IS NOT NULL
        FROM inbox_items x JOIN phones p ON p.id = x.phone_id
        LEFT JOIN inbound_messages i ON i.id = x.inbound_id
        LEFT JOIN sms_accounts a ON a.id = i.account_id AND a.franchise_id = x.franchise_id AND a.enabled
        WHERE x.id = item AND x.{TENANT}
    $$;
    """ + (
    definer_function("rating_history(uuid, integer, double precision, double precision, double precision, integer)")
    + definer_function("texts_of_phones(uuid, uuid[], timestamptz[], timestamptz[], uuid, integer)")
    + definer_function("way_to_answer(uuid)")
)


def upgrade() -> None:
    run_script(SQL)
