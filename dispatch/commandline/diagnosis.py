"""What `dispatch doctor` looks at: each check returns findings, and a finding says what to do.

A check never changes anything, and what one cannot find out is a finding of its own, not a traceback.
"""

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from dispatch.commandline.doors import unreachable
from dispatch.kit.beats import INBOUND, WORKER
from dispatch.kit.db import SimulatedClockRefused, UnsafeDatabaseRole, open_engine, refuse_unsafe_role
from dispatch.kit.errors import DispatchError
from dispatch.local.migrate import newest_revision
from dispatch.local.places import PROJECT_ROOT
from dispatch.settings import SHORTEST_KEY, Login, SendingMode, Settings
from dispatch.sms.gateways.registry import open_gateways

OLDEST_PYTHON: Final = (3, 11)
LONGEST_SKEW: Final = timedelta(seconds=2)
LONGEST_BEAT: Final = timedelta(seconds=60)
LONGEST_POLL: Final = timedelta(seconds=180)
LONGEST_WAIT: Final = timedelta(seconds=60)
"""What is due and still waits after this is stuck: the worker looks every second."""

_PINNED: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+?)(?:\s*;.*)?\s*\\?$")
_LOCK: Final = PROJECT_ROOT / "requirements.lock"
_PATIENCE_S: Final = 3.0

_BEATS: Final = """
SELECT b.source, now() - b.at AS age, a.gateway FROM beats b LEFT JOIN sms_accounts a ON b.source = $2 || ':' || a.id
WHERE b.source IN ($1, $2) OR a.enabled ORDER BY b.source
"""
_QUEUES: Final = """
SELECT 'outbox' AS queue, count(*) AS waiting, clock.instant() - min(due_at) AS age
FROM outbox WHERE state = 'pending' AND due_at < clock.instant() - $1::interval
UNION ALL
SELECT 'messages to send', count(*), clock.instant() - min(send_at)
FROM messages WHERE status = 'queued' AND send_at < clock.instant() - $1::interval
UNION ALL
SELECT 'texts received', count(*), clock.instant() - min(received_at)
FROM inbound_messages WHERE disposed_at IS NULL AND received_at < clock.instant() - $1::interval
UNION ALL
SELECT 'receipts', count(*), clock.instant() - min(received_at)
FROM receipts WHERE applied_at IS NULL AND received_at < clock.instant() - $1::interval
"""


class State(StrEnum):
    """How bad it is: a warning may be meant so, what is wrong is not."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found and, unless all is well, what to do."""

    what: str
    state: State
    found: str
    do: str = ""


def _ok(what: str, found: str) -> Finding:
    return Finding(what, State.OK, found)


def _warning(what: str, found: str, do: str) -> Finding:
    return Finding(what, State.WARNING, found, do)


def _wrong(what: str, found: str, do: str) -> Finding:
    return Finding(what, State.WRONG, found, do)


def look_at_python(lock: Path = _LOCK) -> list[Finding]:
    """Look at the interpreter, and at the packages beside the lock."""
    findings = []
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        findings.append(_wrong("python", running, "Use Python 3.11 or newer: run script/bootstrap."))
    else:
        findings.append(_ok("python", running))
    if not lock.exists():
        findings.append(_warning("packages", "there is no lock beside the code", "Run from a checkout or the image."))
        return findings
    pinned = [match for line in lock.read_text(encoding="utf-8").splitlines() if (match := _PINNED.match(line))]
    other = [f"{match[1]} {_installed(match[1])}" for match in pinned if _installed(match[1]) not in (None, match[2])]
    if other:
        shown = ", ".join(other[:5]) + (f" and {len(other) - 5} more" if len(other) > 5 else "")  # noqa: PLR2004
        findings.append(_warning("packages", f"not as the lock says: {shown}", "Run script/bootstrap."))
    else:
        findings.append(_ok("packages", f"{len(pinned)} as the lock says"))
    return findings


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None  # of another platform


