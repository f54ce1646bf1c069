"""An app served over loopback, for what calls it over HTTP."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import uvicorn
from starlette.types import ASGIApp

T = TypeVar("T")


@contextlib.contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve an app until the block ends, on a free port if none is given; yields its base URL."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen(512)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_for(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()


def wait_for(condition: Callable[[], T], seconds: float = 10.0) -> T:
    """Return what `condition` returns once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found
