"""A page that nobody wrote: made from data, handed to whatever builds the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Made"]


@dataclass(frozen=True, slots=True)
class Made:
    """One page: where it lies below docs/ (`evidence/index.md`), its Markdown, and what its template shows."""

    path: str
    #: With front matter: at least `title` and `description`, as JSON strings (these are YAML strings too).
    markdown: str
    #: What `page.meta.view` holds: `kind url slug crumbs standfirst` and what that kind of page needs.
    view: Mapping[str, Any]
