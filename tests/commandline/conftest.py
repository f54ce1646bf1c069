"""The command line as a person runs it, led to the database of the test module by the environment alone."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from dispatch.cli import main
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings

Dispatch = Callable[..., Result]


@pytest.fixture
def environment(cluster: TestCluster, settings: Settings) -> dict[str, str]:
    """What leads a process to the database of this module."""
    return cluster.environment(settings.database.name)


@pytest.fixture
def dispatch(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    """Run `dispatch ARGUMENTS` in this process and return exit code and output."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object, typed: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=typed)

    return run
