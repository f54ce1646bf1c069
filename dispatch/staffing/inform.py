"""A man asks about pay, place, time or what to bring, of what he was asked to or holds: he is told each once.

What remains is for people. The facts are those of the shift; where it has none, nothing is invented.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.kit.uow import Uow
from dispatch.orders.shifts import Shift, read_shift
from dispatch.orders.timeline import note
from dispatch.sms.grammar.topics import Topic, topic_of
from dispatch.sms.loops import answered_often_enough
from dispatch.sms.service import PASS_ON, RING, Answer
from dispatch.sms.texts import Template
from dispatch.sms.tongues import Language, spoken
from dispatch.staffing.facts import contact_of, place_of
from dispatch.staffing.passes import PassField, pass_rule_of
from dispatch.staffing.tell import tell
from dispatch.tenancy.queries import policy_in_force

_TEXTS: Final[Mapping[Topic, Template]] = MappingProxyType(
    {Topic.PAY: Template.PAY_INFO, Topic.PLACE: Template.ADDRESS_INFO, Topic.TIME: Template.TIME_INFO}
)
_BRING: Final = re.compile(
    r"""\b(?:что|чего)\b.{0,12}\b(?:взять|брать|захватить|принести|нужно|надо)\b
    | \bс\s+собой\b | как\w*\s+(?:документ|одежд|форм) | \bнуж[еа]?н\w*\s+(?:паспорт|документ|медкнижк|форм|перчатк)
    | what\s+(?:do\s+i|to|should\s+i)\s+(?:bring|take|wear) | nima\s+ol | чӣ\s+гирам | mit\s+vigyek | qu[ée]\s+llevo""",
    re.IGNORECASE | re.VERBOSE,
)
_PAPERS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        language: dict(
            zip(("passport", "work_permit", "patent", "height_permit", "medical_book"), words.split("; "), strict=True)
        )
        for language, words in (
            (Language.RU, "паспорт; разрешение на работу; патент; допуск к работе на высоте; медкнижку"),
            (Language.EN, "passport; work permit; labour patent; permit to work at height; medical book"),
            (Language.UZ, "pasport; ish ruxsatnomasi; patent; balandlikda ishlash ruxsati; tibbiy daftarcha"),
            (Language.TG, "шиноснома; иҷозати кор; патент; иҷозати кор дар баландӣ; дафтарчаи тиббӣ"),
            (
                Language.HU,
                "utlevél; munkavallalasi engedély; patent; engedély magasban; egészségügyi könyv",
            ),
            (Language.ES, "pasaporte; permiso de trabajo; patente; permiso para trabajo en altura; carné sanitario"),
        )
    }
)


async def inform_by_text(uow: Uow, answer: Answer) -> str:
    """Settle a question by the facts of the shift; what he was asked stays open.

    The same thing asked again goes to a person: the first answer did not help him. After three automatic answers
    somebody rings him.
    """
    worker_id, shift_id = answer.question.worker_id, answer.question.shift_id
    template = _template_for(answer.text)
    if template is None or worker_id is None or shift_id is None:
        return PASS_ON
    told = await uow.fetchval(
        """SELECT EXISTS (SELECT FROM messages WHERE franchise_id = $1 AND shift_id = $2 AND worker_id = $3
                          AND template = $4)""",
        uow.franchise_id,
        shift_id,
        worker_id,
        str(template),
    )
    if told:
        return PASS_ON
    shift = await read_shift(uow, shift_id)
    contact = await contact_of(uow, worker_id)
    papers = await _papers(uow, shift, contact.language) if template is Template.BRING_INFO else None
    if papers == "":
        return PASS_ON
    if await answered_often_enough(uow, answer.phone_id):
        return RING
    minimum = (await policy_in_force(uow)).policy.money.minimum_hours
    await tell(
        uow,
        contact,
        template,
        await place_of(uow, shift),
        key=(answer.inbound_id,),
        account_id=answer.account_id,
        still_open=[answer.question.code] if answer.question.code is not None else [],
        hours=minimum if template is Template.PAY_INFO else None,
        what=papers,
    )
    await note(uow, shift_id, "informed", worker_id=worker_id, about=str(template).removesuffix("_info"))
    return "informed"


def _template_for(text: str) -> Template | None:
    """Return the one answer a question asks for; one that asks for two things is a person's to answer."""
    topic = topic_of(text)
    if _BRING.search(" ".join(text.split())):
        return Template.BRING_INFO if topic is None else None
    return None if topic is None else _TEXTS[topic]


async def _papers(uow: Uow, shift: Shift, language: str) -> str:
    """Return what the service and the gate ask for, in the reader's words; "" where neither asks for anything."""
    rule = await pass_rule_of(uow, shift.site_id, shift.order_id)
    at_gate = set() if rule is None else {str(field) for field in rule.fields if isinstance(field, PassField)}
    words = _PAPERS[spoken(language)]
    return ", ".join(word for kind, word in words.items() if kind in {*shift.documents, *at_gate})
