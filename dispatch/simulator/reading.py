"""What a person makes of a text: the only place that knows how the platform words things.

A text is put into one kind by the first rule of `_RULES` that fits; words and figures are then taken out of it.
When a template is reworded, change the patterns here and the table in the test.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dispatch.simulator.dates import read_starts


class Kind(StrEnum):
    """What a text wants from its reader.

    `promotion` asks whether he takes a place that opened, `promoted` tells him that he has it; `cancelled` tells
    him not to come; `withdrawn` ends an offer he need not answer any more; `released` ends his seat; `which_no` and
    `which_day` ask what his no or his cancel was meant for; `clarify` asks for the same answer in plain figures.
    """

    OFFER = "offer"
    RECONFIRM = "reconfirm"
    PROMOTION = "promotion"
    PROMOTED = "promoted"
    CHANGE = "change"
    CANCELLED = "cancelled"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    BOOKED = "booked"
    PRESENT = "present"
    ETA = "eta"
    WHICH = "which"
    WHICH_NO = "which_no"
    WHICH_DAY = "which_day"
    CLARIFY = "clarify"
    FINE = "fine"
    NOTICE = "notice"
    OTHER = "other"


class SeatWord(StrEnum):
    """The kind of seat a text speaks of."""

    PRIMARY = "primary"
    RESERVE = "reserve"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a crew list: the number to answer with, the name as written, the last digits of a phone if given."""

    number: int
    name: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as understood.

    Attributes:
        code: the code to answer with, where the text gives one.
        codes: every code it lists, for a "which one?".
        starts: the shift starts it names, in order, in the reader's zone.
        asks: whether it asks for a yes or a no.
    """

    kind: Kind
    code: str | None = None
    codes: tuple[str, ...] = ()
    starts: tuple[datetime, ...] = ()
    seat: SeatWord | None = None
    entries: tuple[Entry, ...] = ()
    asks: bool = False


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE | re.VERBOSE)


_ASKS = _pattern(
    r"""1 \s* [=\-–—:)] \s* (?:да|yes|sí|si|igen|ҳа|ha\b|буду|еду|иду|приду) | \b(?:да|yes)\b .{0,12} \b(?:нет|no)\b"""
)
_UNDERSTOOD = _pattern(
    r"1 \s* [=\-–—:)] \s* (?:понял|понятно|ок\b|ok\b|understood|got\ it|принял|tushun|фаҳмид|értem|entend)"
)
_SEAT_WORDS: tuple[tuple[SeatWord, re.Pattern[str]], ...] = (
    (
        SeatWord.STANDBY,
        _pattern(r"запас|лист\w*\s+ожидани|stand-?by|waiting\s+list|navbat|навбат|varolist|lista\s+de\s+espera"),
    ),
    (SeatWord.RESERVE, _pattern(r"резерв|reserve\b|zaxira|захира|tartalék|reserva\b")),
    (
        SeatWord.PRIMARY,
        _pattern(r"основн|primary|main\s+crew|вас\s+ждут|жд[её]м\s+вас|asosiy|асосӣ|fö\s+csapat|principal"),
    ),
)

_PRESENT = _pattern(
    r"""\b(?:все|all)\b [^?\n]{0,40} (?:здесь|на\s+месте|пришли|here|present) [^?\n]{0,20} \?
    | отсутству | кого\s+нет | кто\s+не\s+при
    | \bwho\b .{0,12} (?:missing|absent)
    | shu\s+yerdami | дар\s+ҷо\? | itt\s+van\?\s1= | ¿est[aá]n\s+los"""
)
_WHICH = _pattern(
    r"""как(?:ой|ую|ая|ое)\s+(?:из|смен|заявк|код|предложени) | на\s+как(?:ую|ой|ое)
    | пришлите\s+код | ответьте\s+кодом
    | which\s+(?:one|shift|code|offer|job) | (?:reply|answer)\s+with\s+(?:the|a)\s+code
    | qaysi\s+smenaga\? | ба\s+кадом\s+смена\? | melyik\s+müszak\? | ¿qué\s+turno\?"""
)
_WHICH_NO = _pattern(
    r"""от\s+какой\s+смены | which\s+\w+\s+can(?:'t|not)\s+you
    | qaysi\s+smenani\s+rad | аз\s+кадом\s+смена | müszakot\s+nem\s+vallalja\? | turno\s+no\s+puede"""
)
_WHICH_DAY = _pattern(
    r"""как(?:ую|ой|ое)\s+\w+\s+снять | which\s+\w+\s+do\s+you\s+leave
    | qaysi\s+smenaga\s+kelmaysiz | смена\s+намеоед | müszakra\s+nem\s+jön | turno\s+deja"""
)
_CLARIFY = _pattern(
    r"""ответьте\s+цифрой | reply\s+with\s+a\s+figure
    | javobingizni\s+tushunmadik | ҷавоб[^.]*\s+фаҳмо\s+нест | nem\s+értettük\s+a\s+valaszt
    | :\s1\s-\s(?:roziman|розӣ|vallalja|acepta)\b"""
)
_ETA = _pattern(
    r"""сколько\s+минут | через\s+сколько | когда\s+будете | где\s+вы\b
    | how\s+many\s+minutes | how\s+long | where\s+are\s+you | when\s+will\s+you
    | necha\s+daqiqada | чанд\s+дақиқа | hany\s+perc | cuantos\s+minutos"""
)
_FINE = _pattern(
    r"""штраф | неявк | не\s+вышли | не\s+пришли | ушли\s+раньше | не\s+допущены
    | \bno-show\b | \bfined?\b | did\s+not\s+(?:come|show) | you\s+left\b.+\bearly | not\s+let\s+to\s+work
    | siz\s+kelmadingiz | erta\s+ketdingiz | qo'yilmadingiz | jarima
    | наомадед | барвақт\s+рафтед | роҳ\s+надоданд | ҷарима
    | nem\s+jött\s+el | koran\s+ment | nem\s+engedték | birsag
    | no\s+vino | se\s+fue\s+antes | no\s+le\s+dejaron | multa"""
)
_CANCELLED = _pattern(
    r"""не\s+(?:приезжайте|приходите|выезжайте|едьте) | (?:смена|заказ|заявка|работа)\s+отмен | отмен[её]н | отменяется
    | do\s+not\s+come | don't\s+come | (?:shift|order|job)\s+(?:is\s+)?cancell?ed | called\s+off
    | \bkelmang\b | \bнаоед\.  | ne\s+jöjjön | no\s+venga"""
)
_RELEASED = _pattern(
    r"""ваше\s+место\s+(?:снят|занят|отдан|освобожд) | сняли\s+(?:вас\s+)?с\s+(?:заявки|смены)
    | вы\s+сняты | вас\s+сняли | вы\s+свободны | снимаем\s+вас
    | released | you\s+are\s+(?:free|off) | your\s+(?:place|seat)\s+(?:is\s+gone|was\s+given)
    | chiqarildingiz | siz\s+bo'shsiz | бароварда\s+шудед | шумо\s+озод:
    | levettük | ön\s+szabad | ya\s+no\s+esta\s+en | queda\s+libre"""
)
_WITHDRAWN = _pattern(
    r"""места?\s+(?:уже\s+)?(?:нет|занят|разобра|кончил|закончил) | уже\s+(?:набра|занят|закры)
    | набор\s+(?:закры|заверш|окончен) | набра(?:на|ли|н)\b
    | предложение\s+(?:снято|закрыто|отозвано|недействит|не\s+действует) | больше\s+не\s+нуж
    | no\s+longer | withdrawn | already\s+(?:full|filled|taken) | all\s+(?:places|seats)\s+are
    | is\s+(?:full|filled|closed)
    | taklif\s+bekor | band\s+bo'ldi | пешниҳод\s+бекор | банд\s+аст | пур\s+шуданд | megszünt | betelt
    | oferta\s+retirada
    | no\s+quedan\s+plazas | esta\s+ocupada"""
)
_PROMOTION = _pattern(
    r"""освободил | место\s+появилось | из\s+(?:резерва|запаса)\s+в | переведены | переводим
    | (?:place|seat)\s+(?:has\s+)?(?:opened|is\s+open|is\s+free) | promoted | moved\s+up | you\s+are\s+now
    | joy\s+bo'shadi | ҷой\s+холӣ | hely\s+szabadult | plaza\s+libre"""
)
_CHANGE = _pattern(
    r"""измен[её]н | измени(?:л|т) | перенес(?:ен|ён|ли) | переносится | нов(?:ое\s+время|ый\s+адрес|ое\s+место)
    | теперь\s+(?:в|с|начало)
    | \bchanged?\b | new\s+(?:time|address|place|start) | moved\s+to | rescheduled
    | o'zgardi | тағйир | valtozott | ha\s+cambiado"""
)
_RECONFIRM = _pattern(
    r"""подтвер(?:дите|ждаете|ждение) | напомина | вс[её]\s+в\s+силе
    | вы\s+(?:точно\s+)?(?:выйдете|прид[её]те|будете)
    | re-?confirm | \bconfirm\b | remind | still\s+(?:coming|on) | will\s+you\s+(?:still\s+)?(?:come|be)
    | kelasizmi | меоед\? | \bjön\? | ¿viene"""
)
_BOOKED = _pattern(
    r"""записали\s+вас | вы\s+(?:\w+\s+)?записаны? | вы\s+приняты | бронь
    | вы\s+в\s+(?:основ|состав|резерв|запас|брига|списк) | место\s+за\s+вами | жд[её]м\s+вас | вы\s+(?:ид[её]те|едете)
    | booked | you(?:'re|\s+are)\s+(?:in|on|reserve|primary|stand-?by|confirmed) | your\s+(?:seat|place)\s+is
    | siz\s+(?:asosiy|zaxira|navbat|yana\s+yozil) | шумо\s+(?:дар\s+(?:ҳайат|захира|навбат)|боз\s+сабт)
    | ön\s+(?:a\s+fö|tartalék|varolist) | be\s+van\s+osztva
    | esta\s+(?:en\s+(?:el\s+equipo|la\s+reserva|lista)|apuntado)"""
)

