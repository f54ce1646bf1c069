"""Words about the way to the site: late, on the way, arrived, and minutes when minutes were asked for."""

import datetime as dt

from dispatch.sms.grammar.numbers import Plain
from dispatch.sms.grammar.occasion import BARE_DAYS, Occasion, occasion_of, refused_occasion
from dispatch.sms.grammar.outcome import Context, Disposition
from dispatch.sms.grammar.reading import Reading, part_of
from dispatch.sms.grammar.senses import Sense, StatedDay
from dispatch.sms.grammar.verdict import LIKELY, Verdict, ambiguous

_IF = frozenset({"если", "if", "si", "ha", "agar", "агар"})
_OFFERS = frozenset({Context.OFFER, Context.OFFERS, Context.WHICH})
_SEAT_HELD = frozenset({Context.BOOKED, Context.BOOKED_OFFER, Context.ETA})
_SEAT_QUESTIONS = frozenset({Context.PROMOTION, Context.RECONFIRM, Context.CHANGE})

_SMALL_TALK = frozenset({Sense.FILLER, Sense.THANKS, Sense.GREETING, Sense.REGRET, Sense.HERE, Sense.PARTY, Sense.DAY})
_PROMISES = frozenset({Sense.YES, Sense.COME, Sense.OKAY})
_GIVES_UP = frozenset({Sense.REFUSE, Sense.CANCEL})
_NO_WAY = _GIVES_UP | {Sense.NO, Sense.UNWANTED, Sense.ASK, Sense.CALL, Sense.HELP}
_COMING_SOON = _SMALL_TALK | {Sense.COME, Sense.SOON, Sense.DURATION, Sense.OKAY, Sense.YES}
_PRESENT_TENSE = frozenset({"успеваю", "успеваем", "неуспеваю", "alcanzo", "erek", "намерасам"})
_SETTING_OUT = frozenset({"выхожу", "выходим"})
_UNABLE = frozenset({"cant", "cannot", "no", "не", "nem"})
_STOPS = ("останов", "stop", "parada", "megall", "бекат", "истго")
"""Where one waits for a bus."""

_WOULD = frozenset({"бы", "б"})
_OFF, _GOT = frozenset({"cancelled", "canceled"}), frozenset({"got", "was", "is", "been", "train", "bus"})
_LONGEST_DELAY = 180
_MOST_UNKNOWN = 3


def eta(reading: Reading, context: Context) -> Verdict | None:
    """Read the answer to "in how many minutes?": a number is minutes, even one that may be a code."""
    senses = reading.senses
    if context is not Context.ETA or senses & {Sense.ASK, Sense.CALL, Sense.HELP} or reading.ends_asking:
        return None
    if senses & _GIVES_UP and not senses & {Sense.LATE, Sense.ON_WAY}:
        day, date, unclear = refused_occasion(reading, reading.of(*_GIVES_UP), context)
        why = "asked for minutes, answers that he does not come"
        return Verdict(Disposition.CANCEL, why, stated_day=day, stated_date=date, unclear_day=unclear)
    minutes, stated_time = reading.minutes(), reading.numbers.time
    if minutes is None and stated_time is None:
        bare = _bare_minutes(reading)
        if len(bare) > 1:
            return ambiguous("several numbers where minutes were asked for")
        minutes = next((number for number in bare if 0 < number <= _LONGEST_DELAY), None)
    if minutes is not None or stated_time is not None:
        why = "states when he will be there"
        return Verdict(Disposition.LATE, why, minutes=minutes, stated_time=stated_time, codeless=True)
    if senses & {Sense.SOON, Sense.LATE, Sense.LATER, Sense.UNTIMELY, Sense.MAYBE, Sense.BUT} and not senses & {
        Sense.ARRIVED,
        Sense.ON_WAY,
    }:
        return Verdict(Disposition.LATE, "still on the way, without minutes", LIKELY)
    return None


def late(reading: Reading, context: Context) -> Verdict | None:
    """Read an announced delay, by word or by "there in 20 minutes"."""
    arrival = _arrival_after_all(reading) if context in _SEAT_HELD else None
    if arrival is not None:
        return Verdict(Disposition.LATE, "not in time, but later", LIKELY, stated_time=arrival)
    return _announced(reading, context)


