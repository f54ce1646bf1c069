"""Waves and invitations: written together, set-based, and moved along their table."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dispatch.crew.errors import InvitedAlready
from dispatch.crew.reasons import Reason, stored_reason
from dispatch.crew.rules import INVITATION_MOVES, PENDING, InvitationStatus
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of asking for one shift; `target` never changes, its reason says how it was reckoned.

    `why` is the reason as code and figures; None of a wave from the time when only the sentence was kept.
    """

    id: UUID
    shift_id: UUID
    n: int
    target: int
    reason: str
    radius_m: int
    starts_at: datetime
    deadline: datetime
    closed_at: datetime | None
    invited: int = 0
    why: Reason | None = None


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """One man asked for one shift, with the figures he was chosen by. `distance_m` is geodesic metres.

    `contact_day` is the day whose budget it took; None where it leaves in the text of another offer and took nothing.
    `ask` counts how often he was asked for this shift; from the second time on `id` is that of the first.
    """

    id: UUID
    shift_id: UUID
    worker_id: UUID
    wave_id: UUID | None
    question_id: UUID | None
    terms_version: int
    rank: int
    score: float
    distance_m: float
    p_accept: float
    p_show: float
    explain: dict[str, Any]
    deadline: datetime
    contact_day: date | None
    second_chance: bool = False
    by_hand: bool = False
    ask: int = 1


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it was when read."""

    id: UUID
    shift_id: UUID
    worker_id: UUID
    wave_id: UUID | None
    question_id: UUID | None
    ask: int
    status: InvitationStatus
    terms_version: int
    p_accept: float
    p_show: float
    second_chance: bool
    by_hand: bool
    distance_m: int
    deadline: datetime
    contact_day: date | None
    answered_at: datetime | None


_COLUMNS = """
id, shift_id, worker_id, wave_id, question_id, ask, status, terms_version, p_accept, p_show, second_chance, by_hand,
distance_m, deadline, contact_day, answered_at
"""

_INSERT = """
INSERT INTO invitations AS i (id, franchise_id, shift_id, worker_id, wave_id, question_id, terms_version, rank, score,
                              distance_m, p_accept, p_show, explain, second_chance, by_hand, deadline, contact_day, ask)
SELECT u.id, $1, u.shift_id, u.worker_id, u.wave_id, u.question_id, u.terms, u.rank, u.score, u.metres, u.p_accept,
       u.p_show, u.explain, u.second, u.by_hand, u.deadline, u.day, u.ask
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::int[], $8::smallint[], $9::float8[],
            $10::int[], $11::float8[], $12::float8[], $13::jsonb[], $14::bool[], $15::bool[], $16::timestamptz[],
            $17::date[], $18::smallint[])
     AS u (id, shift_id, worker_id, wave_id, question_id, terms, rank, score, metres, p_accept, p_show, explain, second,
           by_hand, deadline, day, ask)
ON CONFLICT ON CONSTRAINT invited_once DO UPDATE
SET wave_id = excluded.wave_id, question_id = excluded.question_id, terms_version = excluded.terms_version,
    rank = excluded.rank, score = excluded.score, distance_m = excluded.distance_m, p_accept = excluded.p_accept,
    p_show = excluded.p_show, explain = excluded.explain, second_chance = excluded.second_chance,
    by_hand = excluded.by_hand, deadline = excluded.deadline, contact_day = excluded.contact_day, ask = excluded.ask,
    created_at = excluded.created_at, status = 'queued', reason = NULL, answered_at = NULL
WHERE i.id = excluded.id AND excluded.ask = i.ask + 1 AND i.status IN ('expired', 'turned_away', 'withdrawn')
"""

# What leaves in the text of another offer holds no unit; of several days of a block each notes the same one.
_GIVE_BACK = """
WITH mine AS (
    SELECT i.worker_id, i.contact_day FROM invitations i
    WHERE i.franchise_id = $1 AND i.id = $2 AND i.contact_day IS NOT NULL),
heir AS (
    SELECT i.question_id FROM mine JOIN invitations i ON i.worker_id = mine.worker_id
    WHERE i.franchise_id = $1 AND i.status = 'queued' AND i.contact_day IS NULL ORDER BY i.id LIMIT 1),
held AS (
    SELECT i.id FROM heir JOIN invitations i ON i.question_id = heir.question_id
    WHERE i.franchise_id = $1 AND i.status = 'queued' ORDER BY i.id FOR NO KEY UPDATE OF i SKIP LOCKED),
passed_on AS (
    UPDATE invitations i SET contact_day = mine.contact_day FROM held, mine WHERE i.id = held.id RETURNING i.id)
