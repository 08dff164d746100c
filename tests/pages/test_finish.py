"""The finish pass: hashed assets, folded pages, nothing in the folder that must not be published."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from microsite.errors import BuildError
from microsite.pages.finish import bundle
from microsite.pages.finish import finish
from microsite.pages.finish import fold
from microsite.pages.finish import hashed_name

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    folder = tmp_path / "theme" / "assets"
    (folder / "site").mkdir(parents=True)
    (folder / "site" / "1-a.css").write_text("a { color : red ; }\n")
    (folder / "site" / "2-b.css").write_text("/* why */ b { margin: 0 }\n")
    (folder / "site" / "site.js").write_text("// why\nconst x = 1;\n")
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "deep" / "er").mkdir(parents=True)
    head = '<link rel="stylesheet" href="/assets/site.css"><script src="/assets/site.js"></script>'
    for name in ("index.html", "deep/er/index.html", "shell.html"):
        (folder / name).write_text(f"<!doctype html>\n\n   {head}\n<p>one\n   two</p>\n")
    (folder / "sitemap.xml.gz").write_bytes(b"zip with a time in it")
    return folder


def run(site: Path, assets: Path, **changes: str) -> Path:
    shell = site.parent / "build" / "shell.html"
    finish(site, assets=assets, shell=shell, site_url=changes.get("site_url", "https://example.org/"))
    return shell


def test_a_bundle_is_its_parts_in_order_of_name_and_without_comments(assets: Path) -> None:
    made = bundle(assets)
    assert made["site.css"] == b"a{color:red}b{margin:0}"
    assert made["site.js"] == b"const a=1;"


def test_no_assets_at_all_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="holds no sheet"):
        bundle(tmp_path)


def test_a_name_changes_with_the_content_and_only_with_it() -> None:
    assert hashed_name("site.css", b"a") == hashed_name("site.css", b"a")
    assert hashed_name("site.css", b"a") != hashed_name("site.css", b"b")
    assert hashed_name("site.css", b"a").endswith(".css")


def test_every_page_refers_to_files_that_are_there(site: Path, assets: Path) -> None:
    run(site, assets)
    for page in site.rglob("*.html"):
        tree = LexborHTMLParser(page.read_text())
        for node in tree.css("link[rel=stylesheet], script[src]"):
            address = node.attributes.get("href") or node.attributes.get("src") or ""
            assert (site / address.lstrip("/")).is_file()
            assert address.count(".") == 2


def test_a_script_names_other_bundles_by_their_hashed_names(site: Path, assets: Path) -> None:
    (assets / "more").mkdir()
    (assets / "more" / "more.js").write_text('import("/assets/last.js"); load("/assets/more.css");')
    (assets / "more" / "more.css").write_text("i { margin: 0 }")
    (assets / "last").mkdir()
    (assets / "last" / "last.js").write_text("export const x = 1;")
    run(site, assets)
    names = {path.name.partition(".")[0] + path.suffix: path for path in (site / "assets").iterdir()}
    text = names["more.js"].read_text()
    assert f'import("/assets/{names["last.js"].name}")' in text
    assert f'load("/assets/{names["more.css"].name}")' in text
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest.startswith(names["more.js"].name.split(".")[1]), "the hash is of what is served"


def test_bundles_that_name_each_other_are_an_error_that_names_both(site: Path, assets: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        (assets / name).mkdir()
        (assets / name / "a.js").write_text(f'import("/assets/{other}.js");')
    with pytest.raises(BuildError, match=r"one\.js.*two\.js|two\.js.*one\.js"):
        run(site, assets)


def test_a_script_that_names_an_unknown_bundle_fails_the_build_by_name(site: Path, assets: Path) -> None:
    (assets / "site" / "site.js").write_text('import("/assets/serach.js");')
    with pytest.raises(BuildError, match=r"site\.js refers to /assets/serach\.js"):
        run(site, assets)


def test_a_page_that_refers_to_an_unknown_asset_fails_the_build_by_name(site: Path, assets: Path) -> None:
    (site / "index.html").write_text('<link href="/assets/stie.css">')
    with pytest.raises(BuildError, match=r"index\.html refers to /assets/stie\.css") as caught:
        run(site, assets)
    assert "/assets/site.css" in caught.value.fix


def test_the_forms_frame_leaves_the_published_folder(site: Path, assets: Path) -> None:
    shell = run(site, assets)
    assert shell.is_file()
    assert "/assets/site." in shell.read_text()
    assert not (site / "shell.html").exists()


def test_the_zipped_sitemap_with_its_time_stamp_goes(site: Path, assets: Path) -> None:
    run(site, assets)
    assert not (site / "sitemap.xml.gz").exists()


def test_robots_may_read_pages_but_not_the_api(site: Path, assets: Path) -> None:
    run(site, assets)
    text = (site / "robots.txt").read_text()
    assert "Disallow: /api/" in text
    assert "Sitemap: https://example.org/sitemap.xml" in text


def test_without_an_address_there_is_no_line_for_the_sitemap(site: Path, assets: Path) -> None:
    run(site, assets, site_url="")
    assert "Sitemap" not in (site / "robots.txt").read_text()


def test_finishing_twice_gives_the_same_bytes(site: Path, assets: Path) -> None:
    run(site, assets)
    once = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    run(site, assets)
    assert once == {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_preformatted_text_keeps_its_lines() -> None:
    assert "a\n   b" in fold("<p>x\n   y</p><pre>a\n   b</pre>")
    assert "<textarea>\n  x</textarea>" in fold("<textarea>\n  x</textarea>")


@given(st.lists(st.sampled_from(["<b>", "</b>", "a", " ", "\n", "\n   ", "\t", "<i>x</i>"]), max_size=30))
def test_folding_never_joins_or_parts_words(parts: list[str]) -> None:
    html = "<p>" + "".join(parts) + "</p>"
    before = LexborHTMLParser(html).text().split()
    assert LexborHTMLParser(fold(html)).text().split() == before
    assert fold(fold(html)) == fold(html)
