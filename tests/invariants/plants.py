"""For each query of the audit, lies it must find: written past every guard, in a transaction that is rolled back.

`{there}` is another franchise. `pg_temp.again(table, id, changes)` writes a row a second time under a new id.
"""

from collections.abc import Mapping, Sequence
from typing import Final

AGAIN: Final = """
CREATE FUNCTION pg_temp.again(tab regclass, source uuid, changes jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text := (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute a
                     WHERE a.attrelid = tab AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
BEGIN
    EXECUTE format(
        'INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s,
             (SELECT to_jsonb(t) || jsonb_build_object(''id'', gen_random_uuid()) || $2 FROM %1$s t WHERE t.id = $1))',
        tab, columns) USING source, changes;
END $$;
"""
_A_SEAT: Final = "(SELECT id FROM seats WHERE live AND kind = 'primary' LIMIT 1)"
_AN_OFFER: Final = "(SELECT id FROM messages WHERE class = 'O' AND status = 'delivered' LIMIT 1)"
_NO_SHOW: Final = "(SELECT id FROM marks WHERE kind = 'no_show' LIMIT 1)"
_REVERSED: Final = f"""
SELECT pg_temp.again('marks', m.id, jsonb_build_object('reverses_id', m.id, 'kind', 'reversal', 'seq', m.seq + 1))
FROM marks m WHERE m.id = {_NO_SHOW};
"""


def _moved(table: str, condition: str = "true") -> str:
    return f"UPDATE {table} SET franchise_id = '{{there}}' WHERE {condition}"


