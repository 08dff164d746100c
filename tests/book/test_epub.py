from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import urldefrag
from xml.etree.ElementTree import fromstring

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from microsite.book import Book

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
OPS = "{http://www.idpf.org/2007/ops}"


@pytest.fixture
def archive(real: tuple[Book, Path]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO((real[1] / "steady-ground.epub").read_bytes()))


def _pages(archive: zipfile.ZipFile) -> dict[str, Element]:
    return {name: fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")}


def _package(archive: zipfile.ZipFile) -> Element:
    container = fromstring(archive.read("META-INF/container.xml"))
    (rootfile,) = container.iter("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    return fromstring(archive.read(rootfile.attrib["full-path"]))


def test_the_mimetype_comes_first_stored_and_plain(real: tuple[Book, Path], archive: zipfile.ZipFile) -> None:
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    # What `file` and reading systems look at: the name at byte 30 and the type right behind it.
    assert (real[1] / "steady-ground.epub").read_bytes()[30:58] == b"mimetypeapplication/epub+zip"
    assert archive.testzip() is None


def test_every_member_carries_the_date_of_the_book(archive: zipfile.ZipFile) -> None:
    assert {info.date_time for info in archive.infolist()} == {(2026, 11, 21, 0, 0, 0)}


def test_the_manifest_names_every_file_once_and_no_other(archive: zipfile.ZipFile) -> None:
    package = _package(archive)
    named = [f"EPUB/{item.attrib['href']}" for item in package.iter(f"{OPF}item")]
    there = set(archive.namelist()) - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert len(named) == len(set(named))
    assert set(named) == there


def test_the_spine_leads_through_cover_contents_and_chapters(archive: zipfile.ZipFile) -> None:
    package = _package(archive)
    hrefs = {item.attrib["id"]: item.attrib["href"] for item in package.iter(f"{OPF}item")}
    spine = [hrefs[item.attrib["idref"]] for item in package.iter(f"{OPF}itemref")]
    assert spine[:3] == ["cover.xhtml", "nav.xhtml", "how-to-use.xhtml"]
    assert spine[-1] == "sources.xhtml"
    assert sorted(f"EPUB/{name}" for name in spine) == sorted(_pages(archive))


def test_the_metadata_names_the_book_and_how_accessible_it_is(archive: zipfile.ZipFile) -> None:
    package = _package(archive)
    metas = [(meta.get("property"), meta.text) for meta in package.iter(f"{OPF}meta")]
    assert [title.text for title in package.iter(f"{DC}title")] == [
        "Steady Ground",
        "A plain guide to ketamine treatment and to recovery",
    ]
    assert [language.text for language in package.iter(f"{DC}language")] == ["en-US"]
    (identifier,) = package.iter(f"{DC}identifier")
    assert identifier.attrib["id"] == package.attrib["unique-identifier"]
    assert ("dcterms:modified", "2026-11-21T00:00:00Z") in metas
    for needed in (
        "schema:accessMode",
        "schema:accessModeSufficient",
        "schema:accessibilityFeature",
        "schema:accessibilityHazard",
        "schema:accessibilitySummary",
    ):
        assert any(name == needed and value for name, value in metas)
    cover = [item for item in package.iter(f"{OPF}item") if item.get("properties") == "cover-image"]
    assert archive.read(f"EPUB/{cover[0].attrib['href']}").startswith(b"\x89PNG")


def test_the_contents_list_every_chapter_in_order(real: tuple[Book, Path], archive: zipfile.ZipFile) -> None:
    nav = _pages(archive)["EPUB/nav.xhtml"]
    toc = next(element for element in nav.iter(f"{XHTML}nav") if element.get(f"{OPS}type") == "toc")
    assert tuple(link.text for link in toc.iter(f"{XHTML}a")) == real[0].chapters


def test_every_link_and_picture_leads_to_something(archive: zipfile.ZipFile) -> None:
    pages = _pages(archive)
    ids = {
        name: [element.attrib["id"] for element in page.iter() if "id" in element.attrib]
        for name, page in pages.items()
    }
    checked = 0
    for name, page in pages.items():
        assert len(ids[name]) == len(set(ids[name]))
        for element in page.iter():
            target = element.get("href") or element.get("src")
            if target is None or target.startswith("https://"):
                continue
            path, anchor = urldefrag(target)
            file = posixpath.join("EPUB", path)
            assert file in archive.namelist(), target
            assert not anchor or anchor in ids[file], target
            checked += 1
    assert checked > 200


def test_the_tree_has_no_element_of_our_own_left(archive: zipfile.ZipFile) -> None:
    known = {
        *("html", "head", "meta", "title", "link", "body", "section", "nav", "aside", "h1", "h2", "h3", "p", "img"),
        *("ul", "ol", "li", "a", "sup", "span", "strong", "em", "cite"),
        *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    }
    for page in _pages(archive).values():
        assert {element.tag.removeprefix(XHTML) for element in page.iter()} <= known


def test_tables_have_headers_with_a_scope(archive: zipfile.ZipFile) -> None:
    tables = [table for page in _pages(archive).values() for table in page.iter(f"{XHTML}table")]
    assert len(tables) >= 3
    for table in tables:
        scopes = [cell.get("scope") for cell in table.iter(f"{XHTML}th")]
        assert "col" in scopes
        assert "row" in scopes
        assert None not in scopes


def test_certainty_is_said_in_words_beside_its_dots(archive: zipfile.ZipFile) -> None:
    page = _pages(archive)["EPUB/what-studies-show.xhtml"]
    marks = [element for element in page.iter(f"{XHTML}span") if element.get("class") == "certainty"]
    said = {"".join(mark.itertext()) for mark in marks}
    assert "●●○○ Low certainty" in said
    assert "●●●● High certainty" in said
    assert all(mark[0].get("aria-hidden") == "true" for mark in marks)
