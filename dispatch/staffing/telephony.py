"""Calls that come in: a telephone line of the franchise tells of them, and people see at once who is calling.

A man of ours is found by his number, and his page opens from the news; a call of his that nobody took waits in the
inbox, and so does every number we do not know. What a call came to is said by whoever talked, as for any other call.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from dispatch.kit.errors import Conflict, NotFound
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database, Uow
from dispatch.sms.phones import phone_of
from dispatch.sms.service import InboxKind, add_inbox_item
from dispatch.workers.queries import home_phones

_SECRET_BYTES: Final = 32

MISSED: Final = "missed_call"
UNKNOWN: Final = "unknown_caller"
"""What is kept with the inbox items of calls."""

E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Provider = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]

_LINE: Final = """
SELECT json_build_object('line_id', line_id, 'franchise_id', franchise_id, 'secret', secret)::text
FROM telephone_line_at($1, $2)
"""
_KEEP: Final = """
INSERT INTO incoming_calls AS c (id, franchise_id, line_id, provider_ref, event, phone_id, worker_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT call_told_once DO UPDATE SET seen = c.seen + 1 RETURNING id
"""
_WAITS: Final = """
SELECT EXISTS (SELECT FROM inbox_items
               WHERE franchise_id = $1 AND phone_id = $2 AND suggestion = $3 AND status = 'open')
"""
_WHOSE: Final = """
SELECT w.id FROM workers w WHERE w.franchise_id = $1 AND w.id IN (SELECT worker_id FROM home_workers_by_phone($2))
ORDER BY w.status = 'active' DESC, w.status = 'paused' DESC, w.id
"""


class CallEvent(StrEnum):
    """How far a call has come."""

    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"


class LineTaken(Conflict):
    """This number of this provider is in the network already."""

    def __init__(self) -> None:
        super().__init__("This number of this provider is in the network already: give another one.")


class CallNotFound(NotFound):
    """No such call came in here."""

    def __init__(self) -> None:
        super().__init__("There is no such call here.")


CONSTRAINTS: Final = {"telephone_line_taken": LineTaken}


class IncomingCall(BaseModel):
    """What a provider tells of one call.

    `line` is the number that was called; `caller` who calls, none where he hides it; `call_id` the provider's name for
    the call, the same in all that is told of it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    line: E164
    caller: E164 | None = None
    call_id: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,120}$")]
    event: CallEvent
    at: AwareDatetime


class AddLine(BaseModel):
    """A number of the franchise at a telephone provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Provider
    number: E164


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may tell of calls, with the secret it signs by."""

    line_id: UUID
    franchise_id: UUID
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """A call as people see it: whose it is, if he is one of the tenant's men, and when it came."""

    call_id: UUID
    worker_id: UUID | None
    event: CallEvent
    at: datetime


async def add_line(uow: Uow, command: AddLine) -> Line:
    """Give the tenant a line, and return it with its secret, which is shown this once.

    Raises:
        LineTaken: somebody has this number at this provider already.
    """
    line = Line(new_id(), uow.franchise_id, secrets.token_hex(_SECRET_BYTES))
    await uow.run(
        "INSERT INTO telephone_lines (id, franchise_id, provider, number, secret) VALUES ($1, $2, $3, $4, $5)",
        line.line_id,
        line.franchise_id,
        command.provider,
        command.number,
        line.secret,
    )
    return line


async def line_at(database: Database, provider: str, number: str) -> Line | None:
    """Return the line that a provider speaks for, whosever it is; None for one that is unknown or switched off."""
    found: str | None = await database.autocommit(_LINE, [provider, number])
    if found is None:
        return None
    row = json.loads(found)
    return Line(UUID(row["line_id"]), UUID(row["franchise_id"]), row["secret"])


async def record_incoming(uow: Uow, line_id: UUID, told: IncomingCall) -> bool:
    """Keep what was told of a call, and put before people what must not be forgotten; False when it was told before.

    A call of one of our own men that nobody took, and any of a number we do not know, waits in the inbox, once for each
    number until somebody looked after it.
    """
    phone_id = None if told.caller is None else await phone_of(uow, told.caller)
    worker_id = None if told.caller is None else await _whose(uow, told.caller)
    call_id = new_id()
    kept = await uow.fetchval(
        _KEEP, call_id, uow.franchise_id, line_id, told.call_id, told.event.value, phone_id, worker_id, told.at
    )
    if kept != call_id:
        return False
    if (
        phone_id is None
        or told.event is CallEvent.ANSWERED
        or (worker_id is not None and told.event is CallEvent.RINGING)
    ):
        return True
    suggestion = UNKNOWN if worker_id is None else MISSED
    if not await uow.fetchval(_WAITS, uow.franchise_id, phone_id, suggestion):
        await add_inbox_item(
            uow,
            InboxKind.LEAD if worker_id is None else InboxKind.CALL,
            "A number we do not know rang: ring back." if worker_id is None else "He rang and nobody answered.",
            phone_id=phone_id,
            worker_id=worker_id,
            subject_id=call_id,
            suggestion=suggestion,
        )
    return True


async def incoming_call(uow: Uow, call_id: UUID) -> Caller:
    """Return one call that came in.

    Raises:
        CallNotFound: not here.
    """
    row = await uow.fetchrow(
        "SELECT id, worker_id, event, at FROM incoming_calls WHERE franchise_id = $1 AND id = $2",
        uow.franchise_id,
        call_id,
    )
    if row is None:
        raise CallNotFound
    return Caller(row["id"], row["worker_id"], CallEvent(row["event"]), row["at"])


async def _whose(uow: Uow, e164: str) -> UUID | None:
    """Return which of the tenant's own men is reached at a number, whoever works first."""
    found = [row["id"] for row in await uow.fetch(_WHOSE, uow.franchise_id, e164.removeprefix("+"))]
    numbers = await home_phones(uow, found)
    return next((worker_id for worker_id in found if numbers.get(worker_id) == e164), None)
