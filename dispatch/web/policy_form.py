"""A form for any section of a policy, made from its model, and what is read back from one.

What a form holds is flat text by name (`waves.0.lead`); the model says what each text is: a span of time with its unit,
money, a share in per cent, a choice. The same walk over the model draws the form, reads it, and writes a section out in
words, so that none of them can forget a field.
"""

import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from dispatch.tenancy.policy import Section
from dispatch.web.policy_words import PARTS, SENTENCES, UNUSUAL, WHERE, WORDS, Words

Value = Any
"""What a field of some model holds; its leaf says of which type that is."""
Typed = Mapping[str, str]
"""Name of a field -> the text in it; a field that is not there is an unchecked box or a row nobody added."""

SPARE_ROWS: Final = 2
"""Empty lines below a list, for more; those left empty are no lines."""
UNIT: Final = "unit"
"""What the name of a span's unit ends with."""
_HUNDRED: Final = 100
_TICKS: Final = 1_000_000
_MOST_ROWS: Final = 50
_LONGEST: Final = 40
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")


class Unit(StrEnum):
    """What a span of time is counted in."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


SECONDS_OF: Final[Mapping[Unit, int]] = types.MappingProxyType(
    {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86400}
)


class Kind(StrEnum):
    """What one field of a form takes."""

    SPAN = "span"
    CLOCK = "clock"
    FIGURE = "figure"
    SHARE = "share"
    MONEY = "money"
    SWITCH = "switch"
    CHOICE = "choice"


class Shape(StrEnum):
    """How fields belong together."""

    ONE = "one"
    GROUP = "group"
    ROWS = "rows"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One field: where its text is, what it takes and between which limits (in its own terms: per cent, minor units).

    `key` says which entry of a table it stands for; `optional` that it may stay empty.
    """

    name: str
    words: Words
    kind: Kind
    of: type
    limits: Mapping[str, Value]
    optional: bool
    options: Sequence[str] = ()
    shape: Shape = Shape.ONE


@dataclass(frozen=True, slots=True)
class Bunch:
    """Fields that belong together: a part, the lines of a list, or the entries of a table by their keys."""

    name: str
    words: Words
    shape: Shape
    optional: bool
    entries: Sequence["Entry"]


Entry = Leaf | Bunch


@dataclass(frozen=True, slots=True)
class Read:
    """What a form said: the section, or by field what is wrong: a sentence, or `limits` where its limits say it."""

    section: Section | None
    faults: Mapping[str, str] = field(default_factory=dict)


def parts_of(
    name: str, model: type[Section], typed: Typed, *, spare: int = SPARE_ROWS
) -> list[tuple[str, list[Entry]]]:
    """Return the parts of a section's form: heading and fields, lists as long as what is typed and some lines more."""
    entries = {entry.name: entry for entry in _fields(model, name, "", typed, spare)}
    return [(heading, [entries[one] for one in fields]) for heading, fields in PARTS[name]]


def leaves(entry: Entry) -> Iterator[Leaf]:
    """Walk over the single fields of an entry."""
    if isinstance(entry, Leaf):
        yield entry
    else:
        for one in entry.entries:
            yield from leaves(one)


def typed_of(name: str, section: Section) -> dict[str, str]:
    """Return what a form of this section holds."""
    typed: dict[str, str] = {}
    for leaf, value in values_of(name, section):
        if value is None or value is False:
            continue
        if leaf.kind is Kind.SPAN:
            typed[leaf.name], typed[f"{leaf.name}.{UNIT}"] = unit_of(value)
        else:
            typed[leaf.name] = _text(leaf, value)
    return typed


def values_of(name: str, section: Section) -> Iterator[tuple[Leaf, Value]]:
    """Walk over the single fields of a section with their values; None where nothing is set."""
    held = dict(_flat(section.model_dump(), ""))
    for _, entries in parts_of(name, type(section), dict.fromkeys(held, ""), spare=0):
        for entry in entries:
            for leaf in leaves(entry):
                yield leaf, held.get(leaf.name)


def read(name: str, model: type[Section], typed: Typed) -> Read:
    """Read a section from its form; lines left empty are dropped, and no field is silently the default."""
    kept = without_empty_rows(name, model, typed)
    faults: dict[str, str] = {}
    body = {}
    for _, entries in parts_of(name, model, kept, spare=0):
        for entry in entries:
            body[entry.name] = _value(entry, kept, faults)
    if faults:
        return Read(None, faults)
    try:
        return Read(model.model_validate(body))
    except ValidationError as unfit:
        return Read(None, _faults(unfit))


