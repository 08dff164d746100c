"""A Manuscript in, the source of a Typst document out: `layout.typ` followed by calls of its functions.

Every character of the text is written so that Typst takes it literally: no text can become a command.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import fromstring

from microsite.content.references import format_reference_html

from .markup import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from .manuscript import Chapter
    from .manuscript import Manuscript

__all__ = ["cover_source", "literal", "source"]

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
_CALLOUTS = ("note", "warning", "danger", "crisis")
#: Ruled lines under each heading of a page for notes: five headings fill one page of 9 inches.
_NOTE_LINES = 3


def source(manuscript: Manuscript) -> str:
    """The whole document."""
    numbers = manuscript.numbers
    parts = [_head(manuscript), "#show: body => typeset(book, body)\n", _opening(manuscript)]
    for chapter in manuscript.chapters:
        body = _blocks(chapter.body, numbers)
        if chapter.kind == "notes":
            body = _notes(chapter, numbers)
        elif chapter.kind == "sources":
            entries = (
                _inline(fromstring(f"<li>{format_reference_html(one)}</li>"), {})  # noqa: S314 - our own formatter's
                for one in manuscript.sources
            )
            body += "#sources(\n" + "".join(f"  [{entry}],\n" for entry in entries) + ")\n"
        numbered = "true" if chapter.kind == "chapter" else "false"
        slug = chapter.slug if chapter.kind == "chapter" else f"{chapter.slug}-plain"
        fresh = "true" if chapter.fresh else "false"
        parts.append(
            f"#chapter({_string(slug)}, [{literal(chapter.title)}], [{literal(chapter.running)}], "
            f"numbered: {numbered}, fresh: {fresh})[\n{body}]\n"
        )
    return "\n".join(parts)


def cover_source(manuscript: Manuscript) -> str:
    """A document of one page: the cover alone, for the EPUB's picture."""
    return _head(manuscript) + '#set text(font: "Libertinus Serif")\n#cover(book)\n'


def literal(text: str) -> str:
    """Text as Typst markup that means exactly these characters; runs of spaces become one."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))


def _string(text: str) -> str:
    """Text as a Typst string: JSON's escapes for quotes and backslashes are Typst's too; the rest stays as it is."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _head(manuscript: Manuscript) -> str:
    imprint = manuscript.imprint
    language, _, region = imprint.language.partition("-")
    day = imprint.published
    fields = {
        "title": _string(imprint.title),
        "subtitle": _string(imprint.subtitle),
        "edition": _string(imprint.edition),
        "month": _string(f"{day:%B %Y}"),
        "publisher": _string(imprint.publisher),
        "license": _string(imprint.license),
        "description": _string(imprint.description),
        "blurb": "(" + "".join(f"{_string(line)}, " for line in imprint.blurb) + ")",
        "subjects": "(" + "".join(f"{_string(subject)}, " for subject in imprint.subjects) + ")",
        "date": f"datetime(year: {day.year}, month: {day.month}, day: {day.day})",
        "lang": _string(language),
        "region": _string(region) if region else "none",
    }
    layout = (files(__package__) / "layout.typ").read_text(encoding="utf-8")
    return layout + "\n#let book = (\n" + "".join(f"  {key}: {value},\n" for key, value in fields.items()) + ")\n"


def _opening(manuscript: Manuscript) -> str:
    """The page behind the cover: crisis lines, contents, imprint."""
    imprint = manuscript.imprint
    day = imprint.published
    facts = (
        f"{imprint.edition}, {day:%B} {day.day}, {day.year}. Next check due {imprint.review_due:%B %Y}. "
        "Not reviewed by a clinician. This book gives information, not medical advice."
    )
    return (
        '#callout("crisis", [Need help right now?])[#strong[Call or text 988] in the US, free, at any hour. '
        "In danger this minute: #strong[call 911.] More in “Help now”, near the end.]\n"
        "#block(above: 2.2em, below: 1.3em, text(size: 23pt, weight: 600, fill: teal)[In this book])\n"
        "#contents()\n#v(1fr)\n"
        f"#text(size: 8.8pt, fill: soft)[{literal(facts)}]\n#pagebreak()\n"
    )


def _notes(chapter: Chapter, numbers: Mapping[str, int]) -> str:
    rules = f"#rules-for-notes({_NOTE_LINES})\n"
    return "".join(_block(child, numbers) + (rules if child.tag == "h2" else "") for child in chapter.body)


