"""What the parts of a shift's page show: its people, where they are, who was asked and why, what happened."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.clients.queries import client_of, site_of
from dispatch.crew.queries import fill_counts, invitations_with_people, seats_with_people
from dispatch.crew.rules import SeatStatus
from dispatch.crew.waves import waves_of
from dispatch.kit.uow import Uow
from dispatch.money.shift_money import money_of_shift
from dispatch.orders.queries import timeline_of
from dispatch.orders.shifts import Shift, read_shift
from dispatch.staffing.cover import probability_full
from dispatch.staffing.handover import dispatchers
from dispatch.staffing.on_site.reports import papers_of
from dispatch.staffing.whereabouts import whereabouts_of
from dispatch.web.frame import Page
from dispatch.web.story import Teller
from dispatch.workers.queries import display_names

ON_SITE: Final = frozenset({SeatStatus.ARRIVED, SeatStatus.COMPLETED})
_STEPS_SHOWN: Final = 400


@dataclass(frozen=True, slots=True)
class Scene:
    """A shift with the client and the place it is for."""

    shift: Shift
    client: str
    address: str
    meeting_point: str
    lat: float
    lon: float
    zone: ZoneInfo
    photo: str
    """Address of the photo of the meeting place; empty without one."""


async def scene_of(uow: Uow, shift_id: UUID) -> Scene:
    """Read a shift with its surroundings.

    Raises:
        ShiftNotFound: there is none.
    """
    shift = await read_shift(uow, shift_id)
    client, site = await client_of(uow, shift.client_id), await site_of(uow, shift.site_id)
    photo = f"/sites/{site.id}/photo/{site.photo_sha256.hex()}" if site.photo_sha256 else ""
    zone = ZoneInfo(shift.zone)
    return Scene(shift, client.name, site.address, site.meeting_point, shift.lat, shift.lon, zone, photo)


async def crew_of(uow: Uow, scene: Scene) -> Mapping[str, Any]:
    """Return what the crew part shows: how full it is, and the seats."""
    shift = scene.shift
    seats = await seats_with_people(uow, shift.id)
    return {
        "scene": scene,
        "shift": shift,
        "counts": await fill_counts(uow, shift.id),
        "p_full": await probability_full(uow, shift) if shift.ahead else None,
        "money": await money_of_shift(uow, shift.id),
        "seats": seats,
        "on_site": [seat for seat in seats if seat["status"] in ON_SITE],
        "names": await display_names(uow, [seat["worker_id"] for seat in seats]),
        "owner": dict(await dispatchers(uow)).get(shift.owner_id) if shift.owner_id else None,
        "papers": await papers_of(uow, shift.id),
    }


async def places_of(uow: Uow, scene: Scene) -> Mapping[str, Any]:
    """Return what the map and the list beside it show."""
    people = await whereabouts_of(uow, scene.shift.id)
    return {
        "scene": scene,
        "shift": scene.shift,
        "whereabouts": people,
        "called": await display_names(uow, [one.worker_id for one in people]),
    }


async def story_of(page: Page, uow: Uow, scene: Scene) -> Mapping[str, Any]:
    """Return what the story part shows: the waves with whom they asked, and every step, the newest first."""
    shift = scene.shift
    invitations = await invitations_with_people(uow, shift.id)
    steps = await timeline_of(uow, shift.id, after=0, limit=_STEPS_SHOWN)
    people = [row["worker_id"] for row in (*invitations, *steps) if row["worker_id"] is not None]
    people += [UUID(step["detail"]["instead_of"]) for step in steps if step["detail"].get("instead_of")]
    everybody = await display_names(uow, people)
    return {
        "scene": scene,
        "shift": shift,
        "waves": await waves_of(uow, shift.id),
        "asked": _by_wave(invitations),
        "asked_count": Counter(row["wave"] or 0 for row in invitations if row["was_asked"]),
        "steps": list(reversed(steps)),
        "everybody": everybody,
        "teller": Teller(page.speech, scene.zone, everybody, dict(await dispatchers(uow)), shift.currency),
    }


def _by_wave(invitations: Sequence[Mapping[str, Any]]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    """Invitations by the number of their wave; those by hand are 0."""
    waves: dict[int, list[Mapping[str, Any]]] = {}
    for invitation in invitations:
        waves.setdefault(invitation["wave"] or 0, []).append(invitation)
    return waves
