"""Rules on raw HTML in Markdown: what the policy blocks, what would reach other hosts, pictures in tags."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .links import check_target

if TYPE_CHECKING:
    from .page import Page

__all__ = ["check_html"]

_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+)))?"
)
_BLOCKED = frozenset(
    {
        "script",
        "style",
        "iframe",
        "frame",
        "frameset",
        "fencedframe",
        "object",
        "embed",
        "applet",
        "form",
        "base",
        "meta",
    }
    | {"link", "portal", "noscript", "dialog", "slot", "marquee"}
)
#: Attributes that load something, or send something, by themselves.
_LOADS = frozenset(
    {
        "src",
        "srcset",
        "imagesrcset",
        "poster",
        "data",
        "action",
        "formaction",
        "background",
        "ping",
        "cite-src",
        "manifest",
    }
    | {"lowsrc", "dynsrc", "codebase", "archive", "classid", "profile", "longdesc", "usemap"}
) - {"longdesc", "usemap"}
#: Tags whose `href` loads.
_HREF_LOADS = frozenset({"link", "base", "image", "use", "feimage", "script", "mpath"})


def check_html(page: Page) -> None:
    """All rules on one page's tags."""
    for (start, _), text in page.tags:
        name, values = _parts(text)
        _tag(page, name, values, start)


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """(name in lower case, attributes) of `<Name a="b" c>`."""
    name = re.match(r"<([A-Za-z][\w:-]*)", text)
    rest = text[name.end() : -1] if name else ""
    values: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest):
        values.setdefault(match["name"].lower(), unescape(match["double"] or match["single"] or match["bare"] or ""))
    return (name[1].lower() if name else ""), values


def _tag(page: Page, name: str, values: dict[str, str], start: int) -> None:
    if name in _BLOCKED:
        page.add(start, "raw-html", f"<{name}> in an article", "take it out; the theme has what a page needs")
    handler = next((key for key in values if key.startswith("on")), None)
    if handler or "style" in values:
        page.add(start, "raw-html", f"{handler or 'style'}= would be blocked by the page's policy", "use a class")
    if "srcdoc" in values:
        page.add(start, "raw-html", "srcdoc= holds a page in a page", "take it out")
    if name in {"img", "area"} or (name == "input" and values.get("type", "").lower() == "image"):
        _picture(page, name, values, start)
    for key, value in values.items():
        if key in _LOADS or (key in {"href", "xlink:href"} and name in _HREF_LOADS) or key == "xlink:href":
            _load(page, name, key, value, start)
    if re.search(r"url\(\s*['\"]?(?:https?:)?//", values.get("style", ""), re.IGNORECASE):
        page.add(start, "third-party", "style= would load from another host", "put a copy into docs/")
    if name == "a" and "href" in values:
        check_target(page, values["href"], start, raw=True)


def _picture(page: Page, name: str, values: dict[str, str], start: int) -> None:
    hidden = values.get("aria-hidden") == "true" or values.get("role") in {"presentation", "none"}
    if "alt" not in values and not hidden and not values.get("aria-label"):
        shown = values.get("src", "") or f"<{name}>"
        page.add(start, "image-alt", f"the image {shown} has no text", 'add alt="…", or alt="" for decoration')


def _load(page: Page, name: str, key: str, value: str, start: int) -> None:
    """One address that a tag loads or sends to; `srcset` holds several."""
    parts = [part.split()[0] for part in value.split(",") if part.split()] if "srcset" in key else [value.strip()]
    if key == "ping":
        parts = value.split()
    for part in parts:
        try:
            parsed = urlsplit(part)
        except ValueError:
            continue
        if parsed.scheme.lower() in {"javascript", "vbscript"}:
            page.add(start, "raw-html", f"{key}= runs {parsed.scheme.lower()}:", "take it out")
        elif parsed.netloc:
            message = f"<{name}> would reach {parsed.netloc}"
            page.add(start, "third-party", message, "put a copy into docs/, or link to it")
            return
        elif name == "img" and key == "src" and part and not parsed.scheme:
            check_target(page, part, start, raw=True)
