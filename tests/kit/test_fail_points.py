"""Fail-points: none is armed by itself, an armed one kills at its moment, and each stands where the list says."""

import os
import re
import signal
import subprocess
import sys

import pytest

from dispatch.kit.fail_points import FAIL_POINTS, LAST_WORDS, PAUSED, FailPointMalformed, arm_fail_points, fail_point
from tests.architecture.sources import PACKAGES, python_files

_PASS_OFTEN = """
from dispatch.kit.fail_points import arm_fail_points, fail_point
arm_fail_points("{armed}")
for nth in range(1, 500):
    fail_point("sms.claimed")
    print(nth, flush=True)
"""


def passings(armed: str) -> tuple[int, int, str]:
    """Let a process pass a point until it dies: its exit code, how often it lived through it, its last words."""
    ended = subprocess.run(
        [sys.executable, "-c", _PASS_OFTEN.format(armed=armed)], capture_output=True, text=True, check=False
    )
    return ended.returncode, len(ended.stdout.splitlines()), ended.stderr


def test_an_armed_point_kills_at_its_passing() -> None:
    assert passings("sms.claimed=3, outbox.handled=1") == (-signal.SIGKILL, 2, f"{LAST_WORDS}sms.claimed\n")


def test_chances_are_the_same_with_the_same_seed() -> None:
    code, lived, _ = passings("sms.claimed=0.05,seed=7")
    assert code == -signal.SIGKILL
    assert passings("sms.claimed=0.05,seed=7")[1] == lived


def test_a_pause_is_a_stop_from_which_the_process_goes_on() -> None:
    armed = "sms.claimed=3:pause"
    with subprocess.Popen(
        [sys.executable, "-c", _PASS_OFTEN.format(armed=armed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"{PAUSED}sms.claimed\n"
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        told, _ = process.communicate(timeout=20)
    assert (process.returncode, len(told.splitlines())) == (0, 499)


def test_unarmed_nothing_happens() -> None:
    arm_fail_points("sms.answered=1")
    arm_fail_points("")
    for name in FAIL_POINTS:
        fail_point(name)


@pytest.mark.parametrize(
    "wanted",
    ["sms.claimd=1", "sms.claimed", "sms.claimed=0", "sms.claimed=1.5", "sms.claimed=x", "sms.claimed=1:raise"],
)
def test_nonsense_is_refused_and_leaves_nothing_armed(wanted: str) -> None:
    with pytest.raises(FailPointMalformed):
        arm_fail_points(wanted)
    fail_point("sms.claimed")


def test_every_point_stands_somewhere_and_none_stands_unlisted() -> None:
    """A name that is passed nowhere would be reported as survived for ever."""
    passed = {
        name
        for path in python_files(*PACKAGES)
        for name in re.findall(r"\bfail_point\(\"([^\"]+)\"\)", path.read_text(encoding="utf-8"))
    }
    assert passed == FAIL_POINTS.keys()
