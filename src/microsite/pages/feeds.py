"""Feeds: the newest articles as Atom (RFC 4287) and as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

In: the site and its pages. Out: `feed.xml` and `feed.json`. Times are those of the front matter, at midnight UTC, never
the build's, so that the same content gives the same feed. An entry's id is a tag (RFC 4151) of the day it was published
and the first address it had: it stays when the page moves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any
from xml.sax.saxutils import escape
from xml.sax.saxutils import quoteattr

from .redirects import first_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import date

    from microsite.content import Article
    from microsite.content import Site

    from .making import Shown

__all__ = ["ENTRIES", "feeds"]

#: A reader that was away for months asks for the site, not for the feed.
ENTRIES = 20


def feeds(site: Site, pages: Sequence[Shown], site_url: str) -> Mapping[str, bytes]:
    """`feed.xml` and `feed.json`; nothing for a site without an address, since ids and links need one."""
    if not site_url:
        return {}
    views = {page.path: page.view for page in pages}
    articles = [article for article in site.newest if article.path in views and _day(article)][:ENTRIES]
    entries = [_entry(site, article, views[article.path], site_url) for article in articles]
    return {"feed.xml": _atom(site, entries, site_url).encode(), "feed.json": _json(site, entries, site_url).encode()}


def _entry(site: Site, article: Article, view: Mapping[str, Any], site_url: str) -> dict[str, Any]:
    published = article.published or article.updated
    updated = _day(article)
    host = site_url.partition("://")[2].partition("/")[0].partition(":")[0]
    card = view.get("card")
    return {
        "id": f"tag:{host},{published}:{first_address(site, article.url)}",
        "url": site_url + article.url,
        "title": article.title,
        "summary": article.description,
        "text": article.standfirst or article.description,
        "published": f"{published}T00:00:00Z",
        "updated": f"{updated}T00:00:00Z",
        "authors": [{"name": one["name"], "url": site_url + one["url"]} for one in view["authors"]],
        "tags": [one["title"] for one in view["tags"]],
        "image": site_url + card["image"] if card else "",
    }


def _atom(site: Site, entries: Sequence[Mapping[str, Any]], site_url: str) -> str:
    """RFC 4287. A feed without entries has no day of its own; then it takes the epoch, which is no build's time."""
    updated = max((entry["updated"] for entry in entries), default="1970-01-01T00:00:00Z")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<title>{escape(site.name)}</title>",
        *([f"<subtitle>{escape(site.about)}</subtitle>"] if site.about else []),
        f"<id>{escape(site_url)}/</id>",
        f"<updated>{updated}</updated>",
        f"<author><name>{escape(site.name)}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(site_url + "/feed.xml")}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(site_url + "/")}/>',
    ]
    for entry in entries:
        people = (
            f"<author><name>{escape(one['name'])}</name><uri>{escape(one['url'])}</uri></author>"
            for one in entry["authors"]
        )
        lines += [
            "<entry>",
            f"<title>{escape(entry['title'])}</title>",
            f"<id>{escape(entry['id'])}</id>",
            f'<link rel="alternate" type="text/html" href={quoteattr(entry["url"])}/>',
            f"<published>{entry['published']}</published>",
            f"<updated>{entry['updated']}</updated>",
            *people,
            *(f"<category term={quoteattr(name)}/>" for name in entry["tags"]),
            f"<summary>{escape(entry['summary'])}</summary>",
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>"]) + "\n"


def _json(site: Site, entries: Sequence[Mapping[str, Any]], site_url: str) -> str:
    """JSON Feed 1.1: each item needs an id and a text; what is empty is left out."""
    items = [
        {
            "id": entry["id"],
            "url": entry["url"],
            "title": entry["title"],
            "summary": entry["summary"],
            "content_text": entry["text"],
            "date_published": entry["published"],
            "date_modified": entry["updated"],
            "authors": entry["authors"],
            "tags": entry["tags"],
            "image": entry["image"],
        }
        for entry in entries
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": f"{site_url}/",
        "feed_url": f"{site_url}/feed.json",
        "description": site.about,
        "language": "en",
        "authors": [{"name": site.name, "url": f"{site_url}/"}],
        "items": [{key: value for key, value in item.items() if value} for item in items],
    }
    return (
        json.dumps({key: value for key, value in feed.items() if value or key == "items"}, ensure_ascii=False, indent=1)
        + "\n"
    )


def _day(article: Article) -> date | None:
    return article.updated or article.published
