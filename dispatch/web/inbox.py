"""The inbox: what no rule could decide, each item with the man, what is open with him, and what can be done at once."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.crew.calls import CallResult
from dispatch.kit.pages import read_cursor, write_cursor
from dispatch.kit.uow import Uow
from dispatch.sms.answering import AnswerByText, answer_inbox_item
from dispatch.sms.inbox import InboxKind, finish_inbox_item
from dispatch.sms.models import InboxItem
from dispatch.sms.queries import count_open, inbox_item, list_inbox
from dispatch.sms.rules import InboxStatus
from dispatch.sms.thread import HeldPhone, thread_of
from dispatch.staffing.calls import RecordCall, record_call_result
from dispatch.staffing.matters import Matter, open_matters
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import Fault, FormUnfit, fit
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SHOWN: Final = 30
_MOST_COUNTED: Final = 100
_TEXTS_SHOWN: Final = 60
_MATTERS_SHOWN: Final = 4
"""Of what is open with one man; the first is what his words are about."""
_WORKS: Final = [allow(Permission.INBOX_WORK)]
_ACTS: Final = [allow(Permission.INBOX_WORK), Depends(own_page)]

Kind = Annotated[str, Query(pattern="^(reply|appeal|lead|call)?$")]
After = Annotated[str, Query(max_length=400)]


@router.get("/inbox", dependencies=_WORKS)
async def show_inbox(
    page: PageDep, uow: UowDep, kind: Kind = "", status: InboxStatus = InboxStatus.OPEN, after: After = ""
) -> Response:
    """Show the items, the newest first."""
    return page.show("inbox.html", **await _items(uow, kind, status, after))


@router.get("/inbox/items", dependencies=_WORKS)
async def show_items(
    page: PageDep, uow: UowDep, kind: Kind = "", status: InboxStatus = InboxStatus.OPEN, after: After = ""
) -> Response:
    """Show the items alone, for an inbox that follows what happens."""
    return page.part("inbox.html", "items", **await _items(uow, kind, status, after))


@router.get("/inbox/count", dependencies=_WORKS)
async def show_count(page: PageDep, uow: UowDep) -> Response:
    """Show how many items wait, for the navigation."""
    return page.part("inbox.html", "count", waiting=await count_open(uow, _MOST_COUNTED), most=_MOST_COUNTED)


@router.get("/inbox/{item_id}/thread", dependencies=[allow(Permission.MESSAGES_READ)])
async def show_thread(item_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the conversation that an item is part of, and where to answer."""
    item = await inbox_item(uow, item_id)
    phones = [HeldPhone(item.phone_id)] if item.phone_id is not None else []
    texts = await thread_of(uow, phones, item.worker_id, _TEXTS_SHOWN)
    return page.part(
        "inbox.html",
        "thread",
        item=item,
        texts=list(reversed(texts)),
        name=None if item.worker_id is None else (await _names(uow, [item])).get(item.worker_id),
        zone=ZoneInfo((await franchise_of(uow)).zone),
    )


@router.post("/inbox/{item_id}/answer", dependencies=[allow(Permission.MESSAGES_SEND), Depends(own_page)])
async def answer(
    item_id: UUID, page: PageDep, uow: UowDep, text: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Answer him by text, in one's own words; the item is done by it."""
    await answer_inbox_item(uow, item_id, fit(AnswerByText, {"text": text.replace("\r\n", "\n")}))
    return page.done(page.say("The answer is on its way"), "/inbox")


@router.post("/inbox/{item_id}/done", dependencies=_ACTS)
async def finish(item_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say that one looked after an item."""
    await finish_inbox_item(uow, item_id)
    return page.done(page.say("Done"), "/inbox")


@router.post("/inbox/{item_id}/word", dependencies=[allow(Permission.SHIFTS_OPERATE), Depends(own_page)])
async def take_word(
    item_id: UUID,
    page: PageDep,
    uow: UowDep,
    shift_id: Annotated[UUID, Form()],
    result: Annotated[CallResult, Form()],
) -> Response:
    """Take what he wrote for a yes or a no about a shift, as if he had said it on the phone; the item is done by it.

    Raises:
        FormUnfit: nobody known wrote it.
    """
    item = await inbox_item(uow, item_id)
    if item.worker_id is None:
        raise FormUnfit({"": Fault("It is not known who wrote this: open the shift and ring him from there.")})
    note = page.say("judged from his text")
    kept = await record_call_result(uow, shift_id, RecordCall(worker_id=item.worker_id, result=result, note=note))
    await finish_inbox_item(uow, item_id)
    return page.done(page.say("Taken as said: %(outcome)s", outcome=page.say(kept.outcome)), "/inbox")


async def _items(uow: Uow, kind: str, status: InboxStatus, after: str) -> Mapping[str, Any]:
    cursor = read_cursor(after, type(uow.now)) if after else None
    kinds = [InboxKind(kind)] if kind else None
    rows = await list_inbox(uow, status=status, kinds=kinds, before=cursor, limit=_SHOWN + 1)
    items = rows[:_SHOWN]
    people = {item.worker_id for item in items if item.worker_id is not None}
    matters = await open_matters(uow, people)
    return {
        "items": items,
        "names": await _names(uow, items),
        "matters": {item.id: _about(item, matters) for item in items},
        "most_matters": _MATTERS_SHOWN,
        "kind": kind,
        "state": status,
        "kinds": list(InboxKind),
        "after": after,
        "next": write_cursor(items[-1].created_at, items[-1].id) if len(rows) > _SHOWN else "",
        "zone": ZoneInfo((await franchise_of(uow)).zone),
    }


def _about(item: InboxItem, matters: Mapping[UUID, Sequence[Matter]]) -> Sequence[Matter]:
    """Return what is open with the man, first what his words are about."""
    if item.worker_id is None:
        return ()
    return sorted(matters.get(item.worker_id, ()), key=lambda matter: matter.shift_id != item.shift_id)


async def _names(uow: Uow, items: Sequence[InboxItem]) -> Mapping[UUID, str]:
    people = list({item.worker_id for item in items if item.worker_id is not None})
    return await display_names(uow, people)