def without_empty_rows(name: str, model: type[Section], typed: Typed) -> dict[str, str]:
    """Return what is typed with the lines of each list renumbered, those left empty gone."""
    kept = dict(typed)
    for _, entries in parts_of(name, model, typed, spare=0):
        for rows in entries:
            if rows.shape is not Shape.ROWS or not isinstance(rows, Bunch):
                continue
            kept = {key: text for key, text in kept.items() if not key.startswith(f"{rows.name}.")}
            filled = [row for row in rows.entries if not _is_empty(row, typed)]
            for n, row in enumerate(filled):
                was = f"{row.name}."
                kept |= {
                    f"{rows.name}.{n}.{key.removeprefix(was)}": text
                    for key, text in typed.items()
                    if key.startswith(was)
                }
    return kept


def unit_of(span: timedelta) -> tuple[str, Unit]:
    """Return a span as a figure of the greatest unit that counts it without a fraction; seconds may have one."""
    ticks = span // timedelta(microseconds=1)
    for unit in reversed(Unit):
        if ticks and ticks % (SECONDS_OF[unit] * _TICKS) == 0:
            return str(ticks // (SECONDS_OF[unit] * _TICKS)), unit
    return _plain(Decimal(ticks) / _TICKS), Unit.MINUTES if not ticks else Unit.SECONDS


def _fields(model: type[Section], words: str, prefix: str, typed: Typed, spare: int) -> Iterator[Entry]:
    for name, info in model.model_fields.items():
        yield _entry(f"{prefix}{name}", f"{words}.{name}", info.annotation, info.metadata, typed, spare)


def _entry(
    name: str,
    words: str,
    annotation: Value,
    metadata: Sequence[Value],
    typed: Typed,
    spare: int,
    *,
    optional: bool = False,
) -> Entry:
    said = WORDS.get(words, Words(words.rpartition(".")[2]))
    origin: Value = get_origin(annotation)
    inside = get_args(annotation)
    if origin is Annotated:
        deeper = [*metadata, *_constraints(inside[1:])]
        return _entry(name, words, inside[0], deeper, typed, spare, optional=optional)
    if origin in (types.UnionType, Union):
        (one,) = [each for each in inside if each is not type(None)]
        return _entry(name, words, one, metadata, typed, spare, optional=True)
    if origin is tuple:
        count = _rows(name, typed, spare)
        rows = [_bunch(f"{name}.{n}", words, inside[0], typed, spare, optional=True) for n in range(count)]
        return Bunch(name, said, Shape.ROWS, optional, rows)
    if origin is not None and issubclass(origin, Mapping):
        keys, of = inside
        table = [
            _keyed(f"{name}.{key}", words, str(key), of, typed, spare)
            for key in keys
            if str(key) not in UNUSUAL.get(words, ()) or _is_set(f"{name}.{key}", typed)
        ]
        return Bunch(name, said, Shape.TABLE, optional, table)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return _bunch(name, words, annotation, typed, spare, optional=optional)
    return _leaf(name, said, annotation, metadata, optional=optional)


def _is_set(name: str, typed: Typed) -> bool:
    return any(text for key, text in typed.items() if key == name or key.startswith(f"{name}."))


def _bunch(name: str, words: str, model: type[Section], typed: Typed, spare: int, *, optional: bool) -> Bunch:
    entries = tuple(_fields(model, words, f"{name}.", typed, spare))
    return Bunch(name, WORDS.get(words, Words("")), Shape.GROUP, optional, entries)


def _keyed(name: str, words: str, key: str, of: Value, typed: Typed, spare: int) -> Entry:
    """Return an entry of a table, called as its key is."""
    entry = _entry(name, words, of, (), typed, spare, optional=True)
    if isinstance(entry, Bunch):
        return Bunch(entry.name, Words(key), entry.shape, True, entry.entries)
    return Leaf(name, Words(key), entry.kind, entry.of, entry.limits, True, entry.options)


def _leaf(name: str, words: Words, annotation: Value, metadata: Sequence[Value], *, optional: bool) -> Leaf:
    limits = {
        which: getattr(one, which) for one in metadata for which in ("ge", "gt", "le", "lt") if hasattr(one, which)
    }
    assert isinstance(annotation, type), f"{name}: a form has no field for {annotation}"
    options = tuple(str(one.value) for one in annotation) if issubclass(annotation, Enum) else ()
    return Leaf(name, words, _kind(name, annotation, limits), annotation, limits, optional, options)


def _kind(name: str, annotation: type, limits: Mapping[str, Value]) -> Kind:
    if annotation is bool:
        return Kind.SWITCH
    if issubclass(annotation, Enum):
        return Kind.CHOICE
    if annotation is timedelta:
        return Kind.SPAN
    if annotation is time:
        return Kind.CLOCK
    if name.endswith("_minor"):
        return Kind.MONEY
    # A part of one is asked for in per cent.
    most = limits.get("le", limits.get("lt"))
    return Kind.SHARE if annotation is not int and most is not None and most <= 1 else Kind.FIGURE


def _constraints(given: Sequence[Value]) -> Iterator[Value]:
    for one in given:
        yield from one.metadata if isinstance(one, FieldInfo) else (one,)


def _rows(name: str, typed: Typed, spare: int) -> int:
    numbers = [key.removeprefix(f"{name}.").partition(".")[0] for key in typed if key.startswith(f"{name}.")]
    most = max((int(n) + 1 for n in numbers if n.isascii() and n.isdigit() and len(n) < 3), default=0)  # noqa: PLR2004
    return min(most + spare, _MOST_ROWS)


def _flat(value: Value, name: str) -> Iterator[tuple[str, Value]]:
    """Lay a dumped section out flat, by the names of a form."""
    pairs: Iterable[tuple[Value, Value]]
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, tuple | list):
        pairs = enumerate(value)
    else:
        yield name, value
        return
    for key, one in pairs:
        yield from _flat(one, f"{name}.{key}" if name else str(key))


