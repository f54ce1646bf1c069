"""Five callbacks of a text in all 120 orders, each more than once: no order and no gap takes a text back.

Each order is a text of its own and all texts go side by side, so a step is a burst of callbacks as after a broadcast.
Over the real webhook and the real drain; where a case differs only by what the text went through before, the callbacks
are stored as the webhook stores them, over HTTP as well with `--full`.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg
import pytest
import pytest_asyncio
from httpx import AsyncClient

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database
from dispatch.settings import SendingMode, Settings
from dispatch.sms.claim import ClaimedText, claim_texts
from dispatch.sms.gateways.base import Sent
from dispatch.sms.gateways.registry import open_gateways
from dispatch.sms.receipts import ReceiptDrain
from dispatch.sms.results import write_results
from dispatch.sms.rules import MessageClass
from dispatch.sms.service import OutgoingText, queue_messages
from tests.factories.hooks import gateway_side, hooked_app, post, status_fields
from tests.factories.sms import TestAccount, make_account, make_phone

NO_SUCH_HANDSET: Final = "30005"
MEANS: Final = {
    "accepted": "sent",
    "sent": "sent",
    "partially_delivered": "partially_delivered",
    "delivered": "delivered",
    "undelivered": "failed",
}
"""Two that both mean `sent`, one that means nothing here, and two ends that contradict one another."""
CALLBACKS: Final = tuple(MEANS)
ORDERS: Final = tuple(itertools.permutations(CALLBACKS))
AT_ONCE: Final = 16
NEVER: Final = 99


@dataclass(frozen=True, slots=True)
class Case:
    """What a text went through before its callbacks come.

    Attributes:
        before: its status then.
        by_reference: whether the callbacks carry our own id, or only the gateway's.
        answered: after how many callbacks our own call to the gateway returns, by the number of the order.
    """

    name: str
    before: str
    by_reference: bool
    answered: tuple[int, ...]


CASES: Final = (
    Case("while our call is under way", "sending", by_reference=True, answered=(0, 1, 2, 3, 4, 5, NEVER)),
    Case("after our call, by the gateway's id", "sending", by_reference=False, answered=(0,)),
    Case("before our call's answer, by the gateway's id", "sending", by_reference=False, answered=(1, 2, 3, 4, 5)),
    Case("of a text nobody can vouch for", "unknown", by_reference=True, answered=(NEVER,)),
    Case("of a text that seemed absent and waits to go again", "queued", by_reference=True, answered=(NEVER,)),
)


@dataclass(slots=True)
class Text:
    """A text, the order its callbacks come in, and when our call returns."""

    claimed: ClaimedText
    order: tuple[str, ...]
    answered: int
    gateway_id: str = field(default_factory=lambda: f"SM{new_id().hex}")

    def expected(self, case: Case, told: int) -> str:
        """Where it stands after so many callbacks, by the rule itself: the first end counts, `sent` before any."""
        answered = self.answered <= told
        words = self.order[:told] if answered or case.by_reference else ()
        news = [MEANS[word] for word in words]
        ends = [status for status in news if status in {"delivered", "failed"}]
        if ends:
            return ends[0]
        return "sent" if answered or "sent" in news else case.before


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def http(settings: Settings) -> AsyncIterator[AsyncClient]:
    async with hooked_app(settings) as app, gateway_side(app) as client:
        yield client


async def texts_of(database: Database, owner: asyncpg.Connection, account: TestAccount, case: Case) -> list[Text]:
    """Claim one text for each order, to a phone of its own, and bring it to where the case begins."""
    phones = [await make_phone(owner) for _ in ORDERS]
    async with database.begin(account.franchise_id, "system:test") as uow:
        queued = [
            OutgoingText(phone.id, None, MessageClass.SEAT, "x", "Вы?", f"k{new_id()}", account_id=account.id)
            for phone in phones
        ]
        await queue_messages(uow, queued)
    claim = await claim_texts(database, account.id, len(ORDERS), mode=SendingMode.LIVE, allow_list=(), lease_s=300)
    if case.before != "sending":
        await owner.execute(
            "UPDATE messages SET status = $2, send_at = send_at + interval '1 day' WHERE account_id = $1",
            account.id,
            case.before,
        )
    return [
        Text(claimed, order, case.answered[n % len(case.answered)])
        for n, (claimed, order) in enumerate(zip(claim.texts, ORDERS, strict=True))
    ]


async def answer(database: Database, texts: Sequence[Text], told: int) -> None:
    """Let the calls return that return now."""
    results = [(text.claimed, Sent(text.gateway_id)) for text in texts if text.answered == told]
    if results:
        async with database.begin(None, "system:test") as uow:
            await write_results(uow, results)


Callback = tuple[Text, str]


async def post_all(http: AsyncClient, account: TestAccount, case: Case, callbacks: Sequence[Callback]) -> None:
    """Post callbacks, so many at once, in no order among those that run side by side."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def post_one(text: Text, word: str) -> int:
        code = {"ErrorCode": NO_SUCH_HANDSET} if word == "undelivered" else {}
        query = f"?ref={text.claimed.id}" if case.by_reference else ""
        fields = status_fields(account, MessageSid=text.gateway_id, MessageStatus=word, **code)
        async with gate:
            return (await post(http, account, f"/hooks/sms/simulator/status{query}", fields)).status_code

    assert set(await asyncio.gather(*(post_one(text, word) for text, word in callbacks))) == {200}


