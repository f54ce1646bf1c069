"""A series that changes from a day on goes on as another one: both know where, and no day can belong to both."""

from migrations.tools import run_script

revision = "1280"
down_revision = "1260"

SQL = """
    ALTER TABLE series
        ADD COLUMN continued_by uuid,
        ADD COLUMN continued_on date,
        ADD CONSTRAINT series_continued_whole CHECK (num_nulls(continued_by, continued_on) IN (0, 2)),
        ADD CONSTRAINT series_ends_before_it_goes_on
            CHECK (continued_on IS NULL OR status = 'ended' OR coalesce(ends_on < continued_on, false)),
        ADD CONSTRAINT series_continues_one UNIQUE (continued_by),
        ADD CONSTRAINT series_continued_by_own FOREIGN KEY (franchise_id, continued_by, test)
            REFERENCES series (franchise_id, id, test);
    COMMENT ON COLUMN series.continued_on IS 'from this day on its days are those of continued_by';
    GRANT UPDATE (continued_by, continued_on) ON series TO dispatch_app, dispatch_worker;
    -- The order of a day goes along with its day.
    GRANT UPDATE (series_id) ON series_days TO dispatch_app, dispatch_worker;
"""


def upgrade() -> None:
    run_script(SQL)