PLANTS: Final[Mapping[str, Sequence[str]]] = {
    "the counts of a shift are its live seats": [
        "UPDATE shifts SET primary_count = primary_count - 1",
        "UPDATE seats SET kind = 'reserve' WHERE kind = 'primary'",
    ],
    "no count leaves its capacity": [
        """ALTER TABLE shifts DROP CONSTRAINT primary_seats_within_headcount;
           UPDATE shifts SET primary_count = headcount + 1""",
        "ALTER TABLE shifts DROP CONSTRAINT standby_seats_within_capacity; UPDATE shifts SET standby_count = -1",
    ],
    "nobody holds two live primary or reserve seats that overlap, in whichever franchises": [
        f"""ALTER TABLE seats DROP CONSTRAINT worker_already_booked; DROP INDEX one_live_seat;
            SELECT pg_temp.again('seats', {_A_SEAT}, '{{"franchise_id": "{{there}}"}}')""",
    ],
    "a seat is busy for its shift and an hour after it": [
        "UPDATE seats SET busy = tstzrange(lower(busy), upper(busy) - interval '1 hour')",
    ],
    "a man is invited once for a shift": [
        """ALTER TABLE invitations DROP CONSTRAINT invited_once;
           SELECT pg_temp.again('invitations', (SELECT id FROM invitations LIMIT 1), '{}')""",
    ],
    "a man has one live seat on a shift": [
        f"""ALTER TABLE seats DROP CONSTRAINT worker_already_booked; DROP INDEX one_live_seat;
            SELECT pg_temp.again('seats', {_A_SEAT}, '{{"kind": "standby"}}')""",
    ],
    "the count of a wave is its invitations that stand, at most its target": [
        "UPDATE waves SET invited = invited - 1",
        "UPDATE invitations SET status = 'withdrawn'",
    ],
    "a gateway's id of an inbound text is one text": [
        """ALTER TABLE inbound_messages DROP CONSTRAINT inbound_once;
           SELECT pg_temp.again('inbound_messages', (SELECT id FROM inbound_messages LIMIT 1), '{}')""",
    ],
    "an inbound text has one disposition, within a minute": [
        "UPDATE inbound_messages SET disposed_at = NULL, received_at = received_at - interval '2 minutes'",
    ],
    "what is disposed of says how, and what is not does not": [
        "DELETE FROM dispositions",
        "UPDATE inbound_messages SET disposed_at = NULL",
    ],
    "a dedupe key is one text": [
        f"""ALTER TABLE messages DROP CONSTRAINT message_once;
            SELECT pg_temp.again('messages', {_AN_OFFER}, '{{"gateway_id": null, "status": "queued"}}')""",
    ],
    "a gateway's id is one text, and what was taken has one": [
        f"""DROP INDEX messages_by_gateway_id;
            SELECT pg_temp.again('messages', {_AN_OFFER}, '{{"dedupe_key": "again"}}')""",
        "UPDATE messages SET gateway_id = NULL WHERE status = 'delivered'",
    ],
    "a delivery that was told is not forgotten": ["UPDATE messages SET status = 'sent' WHERE status = 'delivered'"],
    "a receipt joins its text within a minute": [
        "UPDATE receipts SET applied_at = NULL, received_at = received_at - interval '2 minutes'",
    ],
    "what audit saw of a status is in the table of moves": [
        """INSERT INTO audit_log (actor, entity, entity_id, action, before, after)
           VALUES ('system:test', 'workers', 'x', 'update', '{"status": "archived"}', '{"status": "banned"}')""",
    ],
    "after a STOP only its confirmation starts, once": [
        """UPDATE messages m SET claimed_at = p.opted_out_at + interval '5 seconds' FROM phones p
           WHERE p.id = m.phone_id AND p.opted_out_at IS NOT NULL AND m.template <> 'stop_confirmed'""",
        """SELECT pg_temp.again('messages', m.id, '{"dedupe_key": "again", "gateway_id": "again"}')
           FROM messages m WHERE m.template = 'stop_confirmed'""",
    ],
    "no offer starts in its reader's quiet hours, and no text before its time": [
        """ALTER TABLE messages DROP CONSTRAINT not_before_quiet_hours_end;
           UPDATE messages SET send_at = not_before - interval '1 second'""",
        "UPDATE messages SET not_before = not_before - interval '1 day', claimed_at = not_before - interval '2 days'",
        """ALTER TABLE messages DROP CONSTRAINT offers_keep_quiet_hours;
           UPDATE messages SET quiet_from = NULL, urgent = false WHERE class = 'O'""",
        """UPDATE messages m SET quiet_from = (m.claimed_at AT TIME ZONE p.zone)::time - interval '1 hour',
               quiet_to = (m.claimed_at AT TIME ZONE p.zone)::time + interval '1 hour', urgent = false
           FROM phones p WHERE p.id = m.phone_id AND m.class = 'O'""",
    ],
    "row security is on and forced wherever rows belong to a tenant": [
        "ALTER TABLE seats NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE files DISABLE ROW LEVEL SECURITY",
    ],
    "who serves people is bound by row security": [
        "ALTER ROLE dispatch_app BYPASSRLS",
        "ALTER TABLE beats OWNER TO dispatch_worker",
    ],
    "what belongs together belongs to one tenant": [
        _moved("shifts"),
        _moved("waves"),
        _moved("invitations"),
        _moved("seats"),
        _moved("questions"),
        _moved("messages"),
        _moved("dispositions", "question_id IS NOT NULL"),
        _moved("marks", "seat_id IS NOT NULL"),
        _moved("fines"),
        _moved("timesheets"),
        _moved("sms_accounts"),
    ],
    "contact data is at home with its worker": [_moved("worker_contacts"), _moved("phone_holders")],
    "a phone was revealed at home, or to who had seated the man": [
        """INSERT INTO phone_reveals (franchise_id, worker_id, actor)
           SELECT '{there}', w.id, 'staff:test' FROM workers w WHERE w.franchise_id <> '{there}' LIMIT 1""",
    ],
    "a rating is the fold of its marks, by the rules it was written with": [
        "UPDATE workers SET rating = 4.99 WHERE rating_seq > 0",
        "UPDATE workers SET capped_until = NULL WHERE capped_until IS NOT NULL",
        "UPDATE marks SET value = 4 WHERE kind = 'no_show'",
    ],
    "the marks of a worker are numbered without a gap, up to his rating's position": [
        "UPDATE workers SET rating_seq = rating_seq + 1",
        "DELETE FROM marks WHERE kind = 'no_show'",
    ],
    "a transfer moves an amount between two accounts of its book and one currency": [
        "ALTER TABLE transfers DROP CONSTRAINT two_accounts; UPDATE transfers SET credit_id = debit_id",
        "UPDATE accounts SET currency = 'USD' WHERE kind = 'client'",
        _moved("accounts", "kind = 'revenue'"),
    ],
    "money between franchises is two transfers of one amount in two books": [
        "UPDATE transfers SET settlement_id = gen_random_uuid()",
    ],
    "the books carry what the timesheets say": [
        "UPDATE timesheets SET pay_minor = pay_minor + 1",
        "DELETE FROM transfers WHERE kind = 'bill'",
    ],
    "the totals of fines are the fines that stand, within their caps": [
        "UPDATE fine_totals SET total_minor = total_minor - 1",
        "DELETE FROM fine_totals",
        "UPDATE fines SET status = 'voided'",
    ],
    "one version of a section is in force at a time": [
        """ALTER TABLE policy_versions DROP CONSTRAINT one_policy_in_force; DROP INDEX policy_in_force;
           SELECT pg_temp.again('policy_versions', p.id, jsonb_build_object('version', p.version + 1))
           FROM (SELECT id, version FROM policy_versions LIMIT 1) p""",
    ],
    "a mark is reversed once, by a mark of the same man that reverses nothing else": [
        _REVERSED
        + "UPDATE marks SET worker_id = (SELECT worker_id FROM marks WHERE kind = 'completed' LIMIT 1), seq = 99 "
        "WHERE kind = 'reversal'",
        _REVERSED + "ALTER TABLE marks DROP CONSTRAINT mark_reversed_once;"
        "SELECT pg_temp.again('marks', m.id, '{\"seq\": 99}') FROM marks m WHERE m.kind = 'reversal'",
    ],
    "what a reversed mark had brought is gone with it": [
        _REVERSED + "DELETE FROM strikes",
        _REVERSED + "DELETE FROM fines",
    ],
    "a reversed transfer goes back by the same amount between the same accounts": [
        """SELECT pg_temp.again('transfers', t.id, jsonb_build_object('reverses_id', t.id))
           FROM (SELECT id FROM transfers LIMIT 1) t""",
    ],
    "a no-show has a seat, a limit that had passed, and a source that proves it": [
        "UPDATE no_shows SET decided_at = decided_at - interval '1 day'",
        "UPDATE no_shows SET worker_id = gen_random_uuid()",
        "UPDATE attendance_lists SET missing = '{}'",
        "UPDATE attendance_lists SET taken_at = taken_at - interval '1 day'",
    ],
    "a seat is a no-show exactly while one stands": [
        "UPDATE seats SET status = 'released' WHERE status = 'no_show'",
        "DELETE FROM no_shows",
        "UPDATE no_shows SET reversed_at = now()",
    ],
    "a no-show taken back leaves no mark": ["UPDATE no_shows SET reversed_at = now()"],
    "a key that was taken has its answer": [
        "INSERT INTO idempotency_keys (franchise_id, key, route, body_sha256) VALUES ('{there}', 'k', 'POST /', '')",
    ],
    "an order is announced, once": ["DELETE FROM outbox WHERE kind = 'staffing.order_placed'"],
    "an event is one row": [
        """ALTER TABLE outbox DROP CONSTRAINT outbox_once;
           SELECT pg_temp.again('outbox', (SELECT id FROM outbox LIMIT 1), '{}')""",
    ],
    "what is due is done within a minute, or in hand": [
        "UPDATE outbox SET state = 'pending', due_at = now() - interval '2 minutes', leased_until = NULL",
        """UPDATE outbox SET state = 'pending', due_at = now() - interval '2 minutes',
               leased_until = now() - interval '2 minutes'""",
    ],
    "what a dead worker held is taken up within a minute": [
        "UPDATE messages SET status = 'sending', leased_until = now() - interval '2 minutes'",
    ],
    "what people edit has its audit": [
        f"DELETE FROM audit_log WHERE entity = '{entity}'"
        for entity in ("clients", "sites", "orders", "sms_accounts", "rate_cards", "policy_versions", "workers")
    ],
    "a seat has its line on the timeline": ["DELETE FROM timeline"],
    "a phone has one holder at a time": [
        """ALTER TABLE phone_holders DROP CONSTRAINT phone_has_another_holder;
           SELECT pg_temp.again('phone_holders', (SELECT id FROM phone_holders LIMIT 1), '{}')""",
    ],
    "what the clock on site shows is what was agreed": [
        "UPDATE shifts SET local_start = local_start + interval '1 hour'",
        "UPDATE shifts SET zone = 'Asia/Vladivostok'",
    ],
    "nothing is being sent while sending is not released": [
        """UPDATE deployment SET released_at = NULL;
           UPDATE messages SET status = 'sending', leased_until = now() + interval '1 minute'""",
        """UPDATE deployment SET system_identifier = 7;
           UPDATE messages SET status = 'sending', leased_until = now() + interval '1 minute'""",
    ],
    "facts carry no phone numbers": [
        """UPDATE timeline SET detail = '{"said": "call +79215550011"}'""",
        """UPDATE outbox SET detail = '{"to": "+79215550011"}'""",
    ],
    "a day's texts and unanswered offers stay within a man's budget": [
        "ALTER TABLE contact_days DROP CONSTRAINT texts_within_day; UPDATE contact_days SET texts = 9",
        "UPDATE contact_days SET unanswered = texts + 1",
    ],
    "no man got more than eight offers in a day of his own clock": [
        f"""SELECT pg_temp.again('messages', {_AN_OFFER}, jsonb_build_object('dedupe_key', n, 'gateway_id', n))
            FROM generate_series(1, 8) AS n""",
    ],
    "an open code names one question of a phone": [
        """DROP INDEX open_code_is_unique; DROP INDEX one_open_question;
           UPDATE questions SET status = 'open', code = 31""",
    ],
    "no mechanism is switched off": [
        "ALTER TABLE seats DISABLE TRIGGER count_seats",
        "ALTER TABLE shifts ADD CONSTRAINT later CHECK (headcount > 0) NOT VALID",
    ],
}
"""What a query says is true -> statements after which it is not."""
