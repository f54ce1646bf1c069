from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dispatch.kit.errors import Conflict
from dispatch.kit.states import IllegalMove, MoveResult, Moves


class Parcel(StrEnum):
    PACKED = "packed"
    SENT = "sent"
    DELIVERED = "delivered"
    LOST = "lost"


MOVES = Moves(
    "parcel",
    frozenset(
        {
            (Parcel.PACKED, Parcel.SENT),
            (Parcel.SENT, Parcel.DELIVERED),
            (Parcel.SENT, Parcel.LOST),
            (Parcel.LOST, Parcel.DELIVERED),
        }
    ),
    {
        (Parcel.DELIVERED, Parcel.DELIVERED): "the carrier repeats its receipt",
        (Parcel.DELIVERED, Parcel.SENT): "receipts arrive out of order",
    },
)


@dataclass
class Row:
    status: Parcel


class Base(DeclarativeBase):
    pass


class ParcelRow(Base):
    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[Parcel]


@given(st.sampled_from(Parcel), st.sampled_from(Parcel))
def test_every_pair_is_a_move_a_noop_or_refused(old: Parcel, new: Parcel) -> None:
    row = Row(old)
    if (old, new) in MOVES.allowed:
        assert MOVES.move(row, new) is MoveResult.MOVE
        assert row.status is new
    elif (old, new) in MOVES.noops:
        assert MOVES.move(row, new) is MoveResult.NOOP
        assert row.status is old
    else:
        with pytest.raises(IllegalMove):
            MOVES.move(row, new)
        assert row.status is old


def test_the_refusal_is_a_conflict_that_says_what_is_allowed() -> None:
    with pytest.raises(IllegalMove) as caught:
        MOVES.check(Parcel.SENT, Parcel.PACKED)
    assert isinstance(caught.value, Conflict)
    assert caught.value.code == "illegal_move"
    assert caught.value.fields == {"entity": "parcel", "from_status": "sent", "to_status": "packed"}
    assert "delivered, lost" in str(caught.value)


def test_a_final_status_says_so() -> None:
    with pytest.raises(IllegalMove, match="final"):
        MOVES.check(Parcel.DELIVERED, Parcel.LOST)


def test_repeating_a_status_is_refused_unless_listed() -> None:
    assert MOVES.check(Parcel.DELIVERED, Parcel.DELIVERED) is MoveResult.NOOP
    with pytest.raises(IllegalMove):
        MOVES.check(Parcel.SENT, Parcel.SENT)


def test_mapped_rows_move_too() -> None:
    row = ParcelRow(id=1, status=Parcel.PACKED)
    assert MOVES.move(row, Parcel.SENT) is MoveResult.MOVE
    assert row.status is Parcel.SENT


def test_sources_targets_and_rows_are_three_views_of_one_table() -> None:
    assert MOVES.sources(Parcel.DELIVERED) == {Parcel.SENT, Parcel.LOST}
    assert MOVES.targets(Parcel.SENT) == {Parcel.DELIVERED, Parcel.LOST}
    assert MOVES.targets(Parcel.DELIVERED) == frozenset()
    assert MOVES.rows() == {
        ("parcel", "packed", "sent"),
        ("parcel", "sent", "delivered"),
        ("parcel", "sent", "lost"),
        ("parcel", "lost", "delivered"),
    }
    assert all(type(word) is str for row in MOVES.rows() for word in row)


def test_a_contradictory_table_is_refused_at_declaration() -> None:
    with pytest.raises(ValueError, match="itself"):
        Moves("parcel", frozenset({(Parcel.SENT, Parcel.SENT)}))
    with pytest.raises(ValueError, match="both"):
        Moves("parcel", frozenset({(Parcel.SENT, Parcel.LOST)}), {(Parcel.SENT, Parcel.LOST): "why"})
    with pytest.raises(ValueError, match="reason"):
        Moves("parcel", frozenset(), {(Parcel.SENT, Parcel.SENT): " "})


def test_the_table_cannot_be_edited_afterwards() -> None:
    reasons = {(Parcel.LOST, Parcel.LOST): "the carrier repeats itself"}
    moves = Moves("parcel", frozenset(), reasons)
    reasons.clear()
    assert moves.check(Parcel.LOST, Parcel.LOST) is MoveResult.NOOP
