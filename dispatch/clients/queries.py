"""Reads of clients, their people, sites and the do-not-return list; all of them the tenant's own rows.

Searches by part of a name walk the tenant's rows in order of id: row security lets no such operator into an index, and
a franchise has hundreds of clients, not millions.
"""

import re
from collections.abc import Collection
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, or_, select

from dispatch.clients.errors import ClientNotFound, PersonNotFound, SiteNotFound
from dispatch.clients.models import Client, ClientPerson, DoNotReturn, Site
from dispatch.kit.db import Base
from dispatch.kit.uow import Uow

RowT = TypeVar("RowT", bound=Base)

_NO_DIGIT: Final = re.compile(r"[\s()+.-]")
_FEWEST_DIGITS: Final = 3
_TRUNK_PREFIXES: Final = "78"


async def client_of(uow: Uow, client_id: UUID, *, lock: bool = False) -> Client:
    """Return a client, archived or not; with `lock` nobody else changes it until the transaction ends.

    Raises:
        ClientNotFound: the tenant has no such client.
    """
    query = select(Client).where(Client.franchise_id == uow.franchise_id, Client.id == client_id)
    return await _one(uow, query, ClientNotFound, lock=lock)


async def site_of(uow: Uow, site_id: UUID, *, lock: bool = False) -> Site:
    """Return a site, archived or not; with `lock` nobody else changes it until the transaction ends.

    Raises:
        SiteNotFound: the tenant has no such site.
    """
    query = select(Site).where(Site.franchise_id == uow.franchise_id, Site.id == site_id)
    return await _one(uow, query, SiteNotFound, lock=lock)


async def person_of(uow: Uow, client_id: UUID, person_id: UUID, *, lock: bool = False) -> ClientPerson:
    """Return somebody who speaks for a client; with `lock` nobody else changes him until the transaction ends.

    Raises:
        PersonNotFound: the client has no such person.
    """
    query = select(ClientPerson).where(
        ClientPerson.franchise_id == uow.franchise_id,
        ClientPerson.client_id == client_id,
        ClientPerson.id == person_id,
    )
    return await _one(uow, query, PersonNotFound, lock=lock)


async def _one(
    uow: Uow,
    query: Select[RowT],
    missing: type[ClientNotFound | SiteNotFound | PersonNotFound],
    *,
    lock: bool,
) -> RowT:
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found: RowT | None = await uow.session.scalar(query)
    if found is None:
        raise missing
    return found


async def list_clients(
    uow: Uow, *, text: str | None = None, archived: bool = False, after: UUID | None = None, limit: int = 50
) -> list[Client]:
    """Return clients in the order in which they came, archived ones only when asked for.

    Args:
        uow: the tenant's.
        text: part of the name or of the tax number.
        archived: the archived ones instead.
        after: the last id of the page before.
        limit: the most to return.
    """
    query = select(Client).where(
        Client.franchise_id == uow.franchise_id,
        Client.archived_at.is_not(None) if archived else Client.archived_at.is_(None),
    )
    if text and text.strip():
        wanted = text.strip()
        query = query.where(
            Client.name.icontains(wanted, autoescape=True) | Client.tax_number.icontains(wanted, autoescape=True)
        )
    return await _page(uow, query, Client.id, after, limit)


async def find_clients(uow: Uow, text: str, limit: int) -> list[Client]:
    """Return the clients one may order for that somebody on the phone may mean, by name.

    Args:
        uow: the tenant's.
        text: part of the name or of the tax number; or digits of a phone of somebody who speaks for the client or is
            the contact of one of its sites, at least three, written in any way.
        limit: the most to return.
    """
    wanted = text.strip()
    means = [Client.name.icontains(wanted, autoescape=True), Client.tax_number.icontains(wanted, autoescape=True)]
    for digits in _digits(wanted):
        of_person = exists().where(
            ClientPerson.franchise_id == uow.franchise_id,
            ClientPerson.client_id == Client.id,
            ClientPerson.phone.contains(digits),
        )
        of_site = exists().where(
            Site.franchise_id == uow.franchise_id, Site.client_id == Client.id, Site.contact_phone.contains(digits)
        )
        means += [of_person, of_site]
    query = (
        select(Client)
        .where(Client.franchise_id == uow.franchise_id, Client.archived_at.is_(None), or_(*means))
        .order_by(_nearness(wanted), Client.name, Client.id)
        .limit(limit)
    )
    return list((await uow.session.execute(query)).scalars())


def _nearness(text: str) -> ColumnElement[int]:
    """Return how well a name answers to what was typed: begins with it, has a word that does, or is found otherwise."""
    word = rf"\m{re.escape(text)}"
    return case((Client.name.istartswith(text, autoescape=True), 0), (Client.name.op("~*")(word), 1), else_=2)


def _digits(text: str) -> list[str]:
    """Return what a phone may contain: the digits as typed, and without the prefix that is only dialled inside."""
    digits = _NO_DIGIT.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) >= _FEWEST_DIGITS):
        return []
    inside = digits[1:] if digits[0] in _TRUNK_PREFIXES and len(digits) > _FEWEST_DIGITS else digits
    return sorted({digits, inside})


async def list_sites(
    uow: Uow, *, client_id: UUID | None = None, archived: bool = False, after: UUID | None = None, limit: int = 50
) -> list[Site]:
    """Return sites in the order in which they came, of one client or of all."""
    query = select(Site).where(
        Site.franchise_id == uow.franchise_id,
        Site.archived_at.is_not(None) if archived else Site.archived_at.is_(None),
    )
    if client_id is not None:
        query = query.where(Site.client_id == client_id)
    return await _page(uow, query, Site.id, after, limit)


async def people_of(uow: Uow, client_id: UUID) -> list[ClientPerson]:
    """Return who speaks for a client, in the order in which they were kept.

    Raises:
        ClientNotFound: the tenant has no such client.
    """
    await client_of(uow, client_id)
    query = (
        select(ClientPerson)
        .where(ClientPerson.franchise_id == uow.franchise_id, ClientPerson.client_id == client_id)
        .order_by(ClientPerson.id)
    )
    return list((await uow.session.execute(query)).scalars())


async def client_names(uow: Uow, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what these clients of the tenant are called."""
    rows = await uow.fetch(
        "SELECT id, name FROM clients WHERE franchise_id = $1 AND id = ANY ($2)", uow.franchise_id, list(ids)
    )
    return {row["id"]: row["name"] for row in rows}


async def list_do_not_return(
    uow: Uow,
    *,
    client_id: UUID | None = None,
    worker_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[DoNotReturn]:
    """Return who shall not come back, of one client or one man or of all, in the order of the decisions."""
    query = select(DoNotReturn).where(DoNotReturn.franchise_id == uow.franchise_id)
    if client_id is not None:
        query = query.where(DoNotReturn.client_id == client_id)
    if worker_id is not None:
        query = query.where(DoNotReturn.worker_id == worker_id)
    return await _page(uow, query, DoNotReturn.id, after, limit)


async def _page(uow: Uow, query: Select[RowT], id_column: Any, after: UUID | None, limit: int) -> list[RowT]:  # noqa: ANN401 - a mapped column
    if after is not None:
        query = query.where(id_column > after)
    return list((await uow.session.execute(query.order_by(id_column).limit(limit))).scalars())
