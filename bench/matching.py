"""The matcher with all its rules against three floors, in one run: how many times the least possible does it take?

    script/bench matching [--full] [--json]

Floors, for the same K at the same places, each question asked of all four in turn:
  P   the K nearest of a plain table by native point, from the index alone: no rule, nothing read but the index
  G   the K nearest of the pool by geography: no rule
  R   P, and one index probe per candidate for every table that a rule must look at
100,000 workers; a million with --full. Medians over 300 places drawn by population, everything warm.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from bench.parts.crowd import COMMON, RARE, Spot, draw_sites, fill_crowd, found_pair
from bench.parts.plans import nested_plans, rows_read, scans
from dispatch.kit.db import open_engine
from dispatch.kit.geo import Point, to_mercator_m
from dispatch.kit.uow import Database, Uow
from dispatch.local.migrate import migrate
from dispatch.local.throwaway import TestCluster
from dispatch.matching.candidates import Need, Terms, find_candidates, request_of
from dispatch.tenancy.policy import Calendar, Pace, Scoring, Staffing, Tier

SITES: Final = 300
MOST_OF_R: Final = 1.5
MOST_OF_P: Final = {15: 10.0, 225: 25.0}
MOST_P99: Final = 6.0
_HOUR: Final = timedelta(hours=1)

_FLOORS: Final = """
CREATE TABLE bare_points (at point NOT NULL, id uuid NOT NULL);
INSERT INTO bare_points
SELECT point(ST_X(m.at), ST_Y(m.at)), w.id
FROM workers w, LATERAL (SELECT ST_Transform(w.location::geometry, 3857) AS at) m;
CREATE INDEX bare_points_near ON bare_points USING spgist (at) INCLUDE (id);
"""
FLOOR_P: Final = "SELECT id FROM bare_points ORDER BY at <-> point($1, $2) LIMIT $3"
FLOOR_G: Final = """
SELECT id FROM workers WHERE invitable
ORDER BY location <-> ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography LIMIT $3
"""
FLOOR_R: Final = f"""
SELECT n.id,
    (SELECT w.rating FROM workers w WHERE w.id = n.id),
    (SELECT p.opted_out_at FROM worker_contacts c JOIN phones p ON p.id = c.phone_id WHERE c.worker_id = n.id),
    EXISTS (SELECT FROM seats s WHERE s.worker_id = n.id AND s.live AND s.kind IN ('primary', 'reserve')),
    EXISTS (SELECT FROM worker_documents d WHERE d.worker_id = n.id AND d.kind = 'height_permit'),
    EXISTS (SELECT FROM worker_availability a WHERE a.worker_id = n.id),
    EXISTS (SELECT FROM worker_absences a WHERE a.worker_id = n.id),
    EXISTS (SELECT FROM contact_days d WHERE d.worker_id = n.id AND d.day = current_date)
FROM ({FLOOR_P}) AS n
"""


@dataclass(frozen=True, slots=True)
class Case:
    """So many candidates of a skill, with the documents it asks for."""

    name: str
    k: int
    skill: int
    documents: Sequence[str] = ()


CASES: Final = (
    Case("k15-common", 15, COMMON),
    Case("k15-rare", 15, RARE, ["height_permit"]),
    Case("k225-common", 225, COMMON),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of one case: the matcher's and the floors' medians, and what it returned on the average."""

    case: Case
    p50: float
    p99: float
    floors: dict[str, float]
    found: float

    @property
    def misses(self) -> list[str]:
        limits = {
            "P": (self.p50 / self.floors["P"], MOST_OF_P[self.case.k]),
            "R": (self.p50 / self.floors["R"], MOST_OF_R),
            "its own median at p99": (self.p99 / self.p50, MOST_P99),
        }
        missed = ((name, got, most) for name, (got, most) in limits.items() if got > most)
        return [f"{self.case.name}: {got:.1f} x {name}, allowed {most:g}" for name, got, most in missed]


def need_of(case: Case, spot: Spot, now: datetime) -> Need:
    """Return the question: a shift tomorrow, 25 km, the best tier, an answer due after the night."""
    starts_at = now + 30 * _HOUR
    return Need(
        shift_id=None,
        client_id=None,
        site_id=None,
        lat=spot.lat,
        lon=spot.lon,
        zone=spot.zone,
        region="",
        starts_at=starts_at,
        ends_at=starts_at + 8 * _HOUR,
        due_at=starts_at,
        deadline=now + 13 * _HOUR,
        send_from=now,
        skill=case.skill,
        documents=case.documents,
        radius_m=25_000,
        min_tier=Tier.B,
    )


async def measure(uow: Uow, superuser: asyncpg.Connection, case: Case, sites: Sequence[Spot], terms: Terms) -> Measured:
    """Ask each question of the matcher and of every floor in turn, after a warm round over a tenth of the places.

    The floors are asked by the superuser, whom no row security slows down.
    """
    floors = {"P": FLOOR_P, "G": FLOOR_G, "R": FLOOR_R}
    statements = {name: await superuser.prepare(sql) for name, sql in floors.items()}
    match = await (await uow.raw()).prepare("SELECT * FROM match_candidates($1)")
    times: dict[str, list[float]] = {name: [] for name in ("P", "G", "R", "matcher")}
    found = 0
    for warm, spots in ((True, sites[::10]), (False, sites)):
        for spot in spots:
            asked = request_of(uow, need_of(case, spot, uow.now), terms, tier=Tier.A, count=case.k)
            x, y = to_mercator_m(Point(lat=spot.lat, lon=spot.lon))
            for name, statement in statements.items():
                at = (spot.lon, spot.lat) if name == "G" else (x, y)
                await _timed(times[name], warm, statement.fetch, *at, case.k)
            rows = await _timed(times["matcher"], warm, match.fetch, asked)
            found += 0 if warm else len(rows)
    own = times.pop("matcher")
    return Measured(
        case=case,
        p50=statistics.median(own),
        p99=statistics.quantiles(own, n=100)[98],
        floors={name: statistics.median(taken) for name, taken in times.items()},
        found=found / len(sites),
    )


