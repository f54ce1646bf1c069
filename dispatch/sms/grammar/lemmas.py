"""Russian words that no phrase covers, by lemma: ways of coming, the work, circumstances, doubt."""

from collections.abc import Sequence
from itertools import pairwise

from dispatch.sms.grammar.lexicon.russian_lemmas import (
    COMES,
    COMING,
    DOUBTING,
    EMPLOYERS_ACTS,
    KEEPING_AWAY,
    KEEPING_BUSY,
    KIN,
    PREPARING,
    SENDING,
    SITE,
    WORKING,
    WORKPLACE,
)
from dispatch.sms.grammar.morphology import Form, look_up
from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.phrases import Mark
from dispatch.sms.grammar.senses import Sense

_AT = frozenset({"у", "на", "возле", "около", "перед", "под", "в"})
_I, _NOW = frozenset({"я", "мы"}), frozenset({"сейчас", "щас", "сегодня", "завтра", "еще", "пока", "весь", "до"})
_INSTEAD = frozenset({("за", "меня"), ("вместо", "меня"), ("вместо", "нас"), ("за", "нас")})
_SELVES = frozenset({"сам", "сами"})
"""`Сами таскайте`: told to do it himself, the reader is turned down."""

_TOLD_OF_HIMSELF = frozenset({Form.DOING, Form.TOLD, Form.PLAN, Form.INFINITIVE, Form.WORKING})


_SENSES = (
    (SENDING, {Form.OTHERS, Form.WORKING}, Sense.WRITE),
    (PREPARING, {Form.PLAN, Form.DOING, Form.TOLD}, Sense.FILLER),
    (DOUBTING, {Form.PLAN, Form.DOING, Form.INFINITIVE, Form.WORKING}, Sense.MAYBE),
    (KEEPING_BUSY, _TOLD_OF_HIMSELF, Sense.REASON),
    (KEEPING_AWAY, {Form.THING}, Sense.REASON),
)
"""What the lemmas of a kind mean in some of their forms; the first that fits."""


def mark_by_lemma(tokens: Sequence[Token], at: int) -> Mark | None:
    """Return what a word means by its lemma and its form, None where that says nothing."""
    token = tokens[at]
    if token.kind is not Kind.WORD or token.text.isascii():
        return None
    if at > 0 and tokens[at - 1].text in _SELVES and look_up(token.text).form is Form.OTHERS:
        return Mark(Sense.REFUSE, at, at + 1)
    if at > 0 and tokens[at - 1].text in _AT and look_up(token.text).lemmas & SITE:
        return Mark(Sense.HERE, at, at + 1)
    if at > 1 and _is_at(tokens, at):
        return Mark(Sense.REASON, at, at + 1)
    if look_up(token.text).asks and look_up(token.text).lemmas & EMPLOYERS_ACTS:
        return Mark(Sense.ASK, at, at + 1)
    sense = _sense_of(token.text)
    return None if sense is None else Mark(sense, at, at + 1)


def _is_at(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a clause is no more than "I am at", a place that is none of work: `я на шашлыках`."""
    pronoun = tokens[at - 2].text in _I or (at > 2 and tokens[at - 3].text in _I)  # noqa: PLR2004 - one word between
    ends = at + 1 == len(tokens) or tokens[at + 1].gap >= Gap.COMMA or tokens[at + 1].text in _NOW
    word = look_up(tokens[at].text)
    away = word.noun and not word.place and not word.lemmas & (WORKPLACE | SITE)
    return pronoun and ends and away and tokens[at - 1].text in _AT


def is_substitute(tokens: Sequence[Token]) -> bool:
    """Tell whether a clause says that another man comes: `выйдет мой двоюродный брат`."""
    words = [look_up(token.text) for token in tokens if token.kind is Kind.WORD and not token.text.isascii()]
    comes = any(word.form is Form.OTHERS and word.lemmas & COMES and not word.asks for word in words)
    texts = [token.text for token in tokens]
    instead = any(pair in _INSTEAD for pair in pairwise(texts))
    return comes and (instead or any(word.noun and word.lemmas & KIN for word in words))


def _sense_of(text: str) -> Sense | None:
    word = look_up(text)
    if word.lemmas & (COMING | WORKING):
        if word.form is Form.PLAN:
            return Sense.COME
        return Sense.FILLER if word.form in {Form.INFINITIVE, Form.WORKING} else None
    if word.lemmas & SENDING and word.asks:
        return None
    return next((sense for lemmas, forms, sense in _SENSES if word.lemmas & lemmas and word.form in forms), None)
