"""Rules on links: dead files and anchors, tracking, bare addresses, pictures, and what would reach other hosts."""

from __future__ import annotations

import difflib
import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from urllib.parse import unquote
from urllib.parse import urlsplit

from microsite.content.anchors import anchors

if TYPE_CHECKING:
    from microsite.content.articles import Article

    from .page import Page

__all__ = ["check_links"]

_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<target>[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_DEFINITION = re.compile(r"^[ ]{0,3}\[(?P<text>[^\]@^][^\]]*)\]:[ \t]*<?(?P<target>\S+?)>?(?:[ \t].*)?$", re.MULTILINE)
_TAG = re.compile(r"<(?P<name>[A-Za-z][\w-]*)(?P<attributes>(?:\s+[^<>]*)?)/?>")
_ATTRIBUTE = re.compile(r"(?P<name>[\w:-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))")
_URL = re.compile(r"\bhttps?://[^\s<>)\]\"'|]+|(?<![\w/.@])www\.[^\s<>)\]\"'|]+")
_TRACKING = re.compile(r"(?:utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|igshid|_hs\w+|yclid|dclid|gbraid|wbraid|ttclid)\Z")
_BLOCKED = frozenset(
    {"script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "base", "meta", "link"}
)
_LOADS = frozenset({"src", "srcset", "poster", "data", "action", "formaction", "background"})
#: Addresses that are no pages of docs/: the function's, and what the build makes.
_MADE = ("/api/", "/assets/", "/styleguide/", "/search/", "/sitemap", "/feed")


def check_links(page: Page) -> None:
    """All rules on one page's links, pictures and raw HTML."""
    spans = []
    for match in [*_LINK.finditer(page.mask), *_DEFINITION.finditer(page.mask)]:
        spans.append(match.span())
        place = match.start("target")
        if match.groupdict().get("image"):
            _image(page, match.start(), match["text"], match["target"])
        _target(page, match["target"], place)
    for match in _TAG.finditer(page.mask):
        spans.append(match.span())
        _tag(page, match["name"].lower(), match["attributes"], match.start())
    for match in _URL.finditer(page.mask):
        if not _inside(match.start(), spans) and page.mask[match.start() - 1 : match.start()] != "<":
            page.add(
                match.start(), "bare-url", f"the address {match.group()[:50]} has no words", "write [words](address)"
            )
        if page.mask[match.start() - 1 : match.start()] == "<":
            _tracking(page, match.group(), match.start())


def _inside(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def _image(page: Page, start: int, text: str, target: str) -> None:
    if not text.strip():
        page.add(start, "image-alt", f"the image {target} has no text", "say in the brackets what it shows")
    if urlsplit(target).netloc:
        message = f"the image would be loaded from {urlsplit(target).netloc}"
        page.add(start, "third-party", message, "put a copy into docs/")


def _tag(page: Page, name: str, attributes: str, start: int) -> None:
    values = {
        match["name"].lower(): match["double"] or match["single"] or match["bare"] or ""
        for match in _ATTRIBUTE.finditer(attributes)
    }
    if name in _BLOCKED:
        page.add(start, "raw-html", f"<{name}> in an article", "take it out; the theme has what a page needs")
    handler = next((key for key in values if key.startswith("on")), None)
    if handler or "style" in values:
        page.add(start, "raw-html", f"{handler or 'style'}= would be blocked by the page's policy", "use a class")
    if name == "img" and "alt" not in values:
        page.add(
            start,
            "image-alt",
            f"the image {values.get('src', '')} has no text",
            'add alt="…", or alt="" for decoration',
        )
    loads = _LOADS | ({"href"} if name in {"link", "base"} else set())
    for key in loads & values.keys():
        host = urlsplit(values[key].split()[0] if values[key] else "").netloc
        if host:
            page.add(start, "third-party", f"<{name}> would reach {host}", "put a copy into docs/, or link to it")
    if name == "a" and "href" in values:
        _target(page, values["href"], start)


def _target(page: Page, target: str, start: int) -> None:
    parsed = urlsplit(target)
    if parsed.scheme in {"http", "https"} or parsed.netloc:
        _tracking(page, target, start)
        return
    if parsed.scheme or not target:
        if not target:
            page.add(start, "dead-link", "the link has no target", "write the page's path")
        return
    other = _page(page, unquote(parsed.path), start)
    if other is None or not parsed.fragment:
        return
    known = anchors(page.site, other)
    if unquote(parsed.fragment) not in known:
        near = difflib.get_close_matches(parsed.fragment, sorted(known), n=1)
        fix = f"did you mean #{near[0]}?" if near else "link to the page, or to one of its headings"
        page.add(start, "dead-anchor", f"{other.path} has no #{parsed.fragment}", fix)


def _page(page: Page, path: str, start: int) -> Article | None:
    """The page a relative path leads to; None for a file, or after a finding."""
    site = page.site
    if not path:
        return page.article
    if path.startswith("/"):
        if path.startswith(_MADE):
            return None
        inner = path.lstrip("/")
        folder = inner.rstrip("/")
        candidates = [inner, f"{folder}.md", f"{folder}/index.md" if folder else "index.md"]
    else:
        inner = posixpath.normpath(posixpath.join(posixpath.dirname(page.article.path), path))
        candidates = [inner]
    for candidate in candidates:
        if candidate in site.by_path:
            return site.by_path[candidate]
        if candidate in site.files:
            return None
    near = difflib.get_close_matches(inner.rstrip("/"), [*sorted(site.by_path), *sorted(site.files)], n=1, cutoff=0.5)
    back = posixpath.relpath(near[0], posixpath.dirname(page.article.path) or ".") if near else ""
    page.add(
        start, "dead-link", f"there is no {inner} in docs/", f"did you mean {back}?" if near else "correct the path"
    )
    return None


def _tracking(page: Page, target: str, start: int) -> None:
    names = [name for name, _ in parse_qsl(urlsplit(target).query, keep_blank_values=True) if _TRACKING.match(name)]
    if names:
        page.add(start, "tracking-parameter", f"the link carries {', '.join(names)}", "take the parameter out")
