"""A section of a policy in words, line by line, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from dispatch.tenancy.policy import Section
from dispatch.web.frame import Page
from dispatch.web.policy_form import Entry, Kind, Leaf, Shape, leaves, parts_of, typed_of, values_of

NOTHING: Final = "—"


@dataclass(frozen=True, slots=True)
class Line:
    """One setting: what it is called and what it is set to, in the language of a page."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is not the same before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Says what settings are set to, in the language of a page and the currency of a franchise."""

    page: Page
    currency: str

    def parts(self, name: str, section: Section) -> list[tuple[str, list[Line]]]:
        """Return a section in words: the parts of its page, each with its lines."""
        values = {leaf.name: value for leaf, value in values_of(name, section)}
        parts = parts_of(name, type(section), typed_of(name, section), spare=0)
        return [(heading, [line for one in entries for line in self._lines(one, values)]) for heading, entries in parts]

    def differences(self, name: str, before: Section, after: Section) -> list[Difference]:
        """Return what differs, in the order of the page."""
        was = {line.name: line for _, lines in self.parts(name, before) for line in lines}
        becomes = {line.name: line for _, lines in self.parts(name, after) for line in lines}
        return [
            Difference(
                (becomes.get(key) or was[key]).label,
                was[key].text if key in was else NOTHING,
                becomes[key].text if key in becomes else NOTHING,
            )
            for key in was | becomes
            if key not in was or key not in becomes or was[key].text != becomes[key].text
        ]

    def value(self, leaf: Leaf, value: Any) -> str:  # noqa: ANN401 - whatever the field holds
        """Return one value in words."""
        if value is None:
            return NOTHING
        speech, page = self.page.speech, self.page
        match leaf.kind:
            case Kind.SPAN:
                told = span(page, value)
            case Kind.CLOCK:
                told = f"{value:%H:%M}"
            case Kind.SHARE:
                told = f"{speech.number(float(value) * 100)} %"
            case Kind.MONEY:
                told = speech.money(value, self.currency)
            case Kind.SWITCH:
                told = page.say("yes") if value else page.say("no")
            case Kind.CHOICE:
                told = page.say(str(value))
            case _:
                told = f"{speech.number(value)} {page.say(leaf.words.unit) if leaf.words.unit else ''}".rstrip()
        return told

    def _lines(self, entry: Entry, values: Mapping[str, Any]) -> Iterator[Line]:
        label = self.page.say(entry.words.label)
        if isinstance(entry, Leaf):
            yield Line(entry.name, label, self.value(entry, values.get(entry.name)))
        elif entry.shape is Shape.ROWS:
            rows = "; ".join(self._row(row, values) for row in entry.entries)
            yield Line(entry.name, label, rows or NOTHING)
        elif entry.shape is Shape.TABLE:
            for one in entry.entries:
                yield Line(one.name, f"{label}: {self.page.say(one.words.label)}", self._row(one, values))
        else:
            for one in entry.entries:
                yield from (
                    Line(line.name, f"{label}: {_within(line.label)}", line.text) for line in self._lines(one, values)
                )

    def _row(self, entry: Entry, values: Mapping[str, Any]) -> str:
        """Return a line of a list, or an entry of a table, as one text."""
        if isinstance(entry, Leaf):
            return self.value(entry, values.get(entry.name))
        told = [self._named(leaf, values.get(leaf.name)) for leaf in leaves(entry)]
        return ", ".join(one for one in told if one) or NOTHING

    def _named(self, leaf: Leaf, value: Any) -> str:  # noqa: ANN401 - whatever the field holds
        if value is None or value is False:
            return self.page.say(leaf.words.lacking) if leaf.words.lacking else ""
        if leaf.words.told:
            return self.page.say(leaf.words.told, value=self.value(leaf, value))
        label = self.page.say(leaf.words.label)
        return label if leaf.kind is Kind.SWITCH else f"{label} {self.value(leaf, value)}"


def _within(label: str) -> str:
    """Return a label as it stands behind another one; what is written in capitals stays so."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


def limits(page: Page, leaf: Leaf) -> str:
    """Return between what a field's figure must lie, in words and in its own terms; "" where anything goes."""
    if leaf.kind in {Kind.SPAN, Kind.CLOCK, Kind.CHOICE, Kind.SWITCH}:
        least = leaf.limits.get("ge")
        return page.say("at least %(low)s", low=span(page, least)) if leaf.kind is Kind.SPAN and least else ""
    times = {Kind.SHARE: 100, Kind.MONEY: 0.01}.get(leaf.kind, 1)
    low, high = leaf.limits.get("ge"), leaf.limits.get("le")
    over, below = leaf.limits.get("gt"), leaf.limits.get("lt")

    def figure(value: Any) -> str:  # noqa: ANN401 - a limit of whatever the field holds
        return page.speech.number(float(value) * times)

    said = []
    if over is not None:
        said.append(page.say("more than %(low)s", low=figure(over)))
    if low is not None and high is not None:
        return page.say("from %(low)s to %(high)s", low=figure(low), high=figure(high))
    if low:
        said.append(page.say("at least %(low)s", low=figure(low)))
    if high is not None:
        said.append(page.say("at most %(high)s", high=figure(high)))
    if below is not None:
        said.append(page.say("less than %(high)s", high=figure(below)))
    return ", ".join(said)


def span(page: Page, value: timedelta) -> str:
    """Return a span of time in words: "2 hours 30 minutes"."""
    words = page.speech.words
    seconds = value.total_seconds()
    if seconds != int(seconds):
        return page.say("%(num)s seconds", num=page.speech.number(seconds))
    left = int(seconds)
    said = []
    for size, one, many in (
        (86400, "%(num)d day", "%(num)d days"),
        (3600, "%(num)d hour", "%(num)d hours"),
        (60, "%(num)d minute", "%(num)d minutes"),
        (1, "%(num)d second", "%(num)d seconds"),
    ):
        count, left = divmod(left, size)
        if count:
            said.append(words.ngettext(one, many, count) % {"num": count})
    return " ".join(said) or words.ngettext("%(num)d minute", "%(num)d minutes", 0) % {"num": 0}
