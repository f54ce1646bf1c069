"""The strings behind the world: register accounts and people, script them, make a phone text, look at the truth."""

from collections import Counter
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from dispatch.simulator.config import Account, Faults, Phone
from dispatch.simulator.gatherings import Gathering
from dispatch.simulator.messages import Direction, Message
from dispatch.simulator.people import Intention, Profile
from dispatch.simulator.world import World

router = APIRouter(prefix="/control", tags=["control"])


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegisterPeople(_Closed):
    """People as the platform knows them."""

    people: tuple[Profile, ...]


class AnnounceShifts(_Closed):
    """Exact starts of shifts, for texts that round them to the minute or name none."""

    starts_at: tuple[AwareDatetime, ...]


class SayCommand(_Closed):
    """Make a phone text one of our numbers; with `takeover` a human answers for it from now on."""

    phone: Phone
    to: Phone
    text: Annotated[str, StringConstraints(min_length=1, max_length=1600)]
    takeover: bool = False


class HandOver(_Closed):
    """Leave a phone to a human, or give it back to the simulation."""

    phone: Phone
    manual: bool


class TextView(BaseModel):
    """One text as tests and logs want it."""

    seq: int
    sid: str
    account_sid: str
    ref: str | None
    direction: str
    sender: str
    to: str
    body: str
    status: str
    error_code: int | None
    acknowledged: int
    at: datetime


class TextPage(BaseModel):
    """Texts in order of acceptance; ask again with `since=next`."""

    messages: list[TextView]
    next: int


class SeatView(BaseModel):
    """What one person was told and what he does about it; `coming` is unset until the muster."""

    phone: str
    kind: str
    live: bool
    coming: str | None
    arrived_at: datetime | None


class GatheringView(BaseModel):
    """Who is to stand where we know of, and who truly does."""

    number: str
    starts_at: datetime
    label: str
    mustered: bool
    seats: list[SeatView]


class PhoneView(BaseModel):
    """Everything about one phone."""

    profile: Profile
    language: str
    reachable: bool
    manual: bool
    intention: Intention
    gatherings: list[GatheringView]
    messages: list[TextView]


class Stats(BaseModel):
    """Counters since the start of the process."""

    accepted: int
    inbound: int
    phones: int
    people: int
    by_status: dict[str, int]
    callbacks: dict[str, int]
    callbacks_waiting: int
    planned: int
    faults_hit: int
    repeated_references: dict[str, int]
    crowd: dict[str, int]


class Done(BaseModel):
    """How many things a command touched."""

    count: int


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


@router.post("/accounts", status_code=201)
async def register_account(request: Request, account: Account) -> Done:
    """Add a carrier account, or replace its token and numbers."""
    _world(request).store.add_account(account)
    return Done(count=len(account.numbers))


@router.post("/people")
async def register_people(request: Request, command: RegisterPeople) -> Done:
    """Say what crew lists call people, where their clocks are and what they speak."""
    for profile in command.people:
        _world(request).crowd.register(profile)
    return Done(count=len(command.people))


@router.post("/script")
async def script_people(request: Request, intentions: dict[Phone, Intention]) -> Done:
    """Set what people do from now on, by phone; each replaces his earlier script."""
    for phone, intention in intentions.items():
        _world(request).crowd.script(phone, intention)
    return Done(count=len(intentions))


@router.post("/shifts")
async def announce_shifts(request: Request, command: AnnounceShifts) -> Done:
    """Give exact starts before the texts go out; one that shows the same minute then means that instant."""
    for starts_at in command.starts_at:
        _world(request).crowd.attendance.announce_start(starts_at)
    return Done(count=len(command.starts_at))


@router.post("/say", status_code=201)
async def say(request: Request, command: SayCommand) -> TextView:
    """Make a phone text us; 404 when nobody owns that number."""
    world = _world(request)
    if command.takeover:
        world.crowd.hand_over(command.phone, manual=True)
    message = world.say(command.phone, command.to, command.text)
    if message is None:
        raise HTTPException(404, f"No account owns {command.to}: register it first.")
    return _text(message)


@router.post("/hand-over")
async def hand_over(request: Request, command: HandOver) -> Done:
    """Leave a phone to a human, or give it back."""
    _world(request).crowd.hand_over(command.phone, manual=command.manual)
    return Done(count=1)


@router.get("/faults")
async def read_faults(request: Request) -> Faults:
    """Show the misbehaviour in force."""
    return _world(request).faults.settings


@router.put("/faults")
async def set_faults(request: Request, faults: Faults) -> Faults:
    """Put other misbehaviour in force; what is left out is off."""
    _world(request).faults.set(faults)
    return faults


@router.get("/messages")
async def list_texts(
    request: Request,
    since: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> TextPage:
    """Return the texts accepted after the one numbered `since`, over all accounts, in order."""
    found = _world(request).store.messages[since : since + limit]
    return TextPage(messages=[_text(message) for message in found], next=since + len(found))


@router.get("/gatherings")
async def list_gatherings(request: Request) -> list[GatheringView]:
    """Return who holds which seat as far as he was told, and who truly came."""
    return [_gathering(found) for found in _world(request).crowd.attendance.gatherings]


@router.get("/phones/{phone}")
async def read_phone(request: Request, phone: str) -> PhoneView:
    """Return one phone's owner, seats and conversation; 404 when we never heard of it."""
    world = _world(request)
    if phone not in world.crowd.people and phone not in world.store.conversations:
        raise HTTPException(404, "Nobody texted from or to that phone, and nobody registered it.")
    person = world.crowd.person(phone)
    return PhoneView(
        profile=person.profile,
        language=person.language,
        reachable=person.reachable,
        manual=person.manual,
        intention=person.intention,
        gatherings=[_gathering(found, only=phone) for found in world.crowd.attendance.gatherings.of(phone)],
        messages=[_text(message) for message in world.store.conversations.get(phone, [])],
    )


@router.get("/stats")
async def read_stats(request: Request) -> Stats:
    """Return counters since the start; `repeated_references` should be empty."""
    world = _world(request)
    outbound = [found for found in world.store.messages if found.direction is Direction.OUTBOUND]
    return Stats(
        accepted=len(outbound),
        inbound=len(world.store.messages) - len(outbound),
        phones=len(world.store.conversations),
        people=len(world.crowd.people),
        by_status=dict(Counter(message.status.value for message in outbound)),
        callbacks=dict(world.courier.counts),
        callbacks_waiting=world.courier.waiting,
        planned=len(world.agenda),
        faults_hit=world.faults.hits,
        repeated_references={ref: times for ref, times in world.store.references.items() if times > 1},
        crowd=dict(world.crowd.counts),
    )


def _text(message: Message) -> TextView:
    return TextView(
        seq=message.seq,
        sid=message.sid,
        account_sid=message.account_sid,
        ref=message.reference,
        direction=message.direction.value,
        sender=message.sender,
        to=message.to,
        body=message.body,
        status=message.status.value,
        error_code=message.error_code,
        acknowledged=message.acknowledged,
        at=message.created_at,
    )


def _gathering(gathering: Gathering, *, only: str | None = None) -> GatheringView:
    seats = [seat for seat in gathering.seats.values() if only in {None, seat.phone}]
    return GatheringView(
        number=gathering.number,
        starts_at=gathering.starts_at,
        label=gathering.label,
        mustered=gathering.mustered,
        seats=[
            SeatView(
                phone=seat.phone,
                kind=seat.kind.value,
                live=seat.live,
                coming=seat.arrival.coming.value if seat.arrival else None,
                arrived_at=seat.arrived_at,
            )
            for seat in seats
        ],
    )
