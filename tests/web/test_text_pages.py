"""The texts of a franchise on pages: shown as phones get them, counted while one types, changed by who may."""

import re

import asyncpg
import pytest_asyncio
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.sms.text_rules import OCCASIONS, FaultKind, places_of
from dispatch.sms.texts import SENTENCES, Language, Template
from dispatch.web.languages import Language as Spoken
from dispatch.web.languages import speech
from dispatch.web.text_words import FAULTS, PLACES, TEXTS
from tests.factories.office import Office, last_audit, open_office
from tests.factories.tenancy import make_franchise

OWN = "Есть {service}: {when}, {place}, {rate} в час. Код {code}: 1=да 2=нет"
OFFER = "texts/offer/ru"


@pytest_asyncio.fixture(loop_scope="session")
async def office(stranger: AsyncClient, settings: Settings, app_db: Database) -> Office:
    """The office of an owner."""
    return await open_office(stranger, app_db, (await make_franchise(settings)).id)


def test_every_text_place_and_fault_has_words() -> None:
    assert set(TEXTS) == set(Template)
    assert set(PLACES) == {place for template in Template for place in places_of(template)}
    assert set(FAULTS) == set(FaultKind)
    words = speech(Spoken.RU).words
    said = [*TEXTS.values(), *PLACES.values(), *FAULTS.values(), *OCCASIONS]
    assert [each for each in said if words.gettext(each) == each] == []


async def test_the_list_shows_each_text_as_a_phone_gets_it(office: Office) -> None:
    page = await office.page("texts")
    assert page.count('class="person text-line"') == len(Template)
    assert "погрузка 24.11 9-18, Садовая ул., 38, 250р/ч. Код 31: 1=да 2=нет" in page
    assert "{code}" not in page
    assert "Kod 31: 1=da 2=net" in page, "what Latin letters would make of it"
    uzbek = await office.page("texts?language=uz")
    assert "Kod 31: 1=ha" in uzbek


async def test_the_preview_counts_while_one_types(office: Office, owner: asyncpg.Connection) -> None:
    short = await office.part(f"{OFFER}/preview?body={SENTENCES[Language.RU][Template.OFFER]}")
    assert "1 segment" in short
    assert "alert" not in short
    wrong = await office.part(f"{OFFER}/preview?body=STOP {{code}} www.evil.ru")
    for said in ("{place} is missing", "take “STOP” for an order", "No links"):
        assert said in wrong
    dear = await office.part("texts/declined_ok/uz/preview?body=Rahmat “aka”")
    assert dear.count('<mark class="text-dear">') == 4
    assert await owner.fetchval("SELECT count(*) FROM own_texts WHERE franchise_id = $1", office.franchise_id) == 0
    assert "&lt;b&gt;" in await office.part("texts/declined_ok/uz/preview?body=<b>")


async def test_a_text_is_changed_kept_and_taken_back(office: Office, owner: asyncpg.Connection) -> None:
    await office.done(OFFER, body=OWN, version="0")
    page = await office.page(f"{OFFER}?saved=yes")
    assert "Saved." in page
    assert OWN.replace("'", "&#39;") in page
    assert last_version(page) == "1"
    assert (await last_audit(owner, "own_texts", ""))["actor"] == f"staff:{office.me}"
    assert "own words" in await office.page("texts")
    await office.done(f"{OFFER}/house", version="1")
    page = await office.page(OFFER)
    assert last_version(page) == "2"
    assert "Back to the house text" in page
    assert "own words" not in await office.page("texts")
    await office.done(OFFER, body=SENTENCES[Language.RU][Template.OFFER], version="2")
    bodies = await owner.fetch(
        "SELECT body FROM own_texts WHERE franchise_id = $1 ORDER BY version", office.franchise_id
    )
    assert [row["body"] for row in bodies] == [OWN, None, None], "the house's own words are the house's"


async def test_what_may_not_go_out_is_shown_again(office: Office, owner: asyncpg.Connection) -> None:
    refused = await office.act(OFFER, body="Приходите, {when}!", version="0")
    assert refused.status_code == 422
    assert "Приходите, {when}!" in refused.text
    assert "{code} is missing" in refused.text
    await office.done(OFFER, body=OWN, version="0")
    late = await office.act(OFFER, body=f"{OWN}!", version="0")
    assert late.status_code == 409
    assert f"{OWN}!" in late.text
    assert last_version(late.text) == "1"
    kept = await owner.fetchval("SELECT count(*) FROM own_texts WHERE franchise_id = $1", office.franchise_id)
    assert kept == 1


async def test_who_may_only_look_changes_nothing(office: Office) -> None:
    dispatcher = await office.turn(Role.DISPATCHER)
    page = await dispatcher.page(OFFER)
    assert "readonly" in page
    assert 'type="submit"' not in page[page.index('id="text-form"') : page.index('id="text-preview"')]
    for where in (OFFER, f"{OFFER}/house", "texts/latin"):
        assert (await dispatcher.act(where, body=OWN, version="0")).status_code == 403


async def test_latin_letters_are_chosen_and_shown(office: Office) -> None:
    await office.done("texts/latin", in_latin="yes")
    page = await office.page("texts")
    assert page.count("pogruzka") >= 2
    assert "in Latin letters now" in page
    await office.done("texts/latin", in_latin="")
    assert "in Latin letters now" not in await office.page("texts")


def last_version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]
