"""The ground every domain stands on: clock, moves, outbox, timeline, audit, files, idempotency, deployment."""

from migrations.security import append_only, definer_function, tenant_table
from migrations.tools import run_script

revision = "1000"
down_revision = None

SQL = (
    """
    GRANT SELECT ON alembic_version TO dispatch_app, dispatch_worker;

    CREATE SCHEMA clock;
    GRANT USAGE ON SCHEMA clock TO PUBLIC;
    CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS 'select now()';
    CREATE FUNCTION clock.instant() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'select clock_timestamp()';

    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'table % is append-only', tg_table_name
            USING ERRCODE = 'restrict_violation', CONSTRAINT = tg_table_name || '_append_only';
    END $$;

    CREATE TABLE status_moves (
        entity text NOT NULL,
        old_status text NOT NULL,
        new_status text NOT NULL,
        PRIMARY KEY (entity, old_status, new_status)
    );
    GRANT SELECT ON status_moves TO dispatch_app, dispatch_worker, dispatch_definer, dispatch_hq;
    CREATE FUNCTION enforce_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM status_moves
                       WHERE entity = tg_table_name AND old_status = old.status AND new_status = new.status) THEN
            RAISE EXCEPTION '% may not move from % to %', tg_table_name, old.status, new.status
                USING ERRCODE = 'check_violation', CONSTRAINT = tg_table_name || '_move';
        END IF;
        RETURN new;
    END $$;

    CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        franchise_id uuid,
        at timestamptz NOT NULL DEFAULT clock.now(),
        actor text NOT NULL,
        entity text NOT NULL,
        entity_id text NOT NULL,
        action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
        before jsonb,
        after jsonb
    );
    CREATE INDEX audit_log_by_franchise ON audit_log (franchise_id, id);
    CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, clock, pg_temp
    AS $$
    DECLARE
        who text := nullif(current_setting('app.actor', true), '');
        was jsonb := CASE WHEN tg_op <> 'INSERT' THEN to_jsonb(old) END;
        became jsonb := CASE WHEN tg_op <> 'DELETE' THEN to_jsonb(new) END;
        row_now jsonb := coalesce(became, was);
    BEGIN
        IF who IS NULL THEN
            RAISE EXCEPTION 'a change to % needs an actor: set app.actor', tg_table_name
                USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_actor_missing';
        END IF;
        IF tg_op = 'UPDATE' AND was = became THEN
            RETURN NULL;
        END IF;
        IF tg_op = 'UPDATE' THEN
            SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, became -> o.key) INTO was, became
            FROM jsonb_each(was) AS o WHERE o.value IS DISTINCT FROM became -> o.key;
        END IF;
        INSERT INTO audit_log (franchise_id, actor, entity, entity_id, action, before, after)
        VALUES (coalesce(row_now ->> 'franchise_id', CASE WHEN tg_table_name = 'franchises' THEN row_now ->> 'id' END)::uuid,
                who, tg_table_name, coalesce(row_now ->> 'id', row_now ->> 'worker_id', ''),
                lower(tg_op), was - 'password_hash' - 'secret', became - 'password_hash' - 'secret');
        RETURN NULL;
    END $$;
    ALTER FUNCTION audit_row() OWNER TO dispatch_definer;
    """
    + tenant_table("audit_log", "SELECT")
    + append_only("audit_log")
    + """
    CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        franchise_id uuid,
        lane text NOT NULL,
        kind text NOT NULL,
        subject_id uuid NOT NULL,
        n integer NOT NULL DEFAULT 0,
        detail jsonb NOT NULL DEFAULT '{}',
        due_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'dropped', 'dead')),
        attempt integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        leased_until timestamptz,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        finished_at timestamptz,
        CONSTRAINT outbox_once UNIQUE (kind, subject_id, n)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
    CREATE INDEX outbox_due ON outbox (lane, due_at) WHERE state = 'pending';
    """
    + tenant_table("outbox", cross_tenant_jobs=True)
    + """
    CREATE TABLE timeline (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock.now(),
        actor text NOT NULL,
        kind text NOT NULL,
        worker_id uuid,
        detail jsonb NOT NULL DEFAULT '{}',
        written_by xid8 NOT NULL DEFAULT pg_current_xact_id()
    );
    CREATE INDEX timeline_by_shift ON timeline (franchise_id, shift_id, id);
    CREATE INDEX timeline_by_franchise ON timeline (franchise_id, id);
    """
    + tenant_table("timeline", "SELECT, INSERT")
    + append_only("timeline")
    + """
    CREATE TABLE files (
        franchise_id uuid NOT NULL,
        sha256 bytea NOT NULL CHECK (length(sha256) = 32),
        media_type text NOT NULL,
        content bytea NOT NULL CHECK (length(content) BETWEEN 1 AND 5 * 1024 * 1024),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        created_by text NOT NULL,
        PRIMARY KEY (franchise_id, sha256)
    );
    """
    + tenant_table("files", "SELECT, INSERT", hq=False)
    + """
    CREATE TABLE idempotency_keys (
        franchise_id uuid NOT NULL,
        key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
        route text NOT NULL,
        body_sha256 bytea NOT NULL,
        status smallint,
        response jsonb,
        replays integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (franchise_id, key)
    );
    """
    + tenant_table("idempotency_keys")
    + """
    CREATE TABLE beats (
        source text PRIMARY KEY,
        at timestamptz NOT NULL,
        outage_from timestamptz,
        outage_to timestamptz
    );
    GRANT SELECT, INSERT, UPDATE ON beats TO dispatch_worker;
    GRANT SELECT ON beats TO dispatch_app, dispatch_definer;

    CREATE TABLE deployment (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        system_identifier bigint NOT NULL,
        released_at timestamptz,
        simulated_clock boolean NOT NULL DEFAULT false
    );
    INSERT INTO deployment (system_identifier, released_at)
    SELECT system_identifier, now() FROM pg_control_system();
    GRANT SELECT ON deployment TO dispatch_app, dispatch_worker, dispatch_definer;

    CREATE FUNCTION sending_released() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
        SELECT d.released_at IS NOT NULL AND d.system_identifier = c.system_identifier
        FROM deployment d, pg_control_system() c
    $$;
    """
    + definer_function("sending_released()")
)


def upgrade() -> None:
    run_script(SQL)
