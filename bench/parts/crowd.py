"""A crowd of any size, made inside the database in seconds: spread over real cities by their people, with some history.

For benchmarks and tests of plans only: constraints between tables are not checked while it is written, so nothing but
the matcher may be tried on it. Every table a rule of matching looks at has rows.
"""

from random import Random
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from dispatch.kit.gazetteer import gazetteer
from dispatch.kit.ids import new_id

COMMON: Final = 1
"""A skill that one in five has."""
RARE: Final = 8
"""A skill that one in a hundred has, with the document it asks for."""


class Spot(NamedTuple):
    """A place on the map, degrees WGS 84, and its zone."""

    lat: float
    lon: float
    zone: str


_TOWNS: Final = """
CREATE TEMPORARY TABLE towns (n int PRIMARY KEY, lat float8, lon float8, zone text, people float8);
"""
_WORKERS: Final = """
SELECT setseed(0.5);
INSERT INTO workers (id, franchise_id, status, location, zone, radius_m, skills, vetted_at, consent_at, urgent_ok,
                     short_rest_ok, rating, capped_until, accept_yes, accept_no, show_yes, show_no)
SELECT gen_random_uuid(), CASE WHEN c.home < 0.8 THEN '{home}'::uuid ELSE '{lender}'::uuid END,
       CASE WHEN random() < 0.95 THEN 'active' ELSE 'paused' END,
       ST_MakePoint(t.lon + c.away * sin(c.turn) / cos(radians(t.lat)), t.lat + c.away * cos(c.turn))::geography,
       t.zone, (ARRAY[15000, 25000, 40000, 60000])[1 + floor(random() * 4)::int],
       (random() < 0.2)::int * {common} | (random() < 0.01)::int * {rare} | (random() < 0.65)::int * 2,
       clock.now(), clock.now(), random() < 0.5, random() < 0.1, round((2.2 + 2.8 * random())::numeric, 2),
       CASE WHEN random() < 0.01 THEN clock.now() + interval '20 days' END,
       floor(random() * 12), floor(random() * 8), floor(random() * 20), floor(random() * 2)
FROM generate_series(1, {workers}) AS i
CROSS JOIN LATERAL (SELECT width_bucket(random() + 0 * i, (SELECT array_agg(people ORDER BY n) FROM towns)) AS town,
                           random() AS home, 0.06 * sqrt(-2 * ln(1 - random())) AS away, 2 * pi() * random() AS turn) c
JOIN towns t ON t.n = c.town;
"""
_OTHERS: Final = (
    """INSERT INTO phones (id, e164, zone, opted_out_at)
       SELECT gen_random_uuid(), '+79' || lpad((row_number() OVER ())::text, 9, '0'), w.zone,
              CASE WHEN random() < 0.02 THEN clock.now() END FROM workers w""",
    """INSERT INTO worker_contacts (worker_id, franchise_id, phone_id, first_name)
       SELECT w.id, w.franchise_id, p.id, 'Иван' FROM (SELECT *, row_number() OVER () AS n FROM workers) w
       JOIN (SELECT id, row_number() OVER () AS n FROM phones) p USING (n)""",
    """INSERT INTO worker_availability (worker_id, franchise_id, cycle_anchor, days_on, days_off)
       SELECT id, franchise_id, clock.now()::date - floor(random() * 4)::int, 2, 2 FROM workers
       WHERE random() < 0.18""",
    """INSERT INTO worker_absences (id, franchise_id, worker_id, during)
       SELECT gen_random_uuid(), franchise_id, id, tstzrange(clock.now(), clock.now() + interval '9 days')
       FROM workers WHERE random() < 0.03""",
    f"""INSERT INTO worker_documents (id, franchise_id, worker_id, kind, valid_until)
       SELECT gen_random_uuid(), franchise_id, id, 'height_permit', clock.now()::date + floor(random() * 700)::int - 30
       FROM workers WHERE skills & {RARE} > 0""",
    """INSERT INTO contact_days (worker_id, day, unanswered, texts)
       SELECT id, (clock.now() AT TIME ZONE zone)::date, n, n
       FROM (SELECT id, zone, floor(1 + random() * 3)::int AS n FROM workers) w WHERE random() < 0.2""",
    # A tenth is busy at the time asked for, and a quarter worked in the last days.
    """INSERT INTO seats (id, franchise_id, shift_id, worker_id, kind, status, busy, terms_version, p_show, accepted_at,
                          due_at, grace_at, limit_at)
       SELECT gen_random_uuid(), franchise_id, gen_random_uuid(), id, 'primary', s.status,
              tstzrange(s.at, s.at + interval '9 hours'), 1, 0.9, s.at, s.at, s.at, s.at
       FROM workers, LATERAL (VALUES ('booked', 0.10, clock.now() + interval '30 hours'),
                                     ('completed', 0.25, clock.now() - interval '60 hours')) AS s (status, share, at)
       WHERE random() + 0 * extract(epoch FROM s.at) < s.share""",
    """INSERT INTO standings (franchise_id, worker_id, status)
       SELECT '{home}', id, 'excluded' FROM workers WHERE random() < least(0.005, 500.0 / {workers})""",
)
TABLES: Final = (
    "workers",
    "phones",
    "worker_contacts",
    "worker_availability",
    "worker_absences",
    "worker_documents",
    "contact_days",
    "seats",
    "standings",
)
"""What it fills."""


async def fill_crowd(superuser: asyncpg.Connection, home: UUID, lender: UUID, workers: int) -> None:
    """Fill empty tables: four workers of five are at `home`, the others at `lender`.

    Args:
        superuser: its session skips triggers meanwhile; nobody else could write so fast.
        home: a franchise.
        lender: another one.
        workers: how many.
    """
    places = [place for place in gazetteer("RU").places if place.population]
    everybody, before, towns = sum(place.population for place in places), 0, []
    for n, place in enumerate(places, start=1):
        towns.append((n, place.point.lat, place.point.lon, place.zone, before / everybody))
        before += place.population
    async with superuser.transaction():
        await superuser.execute("SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '64MB'")
        await superuser.execute(_TOWNS)
        await superuser.copy_records_to_table("towns", records=towns)
        given = {"home": home, "lender": lender, "workers": workers, "common": COMMON, "rare": RARE}
        for statement in (_WORKERS, *_OTHERS):
            await superuser.execute(statement.format_map(given))
        await superuser.execute("DROP TABLE towns")


def draw_sites(count: int, seed: str) -> list[Spot]:
    """Draw where clients are: where people are, within a few kilometres of the middle of a town."""
    random = Random(seed)
    places = [place for place in gazetteer("RU").places if place.population]
    chosen = random.choices(places, weights=[place.population for place in places], k=count)
    return [
        Spot(place.point.lat + random.gauss(0, 0.02), place.point.lon + random.gauss(0, 0.03), place.zone)
        for place in chosen
    ]


async def found_pair(owner: asyncpg.Connection) -> tuple[UUID, UUID]:
    """Found two franchises in the plainest way and return their ids."""
    ids = new_id(), new_id()
    for n, franchise in enumerate(ids):
        await owner.execute(
            """INSERT INTO franchises (id, slug, name, city, zone, currency, location)
               VALUES ($1, $2, $2, 'Москва', 'Europe/Moscow', 'RUB', ST_MakePoint(37.6, 55.75)::geography)""",
            franchise,
            f"crowd-{n}",
        )
    return ids