def _text(leaf: Leaf, value: Value) -> str:
    match leaf.kind:
        case Kind.SWITCH:
            return "yes"
        case Kind.CLOCK:
            return f"{value:%H:%M}"
        case Kind.MONEY:
            return _plain(Decimal(value) / _HUNDRED)
        case Kind.SHARE:
            return _plain(Decimal(str(value)) * _HUNDRED)
        case Kind.FIGURE:
            return _plain(Decimal(str(value)))
        case _:
            return str(value)


def _plain(figure: Decimal) -> str:
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_empty(entry: Entry, typed: Typed) -> bool:
    return not any(typed.get(leaf.name, "").strip() for leaf in leaves(entry) if leaf.kind is not Kind.SWITCH)


def _value(entry: Entry, typed: Typed, faults: dict[str, str]) -> Value:
    """Read an entry as its model takes it; what cannot be read is noted."""
    if isinstance(entry, Leaf):
        return _leaf_value(entry, typed.get(entry.name, "").strip()[:_LONGEST], typed, faults)
    if entry.shape is Shape.ROWS:
        return [_value(row, typed, faults) for row in entry.entries]
    if entry.shape is Shape.GROUP and entry.optional and _is_empty(entry, typed):
        return None
    read_ = {one.name.rpartition(".")[2]: _value(one, typed, faults) for one in entry.entries}
    if entry.shape is Shape.TABLE:
        return {key: value for key, value in read_.items() if value is not None}
    return read_


def _leaf_value(leaf: Leaf, text: str, typed: Typed, faults: dict[str, str]) -> Value:
    if leaf.kind is Kind.SWITCH:
        return bool(text)
    if not text and not leaf.optional:
        faults[leaf.name] = "Fill this in."
    if not text or leaf.kind in {Kind.CHOICE, Kind.CLOCK}:
        return text or None
    written = text.replace(",", ".").replace("\u00a0", "").replace(" ", "")
    if not _NUMBER.fullmatch(written):
        faults[leaf.name] = "Type a number."
        return None
    return _measured(leaf, Decimal(written), typed, faults)


def _measured(leaf: Leaf, figure: Decimal, typed: Typed, faults: dict[str, str]) -> Value:
    """Return a figure in the terms of the model: a span, a part of one, minor units."""
    if leaf.kind is Kind.SPAN:
        return _span(leaf, figure, typed, faults)
    if leaf.kind is Kind.SHARE:
        return figure / _HUNDRED if leaf.of is Decimal else float(figure / _HUNDRED)
    if leaf.kind is Kind.MONEY:
        figure *= _HUNDRED
    if leaf.of is not int:
        return figure
    if figure != int(figure):
        faults[leaf.name] = "Type a whole number."
    return int(figure)


def _span(leaf: Leaf, figure: Decimal, typed: Typed, faults: dict[str, str]) -> timedelta | None:
    unit = typed.get(f"{leaf.name}.{UNIT}", "")
    try:
        return timedelta(microseconds=int(figure * SECONDS_OF[Unit(unit)] * _TICKS))
    except (OverflowError, ValueError):
        faults[leaf.name] = "This does not fit."
        return None


def _faults(unfit: ValidationError) -> dict[str, str]:
    faults: dict[str, str] = {}
    for error in unfit.errors():
        name = ".".join(str(step) for step in error["loc"] if step != "[key]")
        words = "limits" if error["type"].startswith(("greater", "less")) else "This does not fit."
        if error["type"] == "value_error":
            said = str(error.get("ctx", {}).get("error", ""))
            words = next((told for begins, told in SENTENCES.items() if said.startswith(begins)), words)
            rule = said.partition(":")[0]
            name = name or WHERE.get(rule, rule)
        faults.setdefault(name, words)
    return faults
