"""The lying gateway, met by our own client of that API: what we make of each lie, and what truly happened."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from dispatch.faults.gateway import serve_lies
from dispatch.faults.lies import TAKEN, Liar, Lie, Lies
from dispatch.faults.outside import LogReader, OutsideLog, read_log
from dispatch.kit.ids import new_id
from dispatch.local.places import free_port
from dispatch.simulator.config import Account as CarrierAccount
from dispatch.sms.gateways.base import Account, ListingIncomplete, Outcome, Parcel, Refused, Sent, Unclear
from dispatch.sms.gateways.simulator import SimulatorGateway

SID, TOKEN, NUMBER, PHONE = f"AC{1:032d}", "secret", "+78120000001", "+79210000001"
ACCOUNT = Account(new_id(), "simulator", SID, TOKEN, NUMBER)

MEANS: dict[Lie | None, Outcome | type[Outcome]] = {
    None: Sent,
    Lie.ERROR: Unclear("http_500"),
    Lie.THROTTLE: Refused("20429", permanent=False, retry_after_s=1.0),
    Lie.HANG: Unclear("ReadTimeout"),
    Lie.RESET: Unclear("RemoteProtocolError"),
    Lie.TAKEN_ERROR: Unclear("http_500"),
    Lie.TAKEN_HANG: Unclear("ReadTimeout"),
    Lie.TAKEN_RESET: Unclear("RemoteProtocolError"),
    Lie.TAKEN_CLOSED: Unclear("RemoteProtocolError"),
    Lie.TAKEN_GARBLED: Unclear("answer_without_id"),
    Lie.CALLBACK_FIRST: Sent,
}


@dataclass
class House:
    """The gateway, our client of it, and where its callbacks arrive."""

    client: SimulatorGateway
    log: Path
    callbacks: list[dict[str, list[str]]] = field(default_factory=list)

    async def send(self, body: str = "погрузка") -> tuple[str, Outcome]:
        parcel = Parcel(new_id(), PHONE, body)
        return str(parcel.reference), await self.client.send(ACCOUNT, parcel)

    def taken(self) -> list[str]:
        return [line["ref"] for line in read_log(self.log, "accepted")]


@asynccontextmanager
async def house(tmp_path: Path, lies: Lies) -> AsyncIterator[House]:
    port, log = free_port(), tmp_path / "gateway.jsonl"

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.partition("Content-Length: ")[2].partition("\r\n")[0])
        built.callbacks.append(parse_qs((await reader.readexactly(length)).decode()))
        writer.write(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    hooks = await asyncio.start_server(take, "127.0.0.1", 0)
    status_url = f"http://127.0.0.1:{hooks.sockets[0].getsockname()[1]}/status"
    built = House(SimulatorGateway(f"http://127.0.0.1:{port}", status_url, timeout_s=0.3, in_flight=50), log)
    account = CarrierAccount(sid=SID, auth_token=TOKEN, numbers={NUMBER: ""})
    serving = asyncio.create_task(serve_lies(port, (account,), lies, log))
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        await asyncio.sleep(0.01)
    try:
        yield built
    finally:
        await built.client.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        hooks.close()


@pytest.mark.parametrize("lie", [None, *Lie], ids=str)
async def test_each_lie_is_told_and_the_truth_is_in_the_log_and_in_the_list(tmp_path: Path, lie: Lie | None) -> None:
    async with house(tmp_path, Lies(script=(lie,), hang_s=1)) as gateway:
        reference, outcome = await gateway.send()
        expected = MEANS[lie]
        assert isinstance(outcome, expected) if isinstance(expected, type) else outcome == expected
        taken = lie in {*TAKEN, None}
        assert gateway.taken() == ([reference] if taken else [])
        listed = await gateway.client.list_sent(ACCOUNT, datetime.now(UTC) - timedelta(minutes=1))
        assert [item.body for item in listed] == (["погрузка"] if taken else [])
        if lie is Lie.CALLBACK_FIRST:
            assert [fields["MessageStatus"] for fields in gateway.callbacks] == [["queued"]]


async def test_callbacks_come_twice_and_overtake_one_another(tmp_path: Path) -> None:
    async with house(tmp_path, Lies(duplicate=1.0, reorder=0.5, reorder_by_s=0.3)) as gateway:
        await asyncio.gather(*(gateway.send(f"text {n}") for n in range(12)))
        for _ in range(500):
            if len(gateway.callbacks) == 12 * 3 * 2:
                break
            await asyncio.sleep(0.02)
        by_text: dict[str, list[str]] = {}
        for fields in gateway.callbacks:
            by_text.setdefault(fields["MessageSid"][0], []).append(fields["MessageStatus"][0])
        assert {tuple(sorted(words)) for words in by_text.values()} == {
            ("delivered", "delivered", "queued", "queued", "sent", "sent")
        }
        assert any(words.index("delivered") < words.index("sent") for words in by_text.values())


async def test_of_a_silent_text_only_the_list_tells(tmp_path: Path) -> None:
    async with house(tmp_path, Lies(silent=1.0)) as gateway:
        reference, outcome = await gateway.send()
        assert isinstance(outcome, Sent)
        await asyncio.sleep(0.6)
        assert gateway.callbacks == []
        assert gateway.taken() == [reference]
        assert len(await gateway.client.list_sent(ACCOUNT, datetime.now(UTC) - timedelta(minutes=1))) == 1


async def test_a_spoilt_list_is_never_a_short_one(tmp_path: Path) -> None:
    async with house(tmp_path, Lies(listing=0.5)) as gateway:
        await asyncio.gather(*(gateway.send(f"text {n}") for n in range(5)))
        seen = set()
        for _ in range(20):
            try:
                seen.add(len(await gateway.client.list_sent(ACCOUNT, datetime.now(UTC) - timedelta(minutes=1))))
            except ListingIncomplete:
                seen.add(0)
        assert seen == {0, 5}


def test_lies_are_drawn_alike_from_one_seed_and_the_script_comes_first() -> None:
    lies = Lies(seed=3, script=(Lie.HANG, None), chances={Lie.RESET: 0.3, Lie.ERROR: 0.2})
    one, other = Liar(lies), Liar(lies)
    drawn = [one.draw() for _ in range(1000)]
    assert drawn == [other.draw() for _ in range(1000)]
    assert drawn[:2] == [Lie.HANG, None]
    assert 240 < one.counts[Lie.RESET] < 360
    assert 150 < one.counts[Lie.ERROR] < 250


async def test_a_line_of_the_log_is_on_disk_when_it_is_answered_for(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = OutsideLog(path)
    await asyncio.gather(*(log.write("taken", ref=str(n)) for n in range(50)))
    await log.write("taken", ref="50")
    assert {line["ref"] for line in read_log(path, "taken")} == {str(n) for n in range(51)}
    reader, half = LogReader(path), json.dumps({"what": "taken"})
    with path.open("a") as file:
        file.write(half[:5])
        file.flush()
        assert len(list(reader.news("taken"))) == 51
        file.write(half[5:] + "\n")
    assert len(list(reader.news("taken"))) == 1
    log.close()
