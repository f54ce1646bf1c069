"""What this folder tells the ones above it, each event under the tenant it concerns.

A job of ours handles texts of many tenants in one transaction, so events are written with the tenant of their row, in
one statement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import NewEvent, emit_many
from dispatch.kit.uow import Uow

TEXTS_MOVED: Final = "staffing.texts_moved"
"""Subject: nothing, a fresh id. `messages`: ids of texts that carry invitations and moved; `shift_id` they are of.

Read their status from the messages: several moves may be told at once, and news may come late.
"""

TEXT_OUTDATED: Final = "staffing.text_outdated"
"""Subject: nothing, a fresh id. One of the several offers in the queued text `message_id` is over: word it anew."""

STOPPED: Final = "staffing.stopped"
"""Subject: the phone; one event per open seat of its people: `seat_id`, `worker_id`, `shift_id`."""

STOP_ASKED: Final = "staffing.stop_asked"
"""Subject: nothing, a fresh id. A phone was opted out on its man's own page: `phone_id`, `language` to confirm in."""

ACCOUNT_TROUBLED: Final = "staffing.account_troubled"
"""Subject: nothing, a fresh id. `account_id`, and as `trouble` a word of `Trouble`."""

NUMBER_WRONG: Final = "staffing.number_wrong"
"""Subject: the text. Whoever reads at `phone_id` says that it is not the number of `worker_id`, one of the tenant's."""

NUMBER_LOST: Final = "staffing.number_lost"
"""Subject: nothing, a fresh id. The man of `seat_id` cannot be reached at the number we have."""

NUMBER_DOUBTED: Final = "staffing.number_doubted"
"""Subject: nothing, a fresh id. The number of `worker_id`, `phone_id`, has to be proven again: `why`."""

_MOST_MESSAGES = 500


class Trouble(StrEnum):
    """What befell an account. `money`: it may not spend more just now; `down` and `up`: its gateway."""

    MONEY = "money"
    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Moved:
    """A text whose status changed."""

    message_id: UUID
    franchise_id: UUID
    shift_id: UUID | None
    carries_invitations: bool


async def tell_texts_moved(uow: Uow, moved: Collection[Moved]) -> None:
    """Tell of moved texts that carry invitations: one event per shift, so that a wave is a handful of jobs."""
    carrying = sorted(
        (text for text in moved if text.carries_invitations), key=lambda text: (text.franchise_id, str(text.shift_id))
    )
    events = []
    for (franchise_id, shift_id), texts in groupby(carrying, key=lambda text: (text.franchise_id, text.shift_id)):
        ids = [text.message_id for text in texts]
        events += [
            NewEvent(
                franchise_id,
                TEXTS_MOVED,
                new_id(),
                detail={"shift_id": shift_id, "messages": ids[first : first + _MOST_MESSAGES]},
            )
            for first in range(0, len(ids), _MOST_MESSAGES)
        ]
    await emit_many(uow, events)


async def tell_outdated(uow: Uow, texts: Collection[tuple[UUID, UUID]]) -> None:
    """Tell of texts, each with its franchise first, that must not leave as they stand."""
    await emit_many(
        uow, [NewEvent(franchise, TEXT_OUTDATED, new_id(), detail={"message_id": text}) for franchise, text in texts]
    )


async def tell_trouble(uow: Uow, franchise_id: UUID, account_id: UUID, trouble: Trouble) -> None:
    """Tell what befell an account, so that people hear of it."""
    detail = {"account_id": account_id, "trouble": trouble}
    await emit_many(uow, [NewEvent(franchise_id, ACCOUNT_TROUBLED, new_id(), detail=detail)])
