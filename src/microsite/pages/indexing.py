"""The finished folder and what the content knows of its pages in, `search/` beside the pages out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content import generated_paths
from microsite.content import page_url
from microsite.content import pairs
from microsite.search import Facts
from microsite.search import index_files
from microsite.search import read_pages
from microsite.search import with_synonyms

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from microsite.content import Site
    from microsite.findings import Finding
    from microsite.search import Document

__all__ = ["index_pages", "index_site", "page_facts", "synonym_groups"]

#: Kinds that are no answer to a question: lists of other pages, and what follows a form.
_NOT_SEARCHED = frozenset({"index", "thanks"})
#: Pages that lead to all others.
_WAYS = frozenset({"/a-z/", "/search/"})


def index_site(site_dir: Path, site: Site) -> tuple[Finding, ...]:
    """Write `site_dir/search`; the findings are of pages that could not be read."""
    pages = {path.relative_to(site_dir).as_posix(): path.read_bytes() for path in site_dir.rglob("*.html")}
    findings, files = index_pages(pages, site)
    # The folder is also the address of the page /search/, so the files join what is there.
    (site_dir / "search").mkdir(exist_ok=True)
    for name, content in files.items():
        (site_dir / name).write_bytes(content)
    return findings


def index_pages(pages: Mapping[str, bytes], site: Site) -> tuple[tuple[Finding, ...], dict[str, bytes]]:
    """Findings of pages that cannot be read, and the files of the index, by path below the site's folder."""
    findings: list[Finding] = []
    facts = page_facts(site)
    lists = {page_url(path) for path in generated_paths(site)} - facts.keys()
    hidden = {url for url, fact in facts.items() if fact.kind in _NOT_SEARCHED} | lists | _WAYS
    # In the order of a folder: by parts of the path, so that a page comes before those below it.
    html = sorted((name for name in pages if name.endswith(".html")), key=lambda name: name.split("/"))
    documents = (
        document
        for document in read_pages(((name, pages[name]) for name in html), findings.append, facts)
        if document.page not in hidden
    )
    topics = {**site.conditions, **site.compounds}
    files = index_files(
        _named(documents, synonym_groups(site), {page_url(pair.path) for pair in pairs(site)}),
        labels={name: topic.name for name, topic in topics.items()},
    )
    return tuple(findings), {f"search/{name}": content for name, content in files.items()}


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
