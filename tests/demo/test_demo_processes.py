"""Processes of a demonstration: ready when they answer, gone when the block is left, named when they end early."""

import os
from functools import partial
from pathlib import Path

import pytest

from dispatch.demo.errors import ProcessEnded
from dispatch.demo.processes import Children, answers
from dispatch.local.places import free_port


async def test_a_process_is_ready_when_it_answers_and_gone_with_the_block(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/healthz"
    with Children(tmp_path / "logs", {}) as children:
        child = children.start("simulator", ["simulator", "--port", str(port)])
        assert not await answers(url)
        await children.ready(child, partial(answers, url))
        assert os.getpgid(child.process.pid) != os.getpgid(0), "Ctrl-C in the terminal must not reach it"
    assert child.process.returncode is not None
    assert not await answers(url)
    assert "Uvicorn running" in (tmp_path / "logs" / "simulator.log").read_text(encoding="utf-8")


async def test_a_process_that_ends_early_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Children(tmp_path, {}) as children:
        child = children.start("simulator", ["simulator", "--port", "nowhere"])
        with pytest.raises(ProcessEnded, match=r"ended with code 2.*invalid int value"):
            await children.ready(child, partial(answers, "http://127.0.0.1:1/"))
        with pytest.raises(ProcessEnded):
            children.check()
