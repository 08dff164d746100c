"""Rules on links and pictures in Markdown: dead files and anchors, tracking, bare addresses, texts for pictures."""

from __future__ import annotations

import difflib
import posixpath
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from urllib.parse import unquote
from urllib.parse import urlsplit

from microsite.content.anchors import anchors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microsite.content.articles import Article

    from .page import Page

__all__ = ["check_links", "check_target", "tracking_names"]

_TARGET = r"<(?P<angle>[^<>\n]*)>|(?P<target>[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)"
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    rf"\(\s*(?:{_TARGET})(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
_DEFINITION = re.compile(
    r"^[ ]{0,3}\[(?P<text>[^\]@^][^\]]*)\]:[ \t]*\n?[ \t]*<?(?P<target>\S+?)>?(?:[ \t].*)?$", re.MULTILINE
)
_REFERENCE = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\][ ]?\[(?P<label>[^\[\]@^]*)\]")
_SHORTCUT = re.compile(r"(?P<image>!)\[(?P<text>[^\[\]]*)\](?![\[(:])")
_FOOTNOTE = re.compile(r"\[\^(?P<label>[^\]\s]+)\](?P<colon>:?)")
_NOT_LABEL = re.compile(r"\s*(?:certainty|claim):", re.IGNORECASE)
_URL = re.compile(r"\bhttps?://[^\s<>)\]\"'|]+|(?<![\w/.@-])www\.[^\s<>)\]\"'|]+", re.IGNORECASE)
#: Parameters that tell a site which mail, ad or person a reader came from. Sources: the lists of Firefox
#: (privacy.query_stripping), Brave and the vendors' own manuals.
_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|matomo_\w+|pk_(?:campaign|kwd|source|medium|content|cid)|piwik_\w+|at_(?:campaign|medium|custom\w*)"
    r"|gclid|gclsrc|gbraid|wbraid|dclid|gad_\w+|_ga|_gl|fbclid|fb_\w+|msclkid|mc_[ce]id|igshid?|_hs\w+|__hs\w+|hsctatracking"
    r"|yclid|_openstat|ttclid|twclid|li_fat_id|epik|sccid|rdt_cid|mkt_tok|vero_\w+|oly_\w+|wickedid|s_kwcid|s_cid|srsltid"
    r"|ml_subscriber\w*|trk|trkcampaign|ref_src|ref_url|cmpid|ncid|irclickid|irgwc|rb_clickid|xtor|spm|bsft_\w+|ck_subscriber_id"
    r"|elqtrack\w*|sc_(?:src|lid|uid|customer|eh)|dm_i|guccounter|guce_\w+|wt_mc\w*|zanpid|campaign_?id|ad_?id|click_?id)\Z",
    re.IGNORECASE,
)
#: Hosts that stand for "put the real address here" (RFC 2606), and words that do.
_SAMPLE_HOST = re.compile(
    r"(?:^|\.)example\.(?:com|org|net)$|^(?:your|the)?-?(?:link|url|site|domain|website)\b", re.IGNORECASE
)
_SAMPLE_TARGET = re.compile(
    r"(?:link|url|here|address|tbd|todo|xxx+|source|insert.*|placeholder|your-?\w+)\Z", re.IGNORECASE
)
#: A text that says only that there is a picture.
_NO_ALT = re.compile(
    r"(?:image|picture|photo|img|screenshot|figure|chart|graphic|alt(?: text)?)\s*\d*"
    r"|[\w-]+\.(?:png|jpe?g|gif|svg|webp|avif)",
    re.IGNORECASE,
)
#: Addresses that are no pages of docs/: the function's, and what the build makes.
_MADE = ("/api/", "/assets/", "/styleguide/", "/search/", "/sitemap", "/feed")