_RULES: tuple[tuple[Kind, re.Pattern[str], bool | None], ...] = (
    # kind, words, whether the text must ask for a yes or a no (None: either way); the first that fits wins
    (Kind.PRESENT, _PRESENT, None),
    (Kind.FINE, _FINE, False),
    (Kind.CANCELLED, _CANCELLED, False),
    (Kind.WHICH_NO, _WHICH_NO, None),
    (Kind.WHICH_DAY, _WHICH_DAY, None),
    (Kind.WHICH, _WHICH, False),
    (Kind.CLARIFY, _CLARIFY, False),
    (Kind.ETA, _ETA, None),
    (Kind.PROMOTION, _PROMOTION, True),
    (Kind.CHANGE, _CHANGE, True),
    (Kind.RECONFIRM, _RECONFIRM, True),
    (Kind.OFFER, _ASKS, True),
    (Kind.RELEASED, _RELEASED, False),
    (Kind.WITHDRAWN, _WITHDRAWN, False),
    (Kind.PROMOTED, _PROMOTION, False),
    (Kind.BOOKED, _BOOKED, False),
    (Kind.NOTICE, _UNDERSTOOD, False),
)

_CODE_FORMS = (
    _pattern(r"(?:код\w*|code|kod\w*|codigo)\W{0,3}(\d{2,3})\b"),
    _pattern(r"\b(?:спор|dispute|etiroz|эътироз|vita|disputa|spor)\s+(\d{2,3})\b"),
    _pattern(r"\banswer\s+to\s+(\d{2,3})\b"),
    _pattern(r"[#№]\s?(\d{2,3})\b"),
    _pattern(r"\b(\d{2,3})\s*(?:да|yes)\b"),
    _pattern(r"\b(?:да|yes)\s+(\d{2,3})\b"),
    _pattern(r"[\[(](\d{2,3})[\])]"),
)
_ASKING_WHICH = frozenset({Kind.WHICH, Kind.WHICH_NO, Kind.WHICH_DAY})
_LISTED_CODE = _pattern(
    r"(?<![\d.:+\-–])(\d{2,3})(?![\d.:]|\s*(?:₽|р\b|руб|мин|min|час))(?=\s*[=\-–—:,;)?]|\s+\w|\s*$)"
)
_OFFER_LINE = re.compile(r"(?:^|(?<=[:;,]\s))(\d{2,3}):\s")
_ENTRY = re.compile(
    r"(?<![\d.:\-–])(?P<number>\d{1,2})[.)]?\s+(?P<name>[^\W\d_][\w'’-]*(?:\s[^\W\d_]\.?(?!\w))?)"
    r"(?:\s?\(\D*(?P<tail>\d{2,4})\))?"
)