def _announced(reading: Reading, context: Context) -> Verdict | None:
    senses = reading.senses
    later = Sense.LATER in senses and context not in _OFFERS
    if not (Sense.LATE in senses or later or _runs_out_of_time(reading, context)):
        return _arrives_in_minutes(reading, context)
    held = context not in _OFFERS
    if _is_off(reading):
        senses -= _GIVES_UP
    if senses & _GIVES_UP and held and Sense.LATE in senses and _states_delay(reading):
        return ambiguous("cannot come, or comes later?")
    if senses & _GIVES_UP or (reading.asks and senses & {Sense.ASK, Sense.LEAN, Sense.MAYBE}):
        return None
    if (context in _OFFERS or (context is Context.CHANGE and Sense.LATE not in senses)) and senses & _PROMISES:
        return ambiguous("a yes, but later than offered")
    minutes, codeless = delay_of(reading)
    occasion = occasion_of(reading, reading.of(Sense.LATE, Sense.LATER, Sense.UNTIMELY))
    if held and is_day_unclear(reading, occasion):
        return ambiguous("a delay on a day that is not clear")
    misses = Sense.UNTIMELY in senses and Sense.COME not in senses  # the time he misses, not the time he comes
    return Verdict(
        Disposition.LATE,
        "announces a delay",
        minutes=minutes,
        stated_time=None if misses else reading.numbers.time,
        party=reading.party(),
        stated_day=occasion.day,
        stated_date=occasion.date if held and reading.dates.found else None,
        codeless=codeless,
    )


def _arrival_after_all(reading: Reading) -> dt.time | None:
    """Return when he comes who cannot come in time: `won't make it by 8, will be there at 8:30`."""
    promises, misses = reading.of(Sense.COME, Sense.GO), reading.of(*_GIVES_UP, Sense.UNTIMELY)
    if not promises or not misses or promises[-1].start <= misses[-1].end:
        return None
    clause = reading.clause_of(promises[-1].start)
    part = part_of(reading, clause.start, clause.stop)
    return None if part.senses & _GIVES_UP else part.numbers.stated_time


def arrived(reading: Reading, context: Context) -> Verdict | None:
    """Read an arrival."""
    senses, minutes = reading.senses, reading.minutes()
    offered = context in _OFFERS or context is Context.BOOKED_OFFER
    if context is Context.PRESENT or not _says_he_is_there(reading, offered=offered):
        return None
    if minutes is not None:
        return Verdict(Disposition.LATE, "will be there in minutes", LIKELY, minutes=minutes)
    if senses & {Sense.MAYBE, Sense.OTHER, Sense.NOT} or (offered and senses & {Sense.YES, Sense.COME}):
        return ambiguous("speaks of an arrival, perhaps not his own or not yet")
    asks = reading.asks and (len(reading.unknown) > 1 or reading.marks[0].sense is Sense.ASK)
    if asks or (offered and reading.numbers.stated_time is not None):
        return None
    if len(reading.unknown) + len(reading.of(Sense.REASON)) > _MOST_UNKNOWN:
        return ambiguous("an arrival among much else")
    return Verdict(Disposition.ARRIVED, "says he is there", party=reading.party())


def _says_he_is_there(reading: Reading, *, offered: bool) -> bool:
    senses = reading.senses
    if _only_asked_about(reading, Sense.ARRIVED) or (offered and Sense.BOTH in senses):
        return False
    here = Sense.HERE in senses and not offered and not reading.unknown and senses <= _SMALL_TALK | {Sense.YES}
    return (Sense.ARRIVED in senses or here) and not senses & (_GIVES_UP | {Sense.BUSY})


def on_way(reading: Reading, context: Context) -> Verdict | None:
    """Read that he has set out; with a yes to an open question it is the yes that counts."""
    senses = reading.senses
    wished = any(reading.tokens[mark.end - 1].text in _WOULD for mark in reading.of(Sense.MAYBE))
    if wished or _supposes(reading) or not _has_set_out(reading, context):
        return None
    if context in _OFFERS and senses & {Sense.BUSY, Sense.REASON}:
        return None
    told = len(reading.unknown) + len(reading.of(Sense.REASON))
    other = any(
        not reading.tokens[mark.end - 1].text.startswith(_STOPS) or reading.tokens[mark.start].text in _UNABLE
        for mark in reading.of(Sense.OTHER)
    )
    if other or senses & {Sense.NOT, Sense.BUSY} or told > _MOST_UNKNOWN:
        return ambiguous("speaks of a way, perhaps not to the site")
    if context is Context.BOOKED_OFFER and Sense.YES in senses:
        return ambiguous("a yes to the offer, or about the seat he holds?")
    minutes = reading.minutes()
    doubtful = reading.unknown or senses & {Sense.MAYBE, Sense.BUT}
    if context is Context.PROMOTION and not doubtful:
        return Verdict(Disposition.ACCEPT, "asked to come, he has set out", LIKELY, minutes=minutes)
    why = "says he is on the way"
    return Verdict(Disposition.ON_WAY, why, minutes=minutes, party=reading.party(), stated_time=reading.numbers.time)


def _supposes(reading: Reading) -> bool:
    """Tell whether he goes only under a condition named first: `если отпустят, то еду`; `если что` is none."""
    going = min((mark.start for mark in reading.of(Sense.ON_WAY, Sense.GO)), default=0)
    words = [token.text for token in reading.tokens]
    return any(
        mark.start < going and words[mark.start] in _IF and words[mark.start + 1 : mark.start + 2] != ["что"]
        for mark in reading.of(Sense.MAYBE)
    )


