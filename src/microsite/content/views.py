"""What a page's template shows around the body, as plain JSON-able values; and the index from A to Z. Pure."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from typing import Any

from .articles import body_with_summary
from .articles import page_url
from .labels import label
from .prose import count_words
from .related import LINKS
from .related import cited
from .related import related
from .series import place_in_series
from .tags import author_url
from .tags import latest_day
from .tags import tags

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from .articles import Article
    from .site import Person
    from .site import Site

__all__ = ["LINKS", "az_markdown", "day", "view"]

#: Silent reading of plain English runs at some 238 words a minute (Brysbaert 2019,
#: https://doi.org/10.1016/j.jml.2019.104047); 200 leaves room for health terms.
WORDS_PER_MINUTE = 200
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
        "lastmod": _lastmod(site, article),
        "review": _month(article.review_due),
        "overdue": article.review_due is not None and article.review_due < site.today,
        "fallen": [
            site.references[name].title
            for name in sorted(site.references.keys() & cited(article))
            if site.references[name].retracted and not site.references[name].csl.get("retraction_decision")
        ],
        "words": words,
        "minutes": max(1, math.ceil(words / WORDS_PER_MINUTE)),
        "sources": len(site.references.keys() & cited(article)),
        "authors": [_author(site.people[name]) for name in article.authors if name in site.people],
        "reviewer": _author(reviewer) | {"credentials": reviewer.credentials} if reviewer else None,
        "reviewed": day(article.reviewed),
        "summary": [{"text": item.text, "certainty": item.certainty} for item in article.summary],
        "standfirst": article.standfirst or article.description,
        "crisis": article.crisis,
        "noindex": article.noindex,
        "form": article.form,
        "conditions": [site.conditions[name].name for name in article.conditions if name in site.conditions],
        "compounds": [site.compounds[name].name for name in article.compounds if name in site.compounds],
        "tags": tags(site, article),
        "series": _series(site, article),
        "related": [
            *({**_link(found.article), "why": found.why} for found in related(site, article)),
            *_by_product(site, article),
        ],
        "latest": _latest(site, article),
        "children": [
            {**_link(child), "kind": child.kind, "updated": day(child.updated)} for child in children(site, article)
        ],
        "insurers": [{"id": plan.id, "name": plan.name, "kind": plan.kind, "note": plan.note} for plan in site.insurers]
        if "insurers" in article.show
        else [],
    }


def _latest(site: Site, article: Article) -> list[dict[str, Any]]:
    """The newest pages. On an article by their addresses: an edit of a title must not change every article."""
    if article.kind != "article":
        return [{"title": new.title, "url": new.url, "updated": day(new.updated)} for new in site.newest[:LINKS]]
    others = [other for other in site.latest if other.path != article.path][:LINKS]
    return [{"title": label(other.path, site.capitals), "url": other.url} for other in others]


def _by_product(site: Site, article: Article) -> list[dict[str, str]]:
    """From a condition's article to what was studied of each product: one link, to the hub that has them all."""
    if "conditions/index.md" not in site.by_path:
        return []
    return [
        {"title": f"Product by product: {topic.record.get('short') or topic.name}", "url": f"/conditions/#{topic.id}"}
        for topic in site.conditions.values()
        if topic.record.get("article") == article.path and topic.record.get("by_compound")
    ]


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
    return {
        "id": person.id,
        "name": person.name,
        "kind": person.kind,
        "role": person.role,
        "url": author_url(person.id),
    }


def _lastmod(site: Site, article: Article) -> str:
    """The day of the last change: of the page, or, of a page that lists others, of the newest of these; or empty."""
    days = [value.isoformat() for value in (article.updated or article.published,) if value]
    listed = latest_day(children(site, article))
    return max([*days, *([listed["iso"]] if listed else [])], default="")


def _series(site: Site, article: Article) -> dict[str, Any] | None:
    place = place_in_series(site, article)
    if place is None:
        return None
    return {
        "name": place.name,
        "number": place.number,
        "parts": place.parts,
        "beside": [
            {"before": word, **_link(other)}
            for word, other in (("Before", place.previous), ("Next", place.next))
            if other is not None
        ],
    }


def _link(article: Article) -> dict[str, str]:
    return {"title": article.title, "url": article.url, "description": article.description}


def _sort_key(name: str) -> str:
    """Ketamine's letter is K whether or not an article stands before it, and a quote mark is no letter."""
    return re.sub(r"^(?:the|a|an)\s+", "", re.sub(r"[^\w\s]", "", name.casefold()).strip())


def _anchor(letter: str) -> str:
    return "0-9" if letter == _DIGITS else letter.lower()


def _plain(text: str) -> str:
    return re.sub(r"([\[\]*_`<>])", r"\\\1", text)
