"""What every policy section is made of: the base model and the constrained types."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A frozen part of a policy; an unknown key is an error, so a misspelt setting never silently does nothing.

    Durations are ISO 8601 (`PT20M`) and decimals are strings in JSON; `model_validate_json(model_dump_json())` gives
    an equal section.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("give the time of day without an offset; it is read on the clock of the place concerned")
    return value


Duration = Annotated[timedelta, Field(ge=timedelta(0))]
"""Zero or longer."""

PositiveDuration = Annotated[timedelta, Field(gt=timedelta(0))]
"""Longer than zero."""

LocalTime = Annotated[time, AfterValidator(_without_zone)]
"""A time of day on the clock of the place concerned (site or worker)."""

Share = Annotated[Decimal, Field(ge=0, le=1)]
"""A part of one."""

Percent = Annotated[Decimal, Field(ge=0, le=100)]
"""A part of a hundred."""

Minor = Annotated[int, Field(ge=0)]
"""Money in minor units."""
