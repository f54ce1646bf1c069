"""What all pages share: headers, files, languages."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from babel.messages.extract import extract_from_dir
from httpx import AsyncClient

from dispatch.access.roles import Role
from dispatch.orders.rules import ShiftStatus
from dispatch.web.assets import Assets
from dispatch.web.frame import PLACES
from dispatch.web.languages import Language, speech
from dispatch.workers.skills import Service

WEB = Path(__file__).parents[2] / "dispatch" / "web"


async def test_a_page_carries_no_script_or_style_and_fits_nobodys_frame(dispatcher: AsyncClient) -> None:
    for answer in (
        await dispatcher.get("/board"),
        await dispatcher.get("/login"),
        await dispatcher.get("/board?day=x"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", answer.text) == []


async def test_files_are_kept_for_ever_and_change_their_name(stranger: AsyncClient) -> None:
    page = (await stranger.get("/login")).text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) >= 4
    for address in addresses:
        answer = await stranger.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    old = re.sub(r"/static/[0-9a-f]{4}", "/static/0000", addresses[0])
    assert (await stranger.get(old)).status_code == 404


async def test_scripts_of_a_page_are_less_than_300_kb(dispatcher: AsyncClient) -> None:
    page = (await dispatcher.get("/board")).text
    sources = re.findall(r'<script src="([^"]+)"', page)
    sizes = [len((await dispatcher.get(source, headers={"Accept-Encoding": "identity"})).content) for source in sources]
    assert 0 < sum(sizes) < 300_000


def test_every_word_of_the_pages_is_known_in_russian() -> None:
    words = speech(Language.RU).words
    found = extract_from_dir(WEB / "templates", [("**.html", "jinja2")], {"**.html": {"trim_blocks": "true"}})
    asked = [message for _, _, message, *_ in found]
    assert len(asked) > 30
    plain = [word for word in asked if isinstance(word, str)]
    named = [*ShiftStatus, *Service, *Role, *(place.name for place in PLACES)]
    assert [word for word in (*plain, *map(str, named)) if words.gettext(word) == word] == []
    english = speech(Language.EN).words
    assert [name for name in map(str, named) if "_" in english.gettext(name)] == []
    counted = [message for message in asked if not isinstance(message, str)]
    assert [
        m[0] for m in counted if "%(num)d" not in words.ngettext(m[0], m[1], 5) or words.ngettext(m[0], m[1], 5) == m[1]
    ] == []


def test_only_words_of_ours_are_taken_for_safe() -> None:
    templates = [template.read_text(encoding="utf-8") for template in (WEB / "templates").glob("*.html")]
    assert [call for text in templates for call in re.findall(r"(?<![\w.])_\((?![\"\'])[^)]*\)", text)] == []
    assert not any("|safe" in text or "Markup" in text or "autoescape" in text for text in templates)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 не вышел"), (2, "2 не вышли"), (5, "5 не вышли"), (21, "21 не вышел")]
)
def test_russian_counts(count: int, words: str) -> None:
    russian = speech(Language.RU).words
    assert russian.ngettext("%(num)d no-show", "%(num)d no-shows", count) % {"num": count} == words


@pytest.mark.parametrize(
    ("header", "cookie", "language"),
    [
        ("", "", "ru"),
        ("en-GB,en;q=0.9", "", "en"),
        ("ru;q=0.4, en;q=0.8", "", "en"),
        ("de, fr", "", "ru"),
        ("en", "ru", "ru"),
        ("ru", "klingon", "ru"),
        ("en;q=x, ru;q=0.1", "", "ru"),
    ],
)
async def test_the_language_is_the_chosen_one_or_the_best_of_those_asked_for(
    stranger: AsyncClient, header: str, cookie: str, language: str
) -> None:
    cookies = {"Cookie": f"dispatch_language={cookie}"} if cookie else {}
    answer = await stranger.get("/login", headers={"Accept-Language": header} | cookies)
    assert f'<html lang="{language}"' in answer.text


def test_every_icon_that_templates_draw_exists() -> None:
    asked = set()
    for template in (WEB / "templates").glob("*.html"):
        asked |= set(re.findall(r'icon\("([\w-]+)"\)|icon_name="([\w-]+)"', template.read_text(encoding="utf-8")))
    names = {name for pair in asked for name in pair if name} | {place.icon for place in PLACES}
    drawings = Assets.load()
    assert names
    assert all("<path" in drawings.icon(name) for name in names)


@pytest.mark.parametrize("language", Language)
async def test_an_address_with_a_mistake_is_told_from_one_with_nothing(
    dispatcher: AsyncClient, language: Language
) -> None:
    say = speech(language).words.gettext
    headers = {"Accept-Language": language}
    damaged = say("Part of the address is missing or mistyped: copy the whole link, or open the page from its list.")
    page = await dispatcher.get("/shifts/x", headers=headers)
    assert (page.status_code, damaged in page.text) == (422, True)
    part = await dispatcher.get("/shifts/x", headers=headers | {"HX-Request": "true"})
    told = say("Something that was sent cannot be read: load the page again, then try once more.")
    assert unquote(part.headers["X-Problem"]) == told


async def test_an_address_that_leads_nowhere_is_a_page_for_a_browser(stranger: AsyncClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml"}
    page = await stranger.get("/nowhere", headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in page.text
    for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", browser)):
        answer = await stranger.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")