SELECT give_back_contact(mine.worker_id, mine.contact_day, $3) FROM mine WHERE NOT EXISTS (SELECT FROM passed_on)
"""


async def insert_wave(uow: Uow, wave: Wave) -> None:
    """Write a wave before its invitations; from then on its counter admits no more than its target."""
    await uow.run(
        """INSERT INTO waves (id, franchise_id, shift_id, n, target, reason, radius_m, starts_at, deadline, why)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        wave.id,
        uow.franchise_id,
        wave.shift_id,
        wave.n,
        wave.target,
        wave.reason,
        wave.radius_m,
        wave.starts_at,
        wave.deadline,
        None if wave.why is None else json.dumps(wave.why.stored()),
    )


async def numbered(uow: Uow, drafts: Sequence[NewInvitation]) -> list[NewInvitation]:
    """Return drafts as they are to be written: of people asked for the shift before, the same row and a further ask."""
    rows = await uow.fetch(
        """SELECT i.shift_id, i.worker_id, i.id, i.ask FROM invitations i
           JOIN unnest($2::uuid[], $3::uuid[]) AS u (shift_id, worker_id) USING (shift_id, worker_id)
           WHERE i.franchise_id = $1""",
        uow.franchise_id,
        [draft.shift_id for draft in drafts],
        [draft.worker_id for draft in drafts],
    )
    known = {(row["shift_id"], row["worker_id"]): row for row in rows}
    return [
        draft
        if (row := known.get((draft.shift_id, draft.worker_id))) is None
        else replace(draft, id=row["id"], ask=row["ask"] + 1)
        for draft in drafts
    ]


async def insert_invitations(uow: Uow, invitations: Sequence[NewInvitation]) -> None:
    """Write all invitations of a wave in one statement, further asks over the earlier ones.

    Raises:
        WaveOverrun: more than the wave's target.
        InvitedAlready: one of them is still asked for this shift, or said yes or no.
    """
    columns = list(
        zip(
            *(
                (
                    i.id,
                    i.shift_id,
                    i.worker_id,
                    i.wave_id,
                    i.question_id,
                    i.terms_version,
                    i.rank,
                    i.score,
                    round(i.distance_m),
                    i.p_accept,
                    i.p_show,
                    json.dumps(i.explain),
                    i.second_chance,
                    i.by_hand,
                    i.deadline,
                    i.contact_day,
                    i.ask,
                )
                for i in invitations
            ),
            strict=True,
        )
    )
    if not columns:
        return
    written = await uow.run(_INSERT, uow.franchise_id, *columns)
    if written < len(invitations):
        raise InvitedAlready("This worker was asked for this shift; see GET shifts/{id}/invitations.")


async def waves_of(uow: Uow, shift_id: UUID) -> list[Wave]:
    """Read the waves of a shift in order."""
    rows = await uow.fetch(
        """SELECT id, shift_id, n, target, reason, radius_m, starts_at, deadline, closed_at, invited, why FROM waves
           WHERE franchise_id = $1 AND shift_id = $2 ORDER BY n""",
        uow.franchise_id,
        shift_id,
    )
    return [Wave(**{**dict(row), "why": stored_reason(row["why"])}) for row in rows]


async def close_wave(uow: Uow, wave_id: UUID) -> None:
    """Note that a wave was reckoned up."""
    await uow.run("UPDATE waves SET closed_at = clock.now() WHERE id = $1 AND closed_at IS NULL", wave_id)


async def invitations_of(
    uow: Uow, shift_id: UUID, statuses: Collection[InvitationStatus] | None = None
) -> list[Invitation]:
    """Read the invitations of a shift, best ranked first, all of them or those in the statuses named."""
    return await _select(
        uow,
        "shift_id = $2 AND ($3::text[] IS NULL OR status = ANY ($3)) ORDER BY created_at, rank",
        shift_id,
        None if statuses is None else [str(status) for status in statuses],
    )


async def invitations_of_question(uow: Uow, question_id: UUID) -> list[Invitation]:
    """Read the invitations one offer carries: one for each shift of its block."""
    return await _select(uow, "question_id = $2 ORDER BY id", question_id)


async def pending_of_question(uow: Uow, question_id: UUID) -> int:
    """Count the invitations of one offer that may still be answered in time."""
    return int(
        await uow.fetchval(
            "SELECT count(*) FROM invitations WHERE franchise_id = $1 AND question_id = $2 AND status = ANY ($3)",
            uow.franchise_id,
            question_id,
            [str(status) for status in PENDING],
        )
    )


