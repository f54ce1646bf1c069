"""The simulator's HTTP server: the carrier's REST API, the control endpoints and the page of phones."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch.simulator import control, page, rest
from dispatch.simulator.carrier import Refusal
from dispatch.simulator.config import SimulatorConfig
from dispatch.simulator.messages import API_VERSION
from dispatch.simulator.world import World

_log = logging.getLogger(__name__)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(config: SimulatorConfig) -> FastAPI:
    """Return the app of one simulated world; the world's time passes while the app's lifespan lasts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        world = World(config)
        app.state.world = world
        app.state.time = asyncio.create_task(world.run())
        try:
            yield
        finally:
            app.state.time.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await app.state.time

    app = FastAPI(title="Simulated carrier and people", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(rest.router)
    app.include_router(control.router)
    app.include_router(page.router)
    app.add_exception_handler(Refusal, rest.refuse)
    app.add_middleware(_Guard)

    @app.get("/healthz", response_model=None)
    async def healthz(request: Request) -> JSONResponse:
        """Say that the process answers and that its world's time has not come to a stop."""
        stopped = request.app.state.time.done()
        return JSONResponse({"status": "stopped" if stopped else "ok"}, 503 if stopped else 200)

    return app


async def serve(config: SimulatorConfig) -> None:
    """Serve one world until the process is told to stop; port 0 takes a free one and logs it."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(config),
            host=config.host,
            port=config.port,
            access_log=False,
            log_level="info",
            timeout_graceful_shutdown=3,
        )
    )
    await server.serve()


class _Guard:
    """Refuses what another site makes a browser post here, and sends strict headers with all a browser may show.

    The carrier's API is called by programs with a password, not by browsers, and passes untouched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(f"/{API_VERSION}/"):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        app: ASGIApp = self._app
        if scope["method"] not in {"GET", "HEAD"} and not _same_origin(Headers(scope=scope)):
            app = JSONResponse({"detail": "This was posted from another site: open the page itself."}, 403)
        await app(scope, receive, send_guarded)


def _same_origin(headers: Headers) -> bool:
    """Whether a browser says that the request comes from our own page; programs say nothing and are let in."""
    origin = headers.get("origin")
    fetch_site = headers.get("sec-fetch-site", "same-origin")
    here = headers.get("host", "")
    return fetch_site in {"same-origin", "none"} and (origin is None or urlsplit(origin).netloc == here)
