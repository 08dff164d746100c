"""Both builders give one site: text, headings, links, metadata and structured data of each page, all other files."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from microsite.cli.build import command
from microsite.errors import BuildError
from microsite.errors import ConfigError
from microsite.errors import ContentError
from microsite.pages import build
from microsite.pages.zensical import build_zensical

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)
EPOCH = "1795219200"  # 2026-11-21, in seconds


class Built(NamedTuple):
    project: Path
    mkdocs: dict[str, bytes]
    zensical: dict[str, bytes]
    said: str


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The whole project by both builders: our own function for one, the command for the other."""
    root = tmp_path_factory.mktemp("both") / "project"
    root.mkdir()
    for name in ("docs", "data", "theme", "book"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    build(root, site_dir=root / "mk", today=TODAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        result = CliRunner().invoke(command, ["--builder", "zensical", "--site-dir", "ze", "--json"])
    assert result.exit_code == 0, result.output
    return Built(root, tree(root / "mk"), tree(root / "ze"), result.stdout)


def pages(files: dict[str, bytes]) -> dict[str, str]:
    return {name: content.decode() for name, content in files.items() if name.endswith(".html")}


def text(html: str) -> str:
    body = LexborHTMLParser(html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def links(html: str, name: str) -> list[tuple[str, str, str]]:
    """(attribute, address from the root, words) of all that leads or loads somewhere."""
    address = "https://x.test/" + name.removesuffix("index.html")
    return [
        (key, urljoin(address, str(node.attributes[key])), " ".join(node.text().split()))
        for node in LexborHTMLParser(html).css("[href], [src], [action]")
        for key in ("href", "src", "action")
        if node.attributes.get(key)
    ]


def metadata(html: str) -> dict[str, object]:
    """The title, all of `<meta>` and `<link>`, and the structured data."""
    tree = LexborHTMLParser(html)
    return {
        "title": [node.text() for node in tree.css("title")],
        "meta": [dict(node.attributes) for node in tree.css("meta")],
        "link": [dict(node.attributes) for node in tree.css("head link")],
        "data": [json.loads(node.text()) for node in tree.css('script[type="application/ld+json"]')],
    }


def test_both_give_the_same_files(built: Built) -> None:
    assert built.zensical.keys() == built.mkdocs.keys()
    assert json.loads(built.said)["builder"] == "zensical"
    assert len(pages(built.zensical)) > 100


def test_every_page_has_the_same_text_headings_links_and_metadata(built: Built) -> None:
    mine, other = pages(built.mkdocs), pages(built.zensical)
    for name, html in mine.items():
        assert text(other[name]) == text(html), name
        found = [
            [
                (node.tag, node.attributes.get("id"), " ".join(node.text().split()))
                for node in parsed.css("h1, h2, h3, h4")
            ]
            for parsed in (LexborHTMLParser(html), LexborHTMLParser(other[name]))
        ]
        assert found[0] == found[1], name
        assert links(other[name], name) == links(html, name), name
        assert metadata(other[name]) == metadata(html), name


def test_citations_claims_and_certainty_are_drawn_alike(built: Built) -> None:
    for marks in (
        r'<a href="#s\d+"[^>]*>[^<]*</a>',
        r'<li id="s\d+">.*?</li>',
        r'<span class="grade g\d">[^<]*</span>',
    ):
        for name, html in pages(built.mkdocs).items():
            assert re.findall(marks, pages_of(built)[name]) == re.findall(marks, html), name


def pages_of(built: Built) -> dict[str, str]:
    return pages(built.zensical)


def test_what_differs_is_only_how_a_link_and_a_sign_are_spelled(built: Built) -> None:
    """The table in ARCHITECTURE.md: a link to the page above, and signs written as entities by the other engine."""

    def plain(html: str, name: str) -> str:
        address = "https://x.test/" + name.removesuffix("index.html")
        return re.sub(r'href="([^"#][^"]*)"', lambda found: f'href="{urljoin(address, found[1])}"', unescape(html))

    differing = [name for name, html in built.mkdocs.items() if built.zensical[name] != html]
    assert len(differing) < len(built.mkdocs) // 20
    for name in differing:
        assert name.endswith(".html"), name
        assert plain(built.zensical[name].decode(), name) == plain(built.mkdocs[name].decode(), name), name


def test_the_frame_for_forms_is_the_same_and_not_published(built: Built) -> None:
    shell = (built.project / "build" / "forms" / "shell.html").read_text()
    assert shell.count("<!--title-->") == shell.count("<!--main-->") == 1
    assert "shell.html" not in built.zensical


def test_an_error_stops_it_before_anything_is_built(built: Built, tmp_path: Path) -> None:
    page = built.project / "docs" / "conditions" / "ptsd.md"
    sound = page.read_text()
    page.write_text(sound + "\nOne more.[@nobody1999]\n")
    try:
        with pytest.raises(ContentError) as caught:
            build_zensical(built.project, site_dir=tmp_path / "site", today=TODAY)
    finally:
        page.write_text(sound)
    assert [(finding.path, finding.rule) for finding in caught.value.findings] == [
        ("docs/conditions/ptsd.md", "unknown-citation")
    ]
    assert list(tmp_path.iterdir()) == []


def test_without_settings_and_with_broken_ones_the_error_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mkdocs\.yml is not there"):
        build_zensical(tmp_path, site_dir=tmp_path / "site", today=TODAY)


def test_what_zensical_says_is_passed_on_and_the_old_site_stays(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "theme", tmp_path / "theme")
    settings = (ROOT / "mkdocs.yml").read_text()
    start, end = settings.index("nav:\n"), settings.index("validation:")
    for name, words in {
        "mkdocs.yml": settings[:start] + settings[end:],
        "docs/index.md": "---\ntitle: T\ndescription: D.\nkind: home\n---\n\nWords.\n",
        "theme/templates/main.html": "{% broken %}",
        "site/index.html": "the last good one",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(words)
    for path in (ROOT / "data").glob("*"):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / path.name).write_text("[]" if path.suffix == ".json" else f"{path.stem} = []\n")
    with pytest.raises(BuildError, match=r"main\.html"):
        build_zensical(tmp_path, site_dir=tmp_path / "site", today=TODAY)
    assert (tmp_path / "site/index.html").read_text() == "the last good one"
