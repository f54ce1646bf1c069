"""The duty roster: at any moment at most one person answers for the franchise. The database holds that."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Self
from uuid import UUID

import asyncpg
from pydantic import BaseModel, ConfigDict, model_validator

from dispatch.kit.errors import Conflict, DispatchError, Invalid, NotFound
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Instant
from dispatch.staffing.handover import require_dispatcher

LONGEST_TURN: Final = timedelta(days=7)


class TurnTaken(Conflict):
    """Somebody is on duty in that time already."""


class TurnTooLong(Invalid):
    """A turn is at most a week long, and ends after it begins."""


class TurnNotFound(NotFound):
    """The roster of this franchise has no such turn."""


CONSTRAINTS: Final[Mapping[str, Callable[[], DispatchError]]] = MappingProxyType(
    {
        "one_on_duty": lambda: TurnTaken(
            "Somebody is on duty in that time already: remove that turn, or choose another time."
        )
    }
)


class TakeTurn(BaseModel):
    """Who is on duty from when until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: UUID
    from_at: Instant
    to_at: Instant

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if not timedelta(0) < self.to_at - self.from_at <= LONGEST_TURN:
            raise ValueError("to_at: must be later than from_at, by at most 7 days")
        return self


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of duty; times are instants."""

    id: UUID
    user_id: UUID
    name: str
    has_phone: bool
    from_at: datetime
    to_at: datetime


async def take_turn(uow: Uow, command: TakeTurn) -> UUID:
    """Put somebody on duty for a time and return the turn's id.

    Raises:
        UserNotFound: the tenant has no such account.
        NotADispatcher: the account is closed, or of a role that may not operate shifts.
        TurnTaken: somebody is on duty then; told when the transaction ends.
    """
    await require_dispatcher(uow, command.user_id)
    turn_id = new_id()
    await uow.run(
        "INSERT INTO duty_turns (id, franchise_id, user_id, during) VALUES ($1, $2, $3, $4)",
        turn_id,
        uow.franchise_id,
        command.user_id,
        asyncpg.Range(command.from_at, command.to_at),
    )
    return turn_id


async def remove_turn(uow: Uow, turn_id: UUID) -> None:
    """Take a turn off the roster.

    Raises:
        TurnNotFound: there is none.
    """
    if not await uow.run("DELETE FROM duty_turns WHERE franchise_id = $1 AND id = $2", uow.franchise_id, turn_id):
        raise TurnNotFound("There is no such turn in this franchise; look at the roster.")


async def turns(uow: Uow, *, from_at: datetime, to_at: datetime) -> Sequence[Turn]:
    """Return the turns that overlap a span, by start."""
    rows = await uow.fetch(
        """SELECT d.id, d.user_id, u.name, u.phone IS NOT NULL AS has_phone, lower(d.during) AS from_at,
                  upper(d.during) AS to_at
           FROM duty_turns d JOIN staff_users u ON u.franchise_id = d.franchise_id AND u.id = d.user_id
           WHERE d.franchise_id = $1 AND lower(d.during) < $3 AND upper(d.during) > $2 ORDER BY lower(d.during)""",
        uow.franchise_id,
        from_at,
        to_at,
    )
    return [Turn(**dict(row)) for row in rows]


async def phones_to_alarm(uow: Uow, step: int) -> Sequence[tuple[UUID, str]]:
    """Return whom an alarm goes to, account and E.164 number: at first who is on duty, then the owners.

    Where nobody is on duty, or he has no phone, the owners are told at once.
    """
    on_duty = await uow.fetch(
        """SELECT u.id, u.phone FROM duty_turns d JOIN staff_users u ON u.franchise_id = $1 AND u.id = d.user_id
           WHERE d.franchise_id = $1 AND d.during @> $2::timestamptz
             AND u.phone IS NOT NULL AND u.disabled_at IS NULL""",
        uow.franchise_id,
        uow.now,
    )
    if step == 0 and on_duty:
        return [(row["id"], row["phone"]) for row in on_duty]
    owners = await uow.fetch(
        """SELECT id, phone FROM staff_users
           WHERE franchise_id = $1 AND role = 'owner' AND phone IS NOT NULL AND disabled_at IS NULL ORDER BY id""",
        uow.franchise_id,
    )
    return [(row["id"], row["phone"]) for row in owners]
