"""The demonstration from the first server to the last figure."""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from dispatch.access.roles import Role
from dispatch.demo.carrier import Carrier
from dispatch.demo.checks import Outcome
from dispatch.demo.platform import Platform
from dispatch.demo.processes import Children, answers
from dispatch.demo.screen import Screen
from dispatch.demo.stage import Say, Stage, set_stage, worker_beats
from dispatch.demo.story import Story, run_job
from dispatch.local.migrate import migrate
from dispatch.local.places import free_port, read_json, write_json
from dispatch.local.stack import add_database, added_databases, remove_database, stack_down, stack_status, stack_up
from dispatch.seed.network import StaffLogin
from dispatch.settings import Settings, read_settings

HOST: Final = "127.0.0.1"
API_PORT: Final = 8000
SIMULATOR_PORT: Final = 8010

_TIME_SCALE: Final = "0.016667"
_PREFIX: Final = "demo_"
_OWN_DATABASE: Final = re.compile(r"demo_(\d+)")
_REDIS_DATABASES: Final = 16
_LOGINS: Final = "logins.json"
_WATCH_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to demonstrate.

    Attributes:
        headcount: how many people to order.
        workers: how many to make up where there are none.
        seed: decides who they are and what they do.
        keep: of a single run, leave the database behind.
    """

    headcount: int = 10
    workers: int = 5_000
    seed: int = 1
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demonstration runs: settings for ourselves, and the same for our processes."""

    settings: Settings
    env_file: Path
    logs: Path
    api_port: int
    simulator_port: int

    @property
    def api_url(self) -> str:
        """Where the API is."""
        return f"http://{HOST}:{self.api_port}"

    @property
    def simulator_url(self) -> str:
        """Where the simulator is."""
        return f"http://{HOST}:{self.simulator_port}"

    def environment(self) -> dict[str, str]:
        """Return what our processes are told."""
        return {
            "DISPATCH_ENV_FILE": str(self.env_file),
            "DISPATCH_DATABASE__NAME": self.settings.database.name,
            "DISPATCH_REDIS_URL": self.settings.redis_url,
            "DISPATCH_HTTP__HOST": HOST,
            "DISPATCH_HTTP__PORT": str(self.api_port),
            "DISPATCH_HTTP__PUBLIC_URL": self.api_url,
            "DISPATCH_SMS__MODE": "live",
            "DISPATCH_SMS__SIMULATOR_URL": self.simulator_url,
            "DISPATCH_TOTP": "optional",
        }


def demonstrate_once(plan: Plan, screen: Screen) -> Outcome:
    """Run the job in a database of its own and leave everything as it was found.

    Raises:
        DispatchError: something was missing, ended or refused; the sentence says what to do.
    """
    with _own_place(screen.line, keep=plan.keep) as place:
        return asyncio.run(_once(plan, place, screen))


def demonstrate(plan: Plan, screen: Screen) -> None:
    """Run the job in the checkout's own database, then keep serving until SIGTERM or Ctrl-C.

    Raises:
        DispatchError: something was missing, ended or refused; the sentence says what to do.
    """
    info = stack_up(progress=screen.line)
    settings = read_settings(info.env_file)
    logs = info.state_dir / "logs"
    place = Place(settings, info.env_file, logs, free_port(API_PORT), free_port(SIMULATOR_PORT))
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_keep_serving(plan, place, screen, info.state_dir / _LOGINS))


async def _once(plan: Plan, place: Place, screen: Screen) -> Outcome:
    async with _processes(plan, place, screen) as (stage, carrier, children):
        return await _job(plan, place, stage, carrier, children, screen)


async def _keep_serving(plan: Plan, place: Place, screen: Screen, logins: Path) -> None:
    async with _processes(plan, place, screen) as (stage, carrier, children):
        if stage.logins:
            write_json(logins, {"logins": [[a.franchise, a.role, a.login, a.password] for a in stage.logins]})
        _tell_where_to_look(place, stage.slug, logins, screen.line)
        await _job(plan, place, stage, carrier, children, screen)
        _tell_logins(logins, screen.line)
        _tell_where(place, screen.line)
        _tell_where_to_look(place, stage.slug, logins, screen.line)
        screen.line("Serving until Ctrl-C.")
        while True:
            children.check()
            await asyncio.sleep(_WATCH_S)


