"""State directories in places that the servers' account may enter, removed afterwards with all that runs in them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.local.places import SHARED_TEMPORARY, fallback_directory
from dispatch.local.stack import stack_down


@pytest.fixture(scope="module")
def state_dir() -> Iterator[Path]:
    """A state directory with a space and an apostrophe in its path."""
    top = Path(tempfile.mkdtemp(prefix="dispatch-stack-", dir=SHARED_TEMPORARY))
    top.chmod(0o755)
    home = top / "Ann's check out" / ".local"
    yield home
    remove_stack(home)
    shutil.rmtree(top)


@pytest.fixture
def closed_dir() -> Iterator[Path]:
    """A state directory that only we may enter, as in a checkout under /root."""
    top = Path(tempfile.mkdtemp(prefix="dispatch-stack-", dir=SHARED_TEMPORARY))
    home = top / ".local"
    yield home
    remove_stack(home)
    shutil.rmtree(top)


def remove_stack(home: Path) -> None:
    stack_down(home)
    shutil.rmtree(fallback_directory(home.resolve()), ignore_errors=True)