_ARRIVED = _pattern(r"\b(?:на\s+(?:месте|объекте)|при(?:ехал|был|ш[её]л)|(?:i\s+am\s+)?here|arrived)\b")
_NOT = _pattern(r"\b(?:не|not|буду|will)\b")


def says_arrived(text: str) -> bool:
    """Whether a person's own text means that he stands at the meeting point."""
    return bool(_ARRIVED.search(text)) and not _NOT.search(text)


def read(text: str, *, zone: ZoneInfo, now: datetime) -> Reading:
    """Return what a person understands.

    Args:
        text: the text as received.
        zone: the zone in which its clock times are meant.
        now: the present instant; dates without a year are the nearest to it.
    """
    asks = bool(_ASKS.search(text))
    kind = _kind(text, asks=asks)
    codes = _listed_codes(text) if kind in _ASKING_WHICH else ()
    return Reading(
        kind=kind,
        code=None if kind in _ASKING_WHICH else _code(text),
        codes=codes,
        starts=read_starts(text, zone=zone, now=now),
        seat=_seat(text),
        entries=read_entries(text) if kind is Kind.PRESENT else (),
        asks=asks,
    )


def _kind(text: str, *, asks: bool) -> Kind:
    for kind, words, must_ask in _RULES:
        if must_ask in {None, asks} and words.search(text):
            return kind
    return Kind.OTHER


