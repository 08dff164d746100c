"""A digest of all that one page may depend on of the others: what does not change it changes no other page.

In: a site. Out: a text. It covers every page's path, front matter, headings and ids, citations, claims, comments that
stand for something, links, and all data and settings; it leaves out the sentences around these. A watching server knows
by it that an edited sentence is the business of one page (and of the lists that read all texts, which are made anew).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .site import Site

__all__ = ["state_of"]

#: Headings of both forms, citations, claims, comments, targets of links, attributes, raw tags.
_SEEN = re.compile(
    r"^[ ]{0,3}#{1,6}[ \t].*$|^.+\n(?:=+|-+)[ \t]*$|\[@[^\[\]]+\]|\[claim:[^\[\]]*\]|<!--.*?-->|\]\([^()\s]*"
    r"|^[ ]{0,3}\[[^\]]+\]:.*$|\{:?[^{}\n]*\}|<[A-Za-z][^<>]*>",
    re.MULTILINE,
)


def state_of(site: Site) -> str:
    """The digest, hexadecimal."""
    data = site.data.texts if site.data else {}
    settings = (site.today, site.extra, site.name, site.about, site.address, site.navigation, site.files)
    parts = [
        repr([sorted(part) if isinstance(part, frozenset) else part for part in settings]),
        *(f"{name}\n{text}" for name, (_, text) in sorted(data.items())),
        *(f"{path} {line}" for path, line in site.published.items()),
        *(_seen(page.path, page.text, page.front.body_start) for page in (*site.articles, *site.beside.values())),
    ]
    return _digest("\n".join(parts))


@lru_cache(maxsize=8192)
def _seen(path: str, text: str, body: int) -> str:
    return _digest("\n".join([path, text[:body], *_SEEN.findall(text, body)]))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
