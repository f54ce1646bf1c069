"""The house rules of matching once more, in plain Python over plain facts: slow, obvious, and asking no database."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.matching.candidates import TIER_FLOORS, Need, Terms
from dispatch.tenancy.policy import QuietHours
from dispatch.workers.rules import LocationQuality
from tests.matching.pool import STRETCHES, Man, stretch_times
from tests.matching.stored_pool import Stored

_A: Final = 6_378_137.0
_F: Final = 1 / 298.257223563
_HOUR: Final = timedelta(hours=1)
_LIVE: Final = frozenset({"booked", "reconfirmed", "doubtful", "asked", "arrived", "completed", "unaccounted"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What is expected of one man for one need; the rating is the effective one."""

    worker_id: UUID
    home_id: UUID
    reasons: frozenset[str]
    distance_m: float
    rating: Decimal
    p_accept: float
    p_show: float
    parts: Mapping[str, float]
    score: float
    guessed: bool

    @property
    def rank(self) -> tuple[bool, float, float, UUID]:
        """Sorts the best first. Whose place is only guessed comes last, unless he is preferred for the block."""
        return self.guessed and not self.parts["preferred"], -self.score, self.distance_m, self.worker_id


def judge(
    man: Man,
    need: Need,
    terms: Terms,
    scene: Stored,
    now: datetime,
    *,
    prefer: frozenset[UUID] = frozenset(),
    barred: frozenset[UUID] = frozenset(),
) -> Judged:
    """Return the figures of a man, and every rule of the lowest tier the need allows that he fails."""
    metres = geodesic_m(man.worker.point.lat, man.worker.point.lon, need.lat, need.lon)
    capped = man.capped_until is not None and man.capped_until > now
    rating = min(man.rating, Decimal("2.00")) if capped else man.rating
    yes, no = man.answers
    came, missed = man.shows
    parts = {
        "distance": max(0.0, 1 - metres / need.radius_m),
        "rating": (float(rating) - 1) / 4,
        "likelihood": (3 + yes) / (4 + yes + no) * (8 + came) / (9 + came + missed),
        "favourite": float(_known(man, need, scene)),
        "fairness": 1 - min(40.0, _hours_lately(man, scene, now, terms.scoring.fairness_days)) / 40,
        "preferred": float(man.id in prefer),
    }
    weights = terms.scoring.weights
    score = (
        parts["preferred"]
        + float(weights.distance) * parts["distance"]
        + float(weights.rating) * parts["rating"]
        + float(weights.likelihood) * parts["likelihood"]
        + float(weights.favourites) * parts["favourite"]
        + float(weights.fairness) * parts["fairness"]
    )
    failed = {
        "test_and_real_kept_apart": man.test is not need.test,
        "not_active_or_vetted": not (man.status == "active" and man.vetted and man.consents),
        "opted_out": man.opted_out,
        "number_dead": man.dead,
        "lacks_skill": man.worker.skills & need.skill != need.skill,
        "too_far": metres > min(need.radius_m, man.worker.radius_m),
        "cannot_arrive_in_time": metres / 1000 * terms.pace.travel_per_km > need.due_at - now,
        "rating_below_tier": rating < TIER_FLOORS[need.min_tier],
        "under_no_show_cap": capped and not need.second_chance,
        "not_lent_here": need.homes is not None and _home(man, scene) not in need.homes,
        "already_asked_or_barred": man.id in barred or _barred(man, need, scene, now),
        "booked_elsewhere": _booked(man, need, terms, scene),
        "documents_missing": _lacks_document(man, need),
        "not_available": not _available(man, need),
        "contact_budget_spent": _budget_spent(man, need, terms, now),
        "quiet_hours": not (need.urgent and man.worker.urgent_ok)
        and _allowed_from(max(need.send_from, now), ZoneInfo(man.phone_zone), terms.calendar.quiet) >= need.deadline,
    }
    return Judged(
        worker_id=man.id,
        home_id=_home(man, scene),
        reasons=frozenset(name for name, fails in failed.items() if fails),
        distance_m=metres,
        rating=rating,
        p_accept=(3 + yes) / (4 + yes + no),
        p_show=(8 + came) / (9 + came + missed),
        parts=parts,
        score=score,
        guessed=man.worker.location_quality is not LocationQuality.ADDRESS,
    )


def _home(man: Man, scene: Stored) -> UUID:
    return (scene.guests if man.guest else scene.stage).franchise_id


def _known(man: Man, need: Need, scene: Stored) -> bool:
    """Whether he completed a shift of this client before."""
    return need.client_id == scene.stage.client_id and any(
        STRETCHES[seat.stretch].known_client and seat.status == "completed" for seat in man.seats
    )


def _hours_lately(man: Man, scene: Stored, now: datetime, days: int) -> float:
    hours = 0.0
    for seat in man.seats:
        starts, ends = stretch_times(STRETCHES[seat.stretch], scene.drawn_at, scene.starts_at)
        if seat.status in _LIVE and seat.kind != "standby" and starts < now and ends + _HOUR > now - days * 24 * _HOUR:
            hours += (ends - starts) / _HOUR
    return hours


