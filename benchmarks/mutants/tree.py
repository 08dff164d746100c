"""Templates as plain values to edit: read with long intrinsics, changed by path, given back to the check."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from microsite.infra import DELIVERY
from microsite.infra import STACK
from microsite.infra.check import examine
from microsite.infra.load import Node
from microsite.infra.load import Tree
from microsite.infra.load import read_template
from microsite.infra.spec import Facts
from microsite.package import ARCHITECTURE
from microsite.package import RUNTIME
from microsite.serve import SECURITY_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microsite.findings import Finding
    from microsite.infra.spec import Spec

__all__ = ["FILES", "SPECS", "Plain", "fresh", "holder", "named", "walk"]

ROOT = Path(__file__).resolve().parents[2]
#: File of infra/ → what is known of it.
SPECS: dict[str, Spec] = {"template.yml": STACK, "delivery-role.yml": DELIVERY}
FILES = tuple(SPECS)
Plain = Any


@cache
def _plain(name: str) -> Plain:
    return read_template((ROOT / "infra" / name).read_text("utf-8"), name).root.plain()


def fresh(name: str) -> Plain:
    """A copy of a template to edit: dicts, lists and texts, intrinsics in their long form."""
    return copy.deepcopy(_plain(name))


@cache
def _facts() -> Facts:
    edge = ROOT / "infra/edge"
    sources = {one.name: one.read_text("utf-8") for one in edge.iterdir() if one.is_file()}
    return Facts(SECURITY_HEADERS, RUNTIME, ARCHITECTURE, sources)


def _node(value: Plain) -> Node:
    if isinstance(value, dict):
        return Node({str(key): _node(child) for key, child in value.items()}, 1, 1)
    if isinstance(value, list):
        return Node([_node(child) for child in value], 1, 1)
    return Node(str(value).lower() if isinstance(value, bool) else str(value), 1, 1)


def named(name: str, value: Plain) -> Finding | None:
    """The first finding of our own assertions for an edited template, values or text; None when it passes."""
    tree = read_template(value, name) if isinstance(value, str) else Tree(f"infra/{name}", _node(value), "")
    return next((finding for _, finding in examine(tree, SPECS[name], _facts(), {})), None)


def walk(value: Plain, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Plain]]:
    """Every value with its path, parents first."""
    yield path, value
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from walk(child, (*path, key))


def holder(value: Plain, path: tuple[Any, ...]) -> Plain:
    """The mapping or list that holds what is at `path`."""
    for key in path[:-1]:
        value = value[key]
    return value
