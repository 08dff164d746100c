"""How much a submission looks like spam: points with reasons, and what follows from them. Pure.

In: a form, its checked values, and facts from outside (`Facts`: honeypot, stamp, meters). Out: a `Verdict`. Nothing is
ever refused or lost by it::

    score < 4        pass         stored, mails go out
    4 ≤ score < 7    challenge    stored in quarantine; the browser can solve a puzzle that releases it at once
    7 ≤ score        quarantine   stored in quarantine; the team reads it

Whoever writes of a crisis passes, whatever else is true of the message: those words take every point away. Weights are
chosen on one half of `benchmarks/screening` and measured on the other. No drug, illness, price or "buy" counts.
"""

# imports inside verbs: a cold start pays only for the path it takes; pathlib costs 4 ms at a cold start:
# ruff: noqa: PLC0415, PTH100, PTH118, PTH120, PTH123
from __future__ import annotations

import os
import re

from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .definition import Form
    from .validate import Checked

__all__ = ["CHALLENGE", "QUARANTINE", "REASONS", "Facts", "Verdict", "in_distress", "normal", "screen"]

#: Scores from which a puzzle is asked for, and from which a message waits for a reader.
CHALLENGE = 4.0
QUARANTINE = 7.0

#: Reason → what it means, for the desk. Stable words: they are stored with the record.
REASONS = {
    "honeypot": "the box that people do not see was filled in",
    "stamp-fast": "sent less than three seconds after the form was touched",
    "stamp-old": "the page was opened more than a day before",
    "stamp-forged": "the time stamp is not ours",
    "stamp-reused": "the time stamp came with another message before",
    "rate-address": "many messages from one address of the internet",
    "rate-network": "many messages from one network",
    "repeated": "the same text came from several senders",
    "links": "links to sites that people rarely cite",
    "link-hidden": "a link that hides where it goes",
    "link-in-name": "a link where a name belongs",
    "link-only": "little but a link",
    "markup": "HTML or forum code",
    "headers": "lines that look like mail headers",
    "disposable": "a mail address made for minutes",
    "script": "mostly written in another script than the site",
    "gibberish": "strings of random letters",
    "shouting": "all in capitals, with a sale",
    "wallet": "the address of a crypto wallet",
    "call": "an offer with a link",
    "approach": "opens like a sales letter",
    "sales-seo": "offers search rankings or links",
    "sales-marketing": "offers business services",
    "sales-money": "offers money or crypto",
    "sales-gambling": "offers gambling",
    "sales-pills": "sells pills without prescription",
    "sales-phishing": "asks to verify, click or pay",
    "sales-dating": "offers sex or dating",
}

#: No single sign in the words holds anybody up: each is below `CHALLENGE`, and it takes two.
_WEIGHTS = {
    # Alone enough, so that a robot with a browser, which would solve the puzzle, stays out; whoever sends the same
    # again without it gets through.
    "honeypot": 8.0,
    "stamp-fast": 1.5,
    "stamp-old": 1.0,
    "stamp-forged": 2.0,
    "stamp-reused": 1.5,
    "rate-address": 4.0,
    "rate-network": 2.0,
    "repeated": 3.0,
    "link-hidden": 2.0,
    "link-in-name": 3.0,
    "link-only": 1.5,
    "headers": 3.0,
    "disposable": 1.0,
    "script": 1.0,
    "shouting": 1.0,
    "wallet": 3.0,
    "call": 1.0,
}

#: Patterns as texts: most messages need few of them, and compiling them all costs 3 ms at a cold start.
_LINK = r"(?i)(?:https?://|www\.)([^\s/<>\"'\])]+)[^\s<>\"'\])]*"
_WORDS = r"[^\w]+"
_RUNS = r"([^\d\s|])\1+"
#: Header lines that nobody writes by hand; "Subject:" and "To:" are in every pasted mail.
_HEADERS = r"(?im)^\s*(?:bcc|cc|content-type|mime-version|content-transfer-encoding)\s*:"
_FORUM = r"(?i)\[(?:url|link|img|b)\b[^\]]{0,300}\]|<a\s[^>]{0,300}href"
_TAG = r"(?i)</?(?:p|div|span|br|img|b|i|u|h[1-6]|table|script|iframe|font|strong|center)\b[^>]{0,300}>"
_WALLET = r"\b(?:bc1[a-z0-9]{25,60}|0x[0-9a-fA-F]{40}|[13][1-9A-HJ-NP-Za-km-z]{26,34}|T[1-9A-HJ-NP-Za-km-z]{33})\b"
_CASES = r"[a-z][A-Z]"
_CONSONANTS = r"(?i)[bcdfghjklmnpqrstvwxz]{6}"
_LETTERS = r"[A-Za-z]{8,}"
_PLAIN = str.maketrans(
    "àáâãäåāăąçćčďèéêëēęěìíîïīıñńňòóôõöøōőùúûüūůűýÿžźżśšșțğ",
    "aaaaaaaaacccdeeeeeeeiiiiiinnnoooooooouuuuuuuyyzzzssstg",
)
#: Providers that most people use: no need to open the list of disposable ones.
_USUAL = frozenset({"gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com", "aol.com", "comcast.net"})
_DISPOSABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "disposable.txt")
#: The phrases of crisis, collapsed; made at the first message.
_crisis: list[str] = []
#: The list of disposable domains as it stands in its file, read at the first address that is none of the usual ones.
_listed: list[bytes] = []


