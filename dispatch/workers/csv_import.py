"""Importing a list of workers: good lines are stored, every other line is reported with what to do.

Lines are dealt with in batches, each in a transaction of its own, so a long list never holds locks for long and a
process that dies leaves whole batches behind. What was broken off can be resumed: the file is kept until its last line
is dealt with, and no longer. Importing the same file again changes nothing: a man is recognised by his number or
external id and left as he is.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database, Uow
from dispatch.sms.tongues import Language
from dispatch.workers.bulk import Attested, NewWorker, bulk_insert_workers
from dispatch.workers.commands import ImportWorkers, Residence
from dispatch.workers.csv_columns import Header, read_header
from dispatch.workers.csv_lines import ADVICE, LineReader, LineRejected, ListedWorker, Reject
from dispatch.workers.csv_reading import DELIMITERS, Record, decode_list, records, split_lines
from dispatch.workers.errors import (
    ImportGoesOn,
    ImportNotResumable,
    ListTooLong,
    ListWithoutPhones,
    PhoneAlreadyInNetwork,
    WorkerExternalIdTaken,
)
from dispatch.workers.models import ImportReport
from dispatch.workers.queries import import_rejects, import_summary
from dispatch.workers.residence import Surroundings, locate, surroundings_of
from dispatch.workers.skills import to_mask

BATCH: Final = 1_000
MOST_LINES: Final = 200_000
NETWORK_HITS_A_DAY: Final = 500
"""So many lines a day may learn that their number is in the network: lists are no way to search it."""
LARGEST_KEPT: Final = 20 * 1024 * 1024
"""Bytes of a file that is kept until its last line is dealt with."""
_TRIES: Final = 3

Progress = Callable[[int, int], None]
"""Called after each batch with the lines dealt with and the lines there are."""
Refusal = tuple[int, Reject]


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as read, nothing stored yet."""

    header: Header
    rows: tuple[Record, ...]
    encoding: str
    sha256: bytes


@dataclass(slots=True)
class Seen:
    """What earlier lines of the file brought."""

    phones: set[str] = field(default_factory=set)
    external_ids: set[str] = field(default_factory=set)

    def add(self, worker: ListedWorker) -> bool:
        """Note a man; False when his number or external id came before."""
        if worker.e164 in self.phones or worker.external_id in self.external_ids:
            return False
        self.phones.add(worker.e164)
        if worker.external_id is not None:
            self.external_ids.add(worker.external_id)
        return True


@dataclass(slots=True)
class _Batch:
    """What becomes of the lines of one batch."""

    new: list[ListedWorker] = field(default_factory=list)
    known: int = 0
    refused: list[Refusal] = field(default_factory=list)


def read_list(content: bytes) -> ReadList:
    """Read a file into its header and records. The separator is the one that makes sense of most titles.

    Raises:
        ListUnreadable: it is no text.
        ListWithoutPhones: its first line names no column with phones.
        ListColumnTwice: two columns mean the same.
        ListTooLong: more than `MOST_LINES` lines.
    """
    text, encoding = decode_list(content)
    lines = split_lines(text)
    header = _header(lines)
    rows = tuple(record for record in records(lines, header.delimiter, header.width) if record.line > header.line)
    if len(rows) > MOST_LINES:
        raise ListTooLong(len(rows), MOST_LINES)
    return ReadList(header, rows, encoding, hashlib.sha256(content).digest())


def _header(lines: Sequence[str]) -> Header:
    best: Header | None = None
    for delimiter in DELIMITERS:
        first = next(records(lines, delimiter), None)
        if first is None or first.cells is None:
            continue
        try:
            header = read_header(first.line, first.cells, delimiter)
        except ListWithoutPhones:
            continue
        if best is None or len(header.at) > len(best.at):
            best = header
    if best is None:
        raise ListWithoutPhones
    return best


