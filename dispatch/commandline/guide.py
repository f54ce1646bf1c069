"""A conversation on the terminal: questions whose answers are checked at once, in the language of who sits there.

Every answer can also be given beforehand, as an option; then nothing is asked. Everything is said on standard error, so
that standard output stays for results.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import typer

from dispatch.commandline.output import plain, say
from dispatch.kit.errors import DispatchError, Invalid
from dispatch.web.languages import Language, speech
from dispatch.web.refusals import told

AnswerT = TypeVar("AnswerT")

_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


class Refusal(Invalid):
    """An answer cannot be meant; the words are ours, the figures what was typed."""

    def __init__(self, words: str, **figures: object) -> None:
        super().__init__(words % figures if figures else words)
        self.words = words
        self.figures = figures


class AnswerMissing(Invalid):
    """Nothing may be asked, and an answer without a default was not given."""

    def __init__(self, option: str) -> None:
        super().__init__(f"Give {option}, or leave --yes out to be asked for it.")


@dataclass(frozen=True, slots=True)
class Question(Generic[AnswerT]):
    """One thing to ask.

    Attributes:
        words: as they are asked.
        option: what gives the answer on the command line.
        read: makes of what was typed what is meant, or raises what to say about it.
        default: what Enter means; "" lets the answer be left out, None wants one.
        hidden: whether what is typed is not shown.
    """

    words: str
    option: str
    read: Callable[[str], AnswerT]
    default: str | None = None
    hidden: bool = False


class Guide:
    """Asks and tells in one language.

    Args:
        language: None for what the terminal is set to.
        asks: whether somebody is there to ask; otherwise defaults are taken.
    """

    def __init__(self, language: Language | None, *, asks: bool) -> None:
        self._speech = speech(language if language is not None else language_of(os.environ))
        self._asks = asks

    def words(self, words: str, **figures: object) -> str:
        """Return words of ours in the language, its figures filled in."""
        found = self._speech.words.gettext(words)
        return plain(found % figures if figures else found)

    def say(self, words: str, **figures: object) -> None:
        """Tell something."""
        say(self.words(words, **figures))

    def list(self, heading: str, choices: Mapping[str, str]) -> None:
        """Show what can be chosen, numbered, with what each stands for."""
        self.say(heading)
        for number, (name, meaning) in enumerate(choices.items(), start=1):
            say(f"  {number}  {name}: {self.words(meaning)}")

    def answer(self, question: Question[AnswerT], given: str | None) -> AnswerT:
        """Return the answer that was given, or ask until there is one that can be meant.

        Raises:
            AnswerMissing: it was not given, has no default, and nobody may be asked.
            Invalid: what was given beforehand cannot be meant.
        """
        if given is None and not self._asks:
            if question.default is None:
                raise AnswerMissing(question.option)
            given = question.default
        if given is not None:
            try:
                return question.read(given.strip())
            except DispatchError as refused:
                raise Invalid(f"{question.option}: {self._told(refused)}") from refused
        while True:
            typed: str = typer.prompt(
                self.words(question.words),
                default=question.default,
                show_default=bool(question.default),
                hide_input=question.hidden,
                err=True,
            )
            try:
                return question.read(typed.strip())
            except DispatchError as refused:
                say(f"  {self._told(refused)}")

    def confirm(self, words: str) -> bool:
        """Ask for a yes; where nobody is asked it is one."""
        return not self._asks or typer.confirm(self.words(words), default=True, err=True)

    def _told(self, refused: DispatchError) -> str:
        if isinstance(refused, Refusal):
            return self.words(refused.words, **refused.figures)
        return plain(told(self._speech, refused))


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language a terminal is set to, as POSIX decides it: the first of three variables that is set."""
    wanted = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    return Language.RU if wanted.lower().startswith("ru") else Language.EN
