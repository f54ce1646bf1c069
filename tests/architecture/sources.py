"""The product's own source, as the architecture tests read it: files, syntax trees, and the SQL inside strings."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("dispatch", "franchise")
_SQL: Final = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|JOIN|FROM|WHERE|SET|RETURNING)\b")


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below some folders of the checkout, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if path.is_file())


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


NodeT = TypeVar("NodeT", bound=ast.AST)


def nodes_of(path: Path, *kinds: type[NodeT]) -> Iterator[NodeT]:
    """Yield the nodes of these kinds in a file, in no useful order."""
    return (node for node in _nodes(path) if isinstance(node, kinds))


def place(path: Path, line: int | None = None) -> str:
    """Return where something is, as an editor opens it."""
    where = str(path.relative_to(ROOT))
    return where if line is None else f"{where}:{line}"


def folder_of(path: Path) -> str:
    """Return the word on the map that owns a file: the folder below the package, or a root's own name."""
    below = path.relative_to(ROOT).parts[1:]
    return below[0].split(".")[0]


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal: the constant parts of it, with every inserted expression replaced by a space."""

    path: Path
    line: int
    value: str

    @property
    def where(self) -> str:
        """Where it is."""
        return place(self.path, self.line)


def texts_of(path: Path) -> Iterator[Text]:
    """Yield the string literals of a file, docstrings left out; an f-string is one text."""
    prose = {id(node.value) for node in nodes_of(path, ast.Expr)}
    inside = {id(part) for text in nodes_of(path, ast.JoinedStr) for part in text.values}
    for node in nodes_of(path, ast.Constant, ast.JoinedStr):
        if id(node) in prose or id(node) in inside:
            continue
        match node:
            case ast.Constant(value=str(value)):
                yield Text(path, node.lineno, value)
            case ast.JoinedStr(values=values):
                constants = (part.value if isinstance(part, ast.Constant) else " " for part in values)
                yield Text(path, node.lineno, "".join(str(constant) for constant in constants))


def sql_texts() -> Iterator[Text]:
    """Yield every piece of SQL in the product: the literals that hold SQL words, and whole .sql files."""
    for path in python_files(*PACKAGES):
        yield from (text for text in texts_of(path) if _SQL.search(text.value))
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.sql")):
            yield Text(path, 1, path.read_text(encoding="utf-8"))