async def store_all(database: Database, account: TestAccount, case: Case, callbacks: Sequence[Callback]) -> None:
    """Store callbacks as the webhook does, one after the other."""
    async with database.begin(None, "system:test") as uow:
        await uow.fetch(
            """SELECT store_receipt(gen_random_uuid(), $1, c.gateway_id, c.message_id, c.status, c.error, '')
               FROM unnest($2::text[], $3::uuid[], $4::text[], $5::text[]) AS c (gateway_id, message_id, status, error)
            """,
            account.id,
            [text.gateway_id for text, _ in callbacks],
            [text.claimed.id if case.by_reference else None for text, _ in callbacks],
            [MEANS[word] for _, word in callbacks],
            [NO_SUCH_HANDSET if word == "undelivered" else None for _, word in callbacks],
        )


async def rows_of(owner: asyncpg.Connection, texts: Sequence[Text]) -> list[asyncpg.Record]:
    """Where the texts stand, with how often their phones count as refused, in order."""
    rows: list[asyncpg.Record] = await owner.fetch(
        """SELECT m.status, m.error, m.gateway_id, m.sent_at IS NOT NULL AS left, m.delivered_at IS NOT NULL AS arrived,
                  p.failures
           FROM unnest($1::uuid[]) WITH ORDINALITY AS t (id, n) JOIN messages m USING (id)
           JOIN phones p ON p.id = m.phone_id ORDER BY t.n""",
        [text.claimed.id for text in texts],
    )
    return rows


def end_of(case: Case, text: Text) -> tuple[object, ...]:
    """How a text's row looks in the end: nothing but its first end decides."""
    status = text.expected(case, len(CALLBACKS))
    failed = status == "failed"
    return status, NO_SUCH_HANDSET if failed else None, text.gateway_id, True, not failed, int(failed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_no_order_of_callbacks_takes_a_text_back(
    http: AsyncClient, jobs_db: Database, settings: Settings, owner: asyncpg.Connection, case: Case, *, full: bool
) -> None:
    account = await make_account(settings, owner, rate_per_s=10_000)
    texts = await texts_of(jobs_db, owner, account, case)
    drain = ReceiptDrain(jobs_db, open_gateways(Settings()))
    await answer(jobs_db, texts, 0)
    for told in range(1, len(CALLBACKS) + 1):
        news = [(text, text.order[told - 1]) for text in texts]
        again = [(text, text.order[max(told - 2, 0)]) for text in texts]  # the one before, after this one
        if full or case is CASES[0]:
            await post_all(http, account, case, [*news, *again])
        else:
            await store_all(jobs_db, account, case, [*news, *again])
        await drain()
        await answer(jobs_db, texts, told)
        await drain()
        stand = [row["status"] for row in await rows_of(owner, texts)]
        assert stand == [text.expected(case, told) for text in texts]
    assert [tuple(row) for row in await rows_of(owner, texts)] == [end_of(case, text) for text in texts]
    assert await drain() == 0
    told = await owner.fetchrow(
        "SELECT sum(seen) AS seen, bool_and(applied_at IS NOT NULL) AS applied FROM receipts WHERE account_id = $1",
        account.id,
    )
    assert tuple(told or ()) == (len(ORDERS) * len(CALLBACKS) * 2, True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_callbacks_read_together_end_as_those_read_one_by_one(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection, case: Case
) -> None:
    account = await make_account(settings, owner, rate_per_s=10_000)
    texts = await texts_of(jobs_db, owner, account, case)
    for nth in range(len(CALLBACKS)):
        await store_all(jobs_db, account, case, [(text, text.order[nth]) for text in texts] * 2)
    if not case.by_reference:
        for told in range(len(CALLBACKS) + 1):
            await answer(jobs_db, texts, told)
    await ReceiptDrain(jobs_db, open_gateways(Settings()))()
    assert [tuple(row) for row in await rows_of(owner, texts)] == [end_of(case, text) for text in texts]