class Facts(NamedTuple):
    """What is known about a submission besides its words."""

    #: Whether the honeypot was filled in.
    trapped: bool = False
    #: `stamp.read`'s word: "" (none, or fine), `fast`, `old`, `forged`; `reused`.
    stamp: str = ""
    #: The sender's address, or its network, is over its rate.
    over_address: bool = False
    over_network: bool = False
    #: The same text came several times today.
    repeated: bool = False
    #: Host name of our own site: a link there is no link.
    host: str = ""


class Verdict(NamedTuple):
    """What came out."""

    score: float = 0.0
    #: Keys of `REASONS`, the heaviest first.
    reasons: tuple[str, ...] = ()
    #: `pass`, `challenge` or `quarantine`.
    action: str = "pass"


def screen(form: Form, checked: Checked, facts: Facts) -> Verdict:
    """Judge one checked submission."""
    single = [checked.values.get(one.name, "") for one in form.fields if one.kind == "text"]
    longer = [checked.values.get(one.name, "") for one in form.fields if one.multiline]
    text = "\n".join(longer)
    words = normal(" ".join([*single, text]))
    if _distress(words, text):
        return Verdict()
    points = dict(_outside(facts))
    for reason, weight in (
        *_lines(single, text, facts.host),
        *_sales(words),
        *_address(form.address_in(checked.values)),
    ):
        points[reason] = max(points.get(reason, 0.0), weight)
    offers = sum(weight for reason, weight in points.items() if reason.startswith("sales-"))
    # What people write as well counts only beside what they do not.
    if offers + points.get("links", 0.0) < 1:
        points.pop("approach", None)
    if offers and _shouted(text):
        points["shouting"] = _WEIGHTS["shouting"]
    if offers and "links" in points:
        points["call"] = _WEIGHTS["call"]
    score = round(sum(points.values()), 1)
    action = "quarantine" if score >= QUARANTINE else "challenge" if score >= CHALLENGE else "pass"
    return Verdict(score, tuple(sorted(points, key=lambda one: (-points[one], one))), action)


def in_distress(form: Form, checked: Checked) -> bool:
    """Whether the submission speaks of a crisis: then nothing may hold it up."""
    text = "\n".join(checked.values.get(one.name, "") for one in form.fields if one.kind in {"text", "textarea"})
    return _distress(normal(text), text)


def normal(text: str) -> str:
    """Words in the form that phrases are compared in: small, without accents, one space around each word."""
    small = text.lower().replace("'", "").replace("\u2019", "")
    return f" {re.sub(_WORDS, ' ', small.translate(_PLAIN)).strip()} "


def _collapsed(words: str) -> str:
    # "suiciiiide" → "suicide". Digits stay: 988 is a number.
    return re.sub(_RUNS, r"\1", words)


def _distress(words: str, text: str) -> bool:
    from .phrases import DISTRESS
    from .phrases import DISTRESS_ANYWHERE

    if not _crisis:
        _crisis.extend(f" {phrase}" for phrase in _collapsed("|".join(DISTRESS)).split("|"))
    folded = _collapsed(words)
    for phrase in _crisis:  # a loop, because it runs on every message and `any` takes twice as long
        if phrase in folded:
            return True
    return not text.isascii() and any(phrase in text.lower() for phrase in DISTRESS_ANYWHERE)


def _outside(facts: Facts) -> Iterator[tuple[str, float]]:
    named = {
        "honeypot": facts.trapped,
        "rate-address": facts.over_address,
        "rate-network": facts.over_network,
        "repeated": facts.repeated,
        f"stamp-{facts.stamp}": bool(facts.stamp),
    }
    for reason, holds in named.items():
        if holds:
            yield reason, _WEIGHTS[reason]


