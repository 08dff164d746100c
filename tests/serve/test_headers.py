from __future__ import annotations

import re

import pytest

from microsite.serve import SECURITY_HEADERS
from microsite.serve.headers import cache_control
from microsite.serve.headers import content_type
from microsite.serve.headers import is_compressible


def test_the_policy_allows_nothing_unsafe_and_nobody_else() -> None:
    policy = SECURITY_HEADERS["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)
    for directive in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "connect-src 'self'"):
        assert directive in policy


def test_other_sites_never_learn_which_page_was_read() -> None:
    assert SECURITY_HEADERS["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["assets/site.0a1b2c3d4e.css", "/assets/js/more.0123456789abcdef.js", "/search/p.0123456789.bin"]
)
def test_a_file_with_a_hash_in_its_name_is_kept_for_a_year(path: str) -> None:
    assert cache_control(path) == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "assets/site.css",
        "assets/site.min.css",
        "other/site.0a1b2c3d4e.css",
        "assets/decade.html",
        # A new release changes these under their names: kept for a year, they would ask for files that are gone.
        "search/manifest.bin",
        "search/worker.js",
        "search/r.0.bin",
        "search/r.12345678.bin",
    ],
)
def test_everything_else_is_asked_for_again(path: str) -> None:
    assert cache_control(path) == "no-cache"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/b.CSS", "text/css; charset=utf-8"),
        ("x.js", "text/javascript; charset=utf-8"),
        ("book.epub", "application/epub+zip"),
        ("v1.2/LICENSE", "application/octet-stream"),
        ("html", "application/octet-stream"),
    ],
)
def test_the_media_type_follows_the_extension(path: str, expected: str) -> None:
    assert content_type(path) == expected


def test_text_is_compressed_and_pictures_are_not() -> None:
    assert is_compressible("text/css; charset=utf-8")
    assert is_compressible("image/svg+xml; charset=utf-8")
    assert not is_compressible("image/png")
    assert not is_compressible("application/pdf")
