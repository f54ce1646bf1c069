"""What can be asked of tenancy; the HTTP bodies, too."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dispatch.kit.geo import ZoneName
from dispatch.kit.money import Currency
from dispatch.kit.text import Clean
from dispatch.tenancy.models import FranchiseKind

Name = Annotated[str, Clean(max_length=120)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")]


class Command(BaseModel):
    """A request to change something: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OpenFranchise(Command):
    """Found a franchise with a complete policy. Latitude and longitude are degrees, WGS 84."""

    slug: Slug
    name: Name
    city: Name
    zone: ZoneName
    currency: Currency = Currency.RUB
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    kind: FranchiseKind = FranchiseKind.FRANCHISE
    preset: Name = "personal-solution"
    entitlements: frozenset[Name] = frozenset()


class ChangeFranchise(Command):
    """Change what is given, leave the rest; a place is changed by both coordinates."""

    name: Name | None = None
    city: Name | None = None
    zone: ZoneName | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _check_pair(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon: give both or neither")
        return self


class GrantLending(Command):
    """Let another franchise borrow our people: the lower the ring, the earlier it asks us."""

    ring: int = Field(default=1, ge=1, le=9)
    fee_percent: Decimal = Field(default=Decimal(0), ge=0, le=100, decimal_places=2)
