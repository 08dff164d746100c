"""The book's files in (`book.toml`, `*.md`, the list of sources), one checked Manuscript out.

Everything an editor can get wrong is found here, before anything is typeset, and named `path:line:column`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

import yaml

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION
from microsite.content.marks import GRADES
from microsite.content.marks import cites
from microsite.content.marks import grade
from microsite.content.references import Reference
from microsite.content.references import read_references
from microsite.errors import BookError
from microsite.findings import Finding

from .markup import RawHtmlError
from .markup import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

__all__ = ["Chapter", "Imprint", "Manuscript", "read_manuscript"]

#: What a chapter can be: text, ruled pages for the reader's pen, or the text above the list of sources.
_KINDS = ("chapter", "notes", "sources")
_FRONT = re.compile(r"\A---\n(?P<yaml>.*?)^---\n", re.DOTALL | re.MULTILINE)
_STRINGS = ("title", "subtitle", "edition", "language", "publisher", "identifier", "license", "description")
_LISTS = ("subjects", "blurb")


@dataclass(frozen=True, slots=True)
class Imprint:
    """The book as a whole, from `book.toml`. `language` is a BCP 47 tag, `identifier` a URN."""

    title: str
    subtitle: str
    edition: str
    language: str
    publisher: str
    identifier: str
    license: str
    description: str
    date: date
    review_due: date
    subjects: tuple[str, ...]
    blurb: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter. `slug` is its file's name without number and ending, `running` the short title for page heads."""

    slug: str
    title: str
    running: str
    kind: str
    body: Element


@dataclass(frozen=True, slots=True)
class Manuscript:
    """All that is typeset. `sources` are the cited ones in the order of first use; `numbers` counts them from 1."""

    imprint: Imprint
    chapters: tuple[Chapter, ...]
    sources: tuple[Reference, ...]
    numbers: Mapping[str, int]


def read_manuscript(chapters: Path, references: Path) -> Manuscript:
    """Read and check `chapters/book.toml`, `chapters/*.md` (in the order of their names) and the list of sources.

    Raises:
        BookError: something is missing or wrong; the message names `path:line:column` of each.
    """
    imprint = _read_imprint(chapters / "book.toml")
    try:
        known = read_references(references)
    except (OSError, ValueError) as error:
        msg = f"{references}: the list of sources cannot be read ({error})"
        raise BookError(msg, fix="It must be a JSON list of CSL items, each with an id.") from error
    paths = sorted(chapters.glob("*.md"))
    if not paths:
        msg = f"{chapters}: no chapters (*.md) there"
        raise BookError(msg, fix="Give the folder that holds book.toml and the chapters.")
    findings: list[Finding] = []
    read = [_read_chapter(path, known, findings) for path in paths]
    if findings:
        msg = "\n".join(map(str, findings))
        raise BookError(msg)
    order: dict[str, int] = {}
    for chapter in read:
        for mark in chapter.body.iter("cite"):
            for identifier in mark.get("ids", "").split():
                order.setdefault(identifier, len(order) + 1)
    return Manuscript(imprint, tuple(read), tuple(known[identifier] for identifier in order), order)


def _read_imprint(path: Path) -> Imprint:
    try:
        text = path.read_text(encoding="utf-8")
        data: dict[str, Any] = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read ({error})"
        raise BookError(msg, fix="book.toml names the title, the date and so on; see book/book.toml.") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        msg = f"{path}:{line[1] if line else 1}: broken-metadata: {error}"
        raise BookError(msg) from error

    def line_of(key: str) -> int:
        match = re.search(rf"^{key}\b", text, re.MULTILINE)
        return text.count("\n", 0, match.start()) + 1 if match else 1

    wanted: list[tuple[str, type, str]] = [(key, str, "a text") for key in _STRINGS]
    wanted += [("date", date, "a date such as 2026-11-21"), ("review_due", date, "a date such as 2027-05-21")]
    wanted += [(key, list, "a list of texts") for key in _LISTS]
    for key, kind, words in wanted:
        if not isinstance(data.get(key), kind) or not data[key]:
            msg = f"{path}:{line_of(key)}: broken-metadata: `{key}` must be {words}"
            raise BookError(msg)
    values = {key: data[key] for key in (*_STRINGS, "date", "review_due")}
    return Imprint(**values, **{key: tuple(map(str, data[key])) for key in _LISTS})


