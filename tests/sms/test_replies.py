import random
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.sms.evaluate import Evaluation, evaluate_file
from dispatch.sms.grammar.lexicon.form import Lexicon, phrases_of
from dispatch.sms.grammar.morphology import Form, is_word, look_up
from dispatch.sms.grammar.normalise import fold
from dispatch.sms.grammar.numbers import is_code
from dispatch.sms.grammar.senses import Sense
from dispatch.sms.grammar.vocabulary import LEXICONS, compile_vocabulary, vocabulary
from dispatch.sms.replies import Context, Disposition, Reply, StatedDay, parse_reply, warm

HERE = Path(__file__).parent
HANDED_OVER = HERE.parents[2] / "shared" / "data" / "replies.tsv"

CONTEXTS = st.sampled_from(list(Context))
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=1000)
MILLISECONDS = 5 if sys.gettrace() is None else 100
LONG_TEXT = "добрый день я завтра утром приеду на склад но не знаю где там вход " * 10
"""A hundred and more ordinary words: what a slow machine is measured by."""
"""What 20,000 multiplications take on the machine the bound was set for."""
"""A tracer, as for coverage, slows every line down."""

REFUSING = (Sense.NO, Sense.REFUSE, Sense.UNWANTED, Sense.CANCEL, Sense.BUSY, Sense.UNTIMELY, Sense.DISAGREE)