async def _job(plan: Plan, place: Place, stage: Stage, carrier: Carrier, children: Children, screen: Screen) -> Outcome:
    platform = Platform(place.api_url, stage.token)
    try:
        with screen:
            story = Story(platform, screen, children.check)
            return await run_job(platform, carrier, stage, story, headcount=plan.headcount, seed=plan.seed)
    finally:
        await platform.close()


@asynccontextmanager
async def _processes(plan: Plan, place: Place, screen: Screen) -> AsyncIterator[tuple[Stage, Carrier, Children]]:
    """Bring up the three processes on a stage that is set, and end them with the block."""
    ourselves = asyncio.current_task()
    assert ourselves is not None, "a coroutine runs in a task"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ourselves.cancel)
    screen.line("Migrating the database")
    await asyncio.to_thread(migrate, place.settings)
    with Children(place.logs, place.environment()) as children:
        screen.line(f"Starting the API, a worker and the simulator; their logs are in {place.logs}")
        simulator = children.start("simulator", _simulator_options(plan, place))
        api = children.start("api", ["serve"])
        worker = children.start("worker", ["work"])
        stage = await set_stage(place.settings, workers=plan.workers, seed=plan.seed, say=screen.line)
        await children.ready(simulator, partial(answers, f"{place.simulator_url}/healthz"))
        await children.ready(api, partial(answers, f"{place.api_url}/readyz"))
        await children.ready(worker, partial(worker_beats, place.settings))
        carrier = Carrier(place.simulator_url)
        try:
            await carrier.open_accounts(stage.accounts, f"{place.api_url}/hooks/sms/simulator/inbound")
            await carrier.introduce(stage.people)
            yield stage, carrier, children
        finally:
            await carrier.close()


def _simulator_options(plan: Plan, place: Place) -> list[str]:
    return [
        "simulator",
        f"--host={HOST}",
        f"--port={place.simulator_port}",
        f"--seed={plan.seed}",
        f"--time-scale={_TIME_SCALE}",
        "--guarantee-no-show",
    ]


@contextmanager
def _own_place(say: Say, *, keep: bool) -> Iterator[Place]:
    """Make a database for one run, and drop it; stop the servers if it was we who started them."""
    ran_before = stack_status().running
    info = stack_up(progress=say)
    name = f"{_PREFIX}{os.getpid()}"
    try:
        _drop_abandoned()
        remove_database(name)
        add_database(name)
        settings = read_settings(info.env_file)
        settings = settings.model_copy(
            update={
                "database": settings.database.model_copy(update={"name": name}),
                "redis_url": _other_redis_database(settings.redis_url),
            }
        )
        yield Place(settings, info.env_file, info.state_dir / "logs" / name, free_port(), free_port())
    finally:
        if keep:
            say(f"The database '{name}' is kept; DISPATCH_DATABASE__NAME={name} leads every command to it.")
        else:
            remove_database(name)
        if not ran_before and not keep:
            stack_down(progress=say)


def _drop_abandoned() -> None:
    """Drop the databases of runs that were killed."""
    for name in added_databases(_PREFIX):
        owner = _OWN_DATABASE.fullmatch(name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            remove_database(name)


def _other_redis_database(url: str) -> str:
    """Return the address of a Redis database that the stack's own worker does not listen to."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{1 + os.getpid() % (_REDIS_DATABASES - 1)}"))


def _tell_where_to_look(place: Place, slug: str, logins: Path, say: Say) -> None:
    """Say the one thing a newcomer needs: where the board stands beside the phones, and how he gets in."""
    his = (one for one in _known(logins) if (one.franchise, one.role) == (slug, Role.DISPATCHER))
    dispatcher = next(his, None)
    say(f"Open    {place.api_url}/rehearsal   the board beside the phones; press the button there, and answer yourself")
    if dispatcher is not None:
        say(f"as      {dispatcher.login}   password {dispatcher.password}")


def _tell_where(place: Place, say: Say) -> None:
    say(f"API     {place.api_url}/api/v1   described at {place.api_url}/openapi.json")
    say(f"Phones  {place.simulator_url}/   every conversation of all franchises")


def _known(file: Path) -> list[StaffLogin]:
    """Return the accounts made with this network; passwords changed since are not known here."""
    return [StaffLogin(row[0], Role(row[1]), row[2], row[3]) for row in read_json(file).get("logins", [])]


def _tell_logins(file: Path, say: Say) -> None:
    """Print the accounts made with this network."""
    known = _known(file)
    for login in known:
        say(f"{login.role:<16} {login.login:<28} {login.password}")
    if not known:
        say("Logins  `dispatch users list`; `dispatch users reset LOGIN` sets a new password")
