"""Feeds and sitemap against their specifications: RFC 4287, RFC 3339, RFC 4151, JSON Feed 1.1, sitemaps.org."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from microsite.content import read_site
from microsite.content import view
from microsite.content.site import Redirect
from microsite.pages.feeds import ENTRIES
from microsite.pages.feeds import feeds
from microsite.pages.making import Shown
from microsite.pages.sitemap import sitemap

if TYPE_CHECKING:
    from microsite.content import Site

ROOT = Path(__file__).parents[2]
URL = "https://guide.example"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
#: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")
#: https://www.rfc-editor.org/rfc/rfc4151#section-2.1
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:[\w/.~-]+\Z")


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(ROOT, today=date(2026, 11, 21))


def shown(site: Site) -> list[Shown]:
    return [Shown(one.path, one.url, one.title, one.description, view(site, one)) for one in site.articles]


@pytest.fixture(scope="module")
def files(site: Site) -> dict[str, bytes]:
    pages = shown(site)
    return {**feeds(site, pages, URL), **sitemap(site, pages, URL)}


def test_atom_has_what_rfc_4287_requires(files: dict[str, bytes]) -> None:
    feed = ET.fromstring(files["feed.xml"])
    assert feed.tag == f"{{{ATOM['a']}}}feed"
    for parent in (feed, *feed.iterfind("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", ATOM)) == 1, name
        assert all(
            TIME.match(str(node.text))
            for name in ("updated", "published")
            for node in parent.findall(f"a:{name}", ATOM)
        )
        kinds = [(node.get("rel"), node.get("type")) for node in parent.findall("a:link", ATOM)]
        assert len(kinds) == len(set(kinds)), "4.2.7.2: one alternate of a type and language"
        assert ("alternate", "text/html") in kinds, "4.1.2: an entry without content has an alternate"
    assert feed.find("a:author", ATOM) is not None
    assert all(entry.findtext("a:author/a:name", None, ATOM) for entry in feed.iterfind("a:entry", ATOM))
    (own,) = [node for node in feed.findall("a:link", ATOM) if node.get("rel") == "self"]
    assert own.get("href") == f"{URL}/feed.xml"
    entries = feed.findall("a:entry", ATOM)
    assert 0 < len(entries) <= ENTRIES
    ids = [entry.findtext("a:id", "", ATOM) for entry in entries]
    assert len(set(ids)) == len(ids)
    assert all(TAG.match(name) for name in ids)
    assert feed.findtext("a:updated", "", ATOM) == max(entry.findtext("a:updated", "", ATOM) for entry in entries)


def test_json_feed_has_what_version_1_1_requires(files: dict[str, bytes]) -> None:
    feed = json.loads(files["feed.json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["home_page_url"], feed["feed_url"], feed["title"]) == (f"{URL}/", f"{URL}/feed.json", "Ketamine Guide")
    assert feed["authors"][0]["name"]
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item.get("content_text") or item.get("content_html")
        assert TIME.match(item["date_published"])
        assert TIME.match(item["date_modified"])
        assert item["url"].startswith(f"{URL}/")
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert all(author["name"] and author["url"].startswith(URL) for author in item["authors"])


def test_both_feeds_tell_the_same_news(files: dict[str, bytes]) -> None:
    atom = ET.fromstring(files["feed.xml"])
    ours = [
        (entry.findtext("a:id", "", ATOM), entry.findtext("a:title", "", ATOM))
        for entry in atom.iterfind("a:entry", ATOM)
    ]
    assert ours == [(item["id"], item["title"]) for item in json.loads(files["feed.json"])["items"]]


def test_an_id_outlives_every_move(site: Site) -> None:
    old = json.loads(feeds(site, shown(site), URL)["feed.json"])["items"][0]
    here = old["url"].removeprefix(URL)
    moved = replace(site, redirects=(Redirect("/first/", "/second/"), Redirect("/second/", here)))
    new = json.loads(feeds(moved, shown(moved), URL)["feed.json"])["items"][0]
    assert new["id"].endswith(":/first/")
    assert new["url"] == old["url"]
    circle = replace(site, redirects=(Redirect(here, "/x/"), Redirect("/x/", here)))
    assert feeds(circle, shown(circle), URL)


def test_markup_in_a_title_stays_text(site: Site) -> None:
    article = replace(site.newest[0], title='<b>&"x" ]]>')
    changed = replace(site, newest=(article,))
    made = feeds(changed, shown(site), URL)
    assert ET.fromstring(made["feed.xml"]).findtext("a:entry/a:title", "", ATOM) == '<b>&"x" ]]>'
    assert json.loads(made["feed.json"])["items"][0]["title"] == '<b>&"x" ]]>'


def test_the_day_of_the_build_changes_nothing(site: Site, files: dict[str, bytes]) -> None:
    later = read_site(ROOT, today=date(2030, 1, 1))
    assert feeds(later, shown(later), URL)["feed.xml"] == files["feed.xml"]
    assert sitemap(later, shown(later), URL)["sitemap.xml"] == files["sitemap.xml"]


def test_a_site_without_an_address_has_no_feed_and_one_without_articles_an_empty_one(site: Site) -> None:
    assert feeds(site, shown(site), "") == {}
    empty = feeds(replace(site, newest=()), [], URL)
    assert json.loads(empty["feed.json"])["items"] == []
    assert TIME.match(ET.fromstring(empty["feed.xml"]).findtext("a:updated", "", ATOM))


def test_the_sitemap_has_true_days_and_none_where_none_is_known(site: Site) -> None:
    pages = [
        Shown("a.md", "/a/", "A", "", {"updated": {"iso": "2026-01-02"}}),
        Shown("b.md", "/b/", "B", "", {"updated": None, "lastmod": "2026-03-04"}),
        Shown("c.md", "/c&d/", "C", "", {}),
        Shown("d.md", "/d/", "D", "", {"noindex": True}),
    ]
    text = sitemap(site, pages, URL)["sitemap.xml"].decode()
    assert re.findall(r"<url>(.*?)</url>", text) == [
        f"<loc>{URL}/a/</loc><lastmod>2026-01-02</lastmod>",
        f"<loc>{URL}/b/</loc><lastmod>2026-03-04</lastmod>",
        f"<loc>{URL}/c&amp;d/</loc>",
    ]


def test_a_list_of_articles_is_as_new_as_the_newest_of_them(site: Site) -> None:
    newest = max(str(one.updated) for one in site.newest)
    assert view(site, site.by_path["articles/index.md"])["lastmod"] == newest
