"""Edits by path: `Bucket/Rules/0/Status` is below the properties of a resource, `/Outputs/SiteBucket` below the root.

A part `Id=api` finds the item of a list whose member `Id` is `api`; `*Query` the first text that ends so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from .tree import Plain

__all__ = ["EDITS", "Edit"]

Edit = Callable[[Any], None]


def _drop(path: str) -> Edit:
    """Take a key or an item away."""

    def edit(template: Plain) -> None:
        holder, last = _at(template, path)
        del holder[last]

    return edit


def _put(path: str, value: Any) -> Edit:
    """Set a key or an item, which need not be there."""

    def edit(template: Plain) -> None:
        holder, last = _at(template, path)
        holder[last] = value

    return edit


def _add(path: str, value: Any) -> Edit:
    """Add an item to a list, which is made when it is not there."""

    def edit(template: Plain) -> None:
        holder, last = _at(template, path)
        there = holder.get(last, []) if isinstance(holder, dict) else holder[last]
        holder[last] = [*(there if isinstance(there, list) else [there]), value]

    return edit


def _at(template: Plain, path: str) -> tuple[Plain, Any]:
    first, *parts = path.split("/")
    parts = ["Resources", first, "Properties", *parts] if first else parts
    value = template
    for part in parts[:-1]:
        value = value[_key(value, part)]
    return value, _key(value, parts[-1])


def _key(value: Plain, part: str) -> Any:
    if not isinstance(value, list):
        return part
    if part.isdecimal():
        return int(part)
    if part.startswith("*"):
        return next(number for number, one in enumerate(value) if part[1:] in str(one))
    key, _, wanted = part.partition("=")
    return next(number for number, one in enumerate(value) if isinstance(one, dict) and one.get(key) == wanted)


#: Name in `dangers.yml` → the edit it makes.
EDITS: dict[str, Callable[..., Edit]] = {"drop": _drop, "put": _put, "add": _add}
