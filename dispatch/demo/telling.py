"""The story of a shift in sentences: one for each step of its timeline, and its fill as a bar. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

_CENT: Final = Decimal(100)
_BAR: Final = 40

Detail = Mapping[str, Any]
_Sentence = Callable[[str, Detail], str]


def money(minor: int | None, currency: str = "") -> str:
    """Return an amount of minor units as people write it: 9,000.00 RUB."""
    return "nothing" if minor is None else f"{Decimal(minor) / _CENT:,.2f} {currency}".rstrip()


def bar(headcount: int, cover: int, *, primary: int, reserve: int, width: int = _BAR) -> str:
    """Return the fill as a bar as long as the cover: taken places, reserve, and what is missing.

    Primary seats are `█`, reserve `▒`, open places `·`; a `|` stands where the headcount ends.
    """
    places = max(cover, headcount, primary + reserve, 1)
    scale = min(width / places, 4)

    def cells(count: int) -> int:
        return round(count * scale)

    filled = "█" * cells(primary) + "▒" * (cells(primary + reserve) - cells(primary))
    whole = filled + "·" * (cells(places) - len(filled))
    end = cells(headcount)
    return f"{whole[:end]}|{whole[end:]}"


def sentence(kind: str, who: str, detail: Detail) -> str:
    """Return one step as a sentence; a kind that has none is told by its name and figures."""
    tell = _SENTENCES.get(kind)
    if tell is not None:
        return tell(who, detail)
    figures = ", ".join(f"{name} {fact}" for name, fact in detail.items() if _is_figure(fact))
    subject = f"{who}: " if who else ""
    return f"{subject}{kind.replace('_', ' ')}{f' ({figures})' if figures else ''}"


def line(at: datetime, kind: str, who: str, detail: Detail) -> str:
    """Return one step with its time on this machine's clock."""
    return f"{_clock(at.isoformat())}  {sentence(kind, who, detail)}"


class Names:
    """What people of a shift are called here: first name and a number where names repeat."""

    def __init__(self) -> None:
        self._names: dict[UUID, str] = {}

    def learn(self, people: Sequence[tuple[UUID, str | None]]) -> None:
        """Remember what people are called; who is known keeps his name."""
        for worker_id, first_name in people:
            if worker_id not in self._names:
                name = first_name or "a guest"
                alike = sum(known.split(" #")[0] == name for known in self._names.values())
                self._names[worker_id] = f"{name} #{alike + 1}" if alike else name

    def knows(self, worker_id: UUID | None) -> bool:
        """Tell whether a name was learnt, or none is needed."""
        return worker_id is None or worker_id in self._names

    def of(self, worker_id: UUID | None) -> str:
        """Return what somebody is called; nobody is called nothing."""
        return "" if worker_id is None else self._names.get(worker_id, "somebody")


def _is_figure(fact: object) -> bool:
    return isinstance(fact, int | float) or (isinstance(fact, str) and len(fact) < 36)  # noqa: PLR2004 - not an id


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%H:%M:%S}"


def _seat_taken(who: str, detail: Detail) -> str:
    return f"{who} says yes and takes a {detail['seat_kind']} seat"


def _arrived(who: str, detail: Detail) -> str:
    late = detail.get("late_min") or 0
    told = {"sms": "he says so", "crew_lead": "the crew lead says so"}.get(detail["source"], detail["source"])
    return f"{who} is on site{f', {late} min late' if late else ''} ({told})"


def _no_show(who: str, detail: Detail) -> str:
    source = "the list from the site lacks him" if detail["source"] == "list" else "the dispatcher confirmed it"
    fine = f", fine proposed: {money(detail['fine_minor'])}" if detail.get("fine_minor") else ", no fine"
    return (
        f"{who} did not come ({detail['was']} seat; {source}): "
        f"rating {detail['rating_before']} -> {detail['rating_after']}{fine}"
    )


def _closed(_who: str, detail: Detail) -> str:
    bill, pay = (money(detail[name], detail["currency"]) for name in ("bill_minor", "pay_minor"))
    return f"closed: {detail['completed']} worked, {detail['called_out']} with call-out pay; bill {bill}, pay {pay}"


_SENTENCES: Final[Mapping[str, _Sentence]] = {
    "order_placed": lambda _, d: f"ordered: {d['headcount']} people, {d['cover']} needed so that enough come",
    "wave_started": lambda _, d: f"wave {d['n']}: {d['invited']} asked of {d['target']} meant ({d['reason']})",
    "wave_closed": lambda _, d: f"wave {d['n']} is over",
    "invitations_expired": lambda _, d: f"{d['silent']} did not answer in time",
    "nobody_to_invite": lambda _, d: f"nobody left to ask, {d['target']} wanted",
    "seat_taken": _seat_taken,
    "declined": lambda who, _: f"{who} says no",
    "turned_away": lambda who, _: f"{who} says yes, but every place is taken",
    "yes_but_booked_elsewhere": lambda who, _: f"{who} says yes, but is booked elsewhere",
    "undeliverable": lambda who, _: f"{who} cannot be reached",
    "reconfirm_asked": lambda who, _: f"{who} is asked whether he still comes",
    "reconfirmed": lambda who, _: f"{who} still comes",
    "doubtful": lambda who, _: f"{who} does not answer whether he still comes",
    "cancelled_by_worker": lambda who, d: f"{who} cancels his {d['was']} seat",
    "cancel_taken_back": lambda who, _: f"{who} takes his cancel back",
    "promoted": lambda who, d: f"{who} moves up from {d['was']}",
    "promotion_asked": lambda who, _: f"{who}, on standby, is asked to come",
    "promotion_declined": lambda who, _: f"{who} on standby says no",
    "shortfall_predicted": lambda _, d: f"alarm: {d['missing']} missing ({d['reason']})",
    "started": lambda _, d: (
        f"the shift starts with {d['primary']} of {d['headcount']}, "
        f"{d['reserve']} in reserve and {d['standby']} on standby"
    ),
    "delay_announced": lambda who, d: f"{who} says he will be late; he is waited for until {_clock(d['limit_at'])}",
    "on_way": lambda who, _: f"{who} is on his way",
    "arrived": _arrived,
    "sent_home": lambda who, _: f"{who} comes when the crew is complete: sent home with call-out pay",
    "site_asked": lambda who, d: f"{who}, crew lead, is asked who of {d['people']} is there",
    "list_taken": lambda _, d: f"the list from the site: {d['present']} there, {d['missing']} missing",
    "site_silent": lambda _, __: "alarm: nobody on site answers",
    "unaccounted": lambda who, _: f"{who} is past his limit and nobody has seen him; he is asked where he is",
    "late": lambda who, _: f"{who} will be late, the site says",
    "left_site": lambda who, _: f"{who} left the site early",
    "turned_away_on_site": lambda who, _: f"{who} is turned away on site",
    "came_instead": lambda who, _: f"{who} came instead of somebody else",
    "walk_in": lambda who, _: f"{who} came unasked and is registered on site",
    "site_finished": lambda _, __: "the site says that the work is finished",
    "invited_by_hand": lambda who, _: f"{who} is asked by a dispatcher",
    "swapped": lambda who, _: f"{who} gets another man's seat",
    "released": lambda who, _: f"{who} is let go",
    "no_show": _no_show,
    "no_show_reversed": lambda who, d: f"{who} came after all: the mark is taken back, rating {d['rating_after']}",
    "closed": _closed,
}
"""Kind of step -> (who, detail) -> the sentence."""
