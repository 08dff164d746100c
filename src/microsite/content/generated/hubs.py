"""What the hubs show of all pairs: a table of conditions by products, and each product's standing.

A written hub asks for them with `<!--conditions-->` and `<!--products-->`; the rest of its text stays its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content.marks import GRADES

from .frame import cite
from .frame import link
from .frame import marked
from .frame import sourced
from .pairs import pairs
from .pairs import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microsite.content.site import Site
    from microsite.content.site import Topic

    from .pairs import Pair

__all__ = ["with_hubs"]

_NONE = "No study"
#: Not searched: each of its lines leads to a page that says it better.
_BOX = '<div class="in-this-section" markdown="1">\n\n{}\n\n</div>'
_COUNTRIES = ("US", "EU", "UK")


def with_hubs(site: Site, path: str, body: str) -> str:
    """`body` of the page at `path` with its marks replaced."""
    if "<!--conditions-->" in body:
        body = body.replace("<!--conditions-->", _BOX.format(conditions_markdown(site, path)))
    if "<!--products-->" in body:
        body = body.replace("<!--products-->", _BOX.format(products_markdown(site, path)))
    return body


def conditions_markdown(site: Site, here: str) -> str:
    """The table of conditions by products, then each condition with a line for each product."""
    found = list(pairs(site))
    products = _products(site, found)
    conditions = _conditions(site, found)
    by_key = {(pair.condition.id, pair.compound.id): pair for pair in found}
    heads = " | ".join(marked(short(product)) for product in products)
    rows = []
    for condition in conditions:
        cells = [_cell(here, by_key.get((condition.id, product.id))) for product in products]
        rows.append(f"| [{_name(condition)}](#{condition.id}) | {' | '.join(cells)} |")
    table = (
        "## What was studied { #what-was-studied }\n\n"
        "The word says how sure anyone can be of what studies found, good or bad. It does not say that a treatment "
        f"helps. “{_NONE}” means that we found none in people with that condition which we can cite.\n\n"
        "Table: Conditions, products, and how certain the evidence is\n\n"
        f"| Condition | {heads} |\n|---|{'---|' * len(products)}\n" + "\n".join(rows)
    )
    parts = [table, "## Condition by condition { #condition-by-condition }"]
    for condition in conditions:
        here_found = [by_key[condition.id, product.id] for product in products if (condition.id, product.id) in by_key]
        parts.append(_condition(site, here, condition, here_found))
    return "\n\n".join(parts)


def products_markdown(site: Site, here: str) -> str:
    """Each product: its standing by country, and the conditions it has a page for."""
    found = list(pairs(site))
    parts = ["## Product by product { #product-by-product }"]
    for product in _products(site, found):
        lines = [f"### {marked(short(product))} {{ #{product.id} }}"]
        names = [str(name) for name in product.record.get("synonyms") or []]
        if names:
            lines.append(f"Also called {', '.join(map(marked, names))}.")
        lines.append(_status(site, product))
        studied = [pair for pair in found if pair.studied and pair.compound.id == product.id]
        ways = [f"[{marked(short(pair.condition))}]({link(here, pair.path)})" for pair in studied]
        unstudied = [pair for pair in found if not pair.studied and pair.compound.id == product.id]
        if ways:
            lines.append(f"Studied in people with: {', '.join(ways)}.")
        if unstudied:
            names = [marked(short(pair.condition)) for pair in unstudied]
            lines.append(f"No study that we can cite in people with: {', '.join(names)}.")
        parts.append("\n\n".join(filter(None, lines)))
    return "\n\n".join(parts)


def _cell(here: str, pair: Pair | None) -> str:
    if pair is None or not pair.studied:
        return _NONE
    word = pair.certainty or "studied"
    mark = f" .g{GRADES[word]}" if word in GRADES else ""
    label = f"{word.capitalize()}: {pair.title}"
    return f'[{word.capitalize()}]({link(here, pair.path)}){{ .grade{mark} aria-label="{label}" }}'


def _condition(site: Site, here: str, condition: Topic, found: Sequence[Pair]) -> str:
    lines = []
    for pair in found:
        name = f"**{marked(short(pair.compound))}**"
        if pair.studied:
            grade = f" [certainty: {pair.certainty}]" if pair.certainty else ""
            source = cite(site, [str(one) for one in pair.record.get("references") or []][:4])
            way = f'[{marked(short(pair.compound))}]({link(here, pair.path)}){{ aria-label="{pair.title}" }}'
            lines.append(f"- **{way}**: {sourced(pair.summary, source)}{grade}")
        elif not pair.summary.startswith("No study in people"):
            source = cite(site, [str(one) for one in pair.record.get("references") or []][:2])
            lines.append(f"- {name}: {sourced(pair.summary, source)}")
    none = [marked(short(p.compound)) for p in found if not p.studied and p.summary.startswith("No study in people")]
    if none:
        lines.append(f"- **{', '.join(none)}**: no study in people with this condition was found.")
    article = site.by_path.get(str(condition.record.get("article") or ""))
    more = f"\n\n[The article on {_name(condition, first=False)}]({link(here, article.path)})" if article else ""
    return f"### {_name(condition)} {{ #{condition.id} }}\n\n" + "\n".join(lines) + more


def _status(site: Site, product: Topic) -> str:
    status = product.record.get("regulatory_status")
    lines = []
    for place in _COUNTRIES:
        entry = status.get(place) if isinstance(status, dict) else None
        if isinstance(entry, dict):
            year = f", {entry['year']}" if entry.get("year") else ""
            source = cite(site, [str(one) for one in entry.get("references") or []])
            lines.append(f"- {place}{year}: {marked(str(entry.get('status')))}.{source or ' Not checked by us yet.'}")
    return "\n".join(lines)


def _name(condition: Topic, *, first: bool = True) -> str:
    name = short(condition)
    return marked(name[:1].upper() + name[1:] if first else name)


def _products(site: Site, found: Sequence[Pair]) -> list[Topic]:
    named = {pair.compound.id for pair in found}
    return [product for product in site.compounds.values() if product.id in named]


def _conditions(site: Site, found: Sequence[Pair]) -> list[Topic]:
    named = {pair.condition.id for pair in found}
    return [condition for condition in site.conditions.values() if condition.id in named]
