"""The export of Retraction Watch (Crossref) in; findings, and marks for the data file, out.

The file is a CSV with the columns that https://gitlab.com/crossref/retraction-watch-data publishes: `Record ID`,
`RetractionDate`, `RetractionDOI`, `OriginalPaperDOI`, `OriginalPaperPubMedID`, `RetractionNature`, `Reason` and others.
It is read line by line: of 60,000 rows only those about our sources stay in memory.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal
from urllib.parse import unquote

from microsite.errors import ConfigError
from microsite.findings import Finding

from .located import spots
from .marks import cites
from .source import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence
    from pathlib import Path

    from microsite.findings import Severity

    from .site import Site

__all__ = ["Nature", "Notice", "expiring", "notices", "retraction_findings", "standing", "with_notices"]

Nature = Literal["retraction", "concern", "correction", "reinstatement"]
_COLUMNS = ("originalpaperdoi", "originalpaperpubmedid", "retractionnature")
_DOI = re.compile(r"10\.\d+(?:\.\d+)*/\S+")
_PREFIX = re.compile(r"^\s*(?:https?://)?(?:dx\.|www\.)?doi\.org/|^\s*doi:?\s*", re.IGNORECASE)
_NEXT = re.compile(
    r"\s*[;,|]\s*(?=(?:https?://\S*doi\.org/|doi:\s*)?10\.\d+(?:\.\d+)*/)|\s+(?=(?:https?://\S*doi\.org/|doi:\s*)?10\.\d+(?:\.\d+)*/)"
)
_SAID: dict[Nature, str] = {
    "retraction": "was retracted",
    "concern": "has an expression of concern",
    "correction": "was corrected",
    "reinstatement": "was reinstated after a retraction",
}
_RULES: dict[Nature, tuple[str, Severity, str]] = {
    "retraction": ("retracted-reference", "error", "take the statement out, or cite another source"),
    "concern": ("doubted-reference", "warning", "say so beside the statement, or cite another source"),
    "correction": ("corrected-reference", "hint", "read the correction against what the pages say"),
    "reinstatement": ("corrected-reference", "hint", "set `retracted` to false if it was true"),
}


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """One row about one of our sources; `day` is None when the export has none, `row` its line in the file."""

    day: date | None
    nature: Nature
    doi: str
    reason: str
    record: str
    row: int


def notices(lines: Iterable[str], site: Site, *, name: Path) -> dict[str, list[Notice]]:
    """The rows of an export that are about a source of ours, by the reference's id, oldest first.

    Raises ConfigError when the file has not the columns of the export.
    """
    by_doi: dict[str, list[str]] = {}
    by_pmid: dict[str, list[str]] = {}
    for reference in site.references.values():
        for doi in _dois(reference.doi):
            by_doi.setdefault(doi, []).append(reference.id)
        for pmid in _pmids(reference.pmid):
            by_pmid.setdefault(pmid, []).append(reference.id)
    found: dict[str, list[Notice]] = {}
    for row, values in _rows(lines, name):
        names = {name for doi in _dois(values["originalpaperdoi"]) for name in by_doi.get(doi, ())}
        names |= {name for pmid in _pmids(values["originalpaperpubmedid"]) for name in by_pmid.get(pmid, ())}
        nature = _nature(values["retractionnature"]) if names else None
        if nature is None:
            continue
        notice = Notice(
            day=_day(values.get("retractiondate", "")),
            nature=nature,
            doi=next(iter(_dois(values.get("retractiondoi", ""))), ""),
            reason=_reason(values.get("reason", "")),
            record=values.get("recordid", "").strip(),
            row=row,
        )
        for each in names:
            found.setdefault(each, []).append(notice)
    return {each: sorted(set(mine), key=_order) for each, mine in sorted(found.items())}


def _order(notice: Notice) -> tuple[date, int]:
    return notice.day or date.min, notice.row


def standing(mine: Sequence[Notice]) -> list[Notice]:
    """What holds today: a reinstatement ends the retractions and concerns before it; of each nature the last notice."""
    kept: dict[Nature, Notice] = {}
    for notice in mine:
        if notice.nature == "reinstatement":
            kept.pop("retraction", None)
            kept.pop("concern", None)
        elif notice.nature == "retraction":
            kept.pop("reinstatement", None)
        kept[notice.nature] = notice
    if "retraction" in kept:
        kept.pop("concern", None)
    return sorted(kept.values(), key=_order)


def retraction_findings(site: Site, found: dict[str, list[Notice]]) -> Iterator[Finding]:
    """For each hit: a finding at the reference, and one at every place of a page that cites it."""
    places = _places(site, found.keys())
    for name, mine in found.items():
        record = dict(site.records("references")).get(name, {})
        for notice in standing(mine):
            rule, severity, fix = _RULES[notice.nature]
            if notice.nature == "reinstatement" and record.get("retracted") is not True:
                severity = "hint"
            if notice.nature == "retraction" and record.get("retraction_decision"):
                severity = "hint"
            pages = list(dict.fromkeys(path for path, _, _ in places[name]))
            used = f"; used by {', '.join(pages)}" if pages else "; no page cites it"
            message = f"`{name}` {_said(notice)}{used}"
            yield Finding(*site.place("references", (name, "id")), rule, message, fix, severity)
            if notice.nature in {"retraction", "concern"}:
                # A source that is marked already is reported by the rule on pages.
                for path, line, column in () if record.get("retracted") is True else places[name]:
                    yield Finding(path, line, column, rule, f"`{name}` {_said(notice)}", fix, severity)


def with_notices(text: str, site: Site, found: dict[str, list[Notice]]) -> str:
    """The references file with `retracted` and `notices` as the export has them; all else stays byte for byte."""
    where = spots(text, toml=False)
    edits: list[tuple[int, int, str]] = []
    for name, mine in found.items():
        kept = standing(mine)
        path = site.entry("references", name)
        record = dict(site.records("references")).get(name, {})
        retracted = any(notice.nature == "retraction" for notice in kept)
        told = json.dumps([_written(notice) for notice in kept], ensure_ascii=False)
        values = {"retracted": json.dumps(retracted)} if retracted or record.get("retracted") is True else {}
        for key, value in {**values, "notices": told}.items():
            start = where.offsets.get((*path, key))
            if start is None:
                before = where.offsets[(*path, "id")]
                indent = text[text.rfind("\n", 0, before) + 1 : before]
                gap = f"\n{indent}" if not indent.strip() else " "
                edits.append((before, before, f'"{key}": {value},{gap}'))
            else:
                begin = text.index(":", start + len(key) + 2) + 1
                while text[begin].isspace():
                    begin += 1
                edits.append((begin, begin + _length(text, begin), value))
    for begin, end, new in sorted(edits, reverse=True):
        text = text[:begin] + new + text[end:]
    return text


def expiring(site: Site, days: int) -> Iterator[Finding]:
    """Reviews that run out within so many days; entries of data whose `valid_until` is near or past."""
    for article in site.articles:
        if article.review_due is None:
            continue
        left = (article.review_due - site.today).days
        if 0 <= left <= days:
            place = article.front.at("review_due")
            message = f"the review is due on {article.review_due}, in {left} days"
            fix = "review the page, then set `updated` and a new `review_due`"
            yield Finding(article.file, place.line, place.column, "review-soon", message, fix, "hint")
    for stem in ("claims", "references", "clinics", "insurers", "compounds"):
        for name, record in site.records(stem):
            until = _day(str(record.get("valid_until") or ""))
            if until is None or (until - site.today).days > days:
                continue
            left = (until - site.today).days
            message = f"`{name}` holds until {until}" + (
                f", {left} days from now" if left >= 0 else f", {-left} days ago"
            )
            severity: Severity = "hint" if left >= 0 else "warning"
            fix = "look it up again, then set a new `valid_until`"
            yield Finding(*site.place(stem, (name, "valid_until")), "fact-expires", message, fix, severity)


def _rows(lines: Iterable[str], name: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, values by column) of each row; columns by their names in lower case without spaces."""
    stream = iter(lines)
    first = next(stream, "").removeprefix("\ufeff").removeprefix("\u00ef\u00bb\u00bf")
    sign = max((",", ";", "\t"), key=first.count)
    columns = [re.sub(r"[\s_]+", "", column).lower() for column in next(csv.reader([first], delimiter=sign), [])]
    missing = [column for column in _COLUMNS if column not in columns]
    if missing:
        msg = f"{name} is no export of Retraction Watch: it has no column {', '.join(missing)}"
        fix = "download the CSV from https://gitlab.com/crossref/retraction-watch-data"
        raise ConfigError(msg, path=name, fix=fix)
    csv.field_size_limit(10_000_000)
    reader = csv.reader(stream, delimiter=sign)
    try:
        for row in reader:
            if row:
                values = dict(zip(columns, row, strict=False))
                yield reader.line_num + 1, dict.fromkeys(_COLUMNS, "") | values
    except csv.Error as error:
        msg = f"{name}, line {reader.line_num + 1}: {error}"
        raise ConfigError(msg, path=name, fix="download the file again") from error


