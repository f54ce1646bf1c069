"""What stopped somebody, in the language of the page. A sentence no catalogue knows is told as the domain says it."""

from dispatch.kit.errors import DispatchError, TooMany
from dispatch.web.languages import Speech


def told(speech: Speech, error: DispatchError) -> str:
    """Return the error's sentence, for beside a form; figures of a wait are written out with their plural."""
    wait = error.fields.get("retry_after")
    if isinstance(error, TooMany) and isinstance(wait, int):
        minutes = -(-wait // 60)
        words = speech.words.ngettext(
            "Too many attempts. Try again in %(num)d minute.",
            "Too many attempts. Try again in %(num)d minutes.",
            minutes,
        )
        return words % {"num": minutes}
    return speech.words.gettext(str(error))
