import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import asyncpg
import pytest
from redis import Redis

from dispatch.local.processes import has_ended, wait_until
from dispatch.local.throwaway import TestCluster

ABANDON = """
import time
from dispatch.local.throwaway import TestCluster
cluster = TestCluster().start()
print(cluster.directory, cluster.postgres.pid(), cluster.redis.pid(), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def pair() -> Iterator[TestCluster]:
    """Servers of our own, as the run's shared ones must not be killed."""
    with TestCluster(durable=True) as cluster:
        cluster.create_database("kept")
        yield cluster


async def test_what_was_committed_outlives_every_kind_of_end(pair: TestCluster) -> None:
    port = pair.postgres.port
    dsn = pair.postgres.superuser_dsn("kept")
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE facts (n int)")
    await connection.close()
    for n, number in enumerate((signal.SIGKILL, signal.SIGQUIT, signal.SIGINT, signal.SIGTERM), start=1):
        connection = await asyncpg.connect(dsn)
        await connection.execute("INSERT INTO facts VALUES ($1)", n)
        if number is signal.SIGTERM:  # waits for its clients
            await connection.close()
        pair.kill_postgres(number)
        assert pair.postgres.pid() is None
        assert pair.postgres.start() == port
        connection.terminate()
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT count(*) FROM facts") == n
        await connection.close()


def test_a_crash_never_starts_beside_backends_that_still_work(pair: TestCluster) -> None:
    """A backend busy on the CPU notices the death of its postmaster late; until it ends it may still write."""
    loop = "DO $$ DECLARE until timestamptz := clock_timestamp() + interval '3 seconds'; n bigint := 0; BEGIN "
    loop += "WHILE clock_timestamp() < until LOOP n := n + 1; END LOOP; END $$"
    backend = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %' AND pid <> pg_backend_pid()"
    psql = ["psql", "--no-psqlrc", pair.postgres.superuser_dsn("kept"), "--command", loop]
    with subprocess.Popen(psql, stderr=subprocess.DEVNULL) as client:
        assert wait_until(lambda: bool(pair.postgres.sql(backend).strip()), 10)
        pid = int(pair.postgres.sql(backend))
        pair.kill_postgres()
        assert not has_ended(pid)
        pair.postgres.start()
        assert has_ended(pid)
        client.wait(10)


async def test_a_restart_breaks_connections_and_keeps_the_port(pair: TestCluster) -> None:
    port = pair.postgres.port
    connection = await asyncpg.connect(pair.postgres.superuser_dsn())
    pair.restart_postgres()
    assert pair.postgres.port == port
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
    connection.terminate()


def test_redis_reads_its_data_back(pair: TestCluster) -> None:
    url = pair.redis.url
    with Redis.from_url(url, decode_responses=True) as client:
        client.set("arq:queue", "job")
    pair.restart_redis()
    assert pair.redis.url == url
    with Redis.from_url(url, decode_responses=True) as client:
        assert client.get("arq:queue") == "job"


def test_processes_find_it_through_their_environment(pair: TestCluster) -> None:
    show = "from dispatch.settings import read_settings; s = read_settings(); "
    show += "print(s.database.name, s.database.port, s.redis_url)"
    environment = {**os.environ, **pair.environment("kept")}
    shown = subprocess.run([sys.executable, "-c", show], env=environment, check=True, capture_output=True, text=True)
    assert shown.stdout.split() == ["kept", str(pair.postgres.port), pair.redis.url]
    settings = pair.settings("kept", log_level="WARNING")
    assert (settings.log_level, settings.database.app.user) == ("WARNING", "dispatch_app")


def test_durable_or_not(pair: TestCluster, cluster: TestCluster) -> None:
    assert pair.postgres.sql("SHOW fsync").strip() == "on"
    assert pair.postgres.sql("SHOW synchronous_commit").strip() == "on"
    assert cluster.postgres.sql("SHOW fsync").strip() == "off"


def test_a_run_killed_in_the_middle_is_cleared_by_the_next(cluster: TestCluster) -> None:
    with subprocess.Popen([sys.executable, "-c", ABANDON], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        directory, postgres, redis = run.stdout.readline().rsplit(maxsplit=2)
        run.kill()
    assert not has_ended(int(postgres))
    with TestCluster() as next_run:
        assert has_ended(int(postgres))
        assert has_ended(int(redis))
        assert not os.path.exists(directory)  # noqa: PTH110 - a path read from a pipe
        assert next_run.directory.exists()
        assert cluster.postgres.pid() is not None
    assert not next_run.directory.exists()
    next_run.stop()


def test_a_start_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = TestCluster()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Exception, match="redis-server is not installed: run script/bootstrap"):
        failed.start()
    assert not failed.directory.exists()
    shutil.rmtree(failed.directory, ignore_errors=True)
