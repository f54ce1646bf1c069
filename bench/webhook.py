"""What people text to us, from the gateway's signed post to the acknowledgement: how much does one process take?

    script/bench webhook [--full] [--json]

The real API process and two floors, served in the same way, each asked in turn by wrk over 32 connections:
  echo    a FastAPI route that reads the body and sends it back
  insert  a FastAPI route that inserts it by one statement of asyncpg's, and answers when that is committed
Every post is a text of its own, as long as Twilio's; the table holds 100,000 earlier ones, a million with --full. The
database is durable as in production. No worker runs: what a text means is found out elsewhere.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

import asyncpg

from bench.parts.bare_routes import ECHO, INSERT
from bench.parts.load import Load, cpu_seconds, drive, running, write_requests
from bench.parts.texted import PATH, make_account, requests_for, where_it_goes
from dispatch.kit.log import configure_logging
from dispatch.local.migrate import migrate
from dispatch.local.places import free_port
from dispatch.local.throwaway import TestCluster

CONNECTIONS: Final = 32
ROUNDS: Final = 5
SECONDS: Final = 3
POSTS_A_ROUND: Final = 12_000
LEAST_OF_ECHO: Final = 0.22
MOST_P99_MS: Final = 100.0
OWN: Final = "inbound"


@dataclass(frozen=True, slots=True)
class Measured:
    """One case: its bursts in order, and the processor milliseconds a post took of its process and of the database."""

    name: str
    loads: Sequence[Load]
    own_cpu_ms: float
    database_cpu_ms: float

    @property
    def per_s(self) -> float:
        return statistics.median(load.per_s for load in self.loads)

    @property
    def p50_ms(self) -> float:
        return statistics.median(load.p50_ms for load in self.loads)

    @property
    def p99_ms(self) -> float:
        return statistics.median(load.p99_ms for load in self.loads)

    def share_of(self, floor: "Measured") -> float:
        """Return the median of the shares of the floor's answers a second, round by round."""
        return statistics.median(own.per_s / other.per_s for own, other in zip(self.loads, floor.loads, strict=True))


async def measure(
    addresses: dict[str, str], pids: dict[str, int], database: int, directory: Path, seconds: int, rounds: int
) -> list[Measured]:
    """Ask every case in turn, so many rounds after a short one that warms all up."""
    paths = {"echo": ECHO, "insert": INSERT, OWN: PATH}
    for name, address in addresses.items():
        posts = POSTS_A_ROUND * (rounds + 1)
        await asyncio.to_thread(write_requests, directory / name, requests_for(address, paths[name], posts))
    loads: dict[str, list[Load]] = {name: [] for name in addresses}
    spent = {name: [0.0, 0.0] for name in addresses}
    for nth in range(rounds + 1):
        for name, address in addresses.items():
            before = cpu_seconds(pids[name]), cpu_seconds(database, with_children=True)
            load = await drive(
                address,
                directory / name,
                nth * POSTS_A_ROUND,
                POSTS_A_ROUND,
                seconds=seconds if nth else 1,
                connections=CONNECTIONS,
            )
            if load.refused or load.broken:
                raise RuntimeError(f"{name}: {load.refused} answers were refusals, {load.broken} exchanges broke")
            if nth:
                loads[name].append(load)
                spent[name][0] += cpu_seconds(pids[name]) - before[0]
                spent[name][1] += cpu_seconds(database, with_children=True) - before[1]
    return [
        Measured(name, loads[name], *(1000 * took / sum(load.answered for load in loads[name]) for took in spent[name]))
        for name in addresses
    ]


