"""What the template shows around a pair's text: the facts it shows around an article, so that one serves both."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from microsite.content.views import LINKS
from microsite.content.views import day

from .frame import cut
from .frame import entry_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microsite.content.site import Site
    from microsite.content.site import Topic

    from .pairs import Pair

__all__ = ["pair_view"]

#: Evidence is gone through again after half a year, as articles are (guides/editors.md).
_MONTHS = 6
_YEAR = 12


def pair_view(site: Site, path: str, condition: Topic, compound: Topic, onward: Sequence[Pair]) -> dict[str, Any]:
    """Dates, authors and links of the page of one pair."""
    made = entry_day(condition.record) or site.today
    due = _later(made, _MONTHS)
    article = site.by_path.get(str(condition.record.get("article") or ""))
    # Its title is not repeated here: an edit of it would change every page of the condition.
    named = f"The article on {condition.record.get('short') or condition.name}"
    links = [{"title": named, "url": article.url, "description": ""}] if article else []
    links += [{"title": one.title, "url": f"/{one.path[:-3]}/", "description": cut(one.summary)} for one in onward]
    people = [person for person in site.people.values() if person.kind == "organisation"]
    return {
        "published": day(made),
        "updated": day(made),
        "review": {"iso": due.isoformat(), "text": f"{due:%B %Y}"},
        "overdue": due < site.today,
        "authors": [
            {"id": person.id, "name": person.name, "role": person.role, "url": person.url} for person in people[:1]
        ],
        "reviewer": None,
        "section": {"title": "Conditions", "url": "/conditions/"} if "conditions/index.md" in site.by_path else None,
        "summary": [],
        "form": None,
        "conditions": [condition.name],
        "compounds": [compound.name],
        "related": [one for one in links if one["url"] != f"/{path[:-3]}/"][:LINKS],
        "latest": [],
        "children": [],
        "insurers": [],
        "topics": {"conditions": [condition.id], "compounds": [compound.id]},
    }


def _later(start: date, months: int) -> date:
    """The same day some months on; the 28th at most, which every month has."""
    count = start.month - 1 + months
    return date(start.year + count // _YEAR, count % _YEAR + 1, min(start.day, 28))
