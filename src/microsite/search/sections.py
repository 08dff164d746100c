"""Built HTML in, documents out: each page cut at its headings that have an id. Works after any generator.

Read is `<main>`, else `<article>`, else `<body>`; left out is what a reader would not search: navigation, header,
footer, aside, forms, scripts, tables of contents, the list of sources, marks of citations, and whole pages that say
`noindex` or only forward elsewhere. A page that cannot be read is a finding with its file, and the rest goes on.
"""

from __future__ import annotations

import functools
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from microsite.findings import Finding

from .corpus import squeeze
from .document import Document
from .document import Facts
from .plain import BLOCKS as _BLOCKS
from .plain import CELLS as _CELLS
from .plain import HEADINGS as _HEADINGS
from .plain import MARK as _MARK
from .plain import POINT as _POINT
from .plain import SKIPPED as _SKIPPED
from .plain import SKIPPED_NAMES as _SKIPPED_NAMES
from .plain import VOID as _VOID
from .plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["page_documents", "page_url", "read_pages", "read_site_pages"]

_POINTS = re.compile(r"(?:^|(?<=[.,;:!?]))(?: ·)+|(?: ·)+(?= ·)|(?: ·)+ ?(?=[.,;:!?)]|$)")
#: A stray end tag closes nothing further up than this.
_DEEPEST = 1000


class _Reader(HTMLParser):
    """Collects `[anchor, heading, text]` of one page; a part that is skipped is skipped with all in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.hidden = False
        self.roots: dict[str, list[list[str]]] = {"main": [], "article": [], "body": []}
        self._open: list[str] = []
        self._inside: list[str] = []
        self._skip_from = 0
        self._marked: list[int] = []
        self._into: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "meta":
            self._meta(values)
        if tag in _VOID or len(self._open) > _DEEPEST:
            self._gap(tag)
            return
        self._open.append(tag)
        if self._skip_from:
            return
        # A heading's id is made of its words: a section that is called "After" is no part of the frame.
        own = "" if tag in _HEADINGS else values.get("id", "")
        names = {own, values.get("aria-labelledby", ""), *values.get("class", "").split()}
        if tag in _SKIPPED or names & _SKIPPED_NAMES or "hidden" in values or values.get("aria-hidden") == "true":
            self._skip_from = len(self._open)
            return
        if tag in self.roots and tag not in self._inside:
            self._inside.append(tag)
            self.roots[tag].append(["", "", ""])
        if tag in _HEADINGS and (values.get("id") or tag == "h1"):
            for root in self._inside:
                self.roots[root].append([values.get("id", "") if tag != "h1" else "", "", ""])
            self._into = tag
        elif tag == "title" and not self._inside:
            self._into = tag
        self._gap(tag)
        self._marked += [len(self._open)] * (_MARK in names)
        self._say(_POINT * (_MARK in names))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open:
            depth, closed = len(self._open), self._open.pop()
            if self._skip_from > len(self._open):
                self._skip_from = 0
            if closed == self._into:
                self._into = None
            if closed in self._inside and closed not in self._open:
                self._inside.remove(closed)
            self._gap(closed)
            if (closed in _CELLS or depth in self._marked) and not self._skip_from:
                self._say(_POINT)
            if depth in self._marked:
                self._marked.remove(depth)
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._skip_from:
            return
        if self._into == "title":
            self.title += data
            return
        self._say(data)

    def _say(self, text: str) -> None:
        for root in self._inside:
            self.roots[root][-1][1 if self._into else 2] += text

    def _gap(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _CELLS:
            self._say(" ")

    def _meta(self, values: Mapping[str, str]) -> None:
        name, content = values.get("name", "").lower(), values.get("content", "").lower()
        if (name in {"robots", "search"} and "noindex" in content) or values.get("http-equiv", "").lower() == "refresh":
            self.hidden = True


#: A page's title, whether it is hidden, and `[anchor, heading, text]` of its parts.
_Read = tuple[str, bool, list[list[str]]]


def _read(html: str) -> _Read:
    """Read any page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.title, reader.hidden, reader.roots["main"] or reader.roots["article"] or reader.roots["body"]


def _tidy(text: str) -> str:
    """Squeezed, with one point between two cells and none where a sentence ends or begins anyway."""
    text = squeeze(text)
    return _POINTS.sub("", text).strip() if "·" in text else text


@functools.lru_cache(maxsize=4096)
def page_documents(html: str, url: str, facts: Facts | None = None) -> tuple[Document, ...]:
    """The sections of one page that have words; none for a page that says `noindex`.

    Remembered, because a watching server indexes its pages after every edit and all but one are as before.
    """
    title, hidden, parts = read_plain(html) or _read(html)
    if hidden or not parts:
        return ()
    facts = facts or Facts()
    sections = [(anchor, _tidy(heading), _tidy(text)) for anchor, heading, text in parts]
    # The first heading without an anchor is the page's title; words before it belong to the page's opening.
    title = next((heading for anchor, heading, _ in sections if not anchor and heading), "") or squeeze(title)
    opening = squeeze(" ".join(text for anchor, _, text in sections if not anchor))
    made = [("", "", opening), *((anchor, heading, text) for anchor, heading, text in sections if anchor)]
    return tuple(
        Document(
            page=url,
            anchor=anchor,
            title=title,
            heading=heading,
            text=text,
            name=heading or title,
            focus=title,
            aliases=facts.aliases,
            kind=facts.kind,
            conditions=facts.conditions,
            compounds=facts.compounds,
        )
        for anchor, heading, text in made
        if text or (heading and anchor) or (not anchor and title)
    )


def page_url(name: str) -> str:
    """`conditions/chronic-pain/index.html` → `/conditions/chronic-pain/`; `404.html` → `/404.html`."""
    if name == "index.html":
        return "/"
    return f"/{name.removesuffix('index.html')}" if name.endswith("/index.html") else f"/{name}"


def read_site_pages(
    site: Path, report: Callable[[Finding], None], facts: Mapping[str, Facts] | None = None
) -> Iterator[Document]:
    """The documents of all `*.html` below `site`, page by page in order of path; `facts` are known by address."""
    paths = ((path.relative_to(site).as_posix(), path) for path in sorted(site.rglob("*.html")))
    yield from read_pages(((name, path.read_bytes()) for name, path in paths), report, facts)


def read_pages(
    pages: Iterable[tuple[str, bytes]], report: Callable[[Finding], None], facts: Mapping[str, Facts] | None = None
) -> Iterator[Document]:
    """The documents of pages given as `(path below the site's folder, content)`, in their order."""
    for name, content in pages:
        try:
            html = content.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} is not UTF-8"
            report(Finding(name, 0, 0, "search-page", message, "write the page as UTF-8"))
            continue
        url = page_url(name)
        if url == "/404.html":
            continue
        documents = page_documents(html.replace("\r\n", "\n"), url, (facts or {}).get(url))
        seen: set[str] = set()
        for document in documents:
            if document.anchor in seen:
                message = f"the id {document.anchor!r} is on the page twice: its second section cannot be linked"
                report(Finding(name, 0, 0, "search-anchor", message, "give each heading its own id", "warning"))
                continue
            seen.add(document.anchor)
            yield document
