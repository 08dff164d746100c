"""Which pages cite what: references and claims in, the pages that use each out. Made once per site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from microsite.content.articles import body_with_summary
from microsite.content.labels import label
from microsite.content.marks import cites
from microsite.content.marks import claims

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from microsite.content.made import Made
    from microsite.content.site import Site

__all__ = ["Use", "Uses", "find_uses"]

#: Pages that carry no text of their own on health.
_SILENT = frozenset({"thanks", "form", "legal"})


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A page that uses something: sorts by path.

    A written page is called by its address, not by its title: an edit of a title must not change thirty lists.
    """

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Uses:
    """The pages by what they cite; each list sorted, each page once."""

    references: Mapping[str, tuple[Use, ...]]
    claims: Mapping[str, tuple[Use, ...]]


def find_uses(site: Site, made: Iterable[tuple[str, Made]] = ()) -> Uses:
    """Uses by the written pages of `site` and by the pages `made` from its data, as (title, page)."""
    capitals = site.capitals
    texts = [
        (Use(article.path, label(article.path, capitals)), body_with_summary(article))
        for article in site.articles
        if article.title and not article.noindex and article.kind not in _SILENT
    ]
    texts += [(Use(page.path, title), page.markdown) for title, page in made]
    references: dict[str, set[Use]] = {}
    stated: dict[str, set[Use]] = {}
    for use, text in texts:
        for name in {found.id for found in cites(text)}:
            references.setdefault(name, set()).add(use)
        for name in {found.id for found in claims(text)}:
            stated.setdefault(name, set()).add(use)
            topic = site.claims.get(name)
            for reference in (topic.record.get("references") or ()) if topic else ():
                references.setdefault(reference, set()).add(use)
    return Uses(
        {name: tuple(sorted(found)) for name, found in references.items()},
        {name: tuple(sorted(found)) for name, found in stated.items()},
    )
