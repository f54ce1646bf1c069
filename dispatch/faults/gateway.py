"""A gateway that lies: Twilio's API over plain sockets, so that it can also break off, hang and reset.

What it takes and lists is the simulator's carrier. Each text taken is in the outside log, on the disk, before anything
of an answer leaves: `accepted` with `ref`, our id of the text, `to`, `sid` and `arrived`, when its request was read;
`lied` with `lie`.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from dispatch.faults.lies import TAKEN, Liar, Lie, Lies
from dispatch.faults.outside import OutsideLog
from dispatch.faults.proxy import reset
from dispatch.simulator.carrier import REQUEST_LIMIT, Refusal, accept, authenticate, fields_of, list_page
from dispatch.simulator.config import Account, NetworkSettings, PeopleSettings, SimulatorConfig
from dispatch.simulator.messages import API_VERSION, Status, resource
from dispatch.simulator.world import World

_log = logging.getLogger(__name__)
_LONGEST_HEAD: Final = 16 * 1024
_SILENT: Final = PeopleSettings(silent=1, no=0, late_yes=0, question=0, hedge=0, stop=0, unreachable=0)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    query: Mapping[str, str]
    authorization: str
    body: bytes
    arrived: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class _Answer:
    """What goes back; with `body` None the connection just ends, with `reset` it is reset."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reset: bool = False


class LyingGateway:
    """One carrier whose people never answer; serve it with `serve`.

    Args:
        accounts: who may send from which number.
        lies: how it misbehaves.
        log: where each text taken is written.
    """

    def __init__(self, accounts: tuple[Account, ...], lies: Lies, log: OutsideLog) -> None:
        network = NetworkSettings(
            duplicate_rate=lies.duplicate, reorder_rate=lies.reorder, reorder_by_s=lies.reorder_by_s
        )
        self.liar = Liar(lies)
        self._lies = lies
        self._log = log
        self._world = World(SimulatorConfig(accounts=accounts, network=network, people=_SILENT, seed=lies.seed))

    async def serve(self, port: int) -> None:
        """Serve on 127.0.0.1 until cancelled."""
        server = await asyncio.start_server(self._converse, "127.0.0.1", port, limit=_LONGEST_HEAD)
        async with server, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._world.run())
            tasks.create_task(server.serve_forever())

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after another, as long as the caller and the answers go on."""
        try:
            while (request := await _read(reader)) is not None:
                answer = await self._answer(request, reader)
                if answer.reset:
                    reset(writer)
                if answer.body is None:
                    return
                writer.write(_on_the_wire(answer))
                await writer.drain()
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # whoever breaks off is not answered
        except Exception:
            _log.exception("a request was not understood")
            raise
        finally:
            writer.close()

    async def _answer(self, request: _Request, reader: asyncio.StreamReader) -> _Answer:
        prefix, _, rest = request.path.removeprefix(f"/{API_VERSION}/Accounts/").partition("/")
        if rest != "Messages.json":
            return _json(404, Refusal(404, 20404, f"{request.path} was not found").shown)
        try:
            account = authenticate(self._world, request.authorization, prefix)
            if request.method == "GET":
                return self._list(account, request)
            return await self._take(account, request, reader)
        except Refusal as refusal:
            return _json(refusal.status, refusal.shown)

    def _list(self, account: Account, request: _Request) -> _Answer:
        page = _json(200, list_page(self._world, account.sid, request.path, request.query))
        if not self.liar.spoils_a_list():
            return page
        assert page.body is not None
        return _Answer(200, page.body[: len(page.body) // 2])

    async def _take(self, account: Account, request: _Request, reader: asyncio.StreamReader) -> _Answer:
        form = fields_of(request.body)
        lie = self.liar.draw()
        if lie is not None:
            await self._log.write("lied", lie=lie)
        if lie is not None and lie not in TAKEN:
            return await self._end(lie, b"{}", reader)
        message = accept(self._world, account, form)
        shown = json.dumps(resource(message)).encode()
        reference = message.reference
        if self.liar.keeps_silent():
            message.status_callback = ""
        await self._log.write(
            "accepted", ref=reference, to=message.to, sid=message.sid, arrived=request.arrived.isoformat()
        )
        first = self._world.report(message, Status.QUEUED)
        if first is not None and lie is Lie.CALLBACK_FIRST:
            await self._world.courier.post_now(first)
        elif first is not None:
            self._world.courier.post(first)
        return await self._end(lie, shown, reader)

    async def _end(self, lie: Lie | None, shown: bytes, reader: asyncio.StreamReader) -> _Answer:
        """Return what the caller sees."""
        match lie:
            case Lie.ERROR | Lie.TAKEN_ERROR:
                return _json(500, Refusal(500, 20500, "An internal server error has occurred").shown)
            case Lie.THROTTLE:
                told = _json(429, Refusal(429, 20429, "Too Many Requests").shown)
                return _Answer(429, told.body, {"Retry-After": str(self._lies.retry_after_s)})
            case Lie.HANG | Lie.TAKEN_HANG:
                with suppress(TimeoutError, OSError):
                    await asyncio.wait_for(reader.read(1), self._lies.hang_s)
            case Lie.TAKEN_GARBLED:
                return _Answer(201, shown[: len(shown) // 2])
            case None | Lie.CALLBACK_FIRST:
                return _Answer(201, shown)
        return _Answer(reset=lie in {Lie.RESET, Lie.TAKEN_RESET})


async def serve_lies(port: int, accounts: tuple[Account, ...], lies: Lies, log: Path) -> None:
    """Run a lying gateway until cancelled."""
    outside = OutsideLog(log)
    try:
        await LyingGateway(accounts, lies, outside).serve(port)
    finally:
        outside.close()


async def _read(reader: asyncio.StreamReader) -> _Request | None:
    """Read one whole request; None when the caller is done.

    Raises:
        ValueError, EOFError, OSError, asyncio.LimitOverrunError: it is none.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as ended:
        if not ended.partial:
            return None
        raise
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.casefold(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= REQUEST_LIMIT:
        raise ValueError("the body is too large")
    body = await reader.readexactly(length)
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return _Request(method, url.path, query, headers.get("authorization", ""), body)


def _json(status: int, content: Mapping[str, Any]) -> _Answer:
    return _Answer(status, json.dumps(content).encode())


def _on_the_wire(answer: _Answer) -> bytes:
    assert answer.body is not None, "an answer without a body is none"
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Length: {len(answer.body)}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "\r\n".join([*lines, "\r\n"]).encode("ascii") + answer.body
