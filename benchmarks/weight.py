"""What a reader's first view of a page costs: the bodies of its page, sheets and scripts, brotli 11.

In: a folder of built HTML. Out: a `Weight` per page. Everything the page asks for is counted, images included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urldefrag
from urllib.parse import urlsplit

import brotli
from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ARTICLES", "BUDGETS", "Weight", "article_weights", "pressed", "resources", "weigh"]

#: The five articles of the site, by address.
ARTICLES = (
    "/conditions/chronic-pain/",
    "/conditions/neuropathic-pain/",
    "/safety/benefits-and-risks/",
    "/safety/liver-and-liver-cancer/",
    "/treatments/what-ketamine-therapy-is/",
)
#: Bytes, except `requests`. The second is the first TCP round trip: ten segments of 1,460 bytes.
BUDGETS = {"median_first_view": 12_000, "longest_html_css": 14_600, "script": 4_096, "requests": 3}
#: selector → attribute of what a browser fetches by itself when it shows the page
_FETCHED = {
    "link[rel~=stylesheet]": "href",
    "link[rel~=icon]": "href",
    "link[rel~=preload]": "href",
    "link[rel~=modulepreload]": "href",
    "link[rel~=manifest]": "href",
    "script[src]": "src",
    "img[src]": "src",
    "source[src]": "src",
    "iframe[src]": "src",
    "video[src]": "src",
    "audio[src]": "src",
    "object[data]": "data",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """The cost of one page. All sizes are bytes of brotli 11."""

    url: str
    html: int
    css: int
    js: int
    other: int
    requests: int

    @property
    def total(self) -> int:
        """Bytes of the whole first view."""
        return self.html + self.css + self.js + self.other

    @property
    def html_css(self) -> int:
        """Bytes before anything can be painted as it should be."""
        return self.html + self.css


@cache
def _press(body: bytes) -> int:
    return len(brotli.compress(body, quality=11))


def pressed(path: Path) -> int:
    """Size of a file in bytes of brotli 11."""
    return _press(path.read_bytes())


def resources(html: str) -> list[str]:
    """The addresses that a browser fetches by itself for this page, `data:` ones left out (they are in the page)."""
    tree = LexborHTMLParser(html)
    found: list[str] = []
    for selector, attribute in _FETCHED.items():
        for node in tree.css(selector):
            value = node.attributes.get(attribute) or ""
            if value and not value.startswith("data:") and value not in found:
                found.append(value)
    return found


def weigh(site: Path, url: str) -> Weight:
    """Weigh the page at `url` ("/safety/") of the site in folder `site`. Raises OSError when a file is not there."""
    page = site / url.strip("/") / "index.html"
    size = {".css": 0, ".js": 0, "": 0}
    names = resources(page.read_text("utf-8"))
    for name in names:
        path = site / urlsplit(urldefrag(name).url).path.lstrip("/")
        size[path.suffix if path.suffix in size else ""] += pressed(path)
    return Weight(url, pressed(page), size[".css"], size[".js"], size[""], 1 + len(names))


def article_weights(site: Path) -> list[Weight]:
    """The five articles, lightest first."""
    return sorted((weigh(site, url) for url in ARTICLES), key=lambda weight: weight.total)
