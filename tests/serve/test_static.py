from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import brotli
import pytest

from microsite.serve.exchange import Request
from microsite.serve.snapshot import Snapshot
from microsite.serve.static import Static

if TYPE_CHECKING:
    from microsite.serve.exchange import Reply

HTML = b"<html><head><title>x</title></head><body>" + b"<p>text</p>" * 100 + b"</body></html>"
SITE = Snapshot(
    {
        "index.html": HTML,
        "404.html": b"<html><head></head><body>not here</body></html>",
        "safety/index.html": HTML,
        "a b/index.html": HTML,
        "assets/site.0a1b2c3d4e.css": b"body{margin:0}" * 50,
        "icon.png": b"\x89PNG" + bytes(500),
    },
    "d" * 64,
)


def ask(path: str, method: str = "GET", *, query: str = "", static: Static | None = None, **headers: str) -> Reply:
    lines = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return (static or Static(SITE)).reply(Request(method, path, query, lines))


def head(reply: Reply) -> dict[str, str]:
    return dict(reply.headers)


def test_a_folder_answers_with_its_index() -> None:
    assert ask("/").body == HTML
    assert ask("/safety/").body == HTML
    assert head(ask("/safety/"))["content-type"] == "text/html; charset=utf-8"


def test_a_path_without_its_slash_is_sent_there_with_its_query() -> None:
    reply = ask("/safety", query="from=mail")
    assert (reply.status, head(reply)["location"]) == (308, "/safety/?from=mail")


def test_the_redirect_encodes_what_it_names() -> None:
    assert head(ask("/a%20b"))["location"] == "/a%20b/"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "//safety",
        "//evil.example/",
        "/safety//",
        "/./index.html",
        "/index.html%00.css",
        "/%ff%fe",
        "*",
        "http://evil.example/",
        "/etc/passwd",
        "/safety\\..\\index.html",
    ],
)
def test_a_path_that_the_build_did_not_make_is_not_found_and_leads_nowhere(path: str) -> None:
    reply = ask(path)
    assert reply.status == 404
    assert reply.body == SITE.files["404.html"]
    assert "location" not in head(reply)


def test_a_site_without_its_own_page_for_it_still_says_not_found() -> None:
    reply = ask("/x", static=Static(Snapshot({}, "e")))
    assert (reply.status, reply.body) == (404, b"There is no page at this address.\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"])
def test_other_methods_are_refused_and_told_which_work(method: str) -> None:
    reply = ask("/", method)
    assert (reply.status, head(reply)["allow"]) == (405, "GET, HEAD")


def test_brotli_goes_before_gzip_and_both_give_the_same_page() -> None:
    both = ask("/", accept_encoding="gzip, br")
    assert head(both)["content-encoding"] == "br"
    assert brotli.decompress(both.body) == HTML
    only = ask("/", accept_encoding="gzip")
    assert head(only)["content-encoding"] == "gzip"
    assert gzip.decompress(only.body) == HTML
    assert "content-encoding" not in head(ask("/"))
    assert len({head(reply)["etag"] for reply in (both, only, ask("/"))}) == 3


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br;q=0, gzip", "gzip"),
        ("br;q=0", ""),
        ("identity", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("BR", "br"),
        ("br;q=high", ""),
        ("gzip;q=1.0, br;q=0.001", "br"),
        (",,;;", ""),
    ],
)
def test_only_an_accepted_encoding_is_used(accepted: str, encoding: str) -> None:
    assert head(ask("/", accept_encoding=accepted)).get("content-encoding", "") == encoding


def test_caches_are_told_that_the_encoding_matters() -> None:
    assert head(ask("/"))["vary"] == "accept-encoding"
    assert "vary" not in head(ask("/icon.png", accept_encoding="br"))


def test_a_reader_who_has_the_page_gets_no_body_again() -> None:
    first = ask("/", accept_encoding="br")
    tag = head(first)["etag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask("/", accept_encoding="br", if_none_match=sent)
        assert (again.status, again.body, head(again)["etag"]) == (304, b"", tag)
    assert ask("/", accept_encoding="br", if_none_match='"other"').status == 200
    assert ask("/", if_none_match=tag).status == 200, "the tag of one encoding is not that of another"


def test_a_missing_page_is_never_a_304() -> None:
    assert ask("/x", if_none_match="*").status == 404


def test_assets_are_kept_and_pages_asked_for_again() -> None:
    assert "immutable" in head(ask("/assets/site.0a1b2c3d4e.css"))["cache-control"]
    assert head(ask("/"))["cache-control"] == "no-cache"
    assert head(ask("/assets/none.0a1b2c3d4e.css"))["cache-control"] == "no-cache"


def test_without_watching_a_page_is_served_byte_for_byte() -> None:
    assert ask("/").body == HTML


def test_while_watching_the_live_script_stands_in_html_and_nowhere_else() -> None:
    static = Static(SITE, inject="<script src=/__live.js?build={build}></script>")
    page = ask("/", static=static).body
    assert page.replace(b"<script src=/__live.js?build=dddddddddddddddd></script>", b"") == HTML
    assert page.index(b"<script") < page.index(b"</head>")
    css = "/assets/site.0a1b2c3d4e.css"
    assert ask(css, static=static).body == SITE.files[css[1:]]


def test_after_a_rebuild_new_pages_show_and_open_pages_still_get_their_old_assets() -> None:
    static = Static(SITE)
    static.replace(Snapshot({"index.html": b"new", "assets/site.ffffffffff.css": b"a{}"}, "e" * 64))
    assert ask("/", static=static).body == b"new"
    assert ask("/assets/site.0a1b2c3d4e.css", static=static).status == 200
    assert ask("/assets/site.ffffffffff.css", static=static).status == 200
    assert ask("/safety/", static=static).status == 404, "a page that is gone is gone"


def test_security_headers_are_on_every_reply() -> None:
    for reply in (ask("/"), ask("/x"), ask("/safety"), ask("/", "POST"), ask("/", if_none_match="*")):
        names = {name for name, _ in reply.complete().headers}
        assert {"content-security-policy", "x-content-type-options", "referrer-policy"} <= names
