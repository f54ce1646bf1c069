"""Following a shift from the command line."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import pytest

from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.orders.place import PlacedOrder
from dispatch.settings import Login, Settings
from dispatch.staffing.cancel import CancelOrder, cancel_order
from dispatch.wiring import CONSTRAINTS
from tests.commandline.conftest import Dispatch
from tests.factories.stage import Stage, place, run_lane, set_stage

Found = TypeVar("Found")


@pytest.fixture
def order(settings: Settings) -> tuple[Stage, PlacedOrder]:
    """An order of two whose first wave went out."""

    async def stage(database: Database) -> tuple[Stage, PlacedOrder]:
        found = await set_stage(settings, database, men=10)
        return found, await place(database, found, 2)

    found = _run(settings, stage)
    _run(settings, run_lane, settings.database.worker)
    return found


def test_one_look_as_a_document(dispatch: Dispatch, order: tuple[Stage, PlacedOrder]) -> None:
    result = dispatch("shift", order[1].shifts[0].id, "--json")
    assert result.exit_code == 0, result.stderr
    shift = json.loads(result.stdout)
    assert (shift["status"], shift["fill"]["headcount"], shift["fill"]["invited"]) == ("recruiting", 2, 3)
    assert [step["kind"] for step in shift["timeline"]][:2] == ["order_placed", "wave_started"]


def test_one_look_in_words(dispatch: Dispatch, order: tuple[Stage, PlacedOrder]) -> None:
    result = dispatch("shift", order[1].shifts[0].id, "--once")
    assert "ordered: 2 people" in result.stderr
    assert "wave 1: 3 asked of 3 meant" in result.stderr
    assert "0/2 primary" in result.stdout


def test_following_ends_with_the_shift(
    dispatch: Dispatch, order: tuple[Stage, PlacedOrder], settings: Settings
) -> None:
    stage, placed = order

    async def cancel(database: Database) -> None:
        async with database.begin(stage.franchise_id, "staff:test") as uow:
            await cancel_order(uow, placed.id, CancelOrder(reason="The client has no lorry"))

    _run(settings, cancel)
    result = dispatch("shift", placed.shifts[0].id)
    assert result.exit_code == 0
    assert "cancelled" in result.stdout


def test_ctrl_c_ends_following_without_a_word(order: tuple[Stage, PlacedOrder], environment: dict[str, str]) -> None:
    # Whoever runs the tests in the background has Ctrl-C ignored, and children inherit that.
    as_in_terminal = ["env", "--default-signal=INT"]
    follow = [sys.executable, "-m", "dispatch.cli", "shift", str(order[1].shifts[0].id), "--every", "0.2"]
    with subprocess.Popen(
        as_in_terminal + follow,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as following:
        assert following.stderr is not None
        assert "ordered: 2 people" in following.stderr.readline()
        following.send_signal(signal.SIGINT)
        assert following.wait(timeout=60) == 0
        assert "Traceback" not in following.stderr.read()


def test_an_unknown_shift_is_not_found(dispatch: Dispatch) -> None:
    result = dispatch("shift", UUID(int=7))
    assert result.exit_code == 1
    assert "no shift with this id" in result.stderr


def _run(settings: Settings, work: Callable[[Database], Awaitable[Found]], login: Login | None = None) -> Found:
    """Run something on the request role's database, or another's."""

    async def run() -> Found:
        engine = open_engine(settings.database.url(login or settings.database.app), size=2, name="test")
        async with Database(engine, constraints=CONSTRAINTS) as database:
            return await work(database)

    return asyncio.run(run())
