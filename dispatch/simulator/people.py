"""Who is behind a phone: what the platform knows of him, what he is like, and what a script makes him do."""

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from dispatch.simulator.agenda import Plan
from dispatch.simulator.config import PeopleSettings, Phone, Seconds, ZoneName
from dispatch.simulator.phrases import LANGUAGES

_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class Profile(BaseModel):
    """What a person is called in crew lists, where his clock is and what he speaks.

    Attributes:
        initial: first letter of the surname as crew lists show it, with or without its stop.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: Phone
    first_name: _Name = ""
    initial: _Name = ""
    zone: ZoneName | None = None
    language: str = ""

    def answers_to(self, name: str) -> bool:
        """Whether a crew list that says `name` can mean him: "Иван П.", "Иван П" or "Иван"."""
        mine, said = _plain(f"{self.first_name} {self.initial}"), _plain(name)
        return bool(self.first_name) and said in {mine, _plain(self.first_name)}


def _plain(name: str) -> str:
    return " ".join(name.replace(".", " ").split()).casefold().replace("ё", "е")


class OnOffer(StrEnum):
    """How an offer is met; `question` and `hedge` make up their mind a little later."""

    YES = "yes"
    NO = "no"
    SILENT = "silent"
    LATE_YES = "late_yes"
    QUESTION = "question"
    HEDGE = "hedge"
    STOP = "stop"


class Answer(StrEnum):
    """How a question about a held seat is met."""

    YES = "yes"
    NO = "no"
    SILENT = "silent"


class Coming(StrEnum):
    """Whether somebody with a seat comes."""

    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"


class Intention(BaseModel):
    """What a script makes one person do; whatever it leaves out follows his persona.

    Attributes:
        delay_s: real seconds before each of his answers, not scaled.
        text: his exact words to an offer; `{code}` becomes the code he was given.
        late_minutes: simulated minutes after the start; also what he announces.
        is_lead_missing: asked as crew lead, he names these whatever the truth is: numbers of the list or phones.
        on_present: asked as crew lead: yes = he answers, silent = he does not.
        starts_at: the exact start of his shift, where a text rounds it.
        shift: a label that keeps gatherings of the same hour apart.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    on_offer: OnOffer | None = None
    delay_s: Seconds | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=1600)] | None = None
    on_reconfirm: Answer | None = None
    on_promotion: Answer | None = None
    on_change: Answer | None = None
    on_present: Answer | None = None
    arrives: Coming | None = None
    late_minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    announces_late: bool | None = None
    is_lead_missing: tuple[int | Phone, ...] | None = None
    reachable: bool | None = None
    starts_at: AwareDatetime | None = None
    shift: str = ""


NO_INTENTION = Intention()


def dice(seed: int, *names: object) -> Random:
    """Return the random stream of one decision: the same names give the same stream in every run and process."""
    return Random(":".join(map(str, (seed, *names))))


@dataclass(frozen=True, slots=True)
class Persona:
    """What a person is like, drawn once from (seed, phone).

    Attributes:
        delay_s: his own median time to answer, in simulated seconds.
        names_code: writes the code even when one question is open.
        typo: chance that a short answer has a slip.
        reachable: his phone is on; otherwise texts come back undelivered.
    """

    language: str
    delay_s: float
    names_code: bool
    typo: float
    reachable: bool


_NAME_THE_CODE = 0.2  # share of people who write the code though only one question is open


def draw_persona(seed: int, phone: str, settings: PeopleSettings) -> Persona:
    """Return the persona of this phone: pure, so that every run with the seed meets the same people."""
    random = dice(seed, phone, "persona")
    return Persona(
        language=random.choices(LANGUAGES, weights=(80, 6, 3, 3, 8))[0],
        delay_s=settings.delay_s * random.lognormvariate(0, 0.5),
        names_code=random.random() < _NAME_THE_CODE,
        typo=min(settings.typo * random.uniform(0, 2), 1.0),
        reachable=random.random() >= settings.unreachable,
    )


def draw_on_offer(random: Random, settings: PeopleSettings) -> OnOffer:
    """Return how an unscripted person meets an offer."""
    shares = {
        OnOffer.SILENT: settings.silent,
        OnOffer.NO: settings.no,
        OnOffer.LATE_YES: settings.late_yes,
        OnOffer.QUESTION: settings.question,
        OnOffer.HEDGE: settings.hedge,
        OnOffer.STOP: settings.stop,
    }
    shares[OnOffer.YES] = max(1.0 - math.fsum(shares.values()), 0.0)
    return random.choices(list(shares), weights=list(shares.values()))[0]


@dataclass(slots=True)
class Person:
    """One phone in use.

    Attributes:
        manual: a human answers for him; the simulation keeps its hands off.
        heard: how many texts of each kind he has read; numbers his decisions.
        open_offers: code (or '' where a text gave none) -> the starts it names, as long as he did not answer.
        agreed: code of the offer he last said yes to, and its starts.
        decided: what he last made of an offer: its code, and whether it was a yes.
        plans: what he is about to say, by topic.
    """

    phone: str
    persona: Persona
    profile: Profile
    intention: Intention = NO_INTENTION
    manual: bool = False
    left: bool = False
    heard: Counter[str] = field(default_factory=Counter)
    open_offers: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    answered: set[tuple[str, tuple[datetime, ...]]] = field(default_factory=set)
    agreed: tuple[str, tuple[datetime, ...]] = ("", ())
    decided: tuple[str, bool] | None = None
    plans: dict[str, list[Plan]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """What he writes in: as registered, else as drawn."""
        return self.profile.language or self.persona.language

    @property
    def reachable(self) -> bool:
        """Whether texts reach him: as scripted, else as drawn."""
        scripted = self.intention.reachable
        return self.persona.reachable if scripted is None else scripted

    def has_more_to_say(self) -> bool:
        """Whether he is about to text anyway."""
        return any(plan.pending for plans in self.plans.values() for plan in plans)

    def forget(self, topic: str | None = None) -> None:
        """Give up what he was about to say on a topic, or on all."""
        for name in [topic] if topic is not None else list(self.plans):
            for plan in self.plans.pop(name, ()):
                plan.cancel()
