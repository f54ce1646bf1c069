"""SQL fragments every migration repeats: row security, append-only tables, tables of moves, audit.

The four database roles a policy can name: `dispatch_app` (requests, one tenant), `dispatch_worker` (jobs),
`dispatch_definer` (owns the SECURITY DEFINER functions), `dispatch_hq` (network reads by SET LOCAL ROLE).
"""

TENANT = "franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])"


def row_security(table: str) -> str:
    """Force row security, deny by default, keep the owner able to maintain and the definer able to see."""
    return f"""
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY maint ON {table} TO dispatch_owner USING (true) WITH CHECK (true);
    CREATE POLICY definer ON {table} TO dispatch_definer USING (true) WITH CHECK (true);
    GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO dispatch_definer;
    """


def tenant_table(
    table: str, grants: str = "SELECT, INSERT, UPDATE", *, hq: bool = True, cross_tenant_jobs: bool = False
) -> str:
    """A table whose rows belong to one franchise each: visible and writable inside that tenant's context only.

    `cross_tenant_jobs` lets the job role see every tenant's rows: the queues, and nothing else.
    """
    sql = row_security(table)
    jobs = "dispatch_app" if cross_tenant_jobs else "dispatch_app, dispatch_worker"
    sql += f"""
    CREATE POLICY tenant ON {table} TO {jobs} USING ({TENANT}) WITH CHECK ({TENANT});
    GRANT {grants} ON {table} TO dispatch_app, dispatch_worker;
    """
    if cross_tenant_jobs:
        sql += f"CREATE POLICY jobs ON {table} TO dispatch_worker USING (true) WITH CHECK (true);"
    if hq:
        sql += f"""
        CREATE POLICY hq ON {table} FOR SELECT TO dispatch_hq USING (true);
        GRANT SELECT ON {table} TO dispatch_hq;
        """
    return sql


def append_only(table: str) -> str:
    """Refuse UPDATE, DELETE and TRUNCATE by statement: a row trigger never fires for rows that policies hide."""
    return f"""
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """


def audited(table: str, columns: str = "") -> str:
    """One audit row per change people make; `columns` limits updates to what people edit."""
    of = f"OF {columns}" if columns else ""
    return f"""
    CREATE TRIGGER audit AFTER INSERT OR UPDATE {of} OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION audit_row();
    """


def moves(table: str, pairs: list[tuple[str, str]]) -> str:
    """Allow exactly these (old, new) pairs of `status`; everything else is refused by name `<table>_move`."""
    values = ", ".join(f"('{table}', '{old}', '{new}')" for old, new in pairs)
    return f"""
    INSERT INTO status_moves (entity, old_status, new_status) VALUES {values};
    CREATE TRIGGER move BEFORE UPDATE OF status ON {table}
    FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status) EXECUTE FUNCTION enforce_move();
    """


def definer_function(signature: str) -> str:
    """Hand a SECURITY DEFINER function to the definer and its use to the two login roles only."""
    return f"""
    ALTER FUNCTION {signature} OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION {signature} FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION {signature} TO dispatch_app, dispatch_worker;
    """
