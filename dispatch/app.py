"""The HTTP root: opens what a process of the API needs, mounts the routers, serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from socket import socket
from typing import Final

import uvicorn
from fastapi import APIRouter, FastAPI

from dispatch.api import (
    alarms,
    auth,
    clients,
    duty,
    health,
    matching,
    money,
    orders,
    rating,
    series,
    shifts,
    sms,
    sms_hooks,
    telephony_hooks,
    texts,
    workers,
)
from dispatch.api import tenancy as tenancy_api
from dispatch.api.deps import Resources
from dispatch.api.errors import install_errors
from dispatch.api.limits import BodyLimit
from dispatch.api.middleware import RequestContext
from dispatch.api.openapi import DESCRIPTION, describe_access
from dispatch.api.readiness import Readiness
from dispatch.geocoding.registry import open_geocoding
from dispatch.kit.beats import INBOUND, beat_for_ever
from dispatch.kit.db import open_engine, refuse_unsafe_role
from dispatch.kit.errors import Unavailable
from dispatch.kit.jobs import WakeUps
from dispatch.kit.log import configure_logging
from dispatch.kit.metrics import Metrics
from dispatch.kit.uow import Database
from dispatch.local.migrate import newest_revision
from dispatch.pricing.service import load_calendars
from dispatch.settings import Settings
from dispatch.tenancy.policy import HOUSE_OUTAGE_GAP
from dispatch.web import (
    account,
    api_tokens,
    audit,
    board,
    calls,
    client_people,
    components,
    files,
    find,
    first_steps,
    forgotten,
    funnel,
    gateways,
    geocode,
    inbox,
    lead,
    live,
    network_people,
    new_order,
    new_series,
    passes,
    people,
    people_filters,
    people_import,
    person,
    person_acts,
    person_calendar,
    person_consent,
    person_link,
    person_photo,
    policies,
    prices,
    rehearsal,
    ringing,
    second_factor,
    shift_asking,
    shift_seats,
    shift_talk,
    signin,
    site,
    site_photo,
    staff,
    start,
    text_log,
    worker,
)
from dispatch.web import clients as client_pages
from dispatch.web import duty as duty_pages
from dispatch.web import health as health_pages
from dispatch.web import orders as order_pages
from dispatch.web import series as series_pages
from dispatch.web import settings as settings_pages
from dispatch.web import shifts as shift_pages
from dispatch.web import texts as text_pages
from dispatch.web.doors import refuse_short_key
from dispatch.web.frame import Console
from dispatch.web.hub import Hub
from dispatch.web.routing import answer_error
from dispatch.wiring import CONSTRAINTS

GRACE_S: Final = 3
"""How long requests under way may go on after SIGTERM."""


class AddressRefused(Unavailable):
    """The address to serve at cannot be had."""


API_ROUTERS: Final[tuple[APIRouter, ...]] = (
    auth.router,
    tenancy_api.router,
    workers.router,
    clients.router,
    orders.router,
    series.router,
    shifts.router,
    matching.router,
    rating.router,
    money.router,
    alarms.router,
    duty.router,
    sms.router,
    texts.router,
)
"""Mounted under /api/v1."""
CONSOLE_ROUTERS: Final[tuple[APIRouter, ...]] = (
    files.router,
    signin.router,
    forgotten.router,
    second_factor.router,
    account.router,
    start.router,
    live.router,
    board.router,
    first_steps.router,
    calls.router,
    ringing.router,
    shift_pages.router,
    shift_asking.router,
    shift_seats.router,
    shift_talk.router,
    find.router,
    site.router,
    site_photo.router,
    lead.router,
    duty_pages.router,
    people.router,
    people_filters.router,
    funnel.router,
    network_people.router,
    people_import.router,
    person_consent.router,
    person_link.router,
    person_acts.router,  # before the page of one person: `new` is nobody's id
    person_calendar.router,
    person_photo.router,
    person.router,
    inbox.router,
    text_log.router,
    new_order.router,
    new_series.router,  # before the page of one series: `new` is nobody's id
    series_pages.router,
    order_pages.router,
    client_pages.router,
    prices.router,
    rehearsal.router,
    components.router,
    worker.router,
    client_people.router,
    passes.router,
    geocode.router,
    settings_pages.router,
    policies.router,
    staff.router,
    api_tokens.router,
    gateways.router,
    text_pages.router,
    audit.router,
    health_pages.router,
)
"""Mounted as they are: the pages."""
ROOT_ROUTERS: Final[tuple[APIRouter, ...]] = (sms_hooks.router, telephony_hooks.router, health.router)
"""Mounted as they are: webhooks and probes; first of all, as routes are tried in turn and texts come by thousands."""

KEEP_ALIVE_S: Final = 75
"""How long an idle connection stays open: longer than gateways, proxies and clients keep theirs, so that it is always
they who close it, and no request is sent into a connection that is just being closed."""


def create_app(settings: Settings) -> FastAPI:
    """Return the API; what it needs is opened when it starts and closed when it stops.

    Starting raises `UnsafeDatabaseRole`, `SimulatedClockRefused` or `SecretKeyTooShort` rather than serve without row
    security, on a made-up clock, or with a key that can be guessed.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings) as resources:
            app.state.resources = resources
            app.state.wake_up = resources.wake_up
            # Through the pool of the webhooks: a beat says that a text could have been stored.
            beats = beat_for_ever(resources.webhooks, INBOUND, HOUSE_OUTAGE_GAP, settings.jobs.beat_s)
            news = app.state.console.hub.run(settings)
            tasks = [asyncio.create_task(beats), asyncio.create_task(news)]
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="Dispatch",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in ROOT_ROUTERS:
        app.include_router(router)
    for router in API_ROUTERS:
        app.include_router(router, prefix="/api/v1")
    for router in CONSOLE_ROUTERS:
        app.include_router(router)
    app.state.console = Console()
    app.state.answer_people = answer_error
    describe_access(app)
    install_errors(app)
    app.add_middleware(BodyLimit, max_bytes=settings.http.max_body_bytes)
    app.add_middleware(RequestContext)  # added last, so it is outermost
    return app


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open the pools and hand them out, if the database may be served from.

    Raises:
        UnsafeDatabaseRole: row security does not bind the login of the API.
        SimulatedClockRefused: the database tells a made-up time.
        SecretKeyTooShort: the key that keeps forged requests out is missing or too short.
        GeocoderKeyMissing: the address service chosen cannot be asked without a key.
    """
    refuse_short_key(settings)
    place = settings.database
    url = place.url(place.app)
    patience = place.pool_timeout_s
    async with AsyncExitStack() as stack:
        wake_ups = WakeUps(settings.redis_url)
        stack.push_async_callback(wake_ups.close)

        async def open_database(name: str, size: int, patience_s: float = patience) -> Database:
            engine = open_engine(url, size=size, name=name, pool_timeout_s=patience_s)
            return await stack.enter_async_context(Database(engine, constraints=CONSTRAINTS, after_commit=wake_ups))

        database = await open_database("dispatch api", place.pool_size)
        webhooks = await open_database("dispatch webhooks", place.webhook_pool_size, sms_hooks.PATIENCE_S)
        probe = open_engine(url, size=1, name="dispatch probe", pool_timeout_s=patience)
        geocoding = open_geocoding(settings)
        if geocoding is not None:
            stack.push_async_callback(geocoding.geocoder.close)
        readiness = Readiness(probe, settings.redis_url, newest_revision())
        stack.push_async_callback(readiness.close)
        await refuse_unsafe_role(probe)
        load_calendars()
        yield Resources(
            settings=settings,
            database=database,
            webhooks=webhooks,
            readiness=readiness,
            metrics=Metrics(),
            wake_up=wake_ups,
            geocoding=geocoding,
        )


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then end the streams and finish what is under way for at most three seconds.

    Raises:
        UnsafeDatabaseRole: row security does not bind the login of the API.
        SimulatedClockRefused: the database tells a made-up time.
        SecretKeyTooShort: the key that keeps forged requests out is missing or too short.
        AddressRefused: something else listens there, or it is no address of this machine.
    """
    configure_logging(settings.log_level, as_json=settings.log_json)
    asyncio.run(_check(settings))
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.http.host,
        port=settings.http.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    server = _Server(config, app.state.console.hub)
    with suppress(KeyboardInterrupt, SystemExit):  # a second Ctrl-C; an address that is taken
        server.run()
    if not server.started:
        raise AddressRefused(
            f"Nothing can be served at {settings.http.host}:{settings.http.port}, see above. Stop what is there, or "
            "choose another address: --host and --port, or DISPATCH_HTTP__HOST and DISPATCH_HTTP__PORT."
        )


class _Server(uvicorn.Server):
    """Ends the streams before it waits for what is under way: a stream has no end of its own."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._hub.end()
        await super().shutdown(sockets)


async def _check(settings: Settings) -> None:
    """Refuse before the server starts, so that the reason is a sentence and not a traceback of the server's."""
    async with open_resources(settings):
        pass
