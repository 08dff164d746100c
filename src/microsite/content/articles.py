"""Article: one page of `docs/` as a typed value. Front matter of the wrong type becomes a finding, never an error."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any

from microsite.findings import Finding

from .frontmatter import read_front_matter
from .marks import GRADES
from .marks import grade

if TYPE_CHECKING:
    from collections.abc import Callable

    from .frontmatter import FrontMatter
    from .frontmatter import Place

__all__ = ["KEYS", "KINDS", "Article", "SummaryItem", "body_with_summary", "page_url", "read_article"]

KINDS = ("article", "hub", "page", "home", "index", "form", "thanks", "legal")
#: Forms of a project that brings no definitions of its own: those that ship with the `forms` package.
FORMS = ("book", "callback", "contact", "insurance", "newsletter")
SHOWS = ("insurers",)

#: Key → what it holds, in words for a finding and for the documentation.
KEYS = {
    "title": "text",
    "description": "text",
    "published": "a date (YYYY-MM-DD)",
    "updated": "a date (YYYY-MM-DD)",
    "review_due": "a date (YYYY-MM-DD)",
    "authors": "a list of ids from data/people.toml",
    "reviewer": "an id from data/people.toml",
    "conditions": "a list of ids from data/conditions.json",
    "compounds": "a list of ids from data/compounds.json",
    "aliases": "a list of texts",
    "related": "a list of paths in docs/",
    "kind": "one of " + ", ".join(KINDS),
    "form": "the id of a form, such as contact",
    "crisis": "true or false",
    "show": "a list out of " + ", ".join(SHOWS),
    "noindex": "true or false",
    "standfirst": "text",
    "summary": "a list of {text, certainty}",
}
#: Keys that MkDocs itself reads; they are not ours to judge.
HOST_KEYS = frozenset({"template", "hide", "status"})


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """One point of "At a glance": Markdown with citations; `certainty` is a GRADE word or None."""

    text: str
    certainty: str | None = None


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
    conditions: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
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
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        findings.append(Finding(file, line, column, "invalid-utf8", message, "save the file as UTF-8"))
        text = data.decode("utf-8", "replace")
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
        conditions=reader.texts("conditions"),
        compounds=reader.texts("compounds"),
        aliases=reader.texts("aliases"),
        related=reader.texts("related"),
        kind=reader.choice("kind", KINDS) or "page",
        form=reader.choice("form", forms) or None,
        crisis=reader.flag("crisis"),
        show=reader.choices("show", SHOWS),
        noindex=reader.flag("noindex"),
        standfirst=reader.text("standfirst"),
        summary=reader.summary(),
    )
    reader.unknown_keys()
    return article, (*findings, *front.findings, *reader.findings)


class _Reader:
    """Takes typed values out of one front matter and notes what has the wrong type."""

    def __init__(self, file: str, front: FrontMatter) -> None:
        self.file = file
        self.front = front
        self.findings: list[Finding] = []

    def text(self, key: str) -> str:
        value = self._value(key, lambda value: isinstance(value, str | int | float) and not isinstance(value, bool), "")
        return str(value).strip()

    def date(self, key: str) -> date | None:
        value = self._value(key, lambda value: isinstance(value, date), None)
        return value.date() if isinstance(value, datetime) else value

    def flag(self, key: str) -> bool:
        return bool(self._value(key, lambda value: isinstance(value, bool), default=False))

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._value(
            key, lambda value: isinstance(value, list) and all(isinstance(item, str | int) for item in value), []
        )
        return tuple(str(item).strip() for item in value)

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        value = self.text(key)
        return value if self._known(key, value, known) else ""

    def choices(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(value for value in self.texts(key) if self._known(key, value, known))

    def summary(self) -> tuple[SummaryItem, ...]:
        value = self._value("summary", lambda value: isinstance(value, list), [])
        return tuple(item for item in map(self._summary_item, value) if item is not None)

    def unknown_keys(self) -> None:
        """A finding for each key that is not in the schema, with the key it was probably meant to be."""
        for key in self.front.values:
            if key in KEYS or key in HOST_KEYS:
                continue
            near = difflib.get_close_matches(str(key).lower(), KEYS, n=1)
            fix = f"did you mean `{near[0]}`?" if near else "take it out; known keys: " + ", ".join(sorted(KEYS))
            self._add(self.front.at(str(key)), "front-matter-key", f"unknown key `{key}`", fix)

    def _summary_item(self, value: Any) -> SummaryItem | None:
        place = self.front.at("summary")
        if isinstance(value, str):
            value = {"text": value}
        if not isinstance(value, dict) or not isinstance(value.get("text"), str) or set(value) - {"text", "certainty"}:
            fix = 'write `- text: "… [@id]"` and, if it is a claim of evidence, `certainty: low`'
            self._add(place, "front-matter-type", f"a summary point is {value!r}, not {{text, certainty}}", fix)
            return None
        word = value.get("certainty")
        certainty = grade(str(word)) if word is not None else None
        if word is not None and certainty is None:
            fix = "one of " + ", ".join(GRADES)
            self._add(place, "unknown-certainty", f"`{word}` is no grade of certainty", fix)
        return SummaryItem(value["text"].strip(), certainty)

    def _known(self, key: str, value: str, known: tuple[str, ...]) -> bool:
        if not value or value in known:
            return bool(value)
        near = difflib.get_close_matches(value, known, n=1)
        fix = f"did you mean `{near[0]}`?" if near else "one of " + ", ".join(known)
        self._add(self.front.at(key), "front-matter-value", f"`{key}` cannot be `{value}`", fix)
        return False

    def _value(self, key: str, fits: Callable[[Any], bool], default: Any) -> Any:
        value = self.front.values.get(key)
        if value is None:
            return default
        if not fits(value):
            message = f"`{key}` is {_said(value)}"
            self._add(self.front.at(key), "front-matter-type", message, f"expected {KEYS[key]}")
            return default
        return value

    def _add(self, place: Place, rule: str, message: str, fix: str) -> None:
        self.findings.append(Finding(self.file, place.line, place.column, rule, message, fix))


def _said(value: Any) -> str:
    """What YAML made of the value, for the message: `a text: "soon"`."""
    names = {"str": "a text", "int": "a number", "float": "a number", "bool": "true or false", "list": "a list"}
    kind = names.get(type(value).__name__, "a mapping" if isinstance(value, dict) else type(value).__name__)
    shown = repr(value)
    return f"{kind}: {shown[:40]}{'…' if len(shown) > 40 else ''}"