def lines_of(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()


def phrases_meaning(*senses: Sense) -> list[str]:
    entries = [lexicon.phrases.get(sense, "") for lexicon in LEXICONS for sense in senses]
    return sorted(
        {" ".join(words) for entry in entries for words in phrases_of(entry, str) if "*" not in "".join(words)}
    )


STOPS = lines_of("replies_stop.txt")
REFUSALS = phrases_meaning(*REFUSING)
WORDS = sorted({word for lexicon in LEXICONS for entry in lexicon.phrases.values() for word in entry.split()})


def assert_clean(evaluation: Evaluation, least: float) -> None:
    misses = [f"{miss.label.line}: {miss.label.text!r} -> {miss.reply.disposition}" for miss in evaluation.misses]
    assert evaluation.rows > 0
    assert evaluation.cardinal_errors == ()
    assert evaluation.score >= least, misses


def test_our_own_corpus_is_read_without_a_miss() -> None:
    evaluation = evaluate_file(HERE / "replies_seed.tsv")
    assert evaluation.rows > 114 + 250
    assert_clean(evaluation, 1.0)


@pytest.mark.skipif(not HANDED_OVER.exists(), reason="the corpus handed over beside the checkout is not here")
def test_the_corpus_handed_over_is_read_without_a_miss() -> None:
    assert_clean(evaluate_file(HANDED_OVER), 1.0)


@pytest.mark.parametrize(
    ("name", "least", "most_cardinal"),
    [("replies_written.tsv", 0.99, 0), ("replies_fresh.tsv", 0.99, 0), ("replies_kept.tsv", 0.95, 0)],
)
def test_what_was_written_apart_is_read_no_worse_than_before(name: str, least: float, most_cardinal: int) -> None:
    """A floor, raised with the grammar. It shows no text: one of the files is out of sight."""
    evaluation = evaluate_file(HERE / name)
    score, cardinal = evaluation.score, len(evaluation.cardinal_errors)
    assert score >= least
    assert cardinal <= most_cardinal


def test_what_is_kept_out_of_sight_is_chosen_by_its_digest() -> None:
    texts = [line.split("\t")[1] for line in lines_of("replies_kept.tsv") if not line.startswith("#")]
    assert len(texts) > 600 / 3
    assert all(int(sha256(text.encode()).hexdigest(), 16) % 3 == 0 for text in texts)


def test_our_own_corpus_covers_every_context_and_disposition() -> None:
    rows = [line.split("\t") for line in lines_of("replies_seed.tsv") if not line.startswith("#")]
    assert {row[0] for row in rows} == set(Context)
    assert {row[2] for row in rows} == set(Disposition)


@pytest.mark.parametrize("context", Context)
def test_a_wish_for_silence_stops_in_every_context(context: Context) -> None:
    assert [text for text in STOPS if parse_reply(text, context).disposition is not Disposition.STOP] == []


@pytest.mark.parametrize("context", Context)
def test_words_that_only_look_like_it_do_not_stop(context: Context) -> None:
    texts = lines_of("replies_no_stop.txt")
    assert [text for text in texts if parse_reply(text, context).disposition is Disposition.STOP] == []


@pytest.mark.parametrize("context", [Context.OFFER, Context.OFFERS, Context.BOOKED_OFFER, Context.BOOKED, Context.NONE])
def test_hedges_conditions_and_refusals_are_no_acceptance(context: Context) -> None:
    texts = lines_of("replies_no_yes.txt")
    assert [text for text in texts if parse_reply(text, context).disposition is Disposition.ACCEPT] == []


def mutations(text: str, chance: random.Random) -> Iterator[str]:
    yield from (text.upper(), text.lower(), text.title(), text.swapcase())
    yield from (f"{text}.", f"{text}!!!", f"...{text}...", f'"{text}"', f"({text})", f"{text}\n", f"  {text}  ")
    yield from (text.replace(" ", "  "), text.replace(" ", "\t"), text.replace(" ", ", "), text.replace(" ", "\n"))
    yield "".join(letter * chance.choice((1, 1, 2)) if letter.isalpha() else letter for letter in text)
    yield "".join(letter * 2 if letter.isalpha() else letter for letter in text)
    yield f"\u202e{text}\u202c"
    yield "\u200b".join(text)
    yield f"{text}\0"


@pytest.mark.parametrize(
    "text",
    [
        *("стоп", "stop", "unsubscribe", "отпишите меня", "не пишите мне больше", "хватит слать смс", "не беспокойте"),
        *("удалите мой номер", "уберите меня из базы", "remove me from your list", "ёзманг менга", "to'xtating"),
        *("дигар нанависед", "leiratkozás", "ne írjatok többet", "no me escriban más", "darme de baja", "stop pls"),
    ],
)
def test_stop_survives_case_punctuation_spaces_and_doubled_letters(text: str) -> None:
    chance = random.Random(text)
    missed = [
        (mutant, context)
        for mutant in mutations(text, chance)
        for context in Context
        if parse_reply(mutant, context).disposition is not Disposition.STOP
    ]
    assert missed == []


@pytest.mark.parametrize("context", Context)
def test_the_stop_word_with_a_code_is_asked_back(context: Context) -> None:
    for text in ("стоп 31", "СТОП 31!", "31 стоп", "stop 131", "стоп, 42"):
        reply = parse_reply(text, context)
        assert (reply.disposition, reply.code) == (Disposition.AMBIGUOUS, int("".join(filter(str.isdigit, text))))


@pytest.mark.parametrize("context", Context)
def test_no_refusal_of_the_lexicons_is_read_as_an_acceptance(context: Context) -> None:
    assert [text for text in REFUSALS if parse_reply(text, context).disposition is Disposition.ACCEPT] == []


@given(
    refusal=st.sampled_from(REFUSALS),
    before=st.sampled_from(
        ["", "да ", "ок, ", "Здравствуйте! ", "спасибо, ", "yes ", "igen, ", "sí, ", "ҳа ", "хорошо, "]
    ),
    after=st.sampled_from(["", ".", "!!!", " спасибо", ", sorry", " завтра", " 31", ", köszi", " 👍", " :("]),
    context=st.sampled_from(
        [Context.OFFER, Context.OFFERS, Context.BOOKED_OFFER, Context.RECONFIRM, Context.PROMOTION]
    ),
)
@settings(max_examples=200, deadline=None)
def test_a_refusal_with_courtesies_is_no_acceptance(refusal: str, before: str, after: str, context: Context) -> None:
    assert parse_reply(before + refusal + after, context).disposition is not Disposition.ACCEPT


def slips_of(refusal: str) -> Iterator[str]:
    """Yield a refusal with one slip in a long word: a letter lost, another in its place, two neighbors swapped."""
    for at, letter in enumerate(refusal):
        start = refusal.rfind(" ", 0, at) + 1
        end = refusal.find(" ", at) if " " in refusal[at:] else len(refusal)
        if end - start >= 5 and letter != " ":
            alphabet = ascii_lowercase if letter.isascii() else "абвгдежзийклмнопрстуфхцчшщъыьэюя"
            other = alphabet[(7 * at + len(refusal)) % len(alphabet)]
            yield refusal[:at] + refusal[at + 1 :]
            yield refusal[:at] + other + refusal[at + 1 :]
            yield refusal[:at] + refusal[at : at + 2][::-1] + refusal[at + 2 :]


def test_a_slip_in_a_long_word_of_a_refusal_makes_no_acceptance() -> None:
    slipped = {text for refusal in REFUSALS for text in slips_of(refusal)}
    accepted = [
        text
        for text in slipped
        if parse_reply(text, Context.OFFER).disposition is Disposition.ACCEPT
        and not all(vocabulary().knows(fold(word)) or is_word(fold(word)) for word in text.split())
    ]
    assert len(slipped) > 10_000
    assert len(accepted) <= len(slipped) / 5_000, accepted


@given(text=ANY_TEXT, context=CONTEXTS)
@settings(max_examples=200, deadline=None)
def test_any_text_is_understood_the_same_way_twice(text: str, context: Context) -> None:
    reply = parse_reply(text, context)
    assert isinstance(reply, Reply)
    assert reply == parse_reply(text, context)
    assert 0 < reply.confidence <= 1
    assert reply.why


@given(words=st.lists(st.one_of(st.sampled_from(WORDS), st.integers(0, 1500).map(str)), max_size=12), context=CONTEXTS)
@settings(max_examples=200, deadline=None)
def test_any_row_of_our_own_words_keeps_the_shape_of_a_reply(words: list[str], context: Context) -> None:
    reply = parse_reply(" ".join(words), context)
    assert reply.code is None or is_code(reply.code)
    assert (reply.numbers != ()) is (reply.disposition is Disposition.MISSING)
    assert reply.disposition is not Disposition.MISSING or context is Context.PRESENT
    assert reply.minutes is None or reply.minutes > 0
    assert reply.party is None or reply.party > 0
    if reply.disposition in {Disposition.AMBIGUOUS, Disposition.UNKNOWN, Disposition.STOP}:
        assert (reply.minutes, reply.party, reply.stated_time) == (None, None, None)


def milliseconds(text: str, context: Context) -> float:
    start = time.thread_time()
    parse_reply(text, context)
    return (time.thread_time() - start) * 1000


def is_quick(text: str, context: Context) -> bool:
    """Tell whether a text is read within the bound, or, on a slow machine, in twice the time of many ordinary words."""
    for _ in range(30):
        allowed = max(MILLISECONDS, 2 * milliseconds(LONG_TEXT, context))
        if milliseconds(text, context) < allowed:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    "text",
    [
        "",
        "стоп " * 20_000,
        "не " * 300,
        "ывапролд " * 100,
        "qwertyui " * 100,
        "1 " * 400,
        "1-" * 400,
        "10:30 " * 120,
        "1" * 100_000,
        "+" * 640,
        "?" * 640,
        "👍" * 640,
        "с " * 320,
        "уберите " + "меня " * 150,
        "\0" * 640,
        "\ud800" * 640,
        "\u202e" * 320 + "да" * 160,
        "\ufdfa" * 640,
        "a'" * 320,
        "0a" * 320,
        "1((" * 220,
        " ".join(STOPS),
    ],
    ids=range(22),
)
def test_no_text_takes_long(text: str) -> None:
    assert [context for context in Context if not is_quick(text, context)] == []


