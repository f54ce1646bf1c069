"""Pages are told, at commit, which shift, alarm or inbox changed; ids only, and nothing depends on its arrival."""

from migrations.tools import run_script

revision = "1172"
down_revision = "1171"

_BY_SHIFT = ("timeline", "invitations", "seats", "alarms", "call_results")
_BY_ID = ("shifts",)
_WHOLE = ("alarms", "inbox_items")

FUNCTIONS = """
    CREATE FUNCTION tell_pages() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('pages', concat_ws(' ', f.franchise_id, 'shift', f.shift_id, pg_current_xact_id()))
        FROM (SELECT DISTINCT franchise_id, shift_id FROM fresh WHERE shift_id IS NOT NULL) f;
        RETURN NULL;
    END $$;
    CREATE FUNCTION tell_pages_of_shifts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('pages', concat_ws(' ', f.franchise_id, 'shift', f.id, pg_current_xact_id())) FROM fresh f;
        RETURN NULL;
    END $$;
    CREATE FUNCTION tell_pages_of_all() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('pages', concat_ws(' ', f.franchise_id, TG_ARGV[0], '-', pg_current_xact_id()))
        FROM (SELECT DISTINCT franchise_id FROM fresh) f;
        RETURN NULL;
    END $$;
"""


def _trigger(table: str, function: str, suffix: str) -> str:
    return "".join(
        f"CREATE TRIGGER {table}_{suffix}_{act.lower()} AFTER {act} ON {table} "
        f"REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION {function};\n"
        for act in ("INSERT", "UPDATE")
    )


SQL = (
    FUNCTIONS
    + "".join(_trigger(table, "tell_pages()", "tell_pages") for table in _BY_SHIFT)
    + "".join(_trigger(table, "tell_pages_of_shifts()", "tell_pages") for table in _BY_ID)
    + "".join(_trigger(table, f"tell_pages_of_all('{table}')", "tell_all") for table in _WHOLE)
)


def upgrade() -> None:
    run_script(SQL)
