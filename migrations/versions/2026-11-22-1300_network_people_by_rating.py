"""The people of the whole network in the order of their rating, for headquarters: walked, not sorted."""

from migrations.security import definer_function
from migrations.tools import run_script

revision = "1300"
down_revision = "1282"

SQL = (
    """
    -- Those under a cap are few; they are sorted, everybody else comes in the order of the index.
    CREATE INDEX worker_lines_pool_by_rating ON worker_lines (rating, worker_id) INCLUDE (capped_until) WHERE invitable;

    CREATE FUNCTION pool_by_rating(rated_from numeric, downwards boolean, skipped integer, most integer)
    RETURNS TABLE (worker_id uuid, rating numeric)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
    BEGIN
        IF downwards THEN
            RETURN QUERY SELECT p.id, p.effective FROM (
                (SELECT l.worker_id AS id, l.rating AS effective FROM worker_lines l
                 WHERE l.invitable AND (l.capped_until IS NULL OR l.capped_until <= clock.now()) AND l.rating >= rated_from
                 ORDER BY l.rating DESC, l.worker_id DESC LIMIT skipped + most)
                UNION ALL
                (SELECT l.worker_id, least(l.rating, 2.00) FROM worker_lines l
                 WHERE l.invitable AND l.capped_until > clock.now() AND least(l.rating, 2.00) >= rated_from
                 ORDER BY 2 DESC, 1 DESC LIMIT skipped + most)) p
            ORDER BY p.effective DESC, p.id DESC OFFSET skipped LIMIT most;
        ELSE
            RETURN QUERY SELECT p.id, p.effective FROM (
                (SELECT l.worker_id AS id, l.rating AS effective FROM worker_lines l
                 WHERE l.invitable AND (l.capped_until IS NULL OR l.capped_until <= clock.now()) AND l.rating >= rated_from
                 ORDER BY l.rating, l.worker_id LIMIT skipped + most)
                UNION ALL
                (SELECT l.worker_id, least(l.rating, 2.00) FROM worker_lines l
                 WHERE l.invitable AND l.capped_until > clock.now() AND least(l.rating, 2.00) >= rated_from
                 ORDER BY 2, 1 LIMIT skipped + most)) p
            ORDER BY p.effective, p.id OFFSET skipped LIMIT most;
        END IF;
    END $$;

    CREATE FUNCTION pool_size(rated_from numeric) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT (SELECT count(*) FROM worker_lines l WHERE l.invitable AND l.rating >= rated_from)
             - (SELECT count(*) FROM worker_lines l WHERE l.invitable AND l.capped_until > clock.now()
                AND l.rating >= rated_from AND least(l.rating, 2.00) < rated_from)
    $$;
    ANALYZE worker_lines;
"""
    + definer_function("pool_by_rating(numeric, boolean, integer, integer)")
    + definer_function("pool_size(numeric)")
)


def upgrade() -> None:
    run_script(SQL)
