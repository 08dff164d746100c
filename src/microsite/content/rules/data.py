"""Rules across data files: ids that name nothing, two entries for one source, placeholders and promises."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

from microsite.findings import Finding

from .claims import promises
from .links import tracking_names
from .wording import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from microsite.content.datafiles import Keys
    from microsite.content.site import Site
    from microsite.findings import Severity

__all__ = ["check_data", "check_unused"]

#: Texts of entries that readers see, by file.
_SHOWN = {
    "claims": ("claim", "population"),
    "compounds": ("name", "class", "half_life", "metabolism", "pregnancy"),
    "conditions": ("name",),
    "glossary": ("term", "definition"),
    "people": ("name", "role", "credentials"),
    "insurers": ("name", "note"),
    "clinics": ("name", "note"),
    "references": ("title",),
}
_MONTHS = 12
_DAYS = 31


def check_data(site: Site) -> Iterator[Finding]:
    """All rules that look at more than one entry's types."""
    yield from _names(site)
    yield from _identifiers(site)
    yield from _dates(site)
    for stem, keys in _SHOWN.items():
        for name, record in site.records(stem):
            for key in keys:
                yield from _texts(site, stem, (name, key), record.get(key))
    for name, record in site.records("conditions"):
        for compound, entry in _pairs(record):
            yield from _texts(site, "conditions", (name, "by_compound", compound, "summary"), entry.get("summary"))


def check_unused(site: Site, used: set[str]) -> Iterator[Finding]:
    """References that neither a page nor an entry of another file names."""
    cited = used | {
        name for stem in ("claims", "compounds") for _, record in site.records(stem) for name in _ids(record)
    }
    cited |= {name for _, record in site.records("conditions") for _, entry in _pairs(record) for name in _ids(entry)}
    for name in site.references:
        if name not in cited:
            message = f"`{name}` is cited on no page and in no claim"
            yield _at(site, "references", (name, "id"), "uncited-reference", message, "cite it or take it out", "hint")


def _names(site: Site) -> Iterator[Finding]:
    """References and compounds that an entry names and nobody defines."""
    for stem in ("claims", "compounds"):
        for name, record in site.records(stem):
            yield from _known(site, stem, (name, "references"), _ids(record), site.references)
    for name, record in site.records("conditions"):
        for compound, entry in _pairs(record):
            yield from _known(site, "conditions", (name, "by_compound", compound), [compound], site.compounds)
            yield from _known(
                site, "conditions", (name, "by_compound", compound, "references"), _ids(entry), site.references
            )


def _known(site: Site, stem: str, keys: Keys, names: Iterable[str], known: Mapping[str, Any]) -> Iterator[Finding]:
    for number, name in enumerate(names):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"did you mean `{near[0]}`?" if near else "add it, or take the name out"
            place = (*keys, number) if keys[-1] == "references" else keys
            yield _at(site, stem, place, "data-reference", f"nothing has the id `{name}`", fix)


def _identifiers(site: Site) -> Iterator[Finding]:
    """One paper under two ids would be counted, and retracted, as two."""
    seen: dict[str, str] = {}
    for name, record in site.records("references"):
        for key in ("DOI", "PMID"):
            value = str(record.get(key) or "").strip().lower()
            first = seen.setdefault(f"{key}:{value}", name) if value else name
            if first != name:
                message = f"`{first}` has the same {key}"
                yield _at(site, "references", (name, key), "data-duplicate", message, "keep one of the two")
        names = tracking_names(str(record.get("URL") or ""))
        if names:
            message = f"the address carries {', '.join(names)}"
            yield _at(site, "references", (name, "URL"), "tracking-parameter", message, "take the parameter out")


def _dates(site: Site) -> Iterator[Finding]:
    for name, record in site.records("references"):
        issued = record.get("issued")
        lists = issued.get("date-parts") if isinstance(issued, dict) else None
        numbers = [
            int(n)
            for n in (lists[0] if isinstance(lists, list) and lists and isinstance(lists[0], list) else [])
            if str(n).isdigit()
        ]
        year, month, day = (*numbers, 1, 1, 1)[:3] if numbers else (1, 1, 1)
        if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS):
            message = f"there is no month {month}, day {day}"
            yield _at(site, "references", (name, "issued"), "data-entry", message, "write [[year, month, day]]")
        elif numbers and year > site.today.year + 1:
            message = f"it is dated {year}, and today is {site.today}"
            yield _at(site, "references", (name, "issued"), "future-date", message, "write the true year")


def _texts(site: Site, stem: str, keys: Keys, text: Any) -> Iterator[Finding]:
    if not isinstance(text, str):
        return
    left, promised = _told(text, stem)
    for words in left:
        message = f"`{words}` was left in the text"
        yield _at(site, stem, keys, "placeholder-text", message, "write the text or take it out")
    for words, severity in promised:
        message = f"“{words}” claims more than a source can carry"
        fix = "say what was measured, in whom, for how long"
        yield _at(site, stem, keys, "strong-claim", message, fix, severity)


@lru_cache(maxsize=8192)
def _told(text: str, stem: str) -> tuple[tuple[str, ...], tuple[tuple[str, Severity], ...]]:
    """(placeholders, promises) of one text; remembered, since data stay the same from build to build."""
    left = tuple(match.group() for match in placeholders(text))
    if stem == "references":
        return left, ()
    return left, tuple((words, severity) for words, _, severity in promises(text, cited=stem == "claims"))


def _ids(record: Mapping[str, Any]) -> list[str]:
    names = record.get("references")
    return [str(name) for name in names] if isinstance(names, list) else []


def _pairs(record: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    pairs = record.get("by_compound")
    return (
        [(str(name), entry) for name, entry in pairs.items() if isinstance(entry, dict)]
        if isinstance(pairs, dict)
        else []
    )


def _at(  # noqa: PLR0913, PLR0917 - the fields of a finding
    site: Site, stem: str, keys: Keys, rule: str, message: str, fix: str, severity: Severity = "error"
) -> Finding:
    """A finding at an entry; `keys` begins with the entry's id."""
    return Finding(*site.place(stem, keys), rule, message, fix, severity)
