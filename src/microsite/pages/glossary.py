"""Python-Markdown extension: the first use of a hard word in each section links to its meaning in the glossary.

One pattern over the page's text nodes. Not in headings, links, code, citations, captions, definition lists, boxes of a
crisis and what opens or closes: there a link would split a name, nest in another or stand in the way. A term is found
by its own name, and by other names that are abbreviations (TRD, DILI); entries marked `everyday` are words that readers
know.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from microsite.content import glossary_anchor
from microsite.errors import ConfigError

if TYPE_CHECKING:
    from markdown import Markdown

__all__ = ["GlossaryExtension", "makeExtension"]

_SKIPPED = frozenset(
    {"a", "button", "caption", "cite", "code", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "summary", "sup", "th"}
)
_SKIPPED_NAMES = frozenset({"crisis", "danger", "grade", "source", "sources", "summary", "uses", "admonition-title"})
_ABBREVIATION = re.compile(r"[A-Z][A-Z0-9-]*[A-Z0-9]s?")


class _Words:
    """One state of the glossary: the pattern, and where each word leads."""

    _cached: tuple[tuple[str, int, int], _Words] | None = None

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.anchors: dict[str, str] = {}
        for item in items:
            if item.get("everyday"):
                continue
            anchor = glossary_anchor(str(item["term"]))
            for name in [item["term"], *(item.get("synonyms") or [])]:
                if (name and name == item["term"]) or _ABBREVIATION.fullmatch(name):
                    self.anchors.setdefault(name if _ABBREVIATION.fullmatch(name) else name.casefold(), anchor)
        self.shortest = min(map(len, self.anchors), default=0)
        # Longest first, by first letter: one letter then rules out all the rest, and a page costs 0.5 ms, not 1.1.
        groups: dict[str, list[str]] = {}
        for name in sorted(map(str.lower, self.anchors), key=lambda name: (-len(name), name)):
            groups.setdefault(name[0], []).append(re.escape(name[1:]))
        branches = [f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()]
        # Without a term nothing matches.
        self.pattern = re.compile(rf"\b(?:{'|'.join(branches) or '(?!)'})s?(?![\w-])")

    def anchor(self, name: str) -> str | None:
        """Where a word of a text leads; an abbreviation counts in capitals only: "grade" is no GRADE."""
        one = name.removesuffix("s")
        return next(
            (self.anchors[key] for key in (name, name.casefold(), one, one.casefold()) if key in self.anchors), None
        )

    @classmethod
    def at(cls, path: Path) -> _Words:
        try:
            stat = path.stat()
            key = (str(path.resolve()), stat.st_mtime_ns, stat.st_size)
            if cls._cached is None or cls._cached[0] != key:
                items = json.loads(path.read_text(encoding="utf-8"))
                cls._cached = (key, cls(items["glossary"] if isinstance(items, dict) else items))
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"The glossary cannot be read: {error}"
            fix = "set the option `glossary` of microsite.pages.glossary to data/glossary.json"
            raise ConfigError(msg, path=path, key="glossary", fix=fix) from error
        return cls._cached[1]


class _Links(Treeprocessor):
    def __init__(self, md: Markdown, path: Path) -> None:
        super().__init__(md)
        self.path = path

    def run(self, root: ET.Element) -> None:
        words = _Words.at(self.path)
        if words.anchors:
            self._walk(root, words, set())

    def _walk(self, element: ET.Element, words: _Words, seen: set[str]) -> None:
        """Link in `element`, in the order of the text: its own, then each child and what follows it."""
        if element.text:
            self._split(element, None, words, seen)
        for child in list(element):
            # A new section: who came by a link to its heading has not seen the one before. Repeats cost no bytes.
            if child.tag == "h2":
                seen.clear()
            if child.tag not in _SKIPPED and not _SKIPPED_NAMES & set((child.get("class") or "").split()):
                self._walk(child, words, seen)
            if child.tail:
                self._split(element, child, words, seen)

    def _split(self, parent: ET.Element, before: ET.Element | None, words: _Words, seen: set[str]) -> None:
        """Turn first uses in one text node into links; `before` is the child whose tail it is, None for the text."""
        text = (parent.text if before is None else before.tail) or ""
        if len(text) < words.shortest:
            return  # the white space between two tags
        done = 0
        low = text.lower()
        if len(low) != len(text):  # some capitals become two letters
            low = text
        for match in words.pattern.finditer(low):
            start, end = match.span()
            name = text[start:end]
            anchor = words.anchor(name)
            if anchor is None or anchor in seen or text[start - 1 : start] == "-":
                continue
            seen.add(anchor)
            _put(parent, before, text[done:start])
            made = ET.Element("a", {"href": f"/glossary/#{anchor}"})
            made.text = name
            made.tail = ""
            parent.insert(0 if before is None else list(parent).index(before) + 1, made)
            before, done = made, end
        if done:
            _put(parent, before, text[done:])


def _put(parent: ET.Element, before: ET.Element | None, text: str) -> None:
    if before is None:
        parent.text = text
    else:
        before.tail = text


class GlossaryExtension(Extension):
    """First uses of hard words → links to the glossary."""

    def __init__(self, **kwargs: Any) -> None:
        self.config = {"glossary": ["data/glossary.json", "path of the glossary, from the working directory"]}
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - host's name
        """Tree -1: after all others, and after MkDocs looked at the links (0), which knows files and no addresses."""
        md.treeprocessors.register(_Links(md, Path(self.getConfig("glossary"))), "glossary", -1)


def makeExtension(**kwargs: Any) -> GlossaryExtension:  # noqa: N802 - the name Python-Markdown asks for
    """The extension, by the name that Python-Markdown looks up."""
    return GlossaryExtension(**kwargs)
