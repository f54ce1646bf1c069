"""Tables of allowed status moves: the only way any status in the house changes.

A folder declares one `Moves` per status it owns and calls its `move()`; statements that change many rows at once take
their guard from `sources()`. The database refuses every other pair by a trigger over the same rows, see `rows()`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from dispatch.kit.errors import Conflict

StatusT = TypeVar("StatusT", bound=StrEnum)


class IllegalMove(Conflict):
    """A status may not become another from where it is."""

    def __init__(self, entity: str, old: StrEnum, new: StrEnum, targets: Iterable[StrEnum]) -> None:
        allowed = ", ".join(sorted(targets)) or "nothing, it is final"
        super().__init__(
            f"{entity}: {old} cannot become {new}; from {old} it may become {allowed}. Read it again, then decide.",
            entity=entity,
            from_status=str(old),
            to_status=str(new),
        )


class MoveResult(Enum):
    """What a legal move asks of the caller: write and tell the others, or do nothing at all."""

    MOVE = auto()
    NOOP = auto()


class HasStatus(Protocol[StatusT]):
    """Anything whose state is kept in `status`, mapped rows included."""

    status: StatusT


@dataclass(frozen=True)
class Moves(Generic[StatusT]):
    """The allowed moves of one status.

    Attributes:
        entity: the word for the thing in singular; also the key of the database's `status_moves` rows.
        allowed: pairs (from, to) that change the row.
        noops: pairs that are legal and change nothing, each with its reason: duplicates, late and reordered events.
            Repeating the present status is refused unless it is listed here.

    Raises:
        ValueError: at declaration, when a pair is both a move and a no-op, moves nowhere, or has no reason.
    """

    entity: str
    allowed: frozenset[tuple[StatusT, StatusT]]
    noops: Mapping[tuple[StatusT, StatusT], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if circular := [old for old, new in self.allowed if old == new]:
            raise ValueError(f"{self.entity}: {circular} to itself is no move; list it as a no-op")
        if both := self.allowed & self.noops.keys():
            raise ValueError(f"{self.entity}: {sorted(both)} cannot be both a move and a no-op")
        if silent := [pair for pair, reason in self.noops.items() if not reason.strip()]:
            raise ValueError(f"{self.entity}: {silent} needs the reason why it changes nothing")
        object.__setattr__(self, "noops", MappingProxyType(dict(self.noops)))

    def check(self, old: StatusT, new: StatusT) -> MoveResult:
        """Say whether `old` -> `new` moves or changes nothing.

        Raises:
            IllegalMove: the pair is in neither list.
        """
        if (old, new) in self.allowed:
            return MoveResult.MOVE
        if (old, new) in self.noops:
            return MoveResult.NOOP
        raise IllegalMove(self.entity, old, new, self.targets(old))

    def move(self, row: HasStatus[StatusT], new: StatusT) -> MoveResult:
        """Set `row.status` along the table; a no-op leaves the row untouched, so nothing is written.

        Raises:
            IllegalMove: the row cannot become `new` from where it is; the row is unchanged.
        """
        result = self.check(row.status, new)
        if result is MoveResult.MOVE:
            row.status = new
        return result

    def targets(self, old: StatusT) -> frozenset[StatusT]:
        """Return what `old` may become: the buttons a screen may offer."""
        return frozenset(to for start, to in self.allowed if start == old)

    def sources(self, new: StatusT) -> frozenset[StatusT]:
        """Return what may become `new`: the guard of a statement, `WHERE status = ANY(...)`."""
        return frozenset(start for start, to in self.allowed if to == new)

    def rows(self) -> frozenset[tuple[str, str, str]]:
        """Return (entity, from_status, to_status) of every move, as the database's table must hold them.

        No-ops are absent: they write nothing, so the trigger never sees them.
        """
        return frozenset((self.entity, str(old), str(new)) for old, new in self.allowed)
