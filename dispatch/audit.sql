-- The invariants, read off the rows. Each query returns what offends, so all of them return nothing.
--
-- A query follows a line `-- <invariant>: <what is true>`. `:since` limits it to what may have changed since a moment,
-- where that is cheaper; -infinity audits everything. Run it as a role that sees every row:
--     psql -v since="'-infinity'::timestamptz" -f dispatch/audit.sql

-- I1: the counts of a shift are its live seats
SELECT f.id, f.primary_count, f.reserve_count, f.standby_count, n.primaries, n.reserves, n.standbys
FROM shifts f CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE s.kind = 'primary') AS primaries,
           count(*) FILTER (WHERE s.kind = 'reserve') AS reserves,
           count(*) FILTER (WHERE s.kind = 'standby') AS standbys
    FROM seats s WHERE s.franchise_id = f.franchise_id AND s.shift_id = f.id AND s.live) n
WHERE f.ends_at >= :since
  AND (f.primary_count, f.reserve_count, f.standby_count) <> (n.primaries, n.reserves, n.standbys);

-- I1: no count leaves its capacity
SELECT f.id, f.headcount, f.reserve_capacity, f.standby_capacity, f.primary_count, f.reserve_count, f.standby_count
FROM shifts f
WHERE f.ends_at >= :since
  AND NOT (f.primary_count BETWEEN 0 AND f.headcount AND f.reserve_count BETWEEN 0 AND f.reserve_capacity
           AND f.standby_count BETWEEN 0 AND f.standby_capacity);

-- I2: nobody holds two live primary or reserve seats that overlap, in whichever franchises
SELECT a.worker_id, a.id AS seat_id, b.id AS other_id, a.busy * b.busy AS overlap
FROM seats a JOIN seats b ON b.worker_id = a.worker_id AND b.busy && a.busy AND b.id > a.id
WHERE a.live AND a.kind IN ('primary', 'reserve') AND b.live AND b.kind IN ('primary', 'reserve')
  AND (upper(a.busy) >= :since OR upper(b.busy) >= :since);

-- I2: a seat is busy for its shift and an hour after it
SELECT s.id, s.busy, f.starts_at, f.ends_at
FROM seats s JOIN shifts f ON f.id = s.shift_id
WHERE f.ends_at >= :since AND s.busy IS DISTINCT FROM tstzrange(f.starts_at, f.ends_at + interval '60 minutes');

-- I3: a man is invited once for a shift
SELECT i.shift_id, i.worker_id, count(*) FROM invitations i WHERE i.deadline >= :since
GROUP BY i.shift_id, i.worker_id HAVING count(*) > 1;

-- I3: a man has one live seat on a shift
SELECT s.shift_id, s.worker_id, count(*) FROM seats s WHERE s.live AND upper(s.busy) >= :since
GROUP BY s.shift_id, s.worker_id HAVING count(*) > 1;

-- I4: the count of a wave is its invitations that stand, at most its target
SELECT w.id, w.target, w.invited, n.stand
FROM waves w CROSS JOIN LATERAL (
    SELECT count(*) AS stand FROM invitations i
    WHERE i.franchise_id = w.franchise_id AND i.wave_id = w.id AND i.status NOT IN ('withdrawn', 'undeliverable')) n
WHERE w.deadline >= :since AND (w.invited <> n.stand OR w.invited NOT BETWEEN 0 AND w.target);

-- I5: a gateway's id of an inbound text is one text
SELECT i.account_id, i.gateway_id, count(*) FROM inbound_messages i WHERE i.received_at >= :since
GROUP BY i.account_id, i.gateway_id HAVING count(*) > 1;

-- I7: an inbound text has one disposition, within a minute
SELECT i.id, i.received_at, i.attempt FROM inbound_messages i
WHERE i.disposed_at IS NULL AND i.received_at < clock.instant() - interval '60 seconds';

-- I7: what is disposed of says how, and what is not does not
SELECT i.id, i.disposed_at, d.outcome
FROM inbound_messages i FULL JOIN dispositions d ON d.inbound_id = i.id
WHERE (i.disposed_at IS NULL) <> (d.inbound_id IS NULL) AND coalesce(i.received_at, d.at) >= :since;