def _dois(text: str) -> set[str]:
    """All DOIs in a cell, in lower case. A DOI may hold `;`, so the whole cell is tried as well as its parts."""
    text = text.strip()
    if "10." not in text:
        return set()
    found = set()
    for part in {text, *_NEXT.split(text)}:
        plain = unquote(_PREFIX.sub("", part)).strip().lower()
        match = _DOI.match(plain)
        if match:
            found |= {match.group(), match.group().rstrip(".,;")}
    return found


def _pmids(text: str) -> set[str]:
    """The PubMed ids in a cell; `0` and `unavailable` are none."""
    text = re.sub(r"\.0\b", "", text)
    return {number.lstrip("0") for number in re.findall(r"\d+", text)} - {""}


def _nature(text: str) -> Nature | None:
    plain = text.strip().lower()
    if "reinstate" in plain:
        return "reinstatement"
    if "concern" in plain:
        return "concern"
    if re.search(r"retract|withdraw|remov", plain):
        return "retraction"
    return "correction" if re.search(r"correct|errat|corrigend", plain) else None


def _day(text: str) -> date | None:
    """`8/7/2026 0:00` (month first, as the export writes it) or `2026-08-07`."""
    match = re.match(r"\s*(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}))", text)
    if not match:
        return None
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[4], match[5])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _reason(text: str) -> str:
    """`+Concerns about Data;+Paper Mill;` → `Concerns about Data; Paper Mill`."""
    return "; ".join(part.strip().lstrip("+").strip() for part in text.split(";") if part.strip(" +"))