def check_links(page: Page) -> None:
    """All rules on one page's links and pictures, Markdown only (`html` has those on tags)."""
    mask = page.mask
    spans: list[tuple[int, int]] = [span for span, _ in page.tags]
    known: dict[str, str] = {}
    for match in _DEFINITION.finditer(mask) if "]:" in mask else ():
        spans.append(match.span())
        known[_label(match["text"])] = match["target"]
        check_target(page, match["target"], match.start("target"))
    for match in _each(_LINK, mask):
        spans.append(match.span())
        angle = match["angle"] is not None
        target, place = (match["angle"], match.start("angle")) if angle else (match["target"], match.start("target"))
        if match["image"]:
            _image(page, match.start(), match["text"], target)
        else:
            _words(page, match)
        check_target(page, target, place)
        for inner in _LINK.finditer(match["text"]) if "![" in match["text"] else ():
            # A picture that is a link.
            at = match.start("text") + inner.start()
            _image(page, at, inner["text"], inner["target"] or inner["angle"] or "")
            check_target(page, inner["target"] or inner["angle"] or "", at)
    _by_reference(page, known, spans)
    for match in _URL.finditer(mask) if "http" in page.lower or "www." in page.lower else ():
        closed = mask[match.start() - 1 : match.start()] == "<"
        if not closed and not _inside(match.start(), spans):
            shown = match.group()[:50]
            page.add(match.start(), "bare-url", f"the address {shown} has no words", "write [words](address)")
        if closed or not _inside(match.start(), spans):
            _tracking(page, match.group(), match.start())


