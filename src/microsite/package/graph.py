"""Which modules a handler can reach: imports followed through the source, those inside functions included.

In: root modules by name, and a way to find a module's file. Out: module → file. Nothing is run, so an import that only
one setting takes is followed as well; what only type checkers see (`if TYPE_CHECKING:`) is not.
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from microsite.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterator
    from pathlib import Path

    #: Full module name → its file; None when there is none (then the name is not a module).
    Find = Callable[[str], Path | None]

__all__ = ["imports_of", "reached"]


def reached(roots: Collection[str], find: Find, *, without: Collection[str] = ()) -> dict[str, Path]:
    """Every module that `roots` reach, with its file, in order of name; `without` ends a way there.

    Raises PackageError when something outside the standard library is imported and cannot be found.
    """
    found: dict[str, Path] = {}
    waiting = [(root, "", 0) for root in roots]
    while waiting:
        name, importer, line = waiting.pop()
        top = name.partition(".")[0]
        # A name with a leading `_` is a part of the interpreter, maybe of another version than this one.
        if name in found or name in without or top in sys.stdlib_module_names or top.startswith("_"):
            continue
        path = find(name)
        if path is None or path.suffix != ".py":
            kind = "is not installed" if path is None else f"is no Python source: {path.name}"
            message = f"{importer}:{line}: the function imports `{name}`, which {kind}"
            raise PackageError(message, fix="install it here, or take the import out")
        found[name] = path
        # A package's own __init__ runs before its modules.
        if "." in name:
            waiting.append((name.rpartition(".")[0], str(path), 1))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for wanted, at, optional in imports_of(path.read_text(encoding="utf-8"), package, find):
            foreign = wanted.partition(".")[0] != top
            # A library's own fallbacks, such as a faster implementation when it happens to be there, are not ours.
            if foreign and optional and top not in {root.partition(".")[0] for root in roots}:
                continue
            waiting.append((wanted, str(path), at))
    return dict(sorted(found.items()))


def imports_of(source: str, package: str, find: Find) -> Iterator[tuple[str, int, bool]]:
    """Module, line and whether it can be done without (inside a function or a `try`), for each import in `source`.

    `package` is what a leading dot means. `from x import y` gives `x.y` when that is a module, else `x`.
    """
    for node, optional in _walk(ast.parse(source), optional=False):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, optional
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            whole = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                inner = f"{whole}.{alias.name}"
                is_module = whole.partition(".")[0] not in sys.stdlib_module_names and find(inner) is not None
                yield inner if is_module else whole, node.lineno, optional


def _walk(node: ast.AST, *, optional: bool) -> Iterator[tuple[ast.AST, bool]]:
    yield node, optional
    children: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.If) and _for_checkers(node.test):
        children = list(node.orelse)
    inside = optional or isinstance(node, ast.Try | ast.FunctionDef | ast.AsyncFunctionDef)
    for child in children:
        yield from _walk(child, optional=inside)


def _for_checkers(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
