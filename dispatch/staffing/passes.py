"""What the security of a site wants to know before it lets a crew in, by when, and who there gets the list.

A site has one rule; an order may have its own instead.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.clients.commands import Email
from dispatch.clients.queries import site_of
from dispatch.clients.service import dialled
from dispatch.kit import outbox
from dispatch.kit.errors import Conflict
from dispatch.kit.ids import new_id
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.kit.walltime import Gap, instant_of, local_date
from dispatch.orders.queries import read_order
from dispatch.orders.rules import AHEAD
from dispatch.orders.shifts import Shift
from dispatch.staffing.events import GATE_LIST_DUE

WARNED: Final = timedelta(hours=1)
"""So long before a list is wanted people are told that it has not gone: there is time to ask for what is missing."""

ALARMS: Final = ("pass_list_due", "pass_list_overdue")
"""What is said of a list that has not gone: before its deadline, and after it."""


class PassField(StrEnum):
    """What a list may say of each man."""

    FULL_NAME = "full_name"
    BIRTH_YEAR = "birth_year"
    PASSPORT = "passport"
    WORK_PERMIT = "work_permit"
    MEDICAL_BOOK = "medical_book"
    PHONE = "phone"
    CAR_PLATE = "car_plate"


class PassRuleChanged(Conflict):
    """Somebody else changed the rule since it was read."""

    def __init__(self) -> None:
        super().__init__("The pass rule was changed meanwhile. Look again, then change what is left.")


class SetPassRule(BaseModel):
    """What is wanted; `by_time` is on the site's clock, so many days before the start, and never after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: Annotated[tuple[PassField, ...], Field(min_length=1, max_length=len(PassField))]
    days_before: Annotated[int, Field(strict=True, ge=0, le=14)]
    by_time: time
    recipient: Annotated[str, Clean(max_length=200, min_length=0)] = ""
    email: Email = ""
    phone: Annotated[str, Clean(max_length=40, min_length=0)] = ""
    note: Annotated[str, Clean(max_length=1000, min_length=0, lines=True)] = ""


class PassRule(SetPassRule):
    """A rule as it stands.

    Attributes:
        order_id: the order it is for alone; None for all of the site's.
    """

    id: UUID
    site_id: UUID
    order_id: UUID | None
    version: int


_COLUMNS = "id, site_id, order_id, fields, days_before, by_time, recipient, email, phone, note, version"


async def pass_rule_of(uow: Uow, site_id: UUID, order_id: UUID | None = None) -> PassRule | None:
    """Return the rule of a site, or with `order_id` the one that holds for that order: its own, else its site's."""
    row = await uow.fetchrow(
        f"""SELECT {_COLUMNS} FROM pass_rules
            WHERE franchise_id = $1 AND site_id = $2 AND (order_id IS NULL OR order_id = $3)
            ORDER BY order_id NULLS LAST LIMIT 1""",
        uow.franchise_id,
        site_id,
        order_id,
    )
    return None if row is None else PassRule.model_validate(dict(row))


async def pass_rules_of(uow: Uow, site_ids: list[UUID]) -> dict[UUID, PassRule]:
    """Return the rules of sites that have one, those of single orders left aside."""
    rows = await uow.fetch(
        f"""SELECT {_COLUMNS} FROM pass_rules
            WHERE franchise_id = $1 AND site_id = ANY ($2) AND order_id IS NULL""",
        uow.franchise_id,
        site_ids,
    )
    return {row["site_id"]: PassRule.model_validate(dict(row)) for row in rows}


def deadline_of(shift: Shift, rule: PassRule) -> datetime:
    """Return by when the list is wanted: a time on the site's clock some days before, at the start at the latest."""
    day = local_date(shift.starts_at, shift.zone) - timedelta(days=rule.days_before)
    return min(instant_of(datetime.combine(day, rule.by_time), shift.zone, gap=Gap.FORWARD), shift.starts_at)


