"""Series: pages that are meant to be read one after the other. In: the site. Out: each page's place, and its neighbors.

`series: {name: …, part: 2}` in the front matter is all an editor writes; the parts find each other by the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from microsite.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .articles import Article
    from .site import Site

__all__ = ["Place", "check_series", "place_in_series"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands in its series: its place among the parts that exist, from 1, and the pages beside it."""

    name: str
    number: int
    parts: int
    previous: Article | None
    next: Article | None


def place_in_series(site: Site, article: Article) -> Place | None:
    """The page's place, counted over the parts that exist; None outside of a series."""
    if article.series is None:
        return None
    parts = _series(site)[_name(article)]
    at = next(number for number, other in enumerate(parts) if other.path == article.path)
    return Place(
        name=parts[0].series.name if parts[0].series else "",
        number=at + 1,
        parts=len(parts),
        previous=parts[at - 1] if at else None,
        next=parts[at + 1] if at + 1 < len(parts) else None,
    )


def check_series(site: Site) -> Iterator[Finding]:
    """Two pages with one part, a part that is missing, a series of one page, a name that is spelled in two ways."""
    for parts in _series(site).values():
        first = parts[0].series
        for number, article in enumerate(parts):
            if article.series is None or first is None:
                continue
            before = parts[number - 1].series if number else None
            if before and before.part == article.series.part:
                message = f"part {article.series.part} of “{first.name}” is {parts[number - 1].file} too"
                yield _at(article, message, "give each page a part of its own")
            elif article.series.part > (before.part if before else 0) + 1:
                message = f"“{first.name}” has no part {article.series.part - 1}"
                yield _at(article, message, "number the parts from 1, without gaps")
            if article.series.name != first.name:
                message = f"“{article.series.name}” is spelled “{first.name}” in {parts[0].file}"
                yield _at(article, message, "spell the name of a series in one way")
        if len(parts) == 1:
            yield _at(parts[0], f"“{first.name if first else ''}” has one page", "name the series on its other pages")


#: The series of the site that was asked for last: a build asks once for each page.
_last: tuple[Site, Mapping[str, tuple[Article, ...]]] | None = None


def _series(site: Site) -> Mapping[str, tuple[Article, ...]]:
    """Name in small letters → pages in order of part, then of path."""
    global _last  # noqa: PLW0603 - a site is not hashable, and one is enough
    if _last is None or _last[0] is not site:
        found: dict[str, list[Article]] = {}
        for article in site.articles:
            if article.series is not None:
                found.setdefault(_name(article), []).append(article)
        _last = (
            site,
            {
                name: tuple(sorted(parts, key=lambda page: (page.series.part if page.series else 0, page.path)))
                for name, parts in sorted(found.items())
            },
        )
    return _last[1]


def _name(article: Article) -> str:
    return " ".join(article.series.name.casefold().split()) if article.series else ""


def _at(article: Article, message: str, fix: str) -> Finding:
    place = article.front.at("series")
    return Finding(article.file, place.line, place.column, "series-parts", message, fix, "warning")
