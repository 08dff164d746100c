"""What holds for every page of the built site and for the folder as a whole."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from urllib.parse import urldefrag
from urllib.parse import urljoin
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from benchmarks.weight import resources

from microsite.search.plain import read_plain

if TYPE_CHECKING:
    from benchmarks.rig import BuiltSite
    from benchmarks.rig import HtmlPage

ORIGIN = "https://ketamine-guide.example"
#: Answered by the function, not by a file.
API = "/api/"


def targets(page: HtmlPage) -> set[str]:
    """Every address that the page names, absolute, our own origin only."""
    found = set()
    for node in page.tree.css("[href], [src], [action], [data], [srcset]"):
        for attribute in ("href", "src", "action", "data"):
            value = node.attributes.get(attribute)
            if value and not re.match(r"(?:mailto|tel|sms|data):", value):
                found.add(urljoin(ORIGIN + page.url, value))
    return {url for url in found if url.startswith(ORIGIN)}


def file_of(folder: Path, url: str) -> Path:
    path = unquote(urlsplit(url).path)
    return folder / path.lstrip("/") / "index.html" if path.endswith("/") else folder / path.lstrip("/")


def test_every_page_kind_is_in_the_site(site: BuiltSite) -> None:
    urls = {page.url for page in site.pages}
    assert {"/", "/404.html", "/a-z/", "/articles/", "/book/", "/contact/", "/legal/privacy/", "/styleguide/"} <= urls
    assert sum(url.startswith("/styleguide/") for url in urls) > 15


def test_every_internal_link_leads_to_a_file_and_every_anchor_to_an_id(site: BuiltSite) -> None:
    ids = {page.path: set(page.values("[id]", "id")) for page in site.pages}
    dead = []
    for page in site.pages:
        for target in sorted(targets(page)):
            url, anchor = urldefrag(target)
            if urlsplit(url).path.startswith(API):
                continue
            path = file_of(site.folder, url)
            if not path.is_file():
                dead.append(f"{page.url} -> {target}: no such file")
            elif anchor and unquote(anchor) not in ids.get(path, set()):
                dead.append(f"{page.url} -> {target}: no such id")
    assert not dead, "\n".join(dead)


def test_links_inside_the_site_end_where_no_redirect_is_needed(site: BuiltSite) -> None:
    bare = {
        f"{page.url} -> {target}"
        for page in site.pages
        for target in targets(page)
        if "." not in urlsplit(target).path.rpartition("/")[2]
        and not urlsplit(target).path.endswith("/")
        and not urlsplit(target).path.startswith(API)
    }
    assert not bare


def test_every_page_is_plain_enough_for_the_fast_reader_of_search(site: BuiltSite) -> None:
    """Were a component to write something odd, nothing would break, but every build would take longer."""
    slow = [page.url for page in site.pages if read_plain(page.path.read_text("utf-8")) is None]
    assert not slow


def test_ids_are_unique_in_each_page(site: BuiltSite) -> None:
    for page in site.pages:
        count = Counter(page.values("[id]", "id"))
        assert not [name for name, times in count.items() if times > 1 or not name], page.url


def test_each_page_has_a_language_one_main_heading_one_main_and_a_title(site: BuiltSite) -> None:
    for page in site.pages:
        assert page.values("html", "lang") == ["en"], page.url
        assert len(page.tree.css("h1")) == 1, page.url
        assert len(page.tree.css("main")) == 1, page.url
        assert page.text("title"), page.url


def test_headings_never_skip_a_level(site: BuiltSite) -> None:
    for page in site.pages:
        levels = [int((node.tag or "h0")[1]) for node in page.tree.css("h1, h2, h3, h4, h5, h6")]
        skips = [(above, below) for above, below in pairwise(levels) if below > above + 1]
        assert not skips, page.url


def test_titles_and_descriptions_are_there_and_unique(site: BuiltSite) -> None:
    titles = Counter(page.text("title") for page in site.pages)
    assert not [title for title, times in titles.items() if times > 1]
    described = {page.url: page.values('meta[name="description"]', "content") for page in site.pages}
    del described["/404.html"]
    assert not [url for url, found in described.items() if len(found) != 1 or not found[0]]
    descriptions = Counter(text for found in described.values() for text in found)
    assert not [text for text, times in descriptions.items() if times > 1]


def test_nothing_is_inline_that_a_strict_policy_forbids(site: BuiltSite) -> None:
    for page in site.pages:
        assert not page.tree.css("style, [style]"), page.url
        # A block of data is no script: a browser runs JavaScript types only (HTML, "data block").
        assert not page.tree.css('script:not([src]):not([type="application/ld+json"])'), page.url
        handlers = [
            name
            for node in page.tree.css("*")
            for name, value in node.attributes.items()
            if name.startswith("on") or (value or "").lower().startswith("javascript:")
        ]
        assert not handlers, page.url


def test_no_page_loads_anything_from_another_host(site: BuiltSite) -> None:
    for page in site.pages:
        foreign = [name for name in resources(page.html) if not name.startswith("/") or name.startswith("//")]
        assert not foreign, page.url
        assert not page.tree.css("link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch]"), page.url
        assert not page.tree.css("iframe, object, embed, base"), page.url
    for sheet in (site.folder / "assets").glob("*.css"):
        assert not re.findall(r"@import|url\(\s*['\"]?(?:https?:)?//", sheet.read_text("utf-8")), sheet.name


def test_forms_post_to_our_own_address_only(site: BuiltSite) -> None:
    forms = [(page.url, form) for page in site.pages for form in page.tree.css("form")]
    assert {url for url, _ in forms} >= {"/contact/", "/book/"}
    for url, form in forms:
        assert (form.attributes.get("action") or "").startswith(API), url
        assert form.attributes.get("method") == "post", url


def test_links_that_open_other_sites_do_not_take_the_window_along(site: BuiltSite) -> None:
    for page in site.pages:
        for node in page.tree.css('a[target="_blank"]'):
            assert "noopener" in (node.attributes.get("rel") or ""), page.url


def test_nothing_of_the_parent_theme_reaches_the_site(site: BuiltSite) -> None:
    spec = importlib.util.find_spec("material")
    assert spec
    assert spec.origin
    theirs = Path(spec.origin).parent / "templates"
    hashes = {hashlib.sha256(path.read_bytes()).digest() for path in theirs.rglob("*") if path.is_file()}
    names = {path.relative_to(theirs).as_posix() for path in theirs.rglob("*") if path.is_file()} - {"404.html"}
    assert len(hashes) > 40, "the parent theme is not where this test looks"
    for path in site.files():
        assert hashlib.sha256(path.read_bytes()).digest() not in hashes, path
        name = path.relative_to(site.folder).as_posix()
        assert name not in names, name


def test_the_site_holds_only_what_it_should(site: BuiltSite) -> None:
    endings = {path.suffix for path in site.files()}
    assert endings <= {
        ".html",
        ".css",
        ".js",
        ".json",
        ".bin",
        ".xml",
        ".txt",
        ".svg",
        ".png",
        ".webp",
        ".woff2",
        ".pdf",
    }
    assert not (site.folder / "shell.html").exists()
    searched = {re.sub(r"\.[0-9a-f]{9,}\.", ".*.", path.name) for path in (site.folder / "search").iterdir()}
    assert searched >= {"index.html", "worker.js", "manifest.bin"}
    fixed = searched - {"index.html", "worker.js", "manifest.bin"}
    # Records keep their names, as pages do; each holds a check of itself and of its numbering (search/records.py).
    assert all(re.fullmatch(r"[a-z]+\.\*\.bin|r\.\w+\.bin", name) for name in fixed), fixed
    assert {path.name.count(".") for path in (site.folder / "assets").iterdir()} == {2}, "a name without its hash"


def test_the_same_input_gives_the_same_bytes(site: BuiltSite, site_again: BuiltSite) -> None:
    first = {path.relative_to(site.folder): path.read_bytes() for path in site.files()}
    second = {path.relative_to(site_again.folder): path.read_bytes() for path in site_again.files()}
    assert first.keys() == second.keys()
    assert not [name for name, content in first.items() if content != second[name]]


def test_the_sitemap_names_every_page_that_may_be_found_and_no_other(site: BuiltSite) -> None:
    tree = ET.fromstring((site.folder / "sitemap.xml").read_bytes())
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    listed = [str(node.text) for node in tree.iterfind("s:url/s:loc", space)]
    wanted = {ORIGIN + page.url for page in site.pages if page.indexed}
    assert len(listed) == len(set(listed))
    assert set(listed) == wanted
    dates = [str(node.text) for node in tree.iterfind("s:url/s:lastmod", space)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in dates)


def test_the_styleguide_thanks_and_404_pages_are_not_indexed(site: BuiltSite) -> None:
    for page in site.pages:
        hidden = page.url.startswith("/styleguide/") or page.url.endswith("/thanks/") or page.url == "/404.html"
        if hidden:
            assert not page.indexed, page.url


def test_each_indexed_page_names_its_own_address_as_canonical(site: BuiltSite) -> None:
    for page in site.pages:
        wanted = [ORIGIN + page.url] if page.indexed else []
        assert page.values('link[rel="canonical"]', "href") == wanted, page.url


def test_robots_txt_names_the_sitemap_and_keeps_robots_off_the_forms(site: BuiltSite) -> None:
    lines = (site.folder / "robots.txt").read_text("utf-8").splitlines()
    assert lines == ["User-agent: *", "Disallow: /api/", f"Sitemap: {ORIGIN}/sitemap.xml"]


def test_every_page_can_be_reached_from_home_by_links_alone(site: BuiltSite) -> None:
    by_url = {ORIGIN + page.url: page for page in site.pages}
    seen: set[str] = set()
    queue = [f"{ORIGIN}/"]
    while queue:
        url = queue.pop()
        if url in seen or url not in by_url:
            continue
        seen.add(url)
        queue += [urlsplit(target)._replace(query="", fragment="").geturl() for target in targets(by_url[url])]
    # Thanks pages are reached through a form, the styleguide by those who know it.
    private = re.compile(r"/styleguide/|/thanks/$|/confirmed/$|/404\.html$")
    assert not {url for url in by_url if url not in seen and not private.search(urlsplit(url).path)}


def test_navigation_names_sections_only(site: BuiltSite) -> None:
    for page in site.pages:
        links = page.values("header nav a", "href")
        assert 3 <= len(links) <= 6, page.url
        assert all(link.count("/") == 2 for link in links), page.url


@pytest.mark.parametrize("name", ["site", "pages"])
def test_hashed_names_carry_the_hash_of_their_content(site: BuiltSite, name: str) -> None:
    for path in (site.folder / "assets").glob(f"{name}.*"):
        digest = path.name.split(".")[1]
        assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(digest)
