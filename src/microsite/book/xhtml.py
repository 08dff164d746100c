"""The tree of a chapter in, XHTML pages out, as an EPUB 3 reading system wants them (https://www.w3.org/TR/epub-33/)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import SubElement
from xml.etree.ElementTree import fromstring
from xml.etree.ElementTree import tostring

from microsite.content.marks import GRADES
from microsite.content.references import format_reference_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .manuscript import Chapter
    from .manuscript import Manuscript

__all__ = ["chapter_page", "cover_page", "nav_page"]

_DOTS = 4


def chapter_page(manuscript: Manuscript, chapter: Chapter, number: int | None) -> bytes:
    """One chapter; `number` is printed before its title, None for the pages without one."""
    page, body = _page(manuscript, chapter.title)
    kind = {"sources": ("bibliography", "doc-bibliography")}.get(chapter.kind, ("chapter", "doc-chapter"))
    section = SubElement(body, "section", {"epub:type": kind[0], "role": kind[1], "aria-labelledby": "title"})
    heading = SubElement(section, "h1", {"id": "title"})
    if number is None:
        heading.text = chapter.title
    else:
        mark = SubElement(heading, "span", {"class": "number"})
        mark.text = str(number)
        mark.tail = f" {chapter.title}"
    section.extend(_copy(child, manuscript.numbers) for child in chapter.body)
    if chapter.kind == "sources":
        items = SubElement(section, "ol", {"class": "sources"})
        for count, source in enumerate(manuscript.sources, start=1):
            item = fromstring(f"<li>{format_reference_html(source)}</li>")  # noqa: S314 - our own formatter's
            item.set("id", f"source-{count}")
            items.append(item)
    return _bytes(page)


def cover_page(manuscript: Manuscript) -> bytes:
    """The page that shows the cover."""
    imprint = manuscript.imprint
    page, body = _page(manuscript, "Cover")
    section = SubElement(body, "section", {"class": "cover", "epub:type": "cover"})
    SubElement(
        section,
        "img",
        {
            "src": "cover.png",
            "role": "doc-cover",
            "alt": f"Cover: {imprint.title}. {imprint.subtitle}. Wavy lines that settle into level ground.",
        },
    )
    return _bytes(page)


def nav_page(manuscript: Manuscript, pages: Mapping[str, str]) -> bytes:
    """The contents, for the reader and for the reading system. `pages` maps file names to titles, in order."""
    page, body = _page(manuscript, "In this book")
    contents = SubElement(body, "nav", {"epub:type": "toc", "role": "doc-toc", "aria-labelledby": "title"})
    SubElement(contents, "h1", {"id": "title"}).text = "In this book"
    _links(contents, {name: (title, "") for name, title in pages.items()})
    landmarks = SubElement(body, "nav", {"epub:type": "landmarks", "hidden": "hidden", "aria-label": "Landmarks"})
    sources = next((name for name, title in pages.items() if title == _sources_title(manuscript)), None)
    marks = {
        "cover.xhtml": ("Cover", "cover"),
        "nav.xhtml": ("In this book", "toc"),
        next(iter(pages)): ("Start of the text", "bodymatter"),
    }
    if sources:
        marks[sources] = (pages[sources], "bibliography")
    _links(landmarks, marks)
    facts = SubElement(body, "p")
    imprint = manuscript.imprint
    day = imprint.published
    facts.text = (
        f"{imprint.edition}, {day:%B} {day.day}, {day.year}. Not reviewed by a clinician. This book gives information, "
        "not medical advice. In a crisis in the US, call or text 988."
    )
    return _bytes(page)


def _sources_title(manuscript: Manuscript) -> str | None:
    return next((chapter.title for chapter in manuscript.chapters if chapter.kind == "sources"), None)


def _links(parent: Element, links: Mapping[str, tuple[str, str]]) -> None:
    items = SubElement(parent, "ol")
    for href, (text, kind) in links.items():
        attributes = {"href": href, "epub:type": kind} if kind else {"href": href}
        SubElement(SubElement(items, "li"), "a", attributes).text = text


def _page(manuscript: Manuscript, title: str) -> tuple[Element, Element]:
    language = manuscript.imprint.language
    page = Element(
        "html",
        {
            "xmlns": "http://www.w3.org/1999/xhtml",
            "xmlns:epub": "http://www.idpf.org/2007/ops",
            "lang": language,
            "xml:lang": language,
        },
    )
    head = SubElement(page, "head")
    SubElement(head, "meta", {"charset": "utf-8"})
    SubElement(head, "title").text = title
    SubElement(head, "link", {"rel": "stylesheet", "type": "text/css", "href": "style.css"})
    return page, SubElement(page, "body")


def _bytes(page: Element) -> bytes:
    data: bytes = tostring(page, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n' + data + b"\n"


def _copy(element: Element, numbers: Mapping[str, int]) -> Element:
    """The element as XHTML, its own marks replaced."""
    match element.tag:
        case "cite" if element.get("ids"):
            made = _citation(element, numbers)
        case "certainty":
            made = _certainty(element.get("grade", ""))
        case "box":
            made = Element("span", {"class": "box", "aria-hidden": "true"})
            made.text = "☐"
        case "table":
            made = _table(element, numbers)
        case "div" if "admonition" in element.get("class", ""):
            kind = element.get("class", "").split()[-1]
            made = Element("aside", {"class": f"callout {kind}"})
            made.extend(_copy(child, numbers) for child in element)
        case _:
            attributes = dict(element.attrib)
            if attributes.get("class") == "admonition-title":
                attributes["class"] = "callout-title"
            made = Element(element.tag, attributes)
            made.text = element.text
            made.extend(_copy(child, numbers) for child in element)
    made.tail = element.tail
    return made


def _citation(element: Element, numbers: Mapping[str, int]) -> Element:
    made = Element("sup")
    marks = zip(element.get("ids", "").split(), element.get("locators", "").split(";"), strict=True)
    link = None
    for identifier, locator in marks:
        if link is not None:
            link.tail = ", "
        number = numbers[identifier]
        link = SubElement(
            made,
            "a",
            {
                "href": f"sources.xhtml#source-{number}",
                "epub:type": "biblioref",
                "role": "doc-biblioref",
                "aria-label": f"Source {number}",
            },
        )
        link.text = f"{number} ({locator})" if locator else str(number)
    return made


def _certainty(grade: str) -> Element:
    made = Element("span", {"class": "certainty"})
    dots = SubElement(made, "span", {"aria-hidden": "true"})
    dots.text = "●" * GRADES[grade] + "○" * (_DOTS - GRADES[grade])
    dots.tail = f" {grade.capitalize()} certainty"
    return made


def _table(element: Element, numbers: Mapping[str, int]) -> Element:
    made = Element("table")
    for part in element:
        if part.tag == "caption":
            made.append(_copy(part, numbers))
            continue
        group = SubElement(made, part.tag)
        for row in part:
            line = SubElement(group, "tr")
            for column, cell in enumerate(row):
                copy = _copy(cell, numbers)
                copy.tail = None
                copy.attrib.clear()
                # The first column names its row, as in the articles; an empty corner is no header of anything.
                empty = not "".join(copy.itertext()).strip()
                copy.tag = "td" if empty or (part.tag == "tbody" and column > 0) else "th"
                if copy.tag == "th":
                    copy.set("scope", "col" if part.tag == "thead" else "row")
                line.append(copy)
    return made
