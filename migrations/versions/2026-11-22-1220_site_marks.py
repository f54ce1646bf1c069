"""What people on site write down, with or without a network, and the links by which crew leads do so."""

from migrations.security import append_only, definer_function, tenant_table
from migrations.tools import run_script

revision = "1220"
down_revision = "1210"

SQL = (
    """
    ALTER TABLE seats ADD COLUMN left_at timestamptz;
    -- Another man came in his stead: that he was taken for absent is reversed, and his place is gone.
    INSERT INTO status_moves (entity, old_status, new_status) VALUES ('seats', 'no_show', 'released');

    CREATE TABLE site_marks (
        franchise_id uuid NOT NULL,
        id uuid NOT NULL,
        shift_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('arrived', 'late', 'missing', 'left', 'turned_away', 'came_instead',
                                           'unlisted', 'walk_in', 'standby_called', 'register', 'finished')),
        seat_id uuid,
        made_at timestamptz NOT NULL,
        clock_offset interval NOT NULL,
        at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock.now(),
        source text NOT NULL CHECK (source IN ('foreman', 'crew_lead', 'dispatcher')),
        author text NOT NULL,
        outcome text NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}',
        sha256 bytea,
        -- The id is the device's own: two franchises never learn that they hit upon the same one.
        PRIMARY KEY (franchise_id, id),
        CHECK (at <= received_at),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id),
        FOREIGN KEY (franchise_id, seat_id) REFERENCES seats (franchise_id, id),
        FOREIGN KEY (franchise_id, sha256) REFERENCES files (franchise_id, sha256)
    );
    CREATE INDEX site_marks_by_shift ON site_marks (franchise_id, shift_id, at);
    """
    + tenant_table("site_marks", "SELECT, INSERT", hq=False)
    + append_only("site_marks")
    + """
    CREATE TABLE lead_links (
        token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL REFERENCES workers,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        created_by text NOT NULL,
        revoked_at timestamptz,
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    CREATE INDEX lead_links_by_shift ON lead_links (franchise_id, shift_id);
    """
    + tenant_table("lead_links", "SELECT, INSERT, UPDATE (revoked_at)", hq=False)
    + """
    REVOKE ALL ON lead_links FROM dispatch_worker;

    CREATE FUNCTION lead_link_of(hash bytea) RETURNS TABLE (franchise_id uuid, shift_id uuid, worker_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        -- Good while he is of the crew, until a day after the shift, wherever it was moved to.
        SELECT l.franchise_id, l.shift_id, l.worker_id FROM lead_links l
        JOIN shifts s ON s.franchise_id = l.franchise_id AND s.id = l.shift_id
        JOIN franchises f ON f.id = l.franchise_id AND f.status = 'active'
        WHERE l.token_sha256 = hash AND l.revoked_at IS NULL AND s.status <> 'cancelled'
          AND s.ends_at + interval '1 day' > clock.now()
          AND EXISTS (SELECT FROM seats t WHERE t.shift_id = l.shift_id AND t.worker_id = l.worker_id AND t.live)
    $$;

    -- As long as it may still leave us the text is needed; after that nobody may read the link in it.
    DROP TRIGGER forget_secret ON messages;
    CREATE TRIGGER forget_secret BEFORE UPDATE OF status ON messages FOR EACH ROW
    WHEN (new.template IN ('password_reset', 'lead_link')
          AND new.status IN ('sent', 'delivered', 'failed', 'expired', 'suppressed'))
    EXECUTE FUNCTION forget_secret_text();
    """
    + definer_function("lead_link_of(bytea)")
)


def upgrade() -> None:
    run_script(SQL)
