"""What a text will look like on a phone, and what it will cost, before it is sent to anybody. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.sms.segments import Encoding, measure, parts
from dispatch.sms.text_rules import TextFault, faults_of
from dispatch.sms.texts import Language, Template, fill
from dispatch.sms.variables import TextIncomplete, Variable


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of a text; `dear` ones are outside the GSM alphabet in a text that is otherwise in it."""

    text: str
    dear: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A text with sample values, and what it costs.

    Attributes:
        text: as the phone gets it; a sentence that cannot be filled in stands as it is.
        encoding: how it travels.
        units: septets or UCS-2 code units.
        units_left: how many more fit without another segment.
        segments: the parts that are billed.
        forced: the characters that made it UCS-2, in the order they stand, each once; none in GSM-7.
        cost_minor: what one such text costs, in minor units; None where the account has no price.
        pieces: the text by segments, each cut where letters begin or end to be dear.
        faults: why it may not go out; none: it may.
    """

    text: str
    encoding: Encoding
    units: int
    units_left: int
    segments: int
    forced: Sequence[str]
    cost_minor: int | None
    pieces: Sequence[Sequence[Piece]]
    faults: Sequence[TextFault]


_FEW = 12
"""With more than that outside the alphabet a text is not meant to be in it, and nothing stands out."""


def preview(
    template: Template,
    language: Language,
    body: str,
    samples: Mapping[str, Variable],
    *,
    in_latin: bool = False,
    price_minor: int | None = None,
) -> Preview:
    """Return what a sentence becomes with these values.

    Args:
        template: which text it is for.
        language: of the reader.
        body: the sentence with its places.
        samples: values of the places, as for `Wording.render`.
        in_latin: Cyrillic is written in Latin letters.
        price_minor: of one segment, in minor units.
    """
    faults = faults_of(template, language, body)
    try:
        text = fill(body, language, samples, in_latin=in_latin)
    except TextIncomplete:
        text = body
    cost = measure(text)
    outside = [char for char in text if measure(char).encoding is Encoding.UCS2]
    dear = frozenset(outside) if len(outside) <= _FEW else frozenset[str]()
    return Preview(
        text=text,
        encoding=cost.encoding,
        units=cost.units,
        units_left=cost.units_left,
        segments=cost.segments,
        forced=tuple(dict.fromkeys(outside)),
        cost_minor=None if price_minor is None else price_minor * cost.segments,
        pieces=[_pieces(part, dear) for part in parts(text)],
        faults=faults,
    )


def _pieces(text: str, dear: frozenset[str]) -> Sequence[Piece]:
    pieces: list[Piece] = []
    for char in text:
        if pieces and pieces[-1].dear is (char in dear):
            pieces[-1] = Piece(pieces[-1].text + char, pieces[-1].dear)
        else:
            pieces.append(Piece(char, char in dear))
    return pieces
