"""How fast everything goes: every duration of filling, reminding, attending and answering."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from dispatch.tenancy.policies.section import Duration, LocalTime, PositiveDuration, Section

HOUSE_OUTAGE_GAP: Final = timedelta(seconds=60)
"""The shortest silence of our own beats that is written down as an outage; no tenant's gap is shorter."""


class WaveStep(Section):
    """One row of the wave table: with at least `lead` left to the start, a wave stays open for `interval`."""

    lead: Duration
    interval: PositiveDuration


class Pace(Section):
    """All durations of the main job. The preset `demo` differs from the real ones in this section alone.

    Quiet hours, rest, contact budget and cancel tiers are calendar rules and live in `Calendar`.
    """

    waves: tuple[WaveStep, ...] = (
        WaveStep(lead=timedelta(hours=48), interval=timedelta(hours=4)),
        WaveStep(lead=timedelta(hours=24), interval=timedelta(hours=1)),
        WaveStep(lead=timedelta(hours=6), interval=timedelta(minutes=20)),
        WaveStep(lead=timedelta(hours=2), interval=timedelta(minutes=8)),
        WaveStep(lead=timedelta(0), interval=timedelta(minutes=3)),
    )
    """The wave table, longest lead first; the last row starts at zero, so every lead has an interval."""
    min_window: PositiveDuration = timedelta(seconds=90)
    """A wave that could not stay open this long is not started."""
    window_share: Annotated[Decimal, Field(gt=0, le=Decimal("0.5"))] = Decimal("0.5")
    """A wave takes at most this part of the time left to the start."""
    short_alarm_lead: PositiveDuration = timedelta(hours=2)
    """A shift still not covered this long before the start is raised to people, whatever is pending."""

    evening_reminder_at: LocalTime = time(19, 0)
    """Site-local time, on the day before the shift's date, of the first question "are you still coming?"."""
    reconfirm_lead: PositiveDuration = timedelta(minutes=120)
    """The question on the day itself goes out this long before the start."""
    doubtful_lead: PositiveDuration = timedelta(minutes=90)
    """Who has not answered by then is doubtful and is asked once more."""
    reconfirm_after_accepting: Duration = timedelta(hours=3)
    """Nobody is asked to re-confirm sooner than this after he accepted."""

    promotion_asks_per_seat: int = Field(default=2, ge=1)
    """How many of the standby are asked at once for one open seat; the first yes wins."""
    promotion_window: PositiveDuration = timedelta(minutes=5)
    """How long a standby has to answer once the start is near."""
    promotion_near_lead: PositiveDuration = timedelta(hours=2)
    """The start is near from this long before it."""
    promotion_window_early: PositiveDuration = timedelta(minutes=30)
    """How long a standby has to answer while the start is not near."""

    arrival_early: PositiveDuration = timedelta(hours=3)
    """"I am here" longer before the due time than this is a mistake in the day, not an arrival."""
    grace: PositiveDuration = timedelta(minutes=10)
    """After a seat's due time and this, a man is late, and the site is asked who is there."""
    no_show_limit: PositiveDuration = timedelta(minutes=30)
    """After a seat's due time and this, a man who is not accounted for is looked for; alone it proves nothing."""
    max_announced_delay: PositiveDuration = timedelta(minutes=90)
    """A man may move his own limit by at most this."""
    site_question_repeat: PositiveDuration = timedelta(minutes=10)
    """A crew lead silent for this long is followed by the next man who reported his arrival, then by the dispatcher."""
    eta_window: PositiveDuration = timedelta(minutes=15)
    """How long "how many minutes?" and the question to an unaccounted man stay open."""

    which_window: PositiveDuration = timedelta(minutes=30)
    """How long "which one?" stays open."""
    undo_window: PositiveDuration = timedelta(minutes=5)
    """A worker's cancel is taken back by one word, free of cost, within this, while his place is open."""
    cancel_receipt_window: PositiveDuration = timedelta(minutes=5)
    """A man who neither received nor answered "do not come" within this goes to the top of the call list."""
    alarm_patience: PositiveDuration = timedelta(minutes=5)
    """A critical alarm that nobody takes for so long is texted to who is on duty; as long after that to the owners."""
    party_hold: PositiveDuration = timedelta(minutes=20)
    """How long places are held for the named mates of a man who accepted for several."""
    bare_cancel_lead: PositiveDuration = timedelta(hours=18)
    """A cancel that names no day goes to the running or next seat when that starts within this."""
    stated_time_tolerance: Duration = timedelta(minutes=15)
    """An answer that states a time further than this from the shift's start is not an acceptance."""

    travel_per_km: Duration = timedelta(minutes=2, seconds=24)
    """Time to the site for each kilometre of straight distance (25 km an hour, door to door)."""
    outage_gap: Annotated[timedelta, Field(ge=HOUSE_OUTAGE_GAP)] = HOUSE_OUTAGE_GAP
    """A longer silence of our own beats is an outage of ours: no automatic change rests on what fell into it."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        """Refuse numbers that contradict each other, in one sentence each."""
        leads = [step.lead for step in self.waves]
        if not leads or leads[-1] != timedelta(0) or leads != sorted(set(leads), reverse=True):
            raise ValueError("waves: list the leads from longest to shortest, each once, the last one zero")
        if any(step.interval < self.min_window for step in self.waves):
            raise ValueError("waves: no interval may be shorter than min_window")
        if self.grace > self.no_show_limit:
            raise ValueError("grace: must not be longer than no_show_limit")
        if self.doubtful_lead >= self.reconfirm_lead:
            raise ValueError("doubtful_lead: must be shorter than reconfirm_lead")
        return self
