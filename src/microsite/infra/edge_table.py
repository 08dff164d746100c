"""What the code at the edge must do, as a table of requests: where each goes, or what it is answered with.

In: what the code answered (see `edge_run`). Out: what is wrong, in words. The template and infra/edge/ hold the same
text, so comparing them says nothing about an edit of both; this table does, however the code is written.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import Final
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = ["MISSING", "PREVIEW", "ROUTER", "Case", "judge_missing", "judge_preview", "judge_router"]

_LIVE: Final = "20261121t134500z-1a2b3c4d"
_HIDDEN: Final = "20261121t150000z-99999999"
_PR: Final = "20261121t140000z-aaaaaaaa"
_OLD: Final = "20261101t090000z-00000000"
_HOST: Final = "guide.example"
_WORD: Final = "a-word-of-the-release-tool"
_STORE: Final[Mapping[str, str]] = {
    "release": _LIVE,
    "previous": _OLD,
    "host": _HOST,
    "verify": _WORD,
    "preview/pr-12": _PR,
    "redirect//old/": "/new/",
    "redirect//brochure.pdf": "/book/",
    "redirect//out/": "//evil.example/",
    "redirect//out2/": "/\\evil.example/",
    "redirect//out3/": "https://evil.example/",
    "redirect//line/": "/x/\r\nset-cookie: a=b",
    "redirect//same/": "/same/",
}
#: What a decision may be made by: nothing of a visitor (cookie, address, language).
_MAY_READ: Final = frozenset({"host", "x-release", "x-release-key"})
#: A redirect is a mistake for as long as browsers keep it: an hour at most. HSTS: https://hstspreload.org
_LONGEST_KEPT: Final = 3600
_HSTS: Final = 31536000
_FIVE_MINUTES: Final = 300


class Case(NamedTuple):
    """A request, and what must become of it: a key, `301 <location>`, `503`, or `none` (no page can be called so)."""

    uri: str
    must: str
    host: str = _HOST
    headers: Mapping[str, str] = {}
    query: Mapping[str, tuple[str, ...]] = {}
    store: Mapping[str, str] = _STORE

    def told(self) -> str:
        """The request for a message, cut."""
        held = "".join(f", {name}: {value!r}" for name, value in self.headers.items())
        query = f" with the query {dict(self.query)}" if self.query else ""
        uri = self.uri if len(self.uri) <= 60 else f"{self.uri[:50]}… ({len(self.uri)} letters)"
        empty = "" if self.store is _STORE else f" (the store holds {sorted(self.store)})"
        return f"{self.host}{uri}{held}{query}{empty}"


def _page(path: str, release: str = _LIVE) -> str:
    return f"/releases/{release}{path}"


def _to(path: str, host: str = _HOST) -> str:
    return f"301 https://{host}{path}"


_SHOW: Final = {"x-release": _HIDDEN, "x-release-key": _WORD}
_UNSAFE: Final = (
    "/../manifests/a.json",
    "/a/../b/",
    "/a/..",
    "//evil.example/x",
    "/a//b/",
    "/%2e%2e/manifests/",
    "/%2E%2E/manifests/",
    "/a%2fb",
    "/a%2Fb",
    "/a%5Cb",
    "/a%00b/",
    "/a%0d%0ab/",
    "/a%7fb",
    "/.git/config",
    "/a/.env",
    "/%zz",
    "/a\\b",
    "/a b/",
    "/<script>/",
    "/assets/../manifests/a.0123456789.json",
    "/" + "a" * 1100,
    "no-slash",
)
#: Names that hold no check of their content, or lie where visitors have no business, stay below the release.
_BELOW: Final = (
    "/robots.txt",
    "/a/page.html",
    "/assets/site.css",
    "/search/manifest.bin",
    "/search/worker.js",
    "/search/r.0.bin",
    "/search/r.0123456789.bin",
    "/manifests/a.0123456789.json",
    "/book/steady-ground.0123456789.pdf",
    f"/releases/{_OLD}/a.0123456789.html",
    "/x/assets/site.0123456789.css",
    "/.well-known/security.txt",
    "/caf%C3%A9/page.html",
)

ROUTER: Final[tuple[Case, ...]] = (
    Case("/", _page("/index.html")),
    Case("/a/b/", _page("/a/b/index.html")),
    *(Case(uri, _page(uri)) for uri in _BELOW),
    *(
        Case(uri, uri)
        for uri in ("/assets/site.0123456789.css", "/assets/x/y.0123abcdef.woff2", "/search/t.01234567.bin")
    ),
    Case("/a/b", _to("/a/b/")),
    Case("/a/index.html", _to("/a/")),
    Case("/index.html", _to("/")),
    Case("/" + "a" * 600, _to("/" + "a" * 600 + "/")),
    *(Case(uri, "none") for uri in _UNSAFE),
    # Hosts: one is canonical, previews have their own, nobody else's is repeated.
    Case("/", _page("/index.html"), host="GUIDE.example:443"),
    Case("/", _page("/index.html"), host="guide.example."),
    Case("/a/b/", _to("/a/b/"), host="www.guide.example"),
    Case("/a/b", _to("/a/b/"), host="evil.example"),
    Case("/a/page.html", _to("/a/page.html"), host="www.guide.example"),
    Case("/assets/site.0123456789.css", _to("/assets/site.0123456789.css"), host="www.guide.example"),
    Case("/old/", _to("/new/"), host="www.guide.example"),
    Case("/", _page("/index.html", _PR), host="pr-12.preview.guide.example"),
    Case("/a", _to("/a/", "pr-12.preview.guide.example"), host="pr-12.preview.guide.example"),
    Case("/", _to("/"), host="pr-13.preview.guide.example"),
    Case("/a", "301 /a/", host="evil.example/x", store={"release": _LIVE}),
    Case("/a", _to("/a/", "d1.cloudfront.net"), host="d1.cloudfront.net", store={"release": _LIVE}),
    Case("/a", _to("/a/"), headers={"x-forwarded-host": "evil.example"}),
    # A hidden release, for whoever has the word.
    Case("/", _page("/index.html", _HIDDEN), headers=_SHOW),
    Case("/", _page("/index.html", _HIDDEN), headers=_SHOW, host="d1.cloudfront.net"),
    Case("/", _page("/index.html"), headers={**_SHOW, "x-release-key": "another"}),
    Case("/", _page("/index.html"), headers={**_SHOW, "x-release-key": ""}),
    Case("/", _page("/index.html"), headers={"x-release": _HIDDEN}),
    Case("/", _page("/index.html"), headers={"x-release-key": _WORD}),
    Case("/", _page("/index.html"), headers={"x-release": _HIDDEN}, store={"release": _LIVE, "host": _HOST}),
    Case("/", _page("/index.html"), headers={**_SHOW, "x-release-key": ""}, store={"release": _LIVE, "host": _HOST}),
    *(
        Case("/", _page("/index.html"), headers={**_SHOW, "x-release": wrong})
        for wrong in ("../manifests", f"{_HIDDEN}/../..", f"x{_HIDDEN}", "latest")
    ),
    # Redirects: to a path of ours and nowhere else.
    Case("/old/", _to("/new/")),
    Case("/old", _to("/new/")),
    Case("/brochure.pdf", _to("/book/")),
    *(Case(f"/{name}/", _page(f"/{name}/index.html")) for name in ("out", "out2", "out3", "line", "same")),
    Case("/old/", _to("/new/?a=1&b=2&b=3&c"), query={"a": ("1",), "b": ("2", "3"), "c": ("",)}),
    Case("/a", _to("/a/?a=%20"), query={"a": ("%20",)}),
    Case("/a", _to("/a/"), query={"a": ("1\r\nset-cookie: a=b",)}),
    Case("/a", _to("/a/"), query={"a": ("1" * 2000,)}),
    # Nothing is live yet, or what the store says is no release.
    Case("/", "503", store={}),
    Case("/", "503", store={"host": _HOST}),
    *(
        Case("/a", "503", store={"host": _HOST, "release": wrong})
        for wrong in ("../manifests", f"{_LIVE}/..", f"x{_LIVE}", f"{_LIVE}-x", "latest", "")
    ),
)


def judge_router(answers: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the answers to `ROUTER`, in its order."""
    nowhere = {answer["out"].get("uri") for case, answer in zip(ROUTER, answers, strict=True) if case.must == "none"}
    if len(nowhere) > 1:
        yield f"addresses that no page can have go to {len(nowhere)} keys, and each is asked of the bucket anew"
    for case, answer in zip(ROUTER, answers, strict=True):
        for words in _judge_request(case, answer):
            yield f"{case.told()}: {words}"