def _said(notice: Notice) -> str:
    text = _SAID[notice.nature]
    text += f" on {notice.day}" if notice.day else ""
    told = [f"doi:{notice.doi}"] if notice.doi else []
    told += [notice.reason[:120]] if notice.reason else []
    told += [f"record {notice.record}"] if notice.record else []
    return f"{text} ({'; '.join(told)})" if told else text


def _written(notice: Notice) -> dict[str, str]:
    values = {
        "nature": notice.nature,
        "date": notice.day.isoformat() if notice.day else "",
        "doi": notice.doi,
        "reason": notice.reason,
        "record": notice.record,
    }
    return {key: value for key, value in values.items() if value}


def _length(text: str, start: int) -> int:
    """How long the JSON value is that starts there."""
    return json.JSONDecoder().raw_decode(text, start)[1] - start


def _places(site: Site, names: Iterable[str]) -> dict[str, list[tuple[str, int, int]]]:
    """Where pages and claims lean on each of these references: (file, line, column)."""
    found: dict[str, list[tuple[str, int, int]]] = {name: [] for name in names}
    for article in site.articles:
        lines = None
        for cite in cites(article.text):
            if cite.id in found:
                lines = lines or Lines(article.text)
                found[cite.id].append((article.file, *lines.at(cite.start)))
    for stem in ("claims", "conditions", "compounds"):
        for name, record in site.records(stem):
            entries: list[tuple[tuple[str, ...], Any]] = [((name, "references"), record)]
            pairs = record.get("by_compound")
            if isinstance(pairs, dict):
                entries = [((name, "by_compound", each, "references"), entry) for each, entry in pairs.items()]
            for keys, entry in entries:
                listed = entry.get("references") if isinstance(entry, dict) else None
                for number, each in enumerate(listed if isinstance(listed, list) else ()):
                    if each in found:
                        found[each].append(site.place(stem, (*keys, number)))
    return found
