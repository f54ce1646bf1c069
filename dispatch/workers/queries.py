"""Reads of workers by their home franchise; what guests see is in `cards.py`.

Here lists are in the order of ids; those that people sort as they like are in `find.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from dispatch.kit.uow import Uow
from dispatch.sms.thread import HeldPhone
from dispatch.workers.commands import Weekday, WorkCycle
from dispatch.workers.errors import ImportNotFound, WorkerNotFound
from dispatch.workers.models import (
    Absence,
    AttestationRecord,
    AttestedOfImport,
    CalendarView,
    Document,
    ImportSummary,
    LineReject,
    Worker,
    WorkerLine,
    documents_of,
    hex_of,
    line_of,
    worker_of,
)
from dispatch.workers.rules import ALWAYS, Availability, Cycle, WorkerStatus
from dispatch.workers.skills import Service, skill_bit
from dispatch.workers.words import FEW, HOLDS, match

_EFFECTIVE: Final = "CASE WHEN w.capped_until > clock.now() THEN least(w.rating, 2.00) ELSE w.rating END"
LINE: Final = f"""
w.id, w.version, w.status, w.invitable, w.test, c.first_name, c.last_name, c.external_id, w.skills,
{_EFFECTIVE} AS rating, w.capped_until IS NOT NULL AND w.capped_until > clock.now() AS capped, w.location_quality,
encode(c.photo_sha256, 'hex') AS photo_sha256
"""
_RECORD: Final = f"""
SELECT {LINE}, c.language, c.address, ST_Y(w.location::geometry) AS lat, ST_X(w.location::geometry) AS lon, w.zone,
    w.radius_m, w.engagement, c.note, w.short_rest_ok, w.urgent_ok, w.daily_offers, w.vetted_at, w.consent_at,
    p.opted_out, w.capped_until, c.import_id, w.created_at, p.e164
FROM workers w JOIN worker_contacts c ON c.worker_id = w.id JOIN home_phones(ARRAY[$2::uuid]) p ON p.worker_id = w.id
WHERE w.franchise_id = $1 AND w.id = $2
"""
_LIST: Final = f"""
SELECT {LINE} FROM workers w JOIN worker_contacts c ON c.worker_id = w.id AND c.franchise_id = w.franchise_id
{{walked}}WHERE w.franchise_id = $1 AND w.id > $2
"""
_WALKED: Final = "JOIN worker_lines l ON l.worker_id = w.id AND l.franchise_id = w.franchise_id "
_FIRST: Final = UUID(int=0)
_CALENDAR: Final = """
SELECT weekdays, from_time, nullif(to_time, '24:00') AS to_time, cycle_anchor, days_on, days_off
FROM worker_availability WHERE franchise_id = $1 AND worker_id = $2
"""
_ABSENCES: Final = """
SELECT id, lower(during) AS starts_at, upper(during) AS ends_at, reason FROM worker_absences
WHERE franchise_id = $1 AND worker_id = $2 AND (upper_inf(during) OR upper(during) > $3) ORDER BY lower(during), id
"""
_SUMMARY: Final = """
SELECT id, file_name, rows, accepted, known, rejected, author, created_at, finished_at FROM worker_imports
"""
_IMPORT: Final = f"{_SUMMARY} WHERE franchise_id = $1 AND id = $2"
_IMPORTS: Final = f"{_SUMMARY} WHERE franchise_id = $1 ORDER BY created_at DESC LIMIT $2"
_THESE: Final = "w.id = ANY ({at})"


async def worker_record(uow: Uow, worker_id: UUID) -> Worker:
    """Return one of the tenant's own men.

    Raises:
        WorkerNotFound: he is not its own.
    """
    row = await uow.fetchrow(_RECORD, uow.franchise_id, worker_id)
    if row is None:
        raise WorkerNotFound
    return worker_of(row)


async def require_home(uow: Uow, worker_id: UUID) -> None:
    """Check that a man is the tenant's own.

    Raises:
        WorkerNotFound: he is not.
    """
    own = await uow.fetchval(
        "SELECT EXISTS (SELECT FROM workers WHERE franchise_id = $1 AND id = $2)", uow.franchise_id, worker_id
    )
    if not own:
        raise WorkerNotFound


async def list_workers(
    uow: Uow,
    *,
    text: str | None = None,
    status: WorkerStatus | None = None,
    skills: Iterable[Service] = (),
    after: UUID | None = None,
    limit: int = 50,
) -> list[WorkerLine]:
    """Return the tenant's own men in order of id, which is the order in which they came.

    Args:
        uow: the tenant's.
        text: part of a name or of an external id, of fewer than three letters its beginning; or digits, at least four,
            that end a phone number.
        status: only these.
        skills: only who can do all of them.
        after: the last id of the page before.
        limit: the most to return.
    """
    args: list[object] = [uow.franchise_id, after or _FIRST]
    conditions, walked = "", ""
    if status is not None:
        args.append(str(status))
        conditions += f" AND w.status = ${len(args)}"
    if mask := sum(skill_bit(service) for service in set(skills)):
        args.append(mask)
        conditions += f" AND w.skills & ${len(args)} = ${len(args)}"
    if wanted := (text or "").strip():
        matches = await match(uow, wanted, FEW)
        args.append(matches.sought if matches.ids is None else matches.ids)
        walked = _WALKED if matches.ids is None else ""
        conditions += f" AND {HOLDS if matches.ids is None else _THESE}".format(at=f"${len(args)}")
    args.append(limit)
    rows = await uow.fetch(f"{_LIST.format(walked=walked)} {conditions} ORDER BY w.id LIMIT ${len(args)}", *args)
    phones = await home_phones(uow, [row["id"] for row in rows])
    return [line_of({**dict(row), "e164": phones.get(row["id"], "")}) for row in rows]


async def home_phones(uow: Uow, worker_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the numbers of the tenant's own men, E.164; others are left out."""
    rows = await uow.fetch("SELECT worker_id, e164 FROM home_phones($1)", list(worker_ids))
    return {row["worker_id"]: row["e164"] for row in rows}


