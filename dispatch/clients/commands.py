"""What can be asked of clients, sites and the do-not-return list; the HTTP bodies, too."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dispatch.clients.models import AttendanceSource, ClientKind, DecidedBy
from dispatch.kit.geo import ZoneName
from dispatch.kit.text import Clean, ShortText

Note = Annotated[str, Clean(max_length=2000, min_length=0, lines=True)]
Optional = Annotated[str, Clean(max_length=200, min_length=0)]
Region = Annotated[str, Clean(max_length=100, min_length=0)]
PhoneText = Annotated[str, Clean(max_length=40, min_length=0)]
Email = Annotated[str, Clean(max_length=200, min_length=0), Field(pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")]
"""An address of mail, or nothing; whether it exists only a mail can tell."""
Address = Annotated[str, Clean(max_length=400)]
TaxNumber = Annotated[str, Clean(max_length=30)]
Reason = Annotated[str, Clean(min_length=3, max_length=500, lines=True)]
Lat = Annotated[float, Field(strict=True, ge=-90, le=90)]
Lon = Annotated[float, Field(strict=True, ge=-180, le=180)]


class Command(BaseModel):
    """A request to change something: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Change(Command):
    """Changes what is given and leaves the rest."""

    def given(self) -> dict[str, object]:
        """Return the fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    def refuse_empty_and_null(self, *nullable: str) -> None:
        """Raise ValueError for a command without a field, or with a null where none may be."""
        if not self.model_fields_set:
            raise ValueError("send at least one field to change")
        for name in sorted(self.model_fields_set - set(nullable)):
            if getattr(self, name) is None:
                raise ValueError(f"{name}: leave it out, or send a value")


def _refuse_half_a_place(lat: float | None, lon: float | None) -> None:
    if (lat is None) != (lon is None):
        raise ValueError("meeting_lat: give it with meeting_lon, or neither")


class AddClient(Command):
    """Take on a client."""

    name: ShortText
    kind: ClientKind = ClientKind.COMPANY
    tax_number: TaxNumber | None = None
    forbids_tier_c: bool = False
    """Men rated below 3 are never sent to him."""
    note: Note = ""
    source: Optional = ""
    """Where he came from, for the reports on leads."""
    curator_id: UUID | None = None
    """Who of the staff looks after him."""


class ChangeClient(_Change):
    """Change what is given, leave the rest. `tax_number: null` and `curator_id: null` remove them."""

    name: ShortText | None = None
    kind: ClientKind | None = None
    tax_number: TaxNumber | None = None
    forbids_tier_c: bool | None = None
    note: Note | None = None
    source: Optional | None = None
    curator_id: UUID | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        self.refuse_empty_and_null("tax_number", "curator_id")
        return self


class AddPerson(Command):
    """Keep somebody who speaks for a client."""

    name: ShortText
    phone: Annotated[str, Clean(max_length=40)]
    role: Optional = ""
    email: Email = ""
    may_order: bool = True
    """Whether an order he gives binds the client."""


class ChangePerson(_Change):
    """Change what is given of somebody who speaks for a client, leave the rest."""

    name: ShortText | None = None
    phone: Annotated[str, Clean(max_length=40)] | None = None
    role: Optional | None = None
    email: Email | None = None
    may_order: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        self.refuse_empty_and_null()
        return self


class AddSite(Command):
    """Keep a site of a client; latitude and longitude are degrees of WGS 84."""

    client_id: UUID
    address: Address
    lat: Lat
    lon: Lon
    zone: ZoneName | None = None
    """The zone of its shifts; that of the nearest town when not given."""
    region: Region = ""
    """Written as on permits that count in one region only; men need a document for exactly this one."""
    meeting_point: Optional = ""
    meeting_lat: Lat | None = None
    meeting_lon: Lon | None = None
    """Where the crew meets, where that is not the address itself."""
    contact_name: Optional = ""
    contact_phone: PhoneText = ""
    attendance_source: AttendanceSource = AttendanceSource.CREW_LEAD

    @model_validator(mode="after")
    def _whole_places(self) -> Self:
        _refuse_half_a_place(self.meeting_lat, self.meeting_lon)
        return self


class ChangeSite(_Change):
    """Change what is given, leave the rest; a place is changed by both coordinates, the meeting's removed by nulls.

    Moving it keeps the zone unless one is given, and changes no shift that is agreed already.
    """

    address: Address | None = None
    lat: Lat | None = None
    lon: Lon | None = None
    zone: ZoneName | None = None
    region: Region | None = None
    meeting_point: Optional | None = None
    meeting_lat: Lat | None = None
    meeting_lon: Lon | None = None
    contact_name: Optional | None = None
    contact_phone: PhoneText | None = None
    attendance_source: AttendanceSource | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        self.refuse_empty_and_null("meeting_lat", "meeting_lon")
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon: give both or neither")
        if len(self.model_fields_set & {"meeting_lat", "meeting_lon"}) == 1:
            raise ValueError("meeting_lat: give it with meeting_lon, or neither")
        _refuse_half_a_place(self.meeting_lat, self.meeting_lon)
        return self


class ForbidReturn(Command):
    """Keep a man of the network from a site of a client, or without `site_id` from all of them."""

    client_id: UUID
    site_id: UUID | None = None
    worker_id: UUID
    decided_by: DecidedBy
    reason: Reason
