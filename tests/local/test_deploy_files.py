"""What is shipped beside the code; no container engine is needed to find these mistakes."""

import json
import os
import re
import shutil
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic import SecretStr

from dispatch.local.migrate import migrate, newest_revision
from dispatch.local.places import PROJECT_ROOT
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings

SCRIPTS = sorted(
    path
    for folder in ("script", ".ci", "deploy", "deploy/postgres")
    for path in (PROJECT_ROOT / folder).iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!")
)
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content = yaml.safe_load((PROJECT_ROOT / "deploy/compose.yaml").read_text())
    assert isinstance(content, dict)
    return content


def test_compose_runs_every_process_of_the_platform(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "redis", "migrate", "api", "worker", "simulator"}
    for name, service in compose["services"].items():
        assert "healthcheck" in service, name
        assert service["restart"] in ("unless-stopped", "on-failure"), name


def test_compose_publishes_on_loopback_only(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_compose_holds_no_password_and_new_env_makes_each_it_asks_for(tmp_path: Path) -> None:
    shutil.copy(PROJECT_ROOT / "deploy/new-env", tmp_path)
    subprocess.run([tmp_path / "new-env"], check=True, capture_output=True)
    written = tmp_path / ".env"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in written.read_text().splitlines() if not line.startswith("#"))
    asked = set(re.findall(r"\$\{(\w+):\?", (PROJECT_ROOT / "deploy/compose.yaml").read_text()))
    assert asked <= values.keys()
    assert len({values[name] for name in asked}) == len(asked)
    assert all(re.fullmatch(r"[0-9a-f]{48}", values[name]) for name in asked)
    again = subprocess.run([tmp_path / "new-env"], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "exists" in again.stderr


def test_compose_gives_each_process_its_own_login_and_known_settings(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, role in (("migrate", "owner"), ("api", "app"), ("worker", "worker")):
        environment = compose["services"][name]["environment"]
        assert {key for key in environment if key.endswith("PASSWORD")} == {
            f"DISPATCH_DATABASE__{role.upper()}__PASSWORD"
        }
        with monkeypatch.context() as process:
            for key, value in environment.items():
                process.setenv(key, re.sub(r"\$\{\w+:-(.*?)\}|\$\{(\w+):\?.*?\}", lambda m: m[1] or m[2] or "", value))
            settings = Settings()
        database = settings.database
        assert (database.host, database.port, database.name) == ("postgres", 5432, "dispatch")
        assert getattr(database, role).user == f"dispatch_{role}"
        assert getattr(database, role).password.get_secret_value() == f"DISPATCH_{role.upper()}_PASSWORD"
        assert settings.sms.mode == "off"


def test_compose_mounts_files_that_exist(compose: dict[str, Any]) -> None:
    mounts = [mount.split(":") for mount in compose["services"]["postgres"]["volumes"]]
    for source, *_ in mounts:
        assert source in compose["volumes"] or (PROJECT_ROOT / "deploy" / source).exists(), source


def test_the_image_gets_what_it_copies_and_no_secrets() -> None:
    let_in = [line[1:] for line in (PROJECT_ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert {"dispatch", "migrations", "alembic.ini", "requirements.lock", "pyproject.toml"} <= set(let_in)
    assert {"package.json", "package-lock.json", ".npmrc"} <= set(let_in)
    assert not any(part in name for name in let_in for part in (".env", ".local", ".git", "tests"))
    lines = (PROJECT_ROOT / "Dockerfile").read_text()
    assert lines.count("\nFROM ") == 3
    assert lines.index("\nUSER 10001") > lines.rindex("\nCOPY ")
    assert "\nHEALTHCHECK " in lines


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_well_formed_and_may_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    shell = script.read_text().splitlines()[0].removeprefix("#!").removeprefix("/usr/bin/env ")
    subprocess.run([shell, "-n", script], check=True)


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_with_hashes_and_name_no_registry(lock: str) -> None:
    text = (PROJECT_ROOT / lock).read_text()
    assert "://" not in text
    assert "--index-url" not in text
    requirements = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert len(requirements) > 40
    for requirement in requirements:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[\w+\])?==", requirement), requirement
        assert "--hash=sha256:" in requirement


def test_browser_packages_are_pinned_with_hashes_and_name_no_registry() -> None:
    asked = json.loads((PROJECT_ROOT / "package.json").read_text())
    locked = json.loads((PROJECT_ROOT / "package-lock.json").read_text())["packages"]
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version, "pinned exactly, and locked as asked"
    for name, package in locked.items():
        assert "resolved" not in package
        assert name == "" or package["integrity"].startswith("sha512-")


def test_locks_hold_what_the_project_asks_for_in_one_version_each() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())
    pins = {}
    for lock in LOCKS:
        found = re.findall(r"^([a-z0-9._-]+)==(\S+)", (PROJECT_ROOT / lock).read_text(), re.MULTILINE)
        pins[lock] = {(name, version) for name, version in found}
    assert pins[LOCKS[0]] <= pins[LOCKS[1]]
    asked = project["project"]["dependencies"] + project["build-system"]["requires"]
    names = {re.split(r"[\[=<>]", requirement)[0] for requirement in asked}
    assert names <= {name for name, _ in pins[LOCKS[0]]}
    assert set(project["dependency-groups"]["dev"]) <= {name for name, _ in pins[LOCKS[1]]}


def test_an_unknown_argument_or_benchmark_is_refused() -> None:
    for command, status in ((["script/bootstrap", "--no-such"], 1), (["script/bench"], 2), (["script/bench", "no"], 2)):
        done = subprocess.run(command, cwd=PROJECT_ROOT, check=False, capture_output=True, text=True)
        assert done.returncode == status
        assert done.stderr
        assert done.stdout == ""


def test_the_containers_init_script_makes_the_same_database_and_may_run_again(tmp_path: Path) -> None:
    script = tmp_path / "init.sh"
    script.write_text((PROJECT_ROOT / "deploy/postgres/init.sh").read_text().replace("/dispatch/", f"{tmp_path}/"))
    for name in ("roles.sql", "database.sql"):
        shutil.copy(PROJECT_ROOT / "deploy" / name, tmp_path)
    with TestCluster() as servers:
        dsn = urlsplit(servers.postgres.superuser_dsn())
        environment = {
            "PATH": os.environ["PATH"],
            "PGHOST": str(dsn.hostname),
            "PGPORT": str(dsn.port),
            "POSTGRES_USER": str(dsn.username),
            "POSTGRES_PASSWORD": str(dsn.password),
            **{f"DISPATCH_{role}_PASSWORD": f"new {role}" for role in ("OWNER", "APP", "WORKER", "BACKUP")},
        }
        for _ in range(2):
            subprocess.run(["sh", script], env=environment, check=True, capture_output=True)
        settings = servers.settings("dispatch")
        settings.database.owner.password = SecretStr("new OWNER")
        assert migrate(settings) == newest_revision()
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'dispatch'"
        assert servers.postgres.sql(owner).strip() == "dispatch_owner"