def _only_asked_about(reading: Reading, sense: Sense) -> bool:
    """Tell whether a word stands only in clauses that ask: `кто старший на объекте`."""
    asking = {at for mark in reading.of(Sense.ASK) for at in reading.clause_of(mark.start)}
    marks = reading.of(sense)
    return bool(marks) and all(mark.start in asking for mark in marks)


def _is_off(reading: Reading) -> bool:
    """Tell whether what is given up is a train or a bus and not the seat: `my train got cancelled`."""
    return all(
        reading.tokens[mark.start].text in _OFF and mark.start > 0 and reading.tokens[mark.start - 1].text in _GOT
        for mark in reading.of(*_GIVES_UP)
    )


def _has_set_out(reading: Reading, context: Context) -> bool:
    senses = reading.senses
    going = Sense.GO in senses and context in _SEAT_HELD and Sense.YES not in senses
    told_to_come = context in _OFFERS or context in {Context.PROMOTION, Context.BOOKED_OFFER}
    soon = Sense.SOON in senses and not told_to_come and not reading.unknown
    about = Sense.TOPIC in senses and (reading.asks or Sense.ON_WAY not in senses)
    if not (Sense.ON_WAY in senses or going or soon) or senses & _NO_WAY or about or reading.ends_asking:
        return False
    promised = all(reading.tokens[mark.end - 1].text in _SETTING_OUT for mark in reading.of(Sense.ON_WAY))
    if context is Context.OFFER and promised and Sense.ON_WAY in senses:
        return False
    answers = context in _OFFERS | _SEAT_QUESTIONS and bool(senses & _PROMISES)
    another_day = bool(set(reading.days()) - {StatedDay.TODAY})
    return not answers and not another_day


def _arrives_in_minutes(reading: Reading, context: Context) -> Verdict | None:
    """Read "there in 20 minutes" from a man who holds a seat."""
    minutes = reading.minutes()
    if minutes is None or context in _OFFERS or context in {Context.PROMOTION, Context.PRESENT}:
        return None
    dated = reading.dates.found or reading.dates.possible or reading.dates.vague
    if reading.asks or reading.unknown or dated or not reading.senses <= _COMING_SOON:
        return None
    return Verdict(Disposition.LATE, "says in how many minutes he will be there", LIKELY, minutes=minutes)


def _runs_out_of_time(reading: Reading, context: Context) -> bool:
    """Tell whether "not making it" is a delay: from a man on his way it is, to a question it is a no."""
    if context not in {Context.BOOKED, Context.BOOKED_OFFER} or Sense.UNTIMELY not in reading.senses:
        return False
    stated = reading.minutes() is not None or reading.numbers.time is not None
    return stated or any(token.text in _PRESENT_TENSE for token in reading.tokens)


def _states_delay(reading: Reading) -> bool:
    """Tell whether the text says how late he comes."""
    numbers = reading.numbers
    return bool(reading.minutes() or numbers.on or numbers.plain or numbers.spread or numbers.time)


def is_day_unclear(reading: Reading, occasion: Occasion) -> bool:
    """Tell whether the text names several days, or a number that is not the delay and may be a day."""
    numbers = reading.numbers
    minutes = reading.minutes() is not None
    bare = list(numbers.plain)
    delay = [number for number in bare if not _stands_before_delay(reading, number)]
    if not minutes and numbers.spread is None and numbers.on is None and delay:
        bare.remove(delay[0])
    doubtful = bool(reading.dates.possible) and (minutes or numbers.on is not None)
    return occasion.unclear or bool(bare) or doubtful


def _stands_before_delay(reading: Reading, number: Plain) -> bool:
    """Tell whether a bare number stands before the word for the delay, where a day does: `25 опоздаю`."""
    delays = reading.of(Sense.LATE, Sense.LATER, Sense.UNTIMELY)
    return number.value in BARE_DAYS and all(number.at < mark.start for mark in delays)


def _bare_minutes(reading: Reading) -> list[int]:
    """Return the numbers that can be minutes only because minutes were asked for."""
    numbers = reading.numbers
    if len(reading.unknown) > len(numbers.spelled):
        return []
    if numbers.spread is not None:
        return [numbers.spread]
    on = [numbers.on.value] if numbers.on is not None else []
    return [*numbers.codes, *(number.value for number in numbers.plain), *on, *numbers.spelled]


def delay_of(reading: Reading) -> tuple[int | None, bool]:
    """Return the minutes of a delay; a bare number beside the word is minutes, even one that may be a code."""
    minutes, numbers = reading.minutes(), reading.numbers
    if minutes is not None or numbers.spread is not None:
        return minutes or numbers.spread, False
    bare = [*numbers.plain, *([numbers.on] if numbers.on is not None else [])]
    plain = [number.value for number in bare if 0 < number.value <= _LONGEST_DELAY]
    if len(plain) == 1:
        return plain[0], False
    codes = [code for code in numbers.codes if code <= _LONGEST_DELAY]
    return (codes[0], True) if len(codes) == 1 and not plain else (None, False)
