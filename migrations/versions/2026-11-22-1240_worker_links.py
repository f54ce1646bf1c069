"""Links to a worker's own page: random, kept as a digest, one good at a time; and his STOP from there."""

from migrations.security import audited, definer_function, tenant_table
from migrations.tools import run_script

revision = "1240"
down_revision = "1234"

_MINE = "tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])"
_WITH_KEYS = "('password_reset', 'lead_link', 'worker_link')"

LINKS = (
    """
    CREATE TABLE worker_links (
        token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CHECK (expires_at > created_at),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id)
    );
    CREATE UNIQUE INDEX one_link_at_a_time ON worker_links (franchise_id, worker_id) WHERE revoked_at IS NULL;
    CREATE INDEX worker_links_by_worker ON worker_links (franchise_id, worker_id, created_at);
    """
    + tenant_table("worker_links", "SELECT, INSERT, UPDATE (revoked_at)", hq=False)
    + audited("worker_links", "revoked_at")
    + """
    CREATE FUNCTION worker_link_of(hash bytea) RETURNS TABLE (franchise_id uuid, worker_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT l.franchise_id, l.worker_id FROM worker_links l
        JOIN workers w ON w.id = l.worker_id AND w.franchise_id = l.franchise_id
                      AND w.status IN ('applicant', 'active', 'paused')
        JOIN franchises f ON f.id = l.franchise_id AND f.status = 'active'
        WHERE l.token_sha256 = hash AND l.revoked_at IS NULL AND l.expires_at > clock.now()
    $$;

    CREATE FUNCTION workers_at_phone(phone uuid) RETURNS TABLE (worker_id uuid, home_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- Whoever is reached at a phone now and has a page of his own; its holder first. Opted out: nobody.
        SELECT h.worker_id, h.franchise_id FROM phone_holders h
        JOIN phones p ON p.id = h.phone_id AND p.opted_out_at IS NULL
        JOIN workers w ON w.id = h.worker_id AND w.status IN ('applicant', 'active', 'paused')
        WHERE h.phone_id = phone AND h.valid @> clock.now()
        ORDER BY h.holder DESC, h.worker_id
    $$;

    """
    + f"""
    CREATE FUNCTION stop_texts_of(tenant uuid, worker uuid) RETURNS uuid
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
    DECLARE
        stopped uuid;
    BEGIN
        -- Locked like a STOP by text, so that nothing claimed after this commits leaves us.
        SELECT p.id INTO stopped FROM worker_contacts c JOIN phones p ON p.id = c.phone_id
        WHERE c.worker_id = worker AND c.franchise_id = tenant AND {_MINE} AND p.opted_out_at IS NULL FOR UPDATE OF p;
        IF stopped IS NOT NULL THEN
            UPDATE phones SET opted_out_at = clock.instant() WHERE id = stopped;
            INSERT INTO phone_events (phone_id, at, kind, source) VALUES (stopped, clock.instant(), 'stop', 'page');
        END IF;
        RETURN stopped;
    END $$;
    """
    + definer_function("worker_link_of(bytea)")
    + """
    ALTER FUNCTION workers_at_phone(uuid) OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION workers_at_phone(uuid) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION workers_at_phone(uuid) TO dispatch_worker;
    """
    + definer_function("stop_texts_of(uuid, uuid)")
)

SECRETS = f"""
    -- A link is a key: nobody in the office reads it, neither in a conversation nor after it has left.
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
"""


def upgrade() -> None:
    run_script(LINKS + SECRETS)
