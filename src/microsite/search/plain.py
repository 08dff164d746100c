"""A fast reader of well-formed pages, with the same result as the patient one in `sections.py`.

A built page is plain: lower-case tags, values in double quotes, everything closed in order. Such a page is cut by one
regular expression in a tenth of the time that `html.parser` takes; at the first thing that is not plain the page is
left to the patient reader. A test holds the two equal on generated pages.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Final
from typing import NamedTuple

__all__ = [
    "BLOCKS",
    "CELLS",
    "HEADINGS",
    "MARK",
    "POINT",
    "SKIPPED",
    "SKIPPED_NAMES",
    "VOID",
    "read_plain",
]

VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
SKIPPED: Final = frozenset(
    (
        *("nav", "header", "footer", "aside", "form", "script", "style", "template", "noscript", "svg", "button"),
        *("select", "textarea", "dialog", "sup"),
    )
)
#: A class or id that marks a part as no text of the page.
SKIPPED_NAMES: Final = frozenset(
    (
        *("toc", "sources", "footnote", "headerlink", "after", "skip", "crisis", "share", "c", "in-this-section"),
        *("facts", "disclaimer"),
    )
)
BLOCKS: Final = frozenset(
    (
        *(
            "address",
            "article",
            "blockquote",
            "br",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "figcaption",
            "figure",
            "h1",
            "h2",
        ),
        *("h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td"),
        *("tfoot", "th", "thead", "tr", "ul"),
    )
)
HEADINGS: Final = frozenset({"h1", "h2", "h3"})
#: After these the text says that something else begins: cells of a table would run together as one sentence.
CELLS: Final = frozenset({"td", "th", "caption"})
#: A class of what is a remark beside the text: how certain a statement is.
MARK: Final = "grade"
POINT: Final = " · "
_TOKEN = re.compile(
    r"<(?:(?P<open>[a-z][a-z0-9]*)(?P<values>(?:\s+[a-zA-Z][-:\w]*(?:=\"[^\"<>]*\")?)*)\s*(?P<void>/?)"
    r"|/(?P<close>[a-z][a-z0-9]*)|!--(?:[^<>-]|-(?!-))*--|![dD][oO][cC][tT][yY][pP][eE]\s[^<>]*)>"
)
_VALUE = re.compile(r"([a-zA-Z][-:\w]*)(?:=\"([^\"]*)\")?")
#: Elements whose text is no HTML; one that holds a tag is not plain.
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"})
#: A page that is nested deeper is left to the patient reader.
_DEEP = 500
_ROOTS = frozenset({"main", "article", "body"})
#: Around these a text has a gap.
GAPS: Final = BLOCKS | CELLS


class _Values(NamedTuple):
    """What a tag's values mean for a reader."""

    id: str
    #: The page's own name for the part: its id, what labels it, its classes.
    names: frozenset[str]
    classes: frozenset[str]
    hidden: bool


_NOTHING = _Values("", frozenset({""}), frozenset({""}), hidden=False)


@lru_cache(maxsize=8192)
def _values(text: str) -> _Values:
    values = {key.lower(): unescape(value) for key, value in _VALUE.findall(text)}
    classes = frozenset((values.get("aria-labelledby", ""), *values.get("class", "").split()))
    own = values.get("id", "")
    hidden = "hidden" in values or values.get("aria-hidden") == "true"
    return _Values(own, classes | {own}, classes, hidden)


def _hides(text: str) -> bool:
    """Whether a `<meta>` keeps its page out of a search."""
    values = {key.lower(): unescape(value).lower() for key, value in _VALUE.findall(text)}
    robots = values.get("name", "") in {"robots", "search"} and "noindex" in values.get("content", "")
    return robots or values.get("http-equiv", "") == "refresh"


def read_plain(html: str) -> tuple[str, bool, list[list[str]]] | None:  # noqa: C901, PLR0912, PLR0915
    """`(title, hidden, [[anchor, heading, text]…])` of a plain page's `<main>`; None when the page is not plain.

    One loop without calls: it runs for each of some 500 tags of each page, and a call costs as much as the rest.
    """
    title, hidden = "", False
    made: list[tuple[str, list[str], list[str]]] = []
    nowhere: list[str] = []
    say = nowhere  # what is said goes here: a heading, a text, or nowhere outside of `<main>`
    opened: list[str] = []
    marked: set[int] = set()
    into = ""
    skip = main = last = tokens = 0  # depths, but for the last two
    for match in _TOKEN.finditer(html):
        tokens += 1
        start = match.start()
        if start > last and not skip:
            text = html[last:start]
            if "&" in text:
                text = unescape(text)
            if into == "title":
                title += text
            else:
                say.append(text)
        last = match.end()
        tag, given, void, closed = match.groups()
        depth = len(opened)
        if closed:
            if not depth or opened.pop() != closed:
                return None
            if skip == depth:
                skip = 0
            if closed == into:
                into = ""
                say = made[-1][2] if main else nowhere
            if main == depth:
                main, say = 0, nowhere
            if closed in GAPS:
                say.append(" ")
            if not skip and (closed in CELLS or depth in marked):
                say.append(POINT)
            marked.discard(depth)
        elif tag:
            if tag == "meta" and _hides(given):
                hidden = True
            if tag in VOID:
                if tag in GAPS:
                    say.append(" ")
                continue
            if void or depth > _DEEP or (depth and opened[-1] in _RAW):
                return None
            opened.append(tag)
            if skip:
                continue
            values = _values(given) if given else _NOTHING
            heading = tag in HEADINGS
            names = values.classes if heading else values.names
            if tag in SKIPPED or values.hidden or not names.isdisjoint(SKIPPED_NAMES):
                skip = depth + 1
                continue
            if tag == "main" and not main:
                if into:
                    return None
                main, say = depth + 1, []
                made.append(("", [], say))
            if heading and (values.id or tag == "h1"):
                into = tag
                if main:
                    say = []
                    made.append(("" if tag == "h1" else values.id, say, []))
            elif tag == "title" and _ROOTS.isdisjoint(opened):
                into = tag
            if tag in GAPS:
                say.append(" ")
            if MARK in names:
                marked.add(depth + 1)
                say.append(POINT)
        elif depth and opened[-1] in _RAW:
            return None
    if not made or opened or tokens != html.count("<"):
        return None
    return title, hidden, [[anchor, "".join(heading), "".join(text)] for anchor, heading, text in made]
