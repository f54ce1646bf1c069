"""The conversation with one of a shift's people, beside the shift, and the answer to it."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.sms.answering import AnswerByText
from dispatch.staffing.conversation import conversation_about, write_about
from dispatch.web.doors import own_page
from dispatch.web.forms import fit
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.shift_parts import scene_of
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_TEXTS_SHOWN: Final = 60


@router.get("/shifts/{shift_id}/talk/{worker_id}", dependencies=[allow(Permission.MESSAGES_READ)])
async def show_talk(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the conversation, and where to answer."""
    scene = await scene_of(uow, shift_id)
    talk = await conversation_about(uow, shift_id, worker_id, _TEXTS_SHOWN)
    return page.part(
        "shift_forms.html",
        "talk",
        scene=scene,
        shift=scene.shift,
        worker_id=worker_id,
        talk=talk,
        texts=list(reversed(talk.texts)),
        name=(await display_names(uow, [worker_id])).get(worker_id, "—"),
    )


@router.post("/shifts/{shift_id}/talk/{worker_id}", dependencies=[allow(Permission.MESSAGES_SEND), Depends(own_page)])
async def write(
    shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep, text: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Text him in one's own words."""
    await write_about(uow, shift_id, worker_id, fit(AnswerByText, {"text": text.replace("\r\n", "\n")}))
    return page.done(page.say("The answer is on its way"), f"/shifts/{shift_id}")
