"""A page's text in, its front matter out: values, the place of every key, and what is broken. Never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any

import yaml

from microsite.findings import Finding

from .source import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FrontMatter", "Place", "read_front_matter"]

# libyaml's parser when it is there: it is some ten times faster, and every page is read on every build.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_BLOCK = re.compile(r"\A---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
#: White space, a mark of byte order or a comment before the block.
_LATE = re.compile(
    r"\A(?:\s|\ufeff|<!--.*?-->)+(?P<open>---[ \t]*\n(?:[A-Za-z_]+[ \t]*:[^\n]*\n)+.*?^---[ \t]*$)",
    re.DOTALL | re.MULTILINE,
)
_DAY = re.compile(r"(?<![\w-])\d{4}-\d{1,2}-\d{1,2}(?![\w-])")
_NO_MARKS: Mapping[str, Place] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key stands: `line` and `column` from 1; its value is `text[start:end]` of the whole file."""

    line: int
    column: int
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`values` as YAML has them, `places` by key, and the offset and line (from 1) where the body begins."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=lambda: _NO_MARKS)
    body_start: int = 0
    body_line: int = 1
    findings: tuple[Finding, ...] = ()
    #: The keys could be read. When they could not, "title is missing" would only be noise.
    readable: bool = True
    #: The places of all that lies deeper (`("summary", 0, "text")`), and of the keys, by path.
    nested: Mapping[tuple[str | int, ...], Place] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        """The place of `key`; the first line when it is not there."""
        return self.places.get(key, Place(1, 1))

    def along(self, path: tuple[str | int, ...]) -> Place:
        """The place of what `path` leads to, or of the nearest thing around it."""
        while path:
            if path in self.nested:
                return self.nested[path]
            path = path[:-1]
        return Place(1, 1)


def read_front_matter(path: str, text: str) -> FrontMatter:
    """Read the block between the `---` lines that open `text`; `path` only names the file in findings."""
    match = _BLOCK.match(text)
    if match is None:
        return _unopened(path, text)
    body_start = match.end()
    body_line = text.count("\n", 0, body_start) + 1
    lines = Lines(text)
    base = match.start("yaml")
    try:
        loader = _Loader(match["yaml"])
        node = loader.get_single_node()
        if node is None:
            return FrontMatter(body_start=body_start, body_line=body_line)
        if not isinstance(node, yaml.MappingNode):
            found = Finding(
                path, 2, 1, "front-matter-type", "the front matter is no list of keys", "write key: value lines"
            )
            return FrontMatter(body_start=body_start, body_line=body_line, findings=(found,), readable=False)
        nested: dict[tuple[str | int, ...], Place] = {}
        findings: list[Finding] = []
        _Walk(path, base, lines, nested, findings).down(node, (), frozenset())
        values = loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        found = _broken(path, match["yaml"], base, lines, error)
        return FrontMatter(body_start=body_start, body_line=body_line, findings=(found,), readable=False)
    places = {str(keys[0]): place for keys, place in nested.items() if len(keys) == 1}
    return FrontMatter(values, places, body_start, body_line, tuple(findings), nested=nested)


def _unopened(path: str, text: str) -> FrontMatter:
    """A text without a block: that is fine, unless one was meant to be there."""
    if late := _LATE.match(text):
        line = text.count("\n", 0, late.start("open")) + 1
        message = "something stands before the front matter, so nobody reads it"
        found = Finding(path, line, 1, "front-matter-open", message, "let the line --- be the first of the file")
    elif text.startswith("---"):
        message = "the front matter has no closing --- line"
        found = Finding(path, 1, 1, "front-matter-open", message, "add a line --- after the last key")
    else:
        return FrontMatter()
    return FrontMatter(findings=(found,), readable=False)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Notes the place of every key and entry below a node, and a finding for each key given twice."""

    path: str
    base: int
    lines: Lines
    nested: dict[tuple[str | int, ...], Place]
    findings: list[Finding]

    def down(self, node: yaml.Node, keys: tuple[str | int, ...], above: frozenset[int]) -> None:
        """Walk one node; an alias that holds itself is walked once."""
        if id(node) in above or not isinstance(node, yaml.CollectionNode):
            return
        named = isinstance(node, yaml.MappingNode)
        pairs = node.value if named else [(item, item) for item in node.value]
        for number, (key, value) in enumerate(pairs):
            inner = (*keys, str(key.value) if named else number)
            line, column = self.lines.at(self.base + key.start_mark.index)
            place = Place(line, column, self.base + value.start_mark.index, self.base + value.end_mark.index)
            if named and inner in self.nested:
                message = f"`{inner[-1]}` is given twice; only the last one counts"
                found = Finding(self.path, line, column, "front-matter-duplicate", message, "keep one of the two")
                self.findings.append(found)
            self.nested[inner] = place
            self.down(value, inner, above | {id(node)})


def _broken(path: str, text: str, base: int, lines: Lines, error: Exception) -> Finding:
    """A finding for YAML that does not parse, or for a value such as 2026-13-45 that cannot be built."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "quoted scalar" in str(getattr(error, "context", "")):
        # Where the quotes open says more than where the text ends.
        mark = getattr(error, "context_mark", None) or mark
    if mark is not None:
        line, column = lines.at(min(base + mark.index, base + len(text)))
    else:
        line, column = lines.at(base)
    problem = getattr(error, "problem", None) or str(error)
    fix = "put texts with a colon or a # in quotes"
    if isinstance(error, ValueError) and not isinstance(error, yaml.YAMLError):
        # A day that no calendar has: PyYAML says what is wrong with it, not where it stands.
        for match in _DAY.finditer(text):
            if not _possible(match.group()):
                line, column = lines.at(base + match.start())
                problem, fix = f"there is no day {match.group()}", "write the day as YYYY-MM-DD"
                break
    elif "\t" in text and "token" in problem:
        fix = "indent with spaces: YAML takes no tabs"
    elif "alias" in problem:
        fix = "put texts that start with * or & in quotes"
    elif "token" in problem:
        fix = "put texts that start with @, `, % or a bracket in quotes"
    elif "quoted scalar" in str(error) or "end of stream" in problem:
        fix = "close the quotes or the bracket"
    return Finding(path, line, column, "front-matter-yaml", f"broken YAML: {problem}", fix)


def _possible(day: str) -> bool:
    try:
        date(*map(int, day.split("-")))
    except ValueError:
        return False
    return True
