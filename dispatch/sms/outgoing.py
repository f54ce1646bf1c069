"""Queue texts and take them back. The queue is the table `messages` itself; `send.py` empties it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow
from dispatch.sms.errors import SimulatorAccountMissing, SmsAccountMissing, TextTooLong
from dispatch.sms.rules import PRIORITY_OF, MessageClass, MessageStatus, Priority
from dispatch.sms.segments import measure
from dispatch.sms.wording import Template
from dispatch.tenancy.policy import QuietHours
from dispatch.tenancy.rules import next_allowed

LANE: Final = "sms"
"""The lane whose drain sends what is due."""

PASSWORD_RESET: Final = "password_reset"  # noqa: S105 - a name, no secret
"""The template of texts with a secret link for staff."""
SECRET: Final = frozenset({PASSWORD_RESET, Template.LEAD_LINK.value, Template.WORKER_LINK.value})
"""The templates of texts that hold a key. Nobody reads them back: lists leave them out, and the database forgets the
body as soon as the text has left or never will."""

_LONGEST_SEGMENTS = 24
_HOUSE_QUIET = QuietHours()

_INSERT = """
INSERT INTO messages (id, franchise_id, account_id, phone_id, worker_id, shift_id, question_id, invitation_ids,
                      template, class, urgent, body, segments, dedupe_key, priority, not_before, send_at, deadline,
                      quiet_from, quiet_to)
SELECT t.id, $1, t.account_id, t.phone_id, t.worker_id, t.shift_id, t.question_id, t.invitation_ids::uuid[], t.template,
       t.class, t.urgent, t.body, t.segments, t.dedupe_key, t.priority, t.not_before, t.not_before, t.deadline,
       CASE WHEN t.quiet THEN $2::time END, CASE WHEN t.quiet THEN $3::time END
FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::text[], $11::text[],
            $12::text[], $13::boolean[], $14::text[], $15::smallint[], $16::text[], $17::smallint[], $18::timestamptz[],
            $19::timestamptz[], $20::boolean[])
  AS t (id, account_id, phone_id, worker_id, shift_id, question_id, invitation_ids, template,
        class, urgent, body, segments, dedupe_key, priority, not_before, deadline, quiet)
