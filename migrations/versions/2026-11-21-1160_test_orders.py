"""Test keys: what they make is marked as test, stays among test people, and is texted through a simulator alone.

A request by a test key sets `app.test`; orders, shifts and workers made in it are test ones for ever. Everything that
follows, however much later and whoever causes it, reads that mark and not the caller.
"""

from migrations.tools import run_script

revision = "1160"
down_revision = "1140"

SQL = """
    ALTER TABLE sms_accounts ADD COLUMN simulated boolean NOT NULL
        GENERATED ALWAYS AS (test OR gateway IN ('simulator', 'console')) STORED;
    COMMENT ON COLUMN sms_accounts.simulated IS 'no text through it ever reaches a real phone';

    CREATE FUNCTION caller_is_test() RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT coalesce(current_setting('app.test', true), '') = 'on'
    $$;

    ALTER TABLE workers ADD COLUMN test boolean NOT NULL DEFAULT false;
    ALTER TABLE workers ALTER COLUMN test SET DEFAULT caller_is_test();
    ALTER TABLE orders ADD COLUMN test boolean NOT NULL DEFAULT false;
    ALTER TABLE orders ALTER COLUMN test SET DEFAULT caller_is_test();
    ALTER TABLE shifts ADD COLUMN test boolean NOT NULL DEFAULT false;
    ALTER TABLE shifts ALTER COLUMN test SET DEFAULT caller_is_test();
    ALTER TABLE orders ADD CONSTRAINT orders_test UNIQUE (franchise_id, id, test);
    ALTER TABLE shifts ADD CONSTRAINT shift_is_as_its_order FOREIGN KEY (franchise_id, order_id, test)
        REFERENCES orders (franchise_id, id, test);

    CREATE FUNCTION keep_test_apart() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT w.test FROM workers w WHERE w.id = new.worker_id)
           <> (SELECT f.test FROM shifts f WHERE f.franchise_id = new.franchise_id AND f.id = new.shift_id) THEN
            RAISE EXCEPTION 'test orders are for test people, and real ones for real people'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'test_people_for_test_orders';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER keep_test_apart BEFORE INSERT ON invitations FOR EACH ROW EXECUTE FUNCTION keep_test_apart();
    CREATE TRIGGER keep_test_apart BEFORE INSERT ON seats FOR EACH ROW EXECUTE FUNCTION keep_test_apart();

    CREATE FUNCTION bind_to_simulator() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT (caller_is_test()
                OR EXISTS (SELECT FROM workers w WHERE w.id = new.worker_id AND w.test)
                OR EXISTS (SELECT FROM shifts f WHERE f.franchise_id = new.franchise_id AND f.id = new.shift_id
                           AND f.test))
           OR EXISTS (SELECT FROM sms_accounts a WHERE a.franchise_id = new.franchise_id AND a.id = new.account_id
                      AND a.simulated) THEN
            RETURN new;
        END IF;
        new.account_id := (SELECT a.id FROM sms_accounts a WHERE a.franchise_id = new.franchise_id AND a.simulated
                           AND a.enabled ORDER BY NOT a.test, a.created_at, a.id LIMIT 1);
        IF new.account_id IS NULL THEN
            RAISE EXCEPTION 'a test order needs an account that is bound to a simulator'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'simulator_account_missing';
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER bind_to_simulator BEFORE INSERT OR UPDATE OF account_id ON messages
    FOR EACH ROW EXECUTE FUNCTION bind_to_simulator();
    CREATE TRIGGER bind_to_simulator BEFORE INSERT OR UPDATE OF account_id ON questions
    FOR EACH ROW EXECUTE FUNCTION bind_to_simulator();

    -- The matcher asks test people for test orders and nobody else; the index on the invitable serves both.
    DO $patch$
    DECLARE
        given text := 'q_test boolean := coalesce((q ->> ''test'')::boolean, false);
    q_now timestamptz';
        matching text := pg_get_functiondef('match_candidates(jsonb)'::regprocedure);
        explaining text := pg_get_functiondef('explain_candidate(jsonb, uuid)'::regprocedure);
    BEGIN
        ASSERT matching LIKE '%w.invitable%' AND explaining LIKE '%array_remove(ARRAY[%', 'the matcher is another one';
        EXECUTE replace(replace(matching, 'q_now timestamptz', given),
                        'w.invitable', '(w.invitable AND w.test = q_test)');
        EXECUTE replace(replace(explaining, 'q_now timestamptz', given), 'array_remove(ARRAY[',
                        'array_remove(ARRAY[CASE WHEN w.test <> q_test THEN ''test_and_real_kept_apart'' END, ');
    END $patch$;
"""


def upgrade() -> None:
    run_script(SQL)
