"""The recruiter's funnel as a board: who is at which stage, what is to be done next, and a button for the next step."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from dispatch.access.queries import users
from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.uow import Uow
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import day_in, fit, text_in
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.tables import Listing, listing
from dispatch.workers.errors import NotInFunnel
from dispatch.workers.funnel import (
    FunnelSort,
    PlanNext,
    Recruit,
    count_stages,
    list_stage,
    move_recruit,
    plan_next,
    recruit_of,
    take_up,
)
from dispatch.workers.interviews import Question, RecordInterview, interviews_of, record_interview
from dispatch.workers.queries import worker_record
from dispatch.workers.rules import RECRUIT_MOVES, Stage

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_SHOWN: Final = 20
"""Cards of a stage on the board; the rest is in its list."""
_SEES: Final = [allow(Permission.WORKERS_WRITE)]
_WRITES: Final = [allow(Permission.WORKERS_WRITE), Depends(own_page)]
_LISTING: Final = listing("/people/funnel", FunnelSort, FunnelSort.NEXT, filters=("stage",))
ListingDep = Annotated[Listing, _LISTING]


@router.get("/people/funnel", dependencies=_SEES)
async def show_funnel(page: PageDep, uow: UowDep, looked: ListingDep) -> Response:
    """Show the board, or everybody at one stage."""
    frame = await _frame(uow)
    if looked.filters.get("stage") not in set(Stage):
        return page.show("funnel.html", board=await _board(uow), **frame)
    stage = Stage(looked.filters["stage"])
    looked = looked.within(frame["counts"][stage][0])
    sort = FunnelSort(looked.sort)
    lines = await list_stage(
        uow, stage, sort=sort, descending=looked.descending, offset=looked.offset, limit=looked.per_page
    )
    return page.show("funnel_stage.html", listing=looked, stage=stage, lines=lines, **frame)


@router.get("/people/funnel/board", dependencies=_SEES)
async def show_board(page: PageDep, uow: UowDep) -> Response:
    """Show the board alone, after a move."""
    return page.part("funnel.html", "board", board=await _board(uow), **await _frame(uow))


@router.post("/people/{worker_id}/recruit", dependencies=_WRITES)
async def take(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Take somebody into the funnel."""
    await take_up(uow, worker_id)
    return page.done(page.say("He is in the funnel"), f"/people/{worker_id}")


@router.get("/people/{worker_id}/recruit/next", dependencies=_SEES)
async def ask_next(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show where to say what is to be done next."""
    return page.part("funnel_forms.html", "next", recruit=await _recruit(uow, worker_id))


@router.post("/people/{worker_id}/recruit/next", dependencies=_WRITES)
async def plan(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep what is to be done next, and when."""
    form = await request.form()
    typed = {"next_on": day_in(form, "next_on"), "next_what": text_in(form, "next_what")}
    await plan_next(uow, worker_id, fit(PlanNext, typed))
    return page.done(page.say("Kept"), "/people/funnel")


@router.post("/people/{worker_id}/recruit/{stage}", dependencies=_WRITES)
async def move(worker_id: UUID, stage: Stage, page: PageDep, uow: UowDep) -> Response:
    """Move somebody to another stage; at the last he is invited from then on, if he may be."""
    before = await move_recruit(uow, worker_id, stage)
    undo = (stage, before) in RECRUIT_MOVES.allowed
    words = page.say("Moved to: %(stage)s", stage=page.say(f"stage_{stage}"))
    return page.done(words, "/people/funnel", f"/people/{worker_id}/recruit/{before}" if undo else None)


@router.get("/people/{worker_id}/interview", dependencies=_SEES)
async def ask_interview(worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show what was answered so far, to be written anew."""
    worker = await worker_record(uow, worker_id)
    versions = await interviews_of(uow, worker_id)
    return page.part(
        "funnel_forms.html",
        "interview",
        worker=worker,
        questions=list(Question),
        versions=versions,
        authors={f"staff:{user.id}": user.name for user in await users(uow)},
        answers=versions[0].answers if versions else {},
        zone=ZoneInfo(worker.zone),
    )


@router.post("/people/{worker_id}/interview", dependencies=_WRITES)
async def keep_interview(worker_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep what was answered, as a version of its own."""
    form = await request.form()
    answers = {question: text_in(form, question) for question in Question}
    typed = {"answers": {question: text for question, text in answers.items() if text}}
    version = await record_interview(uow, worker_id, fit(RecordInterview, typed, _RULES))
    return page.done(page.say("Answers kept, version %(n)d", n=version), "/people/funnel")


_RULES: Final = {"answers": "Write down one answer at least."}
STEPS: Final = {
    Stage.LEAD: (Stage.CALLED, Stage.REFUSED),
    Stage.CALLED: (Stage.INTERVIEW, Stage.REFUSED),
    Stage.INTERVIEW: (Stage.VETTING, Stage.REFUSED),
    Stage.VETTING: (Stage.READY, Stage.REFUSED),
    Stage.READY: (),
    Stage.REFUSED: (Stage.LEAD,),
}
"""The buttons of a card, the usual step first; every one is a move of the table."""


async def _board(uow: Uow) -> Mapping[Stage, Sequence[Recruit]]:
    return {stage: await list_stage(uow, stage, limit=_SHOWN) for stage in Stage}


async def _frame(uow: Uow) -> dict[str, Any]:
    zone = ZoneInfo((await franchise_of(uow)).zone)
    today = uow.now.astimezone(zone).date()
    return {"zone": zone, "today": today, "counts": await count_stages(uow, today), "steps": STEPS}


async def _recruit(uow: Uow, worker_id: UUID) -> Recruit:
    recruit = await recruit_of(uow, worker_id)
    if recruit is None:
        raise NotInFunnel
    return recruit
