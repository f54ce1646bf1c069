"""Links for a new password, and texts with a secret in them, which nobody may read afterwards."""

from migrations.security import definer_function, tenant_table
from migrations.tools import run_script

revision = "1181"
down_revision = "1180"

SQL = (
    """
    CREATE TABLE password_resets (
        token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
        franchise_id uuid NOT NULL,
        user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        FOREIGN KEY (franchise_id, user_id) REFERENCES staff_users (franchise_id, id)
    );
    CREATE INDEX password_resets_by_user ON password_resets (franchise_id, user_id);
    """
    + tenant_table("password_resets", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + """
    REVOKE ALL ON password_resets FROM dispatch_worker;

    CREATE FUNCTION password_reset_of(hash bytea) RETURNS TABLE (user_id uuid, franchise_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT u.id, u.franchise_id FROM password_resets r JOIN staff_users u ON u.id = r.user_id
        JOIN franchises f ON f.id = u.franchise_id AND f.status = 'active'
        WHERE r.token_sha256 = hash AND r.used_at IS NULL AND r.expires_at > now() AND u.disabled_at IS NULL
    $$;

    -- As long as it may still leave us the text is needed (an unclear one may be queued again); after that it is gone.
    CREATE FUNCTION forget_secret_text() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        new.body := '***';
        RETURN new;
    END $$;
    CREATE TRIGGER forget_secret BEFORE UPDATE OF status ON messages FOR EACH ROW
    WHEN (new.template = 'password_reset'
          AND new.status IN ('sent', 'delivered', 'failed', 'expired', 'suppressed'))
    EXECUTE FUNCTION forget_secret_text();
    """
    + definer_function("password_reset_of(bytea)")
)


def upgrade() -> None:
    run_script(SQL)