async def run(old: int, seconds: int, rounds: int) -> tuple[list[Measured], list[tuple[str, float]]]:
    """Start servers of its own, durable as in production, measure every case, and look that nothing was lost.

    Raises:
        RuntimeError: a text was acknowledged that is not stored.
    """
    with TestCluster(durable=True) as servers, tempfile.TemporaryDirectory() as directory:
        await asyncio.to_thread(servers.create_database, "bench")
        settings = servers.settings("bench")
        await asyncio.to_thread(migrate, settings)
        dsn = servers.postgres.superuser_dsn("bench")
        superuser = await asyncpg.connect(dsn, server_settings={"app.actor": "system:bench"})
        account = await make_account(superuser, old)
        own, floors = free_port(), free_port()
        address = f"http://127.0.0.1:{own}"
        at = {"HTTP__PORT": str(own), "HTTP__PUBLIC_URL": address}
        environment = servers.environment("bench") | {f"DISPATCH_{name}": value for name, value in at.items()}
        pool = settings.database.webhook_pool_size
        async with (
            running(["dispatch.cli", "serve"], environment, f"{address}/healthz") as api,
            running(
                ["bench.parts.bare_routes", str(floors), str(pool)], {"BENCH_DSN": dsn}, f"http://127.0.0.1:{floors}/"
            ) as bare,
        ):
            addresses = {"echo": f"http://127.0.0.1:{floors}", "insert": f"http://127.0.0.1:{floors}", OWN: address}
            pids = {"echo": bare, "insert": bare, OWN: api}
            database = int((servers.postgres.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            measured = await measure(addresses, pids, database, Path(directory), seconds, rounds)
        stored = await superuser.fetchval("SELECT sum(seen) FROM inbound_messages WHERE disposed_at IS NULL")
        acknowledged = sum(load.answered for load in measured[-1].loads)
        if stored < acknowledged:
            raise RuntimeError(f"{acknowledged} texts were acknowledged and {stored} are stored")
        configure_logging("INFO", as_json=True, stream=StringIO())
        spent = await where_it_goes(settings, dsn, account)
        await superuser.close()
    return measured, spent


def misses(measured: Sequence[Measured]) -> list[str]:
    """Return which targets are missed, in words."""
    echo, _, own = measured
    share = own.share_of(echo)
    found = [f"{share:.3f} of echo, at least {LEAST_OF_ECHO:g} wanted"] if share < LEAST_OF_ECHO else []
    return found + ([f"p99 {own.p99_ms:.0f} ms, under {MOST_P99_MS:g} wanted"] if own.p99_ms >= MOST_P99_MS else [])


def show(measured: Sequence[Measured], spent: Sequence[tuple[str, float]]) -> None:
    """Print what a person reads."""
    echo, insert, _ = measured
    print("case       per s  of echo  of insert   p50 ms   p99 ms   worst   cpu ms a post: process  database")
    for one in measured:
        print(
            f"{one.name:<8}{one.per_s:>8.0f}{one.share_of(echo):>9.3f}{one.share_of(insert):>11.3f}{one.p50_ms:>9.2f}"
            f"{one.p99_ms:>9.2f}{max(load.max_ms for load in one.loads):>8.1f}"
            f"{one.own_cpu_ms:>24.3f}{one.database_cpu_ms:>10.3f}"
        )
    print(
        f"\n{CONNECTIONS} connections; medians of {len(echo.loads)} rounds. Wanted: {LEAST_OF_ECHO:g} of echo, "
        f"p99 under {MOST_P99_MS:g} ms."
    )
    print("\nWhere the time goes, one post at a time without a server, medians in ms:")
    for part, value in spent:
        print(f"  {part:<40}{value:>8.3f}")
    print("\n" + ("\n".join(f"missed: {miss}" for miss in misses(measured)) or "All targets are met."))


def main() -> int:
    """Run from the command line; the status is 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="script/bench webhook", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a million earlier texts, and more rounds")
    parser.add_argument("--rounds", type=int, help="so many rounds")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="so long each burst")
    parser.add_argument("--json", action="store_true", help="figures as JSON on the last line")
    given = parser.parse_args()
    old = 1_000_000 if given.full else 100_000
    measured, spent = asyncio.run(run(old, given.seconds, given.rounds or (2 * ROUNDS if given.full else ROUNDS)))
    show(measured, spent)
    ok = not misses(measured)
    if given.json:
        echo, insert, _ = measured
        cases = [
            {
                "case": one.name,
                "per_s": round(one.per_s, 1),
                "p50_ms": round(one.p50_ms, 3),
                "p99_ms": round(one.p99_ms, 3),
                "floor_ms": round(echo.p50_ms, 3),
                "ratio": round(one.share_of(echo), 4),
                "ratio_insert": round(one.share_of(insert), 4),
            }
            for one in measured
        ]
        print(json.dumps({"bench": "webhook", "workers": old, "cases": cases, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
