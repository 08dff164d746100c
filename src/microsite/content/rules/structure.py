"""Rules on structure: the order of headings, sections with nothing in them, tables without a caption."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microsite.content.source import headings

if TYPE_CHECKING:
    from .page import Page

__all__ = ["check_structure"]

_SOURCES = re.compile(r"(?:informational |our |list of )?(?:sources|references)\Z", re.IGNORECASE)


def check_structure(page: Page) -> None:
    """All rules on one page's headings and tables."""
    _headings(page)
    rows = False
    before = ""
    for block in page.blocks:
        if block.kind in {"row", "rule"}:
            if not rows and before != "caption":
                message = "the table has no caption"
                page.add(block.start, "table-caption", message, "put a paragraph `Table: …` before it", "warning")
            rows = True
        else:
            rows = False
        before = block.kind


def _headings(page: Page) -> None:
    found = headings(page.mask)
    level = 1
    for number, heading in enumerate(found):
        if heading.level == 1:
            message = f"“{heading.text}” is a second main heading; the title is the first"
            page.add(heading.start, "heading-order", message, "use ##", "warning")
        elif heading.level > level + 1:
            message = f"“{heading.text}” goes from level {level} to level {heading.level}"
            page.add(heading.start, "heading-order", message, f"use {'#' * (level + 1)}")
        level = heading.level
        following = found[number + 1] if number + 1 < len(found) else None
        end = following.start if following else len(page.mask)
        line_end = page.article.text.find("\n", heading.start)
        below = page.article.text[line_end:end] if 0 <= line_end < end else ""
        if below.strip("# \n\t") or (following and following.level > heading.level):
            continue
        named = _SOURCES.match(heading.text.strip()) is not None
        # The list of sources is added below a heading "Sources" by the build, when the page cites anything.
        if heading.text.strip().lower() == "sources" and "[@" in page.mask:
            continue
        message = f"nothing stands below “{heading.text}”"
        page.add(
            heading.start, "empty-section", message, "write it or take the heading out", "error" if named else "warning"
        )
