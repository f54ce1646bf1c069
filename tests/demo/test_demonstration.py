"""The whole demonstration, as a person starts it: real servers, three processes, a minute to the shift."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.local.places import PROJECT_ROOT
from dispatch.local.stack import added_databases, stack_status


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_job_runs_and_leaves_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dispatch.cli", "demo", "--once", "--headcount", "2", "--seed", "3"],
        cwd=PROJECT_ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")},
        capture_output=True,
        text=True,
        timeout=590,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert (outcome["headcount"], outcome["seed"], outcome["invited"], outcome["primary"]) == (2, 3, 3, 2)
    assert outcome["rating_after"] <= 2
    assert "wave 1: 3 asked of 3 meant" in done.stderr
    if stack_status().running:  # it ran before, and goes on
        pids = {name.removeprefix("demo_") for name in added_databases("demo_")}
        assert all(Path(f"/proc/{pid}").exists() for pid in pids), "each is of a demonstration that still runs"
