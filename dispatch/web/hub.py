"""What happens while one looks, handed from the database to the open streams of the franchise it concerns.

News names a subject and the transaction that changed it, never what changed: the page reads that itself. A page knows
by `seen_until` which transactions it already shows, so news it has seen costs nothing, and none is taken for seen that
is not. A stream begins with `hello`, which names the newest transaction told so far: nothing is kept for those who are
away, so a page that does not show that one yet reads everything anew.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from dispatch.kit.listener import listen_for_ever
from dispatch.kit.uow import Uow
from dispatch.settings import Settings

CHANNEL: Final = "pages"

Subject = tuple[str, str]
"""What changed: `shift` and its id, or `alarms` or `inbox_items` and a dash."""


@dataclass(eq=False, slots=True)
class Listening:
    """One open stream: what it was not told yet, newest transaction by subject, so it never holds more than changed."""

    franchise_id: UUID
    untold: dict[Subject, int] = field(default_factory=dict)
    afresh: bool = True
    stirred: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Hands what the database tells to the open streams of the franchise it concerns, and to no other.

    Attributes:
        ended: whether the process stops; streams then end.
    """

    def __init__(self) -> None:
        self._streams: dict[UUID, set[Listening]] = {}
        self._missed = 0
        self._told: dict[UUID, int] = {}
        self.ended = False

    def open(self, franchise_id: UUID) -> Listening:
        """Begin a stream; `close` it in any case."""
        stream = Listening(franchise_id)
        stream.stirred.set()
        self._streams.setdefault(franchise_id, set()).add(stream)
        return stream

    def close(self, stream: Listening) -> None:
        """End a stream."""
        others = self._streams[stream.franchise_id]
        others.discard(stream)
        if not others:
            del self._streams[stream.franchise_id]

    def take(self, stream: Listening) -> str:
        """Return what the stream was not told yet, as it is written there, and hold it for told."""
        if stream.afresh:
            newest = max(self._missed, self._told.get(stream.franchise_id, 0))
            pieces = [_piece("hello", "-", newest)]
        else:
            pieces = [_piece(what, subject, version) for (what, subject), version in stream.untold.items()]
        stream.afresh = False
        stream.untold.clear()
        stream.stirred.clear()
        return "".join(pieces)

    @property
    def open_streams(self) -> int:
        """How many look on."""
        return sum(map(len, self._streams.values()))

    def heard(self, told: str) -> None:
        """Keep one piece of news for everybody whom it concerns: franchise, what, subject and transaction."""
        named, what, subject, number = told.split(" ")
        franchise_id, transaction = UUID(named), int(number)
        self._told[franchise_id] = max(transaction, self._told.get(franchise_id, 0))
        for stream in self._streams.get(franchise_id, ()):
            stream.untold[what, subject] = max(transaction, stream.untold.get((what, subject), 0))
            stream.stirred.set()

    def begin(self, missed: int) -> None:
        """Greet everybody: whatever was told until this transaction, nobody may have heard."""
        self._missed = missed
        for streams in self._streams.values():
            for stream in streams:
                stream.afresh = True
                stream.stirred.set()

    def end(self) -> None:
        """Ask every stream to end, those that begin from now on, too: the process stops, and browsers come back."""
        self.ended = True
        for streams in self._streams.values():
            for stream in streams:
                stream.stirred.set()

    async def run(self, settings: Settings) -> None:
        """Listen for as long as the process serves."""
        url = settings.database.url(settings.database.app)
        await listen_for_ever(url, CHANNEL, heard=self.heard, began=self.begin)


def _piece(what: str, subject: str, version: int) -> str:
    return f"data: {json.dumps({'what': what, 'id': subject, 'version': version})}\n\n"


async def seen_until(uow: Uow) -> int:
    """Return the transaction before which all are over: what a page reads from here on holds every one before it.

    Asked before the page reads what it shows.
    """
    found: int = await uow.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return found