def _blocks(parent: Element, numbers: Mapping[str, int]) -> str:
    return "".join(_block(child, numbers) for child in parent)


def _block(element: Element, numbers: Mapping[str, int]) -> str:
    match element.tag:
        case "p":
            made = f"{_inline(element, numbers)}\n\n"
        case "h2" | "h3":
            made = f"#heading(level: {element.tag[1]})[{_inline(element, numbers)}]\n\n"
        case "ul" | "ol":
            call = "checklist" if element.get("class") == "checklist" else {"ul": "list", "ol": "enum"}[element.tag]
            made = f"#{call}(" + "".join(f"[{_item(item, numbers)}], " for item in element) + ")\n\n"
        case "table":
            made = _table(element, numbers)
        case "div":
            kind = next((word for word in element.get("class", "").split() if word in _CALLOUTS), "note")
            titled = len(element) and element[0].get("class") == "admonition-title"
            title = _inline(element[0], numbers) if titled else kind.capitalize()
            body = "".join(_block(child, numbers) for child in (element[1:] if titled else element))
            made = f"#callout({_string(kind)}, [{title}])[\n{body}]\n\n"
        case "blockquote":
            made = f"#quote(block: true)[\n{_blocks(element, numbers)}]\n\n"
        case _:
            made = f"{literal(words(element))}\n\n"
    return made


def _item(item: Element, numbers: Mapping[str, int]) -> str:
    """A list's item: words, blocks, or words followed by a list within."""
    inner = [child for child in item if child.tag in {"p", "ul", "ol", "table", "div"}]
    if not inner:
        return _inline(item, numbers)
    lead = Element("li")
    lead.text = item.text
    lead.extend(child for child in item if child not in inner)
    return _inline(lead, numbers) + "\n" + "".join(_block(child, numbers) for child in inner)


def _table(table: Element, numbers: Mapping[str, int]) -> str:
    caption = table.find("caption")
    head = [_inline(cell, numbers) for cell in table.iterfind("thead/tr/th")]
    rows = [[_cell(cell, numbers) for cell in row] for row in table.iterfind("tbody/tr")]
    # Columns share the width by how much they have to hold, each between a fifth and a half of the longest.
    held = [max(sum(_size(row[i]) for row in table.iterfind("tbody/tr")), 1) for i in range(len(head))]
    shares = ", ".join(f"{max(0.45, (size / max(held)) ** 0.5):.2f}fr" for size in held)
    return (
        f"#facts-table(({shares},), {'none' if caption is None else f'[{_inline(caption, numbers)}]'}, "
        f"({_cells(head)}), (\n" + "".join(f"  ({_cells(row)}),\n" for row in rows) + "))\n\n"
    )


def _cell(cell: Element, numbers: Mapping[str, int]) -> str:
    """A cell; one that holds a mark of certainty and nothing else leaves the word "certainty" to its column's head."""
    if len(cell) == 1 and cell[0].tag == "certainty" and not words(cell):
        return f'#certainty({_string(cell[0].get("grade", ""))}, word: "");'
    return _inline(cell, numbers)


def _size(cell: Element) -> int:
    """About how many characters wide a cell is, a mark of certainty counted as its dots and word."""
    return len(words(cell)) + 8 * sum(1 for _ in cell.iter("certainty"))


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"[{cell}], " for cell in cells)


def _inline(element: Element, numbers: Mapping[str, int]) -> str:
    pieces = [literal(element.text or "")]
    for child in element:
        pieces += (_span(child, numbers), literal(child.tail or ""))
    return "".join(pieces)


def _span(element: Element, numbers: Mapping[str, int]) -> str:
    match element.tag:
        case "strong":
            made = f"#strong[{_inline(element, numbers)}]"
        case "em" | "cite" if not element.get("ids"):
            made = f"#emph[{_inline(element, numbers)}]"
        case "cite":
            marks = zip(element.get("ids", "").split(), element.get("locators", "").split(";"), strict=True)
            made = "#cites(" + "".join(f"({numbers[one]}, {_string(where)}), " for one, where in marks) + ");"
        case "certainty":
            made = f"#certainty({_string(element.get('grade', ''))});"
        case "a":
            made = f"#link({_string(element.get('href', ''))})[{_inline(element, numbers)}]"
        case "br":
            made = "#linebreak();"
        case "box":
            made = ""
        case _:
            made = _inline(element, numbers)
    return made