def look_at_settings(settings: Settings) -> list[Finding]:
    """Look at what the settings decide: the key, and whether texts leave."""
    findings = []
    if len(settings.secret_key.get_secret_value()) < SHORTEST_KEY:
        found = f"shorter than {SHORTEST_KEY} characters"
        findings.append(_wrong("secret key", found, "Set DISPATCH_SECRET_KEY, or run `dispatch stack up`."))
    else:
        findings.append(_ok("secret key", "set"))
    match settings.sms.mode:
        case SendingMode.LIVE:
            findings.append(_ok("sending", "live: texts leave"))
        case SendingMode.ALLOW_LIST:
            found = f"only to the {len(settings.sms.allow_list)} numbers of the allow-list"
            findings.append(_warning("sending", found, "Set DISPATCH_SMS__MODE=live when everybody shall be reached."))
        case SendingMode.OFF:
            findings.append(
                _warning("sending", "off: nothing leaves", "Set DISPATCH_SMS__MODE=live when texts shall leave.")
            )
    return findings


async def look_at_redis(settings: Settings) -> list[Finding]:
    """Look whether Redis answers; without it everything works, a second slower."""
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=_PATIENCE_S, socket_timeout=_PATIENCE_S)
    try:
        started = time.monotonic()
        await redis.ping()
    except (RedisError, OSError) as error:
        do = "Run `dispatch stack up`, or check DISPATCH_REDIS_URL; until then jobs wait for the sweep of each second."
        return [_wrong("redis", f"does not answer ({type(error).__name__})", do)]
    finally:
        await redis.aclose()
    return [_ok("redis", f"answers in {(time.monotonic() - started) * 1000:.0f} ms")]


async def look_at_address(settings: Settings) -> list[Finding]:
    """Look whether the public address leads to the API; gateways sign it and post to it."""
    url = f"{settings.http.public_url.rstrip('/')}/healthz"
    do = "Start `dispatch serve`, or set DISPATCH_HTTP__PUBLIC_URL to the address that gateways reach it by."
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE_S, follow_redirects=False) as client:
            answer = await client.get(url)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return [_wrong("public address", f"{url} does not answer ({type(error).__name__})", do)]
    if not answer.is_success:
        return [_wrong("public address", f"{url} answers {answer.status_code}", do)]
    return [_ok("public address", f"{url} answers")]


async def look_at_database(settings: Settings) -> list[Finding]:
    """Look at the database as the two roles that work in it, and at what waits there."""
    place = settings.database
    findings: list[Finding] = []
    for what, login in (("database as the API", place.app), ("database as the worker", place.worker)):
        findings += await _look_at_login(settings, what, login)
    if all(finding.state is State.OK for finding in findings):
        findings += await _look_inside(settings)
    return findings


async def _look_at_login(settings: Settings, what: str, login: Login) -> list[Finding]:
    engine = open_engine(settings.database.url(login), size=1, name="dispatch doctor", pool_timeout_s=_PATIENCE_S)
    try:
        await refuse_unsafe_role(engine)
    except (UnsafeDatabaseRole, SimulatedClockRefused) as refused:
        return [_wrong(what, refused.code.replace("_", " "), str(refused))]
    except (OSError, DBAPIError, asyncpg.PostgresError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, Exception) and "deployment" in str(cause):
            return [_wrong(what, "it holds no tables", "Run `dispatch migrate`.")]
        return [_wrong(what, "cannot be entered", str(unreachable(settings, login, error)))]
    finally:
        await engine.dispose()
    return [_ok(what, f"'{login.user}' enters, and row security binds it")]


async def _look_inside(settings: Settings) -> list[Finding]:
    place = settings.database
    connection = await asyncpg.connect(
        host=place.host,
        port=place.port,
        database=place.name,
        user=place.worker.user,
        password=place.worker.password.get_secret_value(),
        timeout=_PATIENCE_S,
        server_settings={"application_name": "dispatch doctor", "default_transaction_read_only": "on"},
    )
    try:
        return [
            await _revision(connection),
            await _clock(connection),
            await _released(connection),
            await _franchises(connection),
            *await _gateways(connection, settings),
            *await _beats(connection),
            await _dead(connection),
            *await _queues(connection),
        ]
    finally:
        await connection.close()


async def _revision(connection: asyncpg.Connection) -> Finding:
    found = await connection.fetchval("SELECT string_agg(version_num, ', ') FROM alembic_version")
    try:
        wanted = newest_revision()
    except DispatchError as missing:
        return _warning("migrations", f"at {found}", str(missing))
    if found != wanted:
        return _wrong("migrations", f"at {found}, the code needs {wanted}", "Run `dispatch migrate`.")
    return _ok("migrations", f"at {found}, the newest")


