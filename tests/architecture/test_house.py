"""The house rules that can be read off the source, each with the files that break it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from dispatch.settings import Settings
from tests.architecture.sources import PACKAGES, ROOT, folder_of, nodes_of, place, python_files, tree_of

LONGEST_FILE: Final = 400
LATE_IMPORTS: Final = {"__import__", "import_module"}
LOADED_WHEN_ASKED: Final = {
    "dispatch/commandline/root.py": "a command's module, of the same folder, when that command is named",
    "dispatch/sms/grammar/morphology.py": "the dictionary of Russian forms, when the first text is read",
}
_WRITTEN_BY_HAND: Final = {".py", ".sql", ".js", ".css", ".html", ".j2", ".sh", ".toml", ".yaml", ".yml", ""}
_UNFINISHED: Final = re.compile(r"(^|[#*/!-])\s*(TODO|FIXME|XXX|HACK)\b|\b(TODO|FIXME)[:(]")
_REAL_CLOCKS: Final = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
REAL_TIME: Final = {
    "simulator": "its people live by the wall clock, it shares no database with us",
    "local": "servers and processes of this machine",
    "commandline": "what a person at a terminal sees",
    "demo": "it watches the product from outside",
    "seed": "it makes up a past before the product runs",
    "faults": "it writes down when others saw something, outside of the product",
    "dispatch/api/telephony_hooks.py": "a provider signs the time of its own clock, which is the wall's",
    "dispatch/sms/gateways/smsc.py": "a provider lists the last hours by its own clock, which is the wall's",
    "dispatch/kit/ids.py": "an id orders index pages and is never read back as a time",
}
"""Folder or file that asks the process's clock -> why it may."""


def tracked_files() -> list[Path]:
    """Every file that is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_is_above_400_lines() -> None:
    """Migrations are records of one change each and stay as they were written; locks are written by tools."""
    long = {
        place(path): lines
        for path in tracked_files()
        if path.suffix in _WRITTEN_BY_HAND
        and "versions" not in path.parts
        and (lines := len(path.read_bytes().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_nothing_is_left_unfinished() -> None:
    marks = [
        f"{place(path, n)}: {line.strip()}"
        for path in tracked_files()
        if path.suffix in _WRITTEN_BY_HAND and path != Path(__file__)
        for n, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if _UNFINISHED.search(line)
    ]
    assert marks == []


def test_imports_stand_at_the_top() -> None:
    """An import inside a function hides a cycle; a cycle is two folders that should be one, or an event."""
    inner = []
    for path in python_files(*PACKAGES, "migrations"):
        bodies = [(f.lineno, f.end_lineno or f.lineno) for f in nodes_of(path, ast.FunctionDef, ast.AsyncFunctionDef)]
        inner += [
            place(path, node.lineno)
            for node in nodes_of(path, ast.Import, ast.ImportFrom)
            if any(first < node.lineno <= last for first, last in bodies)
        ]
        inner += [
            place(path, call.lineno)
            for call in nodes_of(path, ast.Call)
            if _called(call) in LATE_IMPORTS and place(path) not in LOADED_WHEN_ASKED
        ]
    assert inner == []


def _called(call: ast.Call) -> str:
    """Return the name of what is called, without what it belongs to."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def test_there_is_one_commit() -> None:
    """Whoever else commits decides alone what belongs together; everybody else only opens a unit of work."""
    sites = {
        f"{place(path)}: {_called(call)}"
        for path in python_files(*PACKAGES)
        for call in nodes_of(path, ast.Call)
        if _called(call) in {"commit", "transaction", "sessionmaker", "async_sessionmaker", "AsyncSession"}
        or any(word.arg in {"autocommit", "isolation_level"} for word in call.keywords)
    }
    assert sites == {"dispatch/kit/uow.py: commit"}


