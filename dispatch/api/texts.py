"""What a text would look like on a phone and cost, before anybody puts it in force."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.api.errors import responses
from dispatch.kit.text import Clean
from dispatch.sms.accounts import segment_price
from dispatch.sms.errors import SmsAccountMissing
from dispatch.sms.own_texts import wording_of
from dispatch.sms.segments import Encoding
from dispatch.sms.text_preview import preview
from dispatch.sms.text_rules import LONGEST, FaultKind, samples
from dispatch.sms.texts import SENTENCES, Language, Template
from dispatch.tenancy.errors import FranchiseNotFound
from dispatch.tenancy.queries import franchise_of

router = APIRouter(tags=["sms"])

Words = Annotated[str, Clean(max_length=200)] | None


class TextSamples(BaseModel):
    """Values to try a text with; what is not given is that of a usual order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: Words = None
    address: Words = None
    meeting: Words = None
    service: Words = None
    name: Words = None


class PreviewText(BaseModel):
    """A sentence with its places, such as `{code}`; without one, what is in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: Template
    language: Language
    body: Annotated[str, Clean(max_length=2 * LONGEST)] | None = None
    samples: TextSamples = TextSamples()


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class TextFaultOut(_Answer):
    """Why a text may not go out, and what it is about: a place, a word, or what was found."""

    kind: FaultKind
    about: str


class TextPreviewOut(_Answer):
    """A text with sample values, and what it costs."""

    text: str
    encoding: Encoding
    units: Annotated[int, Field(description="septets, or UCS-2 code units")]
    units_left: Annotated[int, Field(description="how many more fit without another segment")]
    segments: int
    forced: Annotated[list[str], Field(description="characters outside the GSM alphabet, each once")]
    cost_minor: Annotated[int | None, Field(description="of one such text; null where the account has no price")]
    currency: str
    faults: list[TextFaultOut]


@router.post(
    "/texts/preview",
    dependencies=[allow(Permission.FRANCHISE_READ)],
    responses=responses(FranchiseNotFound, SmsAccountMissing),
)
async def preview_text(command: PreviewText, uow: UowDep) -> TextPreviewOut:
    """Say what a text would look like and cost, and what is wrong with it; nothing is kept."""
    franchise, wording = await franchise_of(uow), await wording_of(uow)
    try:
        price = await segment_price(uow)
    except SmsAccountMissing:
        price = None
    template, language = command.template, command.language
    body = command.body or wording.own.get((template, language)) or SENTENCES[language][template]
    given = samples(template, language, franchise.currency)
    given = {**given, **{name: value for name, value in command.samples if value is not None}}
    seen = preview(template, language, body, given, in_latin=wording.in_latin, price_minor=price)
    return TextPreviewOut(
        text=seen.text,
        encoding=seen.encoding,
        units=seen.units,
        units_left=seen.units_left,
        segments=seen.segments,
        forced=list(seen.forced),
        cost_minor=seen.cost_minor,
        currency=franchise.currency,
        faults=[TextFaultOut.model_validate(fault) for fault in seen.faults],
    )
