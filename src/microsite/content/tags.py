"""Tags and people: a page that lists what there is on each condition and product, and a page for each author.

Conditions and compounds are the tags of this site: an article names them in its front matter, and each has an entry on
`/topics/` with the newest articles on it. An author's page says who wrote, with which credentials, and who is none.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING
from typing import Any

from .labels import label
from .made import Made

if TYPE_CHECKING:
    from .articles import Article
    from .site import Person
    from .site import Site
    from .site import Topic

__all__ = ["TOPICS", "author_pages", "author_url", "latest_day", "short_name", "tags", "topics_page"]

TOPICS = "topics/index.md"
#: Entries of a topic on /topics/, so that the page stays readable when there are thousands of articles.
MOST = 40


def author_url(person: str) -> str:
    """The address of a person's page."""
    return f"/authors/{person}/"


def tags(site: Site, article: Article) -> list[dict[str, str]]:
    """The article's conditions and products as links to their entries, conditions first."""
    topics = [site.conditions[name] for name in article.conditions if name in site.conditions]
    topics += [site.compounds[name] for name in article.compounds if name in site.compounds]
    return [{"title": short_name(topic), "url": f"/topics/#{topic.id}"} for topic in topics]


def topics_page(site: Site) -> Made | None:
    """`/topics/`: each condition and product with its articles, newest first; None when no article names one."""
    parts, capitals = [], site.capitals
    for heading, kind, topics in (
        ("Conditions", "condition", site.conditions),
        ("Products", "compound", site.compounds),
    ):
        listed = [(topic, _articles(site, f"{kind}:{topic.id}")) for topic in topics.values()]
        entries = [_entry(topic, articles, capitals) for topic, articles in listed if articles]
        if entries:
            parts.append(f"## {heading} {{ #{heading.lower()} }}\n\n" + "\n\n".join(entries))
    if not parts:
        return None
    standfirst = "Every condition and every product that our articles speak of, with the newest articles first."
    description = (
        "All articles by condition and by product: depression, pain, PTSD, IV ketamine, the nasal spray and more."
    )
    view = _view("topics", TOPICS, standfirst) | {"updated": latest_day(site.newest)}
    return _made(TOPICS, _text("Topics", description, "\n\n".join(parts)), view)


def author_pages(site: Site) -> list[Made]:
    """A page for each entry of data/people.toml: who they are, what they wrote, what they reviewed."""
    return [_author_page(site, person) for person in site.people.values()]


def latest_day(articles: tuple[Article, ...] | list[Article]) -> dict[str, str] | None:
    """`{iso: …}` of the last update among these, or None: the true day of a page that only lists them."""
    days = [day for article in articles if (day := article.updated or article.published)]
    return {"iso": max(days).isoformat()} if days else None


def short_name(topic: Topic) -> str:
    """What readers call it: `CRPS`, `Ketamine drip (IV)`."""
    return str(topic.record.get("short") or topic.name)


def _author_page(site: Site, person: Person) -> Made:
    path = f"authors/{person.id}.md"
    wrote = [article for article in site.newest if person.id in article.authors]
    reviewed = [article for article in site.newest if article.reviewer == person.id]
    parts = [_plain(person.role)] if person.role else []
    if person.kind == "person":
        what = f"Credentials: {_plain(person.credentials)}." if person.credentials else "Not a clinician."
        parts.append(what)
    elif there := _there(site, path, person.url):
        parts.append(f"[More about us]({there})")
    for heading, articles, verb in (("Articles", wrote, "wrote"), ("Reviewed", reviewed, "reviewed")):
        if articles:
            capitals = site.capitals
            lines = [f"- [{_plain(label(one.path, capitals))}]({_link(path, one.path)})" for one in articles]
            parts.append(f"## {heading} {{ #{heading.lower()} }}\n\n" + "\n".join(lines))
        elif verb == "reviewed" and person.kind == "person" and not wrote:
            parts.append("Nothing on this site was written or reviewed by this person yet.")
    count = f"{len(wrote)} article{'s' if len(wrote) != 1 else ''}"
    description = f"Who {person.name} are and the articles they wrote" if person.kind == "organisation" else ""
    description = description or f"Who {person.name} is, with credentials, and what they wrote or reviewed"
    view = _view("author", path, f"{count} on this site." if wrote else "") | {
        "person": {"id": person.id, "name": person.name, "kind": person.kind, "credentials": person.credentials},
        "updated": latest_day([*wrote, *reviewed]),
    }
    return _made(path, _text(person.name, f"{description} on this site.", "\n\n".join(parts)), view)


def _entry(topic: Topic, articles: list[Article], capitals: frozenset[str]) -> str:
    name = short_name(topic)
    others = [str(other) for other in [topic.name, *(topic.record.get("synonyms") or [])] if isinstance(other, str)]
    also = [other for other in dict.fromkeys(others) if other.casefold() != name.casefold()]
    lines = [f"### {_plain(name[:1].upper() + name[1:])} {{ #{topic.id} }}"]
    if also:
        lines.append(f"Also called {_plain(', '.join(also[:4]))}.")
    lines.append(
        "\n".join(f"- [{_plain(label(one.path, capitals))}]({_link(TOPICS, one.path)})" for one in articles[:MOST])
    )
    if len(articles) > MOST:
        lines.append(f"And {len(articles) - MOST} more: the search finds them.")
    return "\n\n".join(lines)


def _articles(site: Site, key: str) -> list[Article]:
    """The articles with a tag, newest first."""
    order = {article.path: number for number, article in enumerate(site.newest)} if key in site.by_topic else {}
    return sorted((one for one in site.by_topic.get(key, ()) if one.path in order), key=lambda one: order[one.path])


def _view(kind: str, path: str, standfirst: str) -> dict[str, Any]:
    url = "/" + path.removesuffix(".md").removesuffix("index").rstrip("/") + "/"
    return {
        "kind": kind,
        "path": path,
        "url": url,
        "slug": url.strip("/").replace("/", "-"),
        "crumbs": [{"title": "Home", "url": "/"}],
        "standfirst": standfirst,
        "noindex": False,
        "generated": True,
    }


def _made(path: str, text: str, view: dict[str, Any]) -> Made:
    """The page; one that names suicidal thoughts, if only in a link or as another name, opens with the crisis lines."""
    return Made(path, text, view | {"crisis": "suicid" in text.lower()})


def _text(title: str, description: str, body: str) -> str:
    head = "".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in (("title", title), ("description", description))
    )
    return f"---\n{head}---\n\n{body}\n"


def _link(here: str, there: str) -> str:
    return posixpath.relpath(there, posixpath.dirname(here) or ".")


def _there(site: Site, here: str, url: str) -> str:
    """The target of a link to an address: of our own the page's file, or nothing when there is no such page."""
    page = next((article for article in site.articles if article.url == url), None)
    return _link(here, page.path) if page else ("" if url.startswith("/") else url)


def _plain(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>" else letter for letter in text)
