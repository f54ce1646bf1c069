"""Whom a shift asks, from its page: pause and resume, urgent, the next wave now, a named man, why or why not him."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.crew.waves import invitation_of
from dispatch.matching.candidates import Explanation
from dispatch.orders.shifts import read_shift
from dispatch.staffing.by_hand import OVERRULED, InviteByHand, best_people, invite_by_hand, why_him
from dispatch.staffing.operate import pause_shift, resume_shift
from dispatch.staffing.urgency import MarkUrgent, mark_urgent, unmark_urgent
from dispatch.staffing.wave_now import MOST_AT_ONCE, StartWave, foresee_wave, start_wave
from dispatch.web.doors import own_page
from dispatch.web.forms import fit
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.shift_parts import scene_of
from dispatch.web.tables import Sought
from dispatch.workers.queries import display_names, list_workers

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_FOUND_AT_ONCE: Final = 8
_BEST_SHOWN: Final = 20
_SEES: Final = [allow(Permission.ORDERS_READ)]
_LOOKS: Final = [allow(Permission.MATCHING_READ)]
_OPERATES: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]


@router.post("/shifts/{shift_id}/pause", dependencies=_OPERATES)
async def pause(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Stop asking people."""
    await pause_shift(uow, shift_id)
    return page.done(page.say("Nobody is asked until you resume"), f"/shifts/{shift_id}", f"/shifts/{shift_id}/resume")


@router.post("/shifts/{shift_id}/resume", dependencies=_OPERATES)
async def resume(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Ask people again."""
    await resume_shift(uow, shift_id)
    return page.done(page.say("People are asked again"), f"/shifts/{shift_id}", f"/shifts/{shift_id}/pause")


@router.get("/shifts/{shift_id}/urgent", dependencies=[allow(Permission.SHIFTS_OPERATE)])
async def ask_why_urgent(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to mark it as urgent."""
    return page.part("shift_forms.html", "urgent_form", shift=await read_shift(uow, shift_id))


@router.post("/shifts/{shift_id}/urgent", dependencies=_OPERATES)
async def urgent(shift_id: UUID, page: PageDep, uow: UowDep, reason: Annotated[str, Form()] = "") -> Response:
    """Let it be asked for at any hour, for a named reason."""
    await mark_urgent(uow, shift_id, fit(MarkUrgent, {"reason": reason}))
    return page.done(page.say("Marked as urgent"), f"/shifts/{shift_id}", f"/shifts/{shift_id}/urgent/off")


@router.post("/shifts/{shift_id}/urgent/off", dependencies=_OPERATES)
async def not_urgent(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Ask for it at the usual hours again."""
    await unmark_urgent(uow, shift_id)
    return page.done(page.say("No longer urgent"), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/wave", dependencies=[allow(Permission.SHIFTS_OPERATE)])
async def ask_how_many(
    shift_id: UUID,
    page: PageDep,
    uow: UowDep,
    count: Annotated[int | None, Query(ge=1, le=MOST_AT_ONCE)] = None,
    *,
    again: bool = False,
) -> Response:
    """Show whom the next wave would ask and what it costs, with the button to start it."""
    scene = await scene_of(uow, shift_id)
    foreseen = await foresee_wave(uow, shift_id, None if count is None else StartWave(count=count))
    return page.part(
        "shift_forms.html",
        "wave_effects" if again else "wave_form",
        scene=scene,
        shift=scene.shift,
        foreseen=foreseen,
        most=MOST_AT_ONCE,
        count=count or foreseen.advised,
        names=await display_names(uow, [man.worker_id for man in foreseen.people]),
    )


@router.post("/shifts/{shift_id}/wave", dependencies=_OPERATES)
async def next_wave(
    shift_id: UUID, page: PageDep, uow: UowDep, count: Annotated[int, Form(ge=1, le=MOST_AT_ONCE)]
) -> Response:
    """Start it."""
    invited = await start_wave(uow, shift_id, StartWave(count=count))
    words = page.speech.words.ngettext("%(num)d more is asked", "%(num)d more are asked", invited) % {"num": invited}
    return page.done(words, f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/invite", dependencies=_SEES)
async def ask_whom(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form to find somebody."""
    return page.part("shift_forms.html", "invite_form", shift=await read_shift(uow, shift_id))


@router.get("/shifts/{shift_id}/people", dependencies=_SEES)
async def find_people(shift_id: UUID, page: PageDep, uow: UowDep, q: Sought = "") -> Response:
    """Find own people by name or phone, each with what keeps him from being asked."""
    shift = await read_shift(uow, shift_id)
    found = await list_workers(uow, text=q, limit=_FOUND_AT_ONCE) if q else []
    looked = [(line, await why_him(uow, shift.id, line.id)) for line in found]
    return page.part("shift_forms.html", "people", shift=shift, found=looked, q=q, overruled=OVERRULED)


@router.post("/shifts/{shift_id}/invite", dependencies=_OPERATES)
async def invite(
    shift_id: UUID,
    page: PageDep,
    uow: UowDep,
    worker_id: Annotated[UUID, Form()],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask a named man."""
    reason = reason.strip() or page.say("asked by the dispatcher")
    await invite_by_hand(uow, shift_id, InviteByHand(worker_id=worker_id, reason=reason))
    return page.done(page.say("He is asked"), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/invite/{worker_id}", dependencies=_LOOKS)
async def confirm_whom(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show whom one is about to ask, with what keeps him from it, and the button to do it."""
    scene, explanation = await scene_of(uow, shift_id), await why_him(uow, shift_id, worker_id)
    names = await display_names(uow, [worker_id])
    return page.part(
        "shift_forms.html",
        "confirm_form",
        scene=scene,
        shift=scene.shift,
        explanation=explanation,
        name=names.get(worker_id, page.say("A man of another franchise")),
        hard=_hard(explanation),
    )


@router.get("/shifts/{shift_id}/best", dependencies=_LOOKS)
async def show_best(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the best people who may be asked now, to be dragged or chosen by keyboard."""
    scene = await scene_of(uow, shift_id)
    people = await best_people(uow, shift_id, _BEST_SHOWN)
    return page.part(
        "shift_forms.html",
        "best",
        scene=scene,
        shift=scene.shift,
        people=people,
        names=await display_names(uow, [man.worker_id for man in people]),
    )


@router.get("/shifts/{shift_id}/why/{worker_id}", dependencies=_LOOKS)
async def show_why(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Say how a man ranks now, how he did when he was asked, and every rule that keeps him from being asked."""
    asked = await invitation_of(uow, shift_id, worker_id)
    explanation = await why_him(uow, shift_id, worker_id, once_asked=asked is not None)
    names = await display_names(uow, [worker_id])
    return page.part(
        "shift_forms.html",
        "why",
        explanation=explanation,
        name=names.get(worker_id, "—"),
        hard=_hard(explanation),
        asked=asked,
    )


def _hard(explanation: Explanation) -> list[str]:
    """Return the rules a dispatcher may not overrule for one man."""
    return [reason for reason in explanation.reasons if reason not in OVERRULED]