-- I8: a dedupe key is one text
SELECT m.dedupe_key, count(*) FROM messages m WHERE m.created_at >= :since GROUP BY m.dedupe_key HAVING count(*) > 1;

-- I8: a gateway's id is one text, and what was taken has one
SELECT m.id, m.status, m.gateway_id FROM messages m
WHERE m.created_at >= :since AND (
    m.status IN ('sent', 'delivered') AND m.gateway_id IS NULL
    OR EXISTS (SELECT FROM messages o
               WHERE o.account_id = m.account_id AND o.gateway_id = m.gateway_id AND o.id <> m.id));

-- I9: a delivery that was told is not forgotten
SELECT m.id, m.status, r.id AS receipt_id
FROM receipts r JOIN messages m ON m.account_id = r.account_id AND m.gateway_id = r.gateway_id
WHERE r.received_at >= :since AND r.status = 'delivered' AND r.applied_at IS NOT NULL
  AND m.status IN ('queued', 'sending', 'sent', 'unknown');

-- I9: a receipt joins its text within a minute
SELECT r.id, r.received_at
FROM receipts r JOIN messages m ON m.account_id = r.account_id AND m.gateway_id = r.gateway_id
WHERE r.applied_at IS NULL AND r.received_at < clock.instant() - interval '60 seconds';

-- I10: what audit saw of a status is in the table of moves
SELECT a.id, a.entity, a.before ->> 'status' AS was, a.after ->> 'status' AS became
FROM audit_log a
WHERE a.at >= :since AND a.action = 'update' AND a.before ? 'status'
  AND EXISTS (SELECT FROM status_moves m WHERE m.entity = a.entity)
  AND NOT EXISTS (SELECT FROM status_moves m WHERE m.entity = a.entity
                  AND m.old_status = a.before ->> 'status' AND m.new_status = a.after ->> 'status');

-- I11: after a STOP only its confirmation starts, once
SELECT m.id, m.template, m.status, m.claimed_at, p.opted_out_at
FROM phones p JOIN messages m ON m.phone_id = p.id AND m.claimed_at > p.opted_out_at
WHERE p.opted_out_at IS NOT NULL AND m.created_at >= :since
  AND m.status IN ('sending', 'sent', 'delivered', 'unknown', 'failed')
  AND CASE WHEN m.template = 'stop_confirmed'
           THEN EXISTS (SELECT FROM messages o WHERE o.phone_id = p.id AND o.template = m.template AND o.id < m.id
                        AND o.claimed_at > p.opted_out_at)
           ELSE m.claimed_at > p.opted_out_at + interval '1 second' END;

-- I12: no offer starts in its reader's quiet hours, and no text before its time
SELECT m.id, m.class, m.claimed_at, m.send_at, m.not_before, m.quiet_from, m.quiet_to, p.zone
FROM messages m JOIN phones p ON p.id = m.phone_id
WHERE m.created_at >= :since AND (
    m.send_at < m.not_before OR m.claimed_at < m.not_before
    OR m.class <> 'S' AND NOT m.urgent AND (
        num_nulls(m.quiet_from, m.quiet_to) > 0
        OR m.claimed_at IS NOT NULL AND allowed_from(m.claimed_at, p.zone, m.quiet_from, m.quiet_to) > m.claimed_at));

-- I13: row security is on and forced wherever rows belong to a tenant
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'franchise_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity);

