"""What stopped somebody, in the language of the page.

A sentence that is written for people is told as it is. One that speaks of the API, or has figures in it that no
catalogue could know, is told by the code of its class, in the words of `refusal_words.py`.
"""

from collections.abc import Mapping

from dispatch.kit.errors import DispatchError, TooMany
from dispatch.web.languages import Language, Speech, speech
from dispatch.web.refusal_words import WORDS


def words_of(error: DispatchError) -> tuple[str, Mapping[str, object]]:
    """Return what a page says of an error: words of ours to be translated, and the figures in them."""
    sentence = str(error)
    if error.code not in WORDS or is_known(sentence):
        return sentence, {}
    return WORDS[error.code], error.fields


def is_known(sentence: str) -> bool:
    """Whether a sentence has been put into every language of the pages, word for word."""
    return all(
        speech(language).words.gettext(sentence) != sentence for language in Language if language is not Language.EN
    )


def told(speaking: Speech, error: DispatchError) -> str:
    """Return the error's sentence, for beside a form; figures of a wait are written out with their plural."""
    words, figures = words_of(error)
    wait = error.fields.get("retry_after")
    if isinstance(error, TooMany) and isinstance(wait, int) and error.code not in WORDS and not is_known(words):
        return _wait(speaking, -(-wait // 60))
    said = speaking.words.gettext(words)
    return said % {name: _figure(speaking, value) for name, value in figures.items()} if figures else said


def _wait(speaking: Speech, minutes: int) -> str:
    return speaking.counted(
        "Too many attempts. Try again in %(num)d minute.",
        "Too many attempts. Try again in %(num)d minutes.",
        minutes,
    )


def _figure(speaking: Speech, value: object) -> str:
    """Return a fact of an error in words: codes are translated, several are listed."""
    if isinstance(value, list | tuple):
        return ", ".join(_figure(speaking, one) for one in value)
    return speaking.words.gettext(str(value))