ON CONFLICT ON CONSTRAINT message_once DO NOTHING
RETURNING id, dedupe_key
"""


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One text to queue.

    Attributes:
        worker_id: whom it is meant for; a phone may have two people. None: whoever holds the phone.
        class_: decides the hours and the order of sending.
        template: the name of the wording, for figures and for the one confirmation a STOP allows.
        body: the text itself, at most 24 segments.
        dedupe_key: unique in the whole network for ever; build it with `dedupe_key()` from ids.
        account_id: the account (and so the number) it leaves from; None: the franchise's default.
        invitation_ids: the invitations this text carries; `staffing.texts_moved` speaks of them.
        urgent: the shift is urgent AND this worker agreed to be asked at any hour; it lifts the quiet hours.
        not_before: no earlier than this; None: now.
        deadline: worthless from then on: it is not sent any more and becomes `expired`.
        priority: lower goes first; None: by class.
    """

    phone_id: UUID
    worker_id: UUID | None
    class_: MessageClass
    template: str
    body: str
    dedupe_key: str
    account_id: UUID | None = None
    shift_id: UUID | None = None
    question_id: UUID | None = None
    invitation_ids: tuple[UUID, ...] = field(default=())
    urgent: bool = False
    not_before: datetime | None = None
    deadline: datetime | None = None
    priority: Priority | None = None

    @property
    def keeps_quiet_hours(self) -> bool:
        """Whether the recipient's quiet hours hold it back."""
        return self.class_ is not MessageClass.SEAT and not self.urgent


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A queued text that will not be sent."""

    message_id: UUID
    question_id: UUID | None
    invitation_ids: tuple[UUID, ...]


def dedupe_key(template: str, *parts: object) -> str:
    """Return the key of a text: its wording and what makes it the only one of its kind.

    One text exists per key, for ever, in the whole network, so the parts are ids (unique everywhere) and, where the
    same thing is said again on purpose, the number of the repetition: `dedupe_key("offer", invitation_id, ask)`.
    """
    return ":".join((template, *map(str, parts)))


async def default_account(uow: Uow, *, test: bool = False) -> UUID:
    """Return the account the current franchise sends from: its oldest enabled one, real ones before simulated ones.

    With `test`, only an account that never reaches a real phone will do. Texts to test people, and of test orders, are
    bound to such an account by the database, whichever they name.

    Raises:
        SmsAccountMissing: there is none.
        SimulatorAccountMissing: none that is bound to a simulator, with `test`.
    """
    found: UUID | None = await uow.fetchval(
        """SELECT id FROM sms_accounts WHERE franchise_id = $1 AND enabled AND (simulated OR NOT $2)
           ORDER BY simulated = $2 DESC, test = $2 DESC, created_at, id LIMIT 1""",
        uow.franchise_id,
        test,
    )
    if found is None:
        raise SimulatorAccountMissing if test else SmsAccountMissing
    return found


async def queue_message(uow: Uow, text: OutgoingText, *, quiet: QuietHours | None = None) -> UUID | None:
    """Queue one text; see `queue_messages`. Returns its id, or None when its key was used before."""
    return (await queue_messages(uow, [text], quiet=quiet))[0]


async def queue_messages(
    uow: Uow, texts: Sequence[OutgoingText], *, quiet: QuietHours | None = None
) -> list[UUID | None]:
    """Queue texts of the current franchise in one statement.

    Offers and marketing wait for the end of the recipient's quiet hours unless urgent and agreed; texts about a held
    seat go at any hour. The sender looks again just before sending, so a text delayed by a full queue is held, too.
    `quiet` are the franchise's quiet hours, on the worker's clock; None means the house rule, 21:00-08:00.

    Returns:
        The ids, in order; None where the key exists already: that text was queued before and is not queued again.

    Raises:
        TextTooLong: a text of more than 24 segments.
        SmsAccountMissing: a text names no account and the franchise has none.
    """
    if not texts:
        return []
    hours = quiet or _HOUSE_QUIET
    account_id = await default_account(uow) if any(text.account_id is None for text in texts) else None
    zones = await _zones(uow, {text.phone_id for text in texts if text.keeps_quiet_hours})
    ids = [new_id() for _ in texts]
    rows = await uow.fetch(
        _INSERT,
        uow.franchise_id,
        hours.start,
        hours.end,
        ids,
        [text.account_id or account_id for text in texts],
        [text.phone_id for text in texts],
        [text.worker_id for text in texts],
        [text.shift_id for text in texts],
        [text.question_id for text in texts],
        ["{" + ",".join(map(str, text.invitation_ids)) + "}" for text in texts],
        [text.template for text in texts],
        [text.class_.value for text in texts],
        [text.urgent for text in texts],
        [text.body for text in texts],
        [_segments(text) for text in texts],
        [text.dedupe_key for text in texts],
        [int(PRIORITY_OF[text.class_] if text.priority is None else text.priority) for text in texts],
        [_not_before(text, uow.now, zones, hours) for text in texts],
        [text.deadline for text in texts],
        [text.keeps_quiet_hours for text in texts],
    )
    queued = {row["id"] for row in rows}
    uow.lanes.add(LANE)
    return [message_id if message_id in queued else None for message_id in ids]


async def suppress(
    uow: Uow,
    reason: str,
    *,
    question_ids: Collection[UUID] | None = None,
    shift_id: UUID | None = None,
    worker_ids: Collection[UUID] | None = None,
    templates: Collection[str] | None = None,
) -> list[TakenBack]:
    """Take back texts of the current franchise that are still queued; what a sender holds already is not touched.

    Selectors are joined by "and"; `question_ids` or `shift_id` is required, since they are what can be found fast.
    `reason` is a short machine word such as `withdrawn`, kept with the text. A text that asks several questions is
    taken back with all of them or not at all; `staffing.digests` takes single ones out.

    Returns:
        What was taken back; what is not listed has left us, or never existed.

    Raises:
        ValueError: neither `question_ids` nor `shift_id` is given.
    """
    if question_ids is None and shift_id is None:
        raise ValueError("suppress needs question_ids or shift_id")
    rows = await uow.fetch(
        """
        WITH mine AS (
            SELECT m.id FROM messages m
            WHERE m.franchise_id = $1 AND m.status = ANY ($2)
              AND ($3::uuid[] IS NULL OR m.question_id = ANY ($3) AND m.phone_id IN (
                   SELECT q.phone_id FROM questions q WHERE q.franchise_id = $1 AND q.id = ANY ($3)))
              AND ($4::uuid IS NULL OR m.shift_id = $4)
              AND ($5::uuid[] IS NULL OR m.worker_id = ANY ($5))
              AND ($6::text[] IS NULL OR m.template = ANY ($6))
              AND (m.question_ids = '{}' OR m.question_ids <@ coalesce($3, '{}'))
            ORDER BY m.id FOR NO KEY UPDATE)
        UPDATE messages m SET status = 'suppressed', error = $7 FROM mine WHERE m.id = mine.id
        RETURNING m.id, m.question_id, m.invitation_ids
        """,
        uow.franchise_id,
        [str(MessageStatus.QUEUED)],
        _listed(question_ids),
        shift_id,
        _listed(worker_ids),
        list(templates) if templates is not None else None,
        reason,
    )
    return [TakenBack(row["id"], row["question_id"], tuple(row["invitation_ids"])) for row in rows]


async def _zones(uow: Uow, phone_ids: Collection[UUID]) -> Mapping[UUID, ZoneInfo]:
    if not phone_ids:
        return {}
    rows = await uow.fetch("SELECT id, zone FROM phone_zones($1)", list(phone_ids))
    return {row["id"]: ZoneInfo(row["zone"]) for row in rows}


def _not_before(text: OutgoingText, now: datetime, zones: Mapping[UUID, ZoneInfo], quiet: QuietHours) -> datetime:
    earliest = now if text.not_before is None else max(now, text.not_before)
    return next_allowed(earliest, zones[text.phone_id], quiet) if text.keeps_quiet_hours else earliest


def _segments(text: OutgoingText) -> int:
    segments = measure(text.body).segments
    if segments > _LONGEST_SEGMENTS:
        raise TextTooLong(f"A text may have {_LONGEST_SEGMENTS} segments at most: shorten it.", segments=segments)
    return segments


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)
