"""What people say must be what the platform's grammar understands, or a simulated crew proves nothing."""

from random import Random

import pytest

from dispatch.simulator.phrases import LANGUAGES, Say, mistype, numbers, phrase, with_code
from dispatch.sms.replies import Disposition, parse_reply

PLAIN = {
    Say.YES: ("offer1", Disposition.ACCEPT),
    Say.NO: ("offer1", Disposition.DECLINE),
    Say.QUESTION: ("offer1", Disposition.QUESTION),
    Say.HEDGE: ("offer1", Disposition.AMBIGUOUS),
    Say.STOP: ("offer1", Disposition.STOP),
    Say.ARRIVED: ("booked", Disposition.ARRIVED),
    Say.UNDERSTOOD: ("notice", Disposition.ACCEPT),
    Say.CANCEL: ("reconfirm", Disposition.CANCEL),
    Say.THANKS: ("booked", Disposition.UNKNOWN),
    Say.APPEAL: ("booked", Disposition.APPEAL),
}


def ways(what: Say, language: str, minutes: int = 0) -> set[str]:
    """Every way to say it."""
    return {phrase(what, language, Random(n), minutes=minutes) for n in range(60)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", PLAIN)
def test_what_people_mean_is_what_is_understood(what: Say, language: str) -> None:
    context, wanted = PLAIN[what]
    understood = {words: parse_reply(words, context).disposition for words in ways(what, language)}
    assert understood == dict.fromkeys(understood, wanted)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", [Say.YES, Say.NO])
def test_an_answer_with_its_code_is_understood_among_several(what: Say, language: str) -> None:
    for words in ways(what, language):
        for n in range(6):
            reply = parse_reply(with_code(words, "31", Random(n)), "offerN")
            assert (reply.disposition, reply.code) == (PLAIN[what][1], 31), words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", [Say.YES, Say.NO])
def test_a_slip_never_turns_an_answer_round(what: Say, language: str) -> None:
    other = PLAIN[Say.NO if what is Say.YES else Say.YES][1]
    slips = {mistype(words, Random(n)) for words in ways(what, language) for n in range(20)}
    understood = [parse_reply(words, "offer1").disposition for words in slips]
    assert other not in understood
    assert understood.count(PLAIN[what][1]) > len(understood) / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_announced_delay_is_understood_to_the_minute(language: str) -> None:
    for words in ways(Say.LATE, language, minutes=25):
        reply = parse_reply(words, "booked")
        assert (reply.disposition, reply.minutes) == (Disposition.LATE, 25), words


@pytest.mark.parametrize("missing", [[], [3], [2, 7], [2, 7, 15]])
def test_a_lead_s_list_is_understood(missing: list[int]) -> None:
    for n in range(4):
        reply = parse_reply(numbers(missing, Random(n)), "present")
        assert reply.disposition is (Disposition.MISSING if missing else Disposition.ACCEPT)
        assert list(reply.numbers) == missing
