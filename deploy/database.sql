-- One database, after deploy/roles.sql: its owner, who may connect, its extensions. A psql script, run as superuser while
-- connected to that database; it may run again at any time. Extensions are made here and not by migrations, because
-- PostGIS needs a superuser.

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;

SELECT format('ALTER DATABASE %I OWNER TO dispatch_owner', current_database())
\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO dispatch_app, dispatch_worker', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO dispatch_backup', current_database())
\gexec

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS citext;

-- ALTER FUNCTION ... OWNER TO asks that the new owner may create in the schema. Nobody logs in as the definer, and its
-- functions create nothing, so it holds this right for good rather than for the length of every migration.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO dispatch_definer;
COMMIT;
