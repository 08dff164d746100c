"""Whether the pages of a form are there: the one it stands on, the one that thanks, those it links to.

In: a parsed definition, the folder of the site's Markdown pages. Out: notes. Reads the pages' front matter by pattern:
this package knows no Markdown.
"""

# ruff: noqa: PTH113, PTH118, PTH123 - pathlib costs 4 ms at a cold start, and this room is kept to one way
from __future__ import annotations

import os
import re

from .findings import table_in
from .findings import tables_in
from .findings import text_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .findings import Notes
    from .lines import Path

__all__ = ["check_pages"]

_LINK = re.compile(r"\[[^\[\]]+\]\((/[^()#?\s]*)[^()]*\)")


def check_pages(notes: Notes, table: Mapping[str, Any], docs: str) -> None:
    """Note each page that is named in the definition and has no file below `docs`."""
    own: list[tuple[str, Path]] = [(text_in(table, name), (name,)) for name in ("page", "thanks")]
    own.append((text_in(table_in(table, "double_opt_in"), "confirmed"), ("double_opt_in", "confirmed")))
    texts: list[tuple[str, Path]] = [(text_in(table, "intro"), ("intro",))]
    texts.append((text_in(table_in(table, "warning"), "text"), ("warning", "text")))
    for number, box in enumerate(tables_in(table, "consent")):
        texts.append((text_in(box, "text"), ("consent", number, "text")))
    for number, field in enumerate(tables_in(table, "field")):
        texts.append((text_in(field, "hint"), ("field", number, "hint")))
    for url, at in own:
        if url and _file(docs, url) is None:
            message = f"there is no page {url}: a plain one is made from the definition"
            notes.add(at, "form-missing-page", message, f"write docs{url}index.md", "warning")
    for url, at in [(target, at) for text, at in texts for target in _LINK.findall(text)]:
        if _file(docs, url) is None and url not in [target for target, _ in own]:
            notes.add(at, "form-missing-page", f"there is no page {url}", "write it, or link to another page")
    shown, identity = _file(docs, text_in(table, "page")), text_in(table, "id")
    if shown is not None and identity and not _shows(shown, identity):
        fix = f"write `form: {identity}` in its front matter"
        notes.add(("page",), "form-missing-page", f"the page {text_in(table, 'page')} does not show the form", fix)


def _file(docs: str, url: str) -> str | None:
    """The Markdown file of a page, None when there is none."""
    inside = url.strip("/")
    names = [os.path.join(inside, "index.md"), *([f"{inside}.md"] if inside else [])]
    return next((path for path in (os.path.join(docs, name) for name in names) if os.path.isfile(path)), None)


def _shows(path: str, identity: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            head = file.read().partition("\n---")[0]
    except (OSError, ValueError):
        return True  # that the page cannot be read is said by the check of the content
    return re.search(rf"(?m)^form:\s*[\"']?{re.escape(identity)}[\"']?\s*(?:#.*)?$", head) is not None
