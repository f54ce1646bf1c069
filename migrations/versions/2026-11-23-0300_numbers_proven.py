"""Numbers that must be proven before offers go there, whose phone is whose, and the log of what people agreed to."""

from migrations.security import TENANT, definer_function
from migrations.tools import run_script

revision = "2330"
down_revision = "2310"

KINDS = "'offer', 'seat', 'reconfirm', 'promotion', 'change', 'notice', 'fine', 'which', 'eta', 'present', 'proof', 'client'"

PHONES = f"""
    ALTER TABLE phones
        ADD COLUMN unproven_at timestamptz,
        ADD COLUMN unproven_why text CHECK (unproven_why IN ('new_number', 'claimed', 'silent', 'wrong_number')),
        ADD COLUMN looked_at timestamptz,
        ADD CONSTRAINT unproven_for_a_reason CHECK ((unproven_at IS NULL) = (unproven_why IS NULL));
    COMMENT ON COLUMN phones.unproven_at IS 'since then nobody has shown that the man we mean reads there: no offers';
    COMMENT ON COLUMN phones.looked_at IS 'when it was last looked at for a silence too long';
    CREATE INDEX phones_to_look_at ON phones (looked_at NULLS FIRST, id) WHERE unproven_at IS NULL AND opted_out_at IS NULL;

    ALTER TABLE phone_events DROP CONSTRAINT phone_events_kind_check,
        ADD CONSTRAINT phone_events_kind_check CHECK (
            kind IN ('stop', 'start', 'dead', 'alive', 'wrong_number', 'unproven', 'proven'));
    CREATE INDEX phone_events_by_phone ON phone_events (phone_id, at);
    CREATE INDEX phone_holders_by_phone ON phone_holders (phone_id);
    CREATE INDEX inbox_by_phone ON inbox_items (franchise_id, phone_id);

    ALTER TABLE questions DROP CONSTRAINT questions_kind_check,
        ADD CONSTRAINT questions_kind_check CHECK (kind IN ({KINDS}));
"""

