"""Pairs of product and condition: `conditions.json` in, one page for each pair that people were studied for, out.

A page tells what is particular to its pair: standing, the claims on it, what is unknown, what to ask. What a product's
label says for everybody follows in lists, so that no page sends a reader elsewhere for a warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from microsite.content.marks import CITATION
from microsite.content.marks import cites
from microsite.content.prose import count_words

from .frame import cite
from .frame import entry_day
from .frame import frame
from .frame import link
from .frame import marked
from .frame import plain
from .frame import sound
from .frame import sourced
from .frame import sure
from .pairview import pair_view
from .products import sources_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from microsite.content.made import Made
    from microsite.content.site import Site
    from microsite.content.site import Topic

__all__ = ["Pair", "pair_page", "pairs"]

#: Kinds of reference that report on people; a label, a notice or a laboratory study does not make a pair "studied".
_HUMAN = frozenset({"case-series", "cohort", "meta-analysis", "rct", "systematic-review"})
#: How a summary begins that says nothing was found: "No useful trial …", "Spray not tested …".
_NOTHING = re.compile(r"(?:[\w-]+ )?(?:no|not|nobody)\b", re.IGNORECASE)
_COUNTRIES = {"US": "United States", "EU": "European Union", "UK": "United Kingdom"}
_UNCHECKED = "Not checked by us yet."


@dataclass(frozen=True, slots=True)
class Pair:
    """One product for one condition. `studied`: people with the condition were, in a source that may be cited."""

    condition: Topic
    compound: Topic
    record: Mapping[str, Any]
    studied: bool

    @property
    def path(self) -> str:
        """Below docs/: `conditions/ptsd/racemic-ketamine-iv.md`."""
        return f"conditions/{self.condition.id}/{self.compound.id}.md"

    @property
    def title(self) -> str:
        """`Ketamine drip (IV) and PTSD`: "and" promises nothing."""
        return f"{short(self.compound)} and {short(self.condition)}"

    @property
    def certainty(self) -> str:
        """How sure anyone can be, in GRADE's words; empty when nobody said."""
        return sure(self.record.get("evidence_level"))

    @property
    def aliases(self) -> tuple[str, ...]:
        """What readers call it: other names of the product beside the condition's, three at most."""
        names = [str(name) for name in self.compound.record.get("synonyms") or ()][:3]
        return tuple(f"{name} {short(self.condition)}" for name in names)

    @property
    def summary(self) -> str:
        """One or two sentences, without marks."""
        return plain(str(self.record.get("summary") or ""))


def short(topic: Topic) -> str:
    """The name for titles and tables."""
    return str(topic.record.get("short") or topic.name)


def pairs(site: Site) -> Iterator[Pair]:
    """Every pair that the data speak of: conditions in their file's order, and products in theirs.

    A pair says itself whether it was `studied`. Where it does not, a reference that reports on people decides, unless
    the summary begins with saying that nothing was found. Either way a pair without a single source that may be cited
    gets no page: there would be nothing to stand on.
    """
    for condition in site.conditions.values():
        listed = condition.record.get("by_compound")
        for compound in site.compounds.values():
            record = listed.get(compound.id) if isinstance(listed, dict) else None
            if not isinstance(record, dict):
                continue
            known = sound(site, _texts(record.get("references")))
            nothing = _NOTHING.match(str(record.get("summary") or ""))
            human = not nothing and any(site.references[name].kind in _HUMAN for name in known)
            said = record.get("studied")
            yield Pair(condition, compound, record, bool(known) and (said if isinstance(said, bool) else human))