async def schedule_pass_look(uow: Uow, shift: Shift) -> None:
    """Set, move or drop the timer that looks whether the list of a shift has gone."""
    rule = await pass_rule_of(uow, shift.site_id, shift.order_id)
    if rule is None:
        await outbox.cancel(uow, GATE_LIST_DUE, shift.id)
    else:
        await outbox.schedule(uow, GATE_LIST_DUE, shift.id, max(uow.now, deadline_of(shift, rule) - WARNED))


async def _look_again(uow: Uow, site_id: UUID, order_id: UUID | None) -> None:
    """Let the lists of shifts ahead be looked at now: what is wanted of them is another thing than before."""
    rows = await uow.fetch(
        """SELECT id FROM shifts WHERE franchise_id = $1 AND site_id = $2 AND ($3::uuid IS NULL OR order_id = $3)
           AND status = ANY ($4) ORDER BY id""",
        uow.franchise_id,
        site_id,
        order_id,
        [str(status) for status in AHEAD],
    )
    for row in rows:
        await outbox.schedule(uow, GATE_LIST_DUE, row["id"], uow.now)


async def set_pass_rule(
    uow: Uow, command: SetPassRule, version: int, *, site_id: UUID | None = None, order_id: UUID | None = None
) -> None:
    """Set what a site wants, or what it wants of one order alone.

    Args:
        uow: the tenant's.
        command: the whole rule.
        version: of the rule the change was made from; 0 where there was none.
        site_id: one of its sites.
        order_id: one of its orders, instead.

    Raises:
        SiteNotFound, OrderNotFound: there is no such thing.
        PassRuleChanged: another change came first.
        PhoneInvalid: the phone cannot be dialled.
    """
    place = await _place(uow, site_id, order_id)
    given = command.model_dump() | {"phone": await dialled(uow, command.phone)}
    kept = await uow.fetchval(
        """INSERT INTO pass_rules AS r (id, franchise_id, site_id, order_id, fields, days_before, by_time, recipient,
               email, phone, note)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
           WHERE $12::int = 0 OR EXISTS (SELECT FROM pass_rules o WHERE o.franchise_id = $2 AND o.site_id = $3
                                         AND o.order_id IS NOT DISTINCT FROM $4)
           ON CONFLICT ON CONSTRAINT pass_rule_of_one DO UPDATE
           SET fields = excluded.fields, days_before = excluded.days_before, by_time = excluded.by_time,
               recipient = excluded.recipient, email = excluded.email, phone = excluded.phone, note = excluded.note,
               version = r.version + 1
           WHERE r.version = $12
           RETURNING r.version""",
        new_id(),
        uow.franchise_id,
        place,
        order_id,
        [str(field) for field in PassField if field in command.fields],
        given["days_before"],
        given["by_time"],
        given["recipient"],
        given["email"],
        given["phone"],
        given["note"],
        version,
    )
    if kept is None:
        raise PassRuleChanged
    await _look_again(uow, place, order_id)


async def drop_pass_rule(uow: Uow, *, site_id: UUID | None = None, order_id: UUID | None = None) -> None:
    """Take a rule away: the site wants no list any more, or the order what its site wants. Repeating changes nothing.

    Raises:
        SiteNotFound, OrderNotFound: there is no such thing.
    """
    place = await _place(uow, site_id, order_id)
    await uow.run(
        """DELETE FROM pass_rules
           WHERE franchise_id = $1 AND site_id = $2 AND order_id IS NOT DISTINCT FROM $3""",
        uow.franchise_id,
        place,
        order_id,
    )
    await _look_again(uow, place, order_id)


async def _place(uow: Uow, site_id: UUID | None, order_id: UUID | None) -> UUID:
    """Return the site a rule is about, which is there."""
    if order_id is not None:
        found: UUID = (await read_order(uow, order_id))["site_id"]
        return found
    assert site_id is not None, "a rule is of a site or of an order"
    return (await site_of(uow, site_id)).id
