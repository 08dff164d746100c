"""A page's bytes in, the addresses out that it refers to: files that it needs to be shown, and places that it leads to.

Two regular expressions instead of a parser: they read 2,000 pages in the time in which `html.parser` reads 60, and what
they must tell apart (a tag from text) is told apart by `<`, which text may not hold.
"""

from __future__ import annotations

import html
import posixpath
import re
from typing import TYPE_CHECKING
from typing import NamedTuple
from urllib.parse import unquote
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["References", "css_references", "path_of", "references"]

_SILENT = re.compile(rb"<!--.*?-->|<(script|style|template|noscript)\b([^>]*)>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(
    rb"<(a|area|audio|embed|iframe|image|img|input|link|object|script|source|track|use|video)\s"
    rb"""((?:[^>"']|"[^"]*"|'[^']*')*)>""",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"""(?:^|[\s"'/])([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_URL = re.compile(rb"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)\s"']+))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')""")
#: `rel` of a link that a browser does not fetch to show the page.
_LEADS = {"canonical", "alternate", "author", "license", "next", "prev", "help", "search", "me", "bookmark"}
_NEEDS = {"src", "srcset", "poster", "data", "xlink:href"}
_LEADING_TAGS = {"a", "area"}


class References(NamedTuple):
    """Paths on this site, from its root, unquoted: `assets/site.css`, `conditions/ptsd/`."""

    needs: frozenset[str]
    leads: frozenset[str]


def references(page: bytes, path: str, origin: str = "") -> References:
    """What the page at `path` (`conditions/ptsd/index.html`) refers to on its own site.

    `origin` (`https://guide.example`) makes absolute addresses of the site count as well.
    """
    needs: set[str] = set()
    leads: set[str] = set()
    for tag, name, value in _attributes(page):
        if name == "srcset":
            found = {part.split()[0] for part in value.split(",") if part.split()}
        elif name in _NEEDS or name == "href":
            found = {value}
        else:
            continue
        into = leads if tag in _LEADING_TAGS or (tag, name) == ("link", "canonical") else needs
        into |= {target for one in found if (target := path_of(one, path, origin)) is not None}
    return References(frozenset(needs), frozenset(leads - needs))


def css_references(sheet: bytes, path: str, origin: str = "") -> frozenset[str]:
    """What a style sheet at `path` fetches from its own site."""
    found = (next(filter(None, match.groups()), b"").decode("utf-8", "replace") for match in _URL.finditer(sheet))
    return frozenset(target for one in found if (target := path_of(one, path, origin)) is not None)


def path_of(address: str, path: str, origin: str = "") -> str | None:
    """The path on this site that `address` in the page at `path` means, or None when it means no place of the site."""
    address = address.strip()
    if origin and (address == origin or address.startswith((f"{origin}/", f"{origin}?", f"{origin}#"))):
        address = address.removeprefix(origin) or "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    target = unquote(parts.path)
    joined = target if target.startswith("/") else f"/{posixpath.dirname(path)}/{target}"
    ending = "/" if joined.endswith(("/", "/.", "/..")) else ""
    normal = posixpath.normpath(joined).lstrip("/")
    return f"{normal}{ending}" if normal not in {"", "."} else ""


def _attributes(page: bytes) -> Iterator[tuple[str, str, str]]:
    """(tag, attribute, value) of all tags that can refer to something; a link's `href` counts by its `rel`."""
    shown = _SILENT.sub(rb"<script \2>", page)
    for match in _TAG.finditer(shown):
        tag = match[1].decode().lower()
        found = {
            one[1].decode("ascii", "replace").lower(): html.unescape(
                (one[2] or one[3] or one[4] or b"").decode("utf-8", "replace")
            )
            for one in _ATTRIBUTE.finditer(match[2])
        }
        if tag == "link" and set(found.get("rel", "").lower().split()) & _LEADS:
            tag = "a" if "canonical" not in found.get("rel", "").lower() else ""
        if tag == "link" and set(found.get("rel", "").lower().split()) <= {"preconnect", "dns-prefetch"}:
            tag = ""
        if tag:
            yield from ((tag, name, value) for name, value in found.items())
