"""What a franchise says in its own words: kept in versions, checked when written and again when read.

Reading costs one statement a transaction, whatever the number of texts: the sentences themselves are kept by the stamp
that changes with each of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field

from dispatch.kit.ids import new_id
from dispatch.kit.log import get_logger
from dispatch.kit.text import INT4_MAX, Clean
from dispatch.kit.uow import Uow
from dispatch.sms.errors import OwnTextChanged, OwnTextUnfit
from dispatch.sms.text_rules import LONGEST, faults_of
from dispatch.sms.texts import HOUSE, SENTENCES, Language, Template, Wording

log = get_logger(__name__)

_SETTINGS: Final = "SELECT stamp, in_latin FROM text_settings WHERE franchise_id = $1"
_IN_FORCE: Final = """
SELECT DISTINCT ON (template, language) template, language, version, body, created_by, created_at FROM own_texts
WHERE franchise_id = $1 ORDER BY template, language, version DESC
"""
_HISTORY: Final = """
SELECT template, language, version, body, created_by, created_at FROM own_texts
WHERE franchise_id = $1 AND template = $2 AND language = $3 ORDER BY version DESC LIMIT $4
"""
_STAMP: Final = """
INSERT INTO text_settings (franchise_id, stamp, in_latin) VALUES ($1, $2, coalesce($3, false))
ON CONFLICT (franchise_id) DO UPDATE SET stamp = excluded.stamp, in_latin = coalesce($3, text_settings.in_latin)
"""
_NEXT: Final = """
INSERT INTO own_texts (franchise_id, template, language, version, body, created_by, created_at)
SELECT $1, $2, $3, $4 + 1, $5, $6, $7
WHERE $4 = coalesce((SELECT max(version) FROM own_texts WHERE franchise_id = $1 AND template = $2 AND language = $3), 0)
"""
_MOST_KEPT: Final = 256
_SEEN: Final[WeakKeyDictionary[Uow, Wording]] = WeakKeyDictionary()
"""What each transaction read, so that it reads it once."""


class ChangeOwnText(BaseModel):
    """Say a text in other words from now on; without words, as the house says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: Annotated[str, Clean(max_length=LONGEST)] | None
    based_on: Annotated[int, Field(ge=0, le=INT4_MAX, strict=True)]
    """The version that was read; 0 where there was none."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """One version of a text; `body` is None where it went back to the house's."""

    template: Template
    language: Language
    version: int
    body: str | None
    created_by: str
    created_at: datetime

    @property
    def sentence(self) -> str:
        """What is said."""
        return self.body or SENTENCES[self.language][self.template]


async def wording_of(uow: Uow) -> Wording:
    """Return how the current franchise says things: one statement a transaction, one more after a change.

    A sentence that does not fit its text any more, since the text has come to say other things, is left out and
    logged: the house's goes instead.
    """
    known = _SEEN.get(uow)
    if known is not None:
        return known
    row = await uow.fetchrow(_SETTINGS, uow.franchise_id)
    wording = HOUSE if row is None else Wording(await _own(uow, row["stamp"]), in_latin=row["in_latin"])
    _SEEN[uow] = wording
    return wording


async def own_texts_of(uow: Uow) -> Mapping[tuple[Template, Language], OwnText]:
    """Return the newest version of every text that the current franchise ever changed."""
    rows = await uow.fetch(_IN_FORCE, uow.franchise_id)
    found = [_text_of(row) for row in rows]
    return {(text.template, text.language): text for text in found if text is not None}


async def history_of(uow: Uow, template: Template, language: Language, most: int = 50) -> Sequence[OwnText]:
    """Return the versions of a text, the newest first."""
    rows = await uow.fetch(_HISTORY, uow.franchise_id, template, language, most)
    return [text for row in rows if (text := _text_of(row)) is not None]


async def change_own_text(uow: Uow, template: Template, language: Language, command: ChangeOwnText) -> int:
    """Put other words in force for the current franchise, from the version that was read; return the new version.

    Raises:
        OwnTextUnfit: something is missing or not allowed.
        OwnTextChanged: somebody else changed it meanwhile.
    """
    if command.body is not None and (faults := faults_of(template, language, command.body)):
        raise OwnTextUnfit([(fault.kind, fault.about) for fault in faults])
    await _restamp(uow, in_latin=None)
    wrote = await uow.run(
        _NEXT, uow.franchise_id, template, language, command.based_on, command.body, uow.actor, uow.now
    )
    if not wrote:
        raise OwnTextChanged
    return command.based_on + 1


async def set_in_latin(uow: Uow, *, in_latin: bool) -> None:
    """Write Cyrillic in Latin letters from now on, or no more."""
    await _restamp(uow, in_latin=in_latin)


async def _restamp(uow: Uow, *, in_latin: bool | None) -> None:
    _SEEN.pop(uow, None)
    await uow.run(_STAMP, uow.franchise_id, new_id(), in_latin)


async def _own(uow: Uow, stamp: UUID) -> Mapping[tuple[Template, Language], str]:
    kept = _kept(stamp)
    if not kept:
        kept.append({at: text.body for at, text in (await own_texts_of(uow)).items() if text.body and _fits(text)})
    return kept[0]


@lru_cache(maxsize=_MOST_KEPT)
def _kept(_stamp: UUID) -> list[Mapping[tuple[Template, Language], str]]:
    """Return the place where the sentences of a stamp are kept; empty until they were read."""
    return []


def _fits(text: OwnText) -> bool:
    faults = faults_of(text.template, text.language, text.body or "")
    if faults:
        log.error(
            "own_text_unfit",
            template=text.template,
            language=text.language,
            version=text.version,
            faults=[fault.kind for fault in faults],
        )
    return not faults


def _text_of(row: Mapping[str, Any]) -> OwnText | None:
    """Return a version as read; None for a text that is not sent any more."""
    try:
        template = Template(row["template"])
    except ValueError:
        return None
    return OwnText(
        template, Language(row["language"]), row["version"], row["body"], row["created_by"], row["created_at"]
    )
