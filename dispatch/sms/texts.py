"""The wording of everything we text, per language. Pure.

`wording_ru.py`, `wording_en.py` and their neighbours hold the sentences of the house; a franchise may have its own
(`own_texts.py`). This file fills them in, and says the same in fewer letters where that saves a segment.

A sentence has places `{name}` for variables, and parts in brackets that are left out when a variable of theirs is not
given. What clients or workers wrote passes `plain.py` first, so no quoted word can be obeyed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, cast

from dispatch.kit.log import get_logger
from dispatch.sms.latin import latin
from dispatch.sms.segments import measure, most_units
from dispatch.sms.shorter import SHORTEST_PLACE
from dispatch.sms.tongues import TONGUES, Language, spoken
from dispatch.sms.variables import Choice, CrewEntry, Form, Offered, TextIncomplete, Variable, place_in, written
from dispatch.sms.wording import Template
from dispatch.sms.wording_en import ENGLISH
from dispatch.sms.wording_es import SPANISH
from dispatch.sms.wording_hu import HUNGARIAN
from dispatch.sms.wording_ru import RUSSIAN
from dispatch.sms.wording_tg import TAJIK
from dispatch.sms.wording_uz import UZBEK

__all__ = [
    "HOUSE",
    "Choice",
    "CrewEntry",
    "Language",
    "Offered",
    "Template",
    "TextIncomplete",
    "Variable",
    "Wording",
    "render",
]

log = get_logger(__name__)


SENTENCES: Final[Mapping[Language, Mapping[Template, str]]] = MappingProxyType(
    {
        Language.RU: RUSSIAN,
        Language.EN: ENGLISH,
        Language.UZ: UZBEK,
        Language.TG: TAJIK,
        Language.HU: HUNGARIAN,
        Language.ES: SPANISH,
    }
)
"""What the house says, in every language."""
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
PLACES: Final = re.compile(r"\{(\w+)\}")
"""Where variables stand in a sentence."""
_ENDS = ".!?"
_NOTHING_LEFT: Final = "-"
"""Stands for words of others of which nothing may be quoted: a text that has to go does not wait for better ones."""


_SHORTEST: Final = Form(latin=False, names=False, weekday=False, streets=True, hours=True, service=True, outside=True)
_STEPS: Final[Sequence[tuple[Sequence[str], Mapping[str, bool]]]] = (
    (("place", "address", "meeting", "service", "name", "what", "choices", "offers"), {"latin": True}),
    (("when", "offers"), {"weekday": False}),
    (("place", "address", "offers"), {"streets": True}),
    (("when", "offers"), {"hours": True}),
    (("service", "offers"), {"service": True}),
    (("place", "offers"), {"outside": True}),
)
"""What is shortened, and for which variables: in this order, each step added to those before."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a franchise says.

    Attributes:
        own: its own sentences; whatever is not among them is said as the house says it.
        in_latin: Cyrillic is written in Latin letters, so that a segment holds 160 characters.
    """

    own: Mapping[tuple[Template, Language], str] = field(default_factory=dict)
    in_latin: bool = False

    def render(self, template: Template, language: str, **variables: Variable) -> str:
        """Return the text of one template, in the fewest segments that say it all.

        Where the full text takes several segments, it is made shorter in a fixed order until it takes one: the weekday
        goes, kinds of streets and big cities are abbreviated, full hours lose their noughts, then the service, doors
        and offices, and at last the end of `place`, as long as its street can be told. Day, hours, street, pay, code
        and answer words always stay. Where nothing of that saves a segment, the full text goes.

        A sentence of its own that cannot be filled in is replaced by the house's, and that is logged: nobody waits for
        a text because somebody edited it.

        Args:
            template: which sentence.
            language: of the reader; an unknown one is written to in Russian.
            **variables: by name, the same names in every language:
                `when` a start or several, `until` the end of the first day, `time` a clock time: aware, already in the
                zone of the place; `code`, `codes`, `number`, `count`, `minutes`, `hours` figures; `rate_minor` per
                hour, `amount_minor`, both with `currency`; `rating`; `seat` primary|reserve|standby; `entries` a crew
                list, `choices` for a "which one?", `offers` several of them in one text; `place`, `address`, `meeting`,
                `service`, `name`, `what` words of others, which are cleaned and cut here; `link` an address of ours;
                `still_open` codes that wait for an answer, named after any text.

        Raises:
            TextIncomplete: a variable of a part that is not optional is missing.
            ValueError: a moment has no offset.
        """
        tongue = spoken(language)
        text = self._said(template, tongue, variables)
        still_open = cast("Sequence[int] | None", variables.get("still_open"))
        if still_open:
            stop = "" if text[-1] in _ENDS else "."
            text = f"{text}{stop} {self._said(Template.STILL_OPEN, tongue, {'codes': still_open})}"
        return text

    def _said(self, template: Template, language: Language, variables: Mapping[str, Variable]) -> str:
        own = self.own.get((template, language))
        if own is not None:
            try:
                return fill(own, language, variables, in_latin=self.in_latin)
            except TextIncomplete as missing:
                log.warning("own_text_unfit", template=template, language=language, missing=str(missing))
        return fill(SENTENCES[language][template], language, variables, in_latin=self.in_latin)


HOUSE: Final = Wording()
"""What is said where a franchise has no words of its own."""


def render(template: Template, language: str, **variables: Variable) -> str:
    """Return the text of one template as the house says it; see `Wording.render`."""
    return HOUSE.render(template, language, **variables)


def fill(sentence: str, language: Language, variables: Mapping[str, Variable], *, in_latin: bool = False) -> str:
    """Return a sentence with its variables, in the fewest segments.

    Raises:
        TextIncomplete: a variable of a part that is not optional is missing.
    """

    def write(form: Form) -> str:
        return _filled(sentence, written(language, variables, form), in_latin=in_latin)

    spelled = in_latin or not TONGUES[language].cyrillic
    best, least = "", 0
    for form in _forms(sentence, in_latin=in_latin, spelled=spelled):
        text = write(form)
        segments = measure(text).segments
        if not best or segments < least:
            best, least = text, segments
        if least == 1:
            return best
    place = variables.get("place")
    if "{place}" not in sentence or not isinstance(place, str):
        return best
    form = replace(_SHORTEST, latin=spelled, names=in_latin)
    uncut = measure(write(form))
    most = len(place_in(place, language, form)) - uncut.units + most_units(least - 1, uncut.encoding)
    return _cut(lambda limit: write(replace(form, place=limit)), most, least) or best


def _forms(sentence: str, *, in_latin: bool, spelled: bool) -> Iterator[Form]:
    """Return the ways to write the variables of a sentence, each shorter than the one before."""
    form = Form(latin=in_latin, names=in_latin)
    yield form
    for names, step in _STEPS:
        if "latin" in step and form.latin is spelled:
            continue
        if any(f"{{{name}}}" in sentence for name in names):
            form = replace(form, **step)
            yield form


def _cut(write: Callable[[int], str], most: int, least: int) -> str | None:
    """Return the shortest form, its place cut to save a segment; None where that would not tell the street."""
    for limit in range(most, SHORTEST_PLACE - 1, -1):
        try:
            text = write(limit)
        except TextIncomplete:
            return None
        if measure(text).segments < least:
            return text
    return None


def _filled(sentence: str, words: Mapping[str, str], *, in_latin: bool) -> str:
    known = _OPTIONAL.sub(
        lambda part: part[1] if all(words.get(name) for name in PLACES.findall(part[1])) else "", sentence
    )
    missing = [name for name in PLACES.findall(known) if name not in words]
    if missing:
        raise TextIncomplete(f"the wording needs {', '.join(missing)}")
    if in_latin:
        known = latin(known)
    return PLACES.sub(lambda match: words[match[1]] or _NOTHING_LEFT, known).strip()
