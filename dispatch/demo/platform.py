"""The platform as a dispatcher's program sees it: over HTTP, with a token, and nothing else."""

import asyncio
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from dispatch.demo.errors import RequestRefused

_PATIENCE_S: Final = 15.0
_TRIES: Final = 4
_LATER: Final = {429, 502, 503, 504}

Fact = TypeVar("Fact")


class _Read(BaseModel):
    """A part of an answer; fields that are not named here are left unread."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Placed(_Read):
    """An order as it was taken."""

    class Shift(_Read):
        """One shift of it."""

        id: UUID

    id: UUID
    total_minor: int
    currency: str
    shifts: tuple[Shift, ...]


class Fill(_Read):
    """How full a shift is."""

    headcount: int
    cover: int
    invited: int
    pending: int
    accepted: int
    primary: int
    reserve: int
    standby: int
    arrived: int
    late: int
    unaccounted: int
    no_show: int
    p_full: float


class Money(_Read):
    """What a closed shift came to, in minor units."""

    bill_minor: int
    pay_minor: int
    call_out_minor: int
    currency: str


class ShiftNow(_Read):
    """A shift at this moment."""

    status: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    fill: Fill
    money: Money | None = None


class Step(_Read):
    """One step of a shift's timeline."""

    id: int
    at: AwareDatetime
    actor: str
    kind: str
    worker_id: UUID | None
    detail: dict[str, Any]


class Seat(_Read):
    """One seat of a shift."""

    id: UUID
    worker_id: UUID
    first_name: str | None
    kind: str
    status: str


class Wave(_Read):
    """One wave of a shift."""

    n: int
    target: int
    invited: int


class Invitation(_Read):
    """Somebody who was asked."""

    worker_id: UUID
    first_name: str | None


class _Invitations(_Read):
    items: tuple[Invitation, ...]


class _Steps(_Read):
    items: tuple[Step, ...]


class _Seats(_Read):
    items: tuple[Seat, ...]


class _Waves(_Read):
    items: tuple[Wave, ...]


class Platform:
    """The API of the platform.

    Args:
        url: its base address.
        token: of an account that may dispatch.
    """

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_PATIENCE_S,
            trust_env=False,
        )

    async def place_order(self, body: dict[str, Any]) -> Placed:
        """Place an order."""
        return _read(Placed, await self._post("/orders", body))

    async def shift(self, shift_id: UUID) -> ShiftNow:
        """Read a shift and how full it is."""
        return _read(ShiftNow, await self._get(f"/shifts/{shift_id}"))

    async def timeline(self, shift_id: UUID, after: int) -> tuple[Step, ...]:
        """Read the steps of a shift later than the one numbered `after`; a page of them."""
        return _read(_Steps, await self._get(f"/shifts/{shift_id}/timeline", after=after, limit=200)).items

    async def seats(self, shift_id: UUID) -> tuple[Seat, ...]:
        """Read the seats of a shift, those that ended included."""
        return _read(_Seats, await self._get(f"/shifts/{shift_id}/seats")).items

    async def invitations(self, shift_id: UUID) -> tuple[Invitation, ...]:
        """Read who was asked for a shift."""
        return _read(_Invitations, await self._get(f"/shifts/{shift_id}/invitations")).items

    async def waves(self, shift_id: UUID) -> tuple[Wave, ...]:
        """Read the waves of a shift."""
        return _read(_Waves, await self._get(f"/shifts/{shift_id}/waves")).items

    async def confirm_no_show(self, seat_id: UUID) -> None:
        """Say, as the dispatcher who rang him, that a man did not come."""
        await self._post(f"/seats/{seat_id}/no-show", {})

    async def close_shift(self, shift_id: UUID) -> None:
        """Close a shift, with the hours as planned."""
        await self._post(f"/shifts/{shift_id}/close", {})

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def _get(self, path: str, **query: int) -> bytes:
        return await self._send("GET", path, params=query)

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        # One key for all tries: a request whose answer was lost is not done twice.
        return await self._send("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())})

    async def _send(self, method: str, path: str, **request: Any) -> bytes:  # noqa: ANN401 - as httpx has it
        """Send a request, and again when the platform is busy or the connection broke."""
        for last in (*[False] * (_TRIES - 1), True):
            try:
                answer = await self._client.request(method, path, **request)
            except httpx.TransportError as error:
                if last:
                    raise RequestRefused(f"The API does not answer {method} {path}: {type(error).__name__}.") from error
            else:
                if answer.is_success:
                    return answer.content
                if last or answer.status_code not in _LATER:
                    raise RequestRefused(
                        f"The API answered {answer.status_code} to {method} {path}: {answer.text[:500]}",
                        status=answer.status_code,
                    )
            await asyncio.sleep(0.5)
        raise AssertionError("the last try returns or raises")


def _read(model: type[Fact], content: bytes) -> Fact:
    return TypeAdapter(model).validate_json(content)
