"""Franchises, their policies and what they lend; staff, sessions and tokens."""

from migrations.security import TENANT, audited, definer_function, row_security, tenant_table
from migrations.tools import run_script

revision = "1010"
down_revision = "1000"

SQL = (
    """
    CREATE TABLE franchises (
        id uuid PRIMARY KEY,
        slug text NOT NULL CONSTRAINT franchise_slug_taken UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,40}$'),
        name text NOT NULL,
        city text NOT NULL,
        zone text NOT NULL,
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        location geography(Point, 4326) NOT NULL,
        kind text NOT NULL DEFAULT 'franchise' CHECK (kind IN ('franchise', 'hq')),
        status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1
    );
    """
    + row_security("franchises")
    + f"""
    CREATE POLICY network ON franchises FOR SELECT TO dispatch_app, dispatch_worker, dispatch_hq USING (true);
    CREATE POLICY own ON franchises FOR UPDATE TO dispatch_app USING ({TENANT.replace("franchise_id", "id")});
    GRANT SELECT ON franchises TO dispatch_app, dispatch_worker, dispatch_hq;
    GRANT UPDATE (name, city, zone, location, version) ON franchises TO dispatch_app;
    """
    + audited("franchises")
    + """
    CREATE TABLE policy_versions (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        section text NOT NULL,
        version integer NOT NULL,
        body jsonb NOT NULL,
        valid tstzrange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
        author text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, id),
        UNIQUE (franchise_id, section, version),
        CONSTRAINT one_policy_in_force EXCLUDE USING gist (franchise_id WITH =, section WITH =, valid WITH &&)
    );
    CREATE FUNCTION policy_body_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (old.franchise_id, old.section, old.version, old.body, lower(old.valid))
           IS DISTINCT FROM (new.franchise_id, new.section, new.version, new.body, lower(new.valid))
           OR NOT upper_inf(old.valid) THEN
            RAISE EXCEPTION 'a policy version is final; write the next version'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'policy_version_final';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER final BEFORE UPDATE ON policy_versions FOR EACH ROW EXECUTE FUNCTION policy_body_is_final();
    """
    + tenant_table("policy_versions", "SELECT, INSERT, UPDATE (valid)")
    + audited("policy_versions")
    + """
    CREATE TABLE network_policy_versions (
        id uuid PRIMARY KEY,
        section text NOT NULL,
        version integer NOT NULL,
        body jsonb NOT NULL,
        valid tstzrange NOT NULL CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
        author text NOT NULL,
        reason text NOT NULL,
        UNIQUE (section, version),
        CONSTRAINT one_network_policy_in_force EXCLUDE USING gist (section WITH =, valid WITH &&)
    );
    GRANT SELECT ON network_policy_versions TO dispatch_app, dispatch_worker, dispatch_definer, dispatch_hq;

    CREATE TABLE entitlements (
        franchise_id uuid NOT NULL REFERENCES franchises,
        feature text NOT NULL,
        valid_until timestamptz,
        PRIMARY KEY (franchise_id, feature)
    );
    """
    + tenant_table("entitlements", "SELECT")
    + """
    CREATE TABLE lending_grants (
        franchise_id uuid NOT NULL REFERENCES franchises,
        borrower_id uuid NOT NULL REFERENCES franchises,
        ring smallint NOT NULL DEFAULT 1 CHECK (ring BETWEEN 1 AND 9),
        fee_percent numeric(5, 2) NOT NULL DEFAULT 0 CHECK (fee_percent BETWEEN 0 AND 100),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        PRIMARY KEY (franchise_id, borrower_id),
        CHECK (franchise_id <> borrower_id)
    );
    """
    + tenant_table("lending_grants", "SELECT, INSERT, UPDATE, DELETE")
    + """
    CREATE FUNCTION lenders_to(borrower uuid) RETURNS TABLE (franchise_id uuid, ring smallint, fee_percent numeric)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT g.franchise_id, g.ring, g.fee_percent FROM lending_grants g
        JOIN franchises f ON f.id = g.franchise_id AND f.status = 'active'
        WHERE g.borrower_id = borrower
          AND borrower = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])
        ORDER BY g.ring, g.franchise_id
    $$;
    """
    + definer_function("lenders_to(uuid)")
    + """
    CREATE TABLE staff_users (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        login text NOT NULL CONSTRAINT login_taken UNIQUE CHECK (login = lower(login) AND length(login) BETWEEN 3 AND 120),
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('dispatcher', 'foreman', 'recruiter', 'accountant', 'owner', 'hq',
                                           'call_centre', 'operator', 'client')),
        password_hash text NOT NULL,
        phone text,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id)
    );
    """
    + tenant_table("staff_users", hq=False)
    + audited("staff_users")
    + """
    CREATE TABLE sessions (
        token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
        franchise_id uuid NOT NULL,
        user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        user_agent text,
        FOREIGN KEY (franchise_id, user_id) REFERENCES staff_users (franchise_id, id)
    );
    CREATE INDEX sessions_by_user ON sessions (franchise_id, user_id);
    """
    + tenant_table("sessions", hq=False)
    + """
    CREATE TABLE api_tokens (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        token_sha256 bytea NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('dispatcher', 'foreman', 'recruiter', 'accountant', 'owner', 'hq',
                                           'call_centre', 'operator', 'client')),
        test boolean NOT NULL DEFAULT false,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, created_by) REFERENCES staff_users (franchise_id, id)
    );
    """
    + tenant_table("api_tokens", hq=False)
    + audited("api_tokens")
    + """
    CREATE TABLE login_attempts (
        login_sha256 bytea PRIMARY KEY,
        failures integer NOT NULL DEFAULT 0,
        last_failed_at timestamptz NOT NULL,
        locked_until timestamptz
    );
    GRANT SELECT, INSERT, UPDATE ON login_attempts TO dispatch_app;

    CREATE FUNCTION staff_by_login(wanted text)
    RETURNS TABLE (user_id uuid, franchise_id uuid, password_hash text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT u.id, u.franchise_id, u.password_hash FROM staff_users u
        JOIN franchises f ON f.id = u.franchise_id AND f.status = 'active'
        WHERE u.login = lower(wanted) AND u.disabled_at IS NULL
    $$;

    CREATE FUNCTION principal_of(hash bytea)
    RETURNS TABLE (kind text, subject_id uuid, franchise_id uuid, role text, name text, test boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT 'staff', u.id, u.franchise_id, u.role, u.name, false
        FROM sessions s JOIN staff_users u ON u.id = s.user_id
        JOIN franchises f ON f.id = u.franchise_id AND f.status = 'active'
        WHERE s.token_sha256 = hash AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL
        UNION ALL
        SELECT 'token', t.id, t.franchise_id, t.role, t.name, t.test
        FROM api_tokens t JOIN staff_users u ON u.id = t.created_by
        JOIN franchises f ON f.id = t.franchise_id AND f.status = 'active'
        WHERE t.token_sha256 = hash AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
          AND u.disabled_at IS NULL
    $$;
    """
    + definer_function("staff_by_login(text)")
    + definer_function("principal_of(bytea)")
)


def upgrade() -> None:
    run_script(SQL)