async def import_workers(
    database: Database,
    franchise_id: UUID,
    actor: str,
    source: bytes | Path,
    command: ImportWorkers | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Store the men of a list as the franchise's own and report every line that was not taken.

    Ten thousand lines take a few seconds. A number that is in the network already is reported without saying where,
    and no more than `NETWORK_HITS_A_DAY` times a day; after that nothing more is looked up or stored.

    Args:
        database: of the request role or the job role.
        franchise_id: the home of the men.
        actor: who imports.
        source: the file, or where it is.
        command: how to read it, and what is attested of all men in it.
        progress: told after each batch.

    Raises:
        ListUnreadable, ListWithoutPhones, ListColumnTwice, ListTooLong: the file as a whole; nothing is stored.
        CityUnknown: the default city is none; nothing is stored.
    """
    command = command or ImportWorkers()
    content = await asyncio.to_thread(source.read_bytes) if isinstance(source, Path) else source
    given = await asyncio.to_thread(read_list, content)
    import_id = new_id()
    async with database.begin(franchise_id, actor) as uow:
        around = await surroundings_of(uow)
        locate(Residence(city=command.default_city), around)
        await _open(uow, import_id, content, given, command)
    return await _Import(database, franchise_id, actor, import_id, command, around).carry_on(given, 0, progress)


async def resume_import(
    database: Database, franchise_id: UUID, actor: str, import_id: UUID, progress: Progress | None = None
) -> ImportReport:
    """Go on with an import that was broken off, from the first line not dealt with; as it was asked for then.

    Raises:
        ImportNotFound: the tenant made no such import.
        ImportNotResumable: it came to its end, or its file was too large to be kept.
        ImportGoesOn: it was not broken off at all.
    """
    async with database.begin(franchise_id, actor) as uow:
        summary = await import_summary(uow, import_id)
        row = await uow.fetchrow(
            "SELECT content, command FROM worker_imports WHERE franchise_id = $1 AND id = $2", franchise_id, import_id
        )
        if row is None or row["content"] is None:
            raise ImportNotResumable
        around = await surroundings_of(uow)
    command = ImportWorkers.model_validate_json(row["command"])
    given = await asyncio.to_thread(read_list, row["content"])
    done = summary.accepted + summary.known + summary.rejected
    return await _Import(database, franchise_id, actor, import_id, command, around).carry_on(given, done, progress)


async def _open(uow: Uow, import_id: UUID, content: bytes, given: ReadList, command: ImportWorkers) -> None:
    await uow.run(
        """INSERT INTO worker_imports (id, franchise_id, file_name, sha256, rows, accepted, rejected, author,
                                       created_at, content, command)
           VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $9)""",
        import_id,
        uow.franchise_id,
        command.file_name,
        given.sha256,
        len(given.rows),
        uow.actor,
        uow.now,
        content if len(content) <= LARGEST_KEPT else None,
        command.model_dump_json(),
    )


def read_rows(reader: LineReader, rows: Iterable[Record], seen: Seen) -> tuple[list[ListedWorker], list[Refusal]]:
    """Read records into men and refusals; who came before in the file is refused."""
    listed: list[ListedWorker] = []
    refused: list[Refusal] = []
    for record in rows:
        try:
            worker = reader.read(record)
        except LineRejected as error:
            refused.append((record.line, error.code))
            continue
        if seen.add(worker):
            listed.append(worker)
        else:
            refused.append((record.line, Reject.DUPLICATE_IN_FILE))
    return listed, refused


@dataclass(frozen=True, slots=True)
class _Import:
    """One import under way."""

    database: Database
    franchise_id: UUID
    actor: str
    import_id: UUID
    command: ImportWorkers
    around: Surroundings

    async def carry_on(self, given: ReadList, done: int, progress: Progress | None) -> ImportReport:
        """Deal with every line after the first `done` of them, which were dealt with before."""
        skills = to_mask(self.command.default_skills)
        reader = LineReader(given.header, self.around, self.command.default_city, skills)
        seen = Seen()
        await asyncio.to_thread(read_rows, reader, given.rows[:done], seen)
        for start in range(done, len(given.rows), BATCH):
            rows = given.rows[start : start + BATCH]
            listed, unreadable = await asyncio.to_thread(read_rows, reader, rows, seen)
            await self._store(listed, unreadable, start)
            if progress is not None:
                progress(start + len(rows), len(given.rows))
        return await self._finish(given)

    async def _finish(self, given: ReadList) -> ImportReport:
        async with self.database.begin(self.franchise_id, self.actor) as uow:
            await uow.run(
                """UPDATE worker_imports SET finished_at = $3, content = NULL, command = NULL
                   WHERE franchise_id = $1 AND id = $2""",
                self.franchise_id,
                self.import_id,
                uow.now,
            )
            summary = await import_summary(uow, self.import_id)
            rejects = await import_rejects(uow, self.import_id, limit=MOST_LINES)
        return ImportReport(
            **summary.model_dump(),
            encoding=given.encoding,
            delimiter=given.header.delimiter,
            ignored_columns=given.header.ignored,
            rejects=tuple(rejects),
        )

    async def _store(self, listed: list[ListedWorker], unreadable: list[Refusal], done: int) -> None:
        """Deal with one batch in a transaction of its own; `done` lines were dealt with before it.

        When somebody else takes one of the numbers between our look and our insert, the batch is looked at again.
        """
        for attempt in range(_TRIES):
            try:
                async with self.database.begin(self.franchise_id, self.actor) as uow:
                    batch = await _sort_out(uow, listed)
                    batch.refused += unreadable
                    await self._write(uow, batch, done)
            except (PhoneAlreadyInNetwork, WorkerExternalIdTaken):
                if attempt == _TRIES - 1:
                    raise
            else:
                return

    async def _write(self, uow: Uow, batch: _Batch, done: int) -> None:
        workers = [_new_worker(listed, self.command.language) for listed in batch.new]
        await bulk_insert_workers(uow, workers, self._attested(), import_id=self.import_id)
        if batch.refused:
            await uow.run(
                """INSERT INTO worker_import_rejects (id, franchise_id, import_id, line, code, reason)
                   SELECT n.id, $1, $2, n.line, n.code, n.reason
                   FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[]) AS n (id, line, code, reason)""",
                self.franchise_id,
                self.import_id,
                [new_id() for _ in batch.refused],
                [line for line, _ in batch.refused],
                [str(code) for _, code in batch.refused],
                [ADVICE[code] for _, code in batch.refused],
            )
        moved = await uow.run(
            """UPDATE worker_imports SET accepted = accepted + $3, known = known + $4, rejected = rejected + $5
               WHERE franchise_id = $1 AND id = $2 AND accepted + known + rejected = $6""",
            self.franchise_id,
            self.import_id,
            len(batch.new),
            batch.known,
            len(batch.refused),
            done,
        )
        if moved == 0:
            raise ImportGoesOn

    def _attested(self) -> Attested | None:
        given = self.command.attestation
        if given is None:
            return None
        return Attested(given.what, given.basis, f"{given.author} ({self.actor})", self.import_id)


async def _sort_out(uow: Uow, listed: list[ListedWorker]) -> _Batch:
    """Tell new men from known ones and from those who cannot be taken."""
    batch = _Batch()
    left = NETWORK_HITS_A_DAY - await _network_hits(uow)
    in_use = await phones_in_use(uow, [worker.e164 for worker in listed])
    by_external_id = await own_external_ids(uow, [worker.external_id for worker in listed if worker.external_id])
    for worker in listed:
        use = in_use.get(worker.e164)
        own: UUID | None = use["own_worker_id"] if use is not None else None
        namesake = by_external_id.get(worker.external_id or "")
        if left <= 0:
            batch.refused.append((worker.line, Reject.QUOTA_REACHED))
        elif namesake is not None and namesake != own:
            batch.refused.append((worker.line, Reject.EXTERNAL_ID_TAKEN))
        elif use is None:
            batch.new.append(worker)
        elif own is None:
            left -= 1
            batch.refused.append((worker.line, Reject.PHONE_IN_NETWORK))
        elif use["held"]:
            batch.known += 1
        else:
            batch.refused.append((worker.line, Reject.ARCHIVED_HERE))
    return batch


async def phones_in_use(uow: Uow, phones: list[str]) -> dict[str, Any]:
    """Return which numbers somebody of the network holds, or one of the tenant's own held."""
    return {row["e164"]: row for row in await uow.fetch("SELECT * FROM phones_in_use($1)", phones)}


