"""What goes wrong between a look and the act, which only the servers themselves can tell."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.local.errors import ServerDidNotStart
from dispatch.local.places import SHARED_TEMPORARY
from dispatch.local.postgres import PostgresServer
from dispatch.local.processes import Account
from dispatch.local.redis import RedisServer


@pytest.fixture
def directory() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="dispatch-servers-", dir=SHARED_TEMPORARY))
    top.chmod(0o711)
    yield top
    shutil.rmtree(top)


def test_a_redis_that_cannot_read_its_data_says_so_and_loses_none(directory: Path) -> None:
    server = RedisServer(directory, Account.for_servers(), "secret")
    server.start()
    server.stop()
    damaged = next((directory / "redis" / "appendonlydir").glob("*.manifest"))
    damaged.write_text("not a manifest\n")
    with pytest.raises(ServerDidNotStart, match=r"Redis did not start; .*redis\.log ends with:\n(.*\n)*.*manifest"):
        server.start()
    assert damaged.read_text() == "not a manifest\n"
    assert server.pid() is None


def test_a_postgres_that_cannot_read_its_settings_says_so(directory: Path) -> None:
    server = PostgresServer(directory, Account.for_servers(), "secret", durable=False, shared_buffers="lots")
    server.create()
    with pytest.raises(
        ServerDidNotStart, match=r'PostgreSQL did not start; .*\n(.*\n)*.*invalid value.*"shared_buffers"'
    ):
        server.start()
    assert server.pid() is None
    assert not server.create()


def test_an_interrupted_initdb_leaves_no_half_cluster(directory: Path) -> None:
    """What was under way lies under another name and is thrown away by the next."""
    half = directory / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    server = PostgresServer(directory, Account.for_servers(), "secret", durable=False, shared_buffers="16MB")
    assert server.create()
    assert not half.exists()
    assert not (directory / "postgres.password").exists()
    server.start()
    assert server.sql("SELECT 6 * 7").strip() == "42"
    server.stop()
    assert server.pid() is None
