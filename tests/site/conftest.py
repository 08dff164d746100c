"""The real site, built once for all tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

import pytest
from selectolax.lexbor import LexborHTMLParser

from microsite.pages import build

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
#: A fixed day, so that a page which becomes overdue one day does not change what is tested.
TODAY = date(2026, 11, 21)


class HtmlPage(NamedTuple):
    url: str
    path: Path
    html: str
    tree: LexborHTMLParser


class BuiltSite(NamedTuple):
    folder: Path
    pages: list[HtmlPage]

    def files(self) -> Iterator[Path]:
        return (path for path in sorted(self.folder.rglob("*")) if path.is_file())


def read_pages(folder: Path) -> list[HtmlPage]:
    pages = []
    for path in sorted(folder.rglob("*.html")):
        html = path.read_text("utf-8")
        url = "/" + path.relative_to(folder).as_posix().removesuffix("index.html")
        pages.append(HtmlPage(url, path, html, LexborHTMLParser(html)))
    return pages


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    folder = tmp_path_factory.mktemp("built") / "site"
    build(ROOT, site_dir=folder, today=TODAY)
    return BuiltSite(folder, read_pages(folder))


@pytest.fixture(scope="session")
def site_again(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    folder = tmp_path_factory.mktemp("built-again") / "site"
    build(ROOT, site_dir=folder, today=TODAY)
    return BuiltSite(folder, read_pages(folder))