def _each(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `pattern.finditer(text)` gives, for a pattern that begins with `!?[`: tried only where a bracket stands."""
    done = 0
    place = text.find("[")
    while place >= 0:
        match = pattern.match(text, place - 1 if place > done and text[place - 1] == "!" else place)
        done = match.end() if match else place + 1
        if match:
            yield match
        place = text.find("[", done)


def check_target(page: Page, target: str, start: int, *, raw: bool = False) -> None:
    """The rules on one address; `raw` is an address in a tag, which no builder turns into a page's address."""
    target = unescape(target).strip()
    try:
        parsed = urlsplit(target)
    except ValueError:
        page.add(start, "dead-link", f"`{target[:60]}` is no address", "correct the address")
        return
    scheme = parsed.scheme.lower()
    if scheme in {"javascript", "vbscript", "data"}:
        page.add(start, "raw-html", f"a link that runs {scheme}:", "link to a page, or leave it out")
    elif scheme in {"http", "https"} or parsed.netloc:
        _outside(page, target, start)
    elif scheme == "file" or re.match(r"[A-Za-z]:[\\/]", target):
        page.add(start, "dead-link", f"{target[:60]} is a file on one computer", "put it into docs/ and link to that")
    elif not target or target == "#":
        page.add(start, "dead-link", "the link has no target", "write the page's path")
    elif not scheme:
        _own(page, target, start, raw=raw)


def tracking_names(target: str) -> list[str]:
    """The names of an address's parameters that track readers."""
    parsed = urlsplit(target)
    pairs = parse_qsl(parsed.query, keep_blank_values=True)
    pairs += parse_qsl(parsed.fragment, keep_blank_values=True) if "=" in parsed.fragment else []
    return [name for name, _ in pairs if _TRACKING.match(name)]


def _by_reference(page: Page, known: dict[str, str], spans: list[tuple[int, int]]) -> None:
    """Links and pictures whose address stands elsewhere: `[words][label]`, `![picture][label]`, `[^1]`."""
    for match in _each(_REFERENCE, page.mask) if "][" in page.mask or "] [" in page.mask else ():
        label = _label(match["label"] or match["text"])
        if _inside(match.start(), spans) or _NOT_LABEL.match(label) or _NOT_LABEL.match(match["text"]):
            continue
        if match["text"].startswith(("@", "^")):
            continue
        target = known.get(label)
        if target is None:
            near = difflib.get_close_matches(label, known, n=1)
            fix = f"did you mean [{near[0]}]?" if near else f"add a line `[{label}]: address`"
            page.add(match.start(), "dead-link", f"nothing defines [{label}]", fix)
        elif match["image"]:
            _image(page, match.start(), match["text"], target)
    for match in _SHORTCUT.finditer(page.mask) if "![" in page.mask else ():
        target = known.get(_label(match["text"]))
        if target is not None:
            _image(page, match.start(), match["text"], target)
    notes = list(_FOOTNOTE.finditer(page.mask))
    defined = {
        note["label"]
        for note in notes
        if note["colon"] and not page.mask[_line(page.mask, note.start()) : note.start()].strip()
    }
    for note in notes:
        if not note["colon"] and note["label"] not in defined:
            page.add(
                note.start(), "dead-link", f"there is no footnote [^{note['label']}]", "write it, or take the mark out"
            )


def _line(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _label(text: str) -> str:
    return " ".join(text.lower().split())


def _inside(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def _words(page: Page, match: re.Match[str]) -> None:
    """A link's words: an address as its own words is as bare as one without."""
    words = match["text"].strip().strip("*_<>")
    if _URL.fullmatch(words):
        page.add(match.start(), "bare-url", f"the link's words are its address {words[:50]}", "say where it leads")
    elif not words and not match["text"].strip():
        page.add(match.start(), "bare-url", "the link has no words", "say where it leads")


def _image(page: Page, start: int, text: str, target: str) -> None:
    if not text.strip():
        page.add(start, "image-alt", f"the image {target} has no text", "say in the brackets what it shows")
    elif _NO_ALT.fullmatch(text.strip()):
        page.add(start, "image-alt", f"“{text.strip()}” does not say what the image shows", "say what it shows")
    host = urlsplit(unescape(target).strip()).netloc
    if host:
        page.add(start, "third-party", f"the image would be loaded from {host}", "put a copy into docs/")


def _outside(page: Page, target: str, start: int) -> None:
    """An address on another host, or on our own written out."""
    _tracking(page, target, start)
    parsed = urlsplit(target)
    ours = urlsplit(page.site.address).netloc
    if ours and parsed.netloc == ours:
        _own(page, parsed.path or "/", start, raw=False)
    elif not parsed.hostname or _SAMPLE_HOST.search(parsed.hostname) or " " in parsed.hostname:
        page.add(start, "placeholder-text", f"{target[:60]} leads nowhere", "write the true address")


def _own(page: Page, target: str, start: int, *, raw: bool) -> None:
    """An address on this site."""
    parsed = urlsplit(target)
    path = unquote(parsed.path)
    if _SAMPLE_TARGET.match(path):
        page.add(start, "placeholder-text", f"`{target}` was left as an address", "write the true address")
        return
    if raw and path and not path.startswith("/"):
        if path.endswith(".md"):
            message = f"no builder turns {path} in a tag into the page's address"
            page.add(start, "dead-link", message, "write [words](page.md), or the address /page/")
            return
        path = posixpath.join(page.article.url, path)
        path = posixpath.normpath(path) + ("/" if path.endswith("/") else "")
    other = _page(page, path, unquote(parsed.fragment), start)
    if other is None or not parsed.fragment:
        return
    known = anchors(page.site, other)
    if unquote(parsed.fragment) not in known:
        near = difflib.get_close_matches(parsed.fragment, sorted(known), n=1)
        fix = f"did you mean #{near[0]}?" if near else "link to the page, or to one of its headings"
        page.add(start, "dead-anchor", f"{other.path} has no #{parsed.fragment}", fix)


def _page(  # noqa: PLR0911 - one for each place where a page may be
    page: Page, path: str, fragment: str, start: int
) -> Article | None:
    """The page a path leads to; None for a file or a generated page, or after a finding."""
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
            page.leads_to.add(candidate)
            return site.by_path[candidate]
        if candidate in site.files:
            return None
        if candidate in page.made:
            _made_anchor(page, candidate, fragment, start)
            return None
    other = _beside(page, inner) if site.beside else None
    if other is not None:
        return other
    known = [*sorted(site.by_path), *sorted(site.files), *sorted(page.made)]
    near = difflib.get_close_matches(inner.rstrip("/"), known, n=1, cutoff=0.5)
    back = posixpath.relpath(near[0], posixpath.dirname(page.article.path) or ".") if near else ""
    fix = f"did you mean {back}?" if near else "correct the path"
    page.add(start, "dead-link", f"there is no {inner} in docs/", fix)
    return None


def _beside(page: Page, inner: str) -> Article | None:
    """A page of the project that a page from elsewhere may mean: nobody knows which folder it was written for."""
    while inner.startswith("../"):
        inner = inner[3:]
    inner = inner.rstrip("/")
    for path, article in page.site.beside.items():
        if f"/{path}".endswith((f"/{inner}", f"/{inner}.md", f"/{inner}/index.md")):
            return article
    return None


def _made_anchor(page: Page, path: str, fragment: str, start: int) -> None:
    """Anchors of a generated page; of some pages no anchor is promised, so none is judged."""
    anchors_there = page.made[path]
    if fragment and anchors_there and fragment not in anchors_there:
        near = difflib.get_close_matches(fragment, sorted(anchors_there), n=1)
        fix = f"did you mean #{near[0]}?" if near else "link to the page"
        page.add(start, "dead-anchor", f"{path} has no #{fragment}", fix)


def _tracking(page: Page, target: str, start: int) -> None:
    names = tracking_names(unescape(target))
    if names:
        page.add(start, "tracking-parameter", f"the link carries {', '.join(names)}", "take the parameter out")
