"""Waves, invitations, seats and what was seen on site: facts, and the counters and exclusions that hold them."""

from migrations.security import append_only, definer_function, moves, row_security, tenant_table
from migrations.tools import run_script

revision = "1060"
down_revision = "1050"

INVITATION_MOVES = [
    *[
        (a, b)
        for a in ("queued", "sent", "delivered")
        for b in ("accepted", "declined", "expired", "undeliverable", "withdrawn", "turned_away")
    ],
    ("queued", "sent"),
    ("queued", "delivered"),
    ("sent", "delivered"),
    *[(a, "accepted") for a in ("expired", "undeliverable", "declined", "turned_away", "withdrawn")],
    *[(a, "turned_away") for a in ("expired", "undeliverable", "declined", "withdrawn")],
    *[(a, "declined") for a in ("expired", "undeliverable", "turned_away")],
    *[(a, "queued") for a in ("expired", "undeliverable", "withdrawn", "turned_away", "declined", "accepted")],
    ("undeliverable", "delivered"),
]
HELD = ("booked", "reconfirmed", "doubtful", "unaccounted")
ENDS = ("cancelled_by_worker", "cancelled_by_client", "released", "turned_away_on_site")
SEAT_MOVES = [
    ("booked", "reconfirmed"),
    ("booked", "doubtful"),
    ("doubtful", "reconfirmed"),
    ("doubtful", "booked"),
    ("reconfirmed", "doubtful"),
    ("reconfirmed", "booked"),
    *[(a, "arrived") for a in HELD],
    *[(a, "unaccounted") for a in HELD if a != "unaccounted"],
    *[(a, "no_show") for a in HELD],
    *[(a, b) for a in HELD for b in ENDS],
    ("booked", "asked"),
    ("asked", "booked"),
    ("asked", "arrived"),
    *[("asked", b) for b in ENDS],
    ("arrived", "completed"),
    ("arrived", "turned_away_on_site"),
    ("no_show", "arrived"),
    ("no_show", "turned_away_on_site"),
    ("cancelled_by_worker", "booked"),
    ("unaccounted", "completed"),
]

