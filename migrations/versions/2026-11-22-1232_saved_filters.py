"""Filters of the list of people, kept under names."""

from migrations.security import audited, tenant_table
from migrations.tools import run_script

revision = "1232"
down_revision = "1231"

SQL = (
    """
    CREATE TABLE saved_filters (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        user_id uuid NOT NULL,
        slot smallint NOT NULL CHECK (slot BETWEEN 1 AND 20),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
        shared boolean NOT NULL DEFAULT false,
        asked jsonb NOT NULL CHECK (jsonb_typeof(asked) = 'object' AND length(asked::text) < 3000),
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        CONSTRAINT saved_filter_slots UNIQUE (franchise_id, user_id, slot),
        FOREIGN KEY (franchise_id, user_id) REFERENCES staff_users (franchise_id, id)
    );
    COMMENT ON COLUMN saved_filters.slot IS 'bounds how many one may keep';
    CREATE UNIQUE INDEX saved_filter_name_taken ON saved_filters (franchise_id, user_id, lower(name));
    CREATE UNIQUE INDEX saved_filter_shared_name_taken ON saved_filters (franchise_id, lower(name)) WHERE shared;
    """
    + tenant_table("saved_filters", "SELECT, INSERT, DELETE", hq=False)
    + audited("saved_filters")
)


def upgrade() -> None:
    run_script(SQL)
