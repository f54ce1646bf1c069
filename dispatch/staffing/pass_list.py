"""The list of a crew for the security of its site: who is on it, whether it went, and whether it still is true.

What is on a list is reckoned from the seats whenever somebody looks; of a list that went, the men and a digest of all
it said are kept. So a seat lost, a man more, another hour or a corrected passport shows at once as "send it again".
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.clients.models import Site
from dispatch.clients.queries import site_of
from dispatch.crew.alarms import resolve_alarms
from dispatch.crew.queries import seats_with_people
from dispatch.crew.rules import EXPECTED, SeatKind, SeatStatus
from dispatch.kit.errors import Conflict
from dispatch.kit.ids import new_id
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, read_shift
from dispatch.orders.timeline import note
from dispatch.staffing.passes import ALARMS, WARNED, PassField, PassRule, deadline_of, pass_rule_of
from dispatch.workers.pass_facts import PassFacts, pass_facts_of
from dispatch.workers.queries import display_names, home_phones

_COMING: Final = frozenset({*EXPECTED, SeatStatus.ARRIVED, SeatStatus.COMPLETED})
_AT_THE_GATE: Final = frozenset({SeatKind.PRIMARY, SeatKind.RESERVE})
"""Standby men stay at home until they are asked; then they have one of these seats."""


class PassListChanged(Conflict):
    """The crew, or what is known of it, is not what was looked at any more."""

    def __init__(self) -> None:
        super().__init__("The list changed while you looked at it. Look again, send that one, then mark it as sent.")


class PassListNotWanted(Conflict):
    """There is no rule, so there is no list that could have been sent."""

    def __init__(self) -> None:
        super().__init__("The security of this site wants no list. Say first what it wants.")


class PassState(StrEnum):
    """Where a list is."""

    NOT_WANTED = "not_wanted"
    EMPTY = "empty"
    TO_SEND = "to_send"
    OVERDUE = "overdue"
    SENT = "sent"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PassLine:
    """One man of a list; `values` has what is known of what is wanted, `missing` the rest.

    Attributes:
        home: whether he is the tenant's own; a guest's papers are with his agency.
    """

    worker_id: UUID
    name: str
    home: bool
    values: Mapping[PassField, str]
    missing: Sequence[PassField]


@dataclass(frozen=True, slots=True)
class SentList:
    """A list that went; `created_by` is an actor."""

    digest: bytes
    worker_ids: Sequence[UUID]
    recipient: str
    created_by: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class PassList:
    """The list of a shift as it would go now.

    Attributes:
        deadline: the instant by which the site wants it; None where it wants none.
        digest: of all it says.
        sent: those that went, newest first.
        added: men on it who were not on the last one that went.
        gone: how many were on that one and are not now.
        minutes_left: until the deadline, where that is within the hour; else None.
        past: whether the deadline is over, whatever went before it.
    """

    shift: Shift
    site: Site
    rule: PassRule | None
    lines: Sequence[PassLine]
    deadline: datetime | None
    digest: bytes
    sent: Sequence[SentList]
    state: PassState
    added: frozenset[UUID]
    gone: int
    minutes_left: int | None
    past: bool

    @property
    def incomplete(self) -> int:
        """How many men lack something that is wanted."""
        return sum(bool(line.missing) for line in self.lines)


class MarkSent(BaseModel):
    """Say that a list went; `digest` is the one that was looked at, in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    recipient: Annotated[str, Clean(max_length=200, min_length=0)] = ""


async def pass_list_of(uow: Uow, shift_id: UUID) -> PassList:
    """Return the list of a shift.

    Raises:
        ShiftNotFound: there is no such shift.
    """
    shift = await read_shift(uow, shift_id)
    site = await site_of(uow, shift.site_id)
    rule = await pass_rule_of(uow, shift.site_id, shift.order_id)
    lines = await _lines(uow, shift_id, rule.fields if rule is not None else ())
    digest = _digest(shift, site, rule, lines)
    sent = await _sent(uow, shift_id)
    deadline = None if rule is None else deadline_of(shift, rule)
    last: frozenset[UUID] = frozenset(sent[0].worker_ids) if sent else frozenset()
    on_it = frozenset(line.worker_id for line in lines)
    if sent and rule is not None:
        state = _state_of_sent(shift, digest, sent[0], on_it - last)
    else:
        state = _state(uow.now, deadline, anybody=bool(lines))
    return PassList(
        shift=shift,
        site=site,
        rule=rule,
        lines=lines,
        deadline=deadline,
        digest=digest,
        sent=sent,
        state=state,
        added=on_it - last if sent else frozenset(),
        gone=len(last - on_it),
        minutes_left=_minutes_left(uow.now, deadline),
        past=deadline is not None and uow.now > deadline,
    )


