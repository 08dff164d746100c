"""What a page's template shows around the body, as plain JSON-able values; and the index from A to Z. Pure."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from typing import Any

from .articles import body_with_summary
from .articles import page_url
from .marks import cites
from .prose import count_words
from .source import masked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from .articles import Article
    from .site import Person
    from .site import Site

__all__ = ["az_markdown", "view"]

#: Silent reading of plain English runs at some 238 words a minute (Brysbaert 2019,
#: https://doi.org/10.1016/j.jml.2019.104047); 200 leaves room for health terms.
WORDS_PER_MINUTE = 200
#: How many other pages a block of links holds: what a reader takes in at a glance.
LINKS = 3
_DIGITS = "0\u20139"


def view(site: Site, article: Article) -> dict[str, Any]:
    """Everything the templates show about one page (`page.meta.view`), JSON-able, in a fixed order."""
    text = body_with_summary(article)
    words = count_words(text)
    section = _section(site, article)
    reviewer = site.people.get(article.reviewer or "")
    return {
        "kind": article.kind,
        "path": article.path,
        "slug": article.slug,
        "url": article.url,
        "section": section,
        "crumbs": _crumbs(site, article, section),
        "published": day(article.published),
        "updated": day(article.updated),
        "review": _month(article.review_due),
        "overdue": article.review_due is not None and article.review_due < site.today,
        "words": words,
        "minutes": max(1, math.ceil(words / WORDS_PER_MINUTE)),
        "sources": len({cite.id for cite in cites(masked(text))} & site.references.keys()),
        "authors": [_author(site.people[name]) for name in article.authors if name in site.people],
        "reviewer": {"name": reviewer.name, "credentials": reviewer.credentials} if reviewer else None,
        "summary": [{"text": item.text, "certainty": item.certainty} for item in article.summary],
        "standfirst": article.standfirst or article.description,
        "crisis": article.crisis,
        "noindex": article.noindex,
        "form": article.form,
        "conditions": [site.conditions[name].name for name in article.conditions if name in site.conditions],
        "compounds": [site.compounds[name].name for name in article.compounds if name in site.compounds],
        "related": [_link(other) for other in related(site, article)],
        "latest": [
            {"title": other.title, "url": other.url, "updated": day(other.updated)}
            for other in [other for other in site.newest[: LINKS + 1] if other.path != article.path][:LINKS]
        ],
        "children": [
            {**_link(child), "kind": child.kind, "updated": day(child.updated)} for child in children(site, article)
        ],
        "insurers": [{"id": plan.id, "name": plan.name, "kind": plan.kind, "note": plan.note} for plan in site.insurers]
        if "insurers" in article.show
        else [],
    }


def related(site: Site, article: Article) -> list[Article]:
    """The pages named under `related`; without any, up to three articles that share most conditions and compounds."""
    named = [site.by_path[path] for path in article.related if path in site.by_path and path != article.path]
    if named:
        return named
    shared: dict[str, int] = {}
    for key in [*(f"condition:{i}" for i in article.conditions), *(f"compound:{i}" for i in article.compounds)]:
        for other in site.by_topic.get(key, ()):
            if other.kind == "article" and not other.noindex and other.path != article.path:
                shared[other.path] = shared.get(other.path, 0) + 1
    best = sorted(shared, key=lambda path: (-shared[path], path))[:LINKS]
    return [site.by_path[path] for path in best]


def children(site: Site, article: Article) -> list[Article]:
    """What a hub leads to: the articles below its folder by title; for kind `index` all articles, newest first."""
    if article.kind == "index":
        return list(site.newest)
    if article.kind != "hub":
        return []
    folder = article.path.rpartition("/")[0]
    below = [other for other in site.newest if other.path.startswith(f"{folder}/") and other.path != article.path]
    return sorted(below, key=lambda other: (other.title.casefold(), other.path))


def day(value: date | None) -> dict[str, str] | None:
    """`{iso: "2026-11-21", text: "November 21, 2026"}`, or None."""
    if value is None:
        return None
    return {"iso": value.isoformat(), "text": f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"}


def az_markdown(site: Site, more: Iterable[tuple[str, str]] = ()) -> str:
    """The body of the index from A to Z: every page by title, its other names, and what else has one, by letter.

    `more` are names and the places they lead to: pages from data, the terms of the glossary. A page's own name wins.

    Links are relative to docs/, so the page that shows them must lie there (`a-z.md`).
    """
    pages = [page for page in site.articles if page.title and not page.noindex and page.kind not in {"thanks", "home"}]
    pages = [page for page in pages if page.path != "a-z.md"]
    entries: dict[str, str] = {page.title: page.path for page in pages}
    taken = {name.casefold() for name in entries}
    for name, path in [*((alias, page.path) for page in pages for alias in page.aliases), *more]:
        if name.casefold() not in taken:
            taken.add(name.casefold())
            entries[name[:1].upper() + name[1:]] = path
    titles = {page.path: page.title for page in pages}
    groups: dict[str, list[str]] = {}
    for name in sorted(entries, key=lambda name: (_sort_key(name), name)):
        path = entries[name]
        letter = _sort_key(name)[:1].upper()
        see = f"[{_plain(name)}]({path})"
        line = see if name == titles.get(path, name) else f"{_plain(name)}: see [{_plain(titles[path])}]({path})"
        groups.setdefault(letter if letter.isalpha() else _DIGITS, []).append(f"- {line}")
    jump = " ".join(f"[{letter}](#{_anchor(letter)})" for letter in groups)
    blocks = [f"## {letter} {{ #{_anchor(letter)} }}\n\n" + "\n".join(lines) for letter, lines in groups.items()]
    return "\n\n".join([f"{jump}\n{{ .letters }}", *blocks]) + "\n" if groups else ""


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _month(value: date | None) -> dict[str, str] | None:
    """A review is due in a month, not on a day: `May 2027`."""
    return {"iso": value.isoformat(), "text": f"{_MONTHS[value.month - 1]} {value.year}"} if value else None


def _section(site: Site, article: Article) -> dict[str, str] | None:
    """The first folder's index page; None at the root, on that page itself, and where a folder has no index."""
    index = site.by_path.get(f"{article.folder}/index.md") if article.folder else None
    if index is None or index.path == article.path:
        return None
    return {"title": index.title, "url": index.url}


def _crumbs(site: Site, article: Article, section: dict[str, str] | None) -> list[dict[str, str]]:
    if article.url == "/":
        return []
    home = site.by_path.get("index.md")
    crumbs = [{"title": "Home", "url": home.url if home else page_url("index.md")}]
    return [*crumbs, section] if section else crumbs


def _author(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "role": person.role, "url": person.url}


def _link(article: Article) -> dict[str, str]:
    return {"title": article.title, "url": article.url, "description": article.description}


def _sort_key(name: str) -> str:
    """Ketamine's letter is K whether or not an article stands before it, and a quote mark is no letter."""
    return re.sub(r"^(?:the|a|an)\s+", "", re.sub(r"[^\w\s]", "", name.casefold()).strip())


def _anchor(letter: str) -> str:
    return "0-9" if letter == _DIGITS else letter.lower()


def _plain(text: str) -> str:
    return re.sub(r"([\[\]*_`<>])", r"\\\1", text)
