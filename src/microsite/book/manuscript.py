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
from microsite.content.references import read_references
from microsite.errors import BookError
from microsite.findings import Finding

from .markup import TAGS
from .markup import RawHtmlError
from .markup import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from microsite.content.references import Reference

__all__ = ["Chapter", "Imprint", "Manuscript", "read_manuscript"]

#: What a chapter can be: text, ruled pages for the reader's pen, or the text above the list of sources.
_KINDS = ("chapter", "notes", "sources")
#: Chapters become labels and file names; these names are taken by the EPUB's own pages.
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_RESERVED = ("cover", "nav")
#: A line of text right above the head of a table: Python-Markdown reads no table there.
_CROWDED_TABLE = re.compile(r"^[^\n|]*[^\s|][^\n|]*\n(?=\|[^\n]*\n\|?[ :]*-{2,})", re.MULTILINE)
#: What no XML file may hold, and so no EPUB.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LOCAL_LINK = re.compile(r"\]\((?!https?://|mailto:|tel:|sms:)")
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
    published: date
    review_due: date
    subjects: tuple[str, ...]
    blurb: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter. `slug` is its file's name without number and ending, `running` the short title for page heads.

    A `fresh` chapter starts a new page of the PDF even where the last one would hold its beginning.
    """

    slug: str
    title: str
    running: str
    kind: str
    fresh: bool
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
    for path, chapter in zip(paths, read, strict=True):
        if any(other.slug == chapter.slug for other in read[: paths.index(path)]):
            findings.append(
                Finding(
                    str(path),
                    0,
                    0,
                    "bad-file-name",
                    f"another chapter is called `{chapter.slug}` too",
                    "rename one of them",
                )
            )
    if findings:
        msg = "\n".join(map(str, findings))
        raise BookError(msg)
    numbers = _number(read)
    if sum(chapter.kind == "sources" for chapter in read) != 1:
        msg = f"{chapters}: one chapter, and only one, must have `kind: sources`: the list of sources goes there"
        raise BookError(msg, fix="Add `kind: sources` to the metadata of the chapter that introduces the list.")
    return Manuscript(imprint, tuple(read), tuple(known[identifier] for identifier in numbers), numbers)


def _number(chapters: Sequence[Chapter]) -> dict[str, int]:
    """Number the sources in the order of first use, and put the numbers of each mark in order: 7, 9, not 9, 7."""
    numbers: dict[str, int] = {}
    for chapter in chapters:
        for mark in chapter.body.iter("cite"):
            named = list(zip(mark.get("ids", "").split(), mark.get("locators", "").split(";"), strict=True))
            for identifier, _ in named:
                numbers.setdefault(identifier, len(numbers) + 1)
            named.sort(key=lambda one: numbers[one[0]])
            mark.set("ids", " ".join(identifier for identifier, _ in named))
            mark.set("locators", ";".join(locator for _, locator in named))
    return numbers


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
    values: dict[str, Any] = {key: data[key] for key in (*_STRINGS, "review_due")}
    values |= {key: tuple(map(str, data[key])) for key in _LISTS}
    return Imprint(published=data["date"], **values)


def _read_chapter(path: Path, known: Mapping[str, Reference], findings: list[Finding]) -> Chapter:
    def add(line: int, column: int, rule: str, message: str, fix: str) -> None:
        findings.append(Finding(str(path), line, column, rule, message, fix))

    empty = Chapter(path.stem, "", "", "chapter", fresh=False, body=parse(""))
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
    body = text[front.end() :]
    for offset, rule, message, fix in sorted(_places(body, known)):
        line = first + body.count("\n", 0, offset)
        add(line, offset - body.rfind("\n", 0, offset), rule, message, fix)
    try:
        tree = parse(body)
    except RawHtmlError as error:
        at = body.find(error.raw.splitlines()[0])
        line = first + (body.count("\n", 0, at) if at >= 0 else 0)
        add(line, 1, "raw-html", "HTML cannot be typeset", "write it as Markdown")
        return empty
    for tag in sorted({element.tag for element in tree.iter()} - TAGS):
        add(0, 0, "unknown-element", f"`{tag}` cannot be typeset yet", "write it with paragraphs, lists or tables")
    title = str(meta.get("title") or "")
    slug = re.sub(r"\A\d+-", "", path.stem)
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        add(0, 0, "bad-file-name", f"`{path.name}` cannot name a chapter", "call it 01-some-words.md")
    kind = str(meta.get("kind", "chapter"))
    fresh = kind != "chapter" or meta.get("fresh") is True
    return Chapter(slug, title, str(meta.get("running") or title), kind, fresh, tree)


def _front_matter(text: str, add: Callable[[int, int, str, str, str], None]) -> dict[str, Any]:
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
        if line[:1].strip() and key not in {"title", "running", "kind", "fresh"}:
            add(number, 1, "broken-metadata", f"`{key}` is not known", "use title, running, kind or fresh")
        elif key == "kind" and meta.get("kind") not in _KINDS:
            add(number, 1, "broken-metadata", f"kind `{meta.get('kind')}` is not known", f"use {', '.join(_KINDS)}")
    return meta


def _places(body: str, known: Mapping[str, Reference]) -> Iterator[tuple[int, str, str, str]]:
    """(offset in `body`, rule, message, fix) of each place that cannot be published as it is."""
    for match in _CONTROL.finditer(body):
        yield match.start(), "control-character", f"a control character (U+{ord(match[0]):04X})", "delete it"
    for match in _CROWDED_TABLE.finditer(body):
        message = "a table needs an empty line before it, after its caption too"
        yield match.end() - 1, "broken-table", message, "add the empty line"
    for match in _LOCAL_LINK.finditer(body):
        message = "a book has no other pages to link to"
        yield match.start(), "local-link", message, "give the whole address, or name the chapter"
    for match in CERTAINTY.finditer(body):
        if grade(match["word"]) is None:
            message = f"`{match['word']}` is no degree of certainty"
            yield match.start(), "unknown-certainty", message, f"use {', '.join(GRADES)}"
    yield from _citations(body, known)


def _citations(body: str, known: Mapping[str, Reference]) -> Iterator[tuple[int, str, str, str]]:
    """The same for the sources that are cited."""
    for match in CITATION.finditer(body):
        named = list(cites(match.group(), base=match.start()))
        for cite in named:
            if cite.id not in known:
                message = f"no source has the id `{cite.id}`"
                yield cite.start, "unknown-source", message, "add it to the references, or mend the id"
            elif known[cite.id].retracted:
                yield cite.start, "retracted-source", f"`{cite.id}` was retracted", "take the claim out"
        # A claim may lean on an unverified source, but never on nothing else.
        if named and all(cite.id in known and not known[cite.id].verified for cite in named):
            message = f"nothing but unverified sources: {', '.join(cite.id for cite in named)}"
            yield match.start(), "unverified-source", message, "check the source, or take it out"