async def own_external_ids(uow: Uow, external_ids: list[str]) -> dict[str, UUID]:
    """Return whom these external ids mean here."""
    rows = await uow.fetch(
        "SELECT external_id, worker_id FROM worker_contacts WHERE franchise_id = $1 AND external_id = ANY ($2)",
        uow.franchise_id,
        external_ids,
    )
    return {row["external_id"]: row["worker_id"] for row in rows}


async def _network_hits(uow: Uow) -> int:
    """Return how often the tenant learned in the last 24 hours that a number is in the network."""
    return int(
        await uow.fetchval(
            """SELECT count(*) FROM worker_imports i
               JOIN worker_import_rejects r ON r.franchise_id = i.franchise_id AND r.import_id = i.id
               WHERE i.franchise_id = $1 AND i.created_at > $2::timestamptz - interval '24 hours' AND r.code = $3""",
            uow.franchise_id,
            uow.now,
            str(Reject.PHONE_IN_NETWORK),
        )
    )


def _new_worker(listed: ListedWorker, language: Language) -> NewWorker:
    return NewWorker(
        id=new_id(),
        e164=listed.e164,
        first_name=listed.first_name,
        last_name=listed.last_name,
        language=language,
        point=listed.home.point,
        location_quality=listed.home.quality,
        zone=listed.home.zone,
        address=listed.address,
        note=listed.note,
        external_id=listed.external_id,
        skills=listed.skills,
        engagement=listed.engagement,
        urgent_ok=listed.urgent_ok,
        documents=listed.documents,
    )