-- I13: who serves people is bound by row security
SELECT r.rolname FROM pg_roles r
WHERE r.rolname IN ('dispatch_app', 'dispatch_worker', 'dispatch_definer', 'dispatch_hq')
  AND (r.rolsuper OR r.rolbypassrls
       OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')));

-- I14: what belongs together belongs to one tenant
SELECT x.child, x.id FROM (
    SELECT 'shifts' AS child, c.id FROM shifts c JOIN orders p ON p.id = c.order_id
    WHERE c.franchise_id <> p.franchise_id AND c.ends_at >= :since
    UNION ALL SELECT 'waves', c.id FROM waves c JOIN shifts p ON p.id = c.shift_id
    WHERE c.franchise_id <> p.franchise_id AND c.deadline >= :since
    UNION ALL SELECT 'invitations', c.id FROM invitations c JOIN shifts p ON p.id = c.shift_id
    WHERE c.franchise_id <> p.franchise_id AND c.deadline >= :since
    UNION ALL SELECT 'seats', c.id FROM seats c JOIN shifts p ON p.id = c.shift_id
    WHERE c.franchise_id <> p.franchise_id AND upper(c.busy) >= :since
    UNION ALL SELECT 'questions', c.id FROM questions c JOIN shifts p ON p.id = c.shift_id
    WHERE c.franchise_id <> p.franchise_id AND c.opened_at >= :since
    UNION ALL SELECT 'messages', c.id FROM messages c JOIN shifts p ON p.id = c.shift_id
    WHERE c.franchise_id <> p.franchise_id AND c.created_at >= :since
    UNION ALL SELECT 'messages', c.id FROM messages c JOIN questions p ON p.id = c.question_id
    WHERE c.franchise_id <> p.franchise_id AND c.created_at >= :since
    UNION ALL SELECT 'messages', c.id FROM messages c JOIN sms_accounts p ON p.id = c.account_id
    WHERE c.franchise_id <> p.franchise_id AND c.created_at >= :since
    UNION ALL SELECT 'dispositions', c.inbound_id FROM dispositions c JOIN questions p ON p.id = c.question_id
    WHERE c.franchise_id <> p.franchise_id AND c.at >= :since
    UNION ALL SELECT 'marks', c.id FROM marks c JOIN seats p ON p.id = c.seat_id
    WHERE c.franchise_id <> p.franchise_id AND c.recorded_at >= :since
    UNION ALL SELECT 'fines', c.id FROM fines c JOIN marks p ON p.id = c.mark_id
    WHERE c.franchise_id <> p.franchise_id
    UNION ALL SELECT 'timesheets', c.seat_id FROM timesheets c JOIN seats p ON p.id = c.seat_id
    WHERE c.franchise_id <> p.franchise_id AND c.at >= :since) x;

-- I15: contact data is at home with its worker
SELECT c.worker_id, c.franchise_id, w.franchise_id AS home_id
FROM worker_contacts c JOIN workers w ON w.id = c.worker_id WHERE c.franchise_id <> w.franchise_id
UNION ALL
SELECT h.worker_id, h.franchise_id, w.franchise_id
FROM phone_holders h JOIN workers w ON w.id = h.worker_id WHERE h.franchise_id <> w.franchise_id;

-- I15: a phone was revealed at home, or to who had seated the man
SELECT r.id, r.franchise_id, r.worker_id, r.at
FROM phone_reveals r JOIN workers w ON w.id = r.worker_id
WHERE r.at >= :since AND r.franchise_id <> w.franchise_id
  AND NOT EXISTS (SELECT FROM seats s WHERE s.worker_id = r.worker_id AND s.franchise_id = r.franchise_id
                  AND upper(s.busy) > r.at - interval '24 hours');

-- I16: a rating is the fold of its marks, by the rules it was written with
WITH rules AS (
    SELECT coalesce(max(v.version), 0) AS version,
           coalesce(max((v.body ->> 'prior')::float8), 3.5) AS prior,
           coalesce(max((v.body ->> 'prior_weight')::float8), 3) AS prior_weight,
           coalesce(max(extract(epoch FROM (v.body ->> 'half_life')::interval))::float8, 7776000) AS half_life_s,
           coalesce(max((v.body ->> 'window')::int), 200) AS counted,
           coalesce(max(extract(epoch FROM (v.body ->> 'cap_for')::interval))::float8, 2592000) AS cap_for_s,
           coalesce(max((v.body ->> 'cap_completed')::int), 2) AS cap_completed,
           coalesce((SELECT array_agg(k.key) FROM network_policy_versions n, jsonb_each(n.body -> 'marks') k
                     WHERE n.section = 'rating' AND upper_inf(n.valid) AND (k.value ->> 'caps')::boolean),
                    '{no_show}') AS capping
    FROM network_policy_versions v WHERE v.section = 'rating' AND upper_inf(v.valid)
)
SELECT w.id, w.rating, fold.rating AS folded, w.capped_until, fold.capped_until AS folded_cap
FROM workers w
JOIN marks last ON last.worker_id = w.id AND last.seq = w.rating_seq
JOIN rules r ON r.version = last.policy_version
CROSS JOIN LATERAL (
    SELECT rating_fold(w.id, NULL, r.prior, r.prior_weight, r.half_life_s, r.counted) AS rating,
           rating_capped_until(w.id, NULL, r.cap_for_s, r.cap_completed, r.counted, r.capping) AS capped_until) fold
WHERE w.rating_at >= :since AND (w.rating, w.capped_until) IS DISTINCT FROM (fold.rating, fold.capped_until);

-- I16: the marks of a worker are numbered without a gap, up to his rating's position
SELECT w.id, w.rating_seq, count(m.id) AS marks, coalesce(max(m.seq), 0) AS last
FROM workers w LEFT JOIN marks m ON m.worker_id = w.id
WHERE coalesce(w.rating_at, w.created_at) >= :since
GROUP BY w.id HAVING w.rating_seq <> count(m.id) OR w.rating_seq <> coalesce(max(m.seq), 0);

-- I17: a transfer moves an amount between two accounts of its book and one currency
SELECT t.id, t.amount_minor, d.franchise_id AS debit_book, c.franchise_id AS credit_book
FROM transfers t JOIN accounts d ON d.id = t.debit_id JOIN accounts c ON c.id = t.credit_id
WHERE t.at >= :since AND (t.amount_minor <= 0 OR t.debit_id = t.credit_id OR d.currency <> c.currency
                          OR d.franchise_id <> t.franchise_id OR c.franchise_id <> t.franchise_id);

-- I17: money between franchises is two transfers of one amount in two books
SELECT t.settlement_id, count(*), min(t.amount_minor) AS least, max(t.amount_minor) AS most
FROM transfers t JOIN accounts a ON a.id = t.debit_id
WHERE t.settlement_id IS NOT NULL AND t.at >= :since
GROUP BY t.settlement_id
HAVING count(*) <> 2 OR count(DISTINCT t.franchise_id) <> 2 OR min(t.amount_minor) <> max(t.amount_minor)
    OR min(a.currency) <> max(a.currency);

-- I17: the books carry what the timesheets say
SELECT x.seat_id, x.bill_minor, x.pay_minor, x.billed, x.paid FROM (
    SELECT h.seat_id, h.bill_minor, h.pay_minor,
           coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 'bill'), 0) AS billed,
           coalesce(sum(t.amount_minor) FILTER (WHERE t.kind IN ('pay', 'call_out')), 0) AS paid
    FROM timesheets h
    LEFT JOIN transfers t ON t.franchise_id = h.franchise_id AND t.shift_id = h.shift_id AND t.subject_id = h.seat_id
                         AND t.reverses_id IS NULL
    WHERE h.at >= :since GROUP BY h.seat_id) x
