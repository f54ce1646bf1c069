"""Clients and sites with honest defaults: a warehouse on Sennaya square in Saint Petersburg."""

from uuid import UUID

from dispatch.clients.commands import AddClient, AddSite
from dispatch.clients.models import Client, Site
from dispatch.clients.service import add_client
from dispatch.clients.sites import add_site
from dispatch.kit.uow import Uow


async def make_client(uow: Uow, **given: object) -> Client:
    """Take on a client of the tenant; fields of `AddClient` can be given."""
    return await add_client(uow, AddClient.model_validate({"name": "Склад на Сенной"} | given))


async def make_site(uow: Uow, client_id: UUID | None = None, **given: object) -> Site:
    """Keep a site of a client, of a new one when none is named; fields of `AddSite` can be given."""
    owner = client_id or (await make_client(uow)).id
    defaults: dict[str, object] = {"address": "Сенная пл., 1", "lat": 59.927, "lon": 30.318, "zone": "Europe/Moscow"}
    return await add_site(uow, AddSite.model_validate({"client_id": owner} | defaults | given))
