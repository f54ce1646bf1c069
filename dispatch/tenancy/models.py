"""The tables of franchises and of what each decides."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kit.db import Base


class FranchiseKind(StrEnum):
    """An agency of the network, or the network's own head office."""

    FRANCHISE = "franchise"
    HQ = "hq"


class FranchiseStatus(StrEnum):
    """A suspended franchise's staff and tokens are locked out; its workers stay in the pool."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Franchise(Base):
    """One tenant. Its location is a geography, read and written by SQL where it is needed."""

    __tablename__ = "franchises"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
