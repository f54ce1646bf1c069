"""Whoever adds a page adds its picture, or says why there is none."""

import re

from tests.browser.pictures import NOT_PICTURED, PICTURES
from tests.web.test_roles_pages import PAGES


def test_every_page_is_pictured_or_says_why_not() -> None:
    """A picture shows the route whose path it names, names in it filled in or not."""
    shown = {path for path in PAGES if any(_shows(picture.route, path) for picture in PICTURES)}
    assert set(PAGES) - shown - set(NOT_PICTURED) == set(), "neither pictured nor excused"
    assert set(NOT_PICTURED) - set(PAGES) == set(), "excused, and there is no such page"
    assert all(NOT_PICTURED.values())
    names = [picture.name for picture in PICTURES]
    assert sorted(set(names)) == sorted(names), "two pictures would have one file"


def _shows(pictured: str, path: str) -> bool:
    if pictured == path:
        return True
    filled = re.sub(r"\{[^}]+\}", "[^/]+", re.sub(r"\{\w+:path\}", ".+", path))
    return re.fullmatch(filled, pictured) is not None and pictured not in PAGES
