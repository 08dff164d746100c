"""One chapter's Markdown in, one element tree out: the tree that both the PDF and the EPUB are written from.

The dialect is that of the articles (Python-Markdown: tables, callouts, `[@id]`, `[certainty: low]`), plus
`- [ ]` for boxes to tick, so that an editor learns one syntax. Raw HTML is refused: it could not be typeset.
Elements of our own: `cite` (attributes `ids`, separated by spaces, and `locators`, by semicolons), `certainty`
(`grade`), `box` (a box to tick).
"""

from __future__ import annotations

import html
import re
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION_GROUP
from microsite.content.marks import cites
from microsite.content.marks import grade

if TYPE_CHECKING:
    from re import Match

__all__ = ["TAGS", "RawHtmlError", "parse", "words"]

#: Typographic marks as characters; the extension's own default are HTML entities, which Typst does not know.
_MARKS = {
    "left-single-quote": "\N{LEFT SINGLE QUOTATION MARK}",
    "right-single-quote": "\N{RIGHT SINGLE QUOTATION MARK}",
    "left-double-quote": "\N{LEFT DOUBLE QUOTATION MARK}",
    "right-double-quote": "\N{RIGHT DOUBLE QUOTATION MARK}",
    "ellipsis": "\N{HORIZONTAL ELLIPSIS}",
    "ndash": "\N{EN DASH}",
    "mdash": "\N{EM DASH}",
}
#: Python-Markdown's private marks in a tree: a stashed piece of HTML, an escaped character, an ampersand.
_STASHED = re.compile("\x02wzxhzdk:(\\d+)\x03")
_ESCAPED = re.compile("\x02(\\d+)\x03")
_AMPERSAND = "\x02amp\x03"
_BOX = re.compile(r"\[[ x]\][ \t]+")
_CAPTION = "Table:"


#: What both writers can write. Anything else is refused, so that nothing is lost on the way to print.
TAGS = frozenset(
    {"div", "p", "h2", "h3", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "blockquote"}
    | {"strong", "em", "a", "br", "cite", "certainty", "box"}
)


class RawHtmlError(ValueError):
    """The text holds HTML; `raw` is the piece."""

    def __init__(self, raw: str) -> None:
        super().__init__(raw)
        self.raw = raw


def parse(text: str) -> Element:
    """The tree of a chapter's text; its root is a `div` whose children are blocks.

    Raises:
        RawHtmlError: the text holds HTML.
    """
    markdown = Markdown(
        extensions=["tables", "admonition", "sane_lists", "smarty", _Marks()],
        extension_configs={"smarty": {"substitutions": _MARKS}},
    )
    lines = text.split("\n")
    for preprocessor in markdown.preprocessors:
        lines = preprocessor.run(lines)
    parsed = markdown.parser.parseDocument(lines).getroot()
    root = Element("div") if parsed is None else parsed
    for processor in markdown.treeprocessors:
        changed = processor.run(root)
        root = root if changed is None else changed
    stash = [str(raw) if isinstance(raw, str) else "" for raw in markdown.htmlStash.rawHtmlBlocks]
    for element in root.iter():
        element.text = _plain(element.text, stash)
        element.tail = _plain(element.tail, stash)
    _tick_boxes(root)
    _captions(root)
    return root


def words(element: Element) -> str:
    """The text of an element without its citation marks, spaces collapsed."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag != "cite":
            pieces.append(words(child))
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def _plain(text: str | None, stash: list[str]) -> str | None:
    if not text:
        return text

    def unstash(match: Match[str]) -> str:
        raw = stash[int(match[1])]
        plain = html.unescape(raw)
        if "<" in plain and plain.strip() != "<":
            raise RawHtmlError(raw.strip())
        return plain

    text = _STASHED.sub(unstash, text)
    text = _ESCAPED.sub(lambda match: chr(int(match[1])), text)
    return text.replace(_AMPERSAND, "&")


def _tick_boxes(root: Element) -> None:
    """`- [ ] words` becomes a `box` element at the head of its item, and the list gets the class `checklist`."""
    for items in root.iter("ul"):
        for item in items:
            holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
            text = (holder.text or "").lstrip()
            if not _BOX.match(text):
                continue
            box = Element("box")
            box.tail = _BOX.sub("", text, count=1)
            holder.text = None
            holder.insert(0, box)
            items.set("class", "checklist")


def _captions(root: Element) -> None:
    """A paragraph `Table: words` right before a table becomes the table's `caption`, as in the articles."""
    for parent in list(root.iter()):
        children = list(parent)
        for before, table in pairwise(children):
            if table.tag == "table" and before.tag == "p" and (before.text or "").startswith(_CAPTION):
                before.tag = "caption"
                before.text = (before.text or "").removeprefix(_CAPTION).lstrip()
                before.tail = None
                parent.remove(before)
                table.insert(0, before)


class _Cite(InlineProcessor):
    def handleMatch(self, match: Match[str], _data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802 - the library's name
        named = list(cites(match["group"]))
        element = Element(
            "cite",
            {
                "ids": " ".join(cite.id.replace(" ", "_") for cite in named),
                "locators": ";".join(cite.locator for cite in named),
            },
        )
        return element, match.start(0), match.end(0)


class _Certainty(InlineProcessor):
    def handleMatch(self, match: Match[str], _data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802 - the library's name
        return Element("certainty", {"grade": grade(match["word"]) or match["word"]}), match.start(0), match.end(0)


class _Marks(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        # Above 175 (backslash escapes are 180, links 160): a mark must not be read as the start of a link.
        md.inlinePatterns.register(_Cite(CITATION_GROUP.pattern, md), "cite", 176)
        md.inlinePatterns.register(_Certainty("(?i)" + CERTAINTY.pattern, md), "certainty", 175)
        # The pretty-printer adds line breaks that would be typeset as spaces.
        md.treeprocessors.deregister("prettify")
        # Resolved here instead, together with the library's other private marks.
        md.treeprocessors.deregister("unescape")
