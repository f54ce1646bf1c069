"""What stopped somebody, in the language of the page.

The domain tells its facts to programs and people alike; a sentence that sends a program somewhere, or that the
language of the page does not know, is told here in words for people.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from dispatch.kit.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound, TooMany, Unavailable
from dispatch.web.languages import Language, Speech

FOR_PEOPLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "permission_missing": "Your role may not do this. Ask the owner of the franchise.",
        "worker_not_vetted": "He was not interviewed yet: attest the interview first.",
        "worker_has_not_consented": "He did not agree to get offers yet: attest his consent first.",
        "list_without_phones": "The first line must name the columns, and one of them must be the phone.",
        "list_unreadable": "This file is no readable text. Save the list as CSV in UTF-8, or as XLSX.",
        "list_column_twice": "Two columns mean the same: keep one of them.",
        "list_too_long": "The list has too many lines: split the file.",
        "city_unknown": "No such city is known: write its name as on a map.",
        "worker_holds_seats": "He still holds seats: release them first, or pause him until the shifts are closed.",
        "not_eligible": "This man cannot be asked for this shift: see why on his line.",
        "phone_already_in_network": "One of your people, or of another franchise, holds this number already.",
        "worker_external_id_taken": "Another person has this external id already.",
        "wants_no_texts": "He stopped our texts and gets none until he writes START: ring him instead.",
    }
)
"""Code of an error -> what a page says instead of its sentence."""

_BY_KIND: Final[Sequence[tuple[type[DispatchError], str]]] = (
    (NotFound, "It is not here any more, or it belongs to another franchise."),
    (Forbidden, "Your role may not do this. Ask the owner of the franchise."),
    (Conflict, "It does not go as things stand now: load the page again and look."),
    (Invalid, "Something filled in does not fit: look at it and try again."),
    (Unavailable, "It does not work just now: try again in a minute."),
)
_OTHERWISE: Final = "That did not work: try again, and tell who runs the system if it stays so."
_FOR_PROGRAMS: Final = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) |/api/|If-Match|`|\b\w+_\w+\b|\bsend\b|^\w+: ")


def told(speech: Speech, error: DispatchError) -> str:
    """Return the error's sentence, for beside a form; figures of a wait are written out with their plural."""
    wait = error.fields.get("retry_after")
    if isinstance(error, TooMany) and isinstance(wait, int):
        return speech.counted(
            "Too many attempts. Try again in %(num)d minute.",
            "Too many attempts. Try again in %(num)d minutes.",
            -(-wait // 60),
        )
    say = speech.words.gettext
    sentence = FOR_PEOPLE.get(error.code, str(error))
    known = say(sentence)
    if known != sentence or (speech.language is Language.EN and not _FOR_PROGRAMS.search(sentence)):
        return known
    return say(next((words for kind, words in _BY_KIND if isinstance(error, kind)), _OTHERWISE))
