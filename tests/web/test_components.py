"""The page of all parts shows all parts."""

import re
from pathlib import Path

import pytest
from httpx import AsyncClient

TEMPLATES = Path(__file__).parents[2] / "dispatch/web/templates"
SHARED = ("parts.html", "form_parts.html", "tables.html")


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_every_macro_is_shown(dispatcher: AsyncClient, language: str) -> None:
    answer = await dispatcher.get("/console/parts", headers={"Accept-Language": language})
    assert answer.status_code == 200
    shown = {name for names in re.findall(r"<code>([\w, ]+)</code>", answer.text) for name in names.split(", ")}
    made = {
        name
        for file in SHARED
        for name in re.findall(r"{% macro (\w+)\(", (TEMPLATES / file).read_text(encoding="utf-8"))
    }
    assert made - shown == set()
    assert shown - made == set()
