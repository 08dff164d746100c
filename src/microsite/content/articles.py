"""Article: one page of `docs/` as a typed value. Front matter of the wrong type becomes a finding, never an error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

from microsite.findings import Finding

from .frontmatter import read_front_matter
from .marks import grade
from .models import FRONT_MATTER
from .models import KINDS
from .models import SHOWS
from .schema import day_of
from .schema import meant
from .source import undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .frontmatter import FrontMatter

__all__ = ["FORMS", "Article", "Series", "SummaryItem", "body_with_summary", "page_url", "read_article"]

#: Forms of a project that brings no definitions of its own: those that ship with the `forms` package.
FORMS = ("book", "callback", "contact", "insurance", "newsletter")


_RULES = {
    "type": "front-matter-type",
    "value": "front-matter-value",
    "unknown": "front-matter-key",
    "missing": "front-matter-type",
}


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One point of "At a glance": Markdown with citations; `certainty` is a GRADE word or None."""

    text: str
    certainty: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The series that a page belongs to, and its place in it, from 1."""

    name: str
    part: int


@dataclass(frozen=True, slots=True)
class Article:
    """One page. `path` is relative to docs/, `file` relative to the project (as findings name it)."""

    path: str
    file: str
    text: str
    front: FrontMatter
    title: str = ""
    description: str = ""
    published: date | None = None
    updated: date | None = None
    review_due: date | None = None
    authors: tuple[str, ...] = ()
    reviewer: str | None = None
    reviewed: date | None = None
    conditions: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    series: Series | None = None
    kind: str = "page"
    form: str | None = None
    crisis: bool = False
    show: tuple[str, ...] = ()
    noindex: bool = False
    standfirst: str = ""
    summary: tuple[SummaryItem, ...] = ()

    @property
    def body(self) -> str:
        """The Markdown after the front matter."""
        return self.text[self.front.body_start :]

    @property
    def url(self) -> str:
        """The address on the site, from the root: `/conditions/chronic-pain/`."""
        return page_url(self.path)

    @property
    def folder(self) -> str:
        """The first folder, or empty for a page at the root."""
        return self.path.split("/", 1)[0] if "/" in self.path else ""

    @property
    def slug(self) -> str:
        """The path as one word: `conditions-chronic-pain`; `index` for the home page."""
        return re.sub(r"-index$", "", self.path.removesuffix(".md").replace("/", "-"))


def page_url(path: str) -> str:
    """`conditions/chronic-pain.md` → `/conditions/chronic-pain/`, `safety/index.md` → `/safety/`."""
    stem = path.removesuffix(".md")
    stem = "" if stem in {"index", "README"} else stem.removesuffix("/index").removesuffix("/README")
    return f"/{stem}/" if stem else "/"


def body_with_summary(article: Article) -> str:
    """The Markdown to render: the summary box in front of the body.

    The box is Markdown too, so that the citations in it and in the body are numbered together, in order.
    """
    if not article.summary:
        return article.body
    items = []
    for item in article.summary:
        mark = f"[certainty: {item.certainty}] " if item.certainty else ""
        items.append(f"    - {mark}{' '.join(item.text.split())}")
    return '!!! summary "At a glance"\n\n' + "\n".join(items) + "\n\n" + article.body


def read_article(
    path: str, file: str, data: bytes, *, forms: tuple[str, ...] = FORMS
) -> tuple[Article, tuple[Finding, ...]]:
    """Read one page; `forms` are the ids that `form:` may name. What cannot be read keeps its default, reported."""
    findings: list[Finding] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.extend(undecodable(file, data))
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n")
    front = read_front_matter(file, text)
    reader = _Reader(file, front)
    article = Article(
        path=path,
        file=file,
        text=text,
        front=front,
        title=reader.text("title"),
        description=reader.text("description"),
        published=reader.date("published"),
        updated=reader.date("updated"),
        review_due=reader.date("review_due"),
        authors=reader.texts("authors"),
        reviewer=reader.text("reviewer") or None,
        reviewed=reader.date("reviewed"),
        conditions=reader.texts("conditions"),
        compounds=reader.texts("compounds"),
        aliases=reader.texts("aliases"),
        related=reader.texts("related"),
        series=reader.series(),
        kind=reader.choice("kind", KINDS) or "page",
        form=reader.form(forms),
        crisis=reader.flag("crisis"),
        show=reader.choices("show", SHOWS),
        noindex=reader.flag("noindex"),
        standfirst=reader.text("standfirst"),
        summary=reader.summary(),
    )
    return article, (*findings, *front.findings, *_model_findings(file, front), *reader.findings)


def _model_findings(file: str, front: FrontMatter) -> Iterator[Finding]:
    """What the model of the front matter has against its values, each at its place."""
    if not front.readable:
        return
    for problem in FRONT_MATTER.problems(dict(front.values)):
        # A rule knows which kind of page needs which key, and says so in its own words.
        if problem.fault == "missing" and len(problem.path) == 1:
            continue
        place = front.along(problem.path)
        rule = _RULES[problem.fault]
        if problem.path[0] == "summary" and problem.path[-1] == "certainty" and problem.fault == "value":
            rule = "unknown-certainty"
        yield Finding(file, place.line, place.column, rule, problem.message, problem.fix, problem.severity)


class _Reader:
    """Takes typed values out of one front matter; what does not fit keeps its default (the model reports it)."""

    def __init__(self, file: str, front: FrontMatter) -> None:
        self.file = file
        self.front = front
        self.findings: list[Finding] = []

    def text(self, key: str) -> str:
        value = self.front.values.get(key)
        return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""

    def date(self, key: str) -> date | None:
        value = self.front.values.get(key)
        if isinstance(value, str):
            return day_of(value)
        return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None

    def flag(self, key: str) -> bool:
        return self.front.values.get(key) is True

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.front.values.get(key)
        items = value if isinstance(value, list) else ()
        return tuple(str(item).strip() for item in items if isinstance(item, str | int) and not isinstance(item, bool))

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        value = self.text(key)
        return value if value in known else ""

    def choices(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value for value in self.texts(key) if value in known)

    def form(self, known: tuple[str, ...]) -> str | None:
        """The form's id; which forms there are is the project's business, not the model's."""
        value = self.text("form")
        if not value or value in known:
            return value or None
        place = self.front.at("form")
        fix = meant(value, known) or "one of " + ", ".join(known)
        message = f"`form` cannot be `{value}`"
        self.findings.append(Finding(self.file, place.line, place.column, "front-matter-value", message, fix))
        return None

    def series(self) -> Series | None:
        value = self.front.values.get("series")
        if not isinstance(value, dict) or not isinstance(value.get("part"), int) or isinstance(value["part"], bool):
            return None
        name = str(value.get("name") or "").strip()
        return Series(name, value["part"]) if name else None

    def summary(self) -> tuple[SummaryItem, ...]:
        value = self.front.values.get("summary")
        return tuple(item for item in map(_summary_item, value if isinstance(value, list) else ()) if item is not None)


def _summary_item(value: Any) -> SummaryItem | None:
    if isinstance(value, str):
        value = {"text": value}
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return None
    word = value.get("certainty")
    return SummaryItem(value["text"].strip(), grade(str(word)) if word is not None else None)
