"""Names of pages that stay as they are when a title is edited: `safety/benefits-and-risks.md` → `Benefits and risks`.

Lists that stand on many pages (who cites this, what is newest, what there is on a topic) call a page by its address. So
an edit of a title changes the page and the few lists that are about titles, not every page that names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .site import Site

__all__ = ["capitals_of", "label"]


def capitals_of(site: Site) -> frozenset[str]:
    """Words that are written in capitals (`PTSD`, `FDA`, `IV`): those of the glossary and of the conditions."""
    names = [name for term in site.glossary for name in (term.term, *term.synonyms)]
    names += [topic.name for topic in site.conditions.values()]
    names += [str(name) for topic in site.conditions.values() for name in topic.record.get("synonyms") or ()]
    return frozenset(word for name in names for word in name.split() if word.isupper() and word.isalpha())


def label(path: str, capitals: frozenset[str]) -> str:
    """`conditions/ptsd.md` → `PTSD`, `safety/benefits-and-risks.md` → `Benefits and risks`, `index.md` → `Home`."""
    name = path.removesuffix(".md").removesuffix("/index").rpartition("/")[2]
    words = [word.upper() if word.upper() in capitals else word for word in name.split("-")]
    text = " ".join(words)
    return "Home" if path == "index.md" else text[:1].upper() + text[1:]