def _sales(words: str) -> Iterator[tuple[str, float]]:
    from .phrases import SALES
    from .phrases import WEAK

    for kind, phrases in SALES.items():
        hits = _hits(phrases, words)
        if hits:
            yield f"sales-{kind}", min(1.5 * hits, 6.0)
    hits = _hits(WEAK, words)
    if hits:
        yield "approach", min(0.5 * hits, 2.0)


def _hits(phrases: tuple[str, ...], words: str) -> int:
    # First without the spaces: making five hundred strings of them takes 0.2 ms, a sixth of a warm request.
    return sum(f" {phrase} " in words for phrase in phrases if phrase in words)


def _lines(single: list[str], text: str, host: str) -> Iterator[tuple[str, float]]:
    """What links, markup, scripts and letters say."""
    if any(re.search(_LINK, one) for one in single if _may_link(one)):
        yield "link-in-name", _WEIGHTS["link-in-name"]
    whole = "\n".join([*single, text])
    yield from _links(text, host)
    # The cheap question first: the pattern is compiled only for texts that can match.
    if ("[" in whole or "<" in whole) and re.search(_FORUM, whole):
        yield "markup", 3.0
    elif "<" in whole and re.search(_TAG, whole):
        yield "markup", 2.0
    if ":" in text and re.search(_HEADERS, text):
        yield "headers", _WEIGHTS["headers"]
    if max(map(len, text.split()), default=0) > 26 and re.search(_WALLET, text):
        yield "wallet", _WEIGHTS["wallet"]
    if not whole.isascii():
        from .language import foreign_share

        if foreign_share(whole) > 0.5:
            yield "script", _WEIGHTS["script"]
    strange = min(sum(map(_gibberish, (*single, text))), 4.0)
    if strange:
        yield "gibberish", strange


def _links(text: str, host: str) -> Iterator[tuple[str, float]]:
    if not _may_link(text):
        return
    hosts = [one.lower().partition(":")[0].rstrip(".,;") for one in re.findall(_LINK, text)]
    unknown = [one for one in hosts if not _trusted(one, host)]
    if not unknown:
        return
    from .phrases import SHORTENERS

    count = len(unknown)
    yield "links", 0.5 * count if count < 5 else 3.0 if count < 10 else 3.5
    if any(_ends(one, SHORTENERS) for one in unknown):
        yield "link-hidden", _WEIGHTS["link-hidden"]
    if len(re.sub(_LINK, "", text).strip()) < 20:
        yield "link-only", _WEIGHTS["link-only"]


def _may_link(text: str) -> bool:
    """Whether it is worth looking for `_LINK`."""
    small = text.lower()
    return "http" in small or "www." in small


def _trusted(host: str, ours: str) -> bool:
    from .phrases import TRUSTED

    return (bool(ours) and (host == ours or host.endswith("." + ours))) or _ends(host, TRUSTED)


def _ends(host: str, names: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(name if name.startswith(".") else "." + name) for name in names)


def _gibberish(text: str) -> float:
    """3 or 2 for a text with strings of random letters. Keys pressed in despair ("aaaaaa") are no such string."""
    runs = 0
    for word in re.findall(_LETTERS, re.sub(_LINK, " ", text) if _may_link(text) else text):
        # Three changes from small to capital: "dHjKqWmNb"; "PubMedCentral" has two.
        if len(re.findall(_CASES, word)) >= 3:
            return 3.0
        # Six consonants: "wqxzkjhg", but also "Knightsbridge".
        runs += bool(re.search(_CONSONANTS, word)) and not word.isupper()
    return 3.0 if runs > 1 else 2.0 * runs


def _address(address: str) -> Iterator[tuple[str, float]]:
    domain = address.rpartition("@")[2].lower()
    if not domain or domain in _USUAL:
        return
    if not _listed:
        try:
            with open(_DISPOSABLE, "rb") as file:
                _listed.append(file.read())
        except OSError:
            _listed.append(b"")
    while "." in domain:
        if f"\n{domain}\n".encode() in _listed[0]:
            yield "disposable", _WEIGHTS["disposable"]
            return
        domain = domain.partition(".")[2]


def _shouted(text: str) -> bool:
    letters = [one for one in text if one.isalpha()]
    return len(letters) >= 20 and sum(one.isupper() for one in letters) > 0.7 * len(letters)
