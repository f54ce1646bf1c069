"""Commits that fail: a deferred trigger on every table refuses marked transactions at their end.

Nothing of ours is patched: the refusal comes from the database, after the handler has returned its answer.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

ANYBODY: Final = "*"
"""The mark that fails whoever commits."""
_TRIGGERS: Final = """
CREATE TABLE marked (actor text PRIMARY KEY);
CREATE FUNCTION refuse_marked() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM marked WHERE actor IN ('*', coalesce(current_setting('app.actor', true), ''))) THEN
        RAISE EXCEPTION 'the commit of a marked actor fails';
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE
    name regclass;
BEGIN
    FOR name IN SELECT c.oid FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND r.rolname = current_user
                  AND c.relname NOT IN ('marked', 'login_attempts') LOOP
        EXECUTE format('CREATE CONSTRAINT TRIGGER refuse_marked AFTER INSERT OR UPDATE OR DELETE ON %s '
                       'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_marked()', name);
    END LOOP;
END $$;
"""


async def let_commits_fail(sql: asyncpg.Connection) -> None:
    """Prepare a database for `failing_commits`; a count of tries at a password, which must last, is left out."""
    await sql.execute(_TRIGGERS)


@asynccontextmanager
async def failing_commits(sql: asyncpg.Connection, actor: str = ANYBODY) -> AsyncIterator[None]:
    """Let every commit of an actor that changed anything fail, until the block ends."""
    await sql.execute("INSERT INTO marked VALUES ($1)", actor)
    try:
        yield
    finally:
        await sql.execute("DELETE FROM marked")