FUNCTIONS = (
    f"""
    CREATE FUNCTION doubt_numbers(wanted uuid[], reason text) RETURNS SETOF uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- Only where one of the tenant's own men is reached.
        WITH mine AS (
            SELECT p.id FROM phones p
            WHERE p.id = ANY (wanted)
              AND EXISTS (SELECT FROM worker_contacts c WHERE c.phone_id = p.id AND c.{TENANT})
            ORDER BY p.id FOR NO KEY UPDATE),
        doubted AS (
            UPDATE phones p SET unproven_at = clock.instant(), unproven_why = reason FROM mine
            WHERE p.id = mine.id RETURNING p.id),
        noted AS (
            INSERT INTO phone_events (phone_id, at, kind, source)
            SELECT d.id, clock.instant(), 'unproven', reason FROM doubted d)
        SELECT id FROM doubted
    $$;

    CREATE FUNCTION claimed_numbers(wanted uuid[]) RETURNS TABLE (phone_id uuid, worker_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- Of the tenant's own men, those whose number somebody else held before them. By whom is not told.
        SELECT h.phone_id, h.worker_id FROM phone_holders h
        WHERE h.phone_id = ANY (wanted) AND h.holder AND h.valid @> clock.now() AND h.{TENANT}
          AND EXISTS (SELECT FROM phone_holders b WHERE b.phone_id = h.phone_id AND b.worker_id <> h.worker_id
                      AND b.holder AND upper(b.valid) <= lower(h.valid))
    $$;

    CREATE FUNCTION shared_phones(wanted uuid[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT h.phone_id FROM phone_holders h WHERE h.phone_id = ANY (wanted) AND h.valid @> clock.now()
        GROUP BY h.phone_id HAVING count(DISTINCT h.worker_id) > 1
    $$;

    CREATE FUNCTION number_state(of_worker uuid) RETURNS TABLE (unproven_why text, unproven_at timestamptz, opted_out boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT p.unproven_why, p.unproven_at, p.opted_out_at IS NOT NULL
        FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = of_worker AND c.{TENANT}
    $$;

    CREATE FUNCTION consent_events(of_worker uuid, most integer)
    RETURNS TABLE (at timestamptz, kind text, source text, said text, our_number text, phone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        -- What was said while the phone was his. Words written to another franchise's number stay with that franchise.
        SELECT e.at, e.kind, e.source, i.text, a.number, left(p.e164, 5) || '•••' || right(p.e164, 2)
        FROM phone_holders h
        JOIN phones p ON p.id = h.phone_id
        JOIN phone_events e ON e.phone_id = h.phone_id AND h.valid @> e.at
        LEFT JOIN inbound_messages n ON n.id = e.inbound_id
        LEFT JOIN sms_accounts a ON a.id = n.account_id AND a.franchise_id = h.franchise_id
        LEFT JOIN inbound_messages i ON i.id = n.id AND a.id IS NOT NULL
        WHERE h.worker_id = of_worker AND h.{TENANT}
        ORDER BY e.at DESC, e.id DESC LIMIT most
    $$;

    DROP FUNCTION contact_for_text(uuid[]);
    CREATE FUNCTION contact_for_text(wanted uuid[])
    RETURNS TABLE (worker_id uuid, phone_id uuid, zone text, language text, first_name text, last_initial text,
                   opted_out boolean, shared boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT c.worker_id, c.phone_id, p.zone, c.language, c.first_name, left(c.last_name, 1), p.opted_out_at IS NOT NULL,
               EXISTS (SELECT FROM phone_holders h WHERE h.phone_id = c.phone_id AND h.worker_id <> c.worker_id
                       AND h.valid @> clock.now())
        FROM worker_contacts c JOIN phones p ON p.id = c.phone_id
        WHERE c.worker_id = ANY (wanted) AND (
            c.{TENANT}
            OR EXISTS (SELECT FROM invitations i WHERE i.worker_id = c.worker_id AND i.{TENANT}))
    $$;
    """
    + definer_function("doubt_numbers(uuid[], text)")
    + definer_function("claimed_numbers(uuid[])")
    + definer_function("shared_phones(uuid[])")
    + definer_function("number_state(uuid)")
    + definer_function("consent_events(uuid, integer)")
    + definer_function("contact_for_text(uuid[])")
)

# The reason of the matcher is the same kind of fact as a dead number, and stands beside it.
MATCHING = """
    DO $patch$
    DECLARE
        matching text := pg_get_functiondef('match_candidates(jsonb)'::regprocedure);
        explaining text := pg_get_functiondef('explain_candidate(jsonb, uuid)'::regprocedure);
        reserving text := pg_get_functiondef('reserve_invitations(uuid, uuid[], smallint, smallint, timestamptz)'::regprocedure);
        dead text := 'CASE WHEN NOT (p.dead_at IS NULL) THEN ''number_dead'' END';
        seen text := 'x.opted_out_at, x.dead_at FROM';
    BEGIN
        ASSERT position('(p.dead_at IS NULL)' IN matching) > 0 AND position(seen IN matching) > 0
               AND position(dead IN explaining) > 0 AND position(seen IN explaining) > 0
               AND position('p.dead_at IS NULL' IN reserving) > 0, 'the matcher is another one';
        EXECUTE replace(replace(matching, '(p.dead_at IS NULL)', '(p.dead_at IS NULL AND p.unproven_at IS NULL)'),
                        seen, 'x.opted_out_at, x.dead_at, x.unproven_at FROM');
        EXECUTE replace(replace(explaining, dead, dead || ',
            CASE WHEN p.unproven_at IS NOT NULL THEN ''number_unproven'' END'),
                        seen, 'x.opted_out_at, x.dead_at, x.unproven_at FROM');
        EXECUTE replace(reserving, 'p.dead_at IS NULL', 'p.dead_at IS NULL AND p.unproven_at IS NULL');
    END $patch$;
"""


def upgrade() -> None:
    run_script(PHONES + FUNCTIONS + MATCHING)
