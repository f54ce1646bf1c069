"""Workers with phones and browsers: they write to the franchise, get links to their own pages, and press buttons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from httpx import AsyncClient, Response

from dispatch.kit.uow import Database
from dispatch.sms.gateways.base import Account
from dispatch.sms.inbound import InboundDrain
from dispatch.sms.service import Question
from dispatch.wiring import ANSWERS, words_with
from tests.factories.desk import another_day
from tests.factories.sms import TestAccount, receive
from tests.factories.stage import Stage, open_questions, place, run_lane

BASE = "http://testserver"
TEXTS = "SELECT * FROM messages WHERE worker_id = $1 ORDER BY created_at, id"


@dataclass
class Man:
    """A worker with a phone, a browser, and whatever link he got."""

    id: UUID
    e164: str
    client: AsyncClient
    account: TestAccount
    owner: asyncpg.Connection
    jobs: Database
    offer: Question | None = None

    @property
    def asked(self) -> Question:
        """What he was asked last; he may have older offers, too."""
        assert self.offer is not None
        return self.offer

    async def say_yes(self) -> None:
        """Take the offer by text."""
        await self.write(f"да {self.asked.code}")

    async def answer(self, link: str, question_id: UUID, *, yes: bool) -> Response:
        """Press one of the two buttons of an offer."""
        return await self.press(link, "answer", question_id=question_id, yes=str(yes).lower())

    async def write(self, text: str) -> None:
        """Send a text to the franchise's number, and let it be dealt with."""
        await receive(self.jobs, self.account, self.e164, text)
        await InboundDrain(self.jobs, ANSWERS, words_with(BASE))()

    async def link(self, word: str = "ССЫЛКА") -> str:
        """Ask for a link by text, and return where it leads."""
        await self.write(word)
        return await self.link_sent()

    async def link_sent(self) -> str:
        bodies = [row["body"] for row in await self.owner.fetch(TEXTS, self.id) if row["template"] == "worker_link"]
        found = re.search(r"https?://\S+/w/dlink_[\w-]{43}", bodies[-1])
        assert found is not None, bodies
        return urlsplit(found[0]).path

    async def press(self, link: str, act: str, **form: object) -> Response:
        """Press a button of his page, as a browser without script sends it."""
        page = await self.client.get(link)
        proof = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
        assert proof is not None, page.text
        return await self.client.post(f"{link}/{act}", data={"csrf": proof[1], **form})

    async def told(self, answer: Response) -> str:
        """Follow the answer of a change, and return what the page says became of it."""
        assert answer.status_code == 303, answer.text
        page = (await self.client.get(answer.headers["location"])).text
        said = re.search(r'id="said">([^<]+)<', page)
        return said[1] if said else ""


async def ask_men(stage: Stage, client: AsyncClient, jobs_db: Database, owner: asyncpg.Connection) -> Sequence[Man]:
    """Three who were asked for the same shift of two, and one who was asked for nothing, last; each reads English."""
    order = await place(jobs_db, stage, 2, another_day())
    await run_lane(jobs_db)
    offers = [q for q in await open_questions(jobs_db, stage, "offer") if q.shift_id == order.shifts[0].id]
    asked = {offer.worker_id: offer for offer in offers if offer.worker_id is not None}
    row = await owner.fetchrow("SELECT * FROM sms_accounts WHERE id = $1", stage.account_id)
    account = TestAccount(
        Account(row["id"], row["gateway"], row["sid"], row["secret"], row["number"]), stage.franchise_id
    )
    spare = next(man for man in stage.workers if man not in asked)
    await owner.execute("UPDATE worker_contacts SET language = 'en' WHERE worker_id = ANY ($1)", [*asked, spare])
    return [
        Man(
            man,
            await owner.fetchval(
                "SELECT e164 FROM phones p JOIN worker_contacts c ON c.phone_id = p.id WHERE c.worker_id = $1", man
            ),
            client,
            account,
            owner,
            jobs_db,
            asked.get(man),
        )
        for man in (*asked, spare)
    ]
