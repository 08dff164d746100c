"""The ids that a page will have: where `page.md#id` may lead."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from .articles import body_with_summary
from .marks import CERTAINTY
from .marks import CITATION_GROUP
from .marks import cites
from .prose import slugify
from .source import headings
from .source import masked
from .views import az_markdown

if TYPE_CHECKING:
    from .articles import Article
    from .site import Site

__all__ = ["anchors", "heading_text"]

_HTML_ID = re.compile(r"<[^<>]*\sid\s*=\s*[\"']?([^\s\"'>]+)")
_GIVEN_ID = re.compile(r"\{:?[^{}\n]*?#([\w:.-]+)[^{}\n]*\}")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_COUNTED = re.compile(r"(.*)_([0-9]+)\Z")


def anchors(site: Site, article: Article) -> frozenset[str]:
    """All ids of a page: headings as Python-Markdown's toc names them, ids by hand, the list of sources."""
    text = article.body + ("\n\n" + az_markdown(site) if article.path == "a-z.md" else "")
    return _ids(text, any(True for _ in cites(masked(body_with_summary(article)))))


def heading_text(raw: str) -> str:
    """The words of a heading, as the toc sees them: no marks of sources, no markup."""
    text = CERTAINTY.sub(lambda match: f"{match['word'].capitalize()} certainty", CITATION_GROUP.sub("", raw))
    text = re.sub(r"<[^<>]*>", "", _LINK.sub(r"\1", text))
    text = re.sub(r"(?<!\w)_+|_+(?!\w)|[*`]+", "", text)
    return unescape(re.sub(r"\\(.)", r"\1", text))


@lru_cache(maxsize=4096)
def _ids(text: str, cited: bool) -> frozenset[str]:  # noqa: FBT001 - a part of the cache's key
    mask = masked(text)
    found: set[str] = {*_HTML_ID.findall(mask), *_GIVEN_ID.findall(mask)}
    if cited:
        found.add("sources")
    for heading in headings(mask):
        if heading.id:
            continue
        # The mask blanks code spans; a heading's code is part of its id, so read the words from the text itself.
        marked = text.startswith("#", heading.start)
        start = heading.start + (heading.level if marked else 0)
        line = text[start : text.find("\n", start) if "\n" in text[start:] else len(text)]
        line = re.sub(r"[ \t]#+[ \t]*$|\{:?[^{}]*\}[ \t]*$", "", line.strip())
        name = slugify(heading_text(line))
        while name in found or not name:
            match = _COUNTED.match(name)
            name = f"{match[1]}_{int(match[2]) + 1}" if match else f"{name}_1"
        found.add(name)
    return frozenset(found)
