"""Why a wave asks as many as it does, as a code with figures beside the sentence; pre-noon shifts have their evening.

Waves written before keep their sentence alone.
"""

from migrations.tools import run_script

revision = "1210"
down_revision = "1201"

SQL = """
    ALTER TABLE waves ADD COLUMN why jsonb CHECK (jsonb_typeof(why) = 'object');

    -- The shifts that were placed before this timer existed: one look each evening before, whatever their number.
    INSERT INTO outbox (id, franchise_id, lane, kind, subject_id, n, detail, due_at)
    SELECT gen_random_uuid(), e.franchise_id, 'staffing', 'staffing.evening_look_due', e.franchise_id,
           to_char(e.day, 'YYYYMMDD')::int, '{}', e.due_at
    FROM (SELECT DISTINCT f.franchise_id, f.local_start::date AS day,
                 (f.local_start::date - 1 + time '19:30') AT TIME ZONE h.zone AS due_at
          FROM shifts f JOIN franchises h ON h.id = f.franchise_id
          WHERE f.status IN ('recruiting', 'filled', 'covered', 'short') AND f.local_start::time < time '12:00') e
    WHERE e.due_at > clock.now()
    ON CONFLICT ON CONSTRAINT outbox_once DO NOTHING;
"""


def upgrade() -> None:
    run_script(SQL)
