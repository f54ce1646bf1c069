"""A mark that was taken back no longer stands in the way of the next one of its kind on the same seat."""

from migrations.tools import run_script

revision = "1170"
down_revision = "1164"

SQL = """
    DROP INDEX one_mark_of_a_kind_per_seat;
    CREATE INDEX marks_of_a_seat ON marks (seat_id, kind) WHERE seat_id IS NOT NULL AND reverses_id IS NULL;

    -- append_mark() writes under the worker's lock, so nobody writes beside this look.
    CREATE FUNCTION one_standing_mark() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF EXISTS (SELECT FROM marks m WHERE m.seat_id = new.seat_id AND m.kind = new.kind AND m.reverses_id IS NULL
                   AND NOT EXISTS (SELECT FROM marks r WHERE r.reverses_id = m.id)) THEN
            RAISE EXCEPTION 'a seat has one standing mark of a kind'
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_mark_of_a_kind_per_seat';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER one_standing_mark BEFORE INSERT ON marks FOR EACH ROW
    WHEN (new.seat_id IS NOT NULL AND new.reverses_id IS NULL) EXECUTE FUNCTION one_standing_mark();
"""


def upgrade() -> None:
    run_script(SQL)
