"""A built site as values: its folder, its pages, each parsed once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["BuiltSite", "HtmlPage", "read_built"]


class HtmlPage(NamedTuple):
    """One page. `url` is its address ("/safety/", "/404.html")."""

    url: str
    path: Path
    html: str
    tree: LexborHTMLParser

    @property
    def indexed(self) -> bool:
        """Whether search engines may list it."""
        return self.tree.css_first('meta[name="robots"][content*="noindex"]') is None

    def values(self, selector: str, attribute: str) -> list[str]:
        """The values of `attribute` on all elements that match, "" where it is missing."""
        return [node.attributes.get(attribute) or "" for node in self.tree.css(selector)]

    def text(self, selector: str) -> str:
        """The text of the first match, "" when there is none."""
        node = self.tree.css_first(selector)
        return node.text(strip=True) if node else ""


class BuiltSite(NamedTuple):
    """The folder and its pages in order of address."""

    folder: Path
    pages: list[HtmlPage]

    def files(self) -> Iterator[Path]:
        """Every file of the folder, sorted."""
        return (path for path in sorted(self.folder.rglob("*")) if path.is_file())


def read_built(folder: Path) -> BuiltSite:
    """Read every page under `folder`."""
    pages = []
    for path in folder.rglob("*.html"):
        html = path.read_text("utf-8")
        url = "/" + path.relative_to(folder).as_posix().removesuffix("index.html")
        pages.append(HtmlPage(url, path, html, LexborHTMLParser(html)))
    return BuiltSite(folder, sorted(pages, key=lambda page: page.url))
