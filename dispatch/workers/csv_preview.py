"""What would become of a list, before anything is stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.workers.commands import ImportWorkers, Residence
from dispatch.workers.csv_import import ReadList, Refusal, Seen, own_external_ids, phones_in_use, read_list, read_rows
from dispatch.workers.csv_lines import ADVICE, LineReader, ListedWorker, Reject
from dispatch.workers.models import LineReject
from dispatch.workers.residence import locate, surroundings_of
from dispatch.workers.skills import to_mask


@dataclass(frozen=True, slots=True)
class Preview:
    """A list as it would be taken.

    Attributes:
        given: the file as read.
        rows: its lines, the first not counted.
        new: who would be taken, in the order of the file.
        known: lines about men who are here already.
        rejects: every other line, and what to do about it.
    """

    given: ReadList
    rows: int
    new: Sequence[ListedWorker]
    known: int
    rejects: Sequence[LineReject]


async def preview_list(uow: Uow, content: bytes, command: ImportWorkers) -> Preview:
    """Read a list and say what an import would make of it; nothing is stored.

    Which numbers belong to men of other franchises is not looked up, because looking is limited and counted: the import
    itself reports such lines.

    Raises:
        ListUnreadable, ListWithoutPhones, ListColumnTwice, ListTooLong: the file as a whole.
        CityUnknown: the default city is none.
    """
    given = await asyncio.to_thread(read_list, content)
    around = await surroundings_of(uow)
    locate(Residence(city=command.default_city), around)
    reader = LineReader(given.header, around, command.default_city, to_mask(command.default_skills))
    listed, refused = await asyncio.to_thread(read_rows, reader, given.rows, Seen())
    new, known, taken = await _sort_out(uow, listed)
    rejects = [LineReject(line=line, code=code, reason=ADVICE[code]) for line, code in sorted(refused + taken)]
    return Preview(given, len(given.rows), new, known, rejects)


async def _sort_out(uow: Uow, listed: Sequence[ListedWorker]) -> tuple[list[ListedWorker], int, list[Refusal]]:
    in_use = await phones_in_use(uow, [worker.e164 for worker in listed])
    by_external_id = await own_external_ids(uow, [worker.external_id for worker in listed if worker.external_id])
    new: list[ListedWorker] = []
    refused: list[Refusal] = []
    for worker in listed:
        use = in_use.get(worker.e164)
        own: UUID | None = None if use is None else use["own_worker_id"]
        namesake = by_external_id.get(worker.external_id or "")
        if namesake is not None and namesake != own:
            refused.append((worker.line, Reject.EXTERNAL_ID_TAKEN))
        elif own is None:
            new.append(worker)
        elif use is not None and not use["held"]:
            refused.append((worker.line, Reject.ARCHIVED_HERE))
    return new, len(listed) - len(new) - len(refused), refused
