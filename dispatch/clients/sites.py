"""Use cases of sites, and of who shall not come back to them."""

import asyncio
from uuid import UUID

from sqlalchemy import delete

from dispatch.clients.commands import AddSite, ChangeSite, ForbidReturn
from dispatch.clients.errors import DoNotReturnNotFound, SiteChanged, SiteNotFound
from dispatch.clients.models import DoNotReturn, Site
from dispatch.clients.queries import client_of, site_of
from dispatch.clients.service import dialled, require_open
from dispatch.kit.gazetteer import nearest_locality
from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow


async def add_site(uow: Uow, command: AddSite) -> Site:
    """Keep a site of a client. Its zone is the given one, else that of the nearest inhabited place.

    Raises:
        ClientNotFound: the tenant has no such client.
        ClientArchived: it is archived.
        PhoneInvalid: the contact's phone cannot be dialled.
    """
    await require_open(uow, command.client_id)
    point = Point(lat=command.lat, lon=command.lon)
    site = Site(
        id=new_id(),
        franchise_id=uow.franchise_id,
        client_id=command.client_id,
        address=command.address,
        location=point,
        zone=command.zone or (await asyncio.to_thread(nearest_locality, point)).zone,
        region=command.region,
        meeting_point=command.meeting_point,
        meeting_location=_point(command.meeting_lat, command.meeting_lon),
        contact_name=command.contact_name,
        contact_phone=await dialled(uow, command.contact_phone),
        attendance_source=command.attendance_source,
        archived_at=None,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(site)
    await uow.session.flush()
    return site


async def change_site(uow: Uow, site_id: UUID, command: ChangeSite, version: int) -> Site:
    """Change what the command gives and return the site, one version on. Agreed shifts keep their place and times.

    Args:
        uow: the tenant's.
        site_id: one of its sites.
        command: what changes.
        version: the version the change was made from.

    Raises:
        SiteNotFound: the tenant has no such site.
        SiteChanged: another change came first.
        PhoneInvalid: the contact's phone cannot be dialled.
    """
    site = await site_of(uow, site_id, lock=True)
    if site.version != version:
        raise SiteChanged(site.version)
    given = command.given()
    given.pop("lat", None)
    given.pop("lon", None)
    if command.lat is not None and command.lon is not None:
        given["location"] = Point(lat=command.lat, lon=command.lon)
    if "meeting_lat" in given:
        given["meeting_location"] = _point(command.meeting_lat, command.meeting_lon)
        del given["meeting_lat"], given["meeting_lon"]
    if command.contact_phone is not None:
        given["contact_phone"] = await dialled(uow, command.contact_phone)
    for name, value in given.items():
        setattr(site, name, value)
    site.version += 1
    await uow.session.flush()
    return site


def _point(lat: float | None, lon: float | None) -> Point | None:
    return None if lat is None or lon is None else Point(lat=lat, lon=lon)


async def archive_site(uow: Uow, site_id: UUID) -> Site:
    """Offer a site no more for new orders; repeating changes nothing.

    Raises:
        SiteNotFound: the tenant has no such site.
    """
    site = await site_of(uow, site_id, lock=True)
    if site.archived_at is None:
        site.archived_at = uow.now
        site.version += 1
        await uow.session.flush()
    return site


async def forbid_return(uow: Uow, command: ForbidReturn) -> DoNotReturn:
    """Keep a man of the network from a client's site, or from all of them. Seats he holds already are not touched.

    Raises:
        ClientNotFound: the tenant has no such client.
        SiteNotFound: the client has no such site.
        WorkerUnknown: there is no such man in the network.
        DoNotReturnStands: the same side decided the same before.
    """
    await client_of(uow, command.client_id)
    if command.site_id is not None and (await site_of(uow, command.site_id)).client_id != command.client_id:
        raise SiteNotFound
    facts = command.model_dump() | {"created_by": uow.actor, "created_at": uow.now}
    entry = DoNotReturn(id=new_id(), franchise_id=uow.franchise_id, **facts)
    uow.session.add(entry)
    await uow.session.flush()
    return entry


async def lift_do_not_return(uow: Uow, entry_id: UUID) -> None:
    """Take a decision off the list; the audit trail keeps it.

    Raises:
        DoNotReturnNotFound: the tenant's list has no such entry.
    """
    gone = await uow.session.execute(
        delete(DoNotReturn)
        .where(DoNotReturn.franchise_id == uow.franchise_id, DoNotReturn.id == entry_id)
        .returning(DoNotReturn.id)
    )
    if gone.first() is None:
        raise DoNotReturnNotFound
