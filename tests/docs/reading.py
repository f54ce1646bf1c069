"""The documents as the tests of them read them: files, code spans, fenced blocks, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = ROOT / "README.md"
DECISIONS: Final = ROOT / "docs/adr"

_FENCE: Final = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


def documents() -> list[Path]:
    """Return every document of the house."""
    return [README, *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text without indentation, and the document it stands in."""

    path: Path
    language: str
    text: str


def blocks(path: Path, language: str) -> list[Block]:
    """Return the fenced blocks of one language."""
    found = []
    for match in _FENCE.finditer(path.read_text(encoding="utf-8")):
        if match[2] == language:
            lines = [line.removeprefix(match[1]) for line in match[3].splitlines()]
            found.append(Block(path, language, "\n".join(lines)))
    return found


def prose(path: Path) -> str:
    """Return a document without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def spans(path: Path) -> list[str]:
    """Return the code spans of a document."""
    return [match[1] for match in _SPAN.finditer(prose(path))]


def links(path: Path) -> list[str]:
    """Return the targets of a document's links."""
    return [match[1] for match in _LINK.finditer(prose(path))]


def anchors(path: Path) -> set[str]:
    """Return what a link into a document may name: each heading in small letters, words joined by hyphens."""
    plain = (re.sub(r"[^\w\- ]", "", heading[1].lower()) for heading in _HEADING.finditer(prose(path)))
    return {heading.strip().replace(" ", "-") for heading in plain}


def rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a document's tables, cell by cell; heads and rules included."""
    for line in prose(path).splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]