async def invitation_of(uow: Uow, shift_id: UUID, worker_id: UUID) -> Invitation | None:
    """Read the invitation of one man to one shift, None when he was never asked."""
    found = await _select(uow, "shift_id = $2 AND worker_id = $3", shift_id, worker_id)
    return found[0] if found else None


async def read_invitations(uow: Uow, ids: Collection[UUID]) -> list[Invitation]:
    """Read invitations of this tenant by id."""
    return await _select(uow, "id = ANY ($2) ORDER BY id", list(ids))


async def pending_invitations(uow: Uow, shift_id: UUID) -> list[Invitation]:
    """Read those that may still be answered in time."""
    return await invitations_of(uow, shift_id, PENDING)


async def turned_away_of(uow: Uow, shift_id: UUID) -> list[UUID]:
    """Return the people who said yes to a shift when it had no place for them, and were asked once: the next to ask."""
    rows = await uow.fetch(
        """SELECT worker_id FROM invitations
           WHERE franchise_id = $1 AND shift_id = $2 AND status = 'turned_away' AND ask = 1 ORDER BY answered_at, id""",
        uow.franchise_id,
        shift_id,
    )
    return [row["worker_id"] for row in rows]


async def silent_but_awaited(uow: Uow, shift_id: UUID) -> list[UUID]:
    """Return the people silent about a shift whose answer about other days of that very offer is still in time."""
    rows = await uow.fetch(
        """SELECT i.worker_id FROM invitations i WHERE i.franchise_id = $1 AND i.shift_id = $2 AND i.status = 'expired'
           AND EXISTS (SELECT FROM invitations o WHERE o.question_id = i.question_id AND o.status = ANY ($3))""",
        uow.franchise_id,
        shift_id,
        [str(status) for status in PENDING],
    )
    return [row["worker_id"] for row in rows]


async def awaits_answers(uow: Uow, shift_id: UUID) -> bool:
    """Whether anybody may still answer an offer of a shift in time. One row is looked for, however many were asked."""
    return bool(
        await uow.fetchval(
            """SELECT EXISTS (SELECT FROM invitations
                              WHERE franchise_id = $1 AND shift_id = $2 AND status = ANY ($3))""",
            uow.franchise_id,
            shift_id,
            [str(status) for status in PENDING],
        )
    )


async def _select(uow: Uow, condition: str, *args: object) -> list[Invitation]:
    rows = await uow.fetch(
        f"SELECT {_COLUMNS} FROM invitations WHERE franchise_id = $1 AND {condition}", uow.franchise_id, *args
    )
    return [Invitation(**{**dict(row), "status": InvitationStatus(row["status"])}) for row in rows]


async def move_invitations(
    uow: Uow, ids: Collection[UUID], new: InvitationStatus, *, reason: str | None = None
) -> list[UUID]:
    """Move those that may become `new` from where they are; return which did. The others are late or duplicate events.

    An answer (accepted, declined, turned_away) stamps `answered_at` once.
    """
    sources = [str(status) for status in INVITATION_MOVES.sources(new)]
    rows = await uow.fetch(
        """UPDATE invitations SET status = $3, reason = coalesce($4, reason),
               answered_at = CASE WHEN $3 IN ('accepted', 'declined', 'turned_away')
                                  THEN coalesce(answered_at, clock.instant()) ELSE answered_at END
           WHERE franchise_id = $1 AND id = ANY ($2) AND status = ANY ($5) RETURNING id""",
        uow.franchise_id,
        list(ids),
        str(new),
        reason,
        sources,
    )
    return [row["id"] for row in rows]


async def renew_terms(uow: Uow, invitation_id: UUID, terms_version: int) -> None:
    """Note that a man is asked again on the shift's present terms."""
    await uow.run(
        "UPDATE invitations SET terms_version = $2, ask = ask + 1 WHERE id = $1", invitation_id, terms_version
    )


async def give_back(uow: Uow, invitation: Invitation, *, unsent: bool) -> None:
    """Give the unit of contact budget of an offer back: he answered, or its text never left.

    Several offers in one text cost one unit: it is passed on to one that still waits to leave and holds none. Whose
    shift is being settled by somebody else just now is passed over, never waited for.
    """
    await uow.fetch(_GIVE_BACK, uow.franchise_id, invitation.id, unsent)


async def next_wave_number(uow: Uow, shift_id: UUID) -> int:
    """Return the number of the wave to come, from 1."""
    last = await uow.fetchval(
        "SELECT coalesce(max(n), 0) FROM waves WHERE franchise_id = $1 AND shift_id = $2", uow.franchise_id, shift_id
    )
    return int(last) + 1


def new_wave_id() -> UUID:
    """Return the id of a wave to be written."""
    return new_id()
