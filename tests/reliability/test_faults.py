"""Broadcasts while workers die at every fail-point, the gateway lies, the network fails and Redis is lost.

Sixty people and ten kills, Redis away for three seconds; with `--full` five thousand people, two hundred kills and
a minute.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from dispatch.faults.hints import lose_redis
from dispatch.faults.lies import Lie, Lies
from dispatch.faults.nursery import Nursery
from dispatch.faults.run import Ground, Plan, run_chaos
from dispatch.faults.verdict import Verdict
from dispatch.kit.fail_points import FAIL_POINTS
from dispatch.local.throwaway import TestCluster

LEAST_KILLS_AT_EACH = 15


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Forked while no event loop runs here."""
    with Nursery.open() as processes:
        yield processes


@pytest.fixture
def ground(nursery: Nursery, cluster: TestCluster, migrated: str, tmp_path: Path) -> Iterator[Ground]:
    name = f"faults_{tmp_path.name.replace('-', '_')[:40].lower()}"
    cluster.create_database(name, template=migrated)
    yield Ground(nursery, cluster.settings(name), cluster.environment(name), tmp_path)
    cluster.drop_database(name)


def told(verdict: Verdict, *, kills: bool) -> str:
    parts = [f"{verdict.accepted} texts at the gateway, {verdict.unclear} of them unclear at some time"]
    parts += [f"{sum(verdict.kills.values())} workers killed"] if kills else []
    parts += [f"{verdict.answers} answers", f"{verdict.took_s:.0f} s"]
    return ", ".join(parts)


@pytest.mark.timeout(3600)
async def test_nothing_is_sent_twice_or_lost_wherever_a_worker_dies(
    ground: Ground, figure: Callable[[str], None], *, full: bool
) -> None:
    plan = (
        Plan(recipients=5000, kills=200, pauses=10, patience_s=3000)
        if full
        else Plan(recipients=60, kills=10, pauses=0, lease_s=2, send_timeout_s=1, unclear_for_s=3)
    )
    verdict = await run_chaos(plan, ground, print)
    assert verdict.breaches == []
    assert verdict.texts == verdict.accepted >= plan.recipients
    assert verdict.kills.keys() == FAIL_POINTS.keys()
    assert min(verdict.kills.values()) >= (LEAST_KILLS_AT_EACH if full else 1)
    assert verdict.unclear > 0
    assert not full or verdict.lies.keys() == set(Lie)
    figure(f"faults: {told(verdict, kills=True)}; none twice, none lost")


async def test_what_a_frozen_worker_held_is_not_sent_again_when_it_wakes(ground: Ground) -> None:
    """Others have sent it by then, and hear of no fate: a stale word that it never started must not count."""
    unheard = Lies(chances={Lie.TAKEN_CLOSED: 1.0}, silent=1.0)
    plan = Plan(
        recipients=20, kills=0, pauses=1, lies=unheard, stormy=False, answering=0.0,
        lease_s=1.5, send_timeout_s=1, unclear_for_s=3,
    )  # fmt: skip
    verdict = await run_chaos(plan, ground, print)
    assert verdict.breaches == []
    assert verdict.pauses == {"sms.claimed": 1}
    assert verdict.unclear == verdict.accepted >= plan.recipients


@pytest.mark.timeout(3600)
async def test_losing_redis_changes_latency_only(
    ground: Ground, cluster: TestCluster, figure: Callable[[str], None], *, full: bool
) -> None:
    plan = (
        Plan(recipients=5000, kills=0, pauses=0, rate_per_s=40, patience_s=1500)
        if full
        else Plan(recipients=60, kills=0, pauses=0, rate_per_s=25, answering=0.1, send_timeout_s=1, unclear_for_s=3)
    )
    away_s = 60 if full else 3
    verdict = await run_chaos(plan, ground, print, partial(lose_redis, cluster, away_s))
    assert verdict.breaches == []
    assert verdict.texts == verdict.accepted >= plan.recipients
    figure(f"faults: Redis emptied, restarted and away for {away_s} s: {told(verdict, kills=False)}")
