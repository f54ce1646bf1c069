"""A list for the security of a site that has not gone: told an hour before it is wanted, and loudly once it is late.

The timer is set with the shift, and again when what the site wants changes. From the first look on it looks again until
the shift is over: a man more or less after the list went makes it untrue, and it must go again.
"""

from datetime import datetime, timedelta
from typing import Final

from dispatch.crew.alarms import Severity, raise_alarm, resolve_alarms
from dispatch.kit import outbox
from dispatch.kit.outbox import Job
from dispatch.kit.uow import Uow
from dispatch.staffing.events import GATE_LIST_DUE
from dispatch.staffing.pass_list import PassList, PassState, pass_list_of
from dispatch.staffing.passes import ALARMS, WARNED

_AGAIN: Final = timedelta(minutes=15)
_DUE, _OVERDUE = ALARMS


async def look_at_pass_list(uow: Uow, job: Job) -> None:
    """Timer: tell of a list that is wanted soon or already and has not gone as it is now; lift what has passed.

    An empty list is nobody's fault here: the alarms of the shift itself tell that nobody is seated.
    """
    listed = await pass_list_of(uow, job.subject_id)
    told = _told_now(uow, listed)
    for alarm in ALARMS:
        if alarm != told:
            await resolve_alarms(uow, alarm, listed.shift.id)
    if told is not None:
        await _raise(uow, listed, told)
    if listed.deadline is not None and listed.shift.open:
        await outbox.schedule(uow, GATE_LIST_DUE, listed.shift.id, _next_look(uow, listed))


def _told_now(uow: Uow, listed: PassList) -> str | None:
    """Return the alarm that is right at this moment; None where there is nothing to tell."""
    open_ones = (PassState.TO_SEND, PassState.OVERDUE, PassState.CHANGED)
    if listed.deadline is None or not listed.shift.open or listed.state not in open_ones:
        return None
    if uow.now > listed.deadline:
        return _OVERDUE
    return _DUE if uow.now >= listed.deadline - WARNED else None


async def _raise(uow: Uow, listed: PassList, kind: str) -> None:
    again = listed.state is PassState.CHANGED
    if kind == _OVERDUE:
        sentence = (
            "The pass list changed after it was sent: send it again, or people will not be let in."
            if again
            else "The pass list was not sent in time: send it now and ring the security, or people will not be let in."
        )
        severity = Severity.CRITICAL
    else:
        sentence = (
            "The pass list changed since it was sent and is wanted within the hour: send it again."
            if again
            else "The pass list is wanted within the hour and has not been sent."
        )
        severity = Severity.WARNING
    shift_id = listed.shift.id
    await raise_alarm(uow, kind, sentence, shift_id=shift_id, severity=severity, wanted_at=listed.deadline)


def _next_look(uow: Uow, listed: PassList) -> datetime:
    """Return when to look next: at the first warning, at the deadline, and every quarter of an hour from then on."""
    assert listed.deadline is not None, "a list that nobody wants is not looked at"
    moments = (listed.deadline - WARNED, listed.deadline + timedelta(seconds=1))
    return min([moment for moment in moments if moment > uow.now] + [max(uow.now, moments[0]) + _AGAIN])
