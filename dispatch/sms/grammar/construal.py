"""What a phrase comes to beside other words: a reason that is over, a party by name, thanks and what they are for."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch.sms.grammar.lemmas import mark_by_lemma
from dispatch.sms.grammar.morphology import Form, look_up
from dispatch.sms.grammar.normalise import Gap, Kind, Token
from dispatch.sms.grammar.phrases import Mark, is_name
from dispatch.sms.grammar.senses import NEGATIVE, POSITIVE, STOPPING, Sense
from dispatch.sms.grammar.vocabulary import NEGATING_INSIDE

_OVER = (
    "закончил",
    "кончил",
    "завершил",
    "прошел",
    "прошла",
    "прошло",
    "закрыл",
    "over",
    "finished",
    "termino",
    "acabo",
    "тугади",
    "tugadi",
    "лечился",
)
"""Beginnings of words that say a thing is past."""

_TROUBLE = (
    *(
        "обман",
        "опоздан",
        "проблем",
        "вопрос",
        "базар",
        "шут",
        "дурак",
        "сомнен",
        "задерж",
        "прогул",
        "разговор",
        "подвох",
    ),
    *(
        "возражен",
        "отказ",
        "косяк",
        "подстав",
        "ныть",
        "нареч",
        "промедлен",
        "обид",
        "кидал",
        "лишн",
        "палева",
        "балды",
    ),
)
_NOT_ALONE = frozenset({("не", "один"), ("не", "одна"), ("не", "одни")})
_WITH = frozenset({"с", "со"})
_CASES = frozenset({"ни", "ni"})
"""In Uzbek the ending of an object, in Russian "nor"."""

_BEFORE_A_QUESTION = frozenset(
    {"а", "ну", "и", "да", "так", "за", "на", "по", "про", "о", "с", "у", "для", "ради", "только", "это"}
)
_TOLD_DAYS = frozenset({"вчера", "позавчера", "yesterday", "ayer", "tegnap", "кеча", "дируз"})
_CONCEDABLE = frozenset(
    {"далеко", "далековато", "рано", "рановато", "поздно", "поздновато", "мало", "маловато", "дорого"}
)
_CONCEDING = frozenset({"хоть", "хотя", "пусть", "пускай", "несмотря"})
_SUBJECTS = frozenset({"он", "она", "они"})
_LIMITING_BEFORE = {
    "за": ("опл", "ден", "плат", "став", "коп", "руб", "тыс", "двой", "пол", "час", "так", "эт", "нал", "больш", "сум"),
    "пока": (
        "да",
        "нет",
        "не",
        "мо",
        "пр",
        "бу",
        "св",
        "со",
        "го",
        "ду",
        "под",
        "см",
        "хз",
        "вро",
        "на",
        "за",
        "ни",
        "без",
        "что",
    ),
    "как": ("тол", "бы", "пол", "вый", "сло", "пов", "осв", "сро", "пой", "уда", "нас"),
    "from": (
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "noon",
        "mid",
        "lunch",
        "after",
    ),
}
"""What limits after these words; after them anything else only tells."""

_FETCHING = frozenset({"забираю", "заберу", "забираем", "заберем", "беру", "везу", "отвожу"})
_OUT_OF = frozenset({"из", "с", "со", "от"})
_WHENCE = 2
"""A preposition and a noun: `с вокзала`."""

_OF_COURSE = frozenset({"как", "нет", "не"})
_FOR = frozenset({"за", "что", "for", "por", "a", "uchun", "учун", "барои"})
_LONGEST_THANKS = 5
_ANSWERING = (
    POSITIVE | NEGATIVE | STOPPING | {Sense.BUT, Sense.NOT, Sense.ASK, Sense.CALL, Sense.WRONG_NUMBER, Sense.PENALTY}
) - {Sense.LEAN}
"""Senses that thanks do not cover."""


def construe(
    tokens: Sequence[Token], found: list[Mark], taken: frozenset[int], languages: frozenset[int]
) -> tuple[list[Mark], tuple[int, ...]]:
    """Return the marks as they are meant in this text, and the positions of the words that stay unknown.

    Russian words that no phrase covers are read by their lemma, unless the text is in a language that only looks alike.
    """
    covered = set(taken).union(*(range(mark.start, mark.end) for mark in found))
    unknown = [at for at, token in enumerate(tokens) if at not in covered and not is_name(token)]
    if languages & NEGATING_INSIDE:
        marks = [mark for mark in found if tokens[mark.start].text not in _CASES or mark.end - mark.start > 1]
    else:
        parties = [mark for at, _ in enumerate(tokens) if (mark := _party_by_name(tokens, covered, at)) is not None]
        joined = {at for mark in parties for at in range(mark.start, mark.end)}
        lemmas = [mark for at in unknown if at not in joined and (mark := mark_by_lemma(tokens, at)) is not None]
        known = joined.union(*({mark.start - 1, mark.start} for mark in lemmas))
        unknown = [at for at in unknown if at not in known]
        marks = sorted([*found, *parties, *lemmas], key=lambda mark: mark.start)
    marks = _with_thanks_explained(tokens, [_as_meant(tokens, mark, marks) for mark in marks])
    explained = {at for mark in marks for at in range(mark.start, mark.end)}
    return marks, tuple(at for at in unknown if at not in explained)


def _as_meant(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> Mark:
    if mark.sense is Sense.YES and _fetches(tokens, mark, marks):
        return replace(mark, sense=Sense.REASON)
    if mark.sense is Sense.YES and _warns(tokens, mark):
        return replace(mark, sense=Sense.FILLER)
    accompanied = _is_not_alone(tokens, mark) and any(other.sense is Sense.PARTY for other in marks)
    if accompanied or _is_over(tokens, mark) or _limits_nothing(tokens, mark):
        return replace(mark, sense=Sense.FILLER)
    return _without_trouble(tokens, _in_favor(tokens, mark))


def _fetches(tokens: Sequence[Token], mark: Mark, marks: Sequence[Mark]) -> bool:
    """Tell whether what he takes is no work but one of his own: `жену из роддома забираю`."""
    if mark.end - mark.start > 1 or tokens[mark.start].text not in _FETCHING:
        return False
    following = tokens[mark.end].text if mark.end < len(tokens) else ""
    if tokens[mark.start].text == "беру" and following not in _OUT_OF:
        return False
    return any(_is_fetched(tokens, mark, other) for other in marks if other.sense is Sense.REASON)


def _is_fetched(tokens: Sequence[Token], mark: Mark, reason: Mark) -> bool:
    """Tell whether a reason adjoins the fetching, or is parted from it only by where it is fetched from."""
    first, second = (reason, mark) if reason.start < mark.start else (mark, reason)
    if any(token.gap >= Gap.COMMA for token in tokens[first.end : second.start + 1]):
        return False
    from_there = second is mark and mark.start - reason.end <= _WHENCE and tokens[reason.end].text in _OUT_OF
    return first.end == second.start or from_there


def _warns(tokens: Sequence[Token], mark: Mark) -> bool:
    """Tell whether `а то` is "or else" and no yes, as it is where more follows: `а то в прошлый раз страшно было`."""
    words = tuple(token.text for token in tokens[mark.start : mark.end])
    more = mark.end < len(tokens) and tokens[mark.end].gap < Gap.COMMA
    return words == ("а", "то") and more and tokens[mark.end].text not in _OF_COURSE


def _limits_nothing(tokens: Sequence[Token], mark: Mark) -> bool:
    """Tell whether a small word that often limits a yes does not where it stands: `пока места есть`, `за рулём`."""
    if mark.end - mark.start == 1 and mark.sense is Sense.ASK and tokens[mark.start].text == "что":
        before = tokens[mark.start - 1].text if mark.start > 0 and tokens[mark.start].gap < Gap.COMMA else ""
        return bool(before) and before not in _BEFORE_A_QUESTION
    if mark.end - mark.start != 1 or mark.sense not in {Sense.BUT, Sense.MAYBE, Sense.OTHER}:
        return False
    word = tokens[mark.start].text
    within = mark.end < len(tokens) and tokens[mark.end].gap < Gap.COMMA
    following = tokens[mark.end] if within else None
    if word in _CONCEDABLE and mark.start > 0:
        return bool({token.text for token in tokens[max(0, mark.start - 2) : mark.start]} & _CONCEDING)
    if word in _SUBJECTS:
        near = tokens[mark.end : mark.end + 4]
        return any(look_up(token.text).form is Form.TOLD for token in near if not token.text.isascii())
    if following is None:
        return word in _TOLD_DAYS
    return word in _TOLD_DAYS or (word in _LIMITING_BEFORE and not _is_limited(word, following))


def _is_limited(word: str, following: Token) -> bool:
    if following.kind is not Kind.WORD:
        return True
    if word == "как" and look_up(following.text).form in {Form.PLAN, Form.OTHERS}:
        return True
    return following.text.startswith(_LIMITING_BEFORE[word])


def _in_favor(tokens: Sequence[Token], mark: Mark) -> Mark:
    """Read `за` as a yes where nothing follows that it could govern: `я всегда за`."""
    ends = mark.end >= len(tokens) or tokens[mark.end].gap >= Gap.COMMA
    alone = mark.end - mark.start == 1 and tokens[mark.start].text == "за"
    before = [token.text for token in tokens[max(0, mark.start - 2) : mark.start]]
    only = mark.start == 0 or tokens[mark.start].gap >= Gap.COMMA
    return replace(mark, sense=Sense.YES) if ends and alone and (before or only) and "не" not in before else mark


def _without_trouble(tokens: Sequence[Token], mark: Mark) -> Mark:
    """Read `без обмана` as the stress it is, not as an exception."""
    following = tokens[mark.end].text if mark.end < len(tokens) else ""
    alone = mark.end - mark.start == 1 and tokens[mark.start].text == "без"
    return replace(mark, sense=Sense.FILLER, end=mark.end + 1) if alone and following.startswith(_TROUBLE) else mark


def _is_not_alone(tokens: Sequence[Token], mark: Mark) -> bool:
    """Tell whether it is "not alone", which says no more than the number beside it: `буду не один, с братом`."""
    return tuple(token.text for token in tokens[mark.start : mark.end]) in _NOT_ALONE


def _is_over(tokens: Sequence[Token], mark: Mark) -> bool:
    """Tell whether a reason is told to be past: `отпуск закончился`."""
    if mark.sense not in {Sense.REASON, Sense.REFUSE, Sense.BUSY}:
        return False
    near = [*tokens[max(0, mark.start - 2) : mark.start], *tokens[mark.end : mark.end + 2]]
    return any(token.text.startswith(_OVER) for token in near)


def _with_thanks_explained(tokens: Sequence[Token], marks: list[Mark]) -> list[Mark]:
    """Let thanks cover what they are for, `thanks for thinking of me`, but no word that answers."""
    covered: list[Mark] = []
    end = 0
    for at, mark in enumerate(marks):
        if mark.start < end:
            continue
        if mark.sense is Sense.THANKS and mark.end < len(tokens) and tokens[mark.end].text in _FOR:
            end = _end_of_thanks(tokens, marks[at + 1 :], mark.end)
            covered.append(replace(mark, end=end))
        else:
            covered.append(mark)
    return covered


def _end_of_thanks(tokens: Sequence[Token], following: Sequence[Mark], start: int) -> int:
    end = start + 1
    while end < len(tokens) and tokens[end].gap < Gap.COMMA and end - start <= _LONGEST_THANKS:
        end += 1
    spared = {Sense.NOT, Sense.REFUSE} if tokens[start].text == "что" else set()  # `спасибо, что не забываете`
    answers = [mark.start for mark in following if mark.sense in _ANSWERING - spared]
    return max(start, min([end, *answers]))


def _party_by_name(tokens: Sequence[Token], covered: set[int], at: int) -> Mark | None:
    """Read `с Лёхой` and `я и Серёга` as two men."""
    token = tokens[at]
    if at == 0 or token.kind is not Kind.WORD or token.text.isascii() or at in covered:
        return None
    before = [near.text for near in tokens[max(0, at - 2) : at]]
    together = before[-1] in _WITH or before == ["я", "и"]
    named = is_name(token) or look_up(token.text).name
    return Mark(Sense.PARTY, at - 1, at + 1, 2) if together and named and token.gap < Gap.COMMA else None
