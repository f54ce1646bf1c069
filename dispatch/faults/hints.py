"""Redis lost in every way: emptied, restarted, away."""

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.exceptions import RedisError

from dispatch.local.throwaway import TestCluster


async def lose_redis(cluster: TestCluster, away_s: float) -> None:
    """Empty Redis, restart it, then take it away for so many seconds."""
    redis = Redis.from_url(cluster.redis.url)
    with suppress(RedisError, OSError):
        await redis.flushall()
    await redis.aclose()
    await asyncio.to_thread(cluster.restart_redis)
    await asyncio.to_thread(cluster.redis.stop)
    await asyncio.sleep(away_s)
    await asyncio.to_thread(cluster.redis.start)
