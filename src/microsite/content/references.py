"""References: CSL-JSON items in, Vancouver-style entries out (plain text, Markdown, HTML from the same parts).

The style follows the ICMJE's samples (https://www.nlm.nih.gov/bsd/uniform_requirements.html) with two house
choices: three authors before "et al." instead of six, and the journal's whole title where no short one is given.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from dataclasses import field
from html import escape
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import quote
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "KINDS",
    "Parts",
    "Reference",
    "format_reference",
    "format_reference_html",
    "format_reference_markdown",
    "parts",
    "read_references",
    "reference_from_csl",
]

#: What kind of source it is, in words a reader knows.
KINDS = {
    "case-series": "Case reports",
    "cohort": "Observational study",
    "guideline": "Guideline",
    "label": "Drug label",
    "meta-analysis": "Meta-analysis",
    "preclinical": "Laboratory or animal study",
    "rct": "Randomized trial",
    "review": "Review or comment",
    "safety-notice": "Official notice",
    "surveillance": "Population data",
    "systematic-review": "Systematic review",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Citing Medicine, chapter 1: at most two initials follow a surname.
_INITIALS = 2
_SAFE = "/:;()._-"


@dataclass(frozen=True, slots=True)
class Reference:
    """One source. `csl` is the whole CSL-JSON item; the rest are the fields that rules and pages ask for."""

    id: str
    csl: Mapping[str, Any] = field(hash=False, compare=False, repr=False)
    title: str = ""
    kind: str = ""
    verified: bool = False
    retracted: bool = False
    doi: str = ""
    pmid: str = ""
    url: str = ""

    @property
    def link(self) -> str:
        """The best address: the DOI's, else PubMed's, else the official page; empty when there is none."""
        if self.doi:
            return f"https://doi.org/{quote(self.doi, safe=_SAFE)}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url


@dataclass(frozen=True, slots=True)
class Parts:
    """A formatted entry in pieces. Each piece ends with its own full stop; empty when there is nothing to say."""

    authors: str
    title: str
    source: str
    kind: str
    retracted: bool


def reference_from_csl(item: Mapping[str, Any]) -> Reference:
    """A Reference from one CSL-JSON item (plus our `kind verified retracted authors_complete`)."""
    return Reference(
        id=str(item["id"]),
        csl=item,
        title=str(item.get("title", "")),
        kind=str(item.get("kind", "")),
        verified=item.get("verified") is True,
        retracted=item.get("retracted") is True,
        doi=str(item.get("DOI") or ""),
        pmid=str(item.get("PMID") or ""),
        url=str(item.get("URL") or ""),
    )


def read_references(path: Path) -> dict[str, Reference]:
    """All references of a CSL-JSON file by id, in the file's order.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no JSON list of items with an `id` (`json.JSONDecodeError` is a ValueError too).
    """
    items = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
        msg = f"{path.name} must hold a list of CSL-JSON items, each with an id"
        raise ValueError(msg)
    return {item["id"]: reference_from_csl(item) for item in items}


def parts(ref: Reference, *, authors: int = 3) -> Parts:
    """The pieces of an entry; `authors` is how many are named before "et al."."""
    container = str(ref.csl.get("container-title-short") or ref.csl.get("container-title") or "")
    return Parts(
        authors=_stop(_authors(ref.csl, authors)),
        title=_stop(ref.title.strip()),
        source=_stop(_journal(ref.csl, container) if container else _publisher(ref.csl)),
        kind="Cochrane review" if "cochrane" in container.lower() else KINDS.get(ref.kind, ""),
        retracted=ref.retracted,
    )


def format_reference(ref: Reference, *, authors: int = 3) -> str:
    """One entry as plain text: `Authors. Title. Journal. 2018;7(7):CD012033. doi:… PMID: …`."""
    piece = parts(ref, authors=authors)
    text = [piece.authors, "RETRACTED:" if piece.retracted else "", piece.title, piece.source]
    if ref.doi:
        text.append(f"doi:{ref.doi}")
    if ref.pmid:
        text.append(f"PMID: {ref.pmid}")
    if not ref.doi and not ref.pmid and ref.url:
        text.append(f"Available from: {ref.url}")
    return " ".join(filter(None, text))


def format_reference_markdown(ref: Reference, *, authors: int = 3) -> str:
    """One entry as Markdown (CommonMark): the title in italics, DOI and PMID as links."""
    piece = parts(ref, authors=authors)
    text = [
        _md(piece.authors),
        "**RETRACTED**" if piece.retracted else "",
        f"*{_md(piece.title)}*" if piece.title else "",
        _md(piece.source),
    ]
    text += [f"[{_md(label)}]({address})" for label, address in _links(ref)]
    return " ".join(filter(None, text))


def format_reference_html(ref: Reference, *, authors: int = 3, brief: bool = False) -> str:
    """One entry as HTML: the title in `<cite>`, DOI and PMID (or the official page) as links, then the kind.

    `brief`: the title is the one link, to the best address there is.
    """
    piece = parts(ref, authors=authors)
    title = escape(piece.title, quote=False)
    brief = brief and bool(title and ref.link)
    if brief:
        title = f'<a href="{escape(ref.link)}">{title}</a>'
    elif title:
        title = f"<cite>{title}</cite>"
    text = [
        escape(piece.authors, quote=False),
        "<strong>RETRACTED</strong>" if piece.retracted else "",
        title,
        escape(piece.source, quote=False),
    ]
    links = [] if brief else _links(ref)
    text += [f'<a href="{escape(address)}">{escape(label, quote=False)}</a>' for label, address in links]
    if piece.kind:
        text.append(f"({piece.kind})")
    return " ".join(filter(None, text))


def _links(ref: Reference) -> list[tuple[str, str]]:
    """(what is shown, address) of each identifier; the official page only where there is no identifier."""
    links = []
    if ref.doi:
        links.append((f"doi:{ref.doi}", ref.link))
    if ref.pmid:
        links.append((f"PMID {ref.pmid}", f"https://pubmed.ncbi.nlm.nih.gov/{ref.pmid}/"))
    if not links and ref.url:
        links.append((urlsplit(ref.url).netloc.removeprefix("www."), ref.url))
    return links


def _authors(csl: Mapping[str, Any], most: int) -> str:
    names = [name for name in map(_name, csl.get("author") or ()) if name]
    if not names:
        return ""
    if csl.get("authors_complete") is False:
        return f"{names[0]}, et al"
    if len(names) > most:
        return ", ".join([*names[:most], "et al"])
    return ", ".join(names)


def _name(author: Mapping[str, Any]) -> str:
    """`{family: Krystal, given: John H.}` → `Krystal JH`; an organisation stays as it is."""
    if author.get("literal"):
        return str(author["literal"]).strip()
    particle = str(author.get("non-dropping-particle") or "")
    family = str(author.get("family") or "")
    words = re.split(r"[\s.\-\u2010\u2011]+", str(author.get("given") or ""))
    initials = "".join(word[0].upper() for word in words if word)[:_INITIALS]
    return " ".join(filter(None, [particle, family, initials, str(author.get("suffix") or "")]))


def _journal(csl: Mapping[str, Any], container: str) -> str:
    """`Journal. 2018 Jul 25;347(4):284-7`, leaving out what is not known."""
    number = str(csl.get("volume") or "")
    if csl.get("issue"):
        number += f"({csl['issue']})"
    pages = _pages(str(csl.get("page") or ""))
    rest = _date(csl)
    if number:
        rest += f";{number}"
    if pages:
        rest += f":{pages}"
    return f"{container}. {rest}".strip() if rest else container


def _publisher(csl: Mapping[str, Any]) -> str:
    """`2nd ed. Place: Publisher; 2002` for books, reports and pages."""
    edition = f"{csl['edition']} ed. " if csl.get("edition") else ""
    place = f"{csl['publisher-place']}: " if csl.get("publisher-place") else ""
    publisher = str(csl.get("publisher") or "")
    return edition + place + "; ".join(filter(None, [publisher, _date(csl)]))


def _date(csl: Mapping[str, Any]) -> str:
    dates = (csl.get("issued") or {}).get("date-parts") or [[]]
    numbers = [int(number) for number in dates[0]]
    match numbers:
        case [year, month, day, *_]:
            return f"{year} {_MONTHS[month - 1]} {day}"
        case [year, month]:
            return f"{year} {_MONTHS[month - 1]}"
        case [year]:
            return str(year)
        case _:
            return ""


def _pages(pages: str) -> str:
    """`284-287` → `284-7`: the ICMJE's samples leave out the digits that repeat."""
    match = re.fullmatch(r"(\d+)\s*[-\u2013]+\s*(\d+)", pages)
    if not match:
        return pages.replace("\u2013", "-")
    first, last = match.groups()
    if len(first) != len(last) or first == last:
        return f"{first}-{last}" if first != last else first
    same = next(i for i, (a, b) in enumerate(zip(first, last, strict=True)) if a != b)
    return f"{first}-{last[same:]}"


def _stop(text: str) -> str:
    return text if not text or text[-1] in ".?!" else f"{text}."


def _md(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", text)
