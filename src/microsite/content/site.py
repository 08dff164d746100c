"""Site: everything the pages are made of, read once: settings, articles, data files. Never raises for content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

import yaml

from microsite.errors import ConfigError

from .articles import FORMS
from .articles import read_article
from .datafiles import DataFiles
from .labels import capitals_of
from .references import reference_from_csl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

    from microsite.findings import Finding

    from .articles import Article
    from .references import Reference

__all__ = ["Insurer", "Person", "Redirect", "Site", "Term", "Topic", "read_site"]

#: A list of the newest shows three besides the page that it stands on.
_LATEST = 4
_FROM = re.compile(r"^\s*[{,]?\s*[\"']?from[\"']?\s*[=:]\s*[\"'](?P<from>[^\"'\n]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes or reviews. `kind` is `person` or `organisation`."""

    id: str
    name: str
    kind: str = "person"
    role: str = ""
    credentials: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Insurer:
    """A plan in the list of insurers; `note` says what the entry is (sample data says so)."""

    id: str
    name: str
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A compound, a condition or a claim: its id, its name, and the whole record for who needs more."""

    id: str
    name: str
    record: Mapping[str, Any] = field(hash=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry; `references` are the sources of what its definition states as fact."""

    term: str
    synonyms: tuple[str, ...]
    definition: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """An address that a page had before, and the one it has now; where `data/redirects.toml` says so."""

    source: str
    target: str
    file: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Site:
    """One state of the whole content. `articles` are all pages of docs/, in order of path."""

    today: date
    articles: tuple[Article, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    insurers: tuple[Insurer, ...] = ()
    claims: Mapping[str, Topic] = field(default_factory=dict)
    compounds: Mapping[str, Topic] = field(default_factory=dict)
    conditions: Mapping[str, Topic] = field(default_factory=dict)
    glossary: tuple[Term, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    #: Every address that was ever published, in the order of `data/published.txt`, with its line.
    published: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    #: The site's name and what it is about (`site_name`, `site_description`).
    name: str = ""
    about: str = ""
    #: Where the site will stand (`site_url`), or empty.
    address: str = ""
    #: Paths that the navigation of mkdocs.yml names.
    navigation: frozenset[str] = frozenset()
    #: Files of docs/ that are no pages (images, downloads), by path relative to docs/.
    files: frozenset[str] = frozenset()
    #: What was found while reading; `check` adds the rest.
    findings: tuple[Finding, ...] = ()
    #: The files of data/ as they were read: records by id, and where each stands.
    data: DataFiles | None = field(default=None, compare=False, repr=False)
    by_path: Mapping[str, Article] = field(default_factory=dict)
    #: When pages from elsewhere are checked: the project's own pages, which theirs may lead to.
    beside: Mapping[str, Article] = field(default_factory=dict)
    #: Articles by `condition:<id>` and `compound:<id>`, and the newest first: views of 2,000 pages stay linear.
    by_topic: Mapping[str, tuple[Article, ...]] = field(default_factory=dict)
    newest: tuple[Article, ...] = ()
    #: The last ones published: stands on every article, so an edit must not change it.
    latest: tuple[Article, ...] = ()
    #: Words that labels write in capitals, see `labels.py`.
    capitals: frozenset[str] = frozenset()

    def records(self, stem: str) -> list[tuple[str, Mapping[str, Any]]]:
        """(id, entry as it stands in the file) of `data/<stem>`."""
        return list(self.data.records.get(stem, {}).items()) if self.data else []

    def entry(self, stem: str, name: str) -> tuple[str | int, ...]:
        """The keys that lead from a data file's top to the entry of this id."""
        return self.data.path(stem, name) if self.data else ()

    def place(self, stem: str, keys: tuple[str | int, ...]) -> tuple[str, int, int]:
        """(file, line, column) of a value of a data file; `keys` begins with the entry's id."""
        return self.data.place(stem, keys) if self.data else (f"data/{stem}.json", 1, 1)


def read_site(root: Path, *, today: date, docs: Path | None = None) -> Site:
    """Read `mkdocs.yml`, docs/ and data/ below `root`.

    Args:
        root: the project's folder.
        today: the day that "in the future" and "overdue" are judged by.
        docs: another folder of pages to read instead of `docs_dir`, with the project's own data.

    Raises:
        ConfigError: `mkdocs.yml` is missing or is no YAML mapping; all else comes back in `Site.findings`.
    """
    settings = _settings(root / "mkdocs.yml")
    other = docs is not None
    own = root / str(settings.get("docs_dir") or "docs")
    findings: list[Finding] = []
    beside = {article.path: article for article in _read_docs(root, own, [])[0]} if docs not in {None, own} else {}
    docs = docs if docs is not None else own
    articles, files = _read_docs(root, docs, findings)
    data = DataFiles(root, findings)
    data.table("clinics", dict)
    data.single("organisation")
    topics: dict[str, list[Article]] = {}
    for article in articles:
        for key in [*(f"condition:{i}" for i in article.conditions), *(f"compound:{i}" for i in article.compounds)]:
            topics.setdefault(key, []).append(article)
    published = [article for article in articles if article.kind == "article" and not article.noindex]
    site = Site(
        today=today,
        articles=articles,
        references=data.table("references", reference_from_csl),
        people=data.table("people", _person),
        insurers=tuple(data.table("insurers", _insurer).values()),
        claims=data.table("claims", lambda item: Topic(item["id"], str(item.get("claim", "")), item)),
        compounds=data.table("compounds", lambda item: Topic(item["id"], str(item["name"]), item)),
        conditions=data.table("conditions", lambda item: Topic(item["id"], str(item["name"]), item)),
        glossary=tuple(data.table("glossary", _term).values()),
        # Both are of the project's own pages; they say nothing of another folder.
        redirects=() if other else _redirects(data),
        published={} if other else _published(root / "data" / "published.txt"),
        extra=settings.get("extra") or {},
        name=str(settings.get("site_name") or ""),
        about=str(settings.get("site_description") or ""),
        address=str(settings.get("site_url") or ""),
        navigation=frozenset(_navigation(settings.get("nav"))),
        files=files,
        data=data,
        findings=tuple(sorted(findings)),
        by_path={article.path: article for article in articles},
        beside=beside,
        by_topic={key: tuple(found) for key, found in topics.items()},
        newest=tuple(sorted(published, key=newest_first)),
        latest=tuple(sorted(published, key=_published_first)[:_LATEST]),
    )
    return replace(site, capitals=capitals_of(site))


def _redirects(data: DataFiles) -> tuple[Redirect, ...]:
    entries = data.table("redirects", lambda item: (str(item["from"]), str(item["to"])))
    if not entries:
        return ()
    file, text = data.texts["redirects"]
    # A TOML file of redirects grows for years: one pass for all places, and only the line matters to a reader.
    lines = {match["from"]: text.count("\n", 0, match.start()) + 1 for match in _FROM.finditer(text)}
    return tuple(Redirect(source, target, file, lines.get(source, 1)) for source, target in entries.values())


def _published(path: Path) -> dict[str, int]:
    """Address → line. A file that is not there says that nothing was published yet."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    return {
        text: line for line, text in ((line, text.strip()) for line, text in enumerate(lines, 1)) if text[:1] == "/"
    }


def newest_first(article: Article) -> tuple[int, str]:
    """The order of "latest" lists: by the day of the last update, then by path."""
    day = article.updated or article.published or date.min
    return -day.toordinal(), article.path


def _published_first(article: Article) -> tuple[int, str]:
    return -(article.published or date.min).toordinal(), article.path


def _read_docs(root: Path, docs: Path, findings: list[Finding]) -> tuple[tuple[Article, ...], frozenset[str]]:
    articles = []
    files = set()
    single = docs.is_file()
    # One definition file is a form, everywhere: its name is all that the pages need to know of it.
    forms = tuple(sorted(file.stem for file in (root / "lambda/forms/definitions").glob("*.toml"))) or FORMS
    for file in [docs] if single else sorted(docs.rglob("*")):
        path = file.name if single else file.relative_to(docs).as_posix()
        if not file.is_file() or any(part.startswith(".") for part in path.split("/")):
            continue
        if file.suffix != ".md":
            files.add(path)
            continue
        shown = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
        article, found = _read(path, shown, file.read_bytes(), forms=forms)
        articles.append(article)
        findings.extend(found)
    return tuple(sorted(articles, key=lambda article: article.path)), frozenset(files)


#: A watching server reads all pages after each edit, and all but one are as they were.
_read = lru_cache(maxsize=4096)(read_article)


def _navigation(nav: Any) -> Iterator[str]:
    """Every path in `nav`, however deep."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict | list):
        for item in nav.values() if isinstance(nav, dict) else nav:
            yield from _navigation(item)


class _Tolerant(yaml.SafeLoader):
    """MkDocs settings may hold tags (`!ENV`, `!!python/name:`) that only MkDocs can resolve: they read as None."""


_Tolerant.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings = yaml.load(path.read_text(encoding="utf-8"), Loader=_Tolerant)  # noqa: S506 - a safe loader
    except OSError as error:
        msg = f"There is no {path.name} in {path.parent}."
        raise ConfigError(msg, path=path, fix="run the command in the project's folder") from error
    except (yaml.YAMLError, ValueError) as error:
        msg = f"{path.name} is broken: {error}"
        raise ConfigError(msg, path=path) from error
    if not isinstance(settings, dict):
        msg = f"{path.name} holds no settings."
        raise ConfigError(msg, path=path)
    return settings


def _person(item: dict[str, Any]) -> Person:
    return Person(**_known(item, Person))


def _insurer(item: dict[str, Any]) -> Insurer:
    return Insurer(**_known(item, Insurer))


def _term(item: dict[str, Any]) -> Term:
    return Term(
        str(item["term"]),
        tuple(map(str, item.get("synonyms") or ())),
        str(item["definition"]),
        tuple(map(str, item.get("references") or ())),
    )


def _known(item: dict[str, Any], made: type[Person | Insurer]) -> dict[str, str]:
    """The values that `made` has a field for; the model of the file reports the others."""
    names = {each.name for each in fields(made)}
    return {key: str(value) for key, value in item.items() if key in names}
