"""The simulator's strings: its accounts, the people behind its phones, and the exact start of the shift."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import httpx

from dispatch.demo.errors import RequestRefused
from dispatch.demo.stage import Account, Person

_PATIENCE_S: Final = 30.0
_AT_ONCE: Final = 2_000


class Carrier:
    """The simulator as its control endpoints show it.

    Args:
        url: its base address.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=_PATIENCE_S, trust_env=False)

    async def open_accounts(self, accounts: Sequence[Account], webhook: str) -> None:
        """Make the platform's accounts known; what people text to their numbers goes to the webhook."""
        for account in accounts:
            body = {"sid": account.sid, "auth_token": account.secret, "numbers": {account.number: webhook}}
            await self._post("/control/accounts", body)

    async def introduce(self, people: Sequence[Person]) -> None:
        """Say what crew lists call people, where their clocks are, and what they speak."""
        for start in range(0, len(people), _AT_ONCE):
            profiles = [
                {
                    "phone": person.phone,
                    "first_name": person.first_name,
                    "initial": person.initial,
                    "zone": person.zone,
                    "language": person.language,
                }
                for person in people[start : start + _AT_ONCE]
            ]
            await self._post("/control/people", {"people": profiles})

    async def announce(self, starts_at: datetime) -> None:
        """Say the exact start of the shift: texts show its minute, and seconds count here."""
        await self._post("/control/shifts", {"starts_at": [starts_at.isoformat()]})

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _post(self, path: str, body: Any) -> None:  # noqa: ANN401 - JSON
        try:
            answer = await self._client.post(path, json=body)
        except httpx.TransportError as error:
            raise RequestRefused(f"The simulator does not answer {path}: {type(error).__name__}.") from error
        if not answer.is_success:
            raise RequestRefused(f"The simulator answered {answer.status_code} to {path}: {answer.text[:300]}")
