"""The link to a worker's own page: random, kept as a digest, one good at a time, gone after thirty days.

Whoever holds the link acts as the man, so it goes to his own phone and nowhere else: nobody in the office sees it, and
with a new number, or when he is parted with, it is worthless. Looking at the page does not use it up.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from dispatch.kit.errors import TooMany
from dispatch.kit.tokens import hash_token, new_token
from dispatch.kit.uow import Database, Uow
from dispatch.sms.own_texts import wording_of
from dispatch.sms.service import PASS_ON, MessageClass, OutgoingText, Word, dedupe_key, queue_message
from dispatch.sms.texts import Template
from dispatch.workers.errors import WorkerNotFound

LINK_PREFIX: Final = "dlink"
LINK_LASTS: Final = timedelta(days=30)
MOST_LINKS: Final = 5
"""So many links for one man within `COUNTED_OVER`; each costs a text, and a phone that asks again and again is talking
to itself."""
COUNTED_OVER: Final = timedelta(days=1)
WORTHLESS_AFTER: Final = timedelta(hours=1)
"""A text with a link that could not leave by then is not sent any more; he has asked again or given up."""

_MOST_AT_A_PHONE: Final = 3
_LONGEST_TOKEN: Final = 200

_LOCK: Final = """
SELECT c.phone_id, c.language, c.first_name, w.status IN ('applicant', 'active', 'paused') AS may_have
FROM workers w JOIN worker_contacts c ON c.worker_id = w.id AND c.franchise_id = w.franchise_id
WHERE w.franchise_id = $1 AND w.id = $2 FOR NO KEY UPDATE OF w
"""
_RECENT: Final = """
SELECT count(*) FROM worker_links WHERE franchise_id = $1 AND worker_id = $2 AND created_at > $3
"""
_NEW: Final = """
INSERT INTO worker_links (token_sha256, franchise_id, worker_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
"""
_REVOKE: Final = """
UPDATE worker_links SET revoked_at = $3 WHERE franchise_id = $1 AND worker_id = $2 AND revoked_at IS NULL
"""
_HOLDER: Final = """
SELECT json_build_object('franchise_id', franchise_id, 'worker_id', worker_id)::text FROM worker_link_of($1)
"""


class TooManyLinks(TooMany):
    """He was sent several links already; another one would not arrive either, or somebody is playing."""

    def __init__(self) -> None:
        super().__init__(
            f"He was sent {MOST_LINKS} links within a day. The newest one works; ring him instead.",
            retry_after=int(COUNTED_OVER.total_seconds()),
        )


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Whose link it is, and at which franchise, his home."""

    franchise_id: UUID
    worker_id: UUID

    @property
    def actor(self) -> str:
        """Him as audit and timeline write him."""
        return f"worker:{self.worker_id}"


async def holder_of(database: Database, token: str) -> LinkHolder | None:
    """Return whose link this is; None for one that is unknown, too old or revoked, or of a man parted with.

    Every token costs the same one look by its digest, whatever it is; nothing is changed.
    """
    digest = bytes.fromhex(hash_token(token[:_LONGEST_TOKEN]))
    found: str | None = await database.autocommit(_HOLDER, [digest])
    if found is None:
        return None
    row = json.loads(found)
    return LinkHolder(UUID(row["franchise_id"]), UUID(row["worker_id"]))


async def send_link(
    uow: Uow, worker_id: UUID, base: str, *, account_id: UUID | None = None, by_name: bool = False
) -> None:
    """Text one of the tenant's own men a new link; the one before stops working.

    Args:
        uow: the tenant's.
        worker_id: his.
        base: what addresses of ours begin with, such as `https://dispatch.example`.
        account_id: the account to send from; None: the franchise's default.
        by_name: several people are reached at his phone, so the text says whom it is for.

    Raises:
        WorkerNotFound: he is not the tenant's, or was parted with.
        TooManyLinks: he was sent several today.
        SmsAccountMissing: the franchise has no account to send from.
    """
    man = await uow.fetchrow(_LOCK, uow.franchise_id, worker_id)
    if man is None or not man["may_have"]:
        raise WorkerNotFound
    if await uow.fetchval(_RECENT, uow.franchise_id, worker_id, uow.now - COUNTED_OVER) >= MOST_LINKS:
        raise TooManyLinks
    token, digest = new_token(LINK_PREFIX)
    await revoke_links(uow, worker_id)
    await uow.run(_NEW, bytes.fromhex(digest), uow.franchise_id, worker_id, uow.now, uow.now + LINK_LASTS)
    body = (await wording_of(uow)).render(
        Template.WORKER_LINK,
        man["language"],
        link=f"{base.rstrip('/')}/w/{token}",
        name=man["first_name"] if by_name else None,
    )
    await queue_message(
        uow,
        OutgoingText(
            phone_id=man["phone_id"],
            worker_id=worker_id,
            class_=MessageClass.SEAT,
            template=Template.WORKER_LINK,
            body=body,
            dedupe_key=dedupe_key(Template.WORKER_LINK, digest),
            account_id=account_id,
            deadline=uow.now + WORTHLESS_AFTER,
        ),
    )


async def revoke_links(uow: Uow, worker_id: UUID) -> bool:
    """Make a man's link worthless from now on; False when he has none."""
    return bool(await uow.run(_REVOKE, uow.franchise_id, worker_id, uow.now))


async def send_link_by_text(uow: Uow, word: Word, *, base: str) -> str:
    """Settle the word for a link: it goes to everybody who is reached at the phone that asked.

    The link is of his home, whichever franchise he wrote to, and goes to the phone he is registered with. A stranger
    gets no answer, and who asks too often is left to people.
    """
    found = await uow.fetch("SELECT worker_id, home_id FROM workers_at_phone($1)", word.phone_id)
    if not found:
        return PASS_ON
    home_id = found[0]["home_id"]
    await uow.enter_tenant(home_id)
    asking = [row["worker_id"] for row in found if row["home_id"] == home_id][:_MOST_AT_A_PHONE]
    account_id = word.account_id if home_id == word.owner_id else None
    try:
        for worker_id in asking:
            await send_link(uow, worker_id, base, account_id=account_id, by_name=len(found) > 1)
    except TooManyLinks:
        return PASS_ON
    return "link_sent"
