-- The database roles, cluster-wide. A psql script for PostgreSQL 15, run as superuser; it may run again at any time,
-- also to change passwords. `dispatch stack up` and deploy/compose.yaml both use it.
--
-- Passwords come from the environment, where `ps` does not show them:
--   DISPATCH_OWNER_PASSWORD, DISPATCH_APP_PASSWORD, DISPATCH_WORKER_PASSWORD, DISPATCH_BACKUP_PASSWORD

\set ON_ERROR_STOP on
\set owner_password ''
\set app_password ''
\set worker_password ''
\set backup_password ''
\getenv owner_password DISPATCH_OWNER_PASSWORD
\getenv app_password DISPATCH_APP_PASSWORD
\getenv worker_password DISPATCH_WORKER_PASSWORD
\getenv backup_password DISPATCH_BACKUP_PASSWORD
SELECT '' IN (:'owner_password', :'app_password', :'worker_password', :'backup_password') AS password_missing \gset
\if :password_missing
    DO $$ BEGIN
        RAISE 'set DISPATCH_OWNER_PASSWORD, DISPATCH_APP_PASSWORD, DISPATCH_WORKER_PASSWORD and DISPATCH_BACKUP_PASSWORD';
    END $$;
\endif

BEGIN;
SET LOCAL client_min_messages = warning;
-- The statements below carry passwords.
SET LOCAL log_statement = 'none';
SET LOCAL log_min_duration_statement = -1;
SET LOCAL log_min_error_statement = panic;

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['dispatch_owner', 'dispatch_app', 'dispatch_worker', 'dispatch_definer', 'dispatch_hq', 'dispatch_backup']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

-- Owns the database and what migrations make. Row security binds it too (FORCE); a policy named `maint` lets it through.
ALTER ROLE dispatch_owner LOGIN INHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';

-- Requests and jobs. NOINHERIT: a policy applies to every member that inherits, so what they may become by SET ROLE
-- must not leak into what they are.
ALTER ROLE dispatch_app LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'app_password';
ALTER ROLE dispatch_worker LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'worker_password';

-- Owns the SECURITY DEFINER functions, whose own policies see every row; nobody logs in as it.
ALTER ROLE dispatch_definer NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD NULL;

-- Reads of the whole network: the app enters it for one transaction by SET LOCAL ROLE.
ALTER ROLE dispatch_hq NOLOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD NULL;

-- Dumps: sees all rows, changes none.
ALTER ROLE dispatch_backup LOGIN INHERIT NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'backup_password';
ALTER ROLE dispatch_backup SET default_transaction_read_only = on;

-- The owner hands functions over with ALTER FUNCTION ... OWNER TO dispatch_definer, which takes membership, and replaces
-- them in later migrations, which takes inheriting it. The definer's CREATE on the schema is granted in database.sql.
GRANT dispatch_definer TO dispatch_owner;
GRANT dispatch_hq TO dispatch_app;
GRANT pg_read_all_data TO dispatch_backup;
COMMIT;
