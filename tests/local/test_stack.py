import json
import os
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from dispatch.local.errors import DirectoryNotOurs, StackFileUnreadable
from dispatch.local.places import fallback_directory
from dispatch.local.postgres import postgres_program
from dispatch.local.processes import Account
from dispatch.local.stack import stack_down, stack_status, stack_up
from dispatch.settings import DatabaseSettings, Login, Settings, read_settings


async def connect(place: DatabaseSettings, login: Login) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=place.host,
        port=place.port,
        database=place.name,
        user=login.user,
        password=login.password.get_secret_value(),
    )


def settings_of(state_dir: Path) -> Settings:
    return read_settings(state_dir / "dispatch.env")


async def test_every_role_of_the_settings_file_may_enter(state_dir: Path) -> None:
    said: list[str] = []
    info = stack_up(state_dir, said.append)
    assert info.running
    assert said[0].startswith("Making a private PostgreSQL cluster in ")
    settings = settings_of(state_dir)
    for login in (settings.database.owner, settings.database.app, settings.database.worker):
        connection = await connect(settings.database, login)
        assert await connection.fetchval("SELECT current_user") == login.user
        assert (await connection.fetchval("SELECT postgis_version()")).startswith("3.")
        await connection.close()
    with Redis.from_url(settings.redis_url) as redis:
        assert redis.ping()
    assert len(settings.secret_key.get_secret_value()) >= 32


async def test_the_cluster_keeps_what_it_acknowledged(state_dir: Path) -> None:
    stack_up(state_dir)
    place = settings_of(state_dir).database
    connection = await connect(place, place.app)
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "jit": "off",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "TimeZone": "UTC",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
    }
    for name, value in expected.items():
        assert await connection.fetchval("SELECT current_setting($1)", name) == value, name
    await connection.close()
    with Redis.from_url(settings_of(state_dir).redis_url, decode_responses=True) as redis:
        assert redis.config_get("appendonly") == {"appendonly": "yes"}
        assert redis.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_up_again_only_looks_and_is_quick(state_dir: Path) -> None:
    first = stack_up(state_dir)
    files = [state_dir / name for name in ("dispatch.env", "stack.json", "secrets.json")]
    before = [file.stat().st_mtime_ns for file in files]
    said: list[str] = []
    began = time.monotonic()
    assert stack_up(state_dir, said.append) == first
    assert time.monotonic() - began < 1
    assert said == []
    assert [file.stat().st_mtime_ns for file in files] == before


def test_nobody_else_reads_the_secrets(state_dir: Path) -> None:
    info = stack_up(state_dir)
    account = Account.for_servers()
    for name in ("dispatch.env", "secrets.json", "stack.json"):
        assert stat.S_IMODE((state_dir / name).stat().st_mode) == 0o600
    for server in ("postgres", "redis", "run"):
        found = (info.servers_dir / server).stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, account.uid)
    shown = repr(info) + repr(stack_status(state_dir))
    for secret in json.loads((state_dir / "secrets.json").read_text()).values():
        assert secret not in shown
        assert secret not in info.postgres.log.read_text()


def test_data_outlives_a_stop_and_ports_stay(state_dir: Path) -> None:
    up = stack_up(state_dir)
    with Redis.from_url(settings_of(state_dir).redis_url, decode_responses=True) as redis:
        redis.set("job", "waiting")
    down = stack_down(state_dir)
    assert not down.running
    assert (down.postgres.pid, down.redis.pid) == (None, None)
    assert (down.postgres.port, down.redis.port) == (up.postgres.port, up.redis.port)
    assert not stack_status(state_dir).running
    again = stack_up(state_dir)
    assert (again.postgres.port, again.redis.port) == (up.postgres.port, up.redis.port)
    with Redis.from_url(settings_of(state_dir).redis_url, decode_responses=True) as redis:
        assert redis.get("job") == "waiting"


def test_down_twice_and_down_of_nothing_are_harmless(state_dir: Path, tmp_path: Path) -> None:
    stack_up(state_dir)
    stack_down(state_dir)
    assert not stack_down(state_dir).running
    assert not stack_down(tmp_path / "none").running
    assert not stack_status(tmp_path / "none").running
    assert not (tmp_path / "none").exists()


def test_both_servers_killed_come_back(state_dir: Path) -> None:
    info = stack_up(state_dir)
    for part in (info.postgres, info.redis):
        assert part.pid
        os.kill(part.pid, signal.SIGKILL)
    again = stack_up(state_dir)
    assert again.running
    assert (again.postgres.port, again.redis.port) == (info.postgres.port, info.redis.port)
    assert again.postgres.pid != info.postgres.pid


