import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.sms.segments import PART, SINGLE, Encoding, Segments, measure

GSM = "abcABC 019@£$è\n\r&?ñüà§"
EXTENDED = "^{}\\[~]|€\f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(Encoding.GSM7, 1, 0, 160)),
        ("a" * 160, Segments(Encoding.GSM7, 1, 160, 0)),
        ("a" * 161, Segments(Encoding.GSM7, 2, 161, 145)),
        ("a" * 306, Segments(Encoding.GSM7, 2, 306, 0)),
        ("a" * 307, Segments(Encoding.GSM7, 3, 307, 152)),
        ("€", Segments(Encoding.GSM7, 1, 2, 158)),
        ("€" * 80, Segments(Encoding.GSM7, 1, 160, 0)),
        ("€" * 81, Segments(Encoding.GSM7, 2, 162, 143)),
        ("я", Segments(Encoding.UCS2, 1, 1, 69)),
        ("я" * 70, Segments(Encoding.UCS2, 1, 70, 0)),
        ("я" * 71, Segments(Encoding.UCS2, 2, 71, 63)),
        ("я" * 134, Segments(Encoding.UCS2, 2, 134, 0)),
        ("я" * 135, Segments(Encoding.UCS2, 3, 135, 66)),
        ("a" * 100 + "«", Segments(Encoding.UCS2, 2, 101, 33)),
        ("😀" * 35, Segments(Encoding.UCS2, 1, 70, 0)),
        ("😀" * 36, Segments(Encoding.UCS2, 2, 72, 61)),
    ],
    ids=range(16),
)
def test_the_figures_of_the_standard(text: str, expected: Segments) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize("sign", "«№—…“’ёЁ`\tçá")
def test_one_foreign_sign_makes_the_whole_text_ucs2(sign: str) -> None:
    assert measure("a" * 70 + sign).encoding is Encoding.UCS2


@pytest.mark.parametrize("sign", EXTENDED)
def test_a_sign_of_the_extension_table_costs_two(sign: str) -> None:
    assert measure(sign) == Segments(Encoding.GSM7, 1, 2, 158)


def test_an_escaped_sign_is_not_divided_between_parts() -> None:
    assert measure("a" * 152 + "€" + "a" * 151).segments == 2
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3


def test_a_surrogate_pair_is_not_divided_between_parts() -> None:
    assert measure("я" * 66 + "😀" + "я" * 65).segments == 2
    assert measure("я" * 66 + "😀" + "я" * 66).segments == 3


@given(st.text(st.one_of(st.sampled_from(GSM + EXTENDED), st.characters(exclude_categories=())), max_size=700))
def test_segments_hold_the_text_and_no_fewer_would(text: str) -> None:
    measured = measure(text)
    room = SINGLE if measured.segments == 1 else PART
    capacity = measured.segments * room[measured.encoding]
    assert measured.units + measured.units_left <= capacity
    assert 0 <= measured.units_left < SINGLE[measured.encoding] + 1
    padding = capacity - measured.units - measured.units_left
    assert 0 <= padding < max(measured.segments, 1)
    if measured.segments > 1:
        assert measured.units > (measured.segments - 1) * (PART[measured.encoding] - 1)


@given(st.text(st.sampled_from(GSM + EXTENDED + "яёЖ😀"), max_size=400), st.sampled_from("aя€😀"))
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    shorter, longer = measure(text), measure(text + more)
    assert longer.segments >= shorter.segments
    assert longer.encoding is not shorter.encoding or longer.units > shorter.units
