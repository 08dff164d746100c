"""Which pages to read next: those that an editor named, then those that share most sources and topics, and why.

In: the site and one article. Out: up to three pages, each with a reason in words. The same content gives the same
answer: ties fall to the path. What two pages have in common is looked up in an index that is made once for a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from .articles import body_with_summary
from .marks import cites
from .source import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .articles import Article
    from .site import Site

__all__ = ["LINKS", "Relation", "citations", "cited", "related"]

#: How many other pages a block of links holds: what a reader takes in at a glance.
LINKS = 3
#: What more pages than this share tells nothing about two of them, and counting it would make 2,000 pages cost a
#: million steps for each such source.
COMMON = 40


@dataclass(frozen=True, slots=True)
class Relation:
    """A page to read next; `why` is empty where an editor chose it."""

    article: Article
    why: str = ""


def related(site: Site, article: Article) -> list[Relation]:
    """The pages named under `related`, then the nearest others until there are three.

    A shared source or topic counts the more the fewer pages have it: 1/(pages - 1), so that a source which only these
    two cite weighs 1 and one that all cite next to nothing.
    """
    named = [site.by_path[path] for path in article.related if path in site.by_path and path != article.path]
    found = [Relation(other) for other in named]
    if len(found) >= LINKS:
        return found
    taken = {article.path, *(other.path for other in named)}
    pages = _index(site)
    score: dict[str, float] = {}
    shared: dict[str, tuple[int, int]] = {}
    for key in _keys(article):
        holders = pages.get(key, ())
        if len(holders) > COMMON:
            continue
        for path in holders:
            if path in taken:
                continue
            score[path] = score.get(path, 0.0) + 1 / max(1, len(holders) - 1)
            sources, topics = shared.get(path, (0, 0))
            shared[path] = (sources + 1, topics) if key[0] == "@" else (sources, topics + 1)
    # Sums of fractions in another order could differ in their last bit; a millionth is far below one shared source.
    best = sorted(score, key=lambda path: (-round(score[path], 6), path))
    found += [Relation(site.by_path[path], _why(*shared[path])) for path in best[: LINKS - len(found)]]
    if len(found) < LINKS:
        taken |= {relation.article.path for relation in found}
        found += [Relation(other, "same topic") for other in _same_topic(site, article, taken)[: LINKS - len(found)]]
    return found


def cited(article: Article) -> tuple[str, ...]:
    """The ids of the sources that an article cites, each once, in order of first mention."""
    return _cited(body_with_summary(article))


def citations(site: Site, text: str) -> tuple[str, ...]:
    """The addresses of the sources that a Markdown text cites, each once, in order of first mention."""
    found = (site.references[name] for name in _cited(text) if name in site.references)
    return tuple(dict.fromkeys(one.link for one in found if one.link))


@lru_cache(maxsize=4096)
def _cited(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite.id for cite in cites(masked(text))))


#: The index of the site that was asked for last: a build asks for one site thousands of times.
_last: tuple[Site, Mapping[str, tuple[str, ...]]] | None = None


def _index(site: Site) -> Mapping[str, tuple[str, ...]]:
    """`@source` or `condition:…` or `compound:…` → paths of the articles that have it."""
    global _last  # noqa: PLW0603 - a site is not hashable, and one is enough
    if _last is None or _last[0] is not site:
        pages: dict[str, list[str]] = {}
        for article in site.newest:
            for key in _keys(article):
                pages.setdefault(key, []).append(article.path)
        _last = site, {key: tuple(paths) for key, paths in pages.items()}
    return _last[1]


def _keys(article: Article) -> list[str]:
    return [
        *(f"@{name}" for name in cited(article)),
        *(f"condition:{name}" for name in article.conditions),
        *(f"compound:{name}" for name in article.compounds),
    ]


def _same_topic(site: Site, article: Article, taken: set[str]) -> list[Article]:
    """Articles of the first topics in order of path, for a site so large that every source is common."""
    found: dict[str, Article] = {}
    for key in _keys(article):
        if key[0] == "@" or len(found) >= LINKS:
            continue
        for other in site.by_topic.get(key, ())[: LINKS * 3]:
            if other.kind == "article" and not other.noindex and other.path not in taken:
                found[other.path] = other
    return list(found.values())


def _why(sources: int, topics: int) -> str:
    """`shares 4 sources and 1 topic`."""
    parts = [
        f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((sources, "source"), (topics, "topic")) if count
    ]
    return "shares " + " and ".join(parts)
