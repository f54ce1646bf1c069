"""A real Kannel, as Debian packages it: bearerbox and smsbox as plain processes, with its fake carrier and a phone."""

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from dispatch.local.places import free_port

_FAKE_CARRIER: Final = Path("/usr/lib/kannel/test/fakesmsc")
_START_S: Final = 10.0
_GOT: Final = re.compile(r"Got message \d+: <(\S+) (\S+) (ucs-2|text) (.*)>$", re.MULTILINE)

CONF: Final = """
group = core
admin-port = {admin}
admin-password = nobody
smsbox-port = {boxes}
box-allow-ip = "127.0.0.1"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = carrier
port = {carrier}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {sendsms}
http-request-retry = 3
http-queue-delay = 1

group = sendsms-user
username = "{username}"
password = "{password}"
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{get_url}"
"""


@dataclass(frozen=True)
class Texted:
    """A text as the phone got it."""

    sender: str
    to: str
    text: str


@dataclass
class Kannel:
    """The boxes and the carrier while they run; `url` is the smsbox."""

    directory: Path
    ports: dict[str, int]
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['sendsms']}"

    def start(self, name: str, *command: str) -> None:
        with (self.directory / f"{name}.log").open("wb") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=self.directory))

    async def until_open(self, port: str) -> None:
        deadline = time.monotonic() + _START_S
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.ports[port])
            except OSError:
                ended = [child.args for child in self.processes if child.poll() is not None]
                assert not ended, f"{ended} ended by itself; see {self.directory}"
                assert time.monotonic() < deadline, f"Kannel does not open its port; see {self.directory}"
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

    def phones(self, *messages: tuple[str, str, str]) -> None:
        """Connect the phones to the carrier: they text (sender, our number, words) at once, and get what we send."""
        words = [f"{who} {to} ucs2 {quote(text.encode('utf-16-be'))}" for who, to, text in messages]
        where = ("-H", "127.0.0.1", "-r", str(self.ports["carrier"]), "-i", "0.05", "-m", str(len(words)))
        self.start("phones", str(_FAKE_CARRIER), *where, *words)

    def got(self) -> Sequence[Texted]:
        """Return what the phones got until now."""
        log = (self.directory / "phones.log").read_text(errors="replace")
        return [
            Texted(
                sender, to, unquote_to_bytes(text.replace("+", " ")).decode("utf-16-be") if kind == "ucs-2" else text
            )
            for sender, to, kind, text in _GOT.findall(log)
        ]


def missing() -> str | None:
    """Return why Kannel cannot be had here, or None."""
    lacks = [name for name in ("bearerbox", "smsbox") if shutil.which(name, path="/usr/sbin:/usr/bin") is None]
    lacks += [] if _FAKE_CARRIER.exists() else [str(_FAKE_CARRIER)]
    return f"no {', '.join(lacks)}: apt-get install kannel kannel-extras" if lacks else None


@asynccontextmanager
async def kannel(directory: Path, *, username: str, password: str, get_url: str) -> AsyncIterator[Kannel]:
    """Run Kannel on free ports until the block ends; its processes are ended by their ids."""
    ports = {name: free_port() for name in ("admin", "boxes", "carrier", "sendsms")}
    conf = directory / "kannel.conf"
    conf.write_text(CONF.format(**ports, username=username, password=password, get_url=get_url))
    running = Kannel(directory, ports)
    try:
        running.start("bearerbox", "/usr/sbin/bearerbox", "-v", "1", str(conf))
        await running.until_open("boxes")
        running.start("smsbox", "/usr/sbin/smsbox", "-v", "1", str(conf))
        await running.until_open("sendsms")
        yield running
    finally:
        for child in reversed(running.processes):
            child.kill()
            child.wait()
