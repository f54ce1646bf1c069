"""`dispatch chaos`: what it shows of a verdict, and how it ends."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from dispatch.cli import main
from dispatch.commandline.chaos import show
from dispatch.faults.verdict import Verdict
from dispatch.kit.fail_points import FAIL_POINTS

WELL = Verdict(
    texts=10,
    accepted=10,
    duplicates={},
    lost=(),
    strangers=(),
    unclear=3,
    left_unclear=0,
    answers=4,
    answers_lost=0,
    undisposed=0,
    dead=0,
    audit=(),
    kills={"sms.claimed": 2},
    faults={"up_reset": 1},
    lies={"hang": 1},
)


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["chaos", *args])
    return result.exit_code, result.output


def test_the_list_names_every_fail_point() -> None:
    code, told = run("--list")
    assert code == 0
    assert [line.split()[0] for line in told.splitlines()[1:]] == list(FAIL_POINTS)


def test_an_unknown_fail_point_is_wrong_usage() -> None:
    assert run("--at", "sms.nowhere")[0] == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"duplicates": {"a": 2}}, ["1 references taken more than once"]),
        ({"lost": ("a", "b")}, ["2 texts lost"]),
        ({"strangers": ("a",)}, ["1 texts the gateway took and we hold for unsent"]),
        ({"left_unclear": 1}, ["1 texts still unclear"]),
        ({"answers_lost": 1}, ["1 acknowledged answers lost"]),
        ({"undisposed": 1}, ["1 answers without exactly one disposition"]),
        ({"dead": 1}, ["1 events given up"]),
        ({"deaths": ("exit code 1",)}, ["1 processes that ended unasked"]),
        ({"unmet": 1}, ["1 kills or pauses that did not come about"]),
        ({"audit": ("I1: not true",)}, ["I1: not true"]),
        ({}, []),
    ],
)
def test_whatever_must_not_be_is_a_breach(
    wrong: dict[str, object], words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = replace(WELL, **wrong)  # type: ignore[arg-type]
    assert verdict.breaches == words
    show(verdict)
    told = capsys.readouterr().out
    assert all(f"BREACH  {word}" in told for word in words)
    assert ("\nAs it must be" in told) is (not words)
    assert json.loads(json.dumps(verdict.report()))["breaches"] == words
