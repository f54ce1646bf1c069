"""One worker process that does nothing but send, for the sms benchmark; it reads its settings from the environment."""

import asyncio

from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.settings import read_settings
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.send import Broadcaster

_LOOK_AGAIN_S = 0.01


async def send_for_ever() -> None:
    """Send whatever becomes due until killed."""
    settings = read_settings()
    place = settings.database
    async with Database(open_engine(place.url(place.worker), size=place.pool_size, name="bench sender")) as database:
        broadcaster = Broadcaster(database, open_gateways(settings), settings.sms)
        while True:
            await broadcaster()
            await asyncio.sleep(_LOOK_AGAIN_S)


if __name__ == "__main__":
    asyncio.run(send_for_ever())
