"""Photos of people: a small one beside the portrait, and pictures nobody refers to any more can be forgotten."""

from migrations.security import TENANT, definer_function
from migrations.tools import run_script

revision = "1231"
down_revision = "1230"

SQL = f"""
    ALTER TABLE worker_contacts
        ADD COLUMN thumb_sha256 bytea,
        ADD CONSTRAINT worker_contacts_thumb_fkey
            FOREIGN KEY (franchise_id, thumb_sha256) REFERENCES files (franchise_id, sha256);

    CREATE FUNCTION forget_file(tenant uuid, digest bytea) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        DELETE FROM files WHERE franchise_id = tenant AND sha256 = digest AND {TENANT};
        RETURN found;
    EXCEPTION WHEN foreign_key_violation THEN
        -- Something else is the same to the byte, and keeps it.
        RETURN false;
    END $$;
    """ + definer_function("forget_file(uuid, bytea)")


def upgrade() -> None:
    run_script(SQL)
