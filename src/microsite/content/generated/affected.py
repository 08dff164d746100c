"""What a change of the registry of claims touches: each page that leans on a claim whose certainty changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

from microsite.content.articles import body_with_summary
from microsite.content.marks import cites
from microsite.content.marks import claims
from microsite.content.source import Lines
from microsite.findings import Finding

from .frame import sure
from .pairs import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from microsite.content.articles import Article
    from microsite.content.site import Site

__all__ = ["affected", "registry"]


def registry(text: str) -> dict[str, Mapping[str, Any]]:
    """The claims of a JSON registry by id.

    Raises:
        ValueError: it is no list of claims, each with an id.
    """
    loaded = json.loads(text)
    items = loaded.get("claims") if isinstance(loaded, dict) else loaded
    if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
        msg = "it holds no list of claims, each with an id"
        raise ValueError(msg)
    return {str(item["id"]): item for item in items}


def affected(site: Site, before: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    """A finding at each place that leans on a claim whose certainty is not what it was.

    Args:
        site: the site as it is.
        before: the claims as they were, by id, as in `data/claims.json`.

    Returns:
        A warning where a page names the claim, a hint where it cites one of the claim's sources: that may be for
        another statement. A claim that is new touches nobody; one that was given up or taken out counts as changed.
    """
    found: list[Finding] = []
    for name, old in before.items():
        new = site.claims.get(name)
        was = sure(old.get("evidence_level"))
        now = sure(new.record.get("evidence_level")) if new and not new.record.get("retired") else "given up"
        if was == now:
            continue
        change = f"the certainty of `{name}` was {was or 'not said'} and is now {now}"
        names = {str(one) for one in (new.record if new else old).get("references") or ()}
        for article in site.articles:
            found.extend(_places(article, name, names, change))
        for pair in pairs(site):
            if pair.studied and name in {*_ids(pair.record.get("claims")), *_ids(pair.record.get("safety"))}:
                message = f"{change}: the page {pair.path} states it"
                fix = "read the entry again: its summary and its evidence_level"
                place = site.place("conditions", (pair.condition.id, "by_compound", pair.compound.id))
                found.append(Finding(*place, "claim-changed", message, fix, "warning"))
    return sorted(set(found))


def _places(article: Article, name: str, names: set[str], change: str) -> Iterator[Finding]:
    text = article.text
    stated = [mark.start for mark in claims(text) if mark.id == name]
    if stated:
        for start in stated:
            place = Lines(text).at(start)
            fix = "read the sentence again: is it as sure as the claim, and no surer?"
            yield Finding(article.file, *place, "claim-changed", f"{change}: stated here", fix, "warning")
        return
    cited = next((found for found in cites(text) if found.id in names), None)
    if cited is not None and names & {found.id for found in cites(body_with_summary(article))}:
        message = f"{change}: the page cites {cited.id}, one of its sources"
        fix = "see whether the page makes this claim"
        yield Finding(article.file, *Lines(text).at(cited.start), "claim-changed", message, fix, "hint")


def _ids(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []
