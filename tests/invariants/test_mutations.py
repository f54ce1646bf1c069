"""Take one mechanism away and the check of its invariant fails: none of them stands for decoration."""

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio

from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.local.throwaway import TestCluster
from dispatch.settings import Settings
from dispatch.wiring import CONSTRAINTS
from tests.factories.stage import Stage, set_stage
from tests.invariants import checks
from tests.invariants.checks import Scene, open_scene

_BASE = "mutations"
_numbers = itertools.count(1)
_TRUE = "USING (true) WITH CHECK (true)"


@dataclass(frozen=True, slots=True)
class Mutation:
    """An invariant, what is taken away, how, and the check that must notice.

    `sql` runs as the owner of the database. `function` is one whose body loses what `without` matches.
    """

    invariant: str
    mechanism: str
    check: Callable[[Scene], Awaitable[None]]
    sql: str = ""
    function: str = ""
    without: str = ""

    async def apply(self, owner: asyncpg.Connection) -> None:
        if self.function:
            body: str = await owner.fetchval("SELECT pg_get_functiondef($1::regproc)", self.function)
            changed, times = re.subn(self.without, "", body, flags=re.DOTALL)
            assert times, f"{self.function} has no such guard any more; name the new one"
            await owner.execute(changed)
        if self.sql:
            await owner.execute(self.sql)


MUTATIONS = [
    Mutation("I1", "the counting trigger", checks.check_i1, "DROP TRIGGER count_seats ON seats"),
    Mutation(
        "I1",
        "the capacity check",
        checks.check_i1_without_the_lock,
        "ALTER TABLE shifts DROP CONSTRAINT primary_seats_within_headcount",
    ),
    Mutation("I2", "the exclusion", checks.check_i2, "ALTER TABLE seats DROP CONSTRAINT worker_already_booked"),
    Mutation(
        "I5",
        "the unique gateway id",
        checks.check_i5,
        """ALTER TABLE inbound_messages DROP CONSTRAINT inbound_once;
           ALTER TABLE inbound_messages ADD CONSTRAINT inbound_once UNIQUE (account_id, gateway_id, id)""",
    ),
    Mutation(
        "I8",
        "the unique dedupe key",
        checks.check_i8,
        """ALTER TABLE messages DROP CONSTRAINT message_once;
           ALTER TABLE messages ADD CONSTRAINT message_once UNIQUE (dedupe_key, id)""",
    ),
    Mutation("I13", "row security", checks.check_i13, "ALTER TABLE sites DISABLE ROW LEVEL SECURITY"),
    Mutation(
        "I13",
        "the tenant's policy",
        checks.check_i13,
        f"DROP POLICY tenant ON orders; CREATE POLICY tenant ON orders TO dispatch_app {_TRUE}",
    ),
    Mutation(
        "I14",
        "the tenant in the key",
        checks.check_i14,
        """ALTER TABLE waves DROP CONSTRAINT waves_franchise_id_shift_id_fkey;
           ALTER TABLE waves ADD FOREIGN KEY (shift_id) REFERENCES shifts (id)""",
    ),
    Mutation(
        "I15",
        "the home policy",
        checks.check_i15,
        f"DROP POLICY tenant ON worker_contacts; CREATE POLICY tenant ON worker_contacts TO dispatch_app {_TRUE}",
    ),
    Mutation(
        "I15",
        "the home in home_phones()",
        checks.check_i15,
        function="home_phones",
        without=r"\s+AND c\.franchise_id = ANY \([^;$]*?'\)::uuid\[\]\)",
    ),
    Mutation(
        "I15",
        "the seat in guest_card()",
        checks.check_i15,
        function="guest_card",
        without=r"AND EXISTS \(.*\)\s*(?=\$function\$)",
    ),
    Mutation(
        "I16",
        "the missing grant",
        checks.check_i16,
        "GRANT UPDATE (rating) ON workers TO dispatch_app, dispatch_worker",
    ),
    Mutation(
        "I16",
        "the worker's lock",
        checks.check_i16,
        function="append_mark",
        without=r"PERFORM pg_advisory_xact_lock\([^;]*;|FOR NO KEY UPDATE",
    ),
    Mutation(
        "I16",
        "append-only",
        checks.check_i16,
        "DROP TRIGGER append_only ON marks; GRANT UPDATE, DELETE ON marks TO dispatch_app",
    ),
    Mutation("I20", "the limit", checks.check_i20, "DROP TRIGGER earned ON no_shows"),
    Mutation(
        "I21",
        "the unique key",
        checks.check_i21,
        "ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_pkey",
    ),
    Mutation(
        "I33",
        "the limit in the upsert",
        checks.check_i33,
        function="reserve_invitations",
        without=r"WHERE d\.texts < 8.*?(?=RETURNING d\.worker_id)",
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stages(cluster: TestCluster) -> AsyncIterator[tuple[Stage, Stage]]:
    """Set the stage once, on the database every mutation starts from a copy of."""
    cluster.create_database(_BASE, template="template_migrated")
    place = cluster.settings(_BASE).database
    async with Database(open_engine(place.url(place.app), size=4, name="stage"), constraints=CONSTRAINTS) as database:
        home = await set_stage(cluster.settings(_BASE), database, men=checks.RACERS + 16)
        guest = await set_stage(cluster.settings(_BASE), database, men=0)
    yield home, guest
    cluster.drop_database(_BASE)


@pytest_asyncio.fixture(loop_scope="session")
async def scene(cluster: TestCluster, stages: tuple[Stage, Stage]) -> AsyncIterator[Scene]:
    name = f"{_BASE}_{next(_numbers)}"
    cluster.create_database(name, template=_BASE)
    settings: Settings = cluster.settings(name)
    async with open_scene(settings, *stages) as opened:
        yield opened
    cluster.drop_database(name)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.invariant}-{m.mechanism.replace(' ', '-')}")
async def test_without_its_mechanism_an_invariant_breaks(scene: Scene, mutation: Mutation) -> None:
    await mutation.check(scene)
    await mutation.apply(scene.owner)
    with pytest.raises(AssertionError):
        await mutation.check(scene)


def test_every_invariant_that_must_be_shown_is() -> None:
    shown = {mutation.invariant for mutation in MUTATIONS}
    assert shown == {"I1", "I2", "I5", "I8", "I13", "I14", "I15", "I16", "I20", "I21", "I33"}
