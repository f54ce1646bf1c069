"""Franchises as the pictures show them: nothing in it yet, a usual week, and very much of everything."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

import asyncpg

from dispatch.access.roles import Role
from dispatch.kit.db import open_engine
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.browser.usual_week import Week
from tests.factories.access import Staff, make_factor, make_user
from tests.factories.stage import Stage, set_stage
from tests.factories.tenancy import owner_database

NOBODY: Final = str(UUID(int=7))
MANY: Final = 10_000
MANY_SHIFTS: Final = 440
"""Open ones of two days."""
USUAL: Final = 36
USUAL_SHIFTS: Final = 6
STAFF: Final = {
    Role.OWNER: "Екатерина Мещерякова",
    Role.DISPATCHER: "Анна Иванова",
    Role.HQ: "Виктор Громов",
    Role.OPERATOR: "Денис Орлов",
    Role.FOREMAN: "Сергей Котов",
    Role.CLIENT: "Нина Юдина",
}
NAMES: Final = {"empty": "Новая контора", "normal": "Личное решение", "many": "Большая контора"}


@dataclass(frozen=True)
class State:
    """One franchise as somebody sees it.

    Attributes:
        logins: who can sign in as what, all by the tests' password.
        ids: what stands for the names in addresses.
        coded: the login that asks for a code besides; empty for none.
    """

    name: str
    logins: Mapping[Role, str]
    ids: Mapping[str, str]
    coded: str = ""


class Scenery(AsyncExitStack):
    """Makes states in one database; leave the context when no more are wanted."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    async def __aenter__(self) -> Self:
        """Open the connections."""
        await super().__aenter__()
        place = self._settings.database
        self._app = await self.enter_async_context(Database(open_engine(place.url(place.app), size=4, name="pictures")))
        self._jobs = await self.enter_async_context(Database(open_engine(place.url(place.worker), size=4, name="jobs")))
        self._owner_db = await self.enter_async_context(owner_database(self._settings))
        self._sql = await asyncpg.connect(
            host=place.host,
            port=place.port,
            database=place.name,
            user=place.owner.user,
            password=place.owner.password.get_secret_value(),
        )
        self.push_async_callback(self._sql.close)
        return self

    async def state(self, name: str) -> State:
        """Make one of the states: empty, normal or many."""
        stage = await set_stage(self._settings, self._app, men=0)
        await self._act_as("system:test")
        await self._sql.execute("UPDATE franchises SET name = $2 WHERE id = $1", stage.franchise_id, NAMES[name])
        staff = await self._staff(stage)
        logins = {role: user.login for role, user in staff.items()}
        await self._act_as(staff[Role.OWNER].actor)
        known = {"section": "pace", "preset": "loaders-service", "account_id": str(stage.account_id)}
        known |= {"user_id": str(staff[Role.DISPATCHER].id), "nothing": NOBODY}
        if name == "empty":
            for table in ("sites", "clients"):
                await self._sql.execute(f"DELETE FROM {table} WHERE franchise_id = $1", stage.franchise_id)
            return State(name, logins, known)
        week = Week(self._settings, self._app, self._jobs, self._owner_db, self._sql, stage, staff)
        rows, shifts = (MANY, MANY_SHIFTS) if name == "many" else (USUAL, USUAL_SHIFTS)
        coded = await make_user(self._app, stage.franchise_id, Role.ACCOUNTANT)
        await make_factor(self._app, self._settings, coded)
        known |= {"coded_id": str(coded.id)}
        return State(name, logins, known | await week.fill(rows, shifts=shifts), coded.login)

    async def _act_as(self, actor: str) -> None:
        await self._sql.execute("SELECT set_config('app.actor', $1, false)", actor)

    async def _staff(self, stage: Stage) -> dict[Role, Staff]:
        staff = {role: await make_user(self._app, stage.franchise_id, role) for role in STAFF}
        for role, user in staff.items():
            await self._sql.execute(
                "UPDATE staff_users SET name = $2, phone = '+79215550001' WHERE id = $1", user.id, STAFF[role]
            )
        return staff