WHERE (x.bill_minor, x.pay_minor) <> (x.billed, x.paid);

-- I18: the totals of fines are the fines that stand, within their caps
SELECT coalesce(t.worker_id, f.worker_id) AS worker_id, coalesce(t.scope, f.scope) AS scope, t.total_minor,
       f.total AS reckoned, t.cap_minor
FROM fine_totals t FULL JOIN (
    SELECT n.franchise_id, n.worker_id, v.scope, v.key, sum(n.amount_minor) AS total
    FROM fines n CROSS JOIN LATERAL (VALUES ('shift', n.shift_id::text), ('day', n.on_day::text),
                                            ('month', to_char(n.on_day, 'YYYY-MM'))) AS v (scope, key)
    WHERE n.status <> 'voided' GROUP BY n.franchise_id, n.worker_id, v.scope, v.key) f
  ON (f.franchise_id, f.worker_id, f.scope, f.key) = (t.franchise_id, t.worker_id, t.scope, t.key)
WHERE coalesce(t.total_minor, 0) <> coalesce(f.total, 0) OR t.total_minor > t.cap_minor;

-- I18: one version of a section is in force at a time
SELECT a.franchise_id, a.section, a.version, b.version AS other
FROM policy_versions a JOIN policy_versions b
  ON b.franchise_id = a.franchise_id AND b.section = a.section AND b.version > a.version AND b.valid && a.valid
UNION ALL
SELECT NULL, a.section, a.version, b.version
FROM network_policy_versions a JOIN network_policy_versions b
  ON b.section = a.section AND b.version > a.version AND b.valid && a.valid;

