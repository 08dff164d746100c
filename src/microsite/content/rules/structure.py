# ruff: noqa: E501 - a pattern that is cut in the middle of its alternatives cannot be read
"""Rules on structure: the order of headings, sections with nothing in them, tables without a caption."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microsite.content.marks import CITATION
from microsite.content.source import Heading
from microsite.content.source import headings

if TYPE_CHECKING:
    from .page import Page

__all__ = ["check_structure"]

_SOURCES = re.compile(
    r"(?:(?:informational|our|the|all|main|key|selected|further|medical|list of|works)\s+)*"
    r"(?:sources?|references?|bibliography|citations?|works cited|literature|footnotes|further reading)"
    r"(?:\s+(?:and|&)\s+(?:sources?|references?|citations?|further reading|notes))?:?\Z",
    re.IGNORECASE,
)
_TAG_HEADING = re.compile(r"<h([1-6])\b[^<>]*>(.*?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
#: What stands below a heading and says nothing: rules, empty list items, entities for a space, "none", "to follow".
_NOTHING = re.compile(
    r"&nbsp;|&#160;|<br\s*/?>|<!--.*?-->|<(p|div|ul|ol|li)\b[^<>]*>\s*</\1>|</?(?:div|section|p|ul|ol|li)\b[^<>]*>"
    r"|^\s*(?:[-*+]|\d+[.)])\s*(?:[-\u2013\u2014.]+)?\s*$|^\s*(?:[-*_]\s*){3,}$|\{:?[^{}\n]*\}|[#\s\u00a0\u200b=]+"
    r"|^\s*[-*+]?\s*\(?(?:none(?: yet)?|n/?a|to follow|to be added|to come|pending|tba|tbd|see below|coming soon)\)?\.?\s*$",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
#: A paragraph that stands in for a heading: `**Sources**`, `Sources:`.
_LOOSE = re.compile(
    r"\n\s*\n[ ]{0,3}(?P<mark>\*\*|__)?(?P<text>[A-Za-z][A-Za-z &]{4,40}?):?(?P=mark)?:?[ \t]*(?=\n\s*\n|\s*\Z)"
)


def check_structure(page: Page) -> None:
    """All rules on one page's headings and tables."""
    _headings(page)
    before = above = ""
    start = 0
    for block in page.blocks:
        if block.kind == "rule" and "|" in block.text and before == "row" and above != "caption":
            message = "the table has no caption"
            page.add(start, "table-caption", message, "put a paragraph `Table: …` before it", "warning")
        if block.kind != "row" or before != "row":
            above, start = before, block.start
        before = block.kind


def _headings(page: Page) -> None:
    found = list(headings(page.mask))
    if page.tags:
        found += [
            Heading(int(match[1]), re.sub(r"<[^<>]*>", "", match[2]).strip(), "", match.start())
            for match in _TAG_HEADING.finditer(page.mask)
        ]
        found.sort(key=lambda heading: heading.start)
    level = 1
    for heading, following in zip(found, [*found[1:], None][: len(found)], strict=True):
        if not heading.text.strip():
            page.add(heading.start, "heading-order", "the heading has no words", "write them, or take it out")
        elif heading.level == 1:
            message = f"“{heading.text}” is a second main heading; the title is the first"
            page.add(heading.start, "heading-order", message, "use ##")
        elif heading.level > level + 1:
            message = f"“{heading.text}” goes from level {level} to level {heading.level}"
            page.add(heading.start, "heading-order", message, f"use {'#' * (level + 1)}")
        level = heading.level
        _section(page, heading, following)
    _loose(page)


def _section(page: Page, heading: Heading, following: Heading | None) -> None:
    """A section must hold something, or sections of its own."""
    end = following.start if following else len(page.article.text)
    closing = page.mask.find(">", page.mask.find("</", heading.start)) if page.mask[heading.start] == "<" else -1
    start = closing + 1 if closing > 0 else page.article.text.find("\n", heading.start)
    below = page.article.text[start:end] if 0 <= start < end else ""
    # A hub's list, a form, the A-Z index: the build puts them where the comment stands.
    if re.search(r"<!--\w+-->", below) or (following and following.level > heading.level):
        return
    if _NOTHING.sub("", below).strip():
        return
    name = heading.text.strip()
    named = _SOURCES.match(name) is not None
    # The list of sources is added below a heading "Sources" by the build, when the page cites anything.
    if name.lower() == "sources" and CITATION.search(page.mask):
        return
    message = f"nothing stands below “{name}”"
    fix = "write it or take the heading out"
    page.add(heading.start, "empty-section", message, fix, "error" if named else "warning")


def _loose(page: Page) -> None:
    """`**Sources**` or `References:` on a line of its own at the end of the page, or before a heading."""
    for match in _LOOSE.finditer(page.mask, max(0, page.start - 1)):
        if not _SOURCES.match(match["text"].strip()) or not (match["mark"] or match.group().rstrip().endswith(":")):
            continue
        rest = page.article.text[match.end() :]
        following = re.search(r"\S[^\n]*", rest)
        if following is None or following.group().startswith("#"):
            message = f"nothing stands below “{match['text'].strip()}”"
            page.add(match.start("text"), "empty-section", message, "write it or take the line out")
