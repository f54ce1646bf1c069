"""The tables of clients, their people and sites, and the do-not-return list."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Dialect, LargeBinary, Text, TypeDecorator, func
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.kit.db import Base
from dispatch.kit.geo import Point, from_wkb, to_wkb

_Moment = DateTime(timezone=True)


class _Place(TypeDecorator[Point]):
    """A geography column as a `Point`: it travels as well-known binary, both ways."""

    impl = LargeBinary
    cache_ok = True

    def bind_expression(self, bindparam: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as the base
        return func.ST_GeogFromWKB(bindparam, type_=self)

    def column_expression(self, column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as the base
        return func.ST_AsBinary(column, type_=self)

    def process_bind_param(self, value: Point | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else to_wkb(value)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> Point | None:
        return None if value is None else from_wkb(value)


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
    curator_id: Mapped[UUID | None]
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
    email: Mapped[str] = mapped_column(Text)
    may_order: Mapped[bool]
    version: Mapped[int]


class Site(Base):
    """A place men are sent to. `zone` is the IANA zone in which its shifts are meant."""

    __tablename__ = "sites"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    franchise_id: Mapped[UUID]
    client_id: Mapped[UUID]
    address: Mapped[str] = mapped_column(Text)
    location: Mapped[Point] = mapped_column(_Place)
    zone: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(Text)
    meeting_point: Mapped[str] = mapped_column(Text)
    meeting_location: Mapped[Point | None] = mapped_column(_Place)
    contact_name: Mapped[str] = mapped_column(Text)
    contact_phone: Mapped[str] = mapped_column(Text)
    attendance_source: Mapped[str] = mapped_column(Text)
    photo_sha256: Mapped[bytes | None]
    archived_at: Mapped[datetime | None] = mapped_column(_Moment)
    created_at: Mapped[datetime] = mapped_column(_Moment)
    version: Mapped[int]

    @property
    def lat(self) -> float:
        """Degrees north, WGS 84."""
        return self.location.lat

    @property
    def lon(self) -> float:
        """Degrees east, WGS 84."""
        return self.location.lon

    @property
    def meeting_lat(self) -> float | None:
        """Degrees north of where the crew meets, if that is a place of its own."""
        return None if self.meeting_location is None else self.meeting_location.lat

    @property
    def meeting_lon(self) -> float | None:
        """Degrees east of where the crew meets, if that is a place of its own."""
        return None if self.meeting_location is None else self.meeting_location.lon


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
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_Moment)
