"""The catalogue of services: the skill each asks for, as one bit, and the documents without which nobody is sent.

The bits are stored with workers and shifts: a new service takes the next free bit, and no bit is ever used again.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Service(StrEnum):
    """What a client can order and a worker can do."""

    LOADING = "loading"
    MOVING = "moving"
    SNOW_REMOVAL = "snow_removal"
    ROOF_WORK = "roof_work"
    CLEANING = "cleaning"
    CASHIER = "cashier"


class DocumentKind(StrEnum):
    """The documents the platform knows by kind, number, region and end of validity."""

    PASSPORT = "passport"
    WORK_PERMIT = "work_permit"
    PATENT = "patent"
    HEIGHT_PERMIT = "height_permit"
    MEDICAL_BOOK = "medical_book"


SKILL_BITS: Final[Mapping[Service, int]] = MappingProxyType(
    {
        Service.LOADING: 1,
        Service.MOVING: 2,
        Service.SNOW_REMOVAL: 4,
        Service.ROOF_WORK: 8,
        Service.CLEANING: 16,
        Service.CASHIER: 32,
    }
)
"""Service -> its bit."""

DOCUMENTS: Final[Mapping[Service, tuple[DocumentKind, ...]]] = MappingProxyType(
    {
        Service.LOADING: (),
        Service.MOVING: (),
        Service.SNOW_REMOVAL: (),
        Service.ROOF_WORK: (DocumentKind.HEIGHT_PERMIT,),
        Service.CLEANING: (),
        Service.CASHIER: (DocumentKind.MEDICAL_BOOK,),
    }
)
"""Service -> what must be valid through the end of the shift, in the region of the site where it names one.

The house rule: work at height needs the permit for it, a till in retail the personal medical book.
"""


def skill_bit(service: Service) -> int:
    """Return the one bit that a worker must have for this service."""
    return SKILL_BITS[service]


def documents_required(service: Service) -> tuple[DocumentKind, ...]:
    """Return the kinds of documents that must be valid for this service."""
    return DOCUMENTS[service]


def to_mask(services: Iterable[Service]) -> int:
    """Return the services as a set of bits, the form in which workers carry them."""
    mask = 0
    for service in services:
        mask |= SKILL_BITS[service]
    return mask


def from_mask(mask: int) -> tuple[Service, ...]:
    """Return the services of a set of bits in the order of the catalogue; unknown bits are left out."""
    return tuple(service for service, bit in SKILL_BITS.items() if mask & bit)
