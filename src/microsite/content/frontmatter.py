"""A page's text in, its front matter out: values, the place of every key, and what is broken. Never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any

import yaml

from microsite.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FrontMatter", "Place", "read_front_matter"]

# libyaml's parser when it is there: it is some ten times faster, and every page is read on every build.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_BLOCK = re.compile(r"\A---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
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

    def at(self, key: str) -> Place:
        """The place of `key`; the first line when it is not there."""
        return self.places.get(key, Place(1, 1))


def read_front_matter(path: str, text: str) -> FrontMatter:
    """Read the block between the `---` lines that open `text`; `path` only names the file in findings."""
    match = _BLOCK.match(text)
    if match is None:
        if not text.startswith("---"):
            return FrontMatter()
        found = Finding(
            path,
            1,
            1,
            "front-matter-open",
            "the front matter has no closing --- line",
            "add a line --- after the last key",
        )
        return FrontMatter(findings=(found,), readable=False)
    body_start = match.end()
    body_line = text.count("\n", 0, body_start) + 1
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
        places, findings = _places(path, node, match.start("yaml"))
        values = loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        return FrontMatter(body_start=body_start, body_line=body_line, findings=(_broken(path, error),), readable=False)
    return FrontMatter(values, places, body_start, body_line, findings)


def _places(path: str, node: yaml.MappingNode, base: int) -> tuple[dict[str, Place], tuple[Finding, ...]]:
    """The place of each top key (one line is added for the opening `---`), and a finding for each key given twice."""
    places: dict[str, Place] = {}
    findings = []
    for key, value in node.value:
        name = str(key.value)
        place = Place(
            key.start_mark.line + 2,
            key.start_mark.column + 1,
            base + value.start_mark.index,
            base + value.end_mark.index,
        )
        if name in places:
            message = f"`{name}` is given twice; only the last one counts"
            findings.append(
                Finding(path, place.line, place.column, "front-matter-duplicate", message, "keep one of the two")
            )
        places[name] = place
    return places, tuple(findings)


def _broken(path: str, error: Exception) -> Finding:
    """A finding for YAML that does not parse, or for a value such as 2026-13-45 that cannot be built."""
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 2, mark.column + 1) if mark is not None else (2, 1)
    problem = getattr(error, "problem", None) or str(error)
    return Finding(
        path, line, column, "front-matter-yaml", f"broken YAML: {problem}", "put texts with a colon or a # in quotes"
    )
