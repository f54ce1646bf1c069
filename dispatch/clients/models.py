"""The tables of clients, their people and sites, and the do-not-return list."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kit.db import Base
from dispatch.kit.geo import SRID, Point, from_element

_Moment = DateTime(timezone=True)


class ClientKind(StrEnum):
    """A company or a private person."""

    COMPANY = "company"
    PERSON = "person"


class AttendanceSource(StrEnum):
    """Who says who is on site."""

    FOREMAN = "foreman"
    CREW_LEAD = "crew_lead"
    CLIENT = "client"
    SELF = "self"


class DecidedBy(StrEnum):
    """Whose decision it is that a man does not come back."""

    CLIENT = "client"
    WORKER = "worker"


class Client(Base):
    """Somebody who orders."""

    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    tax_number: Mapped[str | None] = mapped_column(Text)
    forbids_tier_c: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(_Moment)
    created_at: Mapped[datetime] = mapped_column(_Moment)
    version: Mapped[int]


class ClientPerson(Base):
    """Somebody who speaks for a client; the phone in E.164."""

    __tablename__ = "client_people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    client_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)


class Site(Base):
    """A place men are sent to. `zone` is the IANA zone in which its shifts are meant."""

    __tablename__ = "sites"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    client_id: Mapped[UUID]
    address: Mapped[str] = mapped_column(Text)
    location: Mapped[Any] = mapped_column(Geography("POINT", srid=SRID, spatial_index=False))
    zone: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    meeting_point: Mapped[str] = mapped_column(Text)
    contact_name: Mapped[str] = mapped_column(Text)
    contact_phone: Mapped[str] = mapped_column(Text)
    attendance_source: Mapped[str] = mapped_column(Text)
    archived_at: Mapped[datetime | None] = mapped_column(_Moment)
    created_at: Mapped[datetime] = mapped_column(_Moment)
    version: Mapped[int]

    @property
    def point(self) -> Point:
        """Where it is."""
        return from_element(self.location)

    @property
    def lat(self) -> float:
        """Degrees north, WGS 84."""
        return self.point.lat

    @property
    def lon(self) -> float:
        """Degrees east, WGS 84."""
        return self.point.lon


class DoNotReturn(Base):
    """A man who shall not be sent to a client's site; without a site, to none of his."""

    __tablename__ = "do_not_return"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID | None]
    worker_id: Mapped[UUID]
    decided_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_Moment)
