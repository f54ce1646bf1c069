"""Who acts on what: events to handlers, replies to handlers, constraints to errors. The only glue across folders."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from dispatch.access.errors import CONSTRAINTS as OF_ACCESS
from dispatch.clients.errors import CONSTRAINTS as OF_CLIENTS
from dispatch.crew.alarms import ALARM_UNANSWERED
from dispatch.crew.errors import CONSTRAINTS as OF_CREW
from dispatch.kit.errors import DispatchError
from dispatch.kit.outbox import Handler
from dispatch.orders.errors import CONSTRAINTS as OF_ORDERS
from dispatch.orders.place import ORDER_PLACED
from dispatch.orders.series.errors import CONSTRAINTS as OF_SERIES
from dispatch.rating.appeals import appeal_by_text
from dispatch.rating.errors import CONSTRAINTS as OF_RATING
from dispatch.sms.errors import CONSTRAINTS as OF_SMS
from dispatch.sms.events import (
    ACCOUNT_TROUBLED,
    NUMBER_DOUBTED,
    NUMBER_LOST,
    NUMBER_WRONG,
    STOP_ASKED,
    STOPPED,
    TEXT_OUTDATED,
    TEXTS_MOVED,
)
from dispatch.sms.phones import finish_stop
from dispatch.sms.replies import Disposition
from dispatch.sms.service import AnswerHandler, QuestionKind, WordHandlers
from dispatch.staffing import events as staffing_events
from dispatch.staffing.account_trouble import tell_account_trouble
from dispatch.staffing.attendance import arrive_by_text, delay_by_text, on_way_by_text
from dispatch.staffing.cancel import ring_if_unread, understood
from dispatch.staffing.change_answers import accept_change, decline_change
from dispatch.staffing.claims import end_other_claims, lose_claim
from dispatch.staffing.digests import mend
from dispatch.staffing.duty import CONSTRAINTS as OF_DUTY
from dispatch.staffing.escalation import escalate
from dispatch.staffing.gaps import accept_promotion, decline_promotion
from dispatch.staffing.inform import inform_by_text
from dispatch.staffing.leads import tell_leads
from dispatch.staffing.leave import cancel_by_text, restore_by_text
from dispatch.staffing.lifecycle import alarm_if_short, begin_staffing, close_gaps_of, look_again, start_shift
from dispatch.staffing.no_show import pass_limit
from dispatch.staffing.numbers import ask_for_proof, doubt_lost, part_from_number
from dispatch.staffing.outage import restart_limits
from dispatch.staffing.party import substitute_by_text
from dispatch.staffing.pass_alarms import look_at_pass_list
from dispatch.staffing.receipts import move_with_texts
from dispatch.staffing.reminders import ask_evening, ask_on_the_day, doubt_after_stop, mark_doubtful, reconfirm
from dispatch.staffing.series import make_due_days
from dispatch.staffing.settle import accept_offer, decline_offer
from dispatch.staffing.site import answer_present, ask_site
from dispatch.staffing.telephony import CONSTRAINTS as OF_TELEPHONY
from dispatch.staffing.tell_client import ask_client, client_confirms, client_objects
from dispatch.staffing.tomorrow import look_at_morning
from dispatch.tenancy.errors import CONSTRAINTS as OF_TENANCY
from dispatch.workers.errors import CONSTRAINTS as OF_WORKERS
from dispatch.workers.links import send_link_by_text

CONSTRAINTS: Final[Mapping[str, Callable[[], DispatchError]]] = MappingProxyType(
    {
        **OF_TENANCY,
        **OF_ACCESS,
        **OF_SMS,
        **OF_WORKERS,
        **OF_CLIENTS,
        **OF_ORDERS,
        **OF_SERIES,
        **OF_CREW,
        **OF_RATING,
        **OF_DUTY,
        **OF_TELEPHONY,
    }
)
"""Name of a database constraint -> the fact it stands for."""

_HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        ORDER_PLACED: begin_staffing,
        TEXTS_MOVED: move_with_texts,
        TEXT_OUTDATED: mend,
        STOPPED: doubt_after_stop,
        STOP_ASKED: finish_stop,
        ACCOUNT_TROUBLED: tell_account_trouble,
        NUMBER_WRONG: part_from_number,
        NUMBER_LOST: doubt_lost,
        NUMBER_DOUBTED: ask_for_proof,
        staffing_events.WAVE_DUE: look_again,
        staffing_events.SERIES_DUE: make_due_days,
        staffing_events.SEAT_TAKEN: end_other_claims,
        staffing_events.CLAIM_LOST: lose_claim,
        staffing_events.GAP_FOUND: close_gaps_of,
        staffing_events.EVENING_REMINDER: ask_evening,
        staffing_events.RECONFIRM_DUE: ask_on_the_day,
        staffing_events.DOUBTFUL_DUE: mark_doubtful,
        staffing_events.SHIFT_STARTS: start_shift,
        staffing_events.SHORT_ALARM_DUE: alarm_if_short,
        staffing_events.EVENING_LOOK_DUE: look_at_morning,
        staffing_events.SITE_QUESTION_DUE: ask_site,
        staffing_events.GATE_LIST_DUE: look_at_pass_list,
        staffing_events.LIMIT_DUE: pass_limit,
        staffing_events.CLIENT_CHECK_DUE: ask_client,
        staffing_events.CANCEL_RECEIPT_DUE: ring_if_unread,
        staffing_events.OUTAGE_ENDED: restart_limits,
        ALARM_UNANSWERED: escalate,
    }
)
"""Outbox kind -> what handles it, save those who send addresses of ours."""


def handlers_with(public_url: str) -> Mapping[str, Handler]:
    """Return what handles each kind of the outbox; addresses in what it sends begin with `public_url`."""
    return MappingProxyType({**_HANDLERS, staffing_events.LEAD_DUE: partial(tell_leads, base=public_url)})


LANES: Final = tuple(sorted({kind.split(".", 1)[0] for kind in handlers_with("")}))
"""The outbox lanes that have handlers."""

_K, _D = QuestionKind, Disposition

ANSWERS: Final[Mapping[tuple[QuestionKind, Disposition], AnswerHandler]] = MappingProxyType(
    {
        (_K.OFFER, _D.ACCEPT): accept_offer,
        (_K.OFFER, _D.DECLINE): decline_offer,
        (_K.OFFER, _D.QUESTION): inform_by_text,
        (_K.SEAT, _D.QUESTION): inform_by_text,
        (_K.RECONFIRM, _D.QUESTION): inform_by_text,
        (_K.PROMOTION, _D.QUESTION): inform_by_text,
        (_K.CHANGE, _D.QUESTION): inform_by_text,
        (_K.SEAT, _D.ARRIVED): arrive_by_text,
        (_K.SEAT, _D.LATE): delay_by_text,
        (_K.SEAT, _D.ON_WAY): on_way_by_text,
        (_K.SEAT, _D.CANCEL): cancel_by_text,
        (_K.SEAT, _D.SUBSTITUTE): substitute_by_text,
        (_K.SEAT, _D.RESTORE): restore_by_text,
        (_K.RECONFIRM, _D.ACCEPT): reconfirm,
        (_K.RECONFIRM, _D.ON_WAY): on_way_by_text,
        (_K.RECONFIRM, _D.CANCEL): cancel_by_text,
        (_K.PROMOTION, _D.ACCEPT): accept_promotion,
        (_K.PROMOTION, _D.DECLINE): decline_promotion,
        (_K.CHANGE, _D.ACCEPT): accept_change,
        (_K.CHANGE, _D.CANCEL): decline_change,
        (_K.NOTICE, _D.ACCEPT): understood,
        (_K.ETA, _D.LATE): delay_by_text,
        (_K.PRESENT, _D.ACCEPT): answer_present,
        (_K.PRESENT, _D.MISSING): answer_present,
        (_K.FINE, _D.APPEAL): appeal_by_text,
        (_K.CLIENT, _D.ACCEPT): client_confirms,
        (_K.CLIENT, _D.RESTORE): client_confirms,
        (_K.CLIENT, _D.DECLINE): client_objects,
        (_K.CLIENT, _D.CANCEL): client_objects,
    }
)
"""(what was asked, what was answered) -> what settles it; a pair not listed goes to people."""


def words_with(public_url: str) -> WordHandlers:
    """Return what acts on words that answer nothing; addresses in what it sends begin with `public_url`."""
    return MappingProxyType({_D.LINK: partial(send_link_by_text, base=public_url)})
