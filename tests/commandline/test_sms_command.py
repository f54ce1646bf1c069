"""Trying the reply grammar from the command line."""

import json
from pathlib import Path

from tests.commandline.conftest import Dispatch

_RIGHT = "offer1\tда\taccept\t-\t-\t-\t-\n"
_FIGURES = "offer1\tда 3\taccept\t-\t-\t2\t-\n"
_FALSE_YES = "offer1\tда\tdecline\t-\t-\t-\t-\n"


def _file(directory: Path, *rows: str) -> Path:
    path = directory / "labels.tsv"
    path.write_text("# a comment\n" + "".join(rows), encoding="utf-8")
    return path


def test_a_text_is_understood_in_its_context(dispatch: Dispatch) -> None:
    reply = json.loads(dispatch("sms", "parse", "2 5", "--context", "present", "--json").stdout)
    assert (reply["disposition"], reply["numbers"]) == ("missing", [2, 5])
    assert "accept" in dispatch("sms", "parse", "да").stdout


def test_a_text_is_previewed_before_it_goes_out(dispatch: Dispatch) -> None:
    told = json.loads(dispatch("sms", "preview", "offer", "--latin", "--json").stdout)
    assert (told["encoding"], told["segments"], told["faults"]) == ("gsm7", 1, [])
    wrong = dispatch("sms", "preview", "offer", "--language", "uz", "--text", "STOP")
    assert wrong.exit_code == 1
    assert "missing_place {code}" in wrong.stdout


def test_an_unknown_context_is_wrong_usage(dispatch: Dispatch) -> None:
    assert dispatch("sms", "parse", "да", "--context", "weather").exit_code == 2


def test_a_list_without_a_miss_is_passed(dispatch: Dispatch, tmp_path: Path) -> None:
    result = dispatch("sms", "evaluate", _file(tmp_path, _RIGHT), "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["score"] == 1
    assert report["confusion"] == [{"wanted": "accept", "given": "accept", "count": 1}]


def test_a_miss_is_shown_and_fails_below_the_least_score(dispatch: Dispatch, tmp_path: Path) -> None:
    file = _file(tmp_path, _RIGHT, _FIGURES)
    result = dispatch("sms", "evaluate", file)
    assert result.exit_code == 1
    assert "figures differ" in result.stdout
    assert "1 of 2 right" in result.stderr
    assert dispatch("sms", "evaluate", file, "--least", "0.5").exit_code == 0


def test_an_error_that_must_not_happen_fails_whatever_the_score(dispatch: Dispatch, tmp_path: Path) -> None:
    result = dispatch("sms", "evaluate", _file(tmp_path, _RIGHT, _FALSE_YES), "--least", "0", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["cardinal_errors"], report["misses"][0]["cardinal"]) == (1, True)


def test_a_row_that_does_not_follow_the_format_is_named(dispatch: Dispatch, tmp_path: Path) -> None:
    result = dispatch("sms", "evaluate", _file(tmp_path, "offer1\tда\n"))
    assert result.exit_code == 2
    assert "Line 2 has 2 columns" in result.stderr
