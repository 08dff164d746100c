"""All pages from data, in a fixed order, and their addresses for whoever links to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content.tags import TOPICS
from microsite.content.tags import author_pages
from microsite.content.tags import topics_page

from .bibliography import SOURCES
from .bibliography import bibliography_page
from .evidence import INDEX
from .evidence import by_topic
from .evidence import evidence_pages
from .frame import slug
from .glossary import GLOSSARY
from .glossary import glossary_page
from .pairs import pair_page
from .pairs import pairs
from .uses import find_uses

if TYPE_CHECKING:
    from microsite.content.made import Made
    from microsite.content.site import Site

__all__ = ["generated_names", "generated_pages", "generated_paths"]


def generated_pages(site: Site) -> list[Made]:
    """Pairs, claims, glossary, sources, topics, people. Call it once per build: it reads all texts."""
    listed = list(pairs(site))
    made = [(pair.title, pair_page(site, pair, listed)) for pair in listed if pair.studied]
    uses = find_uses(site, made)
    rest = [*evidence_pages(site, uses), glossary_page(site), bibliography_page(site, uses)]
    rest += [topics_page(site), *author_pages(site)]
    return [*(page for _, page in made), *(page for page in rest if page is not None)]


def generated_names(site: Site) -> list[tuple[str, str]]:
    """(name, path with anchor below docs/) of what readers look for by name: pairs, terms, the lists themselves."""
    names = [(pair.title, pair.path) for pair in pairs(site) if pair.studied]
    if site.claims:
        names.append(("Evidence, statement by statement", INDEX))
    if site.glossary:
        names.append(("Glossary", GLOSSARY))
    if site.references:
        names.append(("Sources", SOURCES))
    if site.by_topic:
        names.append(("Topics", TOPICS))
    return [*names, *((term.term, f"{GLOSSARY}#{slug(term.term)}") for term in site.glossary)]


def generated_paths(site: Site) -> dict[str, frozenset[str]]:
    """{path below docs/: anchors sure to be there} of each page that `generated_pages` makes, in little time."""
    paths = {pair.path: frozenset[str]() for pair in pairs(site) if pair.studied}
    topics = by_topic(site)
    if topics:
        paths[INDEX] = frozenset()
    for topic, listed in topics.items():
        paths[f"evidence/{slug(topic)}.md"] = frozenset(claim.id for claim in listed)
    if site.glossary:
        paths[GLOSSARY] = frozenset(slug(term.term) for term in site.glossary)
    if site.references:
        paths[SOURCES] = frozenset(site.references)
    if site.by_topic:
        paths[TOPICS] = frozenset(topic.partition(":")[2] for topic in site.by_topic)
    paths |= {f"authors/{person}.md": frozenset() for person in site.people}
    return paths