def test_only_the_part_that_is_down_is_started(state_dir: Path) -> None:
    info = stack_up(state_dir)
    assert info.redis.pid
    os.kill(info.redis.pid, signal.SIGKILL)
    said: list[str] = []
    again = stack_up(state_dir, said.append)
    assert said == ["Starting Redis"]
    assert again.postgres.pid == info.postgres.pid


def test_pids_given_to_strangers_since_are_neither_trusted_nor_stopped(state_dir: Path) -> None:
    """After a reboot the numbers in the pid files may belong to anybody, also to programs of the servers' account."""
    info = stack_up(state_dir)
    account = Account.for_servers()
    stack_down(state_dir)
    with subprocess.Popen(["/bin/sleep", "600"], user=account.uid) as stranger:
        try:
            pid_file = info.servers_dir / "postgres" / "postmaster.pid"
            lines = [str(stranger.pid), str(info.servers_dir / "postgres"), "1", "5432", "", "", "0 0"]
            pid_file.write_text("\n".join(lines) + "\n")
            (info.servers_dir / "redis" / "redis.pid").write_text(str(stranger.pid))
            (info.servers_dir / "run" / f".s.PGSQL.{info.postgres.port}.lock").write_text("\n".join(lines) + "\n")
            assert not stack_down(state_dir).running
            assert stranger.poll() is None
            assert stack_up(state_dir).running
            stack_down(state_dir)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_ports_taken_since_are_replaced_and_the_settings_follow(state_dir: Path) -> None:
    info = stack_up(state_dir)
    stack_down(state_dir)
    with socket.socket() as first, socket.socket() as second:
        for taken, part in ((first, info.postgres), (second, info.redis)):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", part.port))
            taken.listen()
        again = stack_up(state_dir)
        assert again.running
        assert again.postgres.port not in (info.postgres.port, info.redis.port)
        assert again.redis.port not in (info.postgres.port, info.redis.port)
        assert settings_of(state_dir).database.port == again.postgres.port
        assert f":{again.redis.port}/" in settings_of(state_dir).redis_url


def test_lost_secrets_are_named_before_anything_is_overwritten(state_dir: Path) -> None:
    stack_up(state_dir)
    kept = state_dir / "secrets.kept"
    (state_dir / "secrets.json").rename(kept)
    try:
        with pytest.raises(StackFileUnreadable, match=r"secrets\.json is gone"):
            stack_up(state_dir)
        assert not (state_dir / "secrets.json").exists()
        assert stack_down(state_dir).postgres.pid is None
    finally:
        kept.rename(state_dir / "secrets.json")
    assert stack_up(state_dir).running


def test_a_damaged_record_is_named(state_dir: Path) -> None:
    stack_up(state_dir)
    record = state_dir / "stack.json"
    good = record.read_text()
    for bad in ("{", "[]"):
        record.write_text(bad)
        with pytest.raises(StackFileUnreadable, match=r"stack\.json is damaged"):
            stack_status(state_dir)
    record.write_text(good)


def test_a_database_dropped_by_hand_is_made_again(state_dir: Path) -> None:
    info = stack_up(state_dir)
    superuser = json.loads((state_dir / "secrets.json").read_text())["superuser"]
    drop = [
        postgres_program("psql"),
        "--host=127.0.0.1",
        f"--port={info.postgres.port}",
        "--username=postgres",
        "--dbname=postgres",
    ]
    drop += ["--command=DROP DATABASE dispatch WITH (FORCE)"]
    subprocess.run(drop, env={**os.environ, "PGPASSWORD": superuser}, check=True, capture_output=True)
    said: list[str] = []
    stack_up(state_dir, said.append)
    assert said == ["Preparing roles, database and extensions"]
    stack_up(state_dir, said.append)
    assert len(said) == 1


def test_a_directory_planted_by_somebody_else_is_refused(closed_dir: Path, tmp_path: Path) -> None:
    deep = closed_dir / ("y" * 100)
    planted = fallback_directory(deep)
    planted.symlink_to(tmp_path)
    try:
        with pytest.raises(DirectoryNotOurs, match="was not made by this account"):
            stack_up(deep)
    finally:
        planted.unlink()


def test_a_copied_checkout_the_servers_may_not_enter_gets_data_of_its_own(state_dir: Path, closed_dir: Path) -> None:
    original = stack_up(state_dir)
    closed_dir.mkdir(parents=True)
    for name in ("stack.json", "secrets.json"):
        (closed_dir / name).write_text((state_dir / name).read_text())
    copy = stack_up(closed_dir)
    assert copy.running
    assert copy.servers_dir == (fallback_directory(closed_dir) if os.geteuid() == 0 else closed_dir)
    assert copy.postgres.pid != original.postgres.pid
    stack_down(closed_dir)
    assert stack_status(state_dir).postgres.pid == original.postgres.pid
    assert stack_up(closed_dir).servers_dir == copy.servers_dir
