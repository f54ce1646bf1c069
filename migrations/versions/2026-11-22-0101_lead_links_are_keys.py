"""A crew lead's link is a key like the others: nobody in the office reads it, in a conversation or after it left."""

from migrations.security import TENANT, definer_function
from migrations.tools import run_script

revision = "0101"
down_revision = "1260"

_WITH_KEYS = "('password_reset', 'worker_link', 'lead_link')"
_MINE = TENANT.replace("franchise_id", "tenant")

SQL = f"""
    CREATE OR REPLACE FUNCTION texts_of_phones(
        tenant uuid, phones uuid[], since timestamptz[], until timestamptz[], of_worker uuid, most integer
    ) RETURNS TABLE (id uuid, incoming boolean, body text, at timestamptz, status text, shift_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT t.id, t.incoming, t.body, t.at, t.status, t.shift_id
        FROM unnest(phones, since, until) AS h (phone, begun, ended)
        CROSS JOIN LATERAL (
            (SELECT m.id, false AS incoming, CASE WHEN m.template IN {_WITH_KEYS} THEN '***' ELSE m.body END AS body,
                    m.created_at AS at, m.status, m.shift_id FROM messages m
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

    DROP TRIGGER forget_secret ON messages;
    CREATE TRIGGER forget_secret BEFORE UPDATE OF status ON messages FOR EACH ROW
    WHEN (new.template IN {_WITH_KEYS} AND new.status IN ('sent', 'delivered', 'failed', 'expired', 'suppressed'))
    EXECUTE FUNCTION forget_secret_text();
""" + definer_function("texts_of_phones(uuid, uuid[], timestamptz[], timestamptz[], uuid, integer)")


def upgrade() -> None:
    run_script(SQL)