@given(text=ANY_TEXT)
@settings(max_examples=100, deadline=None)
def test_no_random_text_takes_long(text: str) -> None:
    assert is_quick(text, Context.OFFER)


def random_texts(count: int, chance: random.Random) -> Iterator[str]:
    """Yield texts of each kind in turn: any characters, our own words in a row, slips and mutations of real replies."""
    known = [
        line.split("\t")[1]
        for name in ("replies_seed.tsv", "replies_written.tsv", "replies_fresh.tsv")
        for line in lines_of(name)
        if line and not line.startswith("#")
    ]
    for number in range(count):
        text = chance.choice(known)
        if number % 4 == 0:
            yield "".join(chr(chance.choice((chance.randrange(0x500), chance.randrange(0x110000)))) for _ in text * 3)
        elif number % 4 == 1:
            yield " ".join(chance.choices(WORDS, k=chance.randrange(1, 40)))
        elif number % 4 == 2:
            at = chance.randrange(len(text) + 1)
            yield text[:at] + chance.choice(("", " ", ", ", text[at : at + 1], chance.choice(known))) + text[at + 1 :]
        else:
            yield chance.choice(list(mutations(text, chance)))


@pytest.mark.timeout(1800)
def test_no_random_or_mutated_text_fails_or_takes_long(*, full: bool) -> None:
    """A thousand texts; with `--full` a hundred thousand."""
    chance = random.Random(20_261_122)
    warm()
    slow = []
    for text in random_texts(100_000 if full else 1_000, chance):
        context = chance.choice(list(Context))
        if milliseconds(text, context) >= MILLISECONDS and not is_quick(text, context):
            slow.append((text, context))
    assert slow == []


