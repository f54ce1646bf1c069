"""People are listed from one narrow table, so that every order with every filter is read off an index."""

from migrations.security import tenant_table
from migrations.tools import run_script

revision = "1230"
down_revision = "1220"

_FILTERED = "INCLUDE (status, skills, rating, capped_until, invitable)"
_OF_POOL = "status, skills, rating, capped_until, invitable"

SQL = (
    """
    CREATE TABLE worker_lines (
        worker_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        last_name text NOT NULL,
        first_name text NOT NULL,
        external_id text,
        sought text NOT NULL,
        status text NOT NULL,
        skills integer NOT NULL,
        rating numeric(3, 2) NOT NULL,
        capped_until timestamptz,
        invitable boolean NOT NULL,
        UNIQUE (franchise_id, worker_id),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES worker_contacts (franchise_id, worker_id) ON DELETE CASCADE
    );
    COMMENT ON TABLE worker_lines IS
        'what lists of people are sorted and narrowed by, kept by triggers from workers and worker_contacts';
    """
    + tenant_table("worker_lines", "SELECT", hq=False)
    + f"""
    CREATE FUNCTION list_new_workers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO worker_lines (worker_id, franchise_id, last_name, first_name, external_id, sought, {_OF_POOL})
        SELECT a.worker_id, a.franchise_id, a.last_name, a.first_name, a.external_id,
               worker_sought(a.first_name, a.last_name, a.external_id),
               w.status, w.skills, w.rating, w.capped_until, w.invitable
        FROM added a JOIN workers w ON w.id = a.worker_id;
        RETURN NULL;
    END $$;
    ALTER FUNCTION list_new_workers() OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION list_new_workers() FROM PUBLIC;
    CREATE TRIGGER list_new AFTER INSERT ON worker_contacts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION list_new_workers();

    CREATE FUNCTION list_renamed_worker() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE worker_lines
        SET last_name = new.last_name, first_name = new.first_name, external_id = new.external_id,
            sought = worker_sought(new.first_name, new.last_name, new.external_id)
        WHERE worker_id = new.worker_id;
        RETURN NULL;
    END $$;
    ALTER FUNCTION list_renamed_worker() OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION list_renamed_worker() FROM PUBLIC;
    CREATE TRIGGER list_renamed AFTER UPDATE OF last_name, first_name, external_id ON worker_contacts FOR EACH ROW
    WHEN ((old.last_name, old.first_name, old.external_id)
          IS DISTINCT FROM (new.last_name, new.first_name, new.external_id))
    EXECUTE FUNCTION list_renamed_worker();

    CREATE FUNCTION list_moved_worker() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        UPDATE worker_lines
        SET ({_OF_POOL}) = (new.status, new.skills, new.rating, new.capped_until, new.invitable)
        WHERE worker_id = new.id;
        RETURN NULL;
    END $$;
    ALTER FUNCTION list_moved_worker() OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION list_moved_worker() FROM PUBLIC;
    CREATE TRIGGER list_moved AFTER UPDATE ON workers FOR EACH ROW
    WHEN ((old.status, old.skills, old.rating, old.capped_until, old.invitable)
          IS DISTINCT FROM (new.status, new.skills, new.rating, new.capped_until, new.invitable))
    EXECUTE FUNCTION list_moved_worker();

    INSERT INTO worker_lines (worker_id, franchise_id, last_name, first_name, external_id, sought, {_OF_POOL})
    SELECT c.worker_id, c.franchise_id, c.last_name, c.first_name, c.external_id,
           worker_sought(c.first_name, c.last_name, c.external_id),
           w.status, w.skills, w.rating, w.capped_until, w.invitable
    FROM worker_contacts c JOIN workers w ON w.id = c.worker_id;

    CREATE INDEX worker_lines_by_name ON worker_lines (franchise_id, last_name, first_name, worker_id) {_FILTERED};
    CREATE INDEX worker_lines_by_status ON worker_lines (franchise_id, status, worker_id) {_FILTERED.replace("status, ", "")};
    CREATE INDEX worker_lines_by_rating ON worker_lines (franchise_id, rating, worker_id) {_FILTERED.replace("rating, ", "")};
    CREATE INDEX worker_lines_by_invitable ON worker_lines (franchise_id, invitable, worker_id) {_FILTERED.replace(", invitable", "")};
    CREATE INDEX worker_lines_by_external_id ON worker_lines (franchise_id, external_id, worker_id) {_FILTERED};
    -- Who has none comes last either way round.
    CREATE INDEX worker_lines_by_external_id_down
        ON worker_lines (franchise_id, external_id DESC NULLS LAST, worker_id DESC) {_FILTERED};
    CREATE INDEX worker_lines_by_came ON worker_lines (franchise_id, worker_id) {_FILTERED};
    CREATE INDEX worker_lines_capped ON worker_lines (franchise_id, capped_until) WHERE capped_until IS NOT NULL;
    ANALYZE worker_lines;
    DROP INDEX worker_contacts_by_name;

    CREATE INDEX worker_documents_by_expiry ON worker_documents (franchise_id, valid_until)
        INCLUDE (worker_id, kind, region) WHERE valid_until IS NOT NULL;
    """
)


def upgrade() -> None:
    run_script(SQL)
