"""The registry of claims as pages: a light list of topics at /evidence/, and each topic's claims on a page of its own.

One page of 214 claims would weigh 300 KB of HTML; a topic has at most 22. A claim that rests on unverified sources only
is listed without its words: nobody has checked it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.content.marks import GRADES

from .frame import cite
from .frame import frame
from .frame import link
from .frame import marked
from .frame import slug
from .frame import sound
from .frame import sourced
from .frame import sure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from microsite.content.made import Made
    from microsite.content.site import Site
    from microsite.content.site import Topic

    from .uses import Use
    from .uses import Uses

__all__ = ["INDEX", "claim_url", "evidence_pages", "topic_name"]

INDEX = "evidence/index.md"
#: How many pages are named under a claim before "and n more": a popular source stands on a hundred pages.
_MOST = 6
#: Topics whose id is no name that a reader would use.
_NAMES = {
    "at-home": "Ketamine at home",
    "bipolar": "Bipolar depression",
    "clinic": "Choosing a clinic",
    "cost": "Paying for it",
    "crps": "CRPS",
    "mechanism": "How it works",
    "neuropathic": "Nerve pain",
    "ocd": "OCD",
    "ptsd": "PTSD",
    "risk-general": "Risks in general",
    "routes": "Ways it is given",
    "suicidality": "Suicidal thoughts",
    "addiction": "Addiction research",
    "basics": "The basics",
    "driving": "Driving and the way home",
    "contraindications": "Who should not have it",
    "investigational": "Drugs still in research",
    "approval": "Approval and the law",
}


def topic_name(topic: str) -> str:
    """A topic's name for readers: `risk-bladder` → `Risk: bladder`."""
    if topic in _NAMES:
        return _NAMES[topic]
    first, _, rest = topic.partition("-")
    if first == "risk" and rest:
        return f"Risk: {rest.replace('-', ' ')}"
    return topic.replace("-", " ").capitalize()


def claim_url(topic: str, name: str) -> str:
    """The address of a claim's entry: `/evidence/depression/#depression-04`."""
    return f"/evidence/{slug(topic)}/#{name}"


def by_topic(site: Site) -> dict[str, list[Topic]]:
    """The claims by topic, both in the order of the file."""
    found: dict[str, list[Topic]] = {}
    for claim in site.claims.values():
        found.setdefault(str(claim.record.get("topic") or "other"), []).append(claim)
    return found


def evidence_pages(site: Site, uses: Uses) -> Iterable[Made]:
    """The list of topics, then each topic."""
    topics = by_topic(site)
    if topics:
        yield _index(site, topics)
    for topic, listed in topics.items():
        yield _topic(site, topic, listed, uses)


def _index(site: Site, topics: Mapping[str, list[Topic]]) -> Made:
    total = len(site.claims)
    rows = []
    for topic, listed in sorted(topics.items(), key=lambda item: topic_name(item[0])):
        grades = [sure(claim.record.get("evidence_level")) for claim in listed]
        counts = " | ".join(str(grades.count(word)) if grades.count(word) else "\u2013" for word in GRADES)
        target = link(INDEX, f"evidence/{slug(topic)}.md")
        rows.append(f"| [{marked(topic_name(topic))}]({target}) | {len(listed)} | {counts} |")
    heads = " | ".join(word.capitalize() for word in GRADES)
    columns = "|---|--:|" + "--:|" * len(GRADES)
    policy = "about/editorial-policy.md"
    words = (
        f" [What the words mean]({link(INDEX, policy, 'how-sure-we-are')})."
        if policy in site.by_path and "how-sure-we-are" in site.by_path[policy].body.lower().replace(" ", "-")
        else ""
    )
    body = (
        "Our pages rest on a list of single statements. Each names who was studied, its sources and how certain it is. "
        f"When a word of certainty changes here, we go through every page that leans on it.{words}\n\n"
        f"Table: {total} statements by topic and by certainty\n\n"
        f"| Topic | In all | {heads} |\n{columns}\n" + "\n".join(rows)
    )
    standfirst = "Every statement that our pages rest on, with its sources, its certainty and the pages that use it."
    return frame(INDEX, "The evidence, statement by statement", standfirst, body, kind="evidence")


def _topic(site: Site, topic: str, listed: list[Topic], uses: Uses) -> Made:
    path = f"evidence/{slug(topic)}.md"
    name = topic_name(topic)
    body = "\n\n".join(
        _entry(site, f"{name} {number}", claim) + _used(site, path, claim, uses)
        for number, claim in enumerate(listed, start=1)
    )
    standfirst = (
        f"{len(listed)} statements on this topic: who was studied, how certain, from which sources, used where."
    )
    if len(listed) == 1:
        standfirst = "One statement on this topic: who was studied, how certain, from which sources, used where."
    crumbs = [{"title": "Evidence", "url": "/evidence/"}]
    described = f"{name}: {standfirst[:1].lower()}{standfirst[1:]}"
    return frame(path, f"Evidence: {name}", standfirst, body, kind="evidence", crumbs=crumbs, description=described)


def _entry(site: Site, name: str, claim: Topic) -> str:
    record = claim.record
    names = [str(one) for one in record.get("references") or []]
    head = f"## {marked(name)} {{ #{claim.id} }}"
    who = f"Who: {marked(str(record.get('population') or 'not said'))}."
    if record.get("retired"):
        return f"{head}\n\nGiven up on {marked(str(record['retired']))}. No page may state it.\n\n{who}"
    source = cite(site, names)
    if not source:
        return f"{head}\n\nWe do not state this one: nobody has confirmed its source yet.\n\n{who}"
    grade = sure(record.get("evidence_level"))
    parts = [head, sourced(claim.name, source) + (f" [certainty: {grade}]" if grade else ""), who]
    waiting = [one for one in names if one in site.references and one not in sound(site, names)]
    if waiting:
        parts.append(
            "One of its sources is not confirmed yet and is not listed."
            if len(waiting) == 1
            else f"{len(waiting)} of its sources are not confirmed yet and are not listed."
        )
    error = record.get("common_error")
    if isinstance(error, dict):
        wrong, right = marked(str(error.get("says"))), sourced(str(error.get("correction")), source)
        parts.append(f"**Often said:** {wrong} **Better:** {right}")
    return "\n\n".join(filter(None, parts))


def _used(site: Site, path: str, claim: Topic, uses: Uses) -> str:
    names = sound(site, (str(one) for one in claim.record.get("references") or []))  # no page cites the others
    stating = uses.claims.get(claim.id, ())
    sharing = sorted({use for one in names for use in uses.references.get(one, ())} - set(stating))
    lines = []
    if stating:
        lines.append(f"Stated on: {_pages(path, stating)}.")
    if sharing:
        lines.append(f"Same sources, perhaps for another statement: {_pages(path, sharing)}.")
    return "".join(f"\n\n{line}" for line in lines)


def _pages(path: str, found: Iterable[Use]) -> str:
    """Links to the first few, and how many more there are."""
    found = list(found)
    shown = [f"[{marked(use.label)}]({link(path, use.path)})" for use in found[:_MOST]]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(shown) + more
