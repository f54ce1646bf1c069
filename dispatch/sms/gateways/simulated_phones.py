"""What only a simulated carrier lets us do: text as one of its people, and tell it when exactly a shift starts."""

from datetime import datetime
from typing import Any, Final

import httpx

from dispatch.kit.errors import Unavailable

_PATIENCE_S: Final = 5.0


class SimulatorAway(Unavailable):
    """The simulated carrier does not do what it is asked."""

    def __init__(self) -> None:
        super().__init__("The simulated phones do not answer: see that `dispatch simulator` runs, then try again.")


class SimulatedPhones:
    """The simulator by its control endpoints. Never use it within a transaction: it may take seconds.

    Args:
        url: its base address.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def text(self, phone: str, number: str, words: str) -> None:
        """Text as somebody, who from now on writes only what he is made to.

        Args:
            phone: his, E.164.
            number: of ours, E.164.
            words: at most 1,600 characters.

        Raises:
            SimulatorAway: it cannot be reached, or knows nothing of our number.
        """
        await self._post("/control/say", {"phone": phone, "to": number, "text": words, "takeover": True})

    async def announce(self, starts_at: datetime) -> None:
        """Say the exact start of a shift: texts show its minute, and where time is short seconds count.

        Raises:
            SimulatorAway: it cannot be reached.
        """
        await self._post("/control/shifts", {"starts_at": [starts_at.isoformat()]})

    async def _post(self, path: str, body: Any) -> None:  # noqa: ANN401 - JSON
        async with httpx.AsyncClient(base_url=self._url, timeout=_PATIENCE_S, trust_env=False) as client:
            try:
                answer = await client.post(path, json=body)
            except httpx.HTTPError as error:
                raise SimulatorAway from error
        if not answer.is_success:
            raise SimulatorAway
