"""A Manuscript and its cover in, the bytes of an EPUB 3.3 file out. The same input gives the same bytes.

Why no library packs it. What is left to do once the pages are XHTML is a zip of fixed order and two small XML files
(https://www.w3.org/TR/epub-33/), which `zipfile` and ElementTree write in the 150 lines below, and epubcheck 5.3 finds
nothing in them. Weighed in November 2026: pypandoc-binary 1.17 (MIT, carries the GPL program pandoc) is a wheel of
34.5 MB and 162 MB installed, and would still need our citations, dots, boxes and callouts written as filters; EbookLib
is AGPL. The Markdown itself is parsed by Python-Markdown, the library the articles use.
"""

from __future__ import annotations

import io
import zipfile
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import SubElement
from xml.etree.ElementTree import indent
from xml.etree.ElementTree import tostring

from .xhtml import chapter_page
from .xhtml import cover_page
from .xhtml import nav_page

if TYPE_CHECKING:
    from .manuscript import Manuscript

__all__ = ["pack"]

_MIMETYPE = b"application/epub+zip"
_TYPES = {".xhtml": "application/xhtml+xml", ".css": "text/css", ".png": "image/png"}
_CONTAINER = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    b'<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
#: https://www.w3.org/community/reports/publishingcg/CG-FINAL-a11y-discov-vocab/ - what a catalogue can say of it.
_ACCESSIBILITY = (
    ("schema:accessMode", "textual"),
    ("schema:accessMode", "visual"),
    ("schema:accessModeSufficient", "textual"),
    ("schema:accessibilityFeature", "alternativeText"),
    ("schema:accessibilityFeature", "displayTransformability"),
    ("schema:accessibilityFeature", "readingOrder"),
    ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "tableOfContents"),
    ("schema:accessibilityHazard", "none"),
    (
        "schema:accessibilitySummary",
        "Text with headings, lists, tables, linked sources and contents. The cover has a description. Not certified.",
    ),
)


def pack(manuscript: Manuscript, cover: bytes) -> bytes:
    """The EPUB's bytes; `cover` is a PNG."""
    members: dict[str, bytes] = {"cover.xhtml": cover_page(manuscript)}
    titles: dict[str, str] = {}
    number = 0
    for chapter in manuscript.chapters:
        numbered = chapter.kind == "chapter"
        number += numbered
        # Citations link to this one name, whatever an editor calls the file.
        name = "sources.xhtml" if chapter.kind == "sources" else f"{chapter.slug}.xhtml"
        members[name] = chapter_page(manuscript, chapter, number if numbered else None)
        titles[name] = chapter.title
    members |= {
        "nav.xhtml": nav_page(manuscript, titles),
        "style.css": (files(__package__) / "epub.css").read_bytes(),
        "cover.png": cover,
    }
    package = _package(manuscript, list(members), ["cover.xhtml", "nav.xhtml", *titles])
    return _zip(
        manuscript,
        {
            "META-INF/container.xml": _CONTAINER,
            "EPUB/package.opf": package,
            **{f"EPUB/{name}": data for name, data in members.items()},
        },
    )


def _package(manuscript: Manuscript, names: list[str], spine: list[str]) -> bytes:
    imprint = manuscript.imprint
    root = Element(
        "package",
        {
            "xmlns": "http://www.idpf.org/2007/opf",
            "version": "3.0",
            "unique-identifier": "id",
            "xml:lang": imprint.language,
        },
    )
    metadata = SubElement(root, "metadata", {"xmlns:dc": "http://purl.org/dc/elements/1.1/"})

    def add(tag: str, text: str, **attributes: str) -> None:
        SubElement(metadata, tag, attributes).text = text

    add("dc:identifier", imprint.identifier, id="id")
    add("dc:title", imprint.title, id="title")
    add("meta", "main", refines="#title", property="title-type")
    add("dc:title", imprint.subtitle, id="subtitle")
    add("meta", "subtitle", refines="#subtitle", property="title-type")
    add("dc:language", imprint.language)
    add("dc:creator", f"The editors of {imprint.publisher}", id="creator")
    add("meta", "aut", refines="#creator", property="role", scheme="marc:relators")
    add("dc:publisher", imprint.publisher)
    add("dc:date", imprint.published.isoformat())
    add("dc:description", imprint.description)
    add("dc:rights", f"{imprint.license} license")
    for subject in imprint.subjects:
        add("dc:subject", subject)
    add("meta", f"{imprint.published.isoformat()}T00:00:00Z", property="dcterms:modified")
    for name, value in _ACCESSIBILITY:
        add("meta", value, property=name)
    manifest = SubElement(root, "manifest")
    properties = {"nav.xhtml": "nav", "cover.png": "cover-image"}
    for name in names:
        attributes = {"id": _id(name), "href": name, "media-type": _TYPES[name[name.rindex(".") :]]}
        if name in properties:
            attributes["properties"] = properties[name]
        SubElement(manifest, "item", attributes)
    order = SubElement(root, "spine")
    for name in spine:
        SubElement(order, "itemref", {"idref": _id(name)})
    indent(root)
    data: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + data + b"\n"


def _id(name: str) -> str:
    return "f-" + name.replace(".", "-")


def _zip(manuscript: Manuscript, members: dict[str, bytes]) -> bytes:
    """A zip as OCF wants it: `mimetype` first, stored, without extra fields; every member dated as the book is."""
    buffer = io.BytesIO()
    date = manuscript.imprint.published
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {"mimetype": _MIMETYPE, **members}.items():
            info = zipfile.ZipInfo(name, (date.year, date.month, date.day, 0, 0, 0))
            stored = name == "mimetype" or name.endswith(".png")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            info.create_system = 3  # Unix everywhere: Windows would write 0, and other bytes
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, compresslevel=9)
    return buffer.getvalue()
