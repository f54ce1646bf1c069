"""The documents tell the truth: what they name exists, and what they give to run can be run."""

import ast
import contextlib
import functools
import io
import json
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, SecretStr
from typer.main import get_command

from dispatch.access.commands import LogIn
from dispatch.app import create_app
from dispatch.audit import checks
from dispatch.cli import main
from dispatch.orders.commands import GetQuote, PlaceOrder
from dispatch.settings import Settings
from dispatch.simulator.__main__ import read_config
from dispatch.simulator.config import Account
from tests.docs.reading import DECISIONS, README, ROOT, anchors, blocks, documents, links, prose, rows, spans

ARCHITECTURE: Final = ROOT / "docs/architecture.md"
INVARIANTS: Final = ROOT / "docs/invariants.md"
GLOSSARY: Final = ROOT / "docs/glossary.md"
RUNBOOK: Final = ROOT / "docs/runbook.md"

_ids = [str(path.relative_to(ROOT)) for path in documents()]
each_document = pytest.mark.parametrize("path", documents(), ids=_ids)


def source() -> str:
    """Everything the product is made of, as one text."""
    files = [*ROOT.glob("dispatch/**/*.py"), *ROOT.glob("dispatch/**/*.sql"), *ROOT.glob("migrations/**/*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


# --- links, files, decisions ------------------------------------------------------------------------------------------


@each_document
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in links(path):
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


@each_document
def test_named_files_exist(path: Path) -> None:
    """A path in code letters stands at the top of the checkout or in `dispatch/`; a bare name, somewhere in there."""
    named = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*/?(?:\.(?:py|sql|md|yaml|toml|lock|sh))|(?:script|deploy)/[\w./-]+")
    made_later = {".local/dispatch.env", ".local/secrets.json", "deploy/.env"}
    missing = [
        span
        for span in spans(path)
        if named.fullmatch(span)
        and span not in made_later
        and not any((place / span).exists() for place in (ROOT, ROOT / "dispatch"))
        and ("/" in span or not any(ROOT.glob(f"dispatch/**/{span}")))
    ]
    assert missing == []


def decisions() -> list[Path]:
    return sorted(DECISIONS.glob("*.md"))


def test_decisions_are_numbered_without_gap_and_twice() -> None:
    assert [path.name[:5] for path in decisions()] == [f"{n:04}-" for n in range(1, len(decisions()) + 1)]


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem[:4])
def test_a_decision_has_its_four_parts_and_is_listed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    title = text.splitlines()[0]
    assert title.startswith(f"# {path.name[:4]}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Alternatives"]
    listed = " ".join(ARCHITECTURE.read_text(encoding="utf-8").split())
    assert f"- [{path.name[:4]}](adr/{path.name}) {title[8:]}" in listed


# --- commands ---------------------------------------------------------------------------------------------------------


def lines_to_run() -> Iterator[tuple[Path, str]]:
    """Yield what a reader may type: shell blocks line by line, and code spans."""
    for path in documents():
        for block in blocks(path, "bash"):
            for line in block.text.replace("\\\n", " ").splitlines():
                yield path, line.partition(" #")[0].strip()
        for span in spans(path):
            yield path, span


def simulator_options() -> set[str]:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        read_config(["--help"])
    return set(re.findall(r"--[a-z-]+", shown.getvalue()))


def what_is_wrong(words: list[str]) -> str | None:
    """Say what a command line names that `dispatch` does not have."""
    command: Any = get_command(main)
    while words and hasattr(command, "list_commands") and not words[0].startswith("-"):
        name = words.pop(0)
        if name not in command.list_commands(None):  # type: ignore[arg-type]
            return f"no command {name}"
        command = command.get_command(None, name)  # type: ignore[arg-type]
    options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    if command.name == "simulator":
        options |= simulator_options()
    unknown = [word.partition("=")[0] for word in words if word.startswith("--")]
    return next((f"no option {word}" for word in unknown if word not in options), None)


def test_every_command_of_the_documents_exists() -> None:
    wrong, seen = [], set()
    for path, line in lines_to_run():
        match = re.match(r"(?:\.venv/bin/)?dispatch( [a-z-].*)", line)
        demo = re.match(r"script/demo( --.*)?$", line)
        if not (match or demo):
            continue
        words = shlex.split(match[1]) if match else ["demo", *shlex.split((demo and demo[1]) or "")]
        seen.add(words[0])
        problem = what_is_wrong([word for word in words if word not in {"[...]", "&"}])
        if problem:
            wrong.append(f"{path.name}: {line}: {problem}")
    assert wrong == []
    assert {"stack", "migrate", "serve", "work", "simulator", "demo", "seed"} <= seen


def test_the_readme_knows_every_command() -> None:
    told = {span.split()[1] for span in spans(README) if span.startswith("dispatch ")}
    root: Any = get_command(main)
    assert set(root.list_commands(None)) <= told


def test_scripts_exist_and_may_be_run() -> None:
    named = {
        match
        for path, line in lines_to_run()
        for match in re.findall(r"(?<![\w./])(?:script|deploy)/[a-z-]+\b(?!\.)", line)
    }
    assert {"script/demo", "script/test", "deploy/new-env"} <= named
    assert [name for name in named if (ROOT / name).is_file() and not os.access(ROOT / name, os.X_OK)] == []
    assert [name for name in named if not (ROOT / name).exists()] == []


# --- settings, routes, bodies -----------------------------------------------------------------------------------------


def leaves(model: BaseModel, prefix: str = "DISPATCH") -> Iterator[tuple[str, str]]:
    """Yield every environment variable of the settings with its default, as the README writes it."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        variable = f"{prefix}_{name.upper()}"
        if isinstance(value, BaseModel):
            yield from leaves(value, f"{variable}_")
        elif isinstance(value, SecretStr):
            yield variable, "none"
        else:
            yield variable, "`" + (json.dumps(value) if isinstance(value, bool | tuple) else str(value)) + "`"


def test_the_settings_table_is_the_settings_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DISPATCH_")]:
        monkeypatch.delenv(name)
    told = {row[0].strip("`"): row[1] for row in rows(README) if row[0].startswith("`DISPATCH_")}
    assert told == dict(leaves(Settings(_env_file=None)))


@functools.cache
def routes() -> Sequence[tuple[str, str]]:
    """Every method with its address, as the app mounts them."""
    return [
        (method, route.path or "")
        for route in iter_route_contexts(create_app(Settings(_env_file=None)).routes)
        for method in route.methods or ()
    ]


def is_mounted(method: str | None, address: str) -> bool:
    address = address.partition("?")[0].rstrip("/.,:;")
    return any(
        method in (None, of) and re.fullmatch(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)), address)
        for of, path in routes()
    )


@each_document
def test_every_address_is_mounted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = re.compile(
        r"(?:\b(GET|POST|PUT|PATCH|DELETE) )?((?:/api/v1|/hooks/sms|/healthz|/readyz|/metrics)[^\s`\"')|]*)"
    )
    addresses = {(m[1], m[2]) for m in named.finditer(text) if m[2] != "/api/v1"}
    assert [f"{method} {address}" for method, address in addresses if not is_mounted(method, address)] == []


BODIES: Final[dict[str, type[BaseModel]]] = {
    "/api/v1/auth/login": LogIn,
    "/api/v1/quotes": GetQuote,
    "/api/v1/orders": PlaceOrder,
}


def test_the_bodies_of_the_readme_are_accepted() -> None:
    calls = [
        (f"/api/v1{address}", body)
        for block in blocks(README, "bash")
        for address, body in re.findall(r'curl -s "\$API(/\S+?)".*?<<END\n(.*?)\nEND', block.text, re.DOTALL)
    ]
    known = {"$CLIENT": _ID, "$SITE": _ID, "${DAY}": "2030-03-04", "$PASSWORD": "not-a-real-one"}
    for address, body in calls:
        filled = body
        for variable, value in known.items():
            filled = filled.replace(variable, value)
        BODIES[address].model_validate_json(filled)
    assert {address for address, _ in calls} == BODIES.keys()


def test_the_simulator_takes_the_account_of_the_readme() -> None:
    (body,) = (
        match
        for block in blocks(README, "bash")
        for match in re.findall(r"/control/accounts .*?<<END\n(.*?)\nEND", block.text, re.DOTALL)
    )
    Account.model_validate_json(body)


_ID: Final = "0192f0c8-0000-7000-8000-000000000000"


# --- words, invariants ------------------------------------------------------------------------------------------------


def test_every_word_of_the_glossary_is_in_the_source() -> None:
    text = source()
    words = {
        word
        for row in rows(GLOSSARY)
        if len(row) == 4 and row[2].startswith("`")
        for word in re.findall(r"`(\w+)`", row[2])
    }
    assert len(words) > 100
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", text)) == []


def test_every_glossary_entry_has_its_russian_word() -> None:
    entries = [row for row in rows(GLOSSARY) if len(row) == 4 and row[2].startswith("`")]
    assert [row[0] for row in entries if not re.search(r"[а-яё]", row[1])] == []


def test_every_proof_of_an_invariant_exists() -> None:
    missing = []
    proofs = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", INVARIANTS.read_text(encoding="utf-8"))
    for file, name in proofs:
        path = ROOT / file
        if not path.exists() or name not in _functions(path):
            missing.append(f"{file}::{name}")
    assert len(proofs) > 50
    assert missing == []


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_mechanism_of_an_invariant_is_in_the_source() -> None:
    text = source()
    held = re.findall(
        r"^- Held by: (.*?)(?=^- Proven by)", INVARIANTS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    names = {name for part in held for name in re.findall(r"`([a-z_A-Z]{4,})`", part)}
    assert len(names) > 60
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", text)) == []


def test_every_invariant_of_the_audit_is_explained() -> None:
    told = set(re.findall(r"^### (I\d+)\.\*? ", INVARIANTS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {check.invariant for check in checks()} - {"all"} <= told
    assert told == {f"I{n}" for n in range(1, 36)}


def test_the_stars_are_the_mutations() -> None:
    starred = set(re.findall(r"^### (I\d+)\.\* ", INVARIANTS.read_text(encoding="utf-8"), re.MULTILINE))
    mutations = (ROOT / "tests/invariants/test_mutations.py").read_text(encoding="utf-8")
    assert starred == set(re.findall(r'^    Mutation\(\s*"(I\d+)"', mutations, re.MULTILINE))


# --- what the runbook runs --------------------------------------------------------------------------------------------


def statements(text: str) -> list[str]:
    """Return the statements of a block, with something in the place of each psql variable."""
    plain = "\n".join(line for line in text.splitlines() if line.strip() not in {"BEGIN;", "COMMIT;"})
    return [part.strip() for part in re.sub(r":'\w+'", f"'{_ID}'", plain).split(";") if part.strip()]


async def test_the_sql_of_the_runbook_fits_the_schema(owner: asyncpg.Connection) -> None:
    run = 0
    for block in blocks(RUNBOOK, "sql"):
        transaction = owner.transaction()
        await transaction.start()
        try:
            for statement in statements(block.text):
                await owner.execute(statement)
                run += 1
        finally:
            await transaction.rollback()
    assert run > 20


@each_document
def test_no_sentence_is_unfinished(path: Path) -> None:
    assert re.findall(r"\b(TODO|FIXME|TBD|XXX)\b", prose(path)) == []
