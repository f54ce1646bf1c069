"""`dispatch shift`: follow one shift live."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from dispatch.commandline.doors import ACTOR, SHIFTS, app_database, home_of
from dispatch.commandline.output import AsJson, plain, print_json
from dispatch.commandline.settings import settings
from dispatch.crew.queries import fill_counts, invitations_with_people, seats_with_people
from dispatch.demo.platform import Fill, Money, ShiftNow, Step
from dispatch.demo.screen import Screen, fill_line
from dispatch.demo.telling import Names, line
from dispatch.kit.uow import Database, Uow
from dispatch.money.shift_money import money_of_shift
from dispatch.orders.queries import timeline_of
from dispatch.orders.rules import ShiftStatus
from dispatch.orders.shifts import read_shift
from dispatch.staffing.cover import probability_full

app = typer.Typer()

_PAGE: Final = 200
_OVER: Final = frozenset({ShiftStatus.CLOSED, ShiftStatus.CANCELLED})


@app.command()
def shift(
    shift_id: Annotated[UUID, typer.Argument(help="Id of the shift.", metavar="ID", show_default=False)],
    every: Annotated[float, typer.Option(min=0.2, max=60, help="Seconds between two looks.")] = 1.0,
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once instead of following.")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow a shift until it is closed or cancelled: who was asked, who said what, who is there, and how full it is.

    Ctrl-C ends it; nothing is changed. --json looks once and prints the shift with its whole timeline.
    """
    try:
        asyncio.run(_follow(shift_id, every, once=once, as_json=as_json))
    except KeyboardInterrupt:
        return  # the usual end of looking on


@dataclass
class _Watch:
    """What was seen of a shift so far."""

    shift_id: UUID
    steps: list[Step] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    async def look(self, uow: Uow) -> tuple[ShiftNow, Sequence[Step]]:
        """Return how the shift stands, and the steps since the last look."""
        now = await _read(uow, self.shift_id)
        fresh: list[Step] = []
        while page := await timeline_of(uow, self.shift_id, after=self._last(fresh), limit=_PAGE):
            fresh += [Step.model_validate(dict(row)) for row in page]
        if not all(self.names.knows(step.worker_id) for step in fresh):
            for people in (
                await seats_with_people(uow, self.shift_id),
                await invitations_with_people(uow, self.shift_id),
            ):
                self.names.learn([(row["worker_id"], row["first_name"]) for row in people])
        self.steps += fresh
        return now, fresh

    def _last(self, fresh: Sequence[Step]) -> int:
        return fresh[-1].id if fresh else self.steps[-1].id if self.steps else 0


async def _follow(shift_id: UUID, every: float, *, once: bool, as_json: bool) -> None:
    chosen = settings()
    tenant = await home_of(chosen, SHIFTS, shift_id)
    watch = _Watch(shift_id)
    async with app_database(chosen) as database:
        if as_json:
            now, steps = await _look(database, tenant, watch)
            print_json(now.model_dump(mode="json") | {"timeline": [step.model_dump(mode="json") for step in steps]})
            return
        await _show(database, tenant, watch, every, once=once)


async def _show(database: Database, tenant: UUID, watch: _Watch, every: float, *, once: bool) -> None:
    with Screen() as screen:
        while True:
            now, steps = await _look(database, tenant, watch)
            for step in steps:
                screen.line(plain(line(step.at, step.kind, watch.names.of(step.worker_id), step.detail)))
            screen.show(now)
            if once or now.status in _OVER:
                break
            await asyncio.sleep(every)
    typer.echo(fill_line(now, datetime.now(UTC)))


async def _look(database: Database, tenant: UUID, watch: _Watch) -> tuple[ShiftNow, Sequence[Step]]:
    async with database.begin(tenant, ACTOR) as uow:
        return await watch.look(uow)


async def _read(uow: Uow, shift_id: UUID) -> ShiftNow:
    found = await read_shift(uow, shift_id)
    counts: dict[str, Any] = dict(await fill_counts(uow, shift_id))
    p_full = round(await probability_full(uow, found), 4)
    money = await money_of_shift(uow, shift_id)
    return ShiftNow(
        status=found.status,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        fill=Fill(headcount=found.headcount, cover=found.cover, p_full=p_full, **counts),
        money=Money.model_validate(money, from_attributes=True) if money else None,
    )
