"""The error tree every layer speaks; HTTP numbers live in `api/errors.py`, nowhere else."""

import re
from typing import ClassVar

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class DispatchError(Exception):
    """A fact that stopped a use case, in one sentence that says what to do.

    A subclass per fact carries typed fields as keyword arguments; they reach the client as members of the
    problem document, so they never hold phones, names or other personal data.

    Attributes:
        code: stable wire code, the class name in snake_case.
        fields: the typed facts, JSON-compatible.
    """

    code: ClassVar[str] = "dispatch_error"

    def __init_subclass__(cls) -> None:
        """Derive the wire code from the class name, so that it can never drift from it."""
        cls.code = _WORD_START.sub("_", cls.__name__).lower()

    def __init__(self, sentence: str, **fields: object) -> None:
        super().__init__(sentence)
        self.fields = fields


class NotFound(DispatchError):
    """The thing asked for does not exist, or is not visible to this tenant: the two are never told apart."""


class Conflict(DispatchError):
    """The world is in a state that forbids this; repeating the same request will not help until it changes."""


class Invalid(DispatchError):
    """The request contradicts a rule; the sentence names the field and what to send instead."""


class Unauthenticated(DispatchError):
    """No valid session or token came with the request."""


class Forbidden(DispatchError):
    """Known, but not allowed."""


class TooMany(DispatchError):
    """A limit was reached; `retry_after` (seconds) says when to come back, where that is known."""


class Unavailable(DispatchError):
    """A part we depend on did not answer; nothing is known to have been changed, or the outcome is unknown."""