async def _timed(into: list[float], warm: bool, call: Callable[..., Awaitable[Any]], *args: object) -> Any:  # noqa: ANN401, FBT001
    started = time.perf_counter()
    answer = await call(*args)
    if not warm:
        into.append((time.perf_counter() - started) * 1000)
    return answer


async def run(workers: int) -> tuple[list[Measured], list[tuple[str, float]]]:
    """Make a crowd on servers of its own, durable as in production, and measure every case."""
    terms = Terms(Calendar(), Pace(), Scoring(), Staffing())
    with TestCluster(durable=True) as servers:
        await asyncio.to_thread(servers.create_database, "bench")
        settings = servers.settings("bench")
        await asyncio.to_thread(migrate, settings)
        dsn = servers.postgres.superuser_dsn("bench")
        superuser = await asyncpg.connect(dsn, server_settings={"app.actor": "system:bench"})
        started = time.perf_counter()
        home, lender = await found_pair(superuser)
        await fill_crowd(superuser, home, lender, workers)
        await superuser.execute(_FLOORS)
        await superuser.execute("VACUUM ANALYZE")
        await superuser.execute("CHECKPOINT")
        print(f"{workers:,} workers made in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        sites = draw_sites(SITES, "sites")
        place = settings.database
        async with (
            Database(open_engine(place.url(place.app), size=2, name="bench")) as database,
            database.begin(home, "system:bench") as uow,
        ):
            measured = [await measure(uow, superuser, case, sites, terms) for case in CASES]
            spent = await where_it_goes(uow, dsn, sites, terms)
        await superuser.close()
    return measured, spent


async def where_it_goes(uow: Uow, dsn: str, sites: Sequence[Spot], terms: Terms) -> list[tuple[str, float]]:
    """Return the parts of a K = 15 question and their median milliseconds, or rows where it says so."""
    case, some = CASES[0], sites[:40]
    parts: dict[str, list[float]] = {}

    def note(part: str, value: float) -> None:
        parts.setdefault(part, []).append(value)

    for spot in some:
        need = need_of(case, spot, uow.now)
        asked = request_of(uow, need, terms, tier=Tier.A, count=case.k)
        for part, call in (
            ("a round trip (SELECT 1)", lambda: uow.fetch("SELECT 1")),
            ("the function", lambda asked=asked: uow.fetch("SELECT * FROM match_candidates($1)", asked)),
            ("find_candidates, Python included", lambda need=need: find_candidates(uow, need, terms, case.k)),
        ):
            started = time.perf_counter()
            await call()
            note(part, (time.perf_counter() - started) * 1000)
        plans = await nested_plans(dsn, uow.franchise_id, "SELECT * FROM match_candidates($1)", asked)
        inner = [plan for plan in plans if scans([plan], "workers")]
        note("inside, watched: the first pass", inner[0]["Duration"])
        note("inside, watched: the second pass", inner[-1]["Duration"] if len(inner) > 1 else 0.0)
        note("statements inside, number", len(plans) - 1)
        note("pool rows read by both passes, number", rows_read(inner, "workers"))
    return [(part, statistics.median(values)) for part, values in parts.items()]


def show(measured: Sequence[Measured], spent: Sequence[tuple[str, float]]) -> None:
    """Print what a person reads."""
    print("case            p50 ms   p99 ms  found  floor P    x P  floor R    x R  floor G")
    for one in measured:
        p, r, g = (one.floors[name] for name in "PRG")
        print(
            f"{one.case.name:<14}{one.p50:>9.2f}{one.p99:>9.2f}{one.found:>7.1f}"
            f"{p:>9.3f}{one.p50 / p:>7.1f}{r:>9.3f}{one.p50 / r:>7.1f}{g:>9.3f}"
        )
    print("\nWhere the time goes, k15-common, medians:")
    for part, value in spent:
        print(f"  {part:<42}{value:>9.2f}")
    misses = [miss for one in measured for miss in one.misses]
    print("\n" + ("\n".join(f"missed: {miss}" for miss in misses) or "All targets are met."))


def main() -> int:
    """Run from the command line; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="script/bench matching", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a million workers")
    parser.add_argument("--workers", type=int, help="so many workers")
    parser.add_argument("--json", action="store_true", help="figures as JSON on the last line")
    given = parser.parse_args()
    workers = given.workers or (1_000_000 if given.full else 100_000)
    measured, spent = asyncio.run(run(workers))
    show(measured, spent)
    ok = not any(one.misses for one in measured)
    if given.json:
        cases = [
            {
                "case": one.case.name,
                "p50_ms": round(one.p50, 3),
                "p99_ms": round(one.p99, 3),
                "floor_ms": round(one.floors["P"], 3),
                "ratio": round(one.p50 / one.floors["P"], 2),
                "floor_r_ms": round(one.floors["R"], 3),
                "ratio_r": round(one.p50 / one.floors["R"], 2),
                "floor_g_ms": round(one.floors["G"], 3),
                "found": round(one.found, 1),
            }
            for one in measured
        ]
        print(json.dumps({"bench": "matching", "workers": workers, "cases": cases, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
