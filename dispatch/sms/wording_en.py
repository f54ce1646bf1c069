"""English wording, in letters of the GSM alphabet: one segment is 160 characters."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.sms.wording import Template

ENGLISH: Final[Mapping[Template, str]] = MappingProxyType(
    {
        Template.OFFER: "[{name}, ]{service} {when}, {place}, {rate}/h. Code {code}: 1=yes 2=no",
        Template.OFFER_URGENT: "[{name}, ]URGENT {service} {when}, {place}, {rate}/h. Code {code}: 1=yes 2=no",
        Template.OFFERS: "[{name}, ]{offers}. Reply: code and 1=yes 2=no, e.g. {code} 1",
        Template.OFFER_WITHDRAWN: "This offer was withdrawn (code {code})[, {when}]. Thank you for your answer!",
        Template.ACCEPTED_PRIMARY: (
            "You are in the main crew: {when}, {address}.[ Meet at: {meeting}.] If you can't make it, reply: not coming"
        ),
        Template.ACCEPTED_RESERVE: (
            "You are in reserve: {when}, {address}. Please come[: if not needed, {hours} h are paid]"
        ),
        Template.ACCEPTED_STANDBY: (
            "You are on standby, number {number}: {when}. Stay near your phone[, free from {time}]. "
            "You may take other work"
        ),
        Template.TURNED_AWAY: "Thank you! All places are taken: {when}[ (code {code})]. Next time we ask you first",
        Template.BUSY: "This offer was withdrawn (code {code}): you have another shift on {when}",
        Template.DECLINED_OK: "All right, thanks for answering",
        Template.WHICH: "Which shift? Reply with the code: {choices}",
        Template.WHICH_NO: "Which shift can't you do? Reply e.g. {code} no: {choices}",
        Template.WHICH_DAY: "Which shift do you leave? Reply e.g. {code} not coming: {choices}",
        Template.RECONFIRM_EVENING: "Reminder: {when}, {place}. Will you come? 1=yes 2=no[, code {code}]",
        Template.RECONFIRM_DAY: "Your shift is soon: {when}, {place}. Are you still coming? 1=yes 2=no[, code {code}]",
        Template.DOUBTFUL_AGAIN: (
            "Please reply: {when}, {place}. Are you still coming? 1=yes 2=no[, code {code}]. Or we will call you"
        ),
        Template.RECONFIRMED: "Thank you, noted: {when}",
        Template.PROMOTION: "A place has opened in the main crew: {when}, {address}. Code {code}: 1=yes 2=no",
        Template.PROMOTED: "A place has opened: you are now in the main crew, {when}, {address}",
        Template.PROMOTION_TAKEN: "Thank you, this place is already taken[ (code {code})]",
        Template.CHANGE: "The shift has changed: now {when}, {address}. Code {code}: 1=yes 2=no",
        Template.CANCELLED_BY_CLIENT: (
            "The order is cancelled: {when}, {place}. Do not come.[ {hours} h are paid.] Reply 1=understood"
        ),
        Template.RELEASED: "Fewer people are needed, you are free: {when}.[ {hours} h are paid.] Thank you!",
        Template.PRESENT: "All {count} here? 1=all, or the numbers of who is missing: {entries}",
        Template.PRESENT_NOTED: "Thank you, noted[: {count} short]",
        Template.ETA: "In how many minutes will you be there? Reply with a number",
        Template.UNACCOUNTED: "Where are you? The shift of {when} is on. Reply in how many minutes, or: I am here",
        Template.NO_SHOW: (
            "You did not come on {when}. Your rating is {rating} now[, fine {amount}]. "
            "If you disagree, reply DISPUTE {code}"
        ),
        Template.NO_SHOW_REVERSED: (
            "We are sorry: you were at the shift of {when}. The mark is gone, rating and money are back"
        ),
        Template.MARKS_EXCUSED: "Shift {when} is not held against you: mark, rating and money are put right",
        Template.CANCEL_CONFIRMED: (
            "You are off the shift of {when}, {place}.[ Your rating is {rating} now.][ We keep {amount}.]"
            "[ Disagree? Reply DISPUTE {code}.][ Changed your mind? Reply RESTORE within {minutes} min]"
        ),
        Template.RESTORED: "You are booked again ({seat}): {when}",
        Template.NOT_RESTORED: "We could not give the shift of {when} back: that place is already taken",
        Template.LATE_FINED: (
            "You were {minutes} min late for the shift of {when}. Your rating is {rating} now, fine {amount}. "
            "If you disagree, reply DISPUTE {code}"
        ),
        Template.LEFT_EARLY: (
            "You left the shift of {when} early. Your rating is {rating} now[, fine {amount}]. "
            "If you disagree, reply DISPUTE {code}"
        ),
        Template.SENT_AWAY: (
            "You were not let to work on the shift of {when}. Your rating is {rating} now[, fine {amount}]. "
            "If you disagree, reply DISPUTE {code}"
        ),
        Template.LEAD_LINK: "You lead the crew of {when}. Mark who is there on this page: {link}",
        Template.LATE_NOTED: "Noted: {minutes} min late, we meet you at {time}",
        Template.ARRIVED_NOTED: "Noted at {time}. Thank you!",
        Template.ON_WAY_NOTED: "Thank you! Text: I am here, when you arrive",
        Template.NOTICE_NOTED: "Thank you, noted",
        Template.APPEAL_NOTED: "Dispute received (code {code}). A person decides, we will text you",
        Template.WORKER_LINK: "Your page[, {name}]: {link} It is for you alone, pass it to nobody",
        Template.NUMBER_CODE: "[{name}, ]a new number? Reply with {code}, and offers come here",
        Template.NUMBER_PROVEN: "Thank you, the number is confirmed",
        Template.OTHER_PHONE: (
            "You answer from another number (code {code}). Reply with the last 4 digits of the number we wrote to"
        ),
        Template.OTHER_PHONE_TAKEN: "Thank you, your answer is noted (code {code})",
        Template.PARTY_HELD: "Places held for your mates: {count}, until {time}. Each must reply from his own phone",
        Template.PARTY_UNKNOWN: (
            "We do not know some of them: {count}. Let them text us from their own phones, then comes an interview"
        ),
        Template.SUBSTITUTE_ASKED: (
            "Whoever comes instead must reply to us from his own phone. Until he does, we expect you on {when}"
        ),
        Template.SUBSTITUTED: "Somebody else took over your shift of {when}. You are free, thank you!",
        Template.CLIENT_BOOKED: "Your order: {when}, {address}. People: {count}",
        Template.CLIENT_CHECK: "Your order {when}, {address}. People: {count}. 1 - all correct, 2 - ring me",
        Template.CLIENT_NOTED: "Thank you, the crew will come",
        Template.CLIENT_RING: "Thank you, we ring you now",
        Template.CLIENT_ON_WAY: "The crew is on its way: {when}, {address}. People: {count}[. Led by {name}]",
        Template.CLIENT_SHORT: "Your order {when}: {number} of {count} so far. We look for more and ring you",
        Template.CLIENT_BILL: "Order {when} is done. To pay: {amount}",
        Template.STOP_CONFIRMED: "No more texts to you from us. To get offers again, reply START",
        Template.START_CONFIRMED: "We will text you offers again",
        Template.PAY_INFO: "Shift {when}: {rate}/h[, at least {hours} h]",
        Template.ADDRESS_INFO: "Shift {when}. Address: {address}.[ Meet at: {meeting}.]",
        Template.TIME_INFO: "Your shift: {when}[. Meet at: {meeting}]",
        Template.BRING_INFO: "For the shift of {when} bring: {what}",
        Template.CLARIFY: "We did not understand[ your answer to {code}]. Reply with a figure: 1 to agree, 2 to refuse",
        Template.CLARIFY_LIST: "We did not understand the list. 1 if everybody came, else the numbers, e.g. 3, 7",
        Template.CLARIFY_OFFER: (
            "The shift is {when}, no other time (code {code}). Reply with a figure: 1 to agree, 2 to refuse"
        ),
        Template.ALARM: "Alarm[: {what}, {when}]. For {minutes} min nobody has taken it, open the board",
        Template.STILL_OPEN: "Still waiting for your answer: {codes}",
    }
)
