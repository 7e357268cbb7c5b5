"""The source files of the service, parsed once, and the names that they define."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "src" / "privacy"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file of the package; `name` is its path below src/privacy."""

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first folder, or the file's own name at the top."""
        return self.name.split("/")[0].removesuffix(".py")

    @property
    def lines(self) -> int:
        """How long the file is."""
        return self.text.count("\n")


@cache
def sources() -> tuple[Source, ...]:
    """Return every Python file of the package, sorted by name."""
    return tuple(
        parse(str(path.relative_to(PACKAGE)), path.read_text())
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def parse(name: str, text: str) -> Source:
    """Return a source from its text, for examples of what is refused."""
    return Source(name, text, ast.parse(text))


def rooms() -> list[str]:
    """Return the packages of the service."""
    return sorted({source.room for source in sources() if "/" in source.name})


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function and method."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def words(name: str) -> list[str]:
    """Return the words of a name, whichever way they are joined."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)
    return [part.lower() for part in parts]


def public_names(source: Source) -> Iterator[str]:
    """Yield what others can see: the module, classes, functions, their arguments, fields."""
    yield from source.name.removesuffix(".py").split("/")
    for node in ast.walk(source.tree):
        for name in _names(node):
            if not name.startswith("_"):
                yield name


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ClassDef):
        return [node.name, *_assigned(node.body)]
    if isinstance(node, Function):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        seen = [] if node.name.startswith("_") else [argument.arg for argument in arguments]
        return [node.name, *seen]
    return _assigned(node.body) if isinstance(node, ast.Module) else []


def _assigned(body: list[ast.stmt]) -> list[str]:
    targets = [node.target for node in body if isinstance(node, ast.AnnAssign)]
    for node in body:
        if isinstance(node, ast.Assign):
            targets.extend(node.targets)  # type: ignore[arg-type]  # any target will do
    return [target.id for target in targets if isinstance(target, ast.Name)]
