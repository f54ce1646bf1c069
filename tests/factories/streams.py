"""What an open stream of news is told."""

import asyncio

from dispatch.web.hub import Listening


async def told(stream: Listening, what: str, subject: object, *, within_s: float = 20) -> int:
    """Wait for news of a subject and return the transaction it names."""
    async with asyncio.timeout(within_s):
        while (what, str(subject)) not in stream.untold:
            stream.stirred.clear()
            await stream.stirred.wait()
    return stream.untold[what, str(subject)]