def _read_chapter(path: Path, known: Mapping[str, Reference], findings: list[Finding]) -> Chapter:
    def add(line: int, column: int, rule: str, message: str, fix: str) -> None:
        findings.append(Finding(str(path), line, column, rule, message, fix))

    empty = Chapter(path.stem, "", "", "chapter", parse(""))
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        add(1, 1, "not-utf-8", f"byte {error.start} is not UTF-8", "save the file as UTF-8")
        return empty
    front = _FRONT.match(text)
    if not front:
        add(1, 1, "broken-metadata", "the file does not start with metadata", "put `title:` between two lines of ---")
        return empty
    meta = _front_matter(front["yaml"], add)
    first = text.count("\n", 0, front.end()) + 1
    body = text[front.end():]
    for line, finding in _marks(body, known):
        add(line + first, *finding)
    try:
        tree = parse(body)
    except RawHtmlError as error:
        at = body.find(error.raw.splitlines()[0])
        line = first + (body.count("\n", 0, at) if at >= 0 else 0)
        add(line, 1, "raw-html", "HTML cannot be typeset", "write it as Markdown")
        return empty
    title = str(meta.get("title") or "")
    slug = re.sub(r"\A\d+-", "", path.stem)
    return Chapter(slug, title, str(meta.get("running") or title), str(meta.get("kind", "chapter")), tree)


def _front_matter(text: str, add: Any) -> dict[str, Any]:
    try:
        meta = yaml.safe_load(text) or {}
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 2, mark.column + 1) if mark else (1, 1)
        add(*place, "broken-metadata", str(error.problem or error.context), "put the value in quotes")
        return {}
    if not isinstance(meta, dict):
        add(2, 1, "broken-metadata", "the metadata is no list of `key: value`", "write `title: …`")
        return {}
    if not isinstance(meta.get("title"), str) or not meta["title"].strip():
        add(1, 1, "broken-metadata", "`title` is missing", "add `title: …`")
    for number, line in enumerate(text.split("\n"), start=2):
        key = line.partition(":")[0].strip()
        if line[:1].strip() and key not in {"title", "running", "kind"}:
            add(number, 1, "broken-metadata", f"`{key}` is not known", "use title, running or kind")
        elif key == "kind" and meta.get("kind") not in _KINDS:
            add(number, 1, "broken-metadata", f"kind `{meta.get('kind')}` is not known", f"use {', '.join(_KINDS)}")
    return meta


def _marks(body: str, known: Mapping[str, Reference]) -> Iterator[tuple[int, tuple[int, str, str, str]]]:
    """(line from 0, (column, rule, message, fix)) of each citation or certainty mark that cannot be published."""
    for number, line in enumerate(body.split("\n")):
        for mark in CITATION.finditer(line):
            named = list(cites(mark.group(), base=mark.start()))
            for cite in named:
                column = cite.start + 1
                if cite.id not in known:
                    fix = "add it to the references, or mend the id"
                    yield number, (column, "unknown-source", f"no source has the id `{cite.id}`", fix)
                elif known[cite.id].retracted:
                    yield number, (column, "retracted-source", f"`{cite.id}` was retracted", "take the claim out")
            # A claim may lean on an unverified source, but never on nothing else.
            if named and all(cite.id in known and not known[cite.id].verified for cite in named):
                message = f"nothing but unverified sources: {', '.join(cite.id for cite in named)}"
                yield number, (mark.start() + 1, "unverified-source", message, "check the source, or take it out")
        for match in CERTAINTY.finditer(line):
            if grade(match["word"]) is None:
                message = f"`{match['word']}` is no degree of certainty"
                yield number, (match.start() + 1, "unknown-certainty", message, f"use {', '.join(GRADES)}")