def pair_page(site: Site, pair: Pair, others: Sequence[Pair]) -> Made:
    """The page of one pair; `others` are all pairs, for the way onward."""
    source = cite(site, _texts(pair.compound.record.get("references")))
    parts = [
        _glance(site, pair),
        _standing(site, pair),
        _studies(site, pair),
        _list("What to weigh up", pair.record.get("considerations")),
        _list("What nobody knows yet", pair.record.get("unknown")),
        _harms(site, pair),
        _list("Who should not have it", pair.compound.record.get("contraindications"), source),
        _list("Medicines that can clash", pair.compound.record.get("interactions"), source),
        _list("How you should be watched", pair.compound.record.get("monitoring"), source),
        _pregnancy(pair),
        _questions(pair),
        _about(site, pair, others),
    ]
    body = "\n\n".join(filter(None, parts))
    view = pair_view(site, pair.path, pair.condition, pair.compound, _onward(pair, others))
    cited = {found.id for found in cites(body)} & site.references.keys()
    words = count_words(body)
    return frame(
        pair.path,
        pair.title,
        f"Is it approved, what was studied in people with {short(pair.condition)}, what can go wrong, what to ask.",
        body,
        kind="article",
        description=pair.summary,
        crumbs=[{"title": "Conditions", "url": "/conditions/"}] if "conditions/index.md" in site.by_path else [],
        view={
            **view,
            "words": words,
            "minutes": max(1, -(-words // 200)),
            "sources": len(cited),
            "aliases": list(pair.aliases),
        },
    )


def _glance(site: Site, pair: Pair) -> str:
    grade = f"[certainty: {pair.certainty}] " if pair.certainty else ""
    points = [grade + sourced(pair.summary, cite(site, _texts(pair.record.get("references"))[:4]))]
    harm = next(iter(_claims(site, pair, "safety")), "")
    points += [harm] if harm else []
    return '!!! summary "At a glance"\n\n' + "\n".join(f"    - {point}" for point in points)


def _standing(site: Site, pair: Pair) -> str:
    name = short(pair.compound)
    lines = ["## Is it approved for this?", str(pair.record.get("standing") or "")]
    status = pair.compound.record.get("regulatory_status")
    rows = []
    for place, entry in (status if isinstance(status, dict) else {}).items():
        if isinstance(entry, dict):
            source = cite(site, _texts(entry.get("references"))) or f" {_UNCHECKED}"
            year = entry.get("year") or "\u2013"
            rows.append(f"| {_COUNTRIES.get(place, place)} | {marked(str(entry.get('status')))}.{source} | {year} |")
    if rows:
        table = f"Table: {marked(name)}: legal standing and year"
        lines.append(f"{table}\n\n| Where | Standing | Year |\n|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(filter(None, lines)) if rows or lines[1] else ""


def _studies(site: Site, pair: Pair) -> str:
    found = _claims(site, pair, "claims", people=True)
    if not found:
        names = sound(site, _texts(pair.record.get("references")))
        found = [f"{marked(site.references[name].title)}.[@{name}]" for name in names]
    unconfirmed = [
        name
        for name in _texts(pair.record.get("references"))
        if name in site.references and not site.references[name].verified
    ]
    note = ""
    if unconfirmed:
        count = "One more source is known" if len(unconfirmed) == 1 else f"{len(unconfirmed)} more sources are known"
        note = f"\n\n{count}, but not confirmed by anyone here; we report nothing from it."
    taken = f"\n\nTaken together: [certainty: {pair.certainty}]" if pair.certainty else ""
    return "## What was studied\n\n" + "\n".join(f"- {line}" for line in found) + taken + note


def _harms(site: Site, pair: Pair) -> str:
    near = _claims(site, pair, "safety")
    known = _texts(pair.compound.record.get("warnings"))
    text = "## What can go wrong"
    if near:
        text += f"\n\n**With {marked(short(pair.condition))}, above all**\n\n" + "\n".join(f"- {line}" for line in near)
    if known:
        text += "\n\n**With this product, for anyone**\n\n" + "\n".join(f"- {line}" for line in known)
    urgent = site.claims.get("aftercare-01")
    names = _texts(urgent.record.get("references")) if urgent else []
    source = cite(site, sources_for(site, "", names, pair.compound)[0])
    if urgent and source:
        text += f'\n\n!!! danger "Stop and call 911"\n    {marked(urgent.name)}{source}'
    return text if near or known else ""


def _pregnancy(pair: Pair) -> str:
    text = str(pair.compound.record.get("pregnancy") or "")
    return f"## Pregnancy and breastfeeding\n\n{text}" if text else ""


def _questions(pair: Pair) -> str:
    asked = _texts(pair.record.get("questions")) or [
        f"Why {short(pair.compound)} for {short(pair.condition)}, and what else is there to try?",
        "Which of my medicines and illnesses speak against it?",
        "How will we know whether it helps, and when do we stop if it does not?",
    ]
    lines = "\n".join(f"{number}. {marked(line)}" for number, line in enumerate(asked, start=1))
    return f"## Questions to ask your clinician\n\n{lines}"


def _about(site: Site, pair: Pair, others: Sequence[Pair]) -> str:
    made = entry_day(pair.condition.record)
    when = f" of {made:%B} {made.day}, {made.year}" if made else ""
    policy = "about/editorial-policy.md"
    how = f" [How we work]({link(pair.path, policy)})." if policy in site.by_path else ""
    lines = [f"Made from our evidence data{when}; no clinician has reviewed it.{how}"]
    article = site.by_path.get(str(pair.condition.record.get("article") or ""))
    if article:
        lines.append(
            f"The whole story: [the article on {marked(short(pair.condition))}]({link(pair.path, article.path)})."
        )
    same = [other for other in others if other.studied and other.condition.id == pair.condition.id and other != pair]
    unlike = [other for other in same if other.compound.id != pair.compound.id]
    if unlike:
        ways = ", ".join(f"[{marked(short(other.compound))}]({link(pair.path, other.path)})" for other in unlike)
        lines.append(f"Other products for the same condition: {ways}.")
    if "conditions/index.md" in site.by_path:
        table = link(pair.path, "conditions/index.md", "what-was-studied")
        lines.append(f"[All pairs in one table]({table}).")
    return "## About this page\n\n" + "\n\n".join(lines)


def _onward(pair: Pair, others: Sequence[Pair]) -> list[Pair]:
    """Up to three pairs to read next: the same condition first, then the same product."""
    known = [other for other in others if other.studied and other.path != pair.path]
    same = [other for other in known if other.condition.id == pair.condition.id]
    return [*same, *(other for other in known if other.compound.id == pair.compound.id and other not in same)]


def _claims(site: Site, pair: Pair, key: str, *, people: bool = False) -> list[str]:
    """Each claim that rests on a sound source, as Markdown; with `people`, headed by who was studied."""
    found = []
    for name in _texts(pair.record.get(key)):
        topic = site.claims.get(name)
        if topic is None or topic.record.get("retired") or not cite(site, _texts(topic.record.get("references"))):
            continue
        who = str(topic.record.get("population") or "")
        head = f"**{marked(who[:1].upper() + who[1:])}.** " if people and who else ""
        found.append(head + _claim(site, pair, topic))
    return found


def _claim(site: Site, pair: Pair, topic: Topic) -> str:
    names, note = sources_for(site, topic.name, _texts(topic.record.get("references")), pair.compound)
    text = topic.name.rstrip(".") + f"{note}." if note else topic.name
    return f"{sourced(text, cite(site, names))} [claim: {topic.id}]"


def _list(title: str, items: object, source: str = "") -> str:
    """A section of points. Points that name no source of their own get the product's `source` together."""
    texts = _texts(items)
    if not texts:
        return ""
    common = f"\n\nFrom the sources on this product.{source}" if source and not any(map(CITATION.search, texts)) else ""
    return f"## {title}\n\n" + "\n".join(f"- {text}" for text in texts) + common


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []
