"""A template's text to a tree in which every value knows its line and column.

In: YAML or JSON. Out: a `Node`; scalars are text as CloudFormation passes them on ("true", "300"), short intrinsics
(`!Ref x`) are their long forms. Raises `TemplateError` with the place. PyYAML's constructors lose the places, and
would turn "2012-10-17" into a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

import yaml

from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Node", "TemplateError", "Tree", "leaves", "read_template"]

_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_NULL = "tag:yaml.org,2002:null"
#: YAML 1.1's words for true, as CloudFormation reads them.
_TRUE = frozenset({"true", "yes", "on"})
#: Deeper than any template; a document that holds itself through an alias is deeper than anything.
_DEEPEST = 60


class TemplateError(MicrositeError):
    """The text is no template; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int, *, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.line = line
        self.column = column


@dataclass(slots=True, eq=False)
class Node:
    """A value and its place: for the value of a key the place of the key. `seen` says whether an assertion read it."""

    value: dict[str, Node] | list[Node] | str
    line: int
    column: int
    seen: bool = field(default=False)

    @property
    def entries(self) -> dict[str, Node]:
        """The members of a mapping; none of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def parts(self) -> list[Node]:
        """The items of a list; none of anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The text of a scalar; "" for anything else."""
        return self.value if isinstance(self.value, str) else ""

    def at(self, path: str) -> Node | None:
        """The node at a path of keys and indexes with slashes, such as `Cors/0/Hosts`; None when there is none."""
        node: Node | None = self
        for part in filter(None, path.split("/")):
            if node is None:
                return None
            if isinstance(node.value, list):
                node = node.value[int(part)] if part.isdecimal() and int(part) < len(node.value) else None
            else:
                node = node.entries.get(part)
        return node

    def see(self) -> None:
        """Note that an assertion has read this and all below."""
        self.seen = True
        for child in self.children():
            child.see()

    def children(self) -> list[Node]:
        """What is directly inside."""
        if isinstance(self.value, dict):
            return list(self.value.values())
        return self.value if isinstance(self.value, list) else []

    def plain(self) -> object:
        """The value as Python's dicts, lists and texts."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Tree:
    """A file's name as messages show it, and its content."""

    path: str
    root: Node
    text: str


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every scalar and every empty collection with its path, in order."""
    if isinstance(node.value, dict) and node.value:
        for key, child in node.value.items():
            yield from leaves(child, f"{path}/{key}" if path else key)
    elif isinstance(node.value, list) and node.value:
        for number, child in enumerate(node.value):
            yield from leaves(child, f"{path}/{number}")
    else:
        yield path, node


def read_template(text: str, path: str) -> Tree:
    """Read a template; `path` is its name in messages. Raises `TemplateError`."""
    try:
        composed = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"this is not YAML: {error.problem or error.context}"
        raise TemplateError(message, line, column, fix="mend the syntax here or just above") from None
    except yaml.YAMLError as error:
        message = f"this is not YAML: {str(error).splitlines()[0]}"
        raise TemplateError(message, 1, 1, fix="save the file as UTF-8 text") from None
    if not isinstance(composed, yaml.MappingNode):
        message = "a template is a mapping with Resources"
        raise TemplateError(message, 1, 1, fix="begin with AWSTemplateFormatVersion: '2010-09-09'")
    return Tree(path, _node(composed, composed, 0), text)


def _node(raw: yaml.Node, place: yaml.Node, depth: int) -> Node:
    line, column = place.start_mark.line + 1, place.start_mark.column + 1
    if depth > _DEEPEST:
        message = "this is nested too deeply, or holds itself through an alias"
        raise TemplateError(message, line, column, fix="write it out")
    if raw.tag.startswith("!") and raw.tag != "!":
        return _intrinsic(raw, line, column, depth)
    if isinstance(raw, yaml.MappingNode):
        return Node(_mapping(raw, depth), line, column)
    if isinstance(raw, yaml.SequenceNode):
        return Node([_node(one, one, depth + 1) for one in raw.value], line, column)
    return Node(_scalar(raw), line, column)


def _mapping(raw: yaml.MappingNode, depth: int) -> dict[str, Node]:
    entries: dict[str, Node] = {}
    for key, value in raw.value:
        line, column = key.start_mark.line + 1, key.start_mark.column + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
            message = "a key must be a plain word: CloudFormation knows no merge keys"
            raise TemplateError(message, line, column, fix="write the members out")
        name = str(key.value)
        if name in entries:
            # The last one would win without a word, and the reader sees the first.
            message = f"{name} stands here twice (first in line {entries[name].line})"
            raise TemplateError(message, line, column, fix="delete one of the two")
        entries[name] = _node(value, key, depth + 1)
    if len(entries) == 1 and "Fn::GetAtt" in entries and isinstance(entries["Fn::GetAtt"].value, str):
        node = entries["Fn::GetAtt"]
        node.value = _attribute(node.text, node)
    return entries


def _scalar(raw: yaml.Node) -> str:
    text = str(raw.value)
    if raw.tag == _BOOL:
        return "true" if text.lower() in _TRUE else "false"
    if raw.tag == _INT and text.replace("_", "").lstrip("+-").isdecimal() and text.lstrip("+-0_") != "":
        return text if text.startswith("0") else str(int(text))
    if raw.tag == _NULL and text in {"", "~", "null", "Null", "NULL"}:
        return ""
    return text


def _intrinsic(raw: yaml.Node, line: int, column: int, depth: int) -> Node:
    name = raw.tag[1:]
    long = name if name in {"Ref", "Condition"} else f"Fn::{name}"
    if isinstance(raw, yaml.MappingNode):
        inner = Node(_mapping(raw, depth + 1), line, column)
    elif isinstance(raw, yaml.SequenceNode):
        inner = Node([_node(one, one, depth + 1) for one in raw.value], line, column)
    else:
        inner = Node(str(raw.value), line, column)
        if name == "GetAtt":
            inner.value = _attribute(inner.text, inner)
    return Node({long: inner}, line, column)


def _attribute(text: str, place: Node) -> list[Node]:
    resource, _, attribute = text.partition(".")
    return [Node(resource, place.line, place.column), Node(attribute, place.line, place.column)]
