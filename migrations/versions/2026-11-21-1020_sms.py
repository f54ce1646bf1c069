"""Phones, gateway accounts, questions, the outbound queue, inbound texts and receipts."""

from migrations.security import append_only, audited, definer_function, moves, row_security, tenant_table
from migrations.tools import run_script

revision = "1020"
down_revision = "1010"

MESSAGE_MOVES = [
    ("queued", "sending"),
    ("sending", "queued"),
    ("sending", "sent"),
    ("sending", "delivered"),
    ("sending", "failed"),
    ("sending", "unknown"),
    ("queued", "failed"),
    ("queued", "expired"),
    ("queued", "suppressed"),
    ("sending", "suppressed"),
    ("unknown", "queued"),
    ("unknown", "sent"),
    ("unknown", "delivered"),
    ("unknown", "failed"),
    ("sent", "delivered"),
    ("sent", "failed"),
]

QUESTION_MOVES = [("open", "answered"), ("open", "closed"), ("answered", "open"), ("closed", "open")]

SQL = (
    """
    CREATE TABLE phones (
        id uuid PRIMARY KEY,
        e164 text NOT NULL UNIQUE CHECK (e164 ~ '^\\+[1-9][0-9]{6,14}$'),
        zone text NOT NULL,
        opted_out_at timestamptz,
        dead_at timestamptz,
        failures smallint NOT NULL DEFAULT 0,
        last_code smallint NOT NULL DEFAULT 30,
        created_at timestamptz NOT NULL DEFAULT clock.now()
    ) WITH (fillfactor = 80);
    """
    + row_security("phones")
    + """
    CREATE POLICY sender ON phones TO dispatch_worker USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE ON phones TO dispatch_worker;

    CREATE FUNCTION phone_for(number text, in_zone text, new_id uuid) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        INSERT INTO phones (id, e164, zone) VALUES (new_id, number, in_zone)
        ON CONFLICT (e164) DO UPDATE SET e164 = excluded.e164 RETURNING id
    $$;
    """
    + definer_function("phone_for(text, text, uuid)")
    + """
    CREATE TABLE phone_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        phone_id uuid NOT NULL REFERENCES phones,
        at timestamptz NOT NULL DEFAULT clock.now(),
        kind text NOT NULL CHECK (kind IN ('stop', 'start', 'dead', 'alive', 'wrong_number')),
        source text NOT NULL,
        inbound_id uuid
    );
    """
    + row_security("phone_events")
    + """
    CREATE POLICY sender ON phone_events TO dispatch_worker USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT ON phone_events TO dispatch_worker;
    """
    + append_only("phone_events")
    + """
    CREATE TABLE sms_accounts (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        gateway text NOT NULL CHECK (gateway IN ('simulator', 'twilio', 'kannel', 'smsc', 'console')),
        sid text NOT NULL,
        secret text NOT NULL,
        number text NOT NULL,
        rate_per_s integer NOT NULL DEFAULT 100 CHECK (rate_per_s BETWEEN 1 AND 10000),
        segment_price_minor integer NOT NULL DEFAULT 0 CHECK (segment_price_minor >= 0),
        test boolean NOT NULL DEFAULT false,
        enabled boolean NOT NULL DEFAULT true,
        list_cursor timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id),
        CONSTRAINT sms_account_taken UNIQUE (gateway, sid, number)
    );
    """
    + tenant_table("sms_accounts", cross_tenant_jobs=True, hq=False)
    + audited("sms_accounts")
    + """
    CREATE TABLE questions (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        phone_id uuid NOT NULL REFERENCES phones,
        worker_id uuid,
        account_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('offer', 'seat', 'reconfirm', 'promotion', 'change', 'notice', 'fine',
                                           'which', 'eta', 'present')),
        code smallint CHECK (code BETWEEN 31 AND 999),
        subject_id uuid NOT NULL,
        shift_id uuid,
        detail jsonb NOT NULL DEFAULT '{}',
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'closed')),
        opened_at timestamptz NOT NULL,
        closes_at timestamptz,
        answered_at timestamptz,
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, account_id) REFERENCES sms_accounts (franchise_id, id)
    );
    CREATE UNIQUE INDEX open_code_is_unique ON questions (phone_id, code) WHERE status = 'open' AND code IS NOT NULL;
    CREATE UNIQUE INDEX one_open_question ON questions (kind, subject_id) WHERE status = 'open' AND kind <> 'which';
    CREATE INDEX questions_open ON questions (phone_id) WHERE status = 'open';
    CREATE INDEX questions_by_subject ON questions (subject_id);
    CREATE INDEX questions_by_shift ON questions (franchise_id, shift_id);
    """
    + tenant_table("questions", cross_tenant_jobs=True)
    + moves("questions", QUESTION_MOVES)
    + """
    CREATE TABLE messages (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        account_id uuid NOT NULL,
        phone_id uuid NOT NULL REFERENCES phones,
        worker_id uuid,
        shift_id uuid,
        question_id uuid,
        invitation_ids uuid[] NOT NULL DEFAULT '{}',
        template text NOT NULL,
        class text NOT NULL CHECK (class IN ('S', 'O', 'M')),
        urgent boolean NOT NULL DEFAULT false,
        body text NOT NULL CHECK (length(body) BETWEEN 1 AND 1600),
        segments smallint NOT NULL CHECK (segments BETWEEN 1 AND 24),
        dedupe_key text NOT NULL CONSTRAINT message_once UNIQUE,
        status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sending', 'sent', 'delivered', 'failed',
                                                                'unknown', 'expired', 'suppressed')),
        priority smallint NOT NULL DEFAULT 5,
        not_before timestamptz NOT NULL,
        send_at timestamptz NOT NULL,
        deadline timestamptz,
        attempt integer NOT NULL DEFAULT 0,
        leased_until timestamptz,
        claimed_at timestamptz,
        gateway_id text,
        error text,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        sent_at timestamptz,
        delivered_at timestamptz,
        CONSTRAINT not_before_quiet_hours_end CHECK (send_at >= not_before),
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, account_id) REFERENCES sms_accounts (franchise_id, id),
        FOREIGN KEY (franchise_id, question_id) REFERENCES questions (franchise_id, id)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
    CREATE INDEX messages_due ON messages (priority, send_at) WHERE status = 'queued';
    CREATE INDEX messages_in_hand ON messages (leased_until) WHERE status = 'sending';
    CREATE INDEX messages_unclear ON messages (account_id, claimed_at) WHERE status = 'unknown';
    CREATE UNIQUE INDEX messages_by_gateway_id ON messages (account_id, gateway_id) WHERE gateway_id IS NOT NULL;
    CREATE INDEX messages_by_phone ON messages (phone_id, created_at);
    CREATE INDEX messages_by_shift ON messages (franchise_id, shift_id);
    """
    + tenant_table("messages", cross_tenant_jobs=True)
    + moves("messages", MESSAGE_MOVES)
    + """
    CREATE TABLE inbound_messages (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES sms_accounts,
        gateway_id text NOT NULL,
        phone_e164 text NOT NULL,
        text text NOT NULL,
        raw bytea NOT NULL,
        received_at timestamptz NOT NULL,
        seen integer NOT NULL DEFAULT 1,
        leased_until timestamptz,
        attempt integer NOT NULL DEFAULT 0,
        disposed_at timestamptz,
        CONSTRAINT inbound_once UNIQUE (account_id, gateway_id)
    ) WITH (fillfactor = 80);
    CREATE INDEX inbound_to_dispose ON inbound_messages (received_at) WHERE disposed_at IS NULL;
    CREATE INDEX inbound_open_by_phone ON inbound_messages (phone_e164, received_at) WHERE disposed_at IS NULL;
    CREATE INDEX inbound_by_phone ON inbound_messages (phone_e164, received_at);
    """
    + row_security("inbound_messages")
    + """
    CREATE POLICY jobs ON inbound_messages TO dispatch_worker USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE ON inbound_messages TO dispatch_worker;

    CREATE TABLE dispositions (
        inbound_id uuid PRIMARY KEY REFERENCES inbound_messages,
        franchise_id uuid NOT NULL REFERENCES franchises,
        phone_id uuid,
        worker_id uuid,
        question_id uuid,
        shift_id uuid,
        context text NOT NULL,
        disposition text NOT NULL,
        outcome text NOT NULL,
        parsed jsonb NOT NULL,
        at timestamptz NOT NULL DEFAULT clock.now()
    );
    CREATE INDEX dispositions_by_shift ON dispositions (franchise_id, shift_id);
    CREATE INDEX dispositions_by_phone ON dispositions (phone_id, at);
    """
    + tenant_table("dispositions", "SELECT, INSERT", cross_tenant_jobs=True)
    + """
    CREATE TABLE inbox_items (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        kind text NOT NULL CHECK (kind IN ('reply', 'appeal', 'lead', 'call')),
        inbound_id uuid,
        phone_id uuid,
        worker_id uuid,
        shift_id uuid,
        subject_id uuid,
        text text NOT NULL,
        suggestion text,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done')),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        done_at timestamptz,
        done_by text,
        CONSTRAINT inbox_once UNIQUE (inbound_id)
    );
    CREATE INDEX inbox_open ON inbox_items (franchise_id, created_at) WHERE status = 'open';
    """
    + tenant_table("inbox_items")
    + moves("inbox_items", [("open", "done"), ("done", "open")])
    + """
    CREATE TABLE receipts (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES sms_accounts,
        gateway_id text NOT NULL,
        message_id uuid,
        status text NOT NULL,
        error text,
        raw bytea NOT NULL,
        received_at timestamptz NOT NULL,
        seen integer NOT NULL DEFAULT 1,
        applied_at timestamptz,
        CONSTRAINT receipt_once UNIQUE (account_id, gateway_id, status)
    ) WITH (fillfactor = 80);
    CREATE INDEX receipts_to_apply ON receipts (received_at) WHERE applied_at IS NULL;
    """
    + row_security("receipts")
    + """
    CREATE POLICY jobs ON receipts TO dispatch_worker USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE ON receipts TO dispatch_worker;

    CREATE FUNCTION sms_account_at(in_gateway text, in_sid text, in_number text)
    RETURNS TABLE (account_id uuid, franchise_id uuid, secret text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT a.id, a.franchise_id, a.secret FROM sms_accounts a
        WHERE a.gateway = in_gateway AND a.sid = in_sid AND (in_number IS NULL OR a.number = in_number) AND a.enabled
        ORDER BY a.created_at LIMIT 1
    $$;

    CREATE FUNCTION store_inbound(new_id uuid, account uuid, gateway_ref text, phone text, said text, body bytea)
    RETURNS integer LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        INSERT INTO inbound_messages (id, account_id, gateway_id, phone_e164, text, raw, received_at)
        VALUES (new_id, account, gateway_ref, phone, said, body, clock.instant())
        ON CONFLICT ON CONSTRAINT inbound_once DO UPDATE SET seen = inbound_messages.seen + 1
        RETURNING seen
    $$;

    CREATE FUNCTION store_receipt(new_id uuid, account uuid, gateway_ref text, message uuid, state text, problem text,
                                  body bytea)
    RETURNS integer LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        INSERT INTO receipts (id, account_id, gateway_id, message_id, status, error, raw, received_at)
        VALUES (new_id, account, gateway_ref, message, state, problem, body, clock.instant())
        ON CONFLICT ON CONSTRAINT receipt_once DO UPDATE SET seen = receipts.seen + 1
        RETURNING seen
    $$;
    """
    + definer_function("sms_account_at(text, text, text)")
    + definer_function("store_inbound(uuid, uuid, text, text, text, bytea)")
    + definer_function("store_receipt(uuid, uuid, text, uuid, text, text, bytea)")
)


def upgrade() -> None:
    run_script(SQL)
