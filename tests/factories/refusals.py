"""What every refusal of the product says, read out of its source: the class, and the sentences it is raised with."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import dispatch
from dispatch.kit.errors import DispatchError

ROOT = Path(dispatch.__file__).parent


@dataclass
class Refusal:
    """One class of refusals.

    Attributes:
        sentences: the fixed ones, word for word.
        varies: whether some sentence has figures or names in it, or comes from elsewhere.
    """

    made: type[DispatchError]
    sentences: set[str] = field(default_factory=set)
    varies: bool = False

    @property
    def where(self) -> str:
        """Return the module that owns it."""
        return self.made.__module__


@cache
def all_refusals() -> dict[str, Refusal]:
    """Return every subclass of `DispatchError` below `dispatch`, by the name of the class in its module."""
    for module in pkgutil.walk_packages(dispatch.__path__, "dispatch."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {
        f"{made.__module__}.{made.__name__}": Refusal(made)
        for made in _subclasses(DispatchError)
        if made.__module__.startswith("dispatch.")
    }
    for path in sorted(ROOT.rglob("*.py")):
        _read(path, found)
    return found


def _subclasses(of: type[DispatchError]) -> Iterator[type[DispatchError]]:
    for made in of.__subclasses__():
        yield made
        yield from _subclasses(made)


def _read(path: Path, found: dict[str, Refusal]) -> None:
    """Add what a file raises each class with; names are resolved as its module knows them."""
    dotted = ".".join(("dispatch", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    if dotted.endswith("__main__"):
        return
    module = importlib.import_module(dotted)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and f"{dotted}.{node.name}" in found:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                    _add(found[f"{dotted}.{node.name}"], call, vars(module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            made = vars(module).get(node.func.id)
            known = found.get(f"{made.__module__}.{made.__name__}") if isinstance(made, type) else None
            if known is not None and "__init__" not in vars(known.made):
                _add(known, node, vars(module))


def _add(refusal: Refusal, call: ast.Call, names: dict[str, object]) -> None:
    for argument in call.args[:1]:
        for said in _branches(argument):
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                refusal.sentences.add(said.value)
            elif isinstance(said, ast.Name) and isinstance(names.get(said.id), str):
                refusal.sentences.add(str(names[said.id]))
            else:
                refusal.varies = True


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node
