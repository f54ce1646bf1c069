"""A crew lead's page: the same list as a foreman's, by a link and without a password.

And what the office has to do with pages on site: who gets such a link, and the pictures that come back.
"""

from contextlib import AbstractAsyncContextManager
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Request, Response

from dispatch.access.errors import CrossSiteRequest
from dispatch.access.roles import Permission
from dispatch.api.deps import ResourcesDep, UowDep, allow, from_own_pages, public
from dispatch.clients.photo import site_photo
from dispatch.crew.lead_links import leads_with_link
from dispatch.kit.uow import Uow
from dispatch.orders.shifts import read_shift
from dispatch.staffing.facts import contacts_of
from dispatch.staffing.on_site.batch import keep_marks
from dispatch.staffing.on_site.keep import Source
from dispatch.staffing.on_site.links import (
    LEAD_PREFIX,
    LeadLinkSpent,
    open_lead_link,
    possible_leads,
    revoke_lead_link,
    send_lead_link,
)
from dispatch.staffing.on_site.queries import crew_on_site
from dispatch.staffing.on_site.reports import read_paper
from dispatch.web.doors import PAGE_HEADERS, own_page
from dispatch.web.frame import ConsoleDep, PageDep, StrangerPageDep
from dispatch.web.languages import chosen
from dispatch.web.pictures import Digest, picture_shown
from dispatch.web.routing import ConsoleRoute
from dispatch.web.site import MarkAnswers, Marks, Pulse, answers_of, clock_of, crew_of, manifest, scene_of
from dispatch.workers.queries import display_names

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Token = Annotated[str, Path(pattern=rf"^{LEAD_PREFIX}_[A-Za-z0-9_-]{{43}}$")]

_SENDS: Final = [allow(Permission.SHIFTS_OPERATE), Depends(own_page)]


async def own_link(request: Request) -> None:
    """Refuse marks that one of our own pages did not send.

    Raises:
        CrossSiteRequest: the browser says so, or nothing.
    """
    if not from_own_pages(request):
        raise CrossSiteRequest


@router.get("/lead/{token}", dependencies=[public()])
async def show_lead(page: StrangerPageDep, resources: ResourcesDep, token: Token) -> Response:
    """Show the list; a link that does not work any more says so. Names are short, and there are no numbers."""
    try:
        link = await open_lead_link(resources.database, token)
    except LeadLinkSpent:
        return page.show("lead_spent.html", 404)
    async with resources.database.begin(link.franchise_id, link.actor) as uow:
        shift = await read_shift(uow, link.shift_id)
        seats = await crew_on_site(uow, shift.id)
        contacts = await contacts_of(uow, [seat.worker_id for seat in seats])
        scene = await scene_of(uow, shift)
    names = {worker_id: contact.short_name for worker_id, contact in contacts.items()}
    base = f"/lead/{token}"
    return page.show(
        "site.html",
        **scene,
        crew=crew_of(seats, names, {}),
        rings=False,
        base=base,
        worker_scope="/lead/",
        list_address="",
        manifest=f"{base}/site.webmanifest",
    )


@router.get("/lead/{token}/site.webmanifest", dependencies=[public()])
async def get_lead_manifest(request: Request, console: ConsoleDep, token: Token) -> Response:
    """Answer with what a phone needs to put this very page among its apps."""
    return manifest(console.assets.url, chosen(request), f"/lead/{token}", f"/lead/{token}")


@router.get("/lead/{token}/place/{sha256}", dependencies=[public()])
async def show_place_to_lead(resources: ResourcesDep, token: Token, sha256: Digest) -> Response:
    """Answer with the photo of where his crew meets, as long as the link works.

    Raises:
        LeadLinkSpent: it does not.
    """
    link = await open_lead_link(resources.database, token)
    async with resources.database.begin(link.franchise_id, link.actor) as uow:
        shift = await read_shift(uow, link.shift_id)
        return picture_shown(await site_photo(uow, shift.site_id, sha256, small=False))


@router.get("/lead/{token}/pulse", dependencies=[public()])
async def get_lead_pulse(resources: ResourcesDep, response: Response, token: Token) -> Pulse:
    """Answer with our clock, as long as the link works.

    Raises:
        LeadLinkSpent: it does not.
    """
    link = await open_lead_link(resources.database, token)
    async with resources.database.begin(link.franchise_id, link.actor) as uow:
        response.headers["Cache-Control"] = "no-store"
        return Pulse(now=await clock_of(uow), csrf="")


@router.post("/lead/{token}/marks", dependencies=[public(), Depends(own_link)])
async def take_lead_marks(sent: Marks, request: Request, resources: ResourcesDep, token: Token) -> MarkAnswers:
    """Keep marks, each by itself, and say what became of each.

    Raises:
        LeadLinkSpent: the link does not work any more.
    """
    link = await open_lead_link(resources.database, token)

    def begin() -> AbstractAsyncContextManager[Uow]:
        return resources.database.begin(link.franchise_id, link.actor)

    async with begin() as uow:
        now = await clock_of(uow)
    answered = await keep_marks(begin, link.shift_id, sent.marks, Source.CREW_LEAD)
    return answers_of(chosen(request), now, answered)


@router.get("/shifts/{shift_id}/leads", dependencies=[allow(Permission.SHIFTS_OPERATE)])
async def ask_who_leads(shift_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the crew, each with a button that sends him the link, and who has one."""
    shift = await read_shift(uow, shift_id)
    seats = await possible_leads(uow, shift_id)
    since = dict(await leads_with_link(uow, shift_id))
    names = await display_names(uow, [seat.worker_id for seat in seats])
    return page.part("leads.html", "leads", shift=shift, seats=seats, names=names, since=since)


@router.post("/shifts/{shift_id}/leads", dependencies=_SENDS)
async def send_link(
    shift_id: UUID, page: PageDep, uow: UowDep, resources: ResourcesDep, worker_id: Annotated[UUID, Form()]
) -> Response:
    """Text a man of the crew the link to its list."""
    await send_lead_link(uow, shift_id, worker_id, base=resources.settings.http.public_url)
    back = f"/shifts/{shift_id}"
    return page.done(page.say("The link is on its way to him"), back, f"{back}/leads/{worker_id}/revoke")


@router.post("/shifts/{shift_id}/leads/{worker_id}/revoke", dependencies=_SENDS)
async def revoke_link(shift_id: UUID, worker_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """End a man's link."""
    await revoke_lead_link(uow, shift_id, worker_id)
    return page.done(page.say("His link does not work any more"), f"/shifts/{shift_id}")


@router.get("/shifts/{shift_id}/papers/{mark_id}", dependencies=[allow(Permission.FILES_READ)])
async def show_paper(shift_id: UUID, mark_id: UUID, uow: UowDep) -> Response:
    """Answer with a photo or a signature from the site, as what its own bytes say it is."""
    paper = await read_paper(uow, shift_id, mark_id)
    headers = {**PAGE_HEADERS, "Content-Disposition": "inline"}
    return Response(paper.content, 200, headers, str(paper.kind))
