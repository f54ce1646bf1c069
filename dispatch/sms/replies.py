"""What a worker's text message means: the public face of the reply grammar.

`parse_reply` is a pure function: the same text in the same context always gives the same reply, without database,
clock or network. It decides what was said; whether that fits the offer (another day, a time more than 15 minutes off,
an old version of the terms) is for the settlement to decide, which is why days, times and codes are handed on.

The rules it keeps, in order of weight:

* A wish for no more messages is never missed and never invented. The bare word with the code of an offer (`стоп 31`)
  is asked back; every other phrasing stops, in every context.
* Nothing becomes an acceptance but a plain yes: no hedge, no condition, no other time. Where the rules do not know a
  word beside it, a second reader that learned from labelled texts must be sure that people mean a yes by such words.
* A refusal is never read as an acceptance: spelling is mended only where no polarity can change, and what the rules
  read as a no the second reader cannot make a yes.
* When in doubt, the text is ambiguous, and the worker is asked.
"""

from dispatch.sms.grammar.decide import decide
from dispatch.sms.grammar.outcome import Context, Disposition, Reply
from dispatch.sms.grammar.senses import StatedDate, StatedDay

__all__ = ["Context", "Disposition", "Reply", "StatedDate", "StatedDay", "parse_reply", "warm"]


def warm() -> None:
    """Make ready what the first text would wait for: the tables of the lexicons and the dictionary, about a second."""
    parse_reply("прогрев", Context.NONE)


def parse_reply(text: str, context: str) -> Reply:
    """Return what a text means in the context it arrived in.

    Any string is understood somehow: control characters, lone surrogates, emoji and any length, of which the first
    640 characters count. It takes well under five milliseconds.

    Args:
        text: the text as the gateway delivered it, in Russian, English, Uzbek, Tajik, Hungarian or Spanish.
        context: a value of `Context`: what was open for this phone when the text arrived.

    Raises:
        ValueError: the context is not one of `Context`; a mistake of the caller, never of the text.
    """
    return decide(text, Context(context))