async def phones_held(uow: Uow, worker_id: UUID) -> list[HeldPhone]:
    """Return where one of the tenant's own men is and was reached, and from when until when."""
    rows = await uow.fetch(
        """SELECT phone_id, lower(valid) AS since, upper(valid) AS until FROM phone_holders
           WHERE franchise_id = $1 AND worker_id = $2 ORDER BY lower(valid)""",
        uow.franchise_id,
        worker_id,
    )
    return [HeldPhone(row["phone_id"], row["since"], row["until"]) for row in rows]


async def display_names(uow: Uow, worker_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return what lists call these men: first and last name at home, the first name alone of a guest.

    Guests whom the tenant never invited are left out: their names are not its to see.
    """
    own = await uow.fetch(
        "SELECT worker_id, trim(first_name || ' ' || last_name) AS shown FROM worker_contacts "
        "WHERE franchise_id = $1 AND worker_id = ANY ($2)",
        uow.franchise_id,
        list(worker_ids),
    )
    names = {row["worker_id"]: row["shown"] for row in own}
    others = [worker_id for worker_id in worker_ids if worker_id not in names]
    if others:
        guests = await uow.fetch("SELECT worker_id, first_name FROM contact_for_text($1)", others)
        names |= {row["worker_id"]: row["first_name"] for row in guests}
    return names


async def find_by_phone_or_code(uow: Uow, said: str) -> Sequence[UUID]:
    """Return the tenant's own men whose whole phone or external id this is; of a shared phone there may be several."""
    digits = "".join(character for character in said if character.isdigit())
    national = digits[1:] if len(digits) == len("89211234567") and digits[0] == "8" else digits
    rows = await uow.fetch(
        """SELECT worker_id FROM worker_contacts WHERE franchise_id = $1 AND external_id = $2
           UNION SELECT worker_id FROM home_workers_by_phone($3) WHERE length($3) >= 10""",
        uow.franchise_id,
        said,
        national,
    )
    return [row["worker_id"] for row in rows]


async def availability_of(uow: Uow, worker_id: UUID) -> Availability:
    """Return the calendar of one of the tenant's own men; always available where none was set."""
    row = await uow.fetchrow(_CALENDAR, uow.franchise_id, worker_id)
    return ALWAYS if row is None else _availability(row)


def _availability(row: Mapping[str, Any]) -> Availability:
    cycle = Cycle(row["cycle_anchor"], row["days_on"], row["days_off"]) if row["cycle_anchor"] is not None else None
    return Availability(row["weekdays"], row["from_time"], row["to_time"], cycle)


async def calendar_of(uow: Uow, worker_id: UUID) -> CalendarView:
    """Return when one of the tenant's own men can work, with the absences that have not passed.

    Raises:
        WorkerNotFound: he is not its own.
    """
    await require_home(uow, worker_id)
    calendar = await availability_of(uow, worker_id)
    rows = await uow.fetch(_ABSENCES, uow.franchise_id, worker_id, uow.now)
    cycle = calendar.cycle
    return CalendarView(
        weekdays=tuple(day for position, day in enumerate(Weekday) if calendar.weekdays >> position & 1),
        from_time=calendar.from_time,
        to_time=calendar.to_time,
        cycle=cycle and WorkCycle(anchor=cycle.anchor, days_on=cycle.days_on, days_off=cycle.days_off),
        absences=tuple(Absence(**dict(row)) for row in rows),
    )


async def documents_of_worker(uow: Uow, worker_id: UUID) -> list[Document]:
    """Return the documents of one of the tenant's own men, newest first.

    Raises:
        WorkerNotFound: he is not its own.
    """
    await require_home(uow, worker_id)
    return documents_of(
        await uow.fetch(
            """SELECT id, kind, number, region, valid_until, sha256, created_at FROM worker_documents
               WHERE franchise_id = $1 AND worker_id = $2 ORDER BY created_at DESC, id""",
            uow.franchise_id,
            worker_id,
        )
    )


async def attestations_of(uow: Uow, worker_id: UUID) -> list[AttestationRecord]:
    """Return what was stated of one of the tenant's own men, newest first.

    Raises:
        WorkerNotFound: he is not its own.
    """
    await require_home(uow, worker_id)
    rows = await uow.fetch(
        """SELECT id, what, given, basis, author, batch_id, sha256, at FROM attestations
           WHERE franchise_id = $1 AND worker_id = $2 ORDER BY at DESC, id DESC LIMIT 200""",
        uow.franchise_id,
        worker_id,
    )
    return [AttestationRecord(**{**dict(row), "sha256": hex_of(row["sha256"])}) for row in rows]


async def import_summary(uow: Uow, import_id: UUID) -> ImportSummary:
    """Return an import of the tenant, finished or under way.

    Raises:
        ImportNotFound: it made no such import.
    """
    row = await uow.fetchrow(_IMPORT, uow.franchise_id, import_id)
    if row is None:
        raise ImportNotFound
    return ImportSummary(**dict(row))


async def recent_imports(uow: Uow, *, limit: int) -> list[ImportSummary]:
    """Return the tenant's newest imports, the newest first."""
    rows = await uow.fetch(_IMPORTS, uow.franchise_id, limit)
    return [ImportSummary(**dict(row)) for row in rows]


async def attested_of_import(uow: Uow, import_id: UUID) -> list[AttestedOfImport]:
    """Return what was stated of the men an import brought, by whom, when and of how many, the oldest first."""
    rows = await uow.fetch(
        """SELECT a.what, a.author, a.basis, min(a.at) AS at, count(*) AS workers
           FROM worker_contacts c JOIN attestations a ON a.worker_id = c.worker_id AND a.franchise_id = c.franchise_id
           WHERE c.franchise_id = $1 AND c.import_id = $2 AND a.given
           GROUP BY a.batch_id, a.what, a.author, a.basis ORDER BY min(a.at), a.what LIMIT 50""",
        uow.franchise_id,
        import_id,
    )
    return [AttestedOfImport(**dict(row)) for row in rows]


async def import_rejects(uow: Uow, import_id: UUID, *, after_line: int = 0, limit: int = 1000) -> list[LineReject]:
    """Return the lines an import did not take, in order of the file, from after a line on."""
    rows = await uow.fetch(
        """SELECT line, code, reason FROM worker_import_rejects
           WHERE franchise_id = $1 AND import_id = $2 AND line > $3 ORDER BY line LIMIT $4""",
        uow.franchise_id,
        import_id,
        after_line,
        limit,
    )
    return [LineReject(**dict(row)) for row in rows]
