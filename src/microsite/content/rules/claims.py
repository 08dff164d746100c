# ruff: noqa: E501 - a pattern that is cut in the middle of its alternatives cannot be read
"""Claims worded more strongly than any source allows: cures, guarantees, "safe", "no side effects", "works for everyone".

A word alone proves nothing: "it is no cure", "does it cure?", "a clinic that promises a cure" and "“a cure”, such pages
say" are what this site is for. So each match is read in its clause: is it denied, doubted, asked, attributed or quoted
there? A condition (`If you have pain, it cures it`) does not weaken what comes after its comma, and neither do phrases
that only look like a denial (`no doubt`, `not only`). Half of these 400 lines are the table of wordings, and it stays with
what reads it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microsite.content.marks import CERTAINTY
from microsite.content.marks import CITATION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from microsite.findings import Severity

    from .page import Page

__all__ = ["check_claims", "promises"]

_TEXTS = ("title", "description", "standfirst", "summary", "aliases")
_DRUG = (
    r"(?:es|ar|s-|r-)?ketamine|spravato|ketalar|drips?|infusions?|sprays?|treatments?|therap(?:y|ies)|medicines?|drugs?"
)
_IT = rf"(?:{_DRUG}|injections?|lozenges?|troches?|tablets?|it|this|they|these|which|sessions?|products?|doses?|we)"
_ILL = (
    r"(?:pain|depression|anxiety|symptoms?|suicid\w+|ptsd|trauma|cravings?|addictions?|dependence|migraines?|fibromyalgia"
    r"|crps|ocd|cancer|neuropathy|illness(?:es)?|disease|disorders?|inflammation|risks?|side[ -]?effects?)"
)
_WHOSE = r"(?:(?:all|any|your|their|our|the|my|most|chronic|severe|lasting|nerve|every|treatment-resistant|these|those)\s+){0,3}"
_BAD = (
    r"(?:side[ -]?effects?|adverse (?:effects?|events?|reactions?)|risks?|harms?|dangers?|downsides?|drawbacks?"
    r"|complications?|toxicity|withdrawal)"
)
_ADJ = (
    r"(?:(?:any|known|serious|major|significant|lasting|long-term|harmful|unpleasant|real|negative|other|notable|severe"
    r"|dangerous|unwanted|health|safety|added|additional|whatsoever|meaningful|common)\s+){0,3}"
)
_VERY = r"(?:completely|totally|perfectly|entirely|absolutely|fully|wholly|utterly|100\s?%|one hundred percent)"


@dataclass(frozen=True, slots=True)
class _Promise:
    """A wording. One of `hints` must be in a sentence (in lower case) before the pattern is tried. `kind` names what may excuse it."""

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    severity: Severity = "error"
    kind: str = ""


def _promise(hints: str, pattern: str, severity: Severity = "error", kind: str = "") -> _Promise:
    return _Promise(tuple(hints.split("|")), re.compile(pattern, re.IGNORECASE), severity, kind)


_PROMISES = (
    _promise("cur", r"(?<!-)\bcur(?:es?|ed|ing|ative|e-all)\b(?!\s+(?:meats?|ham|rates?))", kind="cure"),
    _promise(
        "heal",
        rf"\b{_IT}\s+(?:\w+\s+){{0,2}}?heal(?:s|ed|ing)?\b(?!\s+(?:care|professional))"
        rf"|\bheal(?:s|ed|ing)?\s+{_WHOSE}(?:brains?|minds?|nerves?|trauma|depression|pain|ptsd|anxiety|bod(?:y|ies))\b",
    ),
    _promise(
        "eliminat|eradicat|eras|wip|banish|abolish|rid of|end to|away with",
        r"\b(?:eliminat(?:es?|ed|ing)|eradicat(?:es?|ed|ing)|eras(?:es?|ed|ing)|wip(?:es?|ed|ing) (?:out|away)|banish\w*"
        rf"|abolish\w*|gets? rid of|getting rid of|put(?:s|ting)? an end to|do(?:es)? away with)\s+{_WHOSE}{_ILL}\b",
    ),
    _promise(
        "permanent|lifelong|life-long|everlasting|forever|for life|for good|once and for all|never come|never return|never to",
        r"\b(?:permanent(?:ly)?|life-?long|everlasting|lasting forever)\s+(?:\w+\s+)?(?:relief|cures?|heal\w*|relieves?"
        r"|ends?|stops?|fix\w*|remission|recovery|results?)\b"
        r"|\bpain\s+(?:is\s+)?(?:gone\s+)?forever\b|\b(?:relief|results?|effects?|benefits?|cure|change|recovery)\s+(?:is|are|will be|can be|becomes?)\s+(?:\w+ly )?(?:permanent|lifelong|life-long|everlasting|forever)\b"
        rf"|\b(?:relief|pain[ -]free|depression[ -]free|{_IT}\s+(?:works?|lasts?)|gone|over|ends?|stops?|disappears?)\b[^.;,]{{0,30}}"
        r"\b(?:forever|for life|for good(?=\s*(?:[.,!;]|$))|once and for all|permanently|never (?:to )?(?:come back|return))",
    ),
    _promise(
        "goodbye|farewell|revers|restor|repair|rewir|regrow|rebuild|regenerat|prevents suicide|stops suicide",
        rf"\b(?:say|saying) (?:goodbye|farewell) to {_WHOSE}{_ILL}\b"
        rf"|\b(?:revers(?:es|ed|ing)|undo(?:es)?)\s+{_WHOSE}(?:{_ILL}|ageing|aging|damage)\b"
        rf"|\b(?:restor|repair|rewir|regrow|rebuild|regenerat)(?:s|es|ed|ing)\s+{_WHOSE}(?:brains?|nerves?|neurons?|minds?|synapses|nervous system|(?:brain|nerve) cells|health)\b"
        r"|\b(?:prevents?|stops?|ends?)\s+suicides?\b",
    ),
    _promise(
        "best |most effective|safest|strongest|fastest|only treatment|only drug|only medicine|unmatched|unparalleled|unrivaled|superior to all|number one",
        r"\b(?:is|are|as|remains?|be) (?:by far )?the (?:single )?(?:best|most effective|safest|strongest|most powerful|fastest|only effective)\s+(?:\w+\s+){0,2}?"
        r"(?:treatments?|drugs?|medicines?|therap(?:y|ies)|options?|cures?|painkillers?|antidepressants?|remed(?:y|ies)|solutions?)\b"
        r"|\b(?:unmatched|unparalleled|unrivaled)\b|\bsuperior to all\b|\bnumber one (?:treatment|drug|choice)\b",
    ),
    _promise(
        "safely",
        r"\b(?:take|takes|taking|use|uses|using|have|get|receive|try|do)\s+(?:\w+\s+){0,3}?safely\b(?!\s+(?:home|stored?|away|dispose))",
    ),
    _promise("guarant", r"\bguarantee(?:s|d|ing)?\b", kind="guarantee"),
    _promise("promise", r"\b(?:we|i)\s+(?:can\s+|do\s+)?promise\b"),
    _promise(
        "always|invariably|unfailing|every time|never fail|without fail|every case|sure to|certain to|bound to",
        r"\b(?:always|invariably|unfailingly|every time|without fail)\s+(?:works?|helps?|heals?|reliev\w+|succeeds?|effective|lifts?|eases?)\b"
        r"|\b(?:works?|helps?|succeeds?|reliev\w+)\s+(?:every time|without fail|always|in every case)\b|\bnever fails?\b"
        r"|\b(?:sure|certain|bound)\s+to\s+(?:work|help|cure|relieve|ease|end|stop|feel better)\b",
    ),
    _promise(
        "completely|totally|perfectly|entirely|absolutely|fully|wholly|utterly|100|hundred",
        rf"\b{_VERY}\s+(?:safe|effective|harmless|natural|success\w*|reliable|pain[ -]free|risk[ -]free|guaranteed|cured)\b"
        r"|\b(?:100\s?%|one hundred percent)\s+(?:of\s+(?:the\s+)?(?:patients|people|cases|users)|success|relief|results)",
        kind="measured",
    ),
    _promise(
        "everyone|everybody|anyone|anybody|all patients|all people|all adults|all of us|every patient|every person|every case|every single|everybody",
        r"\b(?:works?|effective|safe|suitable|helpful|success\w*)\s+(?:for|in|on|with)\s+"
        r"(?:everyone|everybody|anyone|anybody|all (?:patients|people|adults|of us)|every(?: single)? (?:patient|person|case|body))\b"
        r"|\b(?:helps?|cures?|reliev\w+|benefits?)\s+(?:everyone|everybody|all (?:patients|people)|every(?: single)? (?:patient|person))\b"
        r"|\b(?:everyone|everybody|every (?:patient|person))\s+(?:who \w+ \w+ )?(?:gets? better|improves?|recovers?|responds?|benefits?|feels? better)\b",
    ),
    _promise(
        "prove",
        r"(?<![-\w])(?:(?:clinically|scientifically|medically|well|fully|now|long)[ -])?proven\b(?!\s+(?:otherwise|allerg\w+|cases?|infections?|diagnos\w+|histor\w+|cancers?|harms?|risks?|wrong|false))"
        r"|\b(?:studies|trials|research|science|evidence|doctors|experts|it|this)\s+(?:\w+\s+)?proves?d?\b(?=\s+(?:that|its|the|how|ketamine|it)\b)",
        kind="proven",
    ),
    _promise(
        "undenia|irrefut|unquestion|undoubt|indisput|doubt|question|denies",
        r"\b(?:undeniabl[ey]|irrefutabl[ey]|unquestionabl[ey]|undoubtedly|indisputabl[ey]|without (?:a |any )?(?:shadow of a )?"
        r"(?:doubt|question)|beyond (?:a |any |all )?(?:reasonable )?doubt|there is no (?:doubt|question)(?! about)"
        r"|no one (?:doubts|denies)|nobody (?:doubts|denies))\b",
        kind="doubtless",
    ),
    _promise(
        "safe",
        rf"\b{_IT}\b(?:\s+(?:for|in|at|by|as|of|to|with|on|from|and|or|under|nasal|oral|iv|low|doses?|spray|drip|your|home|a|the|chronic|nerve)\s?|\s+\w+){{0,6}}?"
        r"\s+(?:is|are|was|were|be|been|remains?|proved|considered|looks?|seems?|appears?|stays?)(?:\s+to be)?\s+"
        r"(?:(?:very|quite|so|also|both|really|remarkably|extremely|generally|usually|considered|known to be|now|just as|as|relatively|perfectly|medically|overall)\s+){0,2}"
        r"safe\b(?!\s*(?:-|\u2011|house|enough|place|space|distance))"
        r"|\bsafe(?:,)? and (?:\w+ )?(?:effective|proven|gentle|natural|painless|legal)\b"
        r"|\b(?:effective|proven|gentle|natural|painless) and (?:\w+ )?safe\b(?!r)"
        r"|\b(?:an?|the|this|our)\s+(?:very |perfectly |completely |relatively )?safe(?:,? \w+)?\s+"
        r"(?:treatment|option|alternative|choice|drug|medicine|medication|therapy|remedy|way to treat|solution|painkiller)\b"
        r"|\bcan (?:be )?safely (?:be )?(?:used|taken|given|treat\w*|combined|mixed)\b",
        kind="safe",
    ),
    _promise(
        "no |zero |without|free|hardly any|t cause|t have|t carry|t produce|t come with|t pose|never |lack|devoid",
        r"\b(?:no|zero|without(?: any)?|free (?:of|from)|hardly any|not (?:cause|have|carry|produce|come with|pose)"
        r"|n[\u2019']t (?:cause|have|carry|produce|come with|pose)|never (?:causes?|has|carries|produces?)|lacks?|devoid of)"
        rf"\s+{_ADJ}{_BAD}\b(?!\s+of bias|\s+factors?|\s+difference)"
        r"|\brisk[ -]free\b|\bside[ -]effect[ -]free\b|\b(?:harm|danger|toxin)-free\b",
        kind="measured",
    ),
    _promise(
        "harmless|toxic|benign|gentle",
        r"\b(?:is|are|be|remains?|completely|totally|perfectly|entirely)\s+(?:harmless|non-?toxic|benign|gentle on the (?:body|liver))\b",
    ),
    _promise(
        "addict|habit|hooked|dependent|no potential|no risk|no danger|no chance|no known|breathing",
        r"\b(?:non-?addictive|non-?habit[ -]forming|(?:not|n[\u2019']t|never)\s+(?:at all\s+|be\s+|become\s+)?(?:addictive|habit[ -]forming)"
        r"|without (?:any )?addictive|(?:cannot|can[\u2019']t|can not|will not|won[\u2019']t) (?:get|become|be|make you) (?:addicted|dependent|hooked)"
        r"|impossible to (?:become|get|be) (?:addicted|dependent|hooked)|(?:no|without|zero|free of) (?:any )?(?:addictive|addiction|abuse|habit-forming) (?:potential|propert\w+|risks?|qualit\w+|liability)"
        r"|no (?:known )?(?:potential|risk|danger|chance) (?:of|for) (?:abuse|addiction|dependence|misuse|dependency|overdose)"
        r"|(?:does not|do not|doesn[\u2019']t|don[\u2019']t|will not|won[\u2019']t|never) (?:suppress|slow|affect|depress|stop)(?:es|s)? (?:your )?breathing)\b",
        kind="denial",
    ),
    _promise(
        "mirac|wonder|magic|game|breakthrough|revolutionary|silver bullet|holy grail|panacea|instant |immediate |instantly|foolproof|fool-proof",
        r"\bmirac(?:le|les|ulous|ulously)\b|\bwonder[ -]?drugs?\b|\bmagic (?:bullet|pill|cure)s?\b|\bgame[- ]?chang(?:er|ers|ing)\b"
        r"|\bbreakthroughs?\b(?![\s-]+(?:pain|therap\w+ designation|designation|status|bleeding|seizures?|device))|\brevolutionary\b|\bsilver bullet\b|\bholy grail\b|\bpanacea\b"
        r"|\b(?:instant|immediate) (?:relief|cure|results)\b|\bworks? (?:instantly|like magic|wonders)\b|\bfool-?proof\b",
        kind="praise",
    ),
)

#: Hint → the numbers of the promises that it may be part of.
_HINTED = {
    hint: tuple(number for number, one in enumerate(_PROMISES) if hint in one.hints)
    for hint in sorted({hint for one in _PROMISES for hint in one.hints})
}

#: Phrases with a word of denial that deny nothing.
_HOLLOW = re.compile(
    r"\b(?:not (?:only|just|merely|simply|to mention)|no (?:wonder|matter|longer|sooner|less than)|why not|no other (?:\w+ )?(?:does|can|works)"
    r"|nothing (?:less|else|works|beats|compares)|none other|(?:do|does|did)(?: not|n[\u2019']t) (?:worry|wait|suffer|hesitate|miss|despair|give up|be afraid)"
    r"|never (?:worry|give up|despair)|when nothing else \w+|if nothing else|(?:has|have|had|did|do|does)(?: not|n[\u2019']t) (?:helped|worked|help|work))\b",
    re.IGNORECASE,
)
#: A denial, in the clause of what it denies.
_NOT = re.compile(
    r"\b(?:no|not|never|nor|neither|nothing|nobody|none|no-one|cannot|without|hardly|rarely|seldom|far from|short of|unlikely|isn|lacks?"
    r"|fails? to|failed to|unable to|rather than|instead of|other than|anything but)\b|n[\u2019']t\b",
    re.IGNORECASE,
)
#: Doubt, attribution, warning or hope: it governs what comes after it, across commas.
_DOUBT = re.compile(
    r"\b(?:whether|unproven|unclear|unknown|uncertain|avoid\w*|beware|wary|careful|cautious|suspicious|distrust|skeptical|claim(?:s|ed|ing)?(?! your)"
    r"|promis(?:e|es|ed|ing)|says?|said|saying|tells? you|told|(?:may|might|can|will|could)(?: have)? (?:read|hear|heard|see|seen|find|found)|heard|call(?:s|ed|ing)? (?:it|ketamine|this|them|itself|themselves)|advertis\w+|market(?:ed|ing|s)|sold as"
    r"|doubt\w*|question\w*|myths?|mislead\w*|untrue|false|falsely|wrong\w*|no (?:proof|evidence|sign|study|trial|guarantee)|not (?:mean|show|prove|true|proof|clear|known|enough)"
    r"|(?:n[\u2019']t|not) (?:been )?(?:show\w*|prove\w*|tested|studied|established|mean|guarantee\w*|claim\w*|promise\w*)|hop(?:e|es|ed|ing)|wish\w*|seek\w*|search\w*|look\w* for|research into|dream\w*"
    r"|red flags?|warning signs?|run from|walk away|stay away|watch out|ads?\b|slogans?|headlines?|hype|believ\w+|assum\w+|expect\w*|pretend\w*|suggesting|implies|imply|allege\w*|so-called|supposed\w*)\b",
    re.IGNORECASE,
)
_HOLLOW_DOUBT = re.compile(
    r"\b(?:no doubt|without (?:a )?doubt|beyond (?:a |any )?doubt|no question|without question|(?:you|we|i) can (?:believe|expect)|believe (?:it|us|me)"
    r"|expect (?:a|to be|complete|full|permanent)|we promise|(?:doctors|experts|scientists|studies|patients|people|everyone|research\w*) (?:\w+ )?(?:say|says|agree|believe|claim|tell)s?(?: that| it| ketamine)?"
    r"|look no further|stop (?:looking|searching|hoping|wishing)|search is over|your search|dreams? come true|hope(?:s|d)? (?:is|are) here|new hope)\b",
    re.IGNORECASE,
)
#: Where a denial ends: another main clause begins.
_BOUNDARY = re.compile(
    r"[;:.!?]\s|\s[\u2013\u2014-]\s|\u2014|,?\s(?:but|yet|however|although|though|whereas|while|because|since|so that|therefore|instead)\b"
    r"|,\s(?:and|so)\s(?:it|this|they|ketamine|esketamine|the|we|you|our|a|an)\b|\n\s*\n",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^[^.;!?]{0,60}?\b(?:(?:is|are|was|were|would be|has|have|had|do|does|did|can|could|will|should|remains?|stays?)(?:\s+\w+){0,2}?\s*"
    r"(?:\bnot\b|n[\u2019']t|\bnever\b|\bno\b|\bunproven\b|\bunknown\b|\bunclear\b|\bmyths?\b|\bfalse\b|\bwrong\b|\bmisleading\b|\buntrue\b|\bred flags?\b"
    r"|\bwarning signs?\b|\bunlikely\b|\bimpossible\b|\btoo good to be true\b|\bunsupported\b|\bmarketing\b|\bhype\b|\ba lie\b|\bnonsense\b)"
    r"|(?:cannot|can[\u2019']t|doesn[\u2019']t|isn[\u2019']t|aren[\u2019']t|has(?:n[\u2019']t)|hasn[\u2019']t|wasn[\u2019']t))",
    re.IGNORECASE,
)
_HARM = re.compile(
    r"\b(?:harm\w*|damag\w+|injur\w+|toxic\w*|addict\w+|dependen\w+|fatal|death|danger\w*|misuse|risk)\b", re.IGNORECASE
)
_MEASURED = re.compile(
    r"\b(?:report(?:ed|s)?|recorded|observed|seen|saw|found|occurred|noted|had|showed|did|caused|there (?:was|were)|after (?:one|two|three|four|\d+)|in (?:this|that|one|the|a|both|these|those|two|three|\d+) (?:\w+ )?"
    r"(?:trials?|stud(?:y|ies)|reports?|people|patients|adults)|during|over the|within)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:when|if|only|under|until|unless|than|enough|for (?:most|some|many)|in (?:most|some|healthy|this|that|one|the|a|both|these|small|short)|over (?:\d|the|four|six|two|eight|twelve|three)|for (?:up to|\d)"
    r"|short[ -]term|at (?:this|these|low|that)|with (?:monitoring|supervision|care)|as long as|depends?|varies|how|weeks?|months?|days?)\b",
    re.IGNORECASE,
)
_NOT_CLAIM = re.compile(
    r"safe\s+(?:to\s+(?:ask|say|drive|stand|leave|go|assume|eat|walk|return|travel|stop|start|restart|be|tell|share|talk)|for you\s*(?:$|[.,;:])|again|at home|ride|way home|storage)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:surger\w+|antivirals?|antibiotics?|vaccin\w+|chemo\w*|radiation|radiotherapy|transplants?|hepatitis|infections?|insulin|naloxone|operations?)\b",
    re.IGNORECASE,
)
#: Verbs of one list: "does not ease, stop or |cure".
_LISTED = re.compile(r"\s*\w+(?:\s\w+)?(?:,\s\w+(?:\s\w+)?){0,3},?\s(?:or|nor)\s", re.IGNORECASE)
_CASE = re.compile(r"\b(?:if|when|unless|until|in case|should you|where)\b", re.IGNORECASE)
_FIX = "say what was measured, in whom, for how long"


def check_claims(page: Page) -> None:
    """Promises in the text and in the front matter, each at its words."""
    if page.article.kind in {"thanks", "legal"}:
        return
    for text, start in page.front_texts(*_TEXTS):
        for piece, offset in _pieces(_unquoted(text)):
            _judge(page, _PROMISES, piece, start + offset)
    # Most sentences hold no such word, the others one: that is known from one look at the whole page.
    places = _hinted(page)
    for _, found in page.sentences if places else ():
        for sentence in found:
            near = bisect_left(places, (sentence.start,))
            after = bisect_left(places, (sentence.start + len(sentence.text),), near)
            if near < after:
                numbers = {number for _, those in places[near:after] for number in those}
                _judge(page, [_PROMISES[number] for number in sorted(numbers)], sentence.text, sentence.start)


def _hinted(page: Page) -> list[tuple[int, tuple[int, ...]]]:
    """Where words stand without which no promise is made, in order, with the numbers of those promises."""
    if len(page.lower) != len(page.mask):
        # A letter that is two in lower case: offsets do not fit.
        return [(place, tuple(range(len(_PROMISES)))) for place in range(len(page.mask))]
    found = []
    for hint, numbers in _HINTED.items():
        place = page.lower.find(hint)
        while place >= 0:
            found.append((place, numbers))
            place = page.lower.find(hint, place + 1)
    return sorted(found)


def _unquoted(text: str) -> str:
    """A value without the quotes that YAML wants around it; offsets stay true."""
    text = re.sub(r"(?m)^(\s*(?:-\s+)?(?:\w+:\s+)?)[\"'](?=.*[\"']\s*$)", lambda found: found[1] + " ", text)
    return re.sub(r"(?m)[\"'](?=\s*$)", " ", text)


def _pieces(text: str) -> list[tuple[str, int]]:
    """The sentences of a value of the front matter, roughly."""
    found = []
    start = 0
    for match in re.finditer(r"(?<=[.!?])[\"'\u201d]?\s+(?=[A-Z\u201c\"])|\n\s*-\s", text):
        found.append((text[start : match.start()], start))
        start = match.end()
    return [*found, (text[start:], start)]


def _judge(page: Page, tried: Sequence[_Promise], text: str, base: int) -> None:
    for words, start, severity in promises(text, cited=CITATION.search(text) is not None, tried=tried):
        page.add(base + start, "strong-claim", f"“{words}” claims more than a source can carry", _FIX, severity)


def promises(text: str, *, cited: bool, tried: Sequence[_Promise] = _PROMISES) -> Iterator[tuple[str, int, Severity]]:
    """(words, offset, severity) of each promise in one sentence that nothing in it takes back."""
    lower = text.lower()
    tried = [one for one in tried if any(hint in lower for hint in one.hints)]
    if not tried:
        return
    plain = CERTAINTY.sub(_blank, CITATION.sub(_blank, text)) if "[" in text else text
    # Emphasis inside of a phrase hides nothing: "**no** side effects".
    if "*" in plain or "_" in plain:
        plain = re.sub(r"\*\*?|__|(?<!\w)_|_(?!\w)", _blank, plain)
    if plain.rstrip().rstrip("\"'\u201d)*_").endswith("?"):
        return
    told: set[int] = set()
    loose = re.sub(r"\s+", " ", plain)
    places: Sequence[int] = ()
    for promise in tried:
        for match in promise.pattern.finditer(loose):
            places = places or _places(plain)
            start = places[match.start()]
            if start not in told and not _excused(promise, match, loose, cited=cited):
                told.add(start)
                yield " ".join(match.group().split())[:60], start, promise.severity


def _places(text: str) -> list[int]:
    """For each character of `text` with its runs of white space folded: its offset in `text`."""
    return [*(match.start() for match in re.finditer(r"\s+|\S", text)), len(text)]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _excused(promise: _Promise, match: re.Match[str], text: str, *, cited: bool) -> bool:
    """Whether the sentence takes back, doubts, quotes, measures or limits what the words say."""
    before, after = text[: match.start()], text[match.end() :]
    if _quoted(text, match.start()) or _denied(before, match) or _doubted(before):
        return True
    if promise.kind not in {"denial", "doubtless", "measured"} and _AFTER.match(after):
        return True
    if promise.kind == "safe":
        return _safe_is_limited(match, before, after, cited=cited)
    if promise.kind == "proven":
        return _HARM.search(after[:60]) is not None
    measured = promise.kind == "measured" and _MEASURED.search(text)
    other = promise.kind == "cure" and _OTHER.search(text) and not re.search(r"ketamine|spravato", text, re.IGNORECASE)
    return cited and bool(measured or other)


def _safe_is_limited(match: re.Match[str], before: str, after: str, *, cited: bool) -> bool:
    if (
        re.search(r"\b(?:may|might|could)\b", match.group())
        or _NOT_CLAIM.match("safe" + after)
        or _CASE.search(_clause(before + match.group()))
    ):
        return True
    around = after[:80] + " " + before[-60:] + " " + match.group()
    return cited and _LIMIT.search(around) is not None and not re.match(r"\s+for (?:everyone|all|people)", after)


def _clause(before: str) -> str:
    """The part of `before` that stands in the clause of what comes after it."""
    start = 0
    for boundary in _BOUNDARY.finditer(before):
        start = boundary.end()
    return before[start:]


def _denied(before: str, match: re.Match[str]) -> bool:
    """A denial in the same clause, before the words: `it does not cure`, `no drug, this one included, cures`."""
    clause = _HOLLOW.sub(lambda hollow: "-" * len(hollow.group()), _clause(before))
    last = None
    for found in _NOT.finditer(clause):
        last = found
    if last is None:
        return False
    between = clause[last.end() :]
    commas = between.count(",")
    # One comma closes an opening phrase; two enclose a remark; before a listed verb it goes on: "not ease, cure or end".
    if _LISTED.fullmatch(between):
        return True
    if commas == 1:
        rest = between.rpartition(",")[2].strip().lower()
        return rest in {"", "or", "nor", "let alone", "much less", "far less"} or rest.startswith(
            ("that ", "who ", "let alone")
        )
    del match
    return True


def _doubted(before: str) -> bool:
    """Doubt or attribution before the words; a condition counts until its comma."""
    clause = _HOLLOW_DOUBT.sub(lambda hollow: "-" * len(hollow.group()), before)
    clause = _HOLLOW.sub(lambda hollow: "-" * len(hollow.group()), clause)
    strong = max((found.end() for found in re.finditer(r"[;.!?]\s|\s(?:but|yet|however)\b", clause)), default=0)
    if _DOUBT.search(clause, strong):
        return True
    condition = None
    for found in re.finditer(r"\b(?:if|unless|as if|as though)\b", clause, re.IGNORECASE):
        condition = found
    return condition is not None and "," not in clause[condition.end() :]


def _quoted(text: str, offset: int) -> bool:
    """Inside of “…” or "…": what others say."""
    if text.rfind("“", 0, offset) > text.rfind("”", 0, offset):
        return True
    return text.count('"', 0, offset) % 2 == 1 and '"' in text[offset:]
