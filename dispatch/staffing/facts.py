"""What is said about a shift in a text, and how to reach the people it is said to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift
from dispatch.sms.tongues import Language, spoken
from dispatch.workers.skills import Service

_SERVICE_WORDS: Final[Mapping[Language, Mapping[Service, str]]] = MappingProxyType(
    {
        Language.RU: {
            Service.LOADING: "погрузка",
            Service.MOVING: "переезд",
            Service.SNOW_REMOVAL: "снег",
            Service.ROOF_WORK: "крыша",
            Service.CLEANING: "уборка",
            Service.CASHIER: "касса",
        },
        Language.EN: {
            Service.LOADING: "loading",
            Service.MOVING: "moving",
            Service.SNOW_REMOVAL: "snow",
            Service.ROOF_WORK: "roof",
            Service.CLEANING: "cleaning",
            Service.CASHIER: "cashier",
        },
        Language.UZ: {
            Service.LOADING: "yuk ortish",
            Service.MOVING: "ko'chish",
            Service.SNOW_REMOVAL: "qor",
            Service.ROOF_WORK: "tom",
            Service.CLEANING: "tozalash",
            Service.CASHIER: "kassa",
        },
        Language.TG: {
            Service.LOADING: "боркунӣ",
            Service.MOVING: "кӯчонӣ",
            Service.SNOW_REMOVAL: "барф",
            Service.ROOF_WORK: "бом",
            Service.CLEANING: "тозакунӣ",
            Service.CASHIER: "касса",
        },
        Language.HU: {
            Service.LOADING: "rakodas",
            Service.MOVING: "költözés",
            Service.SNOW_REMOVAL: "ho",
            Service.ROOF_WORK: "tetö",
            Service.CLEANING: "takaritas",
            Service.CASHIER: "pénztar",
        },
        Language.ES: {
            Service.LOADING: "carga",
            Service.MOVING: "mudanza",
            Service.SNOW_REMOVAL: "nieve",
            Service.ROOF_WORK: "tejado",
            Service.CLEANING: "limpieza",
            Service.CASHIER: "caja",
        },
    }
)
"""A word or two each: an offer in Cyrillic has seventy characters."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and for what: the facts of a shift that a worker is told. `pay_rate_minor` is for one hour."""

    shift_id: UUID
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    address: str
    meeting_point: str
    service: str
    pay_rate_minor: int
    currency: str

    def service_in(self, language: str) -> str:
        """The service as a worker calls it."""
        return _SERVICE_WORDS[spoken(language)][Service(self.service)]

    @property
    def local_start(self) -> datetime:
        """The start on the site's clock."""
        return self.starts_at.astimezone(self.zone)

    @property
    def local_end(self) -> datetime:
        """The end on the site's clock."""
        return self.ends_at.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to text a man: never his number, which the sender alone reads. `zone` is that of his phone.

    `shared`: somebody else is reached there as well, so each text to him begins with his name.
    """

    worker_id: UUID
    phone_id: UUID
    zone: str
    language: str
    first_name: str
    last_initial: str
    opted_out: bool
    shared: bool = False

    @property
    def short_name(self) -> str:
        """First name and initial, as crew lists show it."""
        return f"{self.first_name} {self.last_initial}.".removesuffix(" .")


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the order asks of its waves."""

    over_invite: dict[str, Any] | None
    min_tier: str | None
    forbids_tier_c: bool


async def place_of(uow: Uow, shift: Shift) -> Place:
    """Read what a text says of a shift."""
    row = await uow.fetchrow(
        "SELECT address, meeting_point FROM sites WHERE franchise_id = $1 AND id = $2", uow.franchise_id, shift.site_id
    )
    assert row is not None, "the foreign key keeps every shift's site"
    return Place(
        shift_id=shift.id,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        zone=ZoneInfo(shift.zone),
        address=row["address"],
        meeting_point=row["meeting_point"],
        service=shift.service,
        pay_rate_minor=shift.pay_rate_minor,
        currency=shift.currency,
    )


async def contacts_of(uow: Uow, worker_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Return how to text these workers; whom this franchise neither owns nor ever asked is left out."""
    rows = await uow.fetch("SELECT * FROM contact_for_text($1)", list(worker_ids))
    return {row["worker_id"]: Contact(**dict(row)) for row in rows}


async def contact_of(uow: Uow, worker_id: UUID) -> Contact:
    """Return how to text a worker who holds or held something here, and so can be texted."""
    return (await contacts_of(uow, [worker_id]))[worker_id]


async def order_terms(uow: Uow, order_id: UUID) -> OrderTerms:
    """Read what an order and its client ask of the waves."""
    row = await uow.fetchrow(
        """SELECT o.over_invite, o.min_tier, c.forbids_tier_c FROM orders o
           JOIN clients c ON c.franchise_id = o.franchise_id AND c.id = o.client_id
           WHERE o.franchise_id = $1 AND o.id = $2""",
        uow.franchise_id,
        order_id,
    )
    assert row is not None, "a shift's order is there"
    return OrderTerms(**dict(row))
