"""Use cases of clients and the people who speak for them."""

import asyncio
from uuid import UUID

from sqlalchemy import delete

from dispatch.clients.commands import AddClient, AddPerson, ChangeClient, ChangePerson
from dispatch.clients.errors import ClientArchived, ClientChanged, PersonChanged, PersonNotFound
from dispatch.clients.models import Client, ClientPerson
from dispatch.clients.queries import client_of, person_of
from dispatch.kit.gazetteer import nearest_locality
from dispatch.kit.geo import Point
from dispatch.kit.ids import new_id
from dispatch.kit.phones import parse_phone
from dispatch.kit.uow import Uow
from dispatch.tenancy.queries import place_of


async def add_client(uow: Uow, command: AddClient) -> Client:
    """Take on a client and return it."""
    client = Client(
        id=new_id(),
        franchise_id=uow.franchise_id,
        **command.model_dump(),
        archived_at=None,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(client)
    await uow.session.flush()
    return client


async def change_client(uow: Uow, client_id: UUID, command: ChangeClient, version: int) -> Client:
    """Change what the command gives and return the client, one version on.

    Args:
        uow: the tenant's.
        client_id: one of its clients.
        command: what changes.
        version: the version the change was made from.

    Raises:
        ClientNotFound: the tenant has no such client.
        ClientChanged: another change came first.
    """
    client = await client_of(uow, client_id, lock=True)
    if client.version != version:
        raise ClientChanged(client.version)
    for name, value in command.given().items():
        setattr(client, name, value)
    client.version += 1
    await uow.session.flush()
    return client


async def archive_client(uow: Uow, client_id: UUID) -> Client:
    """Part with a client: nothing new may be ordered for it. What was ordered stays; repeating changes nothing.

    Raises:
        ClientNotFound: the tenant has no such client.
    """
    client = await client_of(uow, client_id, lock=True)
    if client.archived_at is None:
        client.archived_at = uow.now
        client.version += 1
        await uow.session.flush()
    return client


async def restore_client(uow: Uow, client_id: UUID) -> Client:
    """Take an archived client back; repeating changes nothing.

    Raises:
        ClientNotFound: the tenant has no such client.
    """
    client = await client_of(uow, client_id, lock=True)
    if client.archived_at is not None:
        client.archived_at = None
        client.version += 1
        await uow.session.flush()
    return client


async def require_open(uow: Uow, client_id: UUID) -> Client:
    """Return a client for whom something new may be kept.

    Raises:
        ClientNotFound: the tenant has no such client.
        ClientArchived: it is archived.
    """
    client = await client_of(uow, client_id)
    if client.archived_at is not None:
        raise ClientArchived
    return client


async def add_person(uow: Uow, client_id: UUID, command: AddPerson) -> ClientPerson:
    """Keep somebody who speaks for a client; landlines are good enough for people we ring.

    Raises:
        ClientNotFound: the tenant has no such client.
        ClientArchived: it is archived.
        PhoneInvalid: the phone cannot be dialled.
    """
    await require_open(uow, client_id)
    person = ClientPerson(
        id=new_id(),
        franchise_id=uow.franchise_id,
        client_id=client_id,
        name=command.name,
        phone=await dialled(uow, command.phone),
        role=command.role,
        email=command.email,
        may_order=command.may_order,
        version=1,
    )
    uow.session.add(person)
    await uow.session.flush()
    return person


async def change_person(
    uow: Uow, client_id: UUID, person_id: UUID, command: ChangePerson, version: int
) -> ClientPerson:
    """Change what the command gives of somebody who speaks for a client.

    Raises:
        PersonNotFound: the client has no such person.
        PersonChanged: another change came first.
        PhoneInvalid: the phone cannot be dialled.
    """
    person = await person_of(uow, client_id, person_id, lock=True)
    if person.version != version:
        raise PersonChanged(person.version)
    given = command.given()
    if command.phone is not None:
        given["phone"] = await dialled(uow, command.phone)
    for name, value in given.items():
        setattr(person, name, value)
    person.version += 1
    await uow.session.flush()
    return person


async def remove_person(uow: Uow, client_id: UUID, person_id: UUID) -> None:
    """Forget somebody who spoke for a client; the audit trail keeps that there was one.

    Raises:
        PersonNotFound: the client has no such person.
    """
    gone = await uow.session.execute(
        delete(ClientPerson)
        .where(
            ClientPerson.franchise_id == uow.franchise_id,
            ClientPerson.client_id == client_id,
            ClientPerson.id == person_id,
        )
        .returning(ClientPerson.id)
    )
    if gone.first() is None:
        raise PersonNotFound


async def dialled(uow: Uow, written: str) -> str:
    """Return a phone in E.164, written as people around the franchise write phones; nothing stays nothing.

    Raises:
        PhoneInvalid: it cannot be dialled.
    """
    if not written:
        return ""
    lat, lon = await place_of(uow)
    locality = await asyncio.to_thread(nearest_locality, Point(lat=lat, lon=lon))
    return parse_phone(written, locality.dialling_region)
