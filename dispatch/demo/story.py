"""One order from its placing to its bill, through the API alone: told while it happens, kept as figures."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from dispatch.demo.carrier import Carrier
from dispatch.demo.checks import Outcome
from dispatch.demo.platform import Placed, Platform, ShiftNow, Step
from dispatch.demo.screen import Screen, fill_line
from dispatch.demo.stage import Stage
from dispatch.demo.telling import Names, line, money

_POLL_S: Final = 0.5
_SHIFT_LASTS: Final = timedelta(seconds=70)
_LEAD: Final = timedelta(seconds=75)
_LEAD_PER_MAN: Final = timedelta(seconds=0.5)
_RINGS_AFTER: Final = (timedelta(seconds=38), timedelta(seconds=50))
"""When the dispatcher rings who is unaccounted for. By then everybody who is merely late has come."""
_PAGE: Final = 200
_UNACCOUNTED: Final = "unaccounted"


@dataclass
class Story:
    """Follows one shift.

    Args:
        platform: the API.
        screen: where it is told.
        check: raises when a process of ours has ended.
    """

    platform: Platform
    screen: Screen
    check: Callable[[], None]
    names: Names = field(default_factory=Names)
    steps: list[Step] = field(default_factory=list)

    async def follow(self, shift_id: UUID, until: datetime) -> ShiftNow:
        """Tell what happens until a moment, and return how the shift stands then."""
        while True:
            self.check()
            shift = await self.look(shift_id)
            left = (until - datetime.now(UTC)).total_seconds()
            if left <= 0:
                return shift
            await asyncio.sleep(min(_POLL_S, left))

    async def look(self, shift_id: UUID) -> ShiftNow:
        """Tell what is new, and return how the shift stands."""
        while steps := await self.platform.timeline(shift_id, self.steps[-1].id if self.steps else 0):
            if not all(self.names.knows(step.worker_id) for step in steps):
                await self._learn_names(shift_id)
            for step in steps:
                self.screen.line(line(step.at, step.kind, self.names.of(step.worker_id), step.detail))
            self.steps.extend(steps)
            if len(steps) < _PAGE:
                break
        shift = await self.platform.shift(shift_id)
        self.screen.show(shift)
        return shift

    def of(self, kind: str) -> list[Step]:
        """Return the steps of a kind so far."""
        return [step for step in self.steps if step.kind == kind]

    async def _learn_names(self, shift_id: UUID) -> None:
        self.names.learn([(seat.worker_id, seat.first_name) for seat in await self.platform.seats(shift_id)])
        invited = await self.platform.invitations(shift_id)
        self.names.learn([(each.worker_id, each.first_name) for each in invited])


async def run_job(
    platform: Platform, carrier: Carrier, stage: Stage, story: Story, *, headcount: int, seed: int
) -> Outcome:
    """Order people for a shift in about a minute and see the job through; return it in figures.

    People who are past their limit and whom no list accounts for are rung by the dispatcher, who says what he heard.

    Raises:
        RequestRefused: the platform refused a step.
        ProcessEnded: a process of ours ended meanwhile.
    """
    begun = time.monotonic()
    starts_at = datetime.now(UTC) + _LEAD + headcount * _LEAD_PER_MAN
    await carrier.announce(starts_at)
    placed = await platform.place_order(_order(stage, headcount, starts_at))
    shift_id = placed.shifts[0].id
    _tell_order(story.screen, stage, placed, headcount, starts_at)
    for after in _RINGS_AFTER:
        await story.follow(shift_id, starts_at + after)
        await _ring_unaccounted(platform, story, shift_id)
    await story.follow(shift_id, starts_at + _SHIFT_LASTS)
    await platform.close_shift(shift_id)
    shift = await story.look(shift_id)
    story.screen.line(fill_line(shift, datetime.now(UTC)))
    return await _outcome(platform, story, placed, shift, seed=seed, seconds=time.monotonic() - begun)


def _order(stage: Stage, headcount: int, starts_at: datetime) -> dict[str, Any]:
    return {
        "client_id": str(stage.client_id),
        "site_id": str(stage.site_id),
        "service": "loading",
        "headcount": headcount,
        "shifts": [{"starts_at": starts_at.isoformat(), "ends_at": (starts_at + _SHIFT_LASTS).isoformat()}],
        # The hour may be a quiet one; those who agreed to it may still be asked.
        "urgent": True,
        "urgent_reason": "Показ: в любое время суток",
    }


def _tell_order(screen: Screen, stage: Stage, placed: Placed, headcount: int, starts_at: datetime) -> None:
    total = money(placed.total_minor, placed.currency)
    screen.line(f"Order {placed.id}: {headcount} loaders to {stage.address}, at {starts_at.astimezone():%H:%M:%S}")
    screen.line(f"for a minute, billed by the minimum hours: {total}")


async def _ring_unaccounted(platform: Platform, story: Story, shift_id: UUID) -> None:
    for seat in await platform.seats(shift_id):
        if seat.status == _UNACCOUNTED:
            story.screen.line(f"The dispatcher rings {story.names.of(seat.worker_id)}: he is not coming")
            await platform.confirm_no_show(seat.id)


async def _outcome(
    platform: Platform, story: Story, placed: Placed, shift: ShiftNow, *, seed: int, seconds: float
) -> Outcome:
    waves = await platform.waves(placed.shifts[0].id)
    started = next(iter(story.of("started")), None)
    at_start = started.detail if started is not None else {}
    absent = {seat.worker_id for seat in await platform.seats(placed.shifts[0].id) if seat.status == "no_show"}
    found = [step.detail for step in story.of("no_show") if step.worker_id in absent]
    # Of several the one whom it cost most: who was under a cap before has nothing left to fall.
    told = max(found, key=lambda d: (d["fine_minor"] or 0, float(d["rating_before"])), default=None)
    return Outcome(
        headcount=shift.fill.headcount,
        waves=len(waves),
        # As asked at its start: a wave's own counter leaves out who turned out to be unreachable.
        invited=next((step.detail["invited"] for step in story.of("wave_started") if step.detail["n"] == 1), 0),
        primary=at_start.get("primary"),
        reserve=at_start.get("reserve"),
        standby=at_start.get("standby"),
        arrived=shift.fill.arrived,
        no_show=shift.fill.no_show,
        rating_before=Decimal(told["rating_before"]) if told else None,
        rating_after=Decimal(told["rating_after"]) if told else None,
        fine_minor=told["fine_minor"] if told else None,
        bill_minor=shift.money.bill_minor if shift.money else None,
        pay_minor=shift.money.pay_minor if shift.money else None,
        order_id=placed.id,
        shift_id=placed.shifts[0].id,
        seed=seed,
        seconds=round(seconds, 1),
    )