-- I19: a mark is reversed once, by a mark of the same man that reverses nothing else
SELECT m.id, r.id AS reversed_by FROM marks r JOIN marks m ON m.id = r.reverses_id
WHERE r.recorded_at >= :since AND (
    m.worker_id <> r.worker_id OR m.franchise_id <> r.franchise_id OR m.reverses_id IS NOT NULL OR r.seq <= m.seq
    OR EXISTS (SELECT FROM marks o WHERE o.reverses_id = m.id AND o.id <> r.id));

-- I19: what a reversed mark had brought is gone with it
SELECT 'fine' AS what, f.id FROM fines f JOIN marks r ON r.reverses_id = f.mark_id
WHERE f.status <> 'voided' AND r.recorded_at >= :since
UNION ALL
SELECT 'strike', s.id FROM strikes s JOIN marks r ON r.reverses_id = s.mark_id
WHERE s.status <> 'reversed' AND r.recorded_at >= :since;

-- I19: a reversed transfer goes back by the same amount between the same accounts
SELECT t.id, r.id AS reversed_by FROM transfers r JOIN transfers t ON t.id = r.reverses_id
WHERE r.at >= :since AND (t.franchise_id, t.debit_id, t.credit_id, t.amount_minor)
                      <> (r.franchise_id, r.credit_id, r.debit_id, r.amount_minor);

-- I20: a no-show has a seat, a limit that had passed, and a source that proves it
SELECT n.seat_id, n.source, n.decided_at, s.limit_at, l.taken_at
FROM no_shows n JOIN seats s ON s.id = n.seat_id LEFT JOIN attendance_lists l ON l.id = n.list_id
WHERE n.decided_at >= :since AND (
    n.worker_id <> s.worker_id OR n.shift_id <> s.shift_id OR n.decided_at < s.limit_at
    OR num_nonnulls(n.list_id, n.named_by) <> 1
    OR n.source = 'list' AND (l.shift_id IS DISTINCT FROM s.shift_id OR l.taken_at < s.grace_at
                              OR NOT s.id = ANY (l.missing)));

-- I20: a seat is a no-show exactly while one stands
SELECT s.id, s.status, n.decided_at, n.reversed_at
FROM seats s FULL JOIN no_shows n ON n.seat_id = s.id
WHERE (s.status = 'no_show') IS DISTINCT FROM (n.seat_id IS NOT NULL AND n.reversed_at IS NULL)
  AND coalesce(upper(s.busy), n.decided_at) >= :since;

-- I20: a no-show taken back leaves no mark
SELECT n.seat_id, m.id AS mark_id FROM no_shows n JOIN marks m ON m.seat_id = n.seat_id AND m.kind = 'no_show'
WHERE n.reversed_at >= :since AND NOT EXISTS (SELECT FROM marks r WHERE r.reverses_id = m.id);

-- I21: a key that was taken has its answer
SELECT k.franchise_id, k.key, k.route FROM idempotency_keys k
WHERE k.created_at >= :since AND (k.status IS NULL OR k.response IS NULL);

-- I22: an order is announced, once
SELECT o.id, o.created_at FROM orders o
WHERE o.created_at >= :since
  AND NOT EXISTS (SELECT FROM outbox x WHERE x.kind = 'staffing.order_placed' AND x.subject_id = o.id);

-- I22: an event is one row
SELECT x.kind, x.subject_id, x.n, count(*) FROM outbox x WHERE x.created_at >= :since
GROUP BY x.kind, x.subject_id, x.n HAVING count(*) > 1;

-- I22: what is due is done within a minute, or in hand
SELECT x.id, x.kind, x.due_at, x.attempt, x.last_error FROM outbox x
WHERE x.state = 'pending' AND x.due_at < clock.instant() - interval '60 seconds'
  AND (x.leased_until IS NULL OR x.leased_until < clock_timestamp() - interval '60 seconds');

-- I23: what a dead worker held is taken up within a minute
SELECT m.id, m.leased_until FROM messages m
WHERE m.status = 'sending' AND m.leased_until < clock_timestamp() - interval '60 seconds';

