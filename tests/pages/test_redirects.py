"""Old addresses: a page at each that leads on without a server's help, a list for the edge; no address dies."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from selectolax.lexbor import LexborHTMLParser

from microsite.content import check
from microsite.content import read_site
from microsite.content.site import Redirect
from microsite.content.site import Site
from microsite.pages.making import Shown
from microsite.pages.redirects import first_address
from microsite.pages.redirects import redirects

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://guide.example"
PAGES = [Shown("new.md", "/new/", "New", "", {})]


def moved(*pairs: tuple[str, str]) -> Site:
    return Site(today=date(2026, 11, 21), redirects=tuple(Redirect(*pair) for pair in pairs))


def test_a_page_at_the_old_address_leads_on_by_refresh_canonical_and_link() -> None:
    files = redirects(moved(("/old/page/", "/new/")), PAGES, URL)
    page = LexborHTMLParser(files["old/page/index.html"].decode())
    refresh, canonical, link = (
        page.css_first(what) for what in ("meta[http-equiv=refresh]", "[rel=canonical]", "main a")
    )
    assert refresh
    assert canonical
    assert link
    assert refresh.attributes["content"] == "0; url=/new/"
    assert canonical.attributes["href"] == f"{URL}/new/"
    assert link.attributes["href"] == "/new/"
    assert page.css_first('meta[name=robots][content="noindex"]')


def test_the_edge_gets_every_move_as_one_mapping() -> None:
    files = redirects(moved(("/b/", "/new/"), ("/a.pdf", "/new/")), PAGES, URL)
    assert json.loads(files["redirects.json"]) == {"/a.pdf": "/new/", "/b/": "/new/"}
    assert set(files) == {"redirects.json", "b/index.html"}


def test_a_live_page_is_never_overwritten() -> None:
    files = redirects(moved(("/new/", "/other/")), PAGES, URL)
    assert set(files) == {"redirects.json"}
    assert json.loads(files["redirects.json"]) == {}


def test_no_address_can_break_out_of_the_page() -> None:
    (page,) = [
        text.decode() for name, text in redirects(moved(("/x/", '/"><script>/')), PAGES, URL).items() if "html" in name
    ]
    assert "<script>" not in page


def test_the_first_address_is_found_through_moves_and_circles() -> None:
    assert first_address(moved(("/1/", "/2/"), ("/2/", "/3/")), "/3/") == "/1/"
    assert first_address(moved(("/1/", "/2/"), ("/2/", "/1/")), "/1/") in {"/1/", "/2/"}
    assert first_address(moved(), "/x/") == "/x/"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: T\n")
    (tmp_path / "docs/new.md").write_text("---\ntitle: New\ndescription: N.\n---\n\nText.\n")
    return tmp_path


def said(project: Path) -> list[tuple[str, int, str]]:
    rules = {"lost-address", "redirect-chain", "redirect-dead", "redirect-live", "redirect-loop"}
    found = check(read_site(project, today=date(2026, 11, 21)))
    return [(one.path, one.line, one.rule) for one in found if one.rule in rules]


def test_an_address_that_was_published_is_missed_at_its_line_until_it_leads_somewhere(project: Path) -> None:
    (project / "data/published.txt").write_text("# a remark\n/new/\n\n/nwe/\n/contact/thanks/\n")
    assert said(project) == [("data/published.txt", 4, "lost-address")]
    (found,) = [one for one in check(read_site(project, today=date(2026, 11, 21))) if one.rule == "lost-address"]
    assert 'to = "/new/"' in found.fix
    (project / "data/redirects.toml").write_text('[[redirects]]\nfrom = "/nwe/"\nto = "/new/"\n')
    assert said(project) == []


def test_a_list_that_came_with_somebody_elses_project_is_one_warning(project: Path) -> None:
    (project / "data/published.txt").write_text("/new/\n" + "".join(f"/page-{number}/\n" for number in range(9)))
    (found,) = [one for one in check(read_site(project, today=date(2026, 11, 21))) if one.rule == "lost-address"]
    assert (found.severity, found.line) == ("warning", 1)
    assert "9 of 10" in found.message


def test_another_folder_of_pages_is_not_asked_for_what_this_one_published(project: Path) -> None:
    (project / "data/published.txt").write_text("/gone/\n/new/\n/new/\n")
    other = project / "elsewhere"
    other.mkdir()
    (other / "b.md").write_text("---\ntitle: B\ndescription: B.\n---\n\nText.\n")
    site = read_site(project, today=date(2026, 11, 21), docs=other)
    assert not [one for one in check(site) if one.rule == "lost-address"]


def test_each_fault_of_a_redirect_is_named_at_its_line(project: Path) -> None:
    lines = ["# one table a line"]
    moves = (("/a/", "/new/"), ("/b/", "/a/"), ("/c/", "/d/"), ("/d/", "/c/"), ("/e/", "/gone/"), ("/new/", "/other/"))
    for old, new in moves:
        lines += ["[[redirects]]", f'from = "{old}"', f'to = "{new}"']
    (project / "data/redirects.toml").write_text("\n".join(lines))
    (project / "docs/other.md").write_text("---\ntitle: Other\ndescription: O.\n---\n\nMore text.\n")
    assert [(line, rule) for _, line, rule in said(project)] == [
        (3, "redirect-chain"),
        (6, "redirect-chain"),
        (9, "redirect-loop"),
        (12, "redirect-loop"),
        (15, "redirect-dead"),
        (18, "redirect-live"),
    ]
