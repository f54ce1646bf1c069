import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.local.errors import DirectoryNotOurs, DirectoryNotReachable, StackFileUnreadable
from dispatch.local.places import (
    SHARED_TEMPORARY,
    claim,
    fallback_directory,
    free_port,
    is_free,
    may_enter,
    read_json,
    require_entry,
    servers_directory,
    write_json,
    write_private,
)
from dispatch.local.processes import Account

as_root = os.geteuid() == 0


@pytest.fixture
def open_dir() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="dispatch-places-", dir=SHARED_TEMPORARY))
    top.chmod(0o755)
    yield top
    shutil.rmtree(top)


def test_servers_live_in_the_state_directory_when_they_can(open_dir: Path) -> None:
    assert servers_directory(open_dir, Account.for_servers()) == open_dir


@pytest.mark.parametrize("name", ["x" * 100, 'a"b', "a$HOME", "a`id`", "a\\b", "a\nb"])
def test_servers_live_elsewhere_when_the_path_would_mislead_their_tools(open_dir: Path, name: str) -> None:
    state_dir = open_dir / name
    state_dir.mkdir()
    chosen = servers_directory(state_dir, Account.for_servers())
    assert chosen == fallback_directory(state_dir)
    assert chosen.parent == SHARED_TEMPORARY
    assert servers_directory(state_dir, Account.for_servers()) == chosen


def test_two_state_directories_never_share_a_fallback(open_dir: Path) -> None:
    assert fallback_directory(open_dir / "a") != fallback_directory(open_dir / "b")


def test_a_closed_parent_keeps_a_lent_account_out(open_dir: Path) -> None:
    account = Account.for_servers()
    closed = open_dir / "closed"
    inner = closed / "inner"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    assert may_enter(account, inner) is not as_root
    if as_root:
        with pytest.raises(DirectoryNotReachable, match="'postgres', which runs the servers, may not enter"):
            require_entry(inner, account)
        assert servers_directory(inner, account) == fallback_directory(inner)
    closed.chmod(0o711)
    require_entry(inner, account)


def test_claiming_makes_a_directory_once_and_then_checks_it(open_dir: Path) -> None:
    account = Account.for_servers()
    ours = open_dir / "deep" / "ours"
    claim(ours, account)
    claim(ours, account)
    assert stat.S_IMODE(ours.stat().st_mode) == (0o711 if as_root else 0o700)


def test_what_others_left_in_our_place_is_refused(open_dir: Path) -> None:
    account = Account.for_servers()
    (open_dir / "link").symlink_to(open_dir)
    (open_dir / "file").touch()
    planted = ["link", "file"]
    if as_root:
        (open_dir / "theirs").mkdir()
        os.chown(open_dir / "theirs", account.uid, account.gid)
        planted.append("theirs")
    for name in planted:
        with pytest.raises(DirectoryNotOurs, match="remove it, or name another"):
            claim(open_dir / name, account)


def test_private_files_are_replaced_whole_and_read_by_us_only(open_dir: Path) -> None:
    file = open_dir / "secret"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, "new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in open_dir.iterdir()] == ["secret"]


def test_json_comes_back_and_damage_is_named(open_dir: Path) -> None:
    file = open_dir / "record.json"
    assert read_json(file) == {}
    write_json(file, {"port": 1, "path": "Ann's"})
    assert read_json(file) == {"port": 1, "path": "Ann's"}
    file.write_text('{"port"')
    with pytest.raises(StackFileUnreadable, match="is damaged"):
        read_json(file)


def test_a_port_in_use_is_not_free_and_another_is_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        found = free_port(port)
        assert found != port
        assert 20_000 <= found < 32_000
    assert is_free(port)
    assert free_port(port) == port


def test_a_privileged_port_is_not_free_for_ordinary_users() -> None:
    if not as_root and int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) > 80:
        assert not is_free(80)
