"""What the queue of texts needs: quiet hours on each offer, the order of sending and the pace of an account."""

from migrations.security import definer_function, row_security
from migrations.tools import run_script

revision = "1120"
down_revision = "1100"

SQL = (
    """
    -- The sender looks at the clock once more, so a text that a full queue held up does not ring at night.
    ALTER TABLE messages
        ADD COLUMN quiet_from time,
        ADD COLUMN quiet_to time,
        ADD CONSTRAINT offers_keep_quiet_hours CHECK (class = 'S' OR urgent OR num_nulls(quiet_from, quiet_to) = 0),
        ADD CONSTRAINT priority_is_one_figure CHECK (priority BETWEEN 0 AND 9);
    COMMENT ON COLUMN messages.quiet_from IS 'on the recipient''s clock; null: any hour';

    -- A receipt for a text that seemed absent at the gateway and waits to go again: it must not.
    INSERT INTO status_moves (entity, old_status, new_status)
    VALUES ('messages', 'queued', 'sent'), ('messages', 'queued', 'delivered');

    DROP INDEX messages_due;
    CREATE INDEX messages_due ON messages (account_id, priority, send_at) WHERE status = 'queued';
    CREATE INDEX questions_by_phone ON questions (phone_id, opened_at);
    ALTER TABLE questions ADD COLUMN closed_at timestamptz;
    COMMENT ON COLUMN questions.closed_at IS 'when it stopped being open, answered or not';

    CREATE FUNCTION phone_zones(wanted uuid[]) RETURNS TABLE (id uuid, zone text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT p.id, p.zone FROM phones p WHERE p.id = ANY (wanted)
    $$;
    """
    + definer_function("phone_zones(uuid[])")
    + """
    CREATE TABLE sms_account_progress (
        account_id uuid PRIMARY KEY REFERENCES sms_accounts,
        next_send_at timestamptz NOT NULL DEFAULT '-infinity',
        listed_until timestamptz,
        listed_at timestamptz
    ) WITH (fillfactor = 50);
    COMMENT ON TABLE sms_account_progress IS
        'moved by machines many times a second, so apart from sms_accounts, whose changes are audited';
    COMMENT ON COLUMN sms_account_progress.next_send_at IS
        'when the next text may start at the account''s rate; all senders share it by locking the row';
    COMMENT ON COLUMN sms_account_progress.listed_until IS
        'inbound texts up to here were read from the gateway''s own list';
    """
    + row_security("sms_account_progress")
    + """
    CREATE POLICY jobs ON sms_account_progress TO dispatch_worker USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE ON sms_account_progress TO dispatch_worker;
    """
)


def upgrade() -> None:
    run_script(SQL)
