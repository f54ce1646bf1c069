"""The texts of a franchise: what each says in every language, what it costs, an editor that counts while one types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from dispatch.access.roles import Permission
from dispatch.api.deps import UowDep, allow
from dispatch.kit.uow import Uow
from dispatch.sms.accounts import segment_price
from dispatch.sms.errors import OwnTextChanged, SmsAccountMissing
from dispatch.sms.own_texts import (
    ChangeOwnText,
    OwnText,
    change_own_text,
    history_of,
    own_texts_of,
    set_in_latin,
    wording_of,
)
from dispatch.sms.segments import Encoding
from dispatch.sms.text_preview import Preview, preview
from dispatch.sms.text_rules import LONGEST, OCCASIONS, asked_words, faults_of, needed_places, places_of, samples
from dispatch.sms.texts import SENTENCES, Language, Template, Wording
from dispatch.tenancy.queries import franchise_of
from dispatch.web.actors import actors_of
from dispatch.web.doors import own_page
from dispatch.web.forms import fit, text_in, version_in
from dispatch.web.frame import Page, PageDep
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings
from dispatch.web.text_words import FAULTS, PLACES, TEXTS

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

HERE: Final = "/settings/texts"
_LIST: Final = "texts.html"
_EDITOR: Final = "text.html"
_SEES: Final = [allow(Permission.FRANCHISE_READ)]
_CHANGES: Final = [allow(Permission.FRANCHISE_WRITE), Depends(own_page)]
Body = Annotated[str, Query(max_length=2 * LONGEST)]


@dataclass(frozen=True, slots=True)
class _Terms:
    """What texts are judged by: how the franchise says things, what a segment costs, in which money."""

    wording: Wording
    price_minor: int | None
    currency: str
    zone: ZoneInfo

    def preview(self, template: Template, language: Language, body: str) -> Preview:
        values = samples(template, language, self.currency)
        return preview(template, language, body, values, in_latin=self.wording.in_latin, price_minor=self.price_minor)


@router.get(HERE, dependencies=_SEES)
async def show_texts(page: PageDep, uow: UowDep, language: Language = Language.RU) -> Response:
    """Show every text of one language as a phone would get it, by occasion, with what it costs."""
    terms = await _terms(uow)
    own = await own_texts_of(uow)
    sentences = {template: _sentence(own, template, language) for template in Template}
    return show_settings(
        page,
        _LIST,
        occasions=OCCASIONS,
        titles=TEXTS,
        language=language,
        languages=list(Language),
        shown={template: terms.preview(template, language, body) for template, body in sentences.items()},
        own={of for (of, spoken), text in own.items() if spoken is language and text.body is not None},
        terms=terms,
        letters=_letters(terms, own),
    )


@router.post(f"{HERE}/latin", dependencies=_CHANGES)
async def choose_letters(request: Request, page: PageDep, uow: UowDep) -> Response:
    """Write Cyrillic in Latin letters from now on, or no more."""
    await set_in_latin(uow, in_latin=text_in(await request.form(), "in_latin") == "yes")
    return page.done(page.say("Saved"), HERE)


@router.get(f"{HERE}/{{template}}/{{language}}", dependencies=_SEES)
async def show_text(
    template: Template,
    language: Language,
    page: PageDep,
    uow: UowDep,
    saved: Annotated[str, Query(pattern="^(yes)?$")] = "",
) -> Response:
    """Show one text with its preview, what may stand in it, and how it came to be."""
    return await _show(page, uow, template, language, saved=bool(saved))


@router.get(f"{HERE}/{{template}}/{{language}}/preview", dependencies=_SEES)
async def show_preview(template: Template, language: Language, page: PageDep, uow: UowDep, body: Body = "") -> Response:
    """Show what a text would look like and cost that somebody is typing."""
    terms = await _terms(uow)
    return page.part(_EDITOR, "preview", **_previewed(page, terms, terms.preview(template, language, body.strip())))


@router.post(f"{HERE}/{{template}}/{{language}}", dependencies=_CHANGES)
async def change_text(template: Template, language: Language, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Put a text in force from the version that was read; one that may not go out is shown again with what is wrong."""
    form = await request.form()
    body = text_in(form, "body").strip()
    if body == SENTENCES[language][template]:
        return await _put(page, uow, template, language, None, version_in(form))
    if faults_of(template, language, body):
        return await _show(page, uow, template, language, body=body[: 2 * LONGEST], status=422)
    return await _put(page, uow, template, language, body, version_in(form))


@router.post(f"{HERE}/{{template}}/{{language}}/house", dependencies=_CHANGES)
async def use_house_text(
    template: Template, language: Language, request: Request, page: PageDep, uow: UowDep
) -> Response:
    """Say it as the house does again."""
    return await _put(page, uow, template, language, None, version_in(await request.form()))


async def _put(
    page: Page, uow: Uow, template: Template, language: Language, body: str | None, version: int
) -> Response:
    command = fit(ChangeOwnText, {"body": body, "based_on": version})
    try:
        await change_own_text(uow, template, language, command)
    except OwnTextChanged:
        return await _show(page, uow, template, language, body=body, status=409)
    return page.go(f"{HERE}/{template}/{language}?saved=yes")


async def _show(
    page: Page,
    uow: Uow,
    template: Template,
    language: Language,
    *,
    body: str | None = None,
    status: int = 200,
    saved: bool = False,
) -> Response:
    terms = await _terms(uow)
    history = await history_of(uow, template, language)
    current = history[0] if history else None
    house = SENTENCES[language][template]
    said = (current.sentence if current else house) if body is None else body
    return show_settings(
        page,
        _EDITOR,
        status,
        of=template,
        title=TEXTS[template],
        language=language,
        languages=list(Language),
        body=said,
        house=house,
        house_preview=terms.preview(template, language, house),
        version=current.version if current else 0,
        is_own=current is not None and current.body is not None,
        history=history,
        stands=[(name, PLACES[name], name in needed_places(template)) for name in places_of(template)],
        asked=asked_words(template, language),
        longest=LONGEST,
        saved=saved,
        moved=status == 409,  # noqa: PLR2004 - the status of a conflict
        who=await actors_of(page, uow, [one.created_by for one in history]),
        zone=terms.zone,
        **_previewed(page, terms, terms.preview(template, language, said)),
    )


def _previewed(page: Page, terms: _Terms, seen: Preview) -> dict[str, Any]:
    return {
        "seen": seen,
        "terms": terms,
        "wide": seen.encoding is Encoding.UCS2,
        "faults": [page.say(FAULTS[fault.kind], about=fault.about) for fault in seen.faults],
    }


async def _terms(uow: Uow) -> _Terms:
    franchise = await franchise_of(uow)
    try:
        price = await segment_price(uow)
    except SmsAccountMissing:
        price = None
    return _Terms(await wording_of(uow), price, franchise.currency, ZoneInfo(franchise.zone))


def _sentence(own: Mapping[tuple[Template, Language], OwnText], template: Template, language: Language) -> str:
    text = own.get((template, language))
    return text.sentence if text is not None else SENTENCES[language][template]


def _letters(terms: _Terms, own: Mapping[tuple[Template, Language], OwnText]) -> tuple[Preview, Preview]:
    """Return the Russian invitation as it is written, and in Latin letters."""
    said = _sentence(own, Template.OFFER, Language.RU)
    values = samples(Template.OFFER, Language.RU, terms.currency)
    plain, latin = (
        preview(Template.OFFER, Language.RU, said, values, in_latin=in_latin, price_minor=terms.price_minor)
        for in_latin in (False, True)
    )
    return plain, latin