def test_sql_never_ends_a_transaction() -> None:
    ending = re.compile(r"^\s*(COMMIT|ROLLBACK|BEGIN|SAVEPOINT|START TRANSACTION)\b\s*(;|$|WORK|TO)", re.IGNORECASE)
    found = [
        place(path, node.lineno)
        for path in python_files(*PACKAGES)
        for node in nodes_of(path, ast.Constant)
        if isinstance(node.value, str)
        and ending.search(node.value)
        and not (node.value == "begin" and path.name == "root.py")  # a command of ours
    ]
    assert found == []


def _is_real_clock(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id=base) | ast.Attribute(attr=base), attr=name):
            return (base, name) in _REAL_CLOCKS
    return False


def test_domain_folders_take_the_time_from_the_unit_of_work() -> None:
    """`uow.now` is the domain time; the process's own clock is wrong in a simulation and naive about the database."""
    asked = [
        place(path, call.lineno)
        for path in python_files(*PACKAGES)
        if folder_of(path) not in REAL_TIME and place(path) not in REAL_TIME
        for call in nodes_of(path, ast.Call)
        if _is_real_clock(call)
    ]
    assert asked == []


IMPURE_MODULES: Final = {"sqlalchemy", "asyncpg", "redis", "httpx", "arq", "random", "secrets", "os", "time", "socket"}
IMPURE_OF_OURS: Final = ("dispatch.kit.uow", "dispatch.kit.db", "dispatch.kit.outbox", "dispatch.kit.locks")


def rule_files() -> list[Path]:
    """The files that only compute: rules and tables of moves."""
    return [path for path in python_files(*PACKAGES) if path.name in {"rules.py", "moves.py"} or "rules" in path.parts]


def _imported(path: Path) -> set[str]:
    found = {alias.name for node in nodes_of(path, ast.Import) for alias in node.names}
    for node in nodes_of(path, ast.ImportFrom):
        found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_rules_only_compute() -> None:
    """What they may reach through others is held by the import contract `pure-rules`; this holds the file itself."""
    impure = []
    for path in rule_files():
        impure += [
            f"{place(path)} imports {name}"
            for name in sorted(_imported(path))
            if name.split(".")[0] in IMPURE_MODULES or name.startswith(IMPURE_OF_OURS)
        ]
        impure += [
            f"{place(path, node.lineno)} waits or keeps state"
            for node in nodes_of(path, ast.AsyncFunctionDef, ast.Await, ast.Global)
        ]
        impure += [
            f"{place(path, call.lineno)} touches the outside"
            for call in nodes_of(path, ast.Call)
            if _called(call) in {"open", "print", "read_text", "urlopen"}
        ]
    assert rule_files(), "the rule files moved"
    assert impure == []


def test_every_folder_says_what_it_owns() -> None:
    """`__init__.py` is a docstring and nothing else: what the folder owns, its words, where to start reading."""
    silent = []
    for path in python_files(*PACKAGES):
        if path.name == "__init__.py":
            body = tree_of(path).body
            if len(body) != 1 or not ast.get_docstring(tree_of(path)):
                silent.append(place(path))
    missing = [
        str(folder.relative_to(ROOT))
        for package in PACKAGES
        for folder in (ROOT / package).rglob("*")
        if folder.is_dir() and any(folder.glob("*.py")) and not (folder / "__init__.py").exists()
    ]
    assert (silent, missing) == ([], [])


def settings_fields(model: type[BaseModel]) -> Iterator[str]:
    """The names in the tree of settings, inner ones too."""
    for name, field in model.model_fields.items():
        yield name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_fields(field.annotation)


def test_every_setting_is_used() -> None:
    """A setting that nothing reads lies to whoever sets it."""
    read = {
        node.attr
        for path in python_files(*PACKAGES, "migrations")
        if place(path) != "dispatch/settings.py"
        for node in nodes_of(path, ast.Attribute)
    }
    assert [name for name in settings_fields(Settings) if name not in read] == []
