"""Python-Markdown extension: the same HTML in half the time, by not asking questions whose answer is known.

Python-Markdown tries each of some twenty inline patterns on each piece of text, and each of some twenty kinds of block
on each block. Nearly all pieces are plain words with a citation, and nearly all blocks are paragraphs. So:

* an inline pattern is tried only where the characters are that it cannot do without (`TRIGGERS`);
* a block that no known kind of block can claim becomes a paragraph at once (`_PLAIN`);
* escapes are looked for only where a control character is, and what is no block is known by one look-up;
* the tree becomes text in one function without a queue.

What it does not know (a pattern or a kind of block of another extension) is tried always, as before. Tests hold the
result equal, byte for byte, on generated Markdown and on all our pages. Part of the extensions, not of a builder, so
that every builder that runs Python-Markdown is faster by it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from markdown import blockparser
from markdown import blockprocessors
from markdown import inlinepatterns
from markdown import serializers
from markdown import treeprocessors
from markdown import util
from markdown.extensions import Extension
from markdown.extensions import abbr
from markdown.extensions import admonition
from markdown.extensions import def_list
from markdown.extensions import footnotes
from markdown.extensions import md_in_html
from markdown.extensions import tables
from pymdownx import details

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

    from markdown import Markdown

__all__ = ["TRIGGERS", "QuickExtension", "makeExtension"]

#: Name of an inline pattern → its expression and what a text must hold for it to match at all. A pattern of the same
#: name with another expression is not the one we know, and is tried always.
TRIGGERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "backtick": (inlinepatterns.BACKTICK_RE, ("`",)),
    "escape": (inlinepatterns.ESCAPE_RE, ("\\",)),
    "reference": (inlinepatterns.REFERENCE_RE, ("[",)),
    "link": (inlinepatterns.LINK_RE, ("](",)),
    "image_link": (inlinepatterns.IMAGE_LINK_RE, ("![",)),
    "image_reference": (inlinepatterns.IMAGE_REFERENCE_RE, ("![",)),
    "short_reference": (inlinepatterns.REFERENCE_RE, ("[",)),
    "short_image_ref": (inlinepatterns.IMAGE_REFERENCE_RE, ("![",)),
    "autolink": (inlinepatterns.AUTOLINK_RE, ("://",)),
    "automail": (inlinepatterns.AUTOMAIL_RE, ("<",)),
    "linebreak": (inlinepatterns.LINE_BREAK_RE, ("  \n",)),
    "html": (inlinepatterns.HTML_RE, ("<",)),
    "entity": (inlinepatterns.ENTITY_RE, ("&",)),
    "em_strong": (r"\*|_", ("*", "_")),
    "footnote": (r"\[\^([^\]]*)\]", ("[^",)),
}
#: Of our own extensions: all begin with a bracket.
_BRACKETED: Final = frozenset({"citations", "claims", "certainty"})
#: These do nothing as long as a page defines no reference (`[id]: address`).
_BY_REFERENCE: Final = frozenset({"reference", "image_reference", "short_reference", "short_image_ref"})
#: Kinds of block whose tests we know: none of them claims a block that matches `_PLAIN`.
_KNOWN: Final = frozenset(
    {
        abbr.AbbrBlockprocessor,
        admonition.AdmonitionProcessor,
        blockprocessors.BlockQuoteProcessor,
        blockprocessors.CodeBlockProcessor,
        blockprocessors.EmptyBlockProcessor,
        blockprocessors.HRProcessor,
        blockprocessors.HashHeaderProcessor,
        blockprocessors.ListIndentProcessor,
        blockprocessors.OListProcessor,
        blockprocessors.ReferenceProcessor,
        blockprocessors.SetextHeaderProcessor,
        blockprocessors.UListProcessor,
        def_list.DefListIndentProcessor,
        def_list.DefListProcessor,
        details.DetailsProcessor,
        footnotes.FootnoteBlockProcessor,
        md_in_html.MarkdownInHtmlProcessor,
        tables.TableProcessor,
    }
)
#: Lines that begin with a letter or so, or with bold words: no list, heading, rule, quote, callout, definition,
#: reference, footnote, indented code. No pipe: no table. No control character: no stashed HTML.
_LINE = r"(?:[^\s#>=\-_*+0-9\[:!?|`~<\x02\x03]|\*\*[^\W\d_])[^\n|\x02\x03]*"
_PLAIN: Final = re.compile(rf"{_LINE}(?:\n{_LINE})*\n?\Z")


class _Inline(treeprocessors.InlineProcessor):
    """Tries the patterns that can match."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._plan: list[tuple[Any, tuple[str, ...], bool]] | None = None
        self._apply = self._InlineProcessor__applyPattern  # type: ignore[attr-defined]  # the host's own, by its name

    def _planned(self) -> list[tuple[Any, tuple[str, ...], bool]]:
        """Each pattern in order, what it needs, whether it needs a reference."""
        made = []
        names = {
            id(self.inlinePatterns[name]): name for name in (*TRIGGERS, *_BRACKETED) if name in self.inlinePatterns
        }
        pattern: Any
        needs: tuple[str, ...]
        for pattern in self.inlinePatterns:
            name, needs = names.get(id(pattern), ""), ()
            if name in TRIGGERS and TRIGGERS[name][0] == pattern.pattern:
                needs = TRIGGERS[name][1]
            elif name in _BRACKETED and type(pattern).__module__.startswith("microsite."):
                needs = ("[",)
            made.append((pattern, needs, bool(needs) and name in _BY_REFERENCE))
        return made

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 - host's names
        """What `handleInline` of the host does, without the patterns that cannot match."""
        if isinstance(data, util.AtomicString):
            return data
        plan = self._plan
        if plan is None:
            plan = self._plan = self._planned()
        referring = bool(self.md.references)
        apply = self._apply
        for index in range(patternIndex, len(plan)):
            pattern, needs, by_reference = plan[index]
            if needs:
                if needs[0] not in data and (len(needs) == 1 or needs[1] not in data):
                    continue
                if by_reference and not referring:
                    continue
            start, matched = 0, True
            while matched:
                data, matched, start = apply(pattern, data, index, start)
        return data


