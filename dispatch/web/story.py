"""The steps of a shift in words: what the core keeps as codes and figures, told in the language of the page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.crew.reasons import SENTENCES, Reason, stored_reason
from dispatch.crew.waves import Wave
from dispatch.web.languages import Speech

FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "order_placed": "%(headcount)s wanted, %(cover)s to be seated",
        "wave_started": "wave %(n)s: %(invited)s asked, answers until %(deadline)s",
        "wave_closed": "wave %(n)s: %(invited)s of %(target)s were asked",
        "wave_waits": "nobody is asked before %(until)s",
        "offers_joined": "%(people)s are asked in one text with another shift",
        "nobody_to_invite": "%(target)s more were to be asked",
        "invitations_expired": "%(silent)s silent, %(unsent)s texts never left",
        "shortfall_predicted": "%(missing)s missing",
        "seat_taken": "%(seat_kind)s",
        "promoted": "was %(was)s",
        "promotion_asked": "answers until %(until)s",
        "swapped": "instead of %(instead_of)s",
        "cancelled_by_worker": "was %(was)s",
        "called": "%(result)s: %(outcome)s",
        "started": "%(primary)s primary, %(reserve)s reserve, %(standby)s standby; %(headcount)s wanted",
        "headcount_changed": "%(was)s before, %(headcount)s now",
        "terms_changed": "now from %(starts_at)s until %(ends_at)s",
        "arrived": "%(late_min)s late",
        "delay_announced": "%(minutes)s min",
        "site_asked": "%(people)s on the list",
        "list_taken": "%(present)s there, %(missing)s missing",
        "late": "rating %(rating_before)s, now %(rating_after)s",
        "no_show": "rating %(rating_before)s, now %(rating_after)s",
        "closed": "%(completed)s worked, bill %(bill_minor)s",
        "cancelled_by_client": "%(told)s told not to come",
        "shift_excused": "%(people)s excused",
        "handed_over": "to %(to_id)s",
    }
)
"""Kind of step -> its figures in a sentence; other languages translate the sentence. A step that lacks one has none."""

_LATE: Final = "late_min"


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells steps and reasons.

    Attributes:
        speech: the language of the page.
        zone: of the site, on whose clock moments are told.
        people: how workers are called, by id.
        staff: how the franchise's own people are called, by id.
        currency: of the shift's sums.
    """

    speech: Speech
    zone: ZoneInfo
    people: Mapping[UUID, str]
    staff: Mapping[UUID, str]
    currency: str

    def facts(self, step: Mapping[str, Any]) -> str:
        """Return the figures of a step in a sentence; empty where the kind has none, or the step is an old one."""
        sentence, detail = FACTS.get(step["kind"], ""), step["detail"]
        if not sentence or (step["kind"] == "arrived" and not detail.get(_LATE)):
            return ""
        told = _Figures(detail, self._figure)
        try:
            return str(self.speech.words.gettext(sentence) % told)
        except KeyError:
            return ""

    def why(self, step: Mapping[str, Any]) -> str:
        """Return why it was done: the reason told in figures, or the words somebody gave; empty without one."""
        return self.reason(stored_reason(step["detail"].get("why")), step["detail"].get("reason"))

    def wave(self, wave: Wave) -> str:
        """Return why a wave asks so many."""
        return self.reason(wave.why, wave.reason)

    def reason(self, told: Reason | None, words: str | None) -> str:
        """Return a reason in this language; where only its sentence was kept, that sentence."""
        if told is not None:
            return tell_reason(self.speech, told)
        return str(self.speech.words.gettext(words)) if words else ""

    def actor(self, step: Mapping[str, Any]) -> str:
        """Return who did it, of our own people; empty where nobody in particular did."""
        kind, _, subject = step["actor"].partition(":")
        try:
            return self.staff.get(UUID(subject), "") if kind == "staff" else ""
        except ValueError:
            return ""

    def _figure(self, name: str, value: object) -> str:
        match name:
            case "deadline" | "until" | "starts_at" | "ends_at":
                told = self.speech.moment(datetime.fromisoformat(str(value)), self.zone)
            case "bill_minor":
                told = self.speech.money(int(str(value)), self.currency)
            case "rating_before" | "rating_after":
                told = self.speech.rating(Decimal(str(value)))
            case "seat_kind" | "was" | "result" | "outcome" if isinstance(value, str):
                told = str(self.speech.words.gettext(value))
            case "late_min":
                told = self.speech.minutes(int(str(value)))
            case "to_id":
                told = self.staff.get(UUID(str(value)), "—")
            case "instead_of":
                told = self.people.get(UUID(str(value)), "—")
            case _:
                told = self.speech.number(value) if isinstance(value, int | float) else str(value)
        return told


def tell_reason(speech: Speech, told: Reason) -> str:
    """Return why so many are asked, its chances as whole per cent, in a language."""
    figures = {
        name: speech.percent(value)
        if isinstance(value, float)
        else speech.number(float(value))
        if isinstance(value, Decimal)
        else speech.number(value)
        for name, value in told.figures.items()
    }
    return str(speech.words.gettext(SENTENCES[told.code]) % figures)


class _Figures(dict[str, str]):
    """The figures of a step, each told when its sentence asks for it."""

    def __init__(self, detail: Mapping[str, Any], tell: Callable[[str, object], str]) -> None:
        super().__init__()
        self._detail, self._tell = detail, tell

    def __missing__(self, name: str) -> str:
        value = self._detail.get(name)
        if value is None:
            raise KeyError(name)
        try:
            return self._tell(name, value)
        except ValueError:
            return str(value)
