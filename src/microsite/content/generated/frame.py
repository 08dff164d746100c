"""What pages from data share: front matter and view around a text, links between pages, citations of sound sources."""

from __future__ import annotations

import json
import posixpath
import re
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from microsite.content.articles import page_url
from microsite.content.made import Made
from microsite.content.marks import grade

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.content.site import Site

__all__ = ["cite", "cut", "entry_day", "frame", "link", "marked", "plain", "slug", "sound", "sourced", "sure"]

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_FIGURE = re.compile(r"\d|\b(?:two|three|four|five|half|third|most)\b", re.IGNORECASE)
_MARKS = re.compile(r"\s*\[(?:@|certainty:|claim:)[^\[\]]*\]", re.IGNORECASE)


def frame(  # noqa: PLR0913 - a page has this many parts
    path: str,
    title: str,
    standfirst: str,
    body: str,
    *,
    kind: str,
    description: str = "",
    crumbs: Sequence[Mapping[str, str]] = (),
    view: Mapping[str, Any] | None = None,
) -> Made:
    """A page: its front matter holds title and description as JSON strings, which are YAML strings too."""
    url = page_url(path)
    described = cut(description or standfirst)
    head = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n"
    head += f"description: {json.dumps(described, ensure_ascii=False)}\n---\n\n"
    # Titles of the pages to read next are text of this page too.
    told = f"{body} {standfirst} {(view or {}).get('related', '')}".lower()
    common = {
        "kind": kind,
        "path": path,
        "url": url,
        "slug": url.strip("/").replace("/", "-"),
        "crumbs": [{"title": "Home", "url": "/"}, *crumbs],
        "standfirst": standfirst,
        "noindex": False,
        "crisis": "suicid" in told,
        "generated": True,
    }
    return Made(path, f"{head}{body.strip()}\n", {**common, **(view or {})})


def link(here: str, there: str, anchor: str = "") -> str:
    """The relative target of a Markdown link from page `here` to page `there` (paths below docs/)."""
    target = posixpath.relpath(there, posixpath.dirname(here) or ".")
    return f"{target}#{anchor}" if anchor else target


def plain(text: str) -> str:
    """`text` without citations and marks of certainty."""
    return _MARKS.sub("", text).strip()


def marked(text: str) -> str:
    """`text` as Markdown that shows just these characters."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def cut(text: str, most: int = 160) -> str:
    """At most `most` characters of plain text, ending at a word and with an ellipsis where something is left out."""
    text = " ".join(plain(text).split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:. ") + "…"


def slug(text: str) -> str:
    """An id for an anchor: `NMDA receptor` → `nmda-receptor`."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "entry"


def sound(site: Site, names: Iterable[str]) -> list[str]:
    """The ids that may be cited: known, verified, not retracted; in order, each once."""
    known = site.references
    return list(dict.fromkeys(n for n in names if n in known and known[n].verified and not known[n].retracted))


def cite(site: Site, names: Iterable[str]) -> str:
    """`[@a; @b]` of the sound ones among `names`; empty when there is none."""
    found = sound(site, names)
    return f"[{'; '.join('@' + name for name in found)}]" if found else ""


def sourced(text: str, mark: str) -> str:
    """Plain `text` as Markdown with its source: after the last sentence, and after each other one that has a figure."""
    parts = _SENTENCE.split(" ".join(text.split()))
    return " ".join(
        marked(part) + (mark if last or _FIGURE.search(part) else "")
        for part, last in ((part, place == len(parts) - 1) for place, part in enumerate(parts))
    )


def sure(word: object) -> str:
    """The GRADE word of a data file (`very-low`) in its usual spelling; empty when it is none."""
    return grade(str(word or "")) or ""


def entry_day(record: Mapping[str, Any]) -> date | None:
    """The day an entry of a data file was last gone through."""
    value = record.get("updated")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
