"""What happens while one looks, handed from the database to the open streams of the franchise it concerns.

News names a subject and the transaction that changed it, never what changed: the page reads that itself. A page knows
by `seen_until` which transactions it already shows, so news it has seen costs nothing, and none is taken for seen that
is not. A stream begins with `hello`, on which a page reads everything anew: nothing is kept for those who are away.
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

    def take(self) -> str:
        """Return what is untold as the stream writes it, and forget it."""
        self.stirred.clear()
        pieces = ["event: hello\ndata: {}\n\n"] if self.afresh else []
        pieces += [
            f"event: news\ndata: {json.dumps({'what': what, 'id': subject, 'version': version})}\n\n"
            for (what, subject), version in ({} if self.afresh else self.untold).items()
        ]
        self.afresh = False
        self.untold.clear()
        return "".join(pieces)


class Hub:
    """Hands what the database tells to the open streams of the franchise it concerns, and to no other.

    Attributes:
        ended: whether the process stops; streams then end.
    """

    def __init__(self) -> None:
        self._streams: dict[UUID, set[Listening]] = {}
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

    @property
    def open_streams(self) -> int:
        """How many look on."""
        return sum(map(len, self._streams.values()))

    def heard(self, told: str) -> None:
        """Keep one piece of news for everybody whom it concerns: franchise, what, subject and transaction."""
        franchise_id, what, subject, transaction = told.split(" ")
        for stream in self._streams.get(UUID(franchise_id), ()):
            stream.untold[what, subject] = max(int(transaction), stream.untold.get((what, subject), 0))
            stream.stirred.set()

    def begin_afresh(self) -> None:
        """Ask everybody to read anew: something may have been told while nobody listened."""
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
        await listen_for_ever(url, CHANNEL, heard=self.heard, began=self.begin_afresh)


async def seen_until(uow: Uow) -> int:
    """Return the transaction before which all are over: what a page reads from here on holds every one before it.

    Asked before the page reads what it shows.
    """
    found: int = await uow.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return found