class _Blocks(blockparser.BlockParser):
    """Knows a paragraph when it sees one."""

    _unknown: list[Any] | None = None
    _paragraph: Any = None

    def _prepare(self) -> None:
        unknown = []
        for processor in self.blockprocessors:
            if type(processor) is blockprocessors.ParagraphProcessor:
                self._paragraph = processor
                break
            if type(processor) not in _KNOWN:
                unknown.append(processor)
        self._unknown = unknown

    def parseBlocks(self, parent: ET.Element, blocks: list[str]) -> None:  # noqa: N802 - host's name
        """What the host does, but a plain block goes straight to where it would end up."""
        if self._unknown is None:
            self._prepare()
        paragraph = self._paragraph
        while blocks:
            if paragraph is not None and _PLAIN.match(blocks[0]):
                for processor in self._unknown or ():
                    if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                        break
                else:
                    paragraph.run(parent, blocks)
                continue
            for processor in self.blockprocessors:
                if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                    break


class _Unescape(treeprocessors.UnescapeTreeprocessor):
    """Restores escaped characters where there are any."""

    def run(self, root: ET.Element) -> None:
        mark = util.STX
        for element in root.iter():
            text, tail = element.text, element.tail
            if text and mark in text and element.tag != "code":
                element.text = self.unescape(text)
            if tail and mark in tail:
                element.tail = self.unescape(tail)


class _Prettify(treeprocessors.PrettifyTreeprocessor):
    """Puts each block on a line of its own."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._known: dict[Any, bool] = {}

    def _prettifyETree(self, elem: ET.Element) -> None:  # noqa: N802 - host's names
        known = self._known
        tag = elem.tag
        if tag not in known:
            known[tag] = self.md.is_block_level(tag)
        if known[tag] and tag not in {"code", "pre"}:
            first = True
            for child in elem:
                name = child.tag
                block = known.get(name)
                if block is None:
                    block = known[name] = self.md.is_block_level(name)
                if first:
                    first = False
                    if block and not (elem.text and elem.text.strip()):
                        elem.text = "\n"
                if block:
                    self._prettifyETree(child)
        if not elem.tail or not elem.tail.strip():
            elem.tail = "\n"


def _xhtml(element: ET.Element) -> str:
    """`element` as the host's serializer for XHTML writes it."""
    made: list[str] = []
    try:
        _write(element, made.append)
    except (TypeError, AttributeError, RecursionError):
        # A comment, a qualified name, a thousand nested quotes: the host knows what to do.
        return serializers.to_xhtml_string(element)
    return "".join(made)


def _write(element: ET.Element, write: Callable[[str], None]) -> None:
    tag: str = element.tag
    start = "<" + tag
    for key, value in sorted(element.items()):
        start += f' {key}="{_quoted(value) if _MARKUP.search(value) else value}"'
    tail = element.tail
    if tag.lower() in _EMPTY:
        write(start + " />")
    else:
        text = element.text
        if text and _MARKUP.search(text) and tag.lower() not in {"script", "style"}:
            text = _escaped(text)
        write(f"{start}>{text}" if text else start + ">")
        for child in element:
            _write(child, write)
        write(f"</{tag}>")
    if tail:
        write(_escaped(tail) if _MARKUP.search(tail) else tail)


_MARKUP: Final = re.compile('[&<>"]')
_EMPTY: Final = frozenset(serializers.HTML_EMPTY)  # type: ignore[attr-defined]  # stubs lack it
_AMPERSAND: Final = serializers.RE_AMP


def _escaped(text: str) -> str:
    if "&" in text:
        text = _AMPERSAND.sub("&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', "&quot;")


class QuickExtension(Extension):
    """The same HTML, sooner."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - host's name
        """Take the place of the host's own passes, under their names and priorities."""
        md.registerExtension(self)
        self._md = md
        passes: tuple[tuple[str, int, type[treeprocessors.Treeprocessor], type[treeprocessors.Treeprocessor]], ...] = (
            ("inline", 20, treeprocessors.InlineProcessor, _Inline),
            ("prettify", 10, treeprocessors.PrettifyTreeprocessor, _Prettify),
            ("unescape", 0, treeprocessors.UnescapeTreeprocessor, _Unescape),
        )
        for name, priority, known, quick in passes:
            if name in md.treeprocessors and type(md.treeprocessors[name]) is known:
                md.treeprocessors.register(quick(md), name, priority)
        if type(md.parser) is blockparser.BlockParser:
            # In place: other extensions hold this parser.
            md.parser.__class__ = _Blocks

    def reset(self) -> None:
        """The host chooses its serializer after the extensions are in place, so it is replaced here."""
        if self._md.serializer is serializers.to_xhtml_string:
            self._md.serializer = _xhtml


def makeExtension(**kwargs: Any) -> QuickExtension:  # noqa: N802 - the name Python-Markdown asks for
    """The extension, by the name that Python-Markdown looks up."""
    return QuickExtension(**kwargs)
