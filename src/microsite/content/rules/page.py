"""One page as the rules see it: the article, its text with code blanked, and a list that takes findings by offset."""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from microsite.content.blocks import blocks
from microsite.content.blocks import sentences
from microsite.content.marks import cites
from microsite.content.prose import strip_markdown
from microsite.content.source import Lines
from microsite.content.source import masked
from microsite.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microsite.content.articles import Article
    from microsite.content.blocks import Block
    from microsite.content.blocks import Sentence
    from microsite.content.site import Site
    from microsite.findings import Severity

__all__ = ["Page"]

_NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})
#: An opening tag; a quoted value may hold a >.
_TAG = re.compile(r"<[A-Za-z][\w:-]*(?:[\s/](?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?>")
_APART = str.maketrans("*_`|", "    ")
_NOT_NEWLINE = re.compile(r"[^\n]")
#: A paragraph of so many words does not come twice by chance.
COPY_WORDS = 25
#: Kinds whose text informs about health: the rules on claims and reading grade hold for these.
HEALTH = frozenset({"article", "hub", "home", "page"})


class Page:
    """The working state of a check of one page. `mask` has the length of the whole file, front matter blanked."""

    def __init__(self, site: Site, article: Article, made: Mapping[str, frozenset[str]] = _NOTHING) -> None:
        self.site = site
        #: Pages that the build makes from data, by path below docs/, with the anchors sure to be there.
        self.made = made
        self.article = article
        self.findings: list[Finding] = []
        self.start = article.front.body_start
        # The front matter is blanked, newlines kept: offsets and lines are those of the file.
        head = _NOT_NEWLINE.sub(" ", article.text[: self.start])
        self.mask = head + masked(article.body)
        self.blocks: tuple[Block, ...] = blocks(self.mask)
        #: The mask in lower case, for a quick "is it there at all" before a pattern is tried.
        self.lower = self.mask.lower()
        self.health = article.kind in HEALTH
        #: Pages of docs/ that this page's links lead to, by path; the rule on links fills it.
        self.leads_to: set[str] = set()
        self._lines = Lines(article.text)

    @cached_property
    def cited(self) -> frozenset[str]:
        """The ids of all sources that the page cites, in its text and in what stands above it."""
        texts = [self.mask, *(text for text, _ in self.front_texts("summary", "standfirst"))]
        return frozenset(cite.id for text in texts for cite in cites(text))

    @cached_property
    def tags(self) -> tuple[tuple[tuple[int, int], str], ...]:
        """Each opening tag of raw HTML: its span and its text."""
        return tuple((match.span(), match.group()) for match in _TAG.finditer(self.mask)) if "<" in self.mask else ()

    @cached_property
    def paragraphs(self) -> tuple[tuple[int, bytes], ...]:
        """Offset and digest of the words of each paragraph that does not come twice by chance."""
        found = []
        for block in self.blocks:
            # A mark between two words is all that can make more words of them than spaces show.
            if block.kind in {"paragraph", "item"} and len(block.text.translate(_APART).split()) >= COPY_WORDS:
                words = strip_markdown(block.text).casefold().split()
                if len(words) >= COPY_WORDS:
                    text = " ".join(words).encode("utf-8", "surrogatepass")
                    found.append((block.start, hashlib.blake2b(text, digest_size=16).digest()))
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[tuple[Block, tuple[Sentence, ...]], ...]:
        """Each block of running text with its sentences; a row or heading is one sentence."""
        return tuple((block, sentences(block)) for block in self.blocks if block.kind != "rule")

    def settle(self) -> None:
        """Let go of the texts when the rules on one page are done: those on several need sources and paragraphs.

        The texts are kept in three forms, together some 200 kB a page.
        """
        _ = self.cited, self.paragraphs
        self.mask = self.lower = ""
        self.blocks = ()
        for name in ("sentences", "tags"):
            self.__dict__.pop(name, None)

    def add(self, offset: int, rule: str, message: str, fix: str, severity: Severity = "error") -> None:
        """A finding at an offset of the file."""
        line, column = self._lines.at(offset)
        self.findings.append(Finding(self.article.file, line, column, rule, message, fix, severity))

    def add_key(self, key: str, rule: str, message: str, fix: str, severity: Severity = "error") -> None:
        """A finding at a key of the front matter (at the first line when the key is missing)."""
        place = self.article.front.at(key)
        self.findings.append(Finding(self.article.file, place.line, place.column, rule, message, fix, severity))

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self._lines.at(offset)[0]

    def front_texts(self, *keys: str) -> list[tuple[str, int]]:
        """(raw text, its offset) of the values of these keys, as they stand in the file."""
        places = [self.article.front.places[key] for key in keys if key in self.article.front.places]
        return [(self.article.text[place.start : place.end], place.start) for place in places]
