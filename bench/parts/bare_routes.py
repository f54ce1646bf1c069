"""The least a webhook could be, served as the product serves: a route that echoes, and one that inserts and says so.

    BENCH_DSN=... python -m bench.parts.bare_routes PORT CONNECTIONS

Both read the whole body. The insert goes into `bare_posts (id uuid, body bytea)` over a pool of asyncpg's own.
"""

import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from fastapi import FastAPI, Request, Response

ECHO = "/echo"
INSERT = "/insert"


def create_bare_app(dsn: str, connections: int) -> FastAPI:
    """Return the app; its pool is opened when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=connections, max_size=connections) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.post(ECHO)
    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type="text/xml")

    @app.post(INSERT)
    async def insert(request: Request) -> Response:
        body = await request.body()
        await request.app.state.pool.execute("INSERT INTO bare_posts VALUES ($1, $2)", uuid.uuid4(), body)
        return Response(b"<Response/>", media_type="text/xml")

    return app


def main() -> None:
    """Serve until told to stop."""
    port, connections = map(int, sys.argv[1:])
    uvicorn.run(
        create_bare_app(os.environ["BENCH_DSN"], connections),
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
