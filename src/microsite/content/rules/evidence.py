# ruff: noqa: E501 - a pattern that is cut in the middle of its alternatives cannot be read
"""Sentences that need a source and have none: figures, "studies show", and statements of effect, harm or approval.

A figure needs its source in the same sentence: a reader who doubts it looks there. So does a statement of effect, harm
or approval (a warning; the vocabulary decides, and a vocabulary errs). Single words of effect may rest on the source that
closes the paragraph. Questions, advice, and what is said to be unknown need none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION
from microsite.content.marks import CLAIM

if TYPE_CHECKING:
    from microsite.content.blocks import Block

    from .page import Page

__all__ = ["check_evidence"]

_ADDRESS = re.compile(r"\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+[\"'][^\"']*[\"'])?\)|<[^<>]*>|https?://\S+")
#: Hotlines, and names that hold a number (the receptor, the enzymes, the class) without stating a figure.
_NO_FIGURE = re.compile(
    r"\b(?:988|911|999|112|24/7|24 hours a day|CYP\w+|Schedule \d|COVID-19|5-HT\w*)\b|\[[^\]]*\]|\([^)]*\)(?<=\.md\))"
    r"|(?:\+?1[-. ])?(?:\(?\d{3}\)?[-. ])?\b\d{3}[-. ]\d{4}\b"
)
_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"\d|\b(?:half|one in|two in|three in|a third|a quarter|two thirds|percent)\b", re.IGNORECASE)
_MATTER = re.compile(
    r"\b(?:effective|efficacy|reliev\w+|relief|reduc\w+|improv\w+|respon(?:se|d|ds|ded)|remission|relapse[ds]?"
    r"|benefit\w*|risks?|harm\w*|side effects?|adverse|injur\w+|damage[ds]?|deaths?|died|fatal\w*|overdos\w+|addict\w+"
    r"|dependence|misuse\w*|safe|safer|safety|approv\w+|licen[sc]ed|placebo|trials?|participants|better|worse|lower(?:s|ed)?"
    r"|rais(?:e|es|ed)|fell|dropped|rose|recover\w*|cured?|symptoms|prevent\w*|success\w*)\b",
    re.IGNORECASE,
)
#: Figures that state a measurement whatever else the sentence says.
_MEASURE = re.compile(
    r"\d\s?%|\bper ?cent\b|\d\s?(?:mg|mcg|\u00b5g|micrograms?|milligrams?)\b"
    r"|\b(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|half|most|many|the majority)\s+(?:(?:in|out of|of every)\s+(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|a hundred|the)\s+)(?:\w+\s+)?(?:people|patients|adults|users|veterans|women|men|them)?"
    r"|\b(?:half|two[ -]thirds|a third|one third|a quarter|three[ -]quarters|the majority|\d[\d,]*) of (?:all |the |these |those )?(?:\w+ )?(?:people|patients|adults|users|veterans|participants|women|men|cases)\b"
    r"|\b(?:twice|three times|four times|ten times|\d+ times|\d+-fold|doubles?|doubled|halves|halved|triples?|tripled) (?:as |the |more |less |your |their )",
    re.IGNORECASE,
)
_STUDY_SAYS = re.compile(
    r"\b(?:stud(?:y|ies)|research(?:ers)?|trials?|evidence|scientists|experts|doctors|science|data|literature|meta-?analys[ei]s|reviews?)\s+(?:(?:has|have|had|also|now|clearly|consistently|strongly|\w+ly)\s+){0,3}"
    r"(?:shows?|showed|shown|proves?|proved|proven|finds?|found|suggests?|suggested|agree|demonstrat\w+|confirm\w*|indicat\w+|reveal\w*|supports?|supported|establish\w*|report(?:s|ed)?)\b"
    r"|\baccording to (?:\w+ )?(?:stud(?:y|ies)|research(?:ers)?|trials?|experts|scientists|doctors)\b"
    r"|\b(?:has|have|was|were|been|is|are) (?:\w+ )?(?:shown|demonstrated|found|known|clinically shown) to\b"
    r"|\b(?:it is|it's) (?:well )?(?:known|established|accepted|documented) that\b",
    re.IGNORECASE,
)
_NONE_FOUND = re.compile(
    r"\b(?:no|not|nobody|never|neither|we|nothing|whether|few|ask|until|if|little)\b|n[\u2019']t", re.IGNORECASE
)
_SUBJECT = r"(?:(?:es|ar|s-|r-)?ketamine|spravato|ketalar|the (?:drug|medicine|spray|drip|infusions?|treatment|therapy)|infusions|nasal spray)"
_EFFECT = re.compile(
    rf"\b{_SUBJECT}(?:\s+(?!not\b|never\b|may\b|might\b|could\b)[\w-]+){{0,3}}?\s+(?:(?:also|can|will|quickly|rapidly|effectively|often|significantly|greatly|does|usually)\s+){{0,2}}"
    r"(?:helps?|eases?|relieves?|reduces?|lowers?|improves?|works|treats?|lifts|prevents?|fights|boosts|restores|repairs|regrows|rebuilds|rewires|soothes|calms|stops|ends|cuts|shortens|slows|protects)\b"
    rf"|\b{_SUBJECT}(?:\s+[\w-]+){{0,3}}?\s+(?:is|are|was|were)\s+(?:(?:an?|the|very|highly|most|more|also|so|especially|particularly)\s+){{0,2}}(?:effective|helpful|useful|beneficial|superior|better than|fast-acting|powerful|successful)\b"
    r"|\b(?:most|many|nearly all|almost all|the majority of|few|all) (?:\w+ )?(?:patients|people|adults|users|participants) (?:\w+ )?(?:feel|felt|responds?|responded|improves?|improved|get|got|recover\w*|relapsed?|benefit\w*|reports?|reported)\b"
    r"|\b(?:effects?|relief|benefits?|improvements?|gains?) (?:\w+ )?(?:lasts?|lasted|fades?|faded|wears? off|wore off|persists?|persisted)\b"
    r"|\b(?:is|are|was) (?:\w+ )?effective (?:for|in|against|at|treatment)\b|\bsignificant(?:ly)? (?:relief|improve\w*|reduc\w+|better|lower)\b|\b(?:rapid|fast|quick|lasting|dramatic) (?:relief|improvement|antidepressant)\b",
    re.IGNORECASE,
)
_HARMS = re.compile(
    rf"\b{_SUBJECT}(?:\s+[\w-]+){{0,3}}?\s+(?:(?:also|can|may|will|could|might|often|does|rarely)\s+){{0,2}}"
    r"(?:causes?|harms?|damages?|injures?|raises?|increases?|leads? to|triggers?|worsens?|suppress(?:es)?|kills?|destroys?|poisons?)\b"
    rf"|\b{_SUBJECT}(?:\s+[\w-]+){{0,3}}?\s+(?:is|are|was|were)\s+(?:(?:very|highly|more|less|also|not)\s+){{0,2}}(?:addictive|toxic|dangerous|unsafe|safer|fatal|harmful|well[ -]tolerated|safe)\b"
    r"|\bwell[ -]tolerated\b",
    re.IGNORECASE,
)
_APPROVAL = re.compile(
    r"\bFDA[- ](?:approved|cleared|licensed|authorized)\b"
    r"|\b(?:FDA|Food and Drug Administration|EMA|European Medicines Agency|MHRA|Health Canada|NICE|TGA|DEA|Medicare|Medicaid|VA|Department of Veterans Affairs|regulators?|agency)\b(?:\s+[\w-]+){0,4}?\s+(?:approv|clear|licen[sc]|authori[sz]|recommend|bann|warn|cover|caution|reject|classif|allow|permit)\w*"
    r"|\b(?:approved|licen[sc]ed|authori[sz]ed|cleared|banned) (?:\w+ )?(?:by|for|in|as|to treat|since)\b"
    r"|\b(?:is|are|was|were|has been|been|became) (?:fully |officially |not |now |never |only )?(?:approved|licen[sc]ed|off-label|illegal|legal|a controlled substance)\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\b(?:no|not|none|never|nothing|is when|is taking|means)\b|n[\u2019']t\b", re.IGNORECASE)
_NOT = re.compile(r"\bnot\b|n[\u2019']t\b", re.IGNORECASE)
#: Words of effect and harm, whatever the sentence says of them.
_WORDS = re.compile(
    r"\b(?:(?:in)?effective|efficacy|relie(?:f|ves?|ved)|remissions?|respon(?:ded|ds|ders)|improv(?:es|ed|ement)|reduc(?:es|ed|tion)|eas(?:es|ed)|benefits?"
    r"|side effects?|adverse|harm(?:s|ed)|damages?|injur(?:es|ed)|toxic\w*|overdos\w+|addicti\w+|dependence|misuse|fatal|deaths?|slow(?:s|ed)? (?:\w+ )?breathing)\b",
    re.IGNORECASE,
)
#: What a digit measures when the sentence speaks of a treatment: a time, a year, a size.
_MEDICAL = re.compile(
    r"\b(?:(?:es|nor|ar)?ketamine|spray|drips?|infusions?|doses?|label|FDA|DEA|rule|guidelines?|blood pressure|volunteers|patients|people (?:with|over|under|who)|tested|trial|study|review|experts|societ(?:y|ies)|drug)\b",
    re.IGNORECASE,
)
#: What the page asks of its reader, and what it says of itself.
_ADVICE = re.compile(
    r"^(?:\W*(?:If|When|For|Before|After|At|With)\b[^,]*,\s*)?\W*(?:Ask|Bring|Keep|Write|Call|Tell|Read|Take|Plan|Do not|Do|Print|Choose|Check|Get|Wait|Stay|See|Note|Use|Try|Start|Stop|Let|Make|Go|Have|Avoid|Watch|Think|Look|Say|Give|Put|Never)\b"
    r"|\b(?:page|section|part|chapter|step|version|table|list|rows?)\b",
    re.IGNORECASE,
)
#: Fewer words are a label, not a statement.
_FEW = 5
_UNSURE = re.compile(
    r"\b(?:whether|unclear|unknown|proof|means?|tells? you|nobody|no one|not known|ask|if|unless|see|read|below|above|this page|this section|we|our|you may|said|says|say|claims?|claimed|sites|ads?|quoted|question)\b",
    re.IGNORECASE,
)


def check_evidence(page: Page) -> None:
    """All sentences of one page, and the cells of its tables."""
    if not page.health:
        return
    _summary(page)
    covered = False
    parts = dict(page.sentences)
    for block, following in zip(page.blocks, [*page.blocks[1:], None], strict=True):
        if block.kind == "caption":
            covered = _has_source(block.text)
        elif block.kind not in {"row", "rule"}:
            covered = False
        head = following is not None and following.kind == "rule"
        if block.kind not in {"paragraph", "item", "row"} or head or covered:
            continue
        if block.kind == "row" and _has_source(block.text):
            continue
        closed = _closed_by_source(block)
        for sentence in parts[block] if block.kind != "row" else (None,):
            text, start = (sentence.text, sentence.start) if sentence else (block.text, block.start)
            # Who is sent to another page finds the sources there.
            _sentence(page, text, start, closed=closed or block.kind == "row" or ".md" in text)


def _summary(page: Page) -> None:
    """The points of "At a glance" stand by themselves: nothing below them speaks for them."""
    front = page.article.front
    for path, place in front.nested.items():
        point = path[0] == "summary" and (
            path[-1] == "text" or (len(path) == 2 and (*path, "text") not in front.nested)
        )
        if point:
            text = page.article.text[place.start : place.end]
            quoted = text[:1] in {'"', "'"}
            _sentence(page, text[1:] if quoted else text, place.start + quoted, closed=False)


def _sentence(page: Page, text: str, start: int, *, closed: bool) -> None:
    bare = text.rstrip().rstrip("\"'”)*_")
    if _has_source(text) or bare.endswith("?"):
        return
    opening = re.match(r"\s*(?:>\s*)*(?:(?:\d+[.)]|[-*+])\s+)?(?=\S)", text)
    plain = text[opening.end() :] if opening else text
    # A pattern is tried where a character says that it may match.
    if "](" in plain or "<" in plain or "http" in plain:
        plain = _ADDRESS.sub("]", plain)
    if "[" in plain or "(" in plain or "CYP" in plain or _DIGIT.search(plain):
        plain = _NO_FIGURE.sub("", plain)
    start += opening.end() if opening else 0
    shown = " ".join(plain.split())[:60]
    if _states_figure(plain):
        page.add(start, "uncited-claim", f"no source for the figure in: {shown}…", "cite one in the sentence: [@id]")
    elif _STUDY_SAYS.search(plain) and not _NONE_FOUND.search(plain):
        page.add(start, "uncited-claim", f"it leans on studies and names none: {shown}…", "cite one: [@id]")
    elif page.article.kind == "article" and not _UNSURE.search(plain):
        matter = _statement(plain, closed=closed)
        if matter and plain.rfind("“", 0, matter.start()) <= plain.rfind("”", 0, matter.start()):
            message = f"no source for “{' '.join(matter.group().split())[:40]}” in: {shown}…"
            page.add(start, "uncited-claim", message, "cite one: [@id]", "warning")


def _statement(plain: str, *, closed: bool) -> re.Match[str] | None:
    """What the sentence states of law, effect or harm, or a number beside a treatment."""
    # What is not approved is a statement of law as well; what does not help is none of effect.
    found = _APPROVAL.search(plain)
    if found is None and not _NOT.search(plain):
        found = _EFFECT.search(plain) or _HARMS.search(plain)
    if found is None and not _ADVICE.search(plain):
        found = re.search(r"\d[\d,.]*", plain) if _MEDICAL.search(plain) else None
        if found is None and not closed and not _NONE.search(plain) and len(plain.split()) >= _FEW:
            found = _WORDS.search(plain)
    return found


def _states_figure(plain: str) -> bool:
    return bool((_FIGURE.search(plain) and _MATTER.search(plain)) or _MEASURE.search(plain))


def _has_source(text: str) -> bool:
    return "[" in text and (CITATION.search(text) is not None or CLAIM.search(text) is not None)


def _closed_by_source(block: Block) -> bool:
    """A citation at the end of a paragraph speaks for what it says without figures."""
    text = CERTAINTY.sub("", block.text).rstrip(" .\n")
    return text.endswith("]") and _has_source(text[text.rfind("[") :])
