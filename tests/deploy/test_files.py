"""What may be released, and what is refused by name before anything is asked of AWS."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microsite.deploy.files import LARGEST
from microsite.deploy.files import headers_of
from microsite.deploy.files import read_site
from microsite.deploy.links import css_references
from microsite.deploy.links import references
from microsite.deploy.packing import Packer
from microsite.errors import Refused
from microsite.media import TYPES
from microsite.media import is_immutable
from microsite.serve.headers import content_type

from .conftest import SITE
from .conftest import lay
from .conftest import page

if TYPE_CHECKING:
    from collections.abc import Mapping

ROUTER = Path(__file__).parents[2] / "infra/edge/router.js"


def refusal(folder: Path, files: Mapping[str, str | bytes]) -> str:
    with pytest.raises(Refused) as told:
        read_site(lay(folder, files))
    assert str(told.value).startswith(f"{folder}/ cannot be released; nothing was sent:\n")
    assert told.value.fix
    return str(told.value)


def test_a_site_is_its_files_with_sums_sizes_and_headers(tmp_path: Path) -> None:
    site = read_site(lay(tmp_path, SITE))
    assert [one.path for one in site.entries] == sorted(SITE)
    for one in site.entries:
        text = SITE[one.path]
        content = text if isinstance(text, bytes) else text.encode()
        assert (one.sha256, one.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert one.headers == headers_of(one.path)
    assert site.redirects is None


def test_the_digest_is_of_all_that_visitors_get_and_of_nothing_else(tmp_path: Path) -> None:
    digest = read_site(lay(tmp_path / "a", SITE)).digest
    for path in (tmp_path / "a").rglob("*"):
        os.utime(path, (1, 1))
    assert read_site(lay(tmp_path / "b", dict(reversed(list(SITE.items()))))).digest == digest
    changed = [
        {**SITE, "robots.txt": "User-agent: x\n"},
        {path if path != "robots.txt" else "robot.txt": text for path, text in SITE.items()},
        {**SITE, "redirects.json": "{}"},
        {**SITE, "redirects.json": '{"/was/": "/a/"}'},
    ]
    assert len({digest, *(read_site(lay(tmp_path / "c", files)).digest for files in changed)}) == 5


@pytest.mark.parametrize("path", ["index.html", "404.html", "search/manifest.bin"])
def test_a_site_without_what_every_site_has_is_half_built(tmp_path: Path, path: str) -> None:
    assert f"{path} is missing" in refusal(tmp_path, {name: text for name, text in SITE.items() if name != path})
    told = refusal(tmp_path, {**SITE, path: b""})
    assert f"{path} is empty" in told


def test_no_folder_and_an_empty_one_are_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is not there"):
        read_site(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="is no folder"):
        read_site(tmp_path / "file")
    assert "index.html is missing: this site is empty" in refusal(tmp_path / "empty", {"robots.txt": ""})


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a/index.html": "<!doctype html><html><body>cut o"}, "a/index.html: the page ends in the middle"),
        ({"a/index.html": " \n"}, "a/index.html: an empty page"),
        ({"shell.html": page("frame")}, "shell.html: this site is not finished"),
        ({"sitemap.xml.gz": b"x"}, "sitemap.xml.gz: this site is not finished"),
        ({".new-abc/index.html": page("x")}, ".new-abc/index.html: hidden files are not served"),
        ({"a/.DS_Store": b"x"}, "a/.DS_Store: hidden files are not served"),
        ({"notes.docx": b"x"}, "notes.docx: a file of unknown type"),
        ({"CNAME": "x"}, "CNAME: a file of unknown type"),
        ({"index.html~": "x"}, "index.html~: a file of unknown type"),
        ({"A/index.html": page("x")}, "a/index.html: differs from A/index.html only in capital letters"),
        ({"caf\u00e9.pdf": b"x", "cafe\u0301.pdf": b"y"}, "only in capital letters or in how letters are encoded"),
        ({"\u00dfa.pdf": b"x", "ssa.pdf": b"y"}, "differs from ssa.pdf only"),
        ({"line\nbreak.pdf": b"x"}, "a character that no address may hold"),
        ({f"{'d' * 200}/" * 4 + f"{'f' * 150}.pdf": b"x"}, "900 is the most"),
        ({"a/index.html": page('<img src="/gone.png" alt="">')}, "a/index.html: needs /gone.png"),
        ({"a/index.html": page('<img srcset="gone.png 1x, /two.png 2x">')}, "a/index.html: needs /a/gone.png"),
        ({"a/index.html": page("", head='<script src="/assets/gone.js"></script>')}, "needs /assets/gone.js"),
        ({"a/index.html": page("<a href='../gone/'>x</a>")}, "a/index.html: leads to /gone/"),
        ({"a/index.html": page("<a href=/book.pdf>x</a>")}, "a/index.html: leads to /book.pdf"),
        ({"a/index.html": page('<a href="https://guide.example/gone/">x</a>')}, "leads to /gone/"),
        ({"assets/s.0123456789.css": "b{background:url(bg.png)}"}, "needs /assets/bg.png"),
        ({"redirects.json": "[]"}, "redirects.json: holds no object"),
        ({"redirects.json": "{"}, "redirects.json: cannot be read"),
        ({"redirects.json": '{"/a/": "//evil.example/"}'}, "redirects.json: /a/: both paths"),
    ],
)
def test_what_cannot_be_served_or_was_not_meant_is_named(
    tmp_path: Path, files: Mapping[str, str | bytes], words: str
) -> None:
    with pytest.raises(Refused) as told:
        read_site(lay(tmp_path, {**SITE, **files}), origin="https://guide.example")
    assert words in str(told.value)
    # Nothing else is wrong with it.
    assert str(told.value).count("\n") == 1 + ("two.png" in str(files)), told.value


def test_links_in_the_folder_are_read_and_links_out_of_it_refused(tmp_path: Path) -> None:
    lay(tmp_path / "site", SITE)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "site/inside.txt").symlink_to("robots.txt")
    assert "inside.txt" in {one.path for one in read_site(tmp_path / "site").entries}
    for name, target in (
        ("secret.txt", "../secret.txt"), ("up.txt", tmp_path / "secret.txt"), ("folder", ".."),
        ("loop.txt", "loop.txt"), ("a2", "a"),
    ):  # fmt: skip
        link = tmp_path / "site" / name
        link.symlink_to(target)
        with pytest.raises(Refused, match=rf"{name}: a link (out of the folder|to a folder|to what is not there)"):
            read_site(tmp_path / "site")
        link.unlink()
    os.mkfifo(tmp_path / "site/pipe.txt")
    with pytest.raises(Refused, match=r"pipe.txt: neither a file nor a folder"):
        read_site(tmp_path / "site")


def test_a_file_that_is_too_large_and_many_mistakes_are_said(tmp_path: Path) -> None:
    site = lay(tmp_path, SITE)
    with pytest.raises(Refused, match=r"robots.txt: 14 bytes; a file may have 13"):
        read_site(site, largest=13)
    assert LARGEST >= 10_000_000
    told = refusal(site, {**SITE, **{f"n{number}.odd": "" for number in range(25)}})
    assert "… and 5 more" in told
    assert told.count("\n") == 21


def test_links_that_lead_somewhere_are_fine(tmp_path: Path) -> None:
    words = """<a href="">self</a> <a href="#top">up</a> <a href="?q=1">ask</a> <a href="/a">a</a> <a href="/a/#x">a</a>
    <a href="mailto:x@example.org">m</a> <a href="tel:988">t</a> <a href="https://other.example/gone">o</a>
    <a href="//other.example/gone">o</a> <a href="/was">moved</a> <a href="/api/forms/book">f</a> <a href=".">here</a>
    <img src="data:image/png;base64,xx" alt=""> &lt;a href="/not-a-link"&gt; <!-- <a href="/nor-this"> -->
    <pre>href="/nor-that"</pre> <a title="a > b" href='./'>here</a>"""
    read_site(lay(tmp_path, {**SITE, "a/index.html": page(words), "redirects.json": '{"/was/": "/a/"}'}))


def test_references_are_paths_from_the_root() -> None:
    found = references(page('<a href="../b/?x#y">b</a><img src="c%20d.png">').encode(), "a/index.html")
    assert set(found.needs) == {"assets/s.0123456789.css", "a/c d.png"}
    assert set(found.leads) == {"b/"}
    assert css_references(b"@import 'x.css'; a{b:url( \"../y.png\" )} c{d:url(data:x)}", "assets/s.css") == {
        "assets/x.css",
        "y.png",
    }


def test_the_types_are_those_of_the_local_server() -> None:
    assert {ending: content_type(f"x.{ending}") for ending in TYPES} == dict(TYPES)


def test_hashed_names_are_those_that_the_edge_leaves_as_they_are() -> None:
    pattern = re.search(r"^const HASHED = /\^\\/(.+)\$/;$", ROUTER.read_text("utf-8"), re.MULTILINE)
    assert pattern
    edge = re.compile(pattern[1].replace("\\/", "/"), re.ASCII)
    for path in (
        *SITE, "assets/x/y.0123456789abcdef.png", "assets/site.css", "assets/0123456789.css", "search/r.12345678.bin",
        "search/r.0.bin", "search/index.html", "search/d.00889e68d.bin", "other/s.0123456789.css",
        "assets/s.012345678.CSS", "assets/s.0123456z89.css", "assets/a b.0123456789.css", "assets/é.0123456789.css",
    ):  # fmt: skip
        assert is_immutable(path) == (edge.fullmatch(path) is not None), path


def test_what_is_packed_is_packed_the_same_each_time(tmp_path: Path) -> None:
    site = read_site(lay(tmp_path, SITE))
    entry = next(one for one in site.entries if one.path == "search/r.0.bin")
    with Packer(site) as one, Packer(site) as two:
        assert one.stored(entry) == two.stored(entry) == one.stored(entry)
        assert one.stored(entry).size < entry.size
