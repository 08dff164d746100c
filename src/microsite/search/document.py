"""A document: the unit that search finds, one section of a page."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Document", "Facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page's HTML does not say: its other names and what it may be filtered by."""

    aliases: tuple[str, ...] = ()
    kind: str = ""
    conditions: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One section.

    `page` is the page's address (`/conditions/chronic-pain/`), `anchor` the id of the section's heading (empty for
    the page's opening). `title` and `heading` are shown: the page's title and the section's. `name` and `focus` are
    what the ranking takes for the section's title and the page's name. All are plain text.
    """

    page: str
    anchor: str
    title: str
    heading: str
    text: str
    name: str
    focus: str = ""
    aliases: tuple[str, ...] = ()
    kind: str = ""
    conditions: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """`page#anchor`: the document's identity."""
        return f"{self.page}#{self.anchor}" if self.anchor else self.page