SQL = (
    """
    CREATE TABLE waves (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        n smallint NOT NULL,
        target integer NOT NULL CHECK (target >= 1),
        invited integer NOT NULL DEFAULT 0,
        reason text NOT NULL,
        radius_m integer NOT NULL,
        starts_at timestamptz NOT NULL,
        deadline timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT wave_within_target CHECK (invited BETWEEN 0 AND target),
        UNIQUE (franchise_id, id),
        UNIQUE (franchise_id, shift_id, n),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    """
    + tenant_table("waves", "SELECT, INSERT, UPDATE (closed_at)")
    + """
    CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL REFERENCES workers,
        wave_id uuid,
        question_id uuid,
        ask smallint NOT NULL DEFAULT 1,
        status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'delivered', 'accepted', 'declined',
                                                    'expired', 'undeliverable', 'withdrawn', 'turned_away')),
        reason text,
        terms_version integer NOT NULL,
        rank smallint NOT NULL,
        score double precision NOT NULL,
        distance_m integer NOT NULL,
        p_accept double precision NOT NULL,
        p_show double precision NOT NULL,
        explain jsonb NOT NULL DEFAULT '{}',
        second_chance boolean NOT NULL DEFAULT false,
        by_hand boolean NOT NULL DEFAULT false,
        deadline timestamptz NOT NULL,
        contact_day date NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock.now(),
        answered_at timestamptz,
        UNIQUE (franchise_id, id),
        CONSTRAINT invited_once UNIQUE (shift_id, worker_id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id),
        FOREIGN KEY (franchise_id, wave_id) REFERENCES waves (franchise_id, id),
        FOREIGN KEY (franchise_id, question_id) REFERENCES questions (franchise_id, id)
    ) WITH (fillfactor = 80);
    CREATE INDEX invitations_by_worker ON invitations (worker_id) WHERE status IN ('queued', 'sent', 'delivered');
    CREATE INDEX invitations_by_wave ON invitations (franchise_id, wave_id);
    CREATE INDEX invitations_by_question ON invitations (question_id);
    """
    + tenant_table("invitations")
    + moves("invitations", INVITATION_MOVES)
    + """
    CREATE FUNCTION count_invited() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    DECLARE
        was boolean := tg_op <> 'INSERT' AND old.wave_id IS NOT NULL AND old.status NOT IN ('withdrawn', 'undeliverable');
        became boolean := tg_op <> 'DELETE' AND new.wave_id IS NOT NULL AND new.status NOT IN ('withdrawn', 'undeliverable');
    BEGIN
        IF was AND became AND old.wave_id = new.wave_id THEN
            RETURN NULL;
        END IF;
        IF was THEN
            UPDATE waves SET invited = invited - 1 WHERE id = old.wave_id;
        END IF;
        IF became THEN
            UPDATE waves SET invited = invited + 1 WHERE id = new.wave_id;
        END IF;
        RETURN NULL;
    END $$;
    ALTER FUNCTION count_invited() OWNER TO dispatch_definer;
    CREATE TRIGGER count_invited AFTER INSERT OR UPDATE OF status, wave_id OR DELETE ON invitations
    FOR EACH ROW EXECUTE FUNCTION count_invited();

    CREATE TABLE seats (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL REFERENCES workers,
        invitation_id uuid,
        kind text NOT NULL CHECK (kind IN ('primary', 'reserve', 'standby')),
        status text NOT NULL DEFAULT 'booked'
            CHECK (status IN ('booked', 'reconfirmed', 'doubtful', 'asked', 'arrived', 'completed', 'unaccounted', 'no_show',
                              'cancelled_by_worker', 'cancelled_by_client', 'released', 'turned_away_on_site')),
        reason text,
        live boolean GENERATED ALWAYS AS (status IN ('booked', 'reconfirmed', 'doubtful', 'asked', 'arrived', 'completed',
                                                     'unaccounted')) STORED,
        busy tstzrange NOT NULL CHECK (NOT isempty(busy) AND NOT lower_inf(busy) AND NOT upper_inf(busy)),
        terms_version integer NOT NULL,
        p_show double precision NOT NULL,
        second_chance boolean NOT NULL DEFAULT false,
        accepted_at timestamptz NOT NULL,
        confirmed_at timestamptz,
        due_at timestamptz NOT NULL,
        grace_at timestamptz NOT NULL,
        limit_at timestamptz NOT NULL,
        announced_min smallint,
        arrived_at timestamptz,
        arrival_source text,
        late_min smallint,
        ended_at timestamptz,
        was_kind text,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (franchise_id, id),
        CHECK (grace_at >= due_at AND limit_at >= grace_at),
        CONSTRAINT worker_already_booked EXCLUDE USING gist (worker_id WITH =, busy WITH &&)
            WHERE (live AND kind IN ('primary', 'reserve')),
        FOREIGN KEY (franchise_id, shift_id, busy) REFERENCES shifts (franchise_id, id, busy) ON UPDATE CASCADE,
        FOREIGN KEY (franchise_id, invitation_id) REFERENCES invitations (franchise_id, id)
    ) WITH (fillfactor = 80);
    CREATE UNIQUE INDEX one_live_seat ON seats (shift_id, worker_id) WHERE live;
    CREATE INDEX seats_busy ON seats (worker_id) INCLUDE (busy) WHERE live AND kind IN ('primary', 'reserve');
    CREATE INDEX seats_standby ON seats (worker_id) INCLUDE (busy) WHERE live AND kind = 'standby';
    CREATE INDEX seats_by_shift ON seats (franchise_id, shift_id);
    CREATE INDEX seats_worked ON seats (worker_id, due_at) WHERE status = 'completed';
    """
    + tenant_table("seats")
    + moves("seats", SEAT_MOVES)
    + """
    CREATE FUNCTION count_seats() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    DECLARE
        was text := CASE WHEN tg_op <> 'INSERT' AND old.live THEN old.kind END;
        became text := CASE WHEN tg_op <> 'DELETE' AND new.live THEN new.kind END;
    BEGIN
        IF was IS NOT DISTINCT FROM became THEN
            RETURN NULL;
        END IF;
        UPDATE shifts SET
            primary_count = primary_count + (became IS NOT DISTINCT FROM 'primary')::int - (was IS NOT DISTINCT FROM 'primary')::int,
            reserve_count = reserve_count + (became IS NOT DISTINCT FROM 'reserve')::int - (was IS NOT DISTINCT FROM 'reserve')::int,
            standby_count = standby_count + (became IS NOT DISTINCT FROM 'standby')::int - (was IS NOT DISTINCT FROM 'standby')::int,
            version = version + 1
        WHERE id = coalesce(new.shift_id, old.shift_id);
        RETURN NULL;
    END $$;
    ALTER FUNCTION count_seats() OWNER TO dispatch_definer;
    CREATE TRIGGER count_seats AFTER INSERT OR UPDATE OF status, kind OR DELETE ON seats
    FOR EACH ROW EXECUTE FUNCTION count_seats();

    CREATE TABLE attendance_lists (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        taken_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock.now(),
        source text NOT NULL CHECK (source IN ('foreman', 'crew_lead', 'client', 'dispatcher')),
        author text NOT NULL,
        present uuid[] NOT NULL,
        missing uuid[] NOT NULL,
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    """
    + tenant_table("attendance_lists", "SELECT, INSERT")
    + append_only("attendance_lists")
    + """
    CREATE TABLE no_shows (
        seat_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        source text NOT NULL CHECK (source IN ('list', 'person')),
        list_id uuid,
        named_by text,
        decided_at timestamptz NOT NULL,
        reversed_at timestamptz,
        reversed_by text,
        CHECK ((source = 'list') = (list_id IS NOT NULL) AND (source = 'person') = (named_by IS NOT NULL)),
        FOREIGN KEY (franchise_id, seat_id) REFERENCES seats (franchise_id, id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id),
        FOREIGN KEY (franchise_id, list_id) REFERENCES attendance_lists (franchise_id, id)
    );
    CREATE FUNCTION no_show_is_earned() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        s seats%ROWTYPE;
        l attendance_lists%ROWTYPE;
    BEGIN
        SELECT * INTO STRICT s FROM seats WHERE id = new.seat_id;
        IF new.worker_id <> s.worker_id OR new.shift_id <> s.shift_id OR clock.instant() < s.limit_at THEN
            RAISE EXCEPTION 'a no-show needs this seat, this worker and a limit that has passed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'no_show_too_early';
        END IF;
        IF new.source = 'list' THEN
            SELECT * INTO STRICT l FROM attendance_lists WHERE id = new.list_id;
            IF l.shift_id <> s.shift_id OR l.taken_at < s.grace_at OR NOT (s.id = ANY (l.missing)) THEN
                RAISE EXCEPTION 'the list must be of this shift, taken after the grace, and lack this man'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'no_show_list_too_early';
            END IF;
        END IF;
        RETURN new;
    END $$;
    CREATE TRIGGER earned BEFORE INSERT ON no_shows FOR EACH ROW EXECUTE FUNCTION no_show_is_earned();
    """
    + tenant_table("no_shows", "SELECT, INSERT, UPDATE (reversed_at, reversed_by)")
    + """
    CREATE TABLE call_results (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        result text NOT NULL CHECK (result IN ('yes', 'no', 'no_answer', 'wrong_number', 'later')),
        author text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock.now(),
        note text NOT NULL DEFAULT '',
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    CREATE INDEX call_results_by_shift ON call_results (franchise_id, shift_id, worker_id, at);
    """
    + tenant_table("call_results", "SELECT, INSERT")
    + append_only("call_results")
    + """
    CREATE TABLE alarms (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL REFERENCES franchises,
        shift_id uuid,
        kind text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
        sentence text NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}',
        dedupe_key text NOT NULL,
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'resolved')),
        raised_at timestamptz NOT NULL DEFAULT clock.now(),
        acknowledged_at timestamptz,
        acknowledged_by text,
        resolved_at timestamptz,
        UNIQUE (franchise_id, id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    CREATE UNIQUE INDEX alarm_open_once ON alarms (franchise_id, dedupe_key) WHERE status <> 'resolved';
    CREATE INDEX alarms_open ON alarms (franchise_id, raised_at) WHERE status <> 'resolved';
    """
    + tenant_table("alarms")
    + moves("alarms", [("open", "acknowledged"), ("open", "resolved"), ("acknowledged", "resolved")])
    + """
    CREATE TABLE contact_days (
        worker_id uuid NOT NULL REFERENCES workers,
        day date NOT NULL,
        unanswered smallint NOT NULL DEFAULT 0 CONSTRAINT unanswered_within_budget CHECK (unanswered BETWEEN 0 AND 8),
        guest_unanswered smallint NOT NULL DEFAULT 0 CHECK (guest_unanswered BETWEEN 0 AND 8),
        texts smallint NOT NULL DEFAULT 0 CONSTRAINT texts_within_day CHECK (texts BETWEEN 0 AND 8),
        PRIMARY KEY (worker_id, day)
    ) WITH (fillfactor = 70);
    """
    + row_security("contact_days")
    + """
    CREATE FUNCTION free_codes(on_phone uuid, last_used smallint, nth bigint) RETURNS smallint LANGUAGE sql STABLE AS $$
        -- 31-99 first, never a round number a man might say of minutes or an hour; then three digits. Codes rotate, so a
        -- late answer to an old text does not meet a new question.
        SELECT c::smallint FROM generate_series(31, 999) AS c
        WHERE (c BETWEEN 31 AND 99 AND c NOT IN (45, 50, 60, 90) OR c >= 131 AND c % 100 <> 0)
          AND NOT EXISTS (SELECT FROM questions q WHERE q.phone_id = on_phone AND q.status = 'open' AND q.code = c)
        ORDER BY c >= 131, c <= last_used, c OFFSET nth - 1 LIMIT 1
    $$;

    CREATE FUNCTION reserve_invitations(tenant uuid, wanted uuid[], budget smallint, kept_for_home smallint,
                                        send_from timestamptz)
    RETURNS TABLE (worker_id uuid, phone_id uuid, code smallint, day date, zone text, language text, first_name text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        got uuid[];
        days date[];
    BEGIN
        IF NOT tenant = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]) THEN
            RAISE EXCEPTION 'not this tenant' USING ERRCODE = 'insufficient_privilege';
        END IF;
        WITH asked AS MATERIALIZED (
            SELECT w.id, least(budget, w.daily_offers) AS allowance, w.franchise_id = tenant AS home,
                   (greatest(send_from, clock.now()) AT TIME ZONE p.zone)::date AS day
            FROM workers w JOIN worker_contacts c ON c.worker_id = w.id JOIN phones p ON p.id = c.phone_id
            WHERE w.id = ANY (wanted) AND p.opted_out_at IS NULL AND p.dead_at IS NULL
        ), taken AS (
            INSERT INTO contact_days AS d (worker_id, day, unanswered, guest_unanswered, texts)
            SELECT a.id, a.day, 1, (NOT a.home)::int, 1 FROM asked a
            WHERE a.allowance > CASE WHEN a.home THEN 0 ELSE kept_for_home END
            ORDER BY a.id
            ON CONFLICT (worker_id, day) DO UPDATE
            SET unanswered = d.unanswered + 1, texts = d.texts + 1,
                guest_unanswered = d.guest_unanswered + excluded.guest_unanswered
            WHERE d.texts < 8
              AND d.unanswered < (SELECT a.allowance FROM asked a WHERE a.id = d.worker_id)
              AND (excluded.guest_unanswered = 0
                   OR d.guest_unanswered < (SELECT a.allowance - kept_for_home FROM asked a WHERE a.id = d.worker_id))
            RETURNING d.worker_id, d.day
        )
        SELECT array_agg(t.worker_id), array_agg(t.day) INTO got, days FROM taken t;
        -- A fresh statement after the locks, so that it sees the codes of whoever held these phones before.
        PERFORM FROM phones p WHERE p.id IN (SELECT c.phone_id FROM worker_contacts c WHERE c.worker_id = ANY (got))
        ORDER BY p.id FOR NO KEY UPDATE;
        RETURN QUERY
        WITH numbered AS (
            SELECT g.worker_id, g.day, c.phone_id, c.language, c.first_name, p.zone, p.last_code,
                   row_number() OVER (PARTITION BY c.phone_id ORDER BY g.worker_id) AS nth
            FROM unnest(got, days) AS g (worker_id, day)
            JOIN worker_contacts c ON c.worker_id = g.worker_id JOIN phones p ON p.id = c.phone_id
        ), coded AS MATERIALIZED (
            SELECT n.*, (SELECT free_codes(n.phone_id, n.last_code, n.nth)) AS code FROM numbered n
        ), remembered AS (
            UPDATE phones p SET last_code = c.code
            FROM (SELECT phone_id, (array_agg(code ORDER BY nth DESC))[1] AS code FROM coded GROUP BY phone_id) c
            WHERE p.id = c.phone_id
        )
        SELECT c.worker_id, c.phone_id, c.code, c.day, c.zone, c.language, c.first_name FROM coded c
        ORDER BY array_position(wanted, c.worker_id);
    END $$;

    CREATE FUNCTION give_back_contact(wanted_worker uuid, wanted_day date, unsent boolean) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE contact_days SET unanswered = greatest(unanswered - 1, 0),
            guest_unanswered = greatest(guest_unanswered - CASE WHEN EXISTS (
                SELECT FROM workers w WHERE w.id = wanted_worker
                AND w.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])) THEN 0 ELSE 1 END, 0),
            texts = greatest(texts - unsent::int, 0)
        WHERE worker_id = wanted_worker AND day = wanted_day
    $$;

    CREATE FUNCTION free_code(on_phone uuid) RETURNS smallint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        UPDATE phones p SET last_code = free_codes(p.id, p.last_code, 1) WHERE p.id = on_phone RETURNING p.last_code
    $$;

    CREATE FUNCTION contact_for_text(wanted uuid[])
    RETURNS TABLE (worker_id uuid, phone_id uuid, zone text, language text, first_name text, last_initial text,
                   opted_out boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT c.worker_id, c.phone_id, p.zone, c.language, c.first_name, left(c.last_name, 1), p.opted_out_at IS NOT NULL
        FROM worker_contacts c JOIN phones p ON p.id = c.phone_id
        WHERE c.worker_id = ANY (wanted) AND (
            c.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])
            OR EXISTS (SELECT FROM invitations i WHERE i.worker_id = c.worker_id
                       AND i.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[])))
    $$;

    CREATE FUNCTION guest_card(wanted uuid)
    RETURNS TABLE (worker_id uuid, first_name text, rating numeric, masked_phone text, photo_sha256 bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT c.worker_id, c.first_name,
               CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END,
               left(p.e164, 5) || '•••' || right(p.e164, 2), c.photo_sha256
        FROM worker_contacts c JOIN workers w ON w.id = c.worker_id JOIN phones p ON p.id = c.phone_id
        WHERE c.worker_id = wanted AND EXISTS (
            SELECT FROM seats s WHERE s.worker_id = wanted AND s.live AND upper(s.busy) > clock.now() - interval '24 hours'
            AND s.franchise_id = ANY (nullif(current_setting('app.franchises', true), '')::uuid[]))
    $$;

    CREATE FUNCTION claims_overlapping(worker uuid, taken tstzrange, except_shift uuid)
    RETURNS TABLE (franchise_id uuid, kind text, subject_id uuid, shift_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, clock, pg_temp AS $$
        SELECT i.franchise_id, 'invitation', i.id, i.shift_id FROM invitations i JOIN shifts s ON s.id = i.shift_id
        WHERE i.worker_id = worker AND i.status IN ('queued', 'sent', 'delivered') AND s.busy && taken
          AND s.id <> except_shift
        UNION ALL
        SELECT t.franchise_id, 'standby', t.id, t.shift_id FROM seats t
        WHERE t.worker_id = worker AND t.live AND t.kind = 'standby' AND t.busy && taken AND t.shift_id <> except_shift
    $$;
    """
    + """
    CREATE FUNCTION claims_blocking(worker uuid, wanted tstzrange) RETURNS SETOF integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT 1 FROM seats s WHERE s.worker_id = worker AND s.live AND s.kind IN ('primary', 'reserve') AND s.busy && wanted
    $$;
    """
    + definer_function("claims_blocking(uuid, tstzrange)")
    + definer_function("reserve_invitations(uuid, uuid[], smallint, smallint, timestamptz)")
    + definer_function("give_back_contact(uuid, date, boolean)")
    + definer_function("free_code(uuid)")
    + definer_function("contact_for_text(uuid[])")
    + definer_function("guest_card(uuid)")
    + """
    CREATE FUNCTION shifts_touched_by_outage(from_at timestamptz, to_at timestamptz)
    RETURNS TABLE (franchise_id uuid, shift_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT DISTINCT s.franchise_id, s.shift_id FROM seats s JOIN shifts f ON f.id = s.shift_id
        WHERE f.status NOT IN ('closed', 'cancelled') AND s.live AND s.kind IN ('primary', 'reserve')
          AND s.due_at <= to_at AND s.limit_at >= from_at
    $$;
    ALTER FUNCTION shifts_touched_by_outage(timestamptz, timestamptz) OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION shifts_touched_by_outage(timestamptz, timestamptz) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION shifts_touched_by_outage(timestamptz, timestamptz) TO dispatch_worker;
    ALTER FUNCTION claims_overlapping(uuid, tstzrange, uuid) OWNER TO dispatch_definer;
    REVOKE ALL ON FUNCTION claims_overlapping(uuid, tstzrange, uuid) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION claims_overlapping(uuid, tstzrange, uuid) TO dispatch_worker;
    """
)


def upgrade() -> None:
    run_script(SQL)