def _seat(text: str) -> SeatWord | None:
    """Return the seat named first: what follows may speak of other people's places."""
    found = [(match.start(), seat) for seat, words in _SEAT_WORDS if (match := words.search(text))]
    return min(found)[1] if found else None


def _code(text: str) -> str | None:
    return next((found[1] for form in _CODE_FORMS if (found := form.search(text))), None)


def _listed_codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found[1] for found in _LISTED_CODE.finditer(text)))


def offers_in(text: str) -> tuple[str, ...]:
    """Return a text that lists several offers as one text for each, as its reader thinks of them; else nothing."""
    lines = list(_OFFER_LINE.finditer(text)) if _ASKS.search(text) else []
    ends = [*(line.start() for line in lines[1:]), len(text)]
    if len(lines) < 2:  # noqa: PLR2004 - several
        return ()
    return tuple(f"kod {line[1]}: {text[line.end() : end]} 1=да" for line, end in zip(lines, ends, strict=True))


def read_entries(text: str) -> tuple[Entry, ...]:
    """Return the numbered names of a crew list, without number 1, who is the reader himself."""
    found = (
        Entry(int(match["number"]), match["name"], match["tail"] or "")
        for match in _ENTRY.finditer(text)
        if match["name"][0].isupper()
    )
    return tuple(entry for entry in found if entry.number > 1)
