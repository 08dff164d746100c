"""The finished folder and what the content knows of its pages in, `search/` beside the pages out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from microsite.content import generated_paths
from microsite.content import page_url
from microsite.content import pairs
from microsite.search import Facts
from microsite.search import build_index
from microsite.search import read_site_pages
from microsite.search import with_synonyms

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from microsite.content import Site
    from microsite.findings import Finding
    from microsite.search import Document

__all__ = ["index_site", "page_facts", "synonym_groups"]

#: Kinds that are no answer to a question: lists of other pages, and what follows a form.
_NOT_SEARCHED = frozenset({"index", "thanks"})
#: Pages that lead to all others.
_WAYS = frozenset({"/a-z/", "/search/"})


def index_site(site_dir: Path, site: Site) -> tuple[Finding, ...]:
    """Write `site_dir/search`; the findings are of pages that could not be read."""
    findings: list[Finding] = []
    facts = page_facts(site)
    lists = {page_url(path) for path in generated_paths(site)} - facts.keys()
    hidden = {url for url, fact in facts.items() if fact.kind in _NOT_SEARCHED} | lists | _WAYS
    documents = (
        document for document in read_site_pages(site_dir, findings.append, facts) if document.page not in hidden
    )
    topics = {**site.conditions, **site.compounds}
    # The folder is also the address of the page /search/, so the files join what is there.
    with tempfile.TemporaryDirectory(dir=site_dir.parent, prefix=".index-") as scratch:
        made = Path(scratch, "search")
        build_index(
            _named(documents, synonym_groups(site), {page_url(pair.path) for pair in pairs(site)}),
            made,
            labels={name: topic.name for name, topic in topics.items()},
        )
        target = site_dir / "search"
        target.mkdir(exist_ok=True)
        for file in made.iterdir():
            file.replace(target / file.name)
    return tuple(findings)


def _named(
    documents: Iterable[Document], groups: Sequence[Sequence[str]], plain: Collection[str]
) -> Iterator[Document]:
    """The documents in order, with other names for all but the pages `plain`.

    Five pairs have a condition's name in their title, the article has it too; with all its other names they would stand
    before the article in every search for one of them.
    """
    held: list[Document] = []

    def others() -> Iterator[Document]:
        for document in documents:
            if document.page in plain:
                held.append(document)
            else:
                yield document

    for document in with_synonyms(others(), groups):
        yield from held
        held.clear()
        yield document
    yield from held


def page_facts(site: Site) -> dict[str, Facts]:
    """What each page's front matter says for search, by address; of pages from data, the pairs are answers too.

    Claims, terms and sources stand in lists of hundreds: they would answer every question before the articles do.
    """
    made = {
        page_url(pair.path): Facts(
            aliases=pair.aliases, kind="article", conditions=(pair.condition.id,), compounds=(pair.compound.id,)
        )
        for pair in pairs(site)
        if pair.studied
    }
    return made | {
        article.url: Facts(
            aliases=article.aliases,
            kind=article.kind,
            conditions=tuple(name for name in article.conditions if name in site.conditions),
            compounds=tuple(name for name in article.compounds if name in site.compounds),
        )
        for article in site.articles
    }


def synonym_groups(site: Site) -> list[tuple[str, ...]]:
    """Names that mean one thing, from the glossary, the conditions and the compounds."""
    groups = [(term.term, *term.synonyms) for term in site.glossary]
    for topic in (*site.conditions.values(), *site.compounds.values()):
        names = topic.record.get("synonyms") or []
        groups.append((topic.name, *(name for name in names if isinstance(name, str))))
    return [group for group in groups if len(group) > 1]