def _barred(man: Man, need: Need, scene: Stored, now: datetime) -> bool:
    status, until = man.standing or ("ok", None)
    if status == "excluded" or (status == "suspended" and (until is None or until > now)):
        return True
    if need.client_id == scene.stage.client_id and (
        man.barred in {"client", "worker"} or (man.barred == "site" and need.site_id == scene.stage.site_id)
    ):
        return True
    return man.invited and need.shift_id == scene.shift_id


def _booked(man: Man, need: Need, terms: Terms, scene: Stored) -> bool:
    """An hour between two shifts for everybody; the policy's rest for who did not opt out of it."""
    gap = _HOUR if man.worker.short_rest_ok else max(_HOUR, terms.calendar.rest)
    for seat in man.seats:
        starts, ends = stretch_times(STRETCHES[seat.stretch], scene.drawn_at, scene.starts_at)
        apart = ends + gap <= need.starts_at or need.ends_at + gap <= starts
        if seat.status in _LIVE and seat.kind != "standby" and not apart:
            return True
    return False


def _lacks_document(man: Man, need: Need) -> bool:
    last_day = need.ends_at.astimezone(ZoneInfo(need.zone)).date()
    valid = {
        str(each.kind)
        for each in man.worker.documents
        if (each.valid_until is None or each.valid_until >= last_day) and each.region in {None, need.region}
    }
    return not valid.issuperset(need.documents)


def _available(man: Man, need: Need) -> bool:
    if man.absence is not None:
        since, until = man.absence
        if since < need.ends_at and (until is None or until > need.starts_at):
            return False
    calendar = man.worker.availability
    if calendar is None:
        return True
    zone = ZoneInfo(man.worker.zone)
    start, end = need.starts_at.astimezone(zone), need.ends_at.astimezone(zone)
    if not calendar.weekdays & (1 << start.weekday()) or start.time() < calendar.from_time:
        return False
    if calendar.to_time is not None and (end.date() != start.date() or end.time() > calendar.to_time):
        return False
    cycle = calendar.cycle
    return cycle is None or (start.date() - cycle.anchor).days % (cycle.days_on + cycle.days_off) < cycle.days_on


def _budget_spent(man: Man, need: Need, terms: Terms, now: datetime) -> bool:
    allowance = min(terms.calendar.unanswered_limit, man.worker.daily_offers)
    for_guests = allowance - terms.calendar.kept_for_home
    if allowance <= 0 or (man.guest and for_guests <= 0):
        return True
    day = man.contact
    if day is None or day.day != max(need.send_from, now).astimezone(ZoneInfo(man.phone_zone)).date():
        return False
    return day.texts >= 8 or day.unanswered >= allowance or (man.guest and day.guest_unanswered >= for_guests)


def _allowed_from(at: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return the first moment from `at` on whose local time is outside the quiet hours."""
    local = at.astimezone(zone)
    over_midnight = quiet.start > quiet.end
    hushed = (
        (local.time() >= quiet.start or local.time() < quiet.end)
        if over_midnight
        else quiet.start <= local.time() < quiet.end
    )
    if not hushed:
        return at
    tomorrow = over_midnight and local.time() >= quiet.start
    return datetime.combine(local.date() + timedelta(days=int(tomorrow)), quiet.end, zone)


def geodesic_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return metres on the WGS 84 spheroid by Vincenty's inverse formula (1975), to a tenth of a millimetre."""
    if (lat1, lon1) == (lat2, lon2):
        return 0.0
    b = _A * (1 - _F)
    reduced1, reduced2 = (math.atan((1 - _F) * math.tan(math.radians(lat))) for lat in (lat1, lat2))
    sin1, cos1, sin2, cos2 = math.sin(reduced1), math.cos(reduced1), math.sin(reduced2), math.cos(reduced2)
    apart = math.radians((lon2 - lon1 + 540) % 360 - 180)
    turn = apart
    for _ in range(100):
        sin_turn, cos_turn = math.sin(turn), math.cos(turn)
        sin_s = math.hypot(cos2 * sin_turn, cos1 * sin2 - sin1 * cos2 * cos_turn)
        cos_s = sin1 * sin2 + cos1 * cos2 * cos_turn
        s = math.atan2(sin_s, cos_s)
        sin_a = cos1 * cos2 * sin_turn / sin_s
        cos2_a = 1 - sin_a**2
        cos_2m = cos_s - 2 * sin1 * sin2 / cos2_a if cos2_a else 0.0
        c = _F / 16 * cos2_a * (4 + _F * (4 - 3 * cos2_a))
        before = turn
        turn = apart + (1 - c) * _F * sin_a * (s + c * sin_s * (cos_2m + c * cos_s * (2 * cos_2m**2 - 1)))
        if abs(turn - before) < 1e-13:
            break
    u2 = cos2_a * (_A**2 - b**2) / b**2
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    inner = cos_s * (2 * cos_2m**2 - 1) - big_b / 6 * cos_2m * (4 * sin_s**2 - 3) * (4 * cos_2m**2 - 3)
    return b * big_a * (s - big_b * sin_s * (cos_2m + big_b / 4 * inner))
