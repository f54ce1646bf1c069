"""What a change was, as people read it: stored values told in words, and what not everybody may see hidden."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.kit.audit_trail import AuditRow
from dispatch.kit.masking import is_personal, mask_text
from dispatch.web.actors import Actors
from dispatch.web.audit_words import FIELDS, FREE_TEXT, NOBODYS, SEALED
from dispatch.web.frame import Page
from dispatch.web.policy_words import TITLES

HIDDEN: Final = frozenset(
    {
        "created_at",
        "digest",
        "franchise_id",
        "id",
        "last_step",
        "list_cursor",
        "password_hash",
        "quote",
        "rating_seq",
        "secret",
        "slot",
        "thumb_sha256",
        "token_sha256",
        "version",
    }
)
"""Fields of every table that say nothing to anybody."""
_POLICIES: Final = frozenset({"policy_versions", "network_policy_versions"})
_LONGEST_VALUE: Final = 200
_MOST_FIELDS: Final = 60
_MASK: Final = "•••"
_CODE: Final = re.compile(r"[a-z][a-z_]{1,40}")
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST: Final = re.compile(r"\\x[0-9a-f]{32,128}")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$")
_RANGE: Final = re.compile(r'[\[(]"?(?P<since>[^",]*)"?,"?(?P<until>[^",]*)"?[)\]]')
_DIGITS_OF_AN_ID: Final = 6
_MASKED: Final = re.compile(r"\[phone \*(\d+)\]")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a change, by its words; None where there was or is nothing."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """How values are told to one viewer.

    Attributes:
        who: the names behind actors.
        names: id -> what it is called: people of the staff, workers, clients; ids without a name are cut short.
    """

    page: Page
    zone: ZoneInfo
    who: Actors
    names: Mapping[str, str]

    def changes(self, row: AuditRow, *, hide: bool) -> Iterator[Change]:
        """Tell the fields that changed; phones are never whole, and personal facts only to who may see them."""
        before, after = dict(row.before or {}), dict(row.after or {})
        hidden = HIDDEN | {"body"} if row.entity in _POLICIES else HIDDEN
        for name in list(before | after)[:_MOST_FIELDS]:
            was, became = before.get(name), after.get(name)
            if name in hidden or (was is None and became is None):
                continue
            hides = hide and row.entity not in NOBODYS
            private = row.entity in SEALED or (hides and (name in FREE_TEXT or is_personal(name)))
            told = (
                self.value(name, value, hide=private or (hides and not _is_plain(value))) for value in (was, became)
            )
            yield Change(self.page.say(FIELDS.get(name, name)).replace("_", " "), *told)

    def value(self, name: str, value: object, *, hide: bool = False) -> str | None:
        """Tell a stored value: moments on the franchise's clock, ids by name, words of ours translated."""
        if value is None or hide:
            return None if value is None else _MASK
        if isinstance(value, bool):
            return self.page.say("yes") if value else self.page.say("no")
        if isinstance(value, Mapping | list):
            return _cut(self._several(name, value))
        if isinstance(value, int) and name.endswith("_minor"):
            return self.page.speech.number(value / 100)
        return self._text(name, str(value))

    def _several(self, name: str, values: Mapping[str, object] | Sequence[object]) -> str:
        if isinstance(values, Mapping):
            told = (
                f"{self.page.say(key).replace('_', ' ')}: {self.value(key, one)}"
                for key, one in values.items()
                if one is not None
            )
            return "; ".join(told)
        return ", ".join(str(self.value(name, one)) for one in values)

    def _text(self, name: str, text: str) -> str:
        if _CODE.fullmatch(text):
            if name == "section" and text in TITLES:
                return self.page.say(TITLES[text].label)
            return self.page.say(f"language_{text}" if name == "language" else text)
        if _MOMENT.match(text):
            return self.page.speech.moment(datetime.fromisoformat(text), self.zone)
        if _ID.fullmatch(text) or _DIGEST.fullmatch(text):
            return self.names.get(text, f"…{text[-_DIGITS_OF_AN_ID:]}")
        kind, _, subject = text.partition(":")
        if kind in {"staff", "token", "worker", "system"} and subject:
            return self.names.get(subject) or self.who(text)
        span = _RANGE.fullmatch(text)
        return (self._span(span["since"], span["until"]) if span else self._day(text)) or _cut(
            _MASKED.sub(rf"{_MASK}\1", mask_text(text))
        )

    def _day(self, text: str) -> str:
        try:
            return self.page.speech.short_day(date.fromisoformat(text)) if _DAY.fullmatch(text) else ""
        except ValueError:
            return ""

    def _span(self, since: str, until: str) -> str:
        try:
            begins, ends = (datetime.fromisoformat(one) if one else None for one in (since, until))
        except ValueError:
            return ""
        told = [self.page.speech.moment(one, self.zone) if one is not None else "…" for one in (begins, ends)]
        return " – ".join(told)


def _is_plain(value: object) -> bool:
    """Tell whether a value can say nothing about a person by itself: a figure, a moment, an id, a word of ours."""
    if isinstance(value, str):
        return any(shape.fullmatch(value) for shape in (_CODE, _MOMENT, _ID))
    return isinstance(value, bool | int | float)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
