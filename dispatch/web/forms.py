"""Forms as people fill them in: what is wrong is said beside the field it is about, in words of the page's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from dispatch.kit.errors import Invalid
from dispatch.web.frame import Page

ModelT = TypeVar("ModelT", bound=BaseModel)
ReadT = TypeVar("ReadT")

_FILL_IN: Final = "Fill this in."
_SENTENCES: Final[Mapping[str, str]] = {
    "missing": _FILL_IN,
    "text_too_short": _FILL_IN,
    "text_too_long": "At most %(n)s characters.",
    "text_characters": "Plain text only, please.",
    "text_lines": "One line only, please.",
    "int_type": "Type a whole number.",
    "float_type": "Type a number.",
    "finite_number": "Type a number.",
    "greater_than_equal": "At least %(ge)s.",
    "less_than_equal": "At most %(le)s.",
    "enum": "Choose one of these.",
    "uuid_parsing": "Choose one of these.",
}
_UNFIT: Final = "This does not fit."


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field: words of ours, and the figures in them."""

    words: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def told(self, page: Page) -> str:
        """Return it in the language of a page."""
        return page.say(self.words, **self.figures)


class FormUnfit(Invalid):
    """What was typed cannot be meant; says of each field why.

    Attributes:
        faults: by the name of the field; "" for the form as a whole.
    """

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        said = (f"{name}: {fault.words % fault.figures}" if name else fault.words for name, fault in faults.items())
        super().__init__(" ".join(said))
        self.faults = faults

    def told(self, page: Page) -> str:
        """Return all of it in the language of a page, for where there is no field to say it beside."""
        said = (
            (page.say(name).replace("_", " ") if name else "", fault.told(page)) for name, fault in self.faults.items()
        )
        return " ".join(f"{label[0].upper()}{label[1:]}: {words}" if label else words for label, words in said)


def fit(model: type[ModelT], typed: Mapping[str, Any], said: Mapping[str, str] | None = None) -> ModelT:
    """Return what was typed as a command.

    Args:
        model: the command.
        typed: its fields; figures are read by `whole` and `figure` before.
        said: what to say when a rule about a field fails that spans several, by the field's name.

    Raises:
        FormUnfit: with what is wrong, by field.
    """
    try:
        return model.model_validate(dict(typed))
    except ValidationError as unfit:
        raise FormUnfit(_faults(unfit, said or {})) from None


def _faults(unfit: ValidationError, said: Mapping[str, str]) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for error in unfit.errors():
        name = str(error["loc"][0]) if error["loc"] else ""
        figures = {key: value for key, value in error.get("ctx", {}).items() if key in {"n", "ge", "le"}}
        words = _SENTENCES.get(error["type"], _UNFIT)
        if error["type"] == "value_error":
            # A rule over several fields says the field first: "shifts: two of them overlap".
            name = name or str(error.get("ctx", {}).get("error", "")).partition(":")[0]
            words = said.get(name, _UNFIT)
        faults.setdefault(name if name.isidentifier() else "", Fault(words, figures))
    return faults


def text_in(form: FormData, name: str) -> str:
    """Return what a form says under a name, without blanks around it; "" for nothing."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def chosen_in(form: FormData, name: str) -> list[str]:
    """Return everything that was ticked under a name."""
    return [value for value in form.getlist(name) if isinstance(value, str)]


def day_in(form: FormData, name: str) -> date | None:
    """Return a day as browsers send it; None where none was chosen.

    Raises:
        FormUnfit: there is no such day.
    """
    return _read(form, name, date.fromisoformat, "Type a day, like 2026-12-31.")


def clock_in(form: FormData, name: str) -> time | None:
    """Return a time of day as browsers send it; None where none was chosen.

    Raises:
        FormUnfit: there is no such time.
    """
    return _read(form, name, time.fromisoformat, "Type a time, like 08:00.")


def _read(form: FormData, name: str, read: Callable[[str], ReadT], said: str) -> ReadT | None:
    typed = text_in(form, name)
    try:
        return read(typed) if typed else None
    except ValueError:
        raise FormUnfit({name: Fault(said)}) from None


def version_in(form: FormData) -> int:
    """Return the version of what a form was opened on.

    Raises:
        FormUnfit: there is none.
    """
    version = whole(text_in(form, "version"))
    if not isinstance(version, int):
        raise FormUnfit({"": Fault("This form is out of date. Open it again.")})
    return version


def whole(text: str) -> int | str | None:
    """Return a whole number as typed; None for nothing, the text itself when it is no number."""
    written = text.strip()
    if not written:
        return None
    return int(written) if written.isascii() and written.isdigit() and len(written) < len(str(2**31)) else written


def figure(text: str) -> float | str | None:
    """Return a number as typed, with a comma or a point; None for nothing, the text itself when it is no number."""
    written = text.strip().replace(",", ".")
    if not written:
        return None
    try:
        return float(written)
    except ValueError:
        return written


def rating_typed(text: str) -> Decimal | None:
    """Return a rating as typed, with a comma or a point; None for what is none."""
    try:
        rating = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return rating if 1 <= rating <= 5 else None  # noqa: PLR2004 - the scale