-- I24: what people edit has its audit
SELECT x.entity, x.id FROM (
    SELECT 'clients' AS entity, c.id, c.created_at FROM clients c
    UNION ALL SELECT 'sites', s.id, s.created_at FROM sites s
    UNION ALL SELECT 'orders', o.id, o.created_at FROM orders o
    UNION ALL SELECT 'staff_users', u.id, u.created_at FROM staff_users u
    UNION ALL SELECT 'sms_accounts', a.id, a.created_at FROM sms_accounts a
    UNION ALL SELECT 'rate_cards', r.id, r.created_at FROM rate_cards r
    UNION ALL SELECT 'policy_versions', p.id, p.created_at FROM policy_versions p
    UNION ALL SELECT 'workers', w.id, w.created_at FROM workers w) x
LEFT JOIN audit_log a ON a.entity = x.entity AND a.entity_id = x.id::text AND a.action = 'insert' AND a.at >= :since
WHERE x.created_at >= :since AND a.id IS NULL;

-- I24: a seat has its line on the timeline
SELECT s.id, s.shift_id FROM seats s
WHERE s.accepted_at >= :since
  AND NOT EXISTS (SELECT FROM timeline t WHERE t.franchise_id = s.franchise_id AND t.shift_id = s.shift_id
                  AND t.worker_id = s.worker_id);

-- I26: a phone has one holder at a time
SELECT a.phone_id, a.worker_id, b.worker_id AS other
FROM phone_holders a JOIN phone_holders b ON b.phone_id = a.phone_id AND b.id > a.id AND b.valid && a.valid
WHERE a.holder AND b.holder;

-- I27: what the clock on site shows is what was agreed
SELECT f.id, f.zone, f.starts_at, f.local_start, f.ends_at, f.local_end FROM shifts f
WHERE f.ends_at >= :since AND (f.ends_at <= f.starts_at OR f.starts_at AT TIME ZONE f.zone <> f.local_start
                               OR f.ends_at AT TIME ZONE f.zone <> f.local_end);

-- I30: nothing is being sent while sending is not released
SELECT m.id, m.leased_until FROM messages m, deployment d, pg_control_system() c
WHERE m.status = 'sending' AND m.leased_until > clock_timestamp()
  AND (d.released_at IS NULL OR d.system_identifier <> c.system_identifier);

-- I31: facts carry no phone numbers
SELECT x.what, x.id FROM (
    SELECT 'outbox' AS what, o.id::text, o.detail::text AS said FROM outbox o WHERE o.created_at >= :since
    UNION ALL SELECT 'timeline', t.id::text, t.detail::text FROM timeline t WHERE t.at >= :since
    UNION ALL SELECT 'alarms', a.id::text, a.detail::text || a.sentence FROM alarms a WHERE a.raised_at >= :since) x
WHERE x.said ~ '\+[1-9][0-9]{9,14}';

-- I33: a day's texts and unanswered offers stay within a man's budget
SELECT d.worker_id, d.day, d.unanswered, d.texts FROM contact_days d
WHERE d.day + 2 >= :since
  AND NOT (d.unanswered BETWEEN 0 AND d.texts AND d.texts <= 8 AND d.guest_unanswered BETWEEN 0 AND d.unanswered);

-- I33: no man got more than eight offers in a day of his own clock
SELECT m.worker_id, (m.claimed_at AT TIME ZONE p.zone)::date AS day, count(*)
FROM messages m JOIN phones p ON p.id = m.phone_id
WHERE m.class = 'O' AND m.worker_id IS NOT NULL AND m.created_at >= :since AND m.status IN ('sent', 'delivered', 'unknown')
GROUP BY m.worker_id, (m.claimed_at AT TIME ZONE p.zone)::date HAVING count(*) > 8;

-- I34: an open code names one question of a phone
SELECT q.phone_id, q.code, count(*) FROM questions q WHERE q.status = 'open' AND q.code IS NOT NULL
GROUP BY q.phone_id, q.code HAVING count(*) > 1;

-- all: no mechanism is switched off
SELECT t.tgrelid::regclass::text AS place, t.tgname::text AS mechanism FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = 'public'::regnamespace WHERE t.tgenabled <> 'O'
UNION ALL
SELECT k.conrelid::regclass::text, k.conname::text FROM pg_constraint k
WHERE k.connamespace = 'public'::regnamespace AND NOT k.convalidated
UNION ALL
SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid AND c.relnamespace = 'public'::regnamespace WHERE NOT i.indisvalid;
