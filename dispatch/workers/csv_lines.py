"""From one record of a list to a man who can be stored, or to the reason why not and what to do. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dispatch.kit.geo import haversine_m
from dispatch.kit.phones import PhoneFault, PhoneInvalid, parse_phone
from dispatch.tenancy.policy import Engagement
from dispatch.workers.bulk import NewDocument
from dispatch.workers.commands import Residence
from dispatch.workers.csv_columns import (
    Column,
    Header,
    read_date,
    read_degrees,
    read_engagement,
    read_skills,
    read_yes,
    split_name,
)
from dispatch.workers.csv_reading import Record
from dispatch.workers.errors import CityUnknown
from dispatch.workers.residence import Home, Surroundings, locate
from dispatch.workers.skills import DocumentKind, Service, to_mask


class Reject(StrEnum):
    """Why a line was not taken."""

    QUOTE_NOT_CLOSED = "quote_not_closed"
    TOO_MANY_CELLS = "too_many_cells"
    PHONE_EMPTY = "phone_empty"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_INVALID = "phone_invalid"
    PHONE_NOT_MOBILE = "phone_not_mobile"
    NAME_MISSING = "name_missing"
    TOO_LONG = "too_long"
    CITY_UNKNOWN = "city_unknown"
    COORDINATES_INVALID = "coordinates_invalid"
    SKILL_UNKNOWN = "skill_unknown"
    ENGAGEMENT_UNKNOWN = "engagement_unknown"
    YES_OR_NO = "yes_or_no"
    DATE_UNREADABLE = "date_unreadable"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    PHONE_IN_NETWORK = "phone_in_network"
    ARCHIVED_HERE = "archived_here"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    QUOTA_REACHED = "quota_reached"


ADVICE: Final = {
    Reject.QUOTE_NOT_CLOSED: "A quotation mark on this line is never closed. Close it, or remove it.",
    Reject.TOO_MANY_CELLS: "The line has more cells than the first line has titles. Put quotes around cells that "
    "contain the separator.",
    Reject.PHONE_EMPTY: "The phone is missing.",
    Reject.PHONE_ROUNDED: "The spreadsheet rounded this number. Format the column as text, enter it again and save.",
    Reject.PHONE_INVALID: "This is no phone number that can be dialled. Write it like 8 (921) 123-45-67.",
    Reject.PHONE_NOT_MOBILE: "This number cannot receive texts. Write a mobile number.",
    Reject.NAME_MISSING: "The name is missing.",
    Reject.TOO_LONG: "A cell is too long: names may have 80 characters, addresses 400, notes 2000, ids 100.",
    Reject.CITY_UNKNOWN: "No such city is known. Write its name as on a map, or give latitude and longitude.",
    Reject.COORDINATES_INVALID: "Give latitude and longitude both, in degrees, like 59.93 and 30.31, or neither.",
    Reject.SKILL_UNKNOWN: "A skill is none of the services: погрузка, переезд, снег, кровля, уборка, касса.",
    Reject.ENGAGEMENT_UNKNOWN: "Write the contract as ГПХ, самозанятый or трудовой.",
    Reject.YES_OR_NO: "Write да or нет.",
    Reject.DATE_UNREADABLE: "Write dates like 31.12.2026.",
    Reject.DUPLICATE_IN_FILE: "The same man stands on an earlier line of this file. Keep one of them.",
    Reject.PHONE_IN_NETWORK: "This number belongs to a worker of the network already. Ask the head office to transfer "
    "him.",
    Reject.ARCHIVED_HERE: "This number belongs to an archived worker of yours. Take him back instead.",
    Reject.EXTERNAL_ID_TAKEN: "Another of your workers has this id with another number. Change his card instead.",
    Reject.QUOTA_REACHED: "Too many numbers of other franchises were asked for today. Import this line tomorrow.",
}
"""What to do about each; every line of a report says it."""

_PHONE_REJECTS: Final = {
    PhoneFault.EMPTY: Reject.PHONE_EMPTY,
    PhoneFault.CHARACTERS: Reject.PHONE_INVALID,
    PhoneFault.NOT_DIALABLE: Reject.PHONE_INVALID,
    PhoneFault.NOT_MOBILE: Reject.PHONE_NOT_MOBILE,
}
_ROUNDED: Final = re.compile(r"\d[.,]?\d*e[+]?\d+", re.IGNORECASE)
_LONGEST: Final = {Column.ADDRESS: 400, Column.NOTE: 2000, Column.EXTERNAL_ID: 100}
_NEARBY_M: Final = 100_000.0
_LONGEST_FIRST: Final = 80
_LONGEST_LAST: Final = 120
_DOCUMENTS: Final = {
    Column.HEIGHT_PERMIT_UNTIL: DocumentKind.HEIGHT_PERMIT,
    Column.MEDICAL_BOOK_UNTIL: DocumentKind.MEDICAL_BOOK,
}


class LineRejected(Exception):
    """A line cannot be taken; never leaves the import."""

    def __init__(self, code: Reject) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class ListedWorker:
    """A man as a line of a list gives him, checked and ready to store."""

    line: int
    e164: str
    first_name: str
    last_name: str
    home: Home
    address: str
    note: str
    external_id: str | None
    skills: int
    engagement: Engagement
    urgent_ok: bool
    documents: tuple[NewDocument, ...]


@dataclass(slots=True)
class LineReader:
    """Reads the records of one list.

    Attributes:
        header: its columns.
        around: what names of cities and national numbers mean.
        default_city: for lines without one; None is the franchise's own.
        default_skills: bits, for lines without skills.
    """

    header: Header
    around: Surroundings
    default_city: str | None = None
    default_skills: int = 0
    _homes: dict[tuple[str, str], Home] = field(default_factory=dict)

    def read(self, record: Record) -> ListedWorker:
        """Return the man of a record.

        Raises:
            LineRejected: the first thing that is wrong with it.
        """
        cells = self._cells(record)
        e164 = self._phone(cells(Column.PHONE))
        first_name, last_name = self._name(cells)
        for column, longest in _LONGEST.items():
            _require(len(cells(column)) <= longest, Reject.TOO_LONG)
        engagement = read_engagement(cells(Column.ENGAGEMENT))
        urgent = read_yes(cells(Column.URGENT))
        if engagement is None:
            raise LineRejected(Reject.ENGAGEMENT_UNKNOWN)
        if urgent is None:
            raise LineRejected(Reject.YES_OR_NO)
        return ListedWorker(
            line=record.line,
            e164=e164,
            first_name=first_name,
            last_name=last_name,
            home=self._home(cells),
            address=cells(Column.ADDRESS),
            note=cells(Column.NOTE),
            external_id=cells(Column.EXTERNAL_ID) or None,
            skills=self._skills(cells(Column.SKILLS)),
            engagement=engagement,
            urgent_ok=urgent,
            documents=_documents(cells),
        )

    def _cells(self, record: Record) -> "_Cells":
        if record.cells is None:
            raise LineRejected(Reject.QUOTE_NOT_CLOSED)
        _require(not any(record.cells[self.header.width :]), Reject.TOO_MANY_CELLS)
        return _Cells(self.header, record.cells)

    def _phone(self, cell: str) -> str:
        _require(not _ROUNDED.fullmatch(cell), Reject.PHONE_ROUNDED)
        fault: PhoneFault | None = None
        # A cell with several numbers gives the first that can receive texts.
        for written in re.split(r"[,;]", cell.removeprefix("'")):
            try:
                return parse_phone(written, self.around.dialling_region, mobile=True)
            except PhoneInvalid as error:
                fault = fault or error.fault
        raise LineRejected(_PHONE_REJECTS[fault or PhoneFault.EMPTY])

    def _name(self, cells: "_Cells") -> tuple[str, str]:
        whole, name, last_name = cells(Column.FULL_NAME), cells(Column.NAME), cells(Column.LAST_NAME)
        if name and last_name:
            first_name = split_name(name, family_first=False)[0]
        elif name or whole:
            first_name, last_name = split_name(name or whole, family_first=not name)
        else:
            raise LineRejected(Reject.NAME_MISSING)
        _require(len(first_name) <= _LONGEST_FIRST and len(last_name) <= _LONGEST_LAST, Reject.TOO_LONG)
        return first_name, last_name

    def _skills(self, cell: str) -> int:
        if not cell:
            return self.default_skills
        services: frozenset[Service] | None = read_skills(cell)
        if services is None:
            raise LineRejected(Reject.SKILL_UNKNOWN)
        return to_mask(services)

    def _home(self, cells: "_Cells") -> Home:
        written = cells(Column.LAT), cells(Column.LON)
        if any(written):
            lat, lon = map(read_degrees, written)
            if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):  # noqa: PLR2004 - degrees
                raise LineRejected(Reject.COORDINATES_INVALID)
            return locate(Residence(lat=lat, lon=lon), self.around)
        # `Санкт-Петербург, Калининский район` in one cell is a city with its district.
        city, _, rest = cells(Column.CITY).partition(",")
        if not city:
            city, _, rest = cells(Column.ADDRESS).partition(",")
            if not self._is_city_nearby(city):
                city, rest = self.default_city or "", ""
        try:
            return self._located(city.strip(), cells(Column.DISTRICT) or rest.partition(",")[0].strip())
        except CityUnknown:
            raise LineRejected(Reject.CITY_UNKNOWN) from None

    def _is_city_nearby(self, name: str) -> bool:
        """Tell whether an address begins with a city; streets bear names of places too, but of places far away."""
        place = self.around.places.find(name, self.around.middle)
        return place is not None and haversine_m(place.point, self.around.middle) <= _NEARBY_M

    def _located(self, city: str, district: str) -> Home:
        known = self._homes.get((city, district))
        if known is None:
            residence = Residence.model_construct(city=city or None, district=district or None)
            known = self._homes[city, district] = locate(residence, self.around)
        return known


class _Cells:
    """The cells of one record by what they mean; absent ones are empty."""

    def __init__(self, header: Header, cells: Sequence[str]) -> None:
        self._header = header
        self._cells = cells

    def __call__(self, column: Column) -> str:
        at = self._header.at.get(column)
        return self._cells[at] if at is not None and at < len(self._cells) else ""


def _documents(cells: _Cells) -> tuple[NewDocument, ...]:
    found = []
    for column, kind in _DOCUMENTS.items():
        if cell := cells(column):
            valid_until = read_date(cell)
            if valid_until is None:
                raise LineRejected(Reject.DATE_UNREADABLE)
            found.append(NewDocument(kind, valid_until))
    return tuple(found)


def _require(holds: bool, code: Reject) -> None:  # noqa: FBT001 - the condition itself
    if not holds:
        raise LineRejected(code)
