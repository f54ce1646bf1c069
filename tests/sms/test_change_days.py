"""Quiet hours on the days when clocks change, in all eleven Russian zones and where there is summer time.

The rule is held minute by minute to local clocks reckoned by hand. Then whole days go through the real queue and the
real claim, with the domain clock moved: texts of every class to people of every zone, some held up on the way.
"""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings
from dispatch.sms.claim import claim_texts
from dispatch.sms.rules import MessageClass
from dispatch.sms.service import OutgoingText, queue_messages
from dispatch.tenancy.policy import QuietHours
from dispatch.tenancy.rules import is_quiet, next_allowed
from tests.factories.clock import put_forward, stand_at
from tests.factories.sms import TestAccount, make_account, make_phone
from tests.factories.wall_clocks import BUDAPEST, CHANGING, NEW_YORK, RUSSIA, SYDNEY, Place

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
LONGEST_WAIT: Final = 50 * 60
"""Minutes: over a night and, where clocks jump from one night into the next, over the day between them."""
HOUSE: Final = QuietHours()
CHANGES: Final = [(place, change) for place in CHANGING for change, _ahead in place.changes]


def span(text: str) -> QuietHours:
    """`21:00-08:00` as quiet hours."""
    start, end = map(time.fromisoformat, text.split("-"))
    return QuietHours(start=start, end=end)


SPANS: Final = [
    HOUSE,
    # Clocks go from 02:00 to 03:00 and from 03:00 (in New York 02:00) to 02:00 (01:00): begin, end, or lie within.
    *map(span, ("22:00-02:30", "02:30-08:00", "22:00-01:30", "01:30-08:00", "02:15-02:45", "01:15-01:45")),
    *map(span, ("23:00-02:00", "23:00-03:00", "02:00-03:00", "03:00-02:30", "02:30-01:45", "02:30-02:30")),
]


def shows_quiet(clock: datetime, quiet: QuietHours) -> bool:
    """Whether the clock on the wall shows a time in quiet hours."""
    if quiet.start <= quiet.end:
        return quiet.start <= clock.time() < quiet.end
    return not quiet.end <= clock.time() < quiet.start


@cache
def clocks_of(place: Place, first: datetime, count: int) -> list[datetime]:
    """What the clock on the wall shows, minute by minute."""
    return [place.local(first + n * MINUTE) for n in range(count)]


