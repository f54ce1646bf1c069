"""A second factor for staff: what its key is derived from, recovery codes, sign-ins that wait for a code."""

from migrations.security import audited, definer_function, tenant_table
from migrations.tools import run_script

revision = "1180"
down_revision = "1172"

SQL = (
    """
    -- The column is called secret because audit leaves out what is called so.
    CREATE TABLE second_factors (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        secret bytea NOT NULL CHECK (length(secret) = 32),
        confirmed_at timestamptz,
        last_step bigint NOT NULL DEFAULT 0,
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, id) REFERENCES staff_users (franchise_id, id)
    );
    """
    + tenant_table("second_factors", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + audited("second_factors", "secret, confirmed_at")
    + """
    CREATE TABLE recovery_codes (
        user_id uuid NOT NULL,
        franchise_id uuid NOT NULL,
        code_sha256 bytea NOT NULL CHECK (length(code_sha256) = 32),
        used_at timestamptz,
        PRIMARY KEY (user_id, code_sha256),
        FOREIGN KEY (franchise_id, user_id) REFERENCES second_factors (franchise_id, id)
    );
    """
    + tenant_table("recovery_codes", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + """
    CREATE TABLE sign_ins (
        token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
        franchise_id uuid NOT NULL,
        user_id uuid NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        FOREIGN KEY (franchise_id, user_id) REFERENCES staff_users (franchise_id, id)
    );
    CREATE INDEX sign_ins_by_user ON sign_ins (franchise_id, user_id);
    """
    + tenant_table("sign_ins", "SELECT, INSERT, UPDATE, DELETE", hq=False)
    + """
    -- Jobs have no business with who may enter.
    REVOKE ALL ON second_factors, recovery_codes, sign_ins FROM dispatch_worker;

    CREATE FUNCTION sign_in_of(hash bytea) RETURNS TABLE (user_id uuid, franchise_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT u.id, u.franchise_id FROM sign_ins s JOIN staff_users u ON u.id = s.user_id
        JOIN franchises f ON f.id = u.franchise_id AND f.status = 'active'
        WHERE s.token_sha256 = hash AND s.used_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
    $$;

    ALTER TABLE sessions ADD COLUMN last_seen_at timestamptz NOT NULL DEFAULT now();

    -- A moment that is five minutes old is written anew, so a busy session costs one write in five minutes.
    CREATE FUNCTION session_seen(hash bytea) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE sessions SET last_seen_at = now()
        WHERE token_sha256 = hash AND revoked_at IS NULL AND last_seen_at < now() - interval '5 minutes'
    $$;

    DROP FUNCTION principal_of(bytea);
    CREATE FUNCTION principal_of(hash bytea)
    RETURNS TABLE (kind text, subject_id uuid, franchise_id uuid, role text, name text, test boolean,
                   second_factor boolean, stale boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT 'staff', u.id, u.franchise_id, u.role, u.name, false,
               EXISTS (SELECT FROM second_factors s WHERE s.id = u.id AND s.confirmed_at IS NOT NULL),
               s.last_seen_at < now() - interval '5 minutes'
        FROM sessions s JOIN staff_users u ON u.id = s.user_id
        JOIN franchises f ON f.id = u.franchise_id AND f.status = 'active'
        WHERE s.token_sha256 = hash AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
        UNION ALL
        SELECT 'token', t.id, t.franchise_id, t.role, t.name, t.test, false, false
        FROM api_tokens t JOIN staff_users u ON u.id = t.created_by
        JOIN franchises f ON f.id = t.franchise_id AND f.status = 'active'
        WHERE t.token_sha256 = hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
          AND u.disabled_at IS NULL
    $$;
    """
    + definer_function("sign_in_of(bytea)")
    + definer_function("session_seen(bytea)")
    + definer_function("principal_of(bytea)")
)


def upgrade() -> None:
    run_script(SQL)
