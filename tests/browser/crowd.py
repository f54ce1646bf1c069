"""Rows by the thousand for every list of a franchise, made by the database itself: what hands or time would have made.

Each statement takes the franchise and how many rows; the rows differ as real ones do: long names and short ones, every
status, moments back to years ago.
"""

from typing import Final
from uuid import UUID

import asyncpg

_CLIENTS: Final = """
INSERT INTO clients (id, franchise_id, name, kind, tax_number, note, source, created_at, curator_id, archived_at)
SELECT gen_random_uuid(), $1,
       CASE WHEN n % 11 = 5 THEN (ARRAY['Ольга Соколова', 'Пётр Кузнецов', 'Мария Лебедева'])[1 + n % 3]
       ELSE (ARRAY['Склады', 'Торговый дом', 'Переезды', 'Стройка', 'Рынок', 'Логистический центр',
                   'ООО «Северо-Западная транспортно-экспедиционная компания»', 'Гипермаркет'])[1 + n % 8]
         || ' «' || (ARRAY['Восток', 'Невский', 'Балтика', 'Южный', 'Петроградский', 'Заря', 'Парнас'])[1 + n % 7]
         || '»'
       END || CASE WHEN n > 40 THEN ', ' || n ELSE '' END,
       CASE n % 11 WHEN 5 THEN 'person' ELSE 'company' END,
       CASE n % 11 WHEN 5 THEN NULL ELSE (7801000000 + n * 977)::text END,
       CASE n % 3 WHEN 0 THEN 'Звонить за день, пропуск заказывает охрана.' ELSE '' END,
       (ARRAY['Авито', 'По рекомендации', 'Сайт', ''])[1 + n % 4], clock.now() - n * interval '7 hours',
       (SELECT id FROM staff_users WHERE franchise_id = $1 AND role = 'dispatcher' ORDER BY id LIMIT 1),
       CASE WHEN n % 20 = 19 THEN clock.now() - interval '9 days' END
FROM generate_series(1, $2::int) n
"""
_SITES: Final = """
INSERT INTO sites (id, franchise_id, client_id, address, location, zone, region, meeting_point, contact_name,
                   contact_phone, attendance_source)
SELECT gen_random_uuid(), $1, c.id,
       (ARRAY['Витебский проспект, ', 'Двинская улица, ', 'Московское шоссе, ', 'проспект Непокорённых, ',
              'улица Оптиков, '])[1 + c.n % 5] || 1 + c.n % 140 || (ARRAY['', ', корпус 2', ', литера А'])[1 + c.n % 3],
       ST_SetSRID(ST_MakePoint(30.18 + (c.n * 37 % 97) / 300.0, 59.83 + (c.n * 53 % 89) / 400.0), 4326)::geography,
       'Europe/Moscow', 'SPE', (ARRAY['У проходной № 2', 'Шлагбаум у ворот 5', ''])[1 + c.n % 3], 'Игорь Павлович',
       '+78125550' || lpad((c.n % 1000)::text, 3, '0'), (ARRAY['foreman', 'crew_lead'])[1 + c.n % 2]
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM clients WHERE franchise_id = $1) c WHERE c.n <= $2
"""
_PEOPLE_OF_CLIENTS: Final = """
INSERT INTO client_people (id, franchise_id, client_id, name, phone, role, email, may_order)
SELECT gen_random_uuid(), $1, c.id, (ARRAY['Анна Фёдорова', 'Константин Воскресенский'])[w],
       '+7812' || lpad((5000000 + c.n * 2 + w)::text, 7, '0'), (ARRAY['Начальник склада', 'Бухгалтер'])[w],
       'client' || c.n || '-' || w || '@example.com', w = 1
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM clients WHERE franchise_id = $1) c, generate_series(1, 2) w
WHERE c.n <= $2
"""
_NUMBERED: Final = """
WITH places AS (SELECT s.*, row_number() OVER (ORDER BY s.id) - 1 AS n, count(*) OVER () AS of
                FROM sites s WHERE s.franchise_id = $1),
     model AS (SELECT o.rate_card_id, o.quote, o.currency, o.created_by, f.skill, f.bill_rate_minor, f.pay_rate_minor
               FROM orders o JOIN shifts f ON f.order_id = o.id WHERE o.franchise_id = $1 ORDER BY o.id LIMIT 1)
"""
_ORDERS: Final = (
    _NUMBERED
    + """
INSERT INTO orders (id, franchise_id, client_id, site_id, service, headcount, note, status, rate_card_id, quote,
                    total_minor, currency, created_by, created_at, test, external_id)
SELECT gen_random_uuid(), $1, p.client_id, p.id,
       (ARRAY['loading', 'moving', 'snow_removal', 'cleaning', 'cashier'])[1 + n.n % 5], 1 + n.n % 12,
       CASE n.n % 4 WHEN 0 THEN 'Нужны перчатки, работа на улице.' ELSE '' END,
       CASE WHEN n.n % 9 = 0 THEN 'cancelled' ELSE 'closed' END, m.rate_card_id, m.quote,
       180000 * (1 + n.n % 12), m.currency, m.created_by, clock.now() - interval '3 days' - n.n * interval '50 minutes',
       false, 'past-' || n.n
FROM generate_series(1, $2::int) n (n) CROSS JOIN model m JOIN places p ON p.n = n.n % p.of
"""
)
_PAST_SHIFTS: Final = (
    _NUMBERED
    + """
INSERT INTO shifts (id, franchise_id, order_id, client_id, site_id, n, service, skill, location, region, zone,
                    local_start, local_end, starts_at, ends_at, headcount, cover, reserve_capacity, standby_capacity,
                    status, bill_rate_minor, pay_rate_minor, currency, attendance_source, created_at, closed_at,
                    cancelled_at, test)
SELECT gen_random_uuid(), $1, o.id, o.client_id, o.site_id, 1, o.service, m.skill, p.location, p.region, p.zone,
       t.at AT TIME ZONE p.zone, (t.at + interval '8 hours') AT TIME ZONE p.zone, t.at, t.at + interval '8 hours',
       o.headcount, o.headcount, 2, 1, o.status, m.bill_rate_minor, m.pay_rate_minor, o.currency, p.attendance_source,
       o.created_at, CASE o.status WHEN 'closed' THEN t.at + interval '9 hours' END,
       CASE o.status WHEN 'cancelled' THEN t.at - interval '9 hours' END, false
FROM orders o CROSS JOIN model m JOIN places p ON p.id = o.site_id
CROSS JOIN LATERAL (SELECT date_trunc('hour', o.created_at) + interval '20 hours' AS at) t
WHERE o.franchise_id = $1 AND o.external_id LIKE 'past-%' AND $2::int > 0
"""
)
_TODAY: Final = (
    _NUMBERED
    + """, fresh AS (
  INSERT INTO orders (id, franchise_id, client_id, site_id, service, headcount, rate_card_id, quote, total_minor,
                      currency, created_by, test, external_id)
  SELECT gen_random_uuid(), $1, p.client_id, p.id,
         (ARRAY['loading', 'moving', 'snow_removal', 'cleaning'])[1 + n.n % 4],
         1 + n.n % 14, m.rate_card_id, m.quote, 180000 * (1 + n.n % 14), m.currency, m.created_by, false,
         'today-' || n.n
  FROM generate_series(1, $2::int) n (n) CROSS JOIN model m JOIN places p ON p.n = n.n % p.of
  RETURNING *, split_part(external_id, '-', 2)::int AS nth)
INSERT INTO shifts (id, franchise_id, order_id, client_id, site_id, n, service, skill, location, region, zone,
                    local_start, local_end, starts_at, ends_at, headcount, cover, reserve_capacity, standby_capacity,
                    primary_count, reserve_count, status, bill_rate_minor, pay_rate_minor, currency, attendance_source,
                    owner_id, test)
SELECT gen_random_uuid(), $1, o.id, o.client_id, o.site_id, 1, o.service, m.skill, p.location, p.region, p.zone,
       t.at AT TIME ZONE p.zone, (t.at + interval '8 hours') AT TIME ZONE p.zone, t.at, t.at + interval '8 hours',
       o.headcount, o.headcount + 1, 2, 1, o.headcount * (o.nth % 5) / 4, o.nth % 3,
       CASE WHEN t.at < clock.now() THEN 'running' WHEN o.nth % 5 = 4 THEN 'covered' WHEN o.nth % 7 = 0 THEN 'short'
            ELSE 'recruiting' END,
       m.bill_rate_minor, m.pay_rate_minor, o.currency, p.attendance_source,
       CASE WHEN o.nth % 3 > 0 THEN (SELECT id FROM staff_users WHERE franchise_id = $1 ORDER BY id LIMIT 1) END,
       false
FROM fresh o CROSS JOIN model m JOIN places p ON p.id = o.site_id
CROSS JOIN LATERAL (SELECT date_trunc('day', clock.now() AT TIME ZONE p.zone) AT TIME ZONE p.zone
                           + (o.nth * 7 % 96) * interval '15 minutes' + (o.nth % 2) * interval '1 day' AS at) t
"""
)
_WAITING: Final = """
WITH men AS (SELECT c.worker_id, c.phone_id, row_number() OVER (ORDER BY c.worker_id) - 1 AS n, count(*) OVER () AS of
             FROM worker_contacts c WHERE c.franchise_id = $1),
     soon AS (SELECT id, row_number() OVER (ORDER BY starts_at, id) - 1 AS n, count(*) OVER () AS of
              FROM shifts WHERE franchise_id = $1 AND status NOT IN ('closed', 'cancelled'))
INSERT INTO inbox_items (id, franchise_id, kind, phone_id, worker_id, shift_id, text, suggestion, created_at, status,
                         done_at, done_by)
SELECT gen_random_uuid(), $1, k.kind, m.phone_id, m.worker_id, s.id, k.text, k.suggestion,
       clock.now() - n.n * interval '9 minutes', CASE WHEN n.n % 10 = 9 THEN 'done' ELSE 'open' END,
       CASE WHEN n.n % 10 = 9 THEN clock.now() END, CASE WHEN n.n % 10 = 9 THEN 'staff:test' END
FROM generate_series(1, $2::int) n (n) JOIN men m ON m.n = n.n % m.of JOIN soon s ON s.n = n.n % s.of
JOIN (VALUES (0, 'reply', 'А форму дадут или свою брать? И сколько платят за переработку?', 'question'),
             (1, 'reply', 'наверное смогу но только после 11, раньше никак', 'ambiguous'),
             (2, 'call', 'He rang and nobody answered.', 'missed_call'),
             (3, 'appeal', 'Я был на месте вовремя, меня не пустила охрана, пропуска не было в списке!', 'appeal'),
             (4, 'lead', 'Здравствуйте, видел объявление, хочу работать грузчиком', 'unknown')
     ) k (n, kind, text, suggestion) ON k.n = n.n % 5
"""
_ALARMS: Final = """
WITH soon AS (SELECT id, row_number() OVER (ORDER BY starts_at, id) - 1 AS n, count(*) OVER () AS of
              FROM shifts WHERE franchise_id = $1 AND status NOT IN ('closed', 'cancelled'))
INSERT INTO alarms (id, franchise_id, shift_id, kind, severity, sentence, dedupe_key, raised_at)
SELECT gen_random_uuid(), $1, s.id, k.kind, k.severity, k.sentence, 'crowd:' || n.n,
       clock.now() - n.n * interval '3 min'
FROM generate_series(1, $2::int) n (n) JOIN soon s ON s.n = n.n % s.of
JOIN (VALUES (0, 'shortfall_predicted', 'critical',
              'The shift will start short: ring the call list, call the standby, or tell the client.'),
             (1, 'nobody_to_invite', 'warning', 'Nobody eligible is left to invite: widen the radius, lower the tier, '
              'borrow, or ring people yourself.'),
             (2, 'unaccounted', 'critical',
              'Past his limit and nobody saw him: ring him and the site, then mark him arrived or absent.'),
             (3, 'site_finished', 'info',
              'The site says that the work is done: approve the hours and close the shift.')
     ) k (n, kind, severity, sentence) ON k.n = n.n % 4
"""
_RECRUITS: Final = """
INSERT INTO recruits (worker_id, franchise_id, status, next_on, next_what, moved_at)
SELECT w.id, $1, (ARRAY['lead', 'called', 'interview', 'vetting', 'lead', 'refused'])[1 + w.n % 6],
       CASE WHEN w.n % 4 < 3 THEN clock.now()::date - 3 + (w.n % 9)::int END,
       (ARRAY['Перезвонить после обеда', 'Собеседование в офисе, взять паспорт и медкнижку', 'Проверить документы',
              ''])[1 + w.n % 4],
       clock.now() - w.n % 700 * interval '1 hour'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM workers WHERE franchise_id = $1 AND status = 'applicant') w
WHERE w.n <= $2
"""
_SERIES: Final = """
INSERT INTO series (id, franchise_id, client_id, site_id, service, headcount, pattern, local_start, local_end,
                    starts_on, ends_on, holidays, note, status, created_by, test)
SELECT gen_random_uuid(), $1, s.client_id, s.id, (ARRAY['loading', 'snow_removal', 'cleaning'])[1 + s.n % 3],
       1 + s.n % 20,
       (ARRAY['{"every": "week", "on": ["mon", "tue", "wed", "thu", "fri"]}', '{"every": "days", "n": 2}',
              '{"every": "week", "on": ["sat", "sun"]}'])[1 + s.n % 3]::jsonb,
       time '06:00' + s.n % 12 * interval '1 hour', time '14:00' + s.n % 8 * interval '1 hour',
       clock.now()::date - (s.n % 90)::int, CASE s.n % 3 WHEN 0 THEN clock.now()::date + 40 END, 'skip', '',
       (ARRAY['active', 'active', 'paused', 'ended'])[1 + s.n % 4],
       (SELECT created_by FROM orders WHERE franchise_id = $1 ORDER BY id LIMIT 1), false
FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM sites WHERE franchise_id = $1) s WHERE s.n <= $2
"""
_TOKENS: Final = """
INSERT INTO api_tokens (id, franchise_id, token_sha256, name, role, created_by, created_at, expires_at, test)
SELECT gen_random_uuid(), $1, sha256(($1::uuid || ':' || n)::text::bytea),
       (ARRAY['1С: Бухгалтерия', 'Выгрузка заказов для отдела аналитики и отчётности', 'Телефония'])[1 + n % 3]
       || CASE WHEN n > 3 THEN ' ' || n ELSE '' END, (ARRAY['dispatcher', 'accountant'])[1 + n % 2], u.id,
       clock.now() - n * interval '19 hours', CASE n % 3 WHEN 0 THEN clock.now() + interval '90 days' END, n % 5 = 4
FROM generate_series(1, least($2::int, 300)) n,
     LATERAL (SELECT id FROM staff_users WHERE franchise_id = $1 ORDER BY id LIMIT 1) u
"""
_STAFF: Final = """
INSERT INTO staff_users (id, franchise_id, login, name, role, password_hash, phone, created_at, disabled_at)
SELECT gen_random_uuid(), $1, 'person-' || left(md5($1::uuid::text), 4) || '-' || n,
       (ARRAY['Александра Константинопольская', 'Иван Ли', 'Марина Захарова', 'Олег Белов'])[1 + n % 4],
       (ARRAY['dispatcher', 'foreman', 'recruiter', 'accountant'])[1 + n % 4], '-',
       CASE n % 2 WHEN 0 THEN '+7911' || lpad((n * 7919 % 10000000)::text, 7, '0') END,
       clock.now() - n * interval '5 days', CASE WHEN n % 7 = 6 THEN clock.now() END
FROM generate_series(1, least($2::int, 200)) n
"""
_DUTY: Final = """
INSERT INTO duty_turns (id, franchise_id, user_id, during)
SELECT gen_random_uuid(), $1, u.id, tstzrange(t.at, t.at + interval '12 hours')
FROM generate_series(0, least($2::int, 50)) n (n)
CROSS JOIN LATERAL (SELECT date_trunc('day', clock.now()) + n.n * interval '12 hours' AS at) t
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS of FROM staff_users
      WHERE franchise_id = $1 AND role IN ('dispatcher', 'owner') AND disabled_at IS NULL) u ON u.n = n.n % u.of
"""
_NOTES: Final = """
INSERT INTO client_notes (id, franchise_id, client_id, body, created_by, created_at)
SELECT gen_random_uuid(), $1, c.client_id, (ARRAY['Просили бригадира Сергея, остались довольны.',
       'Оплата до конца месяца, счёт выслать Анне Фёдоровне на почту.', 'Звонили насчёт уборки снега на всю зиму.'])
       [1 + n % 3], 'staff:' || u.id, clock.now() - n * interval '30 hours'
FROM generate_series(1, least($2::int, 300)) n,
     LATERAL (SELECT client_id FROM orders WHERE franchise_id = $1 ORDER BY id LIMIT 1) c,
     LATERAL (SELECT id FROM staff_users WHERE franchise_id = $1 ORDER BY id LIMIT 1) u
"""
_BARRED: Final = """
INSERT INTO do_not_return (id, franchise_id, client_id, worker_id, decided_by, reason, created_by)
SELECT gen_random_uuid(), $1, c.client_id, w.id, (ARRAY['client', 'worker'])[1 + w.n % 2],
       (ARRAY['Опоздал дважды и спорил с кладовщиком', 'Не хочет работать на морозе'])[1 + w.n % 2], 'staff:' || u.id
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM workers WHERE franchise_id = $1 AND status = 'active') w,
     LATERAL (SELECT client_id FROM orders WHERE franchise_id = $1 ORDER BY id LIMIT 1) c,
     LATERAL (SELECT id FROM staff_users WHERE franchise_id = $1 ORDER BY id LIMIT 1) u
WHERE w.n <= least($2::int / 20, 100)
"""

_ALL: Final = (
    *(
        _STAFF,
        _CLIENTS,
        _SITES,
        _TODAY,
        _PEOPLE_OF_CLIENTS,
        _ORDERS,
        _PAST_SHIFTS,
        _WAITING,
        _ALARMS,
        _RECRUITS,
        _SERIES,
    ),
    *(_TOKENS, _DUTY, _NOTES, _BARRED),
)


async def crowd(owner: asyncpg.Connection, franchise_id: UUID, rows: int, *, shifts: int) -> None:
    """Fill every list of a franchise that has an order and people: so many rows each, and open shifts of two days."""
    for statement in _ALL:
        # Each reads what the ones before wrote: without fresh statistics the plans are made for empty tables.
        await owner.execute("ANALYZE")
        await owner.execute(statement, franchise_id, shifts if statement is _TODAY else rows)
    await owner.execute("ANALYZE")