def rule_of(clocks: Sequence[datetime], quiet: QuietHours) -> list[tuple[bool, int]]:
    """Whether each minute is quiet, and at which of them who waits then may be written to.

    The rule, read backwards through the minutes: at the next one at which the clock shows the end, or, where clocks
    jump over the end, at the minute that lies as far behind the jump as the end lay in it; if that is in quiet hours
    again, whoever waits goes on waiting from there.
    """
    found: list[tuple[bool, int]] = [(False, 0)] * len(clocks)
    then = len(clocks)
    for n in range(len(clocks) - 1, -1, -1):
        is_night = shows_quiet(clocks[n], quiet)
        found[n] = (is_night, then if is_night else n)
        due = clocks[n - 1] + MINUTE if n else clocks[n]  # what it would show had nobody changed it
        end = datetime.combine(due.date(), quiet.end)
        if clocks[n].time() == quiet.end:
            then = found[n][1]
        elif due <= end < clocks[n]:
            then = found[n + (end - due) // MINUTE][1]
    return found


@pytest.mark.parametrize("quiet", SPANS, ids=lambda quiet: f"{quiet.start:%H:%M}-{quiet.end:%H:%M}")
def test_every_minute_of_a_change_day_is_judged_by_the_clock_on_the_wall(quiet: QuietHours) -> None:
    for place, change in CHANGES:
        held_to_the_rule(place, change - 15 * HOUR, quiet, 30 * 60)


def test_russian_clocks_do_not_change_when_others_do() -> None:
    for place in RUSSIA:
        for change, _ahead in BUDAPEST.changes:
            held_to_the_rule(place, change - 12 * HOUR, HOUSE, 24 * 60)


def held_to_the_rule(place: Place, first: datetime, quiet: QuietHours, count: int) -> None:
    zone = ZoneInfo(place.name)
    rule = rule_of(clocks_of(place, first, count + LONGEST_WAIT), quiet)
    for n in range(count):
        minute, (is_night, allowed) = first + n * MINUTE, rule[n]
        assert is_quiet(minute, zone, quiet) == is_night, (place.name, minute)
        assert next_allowed(minute, zone, quiet) == first + allowed * MINUTE, (place.name, minute)
        assert not rule[allowed][0]


@pytest.mark.parametrize(("place", "change"), CHANGES)
async def test_the_database_sees_the_same_nights(owner: asyncpg.Connection, place: Place, change: datetime) -> None:
    """The function by which the matcher looks ahead and the audit looks back."""
    first = change - 15 * HOUR
    for quiet in SPANS:
        waits = await owner.fetchval(
            """SELECT array_agg(allowed_from(m, $1, $2, $3) > m ORDER BY m)
               FROM generate_series($4::timestamptz, $4 + interval '30 hours', '1 minute') AS m""",
            place.name,
            quiet.start,
            quiet.end,
            first,
        )
        assert waits == [shows_quiet(clock, quiet) for clock in clocks_of(place, first, len(waits))]


@tried(max_examples=50)
@given(
    place=st.sampled_from((*CHANGING, *RUSSIA)),
    near=st.sampled_from([change for _place, change in CHANGES]),
    away=st.integers(-1440, 1440),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
)
def test_any_quiet_hours_at_any_minute_near_a_change(
    place: Place, near: datetime, away: int, start: int, end: int
) -> None:
    quiet = QuietHours(start=time(*divmod(start, 60)), end=time(*divmod(end, 60)))
    held_to_the_rule(place, near + away * MINUTE, quiet, 1)


@dataclass(slots=True)
class Texted:
    """One text on its way through a day.

    Attributes:
        free: it may go at any hour.
        queued: when, and `claimed`: when it was taken in hand, in domain time.
    """

    place: Place
    quiet: QuietHours
    free: bool
    queued: datetime
    deadline: datetime | None
    claimed: datetime | None = None


@dataclass(slots=True)
class Day:
    """A day of one account, lived moment by moment."""

    database: Database
    owner: asyncpg.Connection
    account: TestAccount
    people: dict[Place, UUID]
    texts: dict[UUID, Texted] = field(default_factory=dict)

    async def queue(self, now: datetime, quiet: QuietHours, *, deadline: datetime | None) -> None:
        """Queue a text of each class to everybody, an offer to those who agreed to be asked at any hour as well."""
        kinds = [(class_, False) for class_ in MessageClass] + [(MessageClass.OFFER, True)]
        wanted = [(place, class_, urgent) for place in self.people for class_, urgent in kinds]
        async with self.database.begin(self.account.franchise_id, "system:test") as uow:
            ids = await queue_messages(
                uow,
                [
                    OutgoingText(
                        phone_id=self.people[place],
                        worker_id=None,
                        class_=class_,
                        template="x",
                        body="Завтра?",
                        dedupe_key=f"k{new_id()}",
                        account_id=self.account.id,
                        urgent=urgent,
                        deadline=deadline if class_ is MessageClass.OFFER else None,
                    )
                    for place, class_, urgent in wanted
                ],
                quiet=quiet,
            )
            assert uow.now == now
        for message_id, (place, class_, urgent) in zip(ids, wanted, strict=True):
            assert message_id is not None
            free = urgent or class_ is MessageClass.SEAT
            worthless = deadline if class_ is MessageClass.OFFER else None
            self.texts[message_id] = Texted(place, quiet, free, now, worthless)

    async def claim(self, now: datetime, limit: int) -> None:
        """Take so many due texts in hand."""
        claim = await claim_texts(
            self.database, self.account.id, limit, mode=SendingMode.LIVE, allow_list=(), lease_s=3600
        )
        for text in claim.texts:
            self.texts[text.id].claimed = now

    def breaches(self) -> list[Texted]:
        """Whatever was taken in hand in its reader's quiet hours, or when it was worthless."""
        return [
            text
            for text in self.texts.values()
            if text.claimed is not None
            and (
                (not text.free and shows_quiet(text.place.local(text.claimed), text.quiet))
                or (text.deadline is not None and text.claimed >= text.deadline)
            )
        ]


@pytest_asyncio.fixture(loop_scope="session")
async def day(jobs_db: Database, settings: Settings, owner: asyncpg.Connection) -> AsyncIterator[Day]:
    people = {place: (await make_phone(owner, zone=place.name)).id for place in (*RUSSIA, *CHANGING)}
    yield Day(jobs_db, owner, await make_account(settings, owner, rate_per_s=10_000), people)
    await put_forward(owner, timedelta())


def moments_of(change: datetime) -> Sequence[datetime]:
    """Each full hour of the day around a change and each half hour next to it, and the last instants before them."""
    turns = {change.replace(minute=0) + n * HOUR for n in range(-14, 15)}
    turns |= {change + n * HOUR / 2 for n in range(-3, 4)}
    return sorted(itertools.chain.from_iterable((turn - timedelta(microseconds=1), turn) for turn in turns))


DAYS: Final = [
    pytest.param(place, change, id=f"{place.name} {change:%d.%m}", marks=pytest.mark.full if place is SYDNEY else ())
    for place, change in CHANGES
    if place in {BUDAPEST, NEW_YORK, SYDNEY}
]


@pytest.mark.parametrize(("place", "change"), DAYS)
async def test_nothing_rings_in_the_night_on_a_change_day(day: Day, place: Place, change: datetime) -> None:
    """For hours few texts are taken, seats first, so that offers are held up, into the night as well; then all are."""
    moments = moments_of(change)
    hasty = span("22:00-02:30"), span("02:30-08:00")
    for n, now in enumerate(moments):
        await stand_at(day.owner, now)
        if n % 4 < 2:  # before and at every other turn
            quiet = HOUSE if n % 8 < 4 else hasty[n // 8 % 2]
            await day.queue(now, quiet, deadline=now + 7 * HOUR if n % 3 else None)
        await day.claim(now, 20 if n % 16 < 10 else 1000)
    assert day.breaches() == []
    for later in range(40):
        now = moments[-1] + later * HOUR
        await stand_at(day.owner, now)
        await day.claim(now, 1000)
    assert day.breaches() == []
    for row in await day.owner.fetch("SELECT id, not_before FROM messages WHERE account_id = $1", day.account.id):
        text = day.texts[row["id"]]
        assert text.free or not shows_quiet(text.place.local(row["not_before"]), text.quiet)
    left = [text for text in day.texts.values() if text.claimed is None]
    assert all(text.deadline is not None for text in left), "nothing waits for ever"
    at_night = [
        text
        for text in day.texts.values()
        if text.free and text.claimed is not None and shows_quiet(text.place.local(text.claimed), text.quiet)
    ]
    assert len(at_night) > 100, "what may go at any hour does"
