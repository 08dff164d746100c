"""A Markdown source as its checker sees it: code and comments blanked, every offset still true."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from microsite.findings import Finding

__all__ = ["Heading", "Lines", "headings", "masked", "undecodable"]

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE_OPEN = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[^`\n]*$")
_SPAN = re.compile(r"(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_ESCAPE = re.compile(r"\\[\\`*_{}\[\]()>#+.!-]")
_CONTAINER = re.compile(r"(?P<indent>[ ]*)(?:!!!|\?\?\?\+?|[-*+][ \t]|\d+[.)][ \t]|\[\^[^\]]+\]:|:[ \t])")
_HEADING = re.compile(
    r"^(?P<indent>[ ]*)(?P<hashes>#{1,6})(?!#)[ \t]*(?P<text>(?=\S).*?)[ \t]*#*[ \t]*"
    r"(?P<attributes>\{:?[^{}\n]*\})?[ \t]*$",
    re.MULTILINE,
)
#: A heading underlined with = or -; Python-Markdown takes any number of them, below one line of text.
_UNDERLINE = re.compile(r"^(?P<line>=+|-+)[ \t]*$", re.MULTILINE)
_NO_TITLE = re.compile(r"[ \t]*(?:[-*+>|]|#{1,6}[ \t]|\d+[.)][ \t]|!!!|\?\?\?|<|:[ \t]|\{)|.*\|")
_ATTRIBUTES = re.compile(r"[ \t]*(\{:?[^{}\n]*\})[ \t]*$")
_ID = re.compile(r"#([\w:.-]+)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 to 6, its Markdown text, an id given by hand (or empty), and its offset."""

    level: int
    text: str
    id: str
    start: int


class Lines:
    """Turns offsets of a text into lines and columns, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """(line, column) of `offset`."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@lru_cache(maxsize=4096)
def masked(text: str) -> str:
    """`text` with comments, code blocks, code spans and escaped characters as spaces; same length, same lines."""
    if "<!--" in text:
        text = _COMMENT.sub(_blank, text)
    lines = text.split("\n")
    _mask_blocks(lines)
    text = "\n".join(lines)
    if "`" in text:
        text = _SPAN.sub(_blank, text)
    return _ESCAPE.sub("  ", text) if "\\" in text else text


def headings(mask: str) -> list[Heading]:
    """The `#` headings of a masked text, those in callouts too."""
    found = []
    for match in _HEADING.finditer(mask):
        given = _ID.search(match["attributes"] or "")
        found.append(Heading(len(match["hashes"]), match["text"], given[1] if given else "", match.start("hashes")))
    if "\n=" in mask or "\n-" in mask:
        found += _underlined(mask)
        found.sort(key=lambda heading: heading.start)
    return found


def _underlined(mask: str) -> list[Heading]:
    """Headings of the other form: a line of text, a line of = (level 1) or - (level 2) below it.

    Python-Markdown sees one at the start of a block only, so the line above must be empty.
    """
    found = []
    for match in _UNDERLINE.finditer(mask):
        end = match.start() - 1
        start = mask.rfind("\n", 0, max(0, end)) + 1
        raw = mask[start : max(start, end)]
        above = mask[mask.rfind("\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)] if start else ""
        if not raw.strip() or above.strip() or _NO_TITLE.match(raw):
            continue
        attributes = _ATTRIBUTES.search(raw)
        given = _ID.search(attributes[1]) if attributes else None
        text = raw[: attributes.start()] if attributes else raw
        level = 1 if match["line"][0] == "=" else 2
        found.append(Heading(level, text.strip(), given[1] if given else "", start + len(raw) - len(raw.lstrip())))
    return found


def undecodable(file: str, data: bytes) -> list[Finding]:
    """A finding for the first byte of each line that is not UTF-8, with what it probably was."""
    found = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            column = len(line[: error.start].decode("utf-8", "replace").removeprefix("\ufeff")) + 1
            guess = line[error.start : error.start + 1].decode("cp1252", "replace")
            known = "" if guess == "\ufffd" or not guess.isprintable() else f" (in Windows-1252 it would be “{guess}”)"
            message = f"byte 0x{line[error.start]:02x} is not UTF-8{known}"
            found.append(Finding(file, number, column, "invalid-utf8", message, "save the file as UTF-8"))
    return found


def _mask_blocks(lines: list[str]) -> None:
    """Blank fenced and indented code in place.

    Four spaces are code only outside of what takes four spaces for its content (callouts, lists, footnotes), and
    only after an empty line, as in Python-Markdown.
    """
    fence = ""
    containers: list[int] = []
    after_blank = True
    code = False
    for number, line in enumerate(lines):
        stripped = line.strip()
        if fence:
            lines[number] = " " * len(line)
            if stripped.startswith(fence) and not stripped.strip(fence[0]):
                fence = ""
            continue
        if not stripped:
            after_blank = True
            continue
        indent = len(line) - len(line.lstrip(" "))
        opened = _FENCE_OPEN.match(line)
        if opened:
            fence = opened["fence"]
            lines[number] = " " * len(line)
            continue
        while containers and indent < containers[-1] and (after_blank or indent < containers[-1] - 3):
            containers.pop()
        level = containers[-1] if containers else 0
        code = indent >= level + 4 and (after_blank or code)
        if code:
            lines[number] = " " * len(line)
        else:
            container = _CONTAINER.match(line)
            if container:
                containers.append(len(container["indent"]) + 4)
        after_blank = False


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())
