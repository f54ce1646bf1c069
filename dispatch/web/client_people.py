"""Who speaks for a client, and what is noted of it; both stand on the client's page."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData

from dispatch.access.queries import actor_names
from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.clients.commands import AddPerson, ChangePerson
from dispatch.clients.notes import MOST_SHOWN, AddNote, add_note, notes_of
from dispatch.clients.queries import client_of, person_of
from dispatch.clients.service import add_person, change_person, remove_person, require_open
from dispatch.tenancy.queries import franchise_of
from dispatch.web.doors import own_page
from dispatch.web.forms import fit, text_in, version_in
from dispatch.web.frame import PageDep
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

_PAGE: Final = "client.html"
_ASKS: Final = [allow(Permission.CLIENTS_WRITE)]
_CHANGES: Final = [allow(Permission.CLIENTS_WRITE), Depends(own_page)]


@router.get("/clients/{client_id}/people/new", dependencies=_ASKS)
async def ask_person(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a new person."""
    return page.part(_PAGE, "person_form", client=await require_open(uow, client_id), person=None)


@router.post("/clients/{client_id}/people", dependencies=_CHANGES)
async def keep_person(client_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Keep somebody who speaks for a client."""
    await add_person(uow, client_id, fit(AddPerson, _typed(await request.form())))
    return page.done(page.say("Kept"), f"/clients/{client_id}")


@router.get("/clients/{client_id}/people/{person_id}/change", dependencies=_ASKS)
async def ask_person_change(client_id: UUID, person_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show the form of a person."""
    client = await client_of(uow, client_id)
    return page.part(_PAGE, "person_form", client=client, person=await person_of(uow, client_id, person_id))


@router.post("/clients/{client_id}/people/{person_id}/change", dependencies=_CHANGES)
async def correct_person(client_id: UUID, person_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Change somebody who speaks for a client, from the version that was read."""
    form = await request.form()
    await change_person(uow, client_id, person_id, fit(ChangePerson, _typed(form)), version_in(form))
    return page.done(page.say("Saved"), f"/clients/{client_id}")


@router.post("/clients/{client_id}/people/{person_id}/remove", dependencies=_CHANGES)
async def forget_person(client_id: UUID, person_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Forget somebody who spoke for a client."""
    await remove_person(uow, client_id, person_id)
    return page.done(page.say("Removed"), f"/clients/{client_id}")


@router.get("/clients/{client_id}/notes", dependencies=[allow(Permission.CLIENTS_READ)])
async def show_notes(client_id: UUID, page: PageDep, uow: UowDep) -> Response:
    """Show what is noted, newest first."""
    return page.part(
        _PAGE,
        "notes",
        client=await client_of(uow, client_id),
        notes=await notes_of(uow, client_id, limit=MOST_SHOWN),
        staff=await actor_names(uow),
        home_zone=ZoneInfo((await franchise_of(uow)).zone),
    )


@router.post("/clients/{client_id}/notes", dependencies=_CHANGES)
async def write_note(client_id: UUID, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Note something of a client; it stays as written."""
    await add_note(uow, client_id, fit(AddNote, {"body": text_in(await request.form(), "body")}))
    return page.done(page.say("Noted"), f"/clients/{client_id}")


def _typed(form: FormData) -> dict[str, Any]:
    named = {name: text_in(form, name) for name in ("name", "phone", "role", "email")}
    return named | {"may_order": bool(text_in(form, "may_order"))}