async def mark_sent(uow: Uow, shift_id: UUID, command: MarkSent) -> None:
    """Keep that the list went, as it was looked at.

    Raises:
        ShiftNotFound: there is no such shift.
        PassListNotWanted: the site wants none.
        PassListChanged: it is another one by now.
    """
    current = await pass_list_of(uow, shift_id)
    if current.rule is None:
        raise PassListNotWanted
    if current.digest.hex() != command.digest:
        raise PassListChanged
    rule = current.rule
    await uow.run(
        """INSERT INTO pass_lists (id, franchise_id, shift_id, digest, worker_ids, recipient, created_by, sent_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        new_id(),
        uow.franchise_id,
        shift_id,
        current.digest,
        [line.worker_id for line in current.lines],
        command.recipient or rule.recipient or rule.email or rule.phone,
        uow.actor,
        uow.now,
    )
    for alarm in ALARMS:
        await resolve_alarms(uow, alarm, shift_id)
    await note(uow, shift_id, "pass_list_sent", people=len(current.lines))


async def _lines(uow: Uow, shift_id: UUID, fields: Sequence[PassField]) -> list[PassLine]:
    seats = [
        seat
        for seat in await seats_with_people(uow, shift_id)
        if seat["status"] in _COMING and seat["kind"] in _AT_THE_GATE
    ]
    people = [seat["worker_id"] for seat in seats]
    names = await display_names(uow, people)
    known = await pass_facts_of(uow, people)
    phones = await home_phones(uow, people) if PassField.PHONE in fields else {}
    lines = []
    for worker_id in people:
        facts = known.get(worker_id) or PassFacts(full_name=names.get(worker_id, ""))
        known_of_him = _values(facts, phones.get(worker_id, ""))
        values = {field: known_of_him[field] for field in fields}
        lines.append(
            PassLine(
                worker_id=worker_id,
                name=facts.full_name or names.get(worker_id, "—"),
                home=worker_id in known,
                values=values,
                missing=tuple(field for field, value in values.items() if not value and field in _NEEDED),
            )
        )
    return sorted(lines, key=lambda line: (line.name.casefold(), line.worker_id))


_NEEDED: Final = frozenset(PassField) - {PassField.CAR_PLATE}
"""Who comes on foot has no plate, and nothing is missing."""


def _values(facts: PassFacts, phone: str) -> dict[PassField, str]:
    return {
        PassField.FULL_NAME: facts.full_name,
        PassField.BIRTH_YEAR: "" if facts.birth_year is None else str(facts.birth_year),
        PassField.PASSPORT: facts.passport,
        PassField.WORK_PERMIT: facts.work_permit,
        PassField.MEDICAL_BOOK: facts.medical_book,
        PassField.PHONE: phone,
        PassField.CAR_PLATE: facts.car_plate,
    }


def _digest(shift: Shift, site: Site, rule: PassRule | None, lines: Sequence[PassLine]) -> bytes:
    said = {
        "fields": list(rule.fields) if rule is not None else [],
        "times": [shift.starts_at.isoformat(), shift.ends_at.isoformat()],
        "site": [str(site.id), site.address],
        "people": sorted([str(line.worker_id), *(line.values[field] for field in line.values)] for line in lines),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _state(now: datetime, deadline: datetime | None, *, anybody: bool) -> PassState:
    if deadline is None:
        return PassState.NOT_WANTED
    if not anybody:
        return PassState.EMPTY
    return PassState.OVERDUE if now > deadline else PassState.TO_SEND


def _minutes_left(now: datetime, deadline: datetime | None) -> int | None:
    if deadline is None or not now <= deadline <= now + WARNED:
        return None
    return int((deadline - now).total_seconds() // 60)


def _state_of_sent(shift: Shift, digest: bytes, last: SentList, added: frozenset[UUID]) -> PassState:
    """Say whether the last list still is true; once work has begun only who is new must still be let in."""
    if last.digest == digest or not (shift.ahead or added):
        return PassState.SENT
    return PassState.CHANGED


async def _sent(uow: Uow, shift_id: UUID) -> list[SentList]:
    rows = await uow.fetch(
        """SELECT digest, worker_ids, recipient, created_by, sent_at FROM pass_lists
           WHERE franchise_id = $1 AND shift_id = $2 ORDER BY sent_at DESC, id DESC LIMIT 20""",
        uow.franchise_id,
        shift_id,
    )
    return [SentList(**dict(row)) for row in rows]
