"""What the network between us and a gateway is like: mostly calm, and every way of being bad by turns."""

import asyncio
import random
from typing import Final

from dispatch.faults.proxy import CALM, FaultProxy, Rules, Way

BAD: Final = (
    Rules(up=Way(latency_s=0.05, jitter_s=0.1), down=Way(latency_s=0.05, jitter_s=0.1)),
    Rules(up=Way(reset=0.1)),
    Rules(down=Way(reset=0.1)),
    Rules(down=Way(half_close=0.2)),
    Rules(up=Way(half_close=0.2)),
    Rules(up=Way(blackhole=True)),
    Rules(down=Way(blackhole=True)),
    Rules(up=Way(bytes_per_s=5_000), down=Way(bytes_per_s=5_000)),
    Rules(refuse=True),
)
_CALM_S: Final = (0.5, 1.5)
_BAD_S: Final = (0.2, 0.6)


async def change_for_ever(proxy: FaultProxy, *, seed: int) -> None:
    """Go through every kind of bad weather, in an order of chance, again and again until cancelled."""
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    while True:
        for rules in chance.sample(BAD, len(BAD)):
            await proxy.set(CALM)
            await asyncio.sleep(chance.uniform(*_CALM_S))
            await proxy.set(rules)
            await asyncio.sleep(chance.uniform(*_BAD_S))