def _judge_request(case: Case, answer: dict[str, Any]) -> Iterator[str]:
    if answer.get("threw"):
        yield f"it throws {answer['threw']}"
        return
    more = sorted(set(answer["read"]) - _MAY_READ)
    if more:
        yield f"it looks at {', '.join(more)} of the visitor"
    out = answer["out"]
    kept = {name: held.get("value", "") for name, held in (out.get("headers") or {}).items()}
    if "statusCode" in out:
        yield from _judge_answer(case.must, f"{out['statusCode']} {kept.get('location', '')}".strip(), kept)
        return
    left = sorted({"x-release", "x-release-key"} & set(kept))
    if left:
        yield f"it sends {', '.join(left)} on to the origin"
    key = str(out.get("uri"))
    if case.must == "none":
        fits = key.startswith(f"/releases/{_LIVE}/") and ".." not in key and not key.endswith(case.uri)
    else:
        fits = key == case.must
    if not fits:
        yield f"it gives the key {key!r}, must be {_wanted(case.must)}"


def _judge_answer(must: str, told: str, kept: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with an answer that is made at the edge: its status and location, its headers."""
    if _seconds(kept.get("strict-transport-security", "")) < _HSTS:
        yield "its answer has no Strict-Transport-Security of a year"
    stored = kept.get("cache-control", "")
    if told != must or (must == "503" and "no-store" not in stored):
        yield f"it gives {told!r}, must be {_wanted(must)}"
    elif must != "503" and not 0 <= _seconds(stored) <= _LONGEST_KEPT:
        yield f"browsers keep the redirect for more than {_LONGEST_KEPT} seconds"


def _wanted(must: str) -> str:
    """What a case wants, in words."""
    if must == "none":
        return "a key below the release that no page can have"
    return "503 with no-store" if must == "503" else must if must.startswith("301 ") else f"the key {must!r}"


def _seconds(text: str) -> int:
    """The longest max-age or s-maxage of a header; 0 without one."""
    return max((int(one) for one in re.findall(r"max-?age=([0-9]+)", text)), default=0)


#: Host that was asked for, the store, and whether search engines are kept out.
PREVIEW: Final[tuple[tuple[str, Mapping[str, str], bool], ...]] = (
    (_HOST, _STORE, False),
    ("GUIDE.example", _STORE, False),
    ("pr-12.preview.guide.example", _STORE, True),
    ("d1.cloudfront.net", _STORE, True),
    (_HOST, {}, True),
    ("", {}, True),
)


def judge_preview(answers: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the answers to `PREVIEW`."""
    for (host, store, hidden), answer in zip(PREVIEW, answers, strict=True):
        headers = {} if answer.get("threw") else answer["out"].get("headers") or {}
        held = headers.get("x-robots-tag", {}).get("value", "")
        if answer.get("threw"):
            yield f"host {host!r}: it throws {answer['threw']}"
        elif hidden and "noindex" not in held and (host or store):
            yield f"host {host!r} with a store of {sorted(store)[:1]}: search engines would take it in"
        elif not hidden and held:
            yield f"host {host!r}: it keeps search engines from the site itself"


_PAGE: Final = b"<h1>Not here</h1>"
#: Path, and the key that is asked for ("": none is).
MISSING: Final[tuple[tuple[str, str], ...]] = (
    (_page("/a/b/index.html"), f"releases/{_LIVE}/404.html"),
    (_page("/-/none"), f"releases/{_LIVE}/404.html"),
    (_page("/x.html", _HIDDEN), f"releases/{_HIDDEN}/404.html"),
    (_page("/x.html", _OLD), f"releases/{_OLD}/404.html"),
    ("/assets/no.0123456789.css", ""),
    ("/releases/../manifests/404.html", ""),
    ("/releases/latest/x.html", ""),
    (f"/x/releases/{_LIVE}/x.html", ""),
    (f"/releases/{_LIVE}x/../manifests/", ""),
    ("/<script>alert(1)</script>", ""),
    ("", ""),
)


def judge_missing(answers: list[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with the answers to `MISSING`; the bucket has the page of `_LIVE` as text and `_HIDDEN` as br."""
    for (path, key), answer in zip(MISSING, answers, strict=True):
        for words in _judge_missing(path, key, answer):
            yield f"{path or 'no path'}: {words}"


def _judge_missing(path: str, key: str, answer: dict[str, Any]) -> Iterator[str]:
    if answer.get("threw"):
        yield f"it throws {answer['threw']}"
        return
    out, asked = answer["out"], answer["asked"]
    if asked != ([["the-site-bucket", key]] if key else []):
        yield f"it asks the bucket for {[one for _, one in asked] or 'nothing'}, must be {key or 'nothing'}"
    if out.get("statusCode") != 404:
        yield f"its status is {out.get('statusCode')}, must be 404"
    headers = {name.lower(): value for name, value in (out.get("headers") or {}).items()}
    body = str(out.get("body", ""))
    try:
        sent = base64.b64decode(body, validate=True) if out.get("isBase64Encoded") else body.encode()
    except ValueError:
        sent = b""
    yield from _judge_page(headers, sent, key) if key in answer["there"] else _judge_words(headers, sent, path)
    if _seconds(headers.get("cache-control", "")) > _FIVE_MINUTES:
        yield "a mistake of ours would be kept for more than five minutes"
    if "secret" in answer["said"] or "203.0.113." in answer["said"]:
        yield "it writes something of the visitor into the log"


def _judge_page(headers: Mapping[str, str], sent: bytes, key: str) -> Iterator[str]:
    """What is wrong with the page of a release as it is passed on."""
    if sent != _PAGE:
        yield "its body is not the page of the release"
    if headers.get("content-type") != "text/html; charset=utf-8":
        yield f"its type is {headers.get('content-type')}, must be the page's own"
    if headers.get("content-encoding", "") != ("br" if _HIDDEN in key else ""):
        yield f"its Content-Encoding is {headers.get('content-encoding', 'none')}, must be the page's own"


def _judge_words(headers: Mapping[str, str], sent: bytes, path: str) -> Iterator[str]:
    """What is wrong with the function's own words, where a release has no page."""
    if not headers.get("content-type", "").startswith("text/plain"):
        yield f"words of its own go out as {headers.get('content-type')}, must be text/plain"
    if "content-encoding" in headers:
        yield "words of its own go out with a Content-Encoding"
    if b"<" in sent or (path and path.encode() in sent):
        yield "it repeats what was asked for"
