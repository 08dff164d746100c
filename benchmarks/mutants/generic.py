"""Every single edit of a few kinds, everywhere in a template: what a tired engineer might do anywhere.

In: a template. Out: mutants, each with its kind, its place and the edited template. Nothing here knows what a template
means, so nobody chose what is easy to find.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from .tree import fresh
from .tree import holder
from .tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from .tree import Plain

__all__ = ["KINDS", "Mutant", "mutants"]

#: Words for people: an edit there changes nothing.
_WORDS = {
    *("Description", "Metadata", "AlarmDescription", "ConstraintDescription", "Comment", "AssertDescription"),
    "Label",
}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
KINDS = (
    "delete a key", "delete a list item", "flip a boolean", "halve a number", "a hundred times a number",
    "zero a number", "another word", "empty a text", "a star", "widen an action", "another resource",
    "another parameter", "the other branch", "invert a condition", "copy an item, widened", "an unknown key",
)  # fmt: skip


class Mutant(NamedTuple):
    """One edit."""

    file: str
    kind: str
    place: str
    template: Plain


def mutants(file: str, wanted: Callable[[str, str], bool] = lambda kind, place: True) -> Iterator[Mutant]:  # noqa: ARG005
    """Every edit of every kind, in order of place; or those whose kind and place are `wanted`."""
    original = fresh(file)
    for path, value in walk(original):
        if not path or _WORDS & set(map(str, path)):
            continue
        for kind, edit in _edits(original, path, value):
            place = "/".join(map(str, path))
            if not wanted(kind, place):
                continue
            changed = fresh(file)
            edit(changed)
            if changed != original:
                yield Mutant(file, kind, place, changed)


def _edits(original: Plain, path: tuple[Any, ...], value: Plain) -> Iterator[tuple[str, Any]]:  # noqa: C901 - a branch for each kind
    last, parent = path[-1], holder(original, path)
    inside = isinstance(parent, dict) and len(parent) == 1 and str(last).startswith("Fn::")

    def setting(new: Plain) -> Any:
        def edit(changed: Plain) -> None:
            holder(changed, path)[last] = new

        return edit

    def deleting(changed: Plain) -> None:
        del holder(changed, path)[last]

    if isinstance(parent, dict) and not inside and last not in {"Ref", "Condition"}:
        yield "delete a key", deleting
    if isinstance(parent, list) and not _of_intrinsic(path):
        yield "delete a list item", deleting
    if isinstance(value, str):
        yield from _of_text(original, path, value, setting)
    if isinstance(value, dict):
        yield from _of_mapping(original, path, value, setting)
    if isinstance(value, list) and value and isinstance(value[0], dict) and not _of_intrinsic((*path, 0)):

        def adding(changed: Plain) -> None:
            items = holder(changed, path)[last]
            wide = _widened(copy.deepcopy(items[0]))
            if wide not in items:
                items.append(wide)

        yield "copy an item, widened", adding


def _of_intrinsic(path: tuple[Any, ...]) -> bool:
    """Whether an item belongs to the list of an intrinsic, whose length has a meaning of its own."""
    return len(path) > 1 and str(path[-2]).startswith("Fn::")


def _of_text(original: Plain, path: tuple[Any, ...], value: str, setting: Any) -> Iterator[tuple[str, Any]]:
    holding = str(path[-1] if not isinstance(path[-1], int) else path[-2])
    if holding in {"Ref", "Fn::GetAtt", "Condition"} or (len(path) > 2 and path[-2] == "Fn::GetAtt"):
        if holding == "Ref":
            yield from _other_reference(original, path, value)
        return
    if value in {"true", "false"}:
        yield "flip a boolean", setting("false" if value == "true" else "true")
        return
    if _NUMBER.fullmatch(value):
        number = float(value)
        whole = "." not in value
        yield "halve a number", setting(f"{int(number // 2) if whole else number / 2}")
        yield "a hundred times a number", setting(f"{int(number * 100) if whole else number * 100}")
        if number:
            yield "zero a number", setting("0")
        return
    yield "another word", setting(f"{value}x")
    if value:
        yield "empty a text", setting("")
    if "Action" in map(str, path) and ":" in value:
        yield "widen an action", setting(value.partition(":")[0] + ":*")
        yield "a star", setting("*")
    elif "Resource" in map(str, path) or "Principal" in map(str, path) or value.startswith("arn:"):
        yield "a star", setting("*")


def _other_reference(original: Plain, path: tuple[Any, ...], value: str) -> Iterator[tuple[str, Any]]:
    resources, parameters = original["Resources"], original.get("Parameters", {})

    def to(name: str) -> Any:
        def edit(changed: Plain) -> None:
            holder(changed, path)[path[-1]] = name

        return edit

    if value in resources:
        same = [one for one in resources if one != value and resources[one]["Type"] == resources[value]["Type"]]
        yield from (
            ("another resource", to(one)) for one in same[:2] or [next(one for one in resources if one != value)]
        )
    elif value in parameters:
        same = [one for one in parameters if one != value and parameters[one]["Type"] == parameters[value]["Type"]]
        yield from (("another parameter", to(one)) for one in same[:2])


def _of_mapping(original: Plain, path: tuple[Any, ...], value: Plain, setting: Any) -> Iterator[tuple[str, Any]]:
    if len(value) == 1:
        [(name, inner)] = value.items()
        if name == "Fn::If":
            yield "the other branch", setting({"Fn::If": [inner[0], inner[2], inner[1]]})
            yield "the other branch", setting(inner[1])
            yield "the other branch", setting(inner[2])
        if name == "Fn::GetAtt" and inner[0] in original["Resources"]:
            kind = original["Resources"][inner[0]]["Type"]
            for one in [k for k, r in original["Resources"].items() if r["Type"] == kind and k != inner[0]][:2]:
                yield "another resource", setting({"Fn::GetAtt": [one, *inner[1:]]})
        if name == "Fn::Sub" and isinstance(inner, str) and ("Resource" in map(str, path)):
            yield "a star", setting("*")
            yield "a star", setting({"Fn::Sub": re.sub(r"[^:/]+[:/][^:/]*$", "*", inner, count=1)})
        if name.startswith("Fn::") or name in {"Ref", "Condition"}:
            if len(path) == 2 and path[0] == "Conditions":
                yield "invert a condition", setting({"Fn::Not": [value]})
            return
    if path[-1] != "Environment" and "Resources" in path[:1] and len(path) >= 3:
        yield "an unknown key", setting({**value, "SomethingElse": "true"})


def _widened(item: Plain) -> Plain:
    """A copy of an item that says more, as far as it says anything about rights."""
    if not isinstance(item, dict):
        return item
    if "Effect" in item:
        item = {**item, "Sid": "More", "Effect": "Allow", "Resource": "*"}
        item.pop("Condition", None)
        return item
    for key in ("Id", "Name", "AttributeName", "Key", "PathPattern", "PolicyName"):
        if isinstance(item.get(key), str):
            item = {**item, key: f"{item[key]}-more"}
    return {**item, "Priority": "9"} if "Priority" in item else item
