"""A man may be asked for a shift again: whose text never left, who was turned away, and once who was silent."""

from migrations.tools import run_script

revision = "2360"
down_revision = "2350"

# A second ask is the last one but where the first never left: that was none.
SQL = """
    DO $patch$
    DECLARE
        barred text := 'WHERE i.franchise_id = q_tenant AND i.shift_id = q_shift';
        declared text := 'q_urgent boolean := (q ->> ''urgent'')::boolean;';
        called text;
        written text;
    BEGIN
        FOREACH called IN ARRAY ARRAY['match_candidates(jsonb)', 'explain_candidate(jsonb, uuid)'] LOOP
            written := pg_get_functiondef(called::regprocedure);
            ASSERT position(barred IN written) > 0 AND position(declared IN written) > 0, 'the matcher is another one';
            EXECUTE replace(replace(written, declared, declared || '
    q_again boolean := coalesce((q ->> ''again'')::boolean, false);'), barred, barred || '
        AND NOT (i.status = ''withdrawn'' AND i.reason = ''never left us''
                 OR i.ask = 1 AND (i.status = ''turned_away'' OR q_again AND i.status = ''expired''))');
        END LOOP;
    END $patch$;
"""


def upgrade() -> None:
    run_script(SQL)
