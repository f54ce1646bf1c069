"""The settings as the environment and a file give them."""

from pathlib import Path

import pytest

from dispatch.settings import read_settings


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No variable of ours, and a file that sets nothing."""
    for name in ("OWNER", "APP", "WORKER"):
        for part in ("USER", "PASSWORD"):
            monkeypatch.delenv(f"DISPATCH_DATABASE__{name}__{part}", raising=False)
    file = tmp_path / "dispatch.env"
    file.write_text("", encoding="utf-8")
    return file


@pytest.mark.parametrize("role", ["owner", "app", "worker"])
def test_a_login_needs_its_password_only(role: str, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DISPATCH_DATABASE__{role.upper()}__PASSWORD", "s3cret")
    place = read_settings(empty).database
    login = getattr(place, role)
    assert (login.user, login.password.get_secret_value()) == (f"dispatch_{role}", "s3cret")
    assert {place.owner.user, place.app.user, place.worker.user} == {
        "dispatch_owner",
        "dispatch_app",
        "dispatch_worker",
    }


def test_a_file_may_give_passwords_and_the_environment_another_user(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.write_text("DISPATCH_DATABASE__APP__PASSWORD=from-file\n", encoding="utf-8")
    monkeypatch.setenv("DISPATCH_DATABASE__APP__USER", "another")
    app = read_settings(empty).database.app
    assert (app.user, app.password.get_secret_value()) == ("another", "from-file")
