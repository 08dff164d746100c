"""What the built pages say to machines and other sites is true of the pages: data, pictures, feeds, old addresses."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser
from tests.pages.test_jsonld import mistakes

if TYPE_CHECKING:
    from benchmarks.rig import BuiltSite
    from benchmarks.rig import HtmlPage

ROOT = Path(__file__).parents[2]
ORIGIN = "https://ketamine-guide.example"
BLOCK = 'script[type="application/ld+json"]'


def data(page: HtmlPage) -> dict[str, Any]:
    (block,) = page.tree.css(BLOCK)
    found = json.loads(block.text())
    assert isinstance(found, dict)
    return found


def file_of(site: BuiltSite, address: str) -> Path:
    assert address.startswith(ORIGIN), address
    path = urlsplit(address).path
    return site.folder / path.lstrip("/") / ("index.html" if path.endswith("/") else "")


@pytest.fixture(scope="session")
def articles(site: BuiltSite) -> list[HtmlPage]:
    found = [page for page in site.pages if page.tree.css("main.article-page")]
    assert len(found) >= 30
    return found


def test_every_page_that_may_be_found_has_one_block_and_it_speaks_schema_orgs_vocabulary(site: BuiltSite) -> None:
    wrong = []
    for page in site.pages:
        if page.indexed:
            wrong += [f"{page.url} {mistake}" for mistake in mistakes(data(page))]
        else:
            assert not page.tree.css(BLOCK), page.url
    assert not wrong


def test_a_block_says_what_the_page_shows(articles: list[HtmlPage]) -> None:
    for page in articles:
        found = data(page)
        assert found["headline"] == page.text("h1"), page.url
        assert found["url"] == ORIGIN + page.url
        assert [found["description"]] == page.values('meta[name="description"]', "content")
        days = page.values(".facts time", "datetime")
        assert (found["datePublished"], found["dateModified"]) == (days[0], days[-1]), page.url
        crumbs = [(ORIGIN + str(link.attributes["href"]), link.text()) for link in page.tree.css(".crumbs a")]
        assert [(item["item"], item["name"]) for item in found["breadcrumb"]["itemListElement"]] == crumbs
        assert [author["name"] for author in found["author"]] == [link.text() for link in page.tree.css("[rel=author]")]
        sources = set(page.values(".sources li > a", "href"))
        assert set(found.get("citation", [])) <= sources, page.url
        assert len(found.get("citation", [])) >= len(page.tree.css(".sources li")) - 2, page.url


def test_nothing_is_called_reviewed_that_nobody_reviewed(articles: list[HtmlPage]) -> None:
    for page in articles:
        reviewed = "not yet reviewed by a clinician" not in page.text(".facts")
        assert ("reviewedBy" in data(page)) is reviewed, page.url


def test_each_question_and_answer_is_word_for_word_that_of_the_page(articles: list[HtmlPage]) -> None:
    count = 0
    for page in articles:
        asked = [(one["name"], one["acceptedAnswer"]["text"]) for one in data(page).get("mainEntity", [])]
        shown = []
        for part in LexborHTMLParser(page.html).css("details.question"):
            for mark in part.css("sup.c"):
                mark.decompose()
            title = part.css_first("summary")
            assert title
            question = " ".join(title.text().split())
            title.decompose()
            shown.append((question, " ".join(part.text().split())))
        assert asked == shown, page.url
        count += len(asked)
    assert count > 100


def test_each_page_has_a_picture_that_is_there_and_words_for_it(site: BuiltSite) -> None:
    seen: dict[str, str] = {}
    for page in site.pages:
        named = page.values('meta[property="og:image"]', "content")
        if not page.indexed:
            assert not named, page.url
            continue
        (address,) = named
        (alt,) = page.values('meta[property="og:image:alt"]', "content")
        if page.tree.css("main.article-page"):
            assert page.text("h1") in str(alt), page.url
            assert address not in seen, "an article has a picture of its own"
        seen[str(address)] = page.url
    for address in seen:
        picture = file_of(site, address).read_bytes()
        assert len(picture) <= 40_000
        assert Image.open(io.BytesIO(picture)).size == (1200, 630)
    assert {file_of(site, address).name for address in seen} == {
        one.name for one in (site.folder / "assets").glob("og.*")
    }


def test_titles_and_addresses_are_said_alike_everywhere(site: BuiltSite) -> None:
    for page in site.pages:
        if page.indexed:
            assert page.values('meta[property="og:url"]', "content") == page.values("link[rel=canonical]", "href")
            assert page.values('meta[property="og:description"]', "content") == page.values(
                'meta[name="description"]', "content"
            )


def test_feeds_are_found_from_every_page_and_lead_to_pages(site: BuiltSite) -> None:
    for page in site.pages:
        feeds = page.values('link[rel="alternate"]', "href")
        assert {"/feed.xml"} <= set(feeds) <= {"/feed.xml", "/feed.json"}, page.url
    atom = ET.fromstring((site.folder / "feed.xml").read_bytes())
    links = [str(node.get("href")) for node in atom.iter("{http://www.w3.org/2005/Atom}link")]
    assert len(links) > 20
    assert all(file_of(site, link).is_file() for link in links)
    for item in json.loads((site.folder / "feed.json").read_bytes())["items"]:
        assert file_of(site, item["url"]).is_file()
        assert file_of(site, item["image"]).is_file()
        assert all(file_of(site, author["url"]).is_file() for author in item["authors"])


def test_no_address_that_was_ever_published_is_dead(site: BuiltSite) -> None:
    listed = (ROOT / "data/published.txt").read_text("utf-8").splitlines()
    addresses = [line for line in listed if line.startswith("/")]
    assert len(addresses) > 50
    dead = [address for address in addresses if not file_of(site, ORIGIN + address).is_file()]
    assert not dead


def test_the_list_for_the_edge_names_pages(site: BuiltSite) -> None:
    moved = json.loads((site.folder / "redirects.json").read_bytes())
    assert isinstance(moved, dict)
    for old, new in moved.items():
        assert old.startswith("/")
        assert file_of(site, ORIGIN + new).is_file()