def test_warming_reads_no_text_and_loads_the_dictionary() -> None:
    warm()
    assert look_up("спрошу").form is Form.PLAN


def test_only_the_beginning_of_a_long_text_counts() -> None:
    assert parse_reply("да" + " " * 700 + "нет", Context.OFFER).disposition is Disposition.ACCEPT


def test_no_phrase_has_two_meanings() -> None:
    assert vocabulary().conflicts == []


def test_a_phrase_with_two_meanings_is_listed() -> None:
    lexicons = [Lexicon(phrases={Sense.YES: "ja"}), Lexicon(phrases={Sense.NO: "ja; nej"})]
    assert [conflict.split(":")[0] for conflict in compile_vocabulary(lexicons).conflicts] == ["ja"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("да, завтра", StatedDay.TOMORROW),
        ("буду сегодня", StatedDay.TODAY),
        ("послезавтра приду", StatedDay.DAY_AFTER_TOMORROW),
        ("в субботу приду", StatedDay.SATURDAY),
        ("igen, pénteken jövök", StatedDay.FRIDAY),
        ("sí, pasado mañana voy", StatedDay.DAY_AFTER_TOMORROW),
        ("эртага бораман", StatedDay.TOMORROW),
        ("пагоҳ меоям", StatedDay.TOMORROW),
        ("i'll come on monday", StatedDay.MONDAY),
        ("да", None),
    ],
)
def test_the_day_a_yes_names_is_handed_on(text: str, day: StatedDay | None) -> None:
    reply = parse_reply(text, Context.OFFER)
    assert (reply.disposition, reply.stated_day) == (Disposition.ACCEPT, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("завтра не могу, послезавтра могу", StatedDay.TOMORROW),
        ("не сегодня", StatedDay.TODAY),
        ("сегодня нет, завтра да", StatedDay.TODAY),
    ],
)
def test_of_several_days_the_refused_one_is_handed_on(text: str, day: StatedDay) -> None:
    reply = parse_reply(text, Context.OFFER)
    assert (reply.disposition, reply.stated_day) == (Disposition.DECLINE, day)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        *((30, False), (31, True), (45, False), (50, False), (60, False), (90, False), (99, True), (100, False)),
        *((112, False), (130, False), (131, True), (200, False), (999, True), (1000, False)),
    ],
)
def test_codes_leave_out_the_numbers_people_send_for_other_reasons(number: int, *, valid: bool) -> None:
    assert is_code(number) is valid
    reply = parse_reply(f"да {number}", Context.OFFERS)
    assert (reply.disposition is Disposition.ACCEPT) is valid
    assert reply.code == (number if valid else None)


def test_a_mended_word_lowers_the_confidence() -> None:
    assert parse_reply("сагласин", Context.OFFER).confidence < parse_reply("согласен", Context.OFFER).confidence


def test_the_reason_never_repeats_the_text() -> None:
    assert "Сергей" not in parse_reply("это не Сергей +79211234567", Context.OFFER).why


def test_an_unknown_context_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="lunch"):
        parse_reply("да", "lunch")
