"""What a phone wants and whether it lives: STOP, START, dead and alive. Per phone, for all franchises at once."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.outbox import Job, NewEvent, emit_many
from dispatch.kit.uow import Uow
from dispatch.sms.events import STOPPED, Moved, tell_texts_moved
from dispatch.sms.outgoing import OutgoingText, dedupe_key, queue_message
from dispatch.sms.own_texts import wording_of
from dispatch.sms.rules import MessageClass, Priority
from dispatch.sms.wording import Template

DEAD_AFTER: Final = 2
"""So many texts in a row refused as "no such phone", and the number counts as dead until one arrives."""

OPTED_OUT: Final = "opted_out"
"""The reason kept with texts that a STOP holds back."""


async def phone_of(uow: Uow, e164: str) -> UUID:
    """Return the phone with this number, made now if nobody was ever reached there, in the franchise's zone."""
    found: UUID = await uow.fetchval(
        "SELECT phone_for($1, (SELECT zone FROM franchises WHERE id = $2), $3)", e164, uow.franchise_id, new_id()
    )
    return found


async def stop_phone(uow: Uow, phone_id: UUID, *, source: str, inbound_id: UUID | None = None) -> bool:
    """Write down that a phone wants no more texts, take back what is queued, and tell whose seats hang on it.

    The row is locked against the sender's claim, which takes it FOR KEY SHARE: whatever is claimed after this commits
    sees the STOP, and what was claimed before starts within its 0.8 s or not at all.

    Returns:
        False when the phone was opted out before: then nothing changes and nothing is confirmed again.
    """
    before = await uow.fetchrow("SELECT opted_out_at FROM phones WHERE id = $1 FOR UPDATE", phone_id)
    if before is None or before["opted_out_at"] is not None:
        return False
    await uow.run("UPDATE phones SET opted_out_at = clock.instant() WHERE id = $1", phone_id)
    await _note(uow, [phone_id], "stop", source, inbound_id)
    await _hold_back(uow, phone_id)
    return True


async def finish_stop(uow: Uow, job: Job) -> None:
    """Event: somebody stopped our texts on a page of ours. Do what follows, as after a STOP by text, and confirm it."""
    phone_id = UUID(job.detail["phone_id"])
    if not await uow.fetchval("SELECT opted_out_at IS NOT NULL FROM phones WHERE id = $1", phone_id):
        return
    await _hold_back(uow, phone_id)
    await queue_message(
        uow,
        OutgoingText(
            phone_id=phone_id,
            worker_id=None,
            class_=MessageClass.SEAT,
            template=Template.STOP_CONFIRMED.value,
            body=(await wording_of(uow)).render(Template.STOP_CONFIRMED, job.detail["language"]),
            dedupe_key=dedupe_key(Template.STOP_CONFIRMED, job.subject_id),
            priority=Priority.STOP,
        ),
    )


async def _hold_back(uow: Uow, phone_id: UUID) -> None:
    """Take back what is queued for a phone that stopped, and tell whose seats hang on it."""
    held_back = await uow.fetch(
        """
        WITH mine AS (
            SELECT m.id FROM messages m WHERE m.phone_id = $1 AND m.status = 'queued' AND m.template <> $2
            FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE messages m SET status = 'suppressed', error = $3 FROM mine WHERE m.id = mine.id
        RETURNING m.id, m.franchise_id, m.shift_id, m.invitation_ids <> '{}' AS carries
        """,
        phone_id,
        Template.STOP_CONFIRMED.value,
        OPTED_OUT,
    )
    await tell_texts_moved(
        uow, [Moved(row["id"], row["franchise_id"], row["shift_id"], row["carries"]) for row in held_back]
    )
    await _tell_stopped(uow, phone_id)


async def start_phone(uow: Uow, phone_id: UUID, *, source: str, inbound_id: UUID | None = None) -> bool:
    """Write down that a phone wants texts again; False when it never stopped them."""
    before = await uow.fetchrow("SELECT opted_out_at FROM phones WHERE id = $1 FOR UPDATE", phone_id)
    if before is None or before["opted_out_at"] is None:
        return False
    await uow.run("UPDATE phones SET opted_out_at = NULL WHERE id = $1", phone_id)
    await _note(uow, [phone_id], "start", source, inbound_id)
    return True


async def note_refusals(uow: Uow, phone_ids: Collection[UUID], *, source: str) -> None:
    """Count texts that a gateway refused because the number does not exist; the second in a row makes it dead."""
    refused: Mapping[UUID, int] = Counter(phone_ids)
    if not refused:
        return
    rows = await uow.fetch(
        """
        WITH before AS (
            SELECT p.id, p.dead_at, p.failures + r.times >= $3 AS dead, least(p.failures + r.times, 1000) AS failures
            FROM unnest($1::uuid[], $2::int[]) AS r (id, times) JOIN phones p ON p.id = r.id
            ORDER BY p.id FOR NO KEY UPDATE OF p)
        UPDATE phones p SET failures = b.failures,
            dead_at = CASE WHEN b.dead THEN coalesce(p.dead_at, clock.instant()) ELSE p.dead_at END
        FROM before b WHERE p.id = b.id
        RETURNING p.id, b.dead AND b.dead_at IS NULL AS died
        """,
        list(refused),
        list(refused.values()),
        DEAD_AFTER,
    )
    await _note(uow, [row["id"] for row in rows if row["died"]], "dead", source)


async def note_arrivals(uow: Uow, phone_ids: Collection[UUID], *, source: str) -> None:
    """Note that texts arrived at these phones: whatever failed before is forgotten, the dead are alive again."""
    if not phone_ids:
        return
    rows = await uow.fetch(
        """
        WITH before AS (
            SELECT p.id, p.dead_at FROM phones p
            WHERE p.id = ANY ($1) AND (p.failures > 0 OR p.dead_at IS NOT NULL) ORDER BY p.id FOR NO KEY UPDATE)
        UPDATE phones p SET failures = 0, dead_at = NULL FROM before b WHERE p.id = b.id
        RETURNING p.id, b.dead_at IS NOT NULL AS revived
        """,
        list(phone_ids),
    )
    await _note(uow, [row["id"] for row in rows if row["revived"]], "alive", source)


async def _note(uow: Uow, phone_ids: Collection[UUID], kind: str, source: str, inbound_id: UUID | None = None) -> None:
    if phone_ids:
        await uow.run(
            """INSERT INTO phone_events (phone_id, at, kind, source, inbound_id)
               SELECT p, clock.instant(), $2, $3, $4 FROM unnest($1::uuid[]) AS p""",
            list(phone_ids),
            kind,
            source,
            inbound_id,
        )


async def _tell_stopped(uow: Uow, phone_id: UUID) -> None:
    """Tell of each open seat. The phone's lock makes the next number of its events ours."""
    seats = await uow.fetch(
        """SELECT q.franchise_id, q.subject_id, q.worker_id, q.shift_id,
                  coalesce((SELECT max(o.n) FROM outbox o WHERE o.kind = $2 AND o.subject_id = $1), -1) AS last_n
           FROM questions q WHERE q.phone_id = $1 AND q.status = 'open' AND q.kind = 'seat' ORDER BY q.id""",
        phone_id,
        STOPPED,
    )
    await emit_many(
        uow,
        [
            NewEvent(
                seat["franchise_id"],
                STOPPED,
                phone_id,
                n=seat["last_n"] + nth,
                detail={"seat_id": seat["subject_id"], "worker_id": seat["worker_id"], "shift_id": seat["shift_id"]},
            )
            for nth, seat in enumerate(seats, start=1)
        ],
    )
