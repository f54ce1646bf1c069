"""The last look at a text before it leaves: may it go, now, to this phone? Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.settings import SendingMode
from dispatch.sms.answering import BY_HAND
from dispatch.sms.phones import OPTED_OUT
from dispatch.sms.rules import MessageClass, MessageStatus
from dispatch.sms.wording import Template
from dispatch.tenancy.policy import QuietHours
from dispatch.tenancy.rules import next_allowed

PHONE_DEAD: Final = "phone_dead"
WRONG_NUMBER: Final = "wrong_number"
SENDING_OFF: Final = "sending_off"
NOT_ON_ALLOW_LIST: Final = "not_on_allow_list"
PREFIX_NOT_ALLOWED: Final = "prefix_not_allowed"
DEADLINE_PASSED: Final = "deadline_passed"
OUTDATED: Final = "outdated"
"""The reason kept with a text of several offers that is worded anew, since one of them is over."""
MENDED_WITHIN: Final = timedelta(seconds=2)
"""After so long such a text is looked at again."""

ANY_NUMBER: Final = ("+",)


@dataclass(frozen=True, slots=True)
class DueText:
    """What decides about a due text; `quiet_from` and `quiet_to` on the clock of `zone`, None for any hour."""

    class_: MessageClass
    template: str
    deadline: datetime | None
    quiet_from: time | None
    quiet_to: time | None
    zone: str
    to: str = field(repr=False)
    opted_out: bool = False
    dead: bool = False
    outdated: bool = False
    """One of the several offers in it is over."""
    strange: bool = False
    """Somebody else answered there that it is not the man's number."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of it: `sending`, `queued` until `send_at`, or an end with its reason."""

    status: MessageStatus
    reason: str | None = None
    send_at: datetime | None = None


_TO_STRANGERS: Final = frozenset({Template.STOP_CONFIRMED.value, Template.START_CONFIRMED.value, BY_HAND})
_GO: Final = Verdict(MessageStatus.SENDING)


def judge(
    text: DueText,
    now: datetime,
    mode: SendingMode,
    allow_list: Collection[str],
    prefixes: tuple[str, ...] = ANY_NUMBER,
) -> Verdict:
    """Return what becomes of a due text at `now`, domain time.

    A STOP beats everything but its own confirmation. A dead or unproven phone gets what concerns a seat, in case he
    reads there; one whose owner told us that it is not the man's gets no word about him. A text delayed into the
    recipient's quiet hours waits for their end, unless it is worthless by then. Numbers that begin with none of
    `prefixes` are never texted: who could make us text any number could make us pay for it.
    """
    reason = _held_back(text, mode, allow_list, prefixes)
    if reason is not None:
        return Verdict(MessageStatus.SUPPRESSED, reason)
    allowed = _allowed_from(text, now)
    if text.deadline is not None and text.deadline <= allowed:
        return Verdict(MessageStatus.EXPIRED, DEADLINE_PASSED)
    if text.outdated and allowed <= now:
        return Verdict(MessageStatus.QUEUED, OUTDATED, send_at=now + MENDED_WITHIN)
    return _GO if allowed <= now else Verdict(MessageStatus.QUEUED, send_at=allowed)


def _held_back(text: DueText, mode: SendingMode, allow_list: Collection[str], prefixes: tuple[str, ...]) -> str | None:
    of_phone = _held_back_by_phone(text)
    if of_phone is not None:
        return of_phone
    if not text.to.startswith(prefixes):
        return PREFIX_NOT_ALLOWED
    if mode is SendingMode.OFF:
        return SENDING_OFF
    if mode is SendingMode.ALLOW_LIST and text.to not in allow_list:
        return NOT_ON_ALLOW_LIST
    return None


def _held_back_by_phone(text: DueText) -> str | None:
    if text.opted_out and text.template != Template.STOP_CONFIRMED:
        return OPTED_OUT
    if text.strange and text.template not in _TO_STRANGERS:
        return WRONG_NUMBER
    return PHONE_DEAD if text.dead and text.class_ is not MessageClass.SEAT else None


def _allowed_from(text: DueText, now: datetime) -> datetime:
    if text.quiet_from is None or text.quiet_to is None:
        return now
    return next_allowed(now, _zone(text.zone), QuietHours(start=text.quiet_from, end=text.quiet_to))


def _zone(name: str) -> ZoneInfo:
    """Return a zone; UTC for one that the time zone database dropped, rather than stopping a whole account over it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
