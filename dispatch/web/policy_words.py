"""What the settings of a policy are called on pages, and what each does, in one sentence.

Keys are `section.field`, fields of parts inside with a further dot; entries of a table have the names that pages use
for them anyway. Every field of every section is here and in exactly one part of its page; a test compares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """A setting on a page: what it is called, what it does, and what its figure counts where that is not plain.

    Attributes:
        told: how it reads in a line with others, where its label before the value does not.
        lacking: what such a line says where the field is empty, if that means something.
    """

    label: str
    hint: str = ""
    unit: str = ""
    told: str = ""
    lacking: str = ""


TITLES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "pace": Words("Pace", "How fast everything goes: asking, reminding, answering, coming."),
        "staffing": Words("Crew size", "How many people are asked and kept for a shift, and from where."),
        "scoring": Words("Who is asked first", "What counts when those who may be asked are put in order."),
        "calendar": Words("Quiet hours and notice", "When people may be asked, how often, and when a cancel costs."),
        "rating": Words("Rating", "What a fact about a worker weighs. One for the whole network."),
        "discipline": Words("Strikes and fines", "What follows a breach besides the rating."),
        "money": Words("Money", "What work costs beyond the rate card."),
    }
)
"""Section -> its name and what it decides; in the order of the pages."""

PARTS: Final[Mapping[str, Sequence[tuple[str, Sequence[str]]]]] = MappingProxyType(
    {
        "pace": (
            ("Waves of invitations", ("waves", "min_window", "window_share", "short_alarm_lead")),
            (
                "Are you still coming?",
                ("evening_reminder_at", "reconfirm_lead", "doubtful_lead", "reconfirm_after_accepting"),
            ),
            (
                "Filling a lost place from standby",
                (
                    "promotion_asks_per_seat",
                    "promotion_near_lead",
                    "promotion_window",
                    "promotion_window_early",
                ),
            ),
            (
                "On site",
                (
                    "arrival_early",
                    "grace",
                    "no_show_limit",
                    "max_announced_delay",
                    "site_question_repeat",
                    "eta_window",
                ),
            ),
            (
                "Reading answers",
                (
                    "which_window",
                    "undo_window",
                    "bare_cancel_lead",
                    "stated_time_tolerance",
                    "party_hold",
                    "cancel_receipt_window",
                ),
            ),
            ("Alarms, way and outages", ("alarm_patience", "travel_per_km", "outage_gap")),
        ),
        "staffing": (
            ("How many are asked", ("mode", "factor", "wave_factor", "target", "cover_factor")),
            ("Reserve and standby", ("reserve_min", "standby_share", "standby_min", "auto_release")),
            ("Who and from where", ("min_tier", "second_chance_share", "radius_km")),
            ("People of other franchises", ("lending", "lending_home_first_waves", "lending_home_first_min_lead")),
        ),
        "scoring": (("Order of asking", ("strategy", "custom", "fairness_days")),),
        "calendar": (
            ("When people may be asked", ("quiet", "urgent_lead", "rest")),
            ("How often", ("unanswered_limit", "kept_for_home")),
            (
                "Cancelling in time",
                ("cancel_free_notice", "cancel_late_notice", "client_cancel_notice", "client_fewer_notice"),
            ),
        ),
        "rating": (
            ("How a rating is reckoned", ("prior", "prior_weight", "half_life", "window", "late_long_from")),
            ("After a no-show", ("cap_for", "cap_completed")),
            ("What each fact weighs", ("marks",)),
        ),
        "discipline": (
            (
                "Strikes",
                ("strikes", "strike_expiry", "ladder", "lateness_ends_cooperation", "complaint_ends_cooperation"),
            ),
            ("Fines", ("fines", "caps", "legal_basis", "appeal_window", "fine_expiry", "work_off")),
        ),
        "money": (
            ("Hours", ("minimum_hours", "call_out_hours")),
            (
                "Shares",
                ("late_cancel_fee_percent", "royalty_percent", "vat_percent", "lending_fee_percent", "currency"),
            ),
        ),
    }
)
"""Section -> the parts of its page, each with its heading and its fields."""

WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "pace.waves": Words("How long a wave stays open", "By the time left to the start. The last line begins at 0."),
        "pace.waves.lead": Words("From so long before the start"),
        "pace.waves.interval": Words("a wave is open for"),
        "pace.min_window": Words("Shortest wave", "A wave that could not stay open so long is not started."),
        "pace.window_share": Words("Longest wave", "At most this part of the time left to the start."),
        "pace.short_alarm_lead": Words("Alarm: not covered", "So long before the start people are told."),
        "pace.evening_reminder_at": Words("Question the evening before", "On the clock of the site."),
        "pace.reconfirm_lead": Words("Question on the day", "So long before the start."),
        "pace.doubtful_lead": Words("Second question", "Who has not answered so long before the start is doubtful."),
        "pace.reconfirm_after_accepting": Words("Not asked again for", "After a man has accepted."),
        "pace.promotion_asks_per_seat": Words("Asked at once for one place", "The first yes wins.", "people"),
        "pace.promotion_window": Words("Time to answer, start near"),
        "pace.promotion_near_lead": Words("The start is near from", "So long before it."),
        "pace.promotion_window_early": Words("Time to answer otherwise"),
        "pace.arrival_early": Words("Earliest arrival", "An earlier “I am here” is a mistake in the day."),
        "pace.grace": Words("Grace", "After it a man is late and the site is asked who is there."),
        "pace.no_show_limit": Words("Looked for after", "A man not accounted for by then; alone it proves nothing."),
        "pace.max_announced_delay": Words("Longest announced delay"),
        "pace.site_question_repeat": Words("Crew lead silent for", "Then the next man is asked who is there."),
        "pace.eta_window": Words("“How many minutes?” stays open for"),
        "pace.which_window": Words("“Which one?” stays open for"),
        "pace.undo_window": Words("A cancel can be taken back for"),
        "pace.cancel_receipt_window": Words("“Do not come” unanswered for", "Then he tops the call list."),
        "pace.alarm_patience": Words("An alarm nobody takes for", "Is texted to who is on duty, then to the owner."),
        "pace.party_hold": Words("Places held for mates"),
        "pace.bare_cancel_lead": Words("A cancel without a day", "Concerns the next shift if it starts within this."),
        "pace.stated_time_tolerance": Words("A time in the answer may differ by", "By more, and it is no yes."),
        "pace.travel_per_km": Words("Way for each kilometre"),
        "pace.outage_gap": Words("Silence of ours that is an outage", "Nothing automatic rests on what fell into it."),
        "staffing.mode": Words("How the first wave is reckoned"),
        "staffing.factor": Words("First wave", "Asked for each man needed: for ten, invite fifteen.", "per place"),
        "staffing.wave_factor": Words("Later waves", "Asked for each place still missing.", "per place"),
        "staffing.target": Words("A shift is covered at", "The likelihood that enough people come."),
        "staffing.cover_factor": Words("Never more than", "Kept for each man needed, however unlikely.", "per place"),
        "staffing.reserve_min": Words("Reserve places at least", "", "people"),
        "staffing.standby_share": Words("Standby", "Of the crew, rounded up."),
        "staffing.standby_min": Words("Standby at least", "", "people"),
        "staffing.auto_release": Words("Silence frees a seat", "After the last question. Off: silence takes no seat."),
        "staffing.min_tier": Words("Lowest tier that may be asked", "An order or a client may ask for more."),
        "staffing.second_chance_share": Words("Second chance", "Of a crew, people after a no-show, as reserve only."),
        "staffing.radius_km": Words("Radius", "Around the site.", "km"),
        "staffing.lending": Words("People of other franchises may be asked"),
        "staffing.lending_home_first_waves": Words("First waves to own people alone"),
        "staffing.lending_home_first_min_lead": Words("With less left to the start", "Own people do not come first."),
        "scoring.strategy": Words("Strategy"),
        "scoring.custom": Words("Own weights", "For the strategy “own weights” alone; together 100 %."),
        "scoring.custom.distance": Words("Nearness"),
        "scoring.custom.rating": Words("Rating"),
        "scoring.custom.likelihood": Words("Likelihood to say yes and to come"),
        "scoring.custom.favourites": Words("Favourites and past work there"),
        "scoring.custom.fairness": Words("Few hours lately"),
        "scoring.fairness_days": Words("Hours of the last", "Count for fairness.", "days"),
        "calendar.quiet": Words("Quiet hours", "On the worker's clock no offer is sent. Equal times: none."),
        "calendar.quiet.start": Words("From"),
        "calendar.quiet.end": Words("to"),
        "calendar.urgent_lead": Words("Urgent when it starts within", "May reach, in quiet hours, men who agreed."),
        "calendar.rest": Words("Rest between two shifts"),
        "calendar.unanswered_limit": Words("Unanswered offers a day", "Of one worker, in the whole network.", "texts"),
        "calendar.kept_for_home": Words("Of these for the home franchise", "", "texts"),
        "calendar.cancel_free_notice": Words("A worker cancels free of cost before"),
        "calendar.cancel_late_notice": Words("Dearest when later than", "Cheaper than not coming even so."),
        "calendar.client_cancel_notice": Words("A client pays when he cancels later than"),
        "calendar.client_fewer_notice": Words("Call-out pay when released later than"),
        "rating.prior": Words("Everybody begins at"),
        "rating.prior_weight": Words("Weight of that beginning"),
        "rating.half_life": Words("A mark weighs half after"),
        "rating.window": Words("Newest marks that count", "", "marks"),
        "rating.late_long_from": Words("Very late from"),
        "rating.cap_for": Words("Held down for"),
        "rating.cap_completed": Words("Lifted earlier by", "", "completed shifts"),
        "rating.marks": Words("Marks"),
        "rating.marks.weight": Words("weight"),
        "rating.marks.value": Words("pulls towards"),
        "rating.marks.caps": Words("holds down"),
        "discipline.strikes": Words("Strikes for a breach", "Empty: none."),
        "discipline.strike_expiry": Words("A strike lapses after"),
        "discipline.ladder": Words("What strikes lead to", "Fewest first. Without a time: excluded."),
        "discipline.ladder.strikes": Words("From so many strikes", told="strikes from %(value)s"),
        "discipline.ladder.suspend_for": Words("suspended for", lacking="excluded"),
        "discipline.lateness_ends_cooperation": Words("Unannounced lateness ends cooperation"),
        "discipline.complaint_ends_cooperation": Words("An upheld complaint ends cooperation"),
        "discipline.fines": Words("Size of the fine", "An amount or hours of his own pay; empty: none."),
        "discipline.fines.amount_minor": Words("amount", told="%(value)s"),
        "discipline.fines.hours": Words("or hours of pay", "", "h", told="%(value)s of pay"),
        "discipline.caps": Words("Most fines of one worker"),
        "discipline.caps.shift_minor": Words("a shift"),
        "discipline.caps.day_minor": Words("a day"),
        "discipline.caps.month_minor": Words("a month"),
        "discipline.legal_basis": Words("Legal ground", "By contract. An employment contract allows no fine."),
        "discipline.appeal_window": Words("Time to appeal"),
        "discipline.fine_expiry": Words("An unsettled fine lapses after"),
        "discipline.work_off": Words("A shift without breach may settle a fine"),
        "money.currency": Words("Currency"),
        "money.minimum_hours": Words("Paid and billed at least", "Where the rate card says nothing else.", "h"),
        "money.call_out_hours": Words("Call-out pay", "For who came and could not work, through no fault of his.", "h"),
        "money.late_cancel_fee_percent": Words("Late cancel by the client", "Of the least bill, a booked man.", "%"),
        "money.royalty_percent": Words("Royalty", "Of the turnover without VAT and discounts.", "%"),
        "money.vat_percent": Words("VAT", "On top of the bill; 0 under a simplified regime.", "%"),
        "money.lending_fee_percent": Words("Lending fee", "Of a lent worker's pay, to his home franchise.", "%"),
    }
)
"""Field -> its words."""

UNUSUAL: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "discipline.strikes": frozenset({"completed", "commendation", "client_score", "crew_score", "reversal"}),
        "discipline.fines": frozenset(
            {"completed", "commendation", "client_score", "crew_score", "cancel_ahead", "reversal"}
        ),
    }
)
"""Entries of tables that are no breach: shown only where they are set all the same."""

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "waves: list the leads from longest to shortest, each once, the last one zero": (
            "List the times from longest to shortest, each once, the last one 0."
        ),
        "waves: no interval may be shorter than min_window": "No wave may be shorter than the shortest wave below.",
        "grace: must not be longer than no_show_limit": "The grace must not be longer than “looked for after”.",
        "doubtful_lead: must be shorter than reconfirm_lead": "The second question comes after the first.",
        "custom: give weights exactly when the strategy is custom": (
            "Give own weights when the strategy is “own weights”, and leave them empty otherwise."
        ),
        "weights: distance, rating, likelihood, favourites and fairness must sum to 1": "Together these make 100 %.",
        "cancel_late_notice: must be shorter than cancel_free_notice": "This must be shorter than the free notice.",
        "contact budget: kept_for_home <= unanswered_limit <= 8": (
            "At most 8 offers a day, and no more for the home franchise than in all."
        ),
        "fine: give either amount_minor or hours": "Give an amount or hours, not both.",
        "ladder: list steps by rising strikes, each once; only the last may exclude": (
            "List the steps by rising strikes, each once; only the last may exclude."
        ),
        "legal_basis: an employment contract allows no fine; it must be off": "An employment contract allows no fine.",
        "caps: shift_minor <= day_minor <= month_minor must hold": (
            "No more a shift than a day, and no more a day than a month."
        ),
        "fines: ": "A cancel ahead of time and a reversal never cost money.",
    }
)
"""How a rule over several fields begins to complain -> the same in words of the page."""

WHERE: Final[Mapping[str, str]] = MappingProxyType({"contact budget": "unanswered_limit"})
"""Rules whose complaint does not begin with the name of a field -> beside which it is said."""