async def _clock(connection: asyncpg.Connection) -> Finding:
    before = time.time()
    there = await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
    skew = timedelta(seconds=abs(there - (before + time.time()) / 2))
    if skew > LONGEST_SKEW:
        do = "Let both machines follow one time server; what is due is decided by the database's clock."
        return _wrong("clocks", f"the database's and this machine's differ by {skew.total_seconds():.1f} s", do)
    return _ok("clocks", "the database's and this machine's agree")


async def _released(connection: asyncpg.Connection) -> Finding:
    if await connection.fetchval("SELECT sending_released()"):
        return _ok("release", "this database may send")
    do = "It was restored or moved: make sure no other copy sends, then release it; see the runbook, 'restore'."
    return _wrong("release", "nothing is sent from this database", do)


async def _franchises(connection: asyncpg.Connection) -> Finding:
    found = await connection.fetchval("SELECT count(*) FROM franchises")
    if not found:
        return _warning("franchises", "none: nobody can sign in", "Run `dispatch begin`, or try `dispatch seed`.")
    return _ok("franchises", str(found))


async def _gateways(connection: asyncpg.Connection, settings: Settings) -> list[Finding]:
    known = tuple(open_gateways(settings))
    rows = await connection.fetch(
        """SELECT gateway, count(*) AS accounts, count(*) FILTER (WHERE enabled) AS enabled
           FROM sms_accounts GROUP BY gateway ORDER BY gateway"""
    )
    if not rows:
        return [_warning("gateways", "no account", "Add a number in the settings, or with `dispatch accounts add`.")]
    findings = []
    for row in rows:
        what, found = f"gateway {row['gateway']}", f"{row['enabled']} of {row['accounts']} accounts enabled"
        if row["gateway"] not in known:
            do = f"There is no adapter of this name here; use one of: {', '.join(known)}."
            findings.append(_wrong(what, found, do))
        elif not row["enabled"]:
            findings.append(_warning(what, found, "Enable one when texts shall leave through it."))
        else:
            findings.append(_ok(what, found))
    return findings


async def _beats(connection: asyncpg.Connection) -> list[Finding]:
    rows = await connection.fetch(_BEATS, WORKER, INBOUND)
    if not rows:
        return [_wrong("beats", "no worker has ever worked here", "Start `dispatch work`.")]
    return [_beat(row) for row in rows]


def _beat(row: asyncpg.Record) -> Finding:
    source, ago = row["source"], _ago(row["age"])
    what, longest, do = {
        WORKER: ("beat of worker", LONGEST_BEAT, "Start `dispatch work`, or read its log."),
        INBOUND: ("beat of the webhooks", LONGEST_BEAT, "Start `dispatch serve`, or read its log."),
    }.get(source, (f"polls of {row['gateway']} {source}", LONGEST_POLL, "See the runbook, 'the gateway is down'."))
    return _wrong(what, ago, do) if row["age"] > longest else _ok(what, ago)


async def _dead(connection: asyncpg.Connection) -> Finding:
    row: Any = await connection.fetchrow(
        """SELECT count(*) AS dead, min(kind) AS kind, max(finished_at) AS latest FROM outbox WHERE state = 'dead'"""
    )
    if row["dead"]:
        do = "Read why in outbox.last_error, mend it, then set them pending again; see the runbook, 'a dead row'."
        return _wrong("dead steps", f"{row['dead']} were given up, of kind {row['kind']} for one", do)
    return _ok("dead steps", "none")


async def _queues(connection: asyncpg.Connection) -> list[Finding]:
    return [
        _wrong(
            f"queue of {row['queue']}",
            f"{row['waiting']} wait, the oldest for {_ago(row['age'], '')}",
            "Start `dispatch work`, or read its log; see the runbook, 'the queue is stuck'.",
        )
        if row["waiting"]
        else _ok(f"queue of {row['queue']}", "nothing is late")
        for row in await connection.fetch(_QUEUES, LONGEST_WAIT)
    ]


def _ago(age: timedelta, ago: str = " ago") -> str:
    seconds = age.total_seconds()
    minute, hour, day = 60, 3_600, 86_400
    if seconds < 2 * minute:
        return f"{max(seconds, 0):.0f} s{ago}"
    if seconds < 2 * hour:
        return f"{seconds / minute:.0f} min{ago}"
    return f"{seconds / hour:.0f} h{ago}" if seconds < 2 * day else f"{seconds / day:.0f} days{ago}"


def worst(findings: Sequence[Finding]) -> State:
    """Return the worst state among findings."""
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.OK)
