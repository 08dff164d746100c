"""The model of every data file, and the JSON Schema files that editors read. A new key is one line here.

`DATA` has, by the file's name without its ending, the record of one entry and which key names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Any

from .marks import GRADES
from .references import KINDS as SOURCE_KINDS
from .schema import Choice
from .schema import Day
from .schema import Flag
from .schema import Free
from .schema import Items
from .schema import Key
from .schema import Null
from .schema import Number
from .schema import OneOf
from .schema import Record
from .schema import Table
from .schema import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

from .models import ADDRESS
from .models import FRONT_MATTER
from .models import GRADE
from .models import ID
from .models import TEXT
from .models import TEXTS
from .models import WORDS
from .models import ids

__all__ = ["DATA", "OTHERS", "DataFile", "schemas"]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of data/: the record of one entry, the key that names it, and whether the project needs the file."""

    entry: Record
    key: str = "id"
    needed: bool = True
    #: One mapping (an organisation) and no list of entries.
    single: bool = False
    about: str = ""


_NAME = Record(
    {
        "family": Key(WORDS),
        "given": Key(TEXT),
        "literal": Key(WORDS),
        "suffix": Key(TEXT),
        "non-dropping-particle": Key(TEXT),
        "dropping-particle": Key(TEXT),
        "ORCID": Key(TEXT),
    },
    "{family, given} or {literal}",
)
_PART = OneOf((Number("a number", whole=True), Text("a number", pattern=r"\d+")))
_CSL_DATE = Record(
    {
        "date-parts": Key(Items(Items(_PART, "[year, month, day]", least=1), "[[year, month, day]]", least=1)),
        "raw": Key(TEXT),
        "literal": Key(TEXT),
        "season": Key(Text("a text", number=True)),
        "circa": Key(Free()),
    },
    "{date-parts: [[year, month, day]]}",
)
#: https://github.com/citation-style-language/schema/blob/v1.0.2/schemas/input/csl-data.json
_CSL_TYPES = (
    "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast", "chapter",
    "classic", "collection", "dataset", "document", "entry", "entry-dictionary", "entry-encyclopedia", "event",
    "figure", "graphic", "hearing", "interview", "legal_case", "legislation", "manuscript", "map", "motion_picture",
    "musical_score", "pamphlet", "paper-conference", "patent", "performance", "periodical", "personal_communication",
    "post", "post-weblog", "regulation", "report", "review", "review-book", "software", "song", "speech", "standard",
    "thesis", "treaty", "webpage",
)  # fmt: skip
_NUMERIC = Text("a text or a number", number=True)

_REFERENCE = Record(
    {
        "id": Key(Text("an id without spaces, commas or brackets", pattern=r"[^\s,;@\[\]]+", empty=False), needed=True),
        "type": Key(Choice(_CSL_TYPES), needed=True),
        "title": Key(WORDS, needed=True),
        "author": Key(Items(_NAME, "a list of {family, given}")),
        "editor": Key(Items(_NAME, "a list of {family, given}")),
        "container-title": Key(TEXT),
        "container-title-short": Key(TEXT),
        "issued": Key(_CSL_DATE),
        "accessed": Key(_CSL_DATE),
        "volume": Key(_NUMERIC),
        "issue": Key(_NUMERIC),
        "page": Key(_NUMERIC),
        "number": Key(_NUMERIC),
        "edition": Key(_NUMERIC),
        "publisher": Key(TEXT),
        "publisher-place": Key(TEXT),
        "ISBN": Key(TEXT),
        "ISSN": Key(TEXT),
        "DOI": Key(Text("a DOI, without https://doi.org/ (10.1002/…)", pattern=r"10\.\d[\d.]*/\S+")),
        "PMID": Key(Text("the digits of a PubMed id, in quotes", pattern=r"\d{1,9}")),
        "PMCID": Key(Text("a PMC id (PMC123)", pattern=r"(?:PMC)?\d+")),
        "URL": Key(Text("an address: https://…", pattern=r"https?://\S+")),
        "abstract": Key(TEXT),
        "language": Key(TEXT),
        "note": Key(TEXT),
        "source": Key(TEXT),
        "genre": Key(TEXT),
        "medium": Key(TEXT),
        "version": Key(_NUMERIC),
        "keyword": Key(TEXT),
        "kind": Key(Choice(tuple(SOURCE_KINDS)), about="What kind of source it is."),
        "verified": Key(Flag(), needed=True, about="True when somebody has looked it up. False cannot be cited."),
        "retracted": Key(Flag(), about="True marks it on every page that cites it, until somebody decides."),
        "retraction_decision": Key(WORDS, about="Why a retracted source stays cited; then it is only a hint."),
        "notices": Key(
            Items(
                Record(
                    {
                        "nature": Key(WORDS, needed=True),
                        "date": Key(Day(texts=True)),
                        "doi": Key(TEXT),
                        "reason": Key(TEXT),
                        "record": Key(TEXT),
                    },
                    "{nature, date, doi, reason}",
                )
            ),
            about="Notices of retraction, concern or correction, as `microsite check --retractions` wrote them.",
        ),
        "authors_complete": Key(Flag(), about="False: the list of authors is cut short, so `et al.` is printed."),
        "verification_note": Key(TEXT, about="For writers; never published."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a CSL-JSON item",
    name="reference",
    aliases=MappingProxyType(
        {"doi": "DOI", "pmid": "PMID", "url": "URL", "authors": "author", "journal": "container-title"}
    ),
)

_CLAIM = Record(
    {
        "id": Key(ID, needed=True),
        "topic": Key(WORDS, needed=True),
        "claim": Key(WORDS, needed=True, about="The statement, in our own words."),
        "references": Key(Items(WORDS, "a list of ids from data/references.json"), needed=True),
        "evidence_level": Key(GRADE, needed=True, about="How sure we are, in GRADE's words."),
        "population": Key(WORDS, needed=True, about="Who was studied."),
        "figures": Key(Items(TEXT, "a list of texts"), about="The numbers that the statement holds."),
        "common_error": Key(
            OneOf(
                (
                    Record(
                        {"says": Key(WORDS, needed=True), "correction": Key(WORDS, needed=True)}, "{says, correction}"
                    ),
                    Null(),
                )
            ),
            about="What pages often say, and what is true.",
        ),
        "retired": Key(Day(texts=True), about="The day the claim was given up; no page may state it from then on."),
        "note": Key(TEXT, about="For writers; never published."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a claim",
    name="claim",
    aliases=MappingProxyType(
        {"certainty": "evidence_level", "sources": "references", "refs": "references", "text": "claim"}
    ),
)

_COMPOUND = Record(
    {
        "id": Key(ID, needed=True),
        "name": Key(WORDS, needed=True),
        "short": Key(WORDS, about="The name in titles and tables."),
        "updated": Key(Day(texts=True), about="The day the entry was last gone through."),
        "synonyms": Key(TEXTS),
        "class": Key(WORDS),
        "controlled_schedule_us": Key(TEXT),
        "regulatory_status": Key(
            Table(
                Record(
                    {
                        "status": Key(WORDS, needed=True),
                        "year": Key(OneOf((Number("a year", 1800, 2200, whole=True), Null()))),
                        "note": Key(TEXT),
                        "references": Key(Items(WORDS, "a list of ids from data/references.json")),
                    },
                    "{status, year, note, references}",
                ),
                "a mapping of countries",
            )
        ),
        "routes": Key(TEXTS),
        "half_life": Key(TEXT),
        "metabolism": Key(TEXT),
        "approved_uses": Key(TEXTS),
        "offlabel_uses": Key(TEXTS),
        "contraindications": Key(TEXTS),
        "warnings": Key(TEXTS),
        "interactions": Key(TEXTS),
        "monitoring": Key(TEXTS),
        "pregnancy": Key(TEXT),
        "references": Key(Items(WORDS, "a list of ids from data/references.json")),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a compound",
    name="compound",
)

_ICD = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"
_CONDITION = Record(
    {
        "id": Key(ID, needed=True),
        "name": Key(WORDS, needed=True),
        "synonyms": Key(TEXTS),
        "short": Key(WORDS, about="The name inside a sentence: hard-to-treat depression."),
        "article": Key(Text("a path in docs/"), about="The article on the condition."),
        "updated": Key(Day(texts=True), about="The day the entry was last gone through."),
        "icd10": Key(OneOf((Text("ICD-10 codes, such as F32.9; F33", pattern=rf"{_ICD}(?:; {_ICD})*"), Null()))),
        "by_compound": Key(
            Table(
                Record(
                    {
                        "evidence_level": Key(OneOf((Choice((*GRADES, "none"), loose=True), Null())), needed=False),
                        "summary": Key(WORDS, needed=True),
                        "studied": Key(Flag(), about="True: a study in people with this condition; it gets a page."),
                        "standing": Key(TEXT, about="Whether it is approved for this, with sources."),
                        "claims": Key(ids("claims.json"), about="What was studied; ids from data/claims.json."),
                        "safety": Key(ids("claims.json"), about="Harms and checks that matter most here."),
                        "considerations": Key(TEXTS, about="What to weigh up, with sources."),
                        "unknown": Key(TEXTS, about="What nobody knows yet, with sources."),
                        "questions": Key(TEXTS, about="What to ask a clinician about this pair."),
                        "references": Key(Items(WORDS, "a list of ids from data/references.json")),
                        "note": Key(TEXT),
                    },
                    "{evidence_level, summary, considerations, references}",
                ),
                "a mapping of compounds' ids",
            )
        ),
    },
    "a condition",
    name="condition",
)

_TERM = Record(
    {
        "term": Key(WORDS, needed=True),
        "synonyms": Key(TEXTS),
        "definition": Key(WORDS, needed=True, about="One or two plain sentences."),
        "references": Key(Items(WORDS, "a list of ids from data/references.json"), about="Sources of its facts."),
        "everyday": Key(Flag(), about="True: readers know the word, so texts do not link it to its meaning."),
    },
    "a glossary entry",
    name="glossary entry",
    aliases=MappingProxyType({"id": "term", "name": "term", "text": "definition"}),
)

_PERSON = Record(
    {
        "id": Key(ID, needed=True),
        "name": Key(WORDS, needed=True),
        "kind": Key(Choice(("person", "organisation"))),
        "role": Key(TEXT),
        "credentials": Key(TEXT, about="A clinician's degree and license."),
        "url": Key(ADDRESS),
    },
    "a person",
    name="person",
)

_INSURER = Record(
    {
        "id": Key(ID, needed=True),
        "name": Key(WORDS, needed=True),
        "kind": Key(TEXT),
        "note": Key(TEXT, about="What the entry is; sample data says so."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a plan",
    name="plan",
)

_CLINIC = Record(
    {
        "id": Key(ID, needed=True),
        "name": Key(WORDS, needed=True),
        "street": Key(TEXT),
        "city": Key(WORDS, needed=True),
        "state": Key(TEXT),
        "postal_code": Key(Text("a text (in quotes: a number loses its zeros)")),
        "country": Key(TEXT),
        "latitude": Key(Number("degrees from -90 to 90", -90, 90)),
        "longitude": Key(Number("degrees from -180 to 180", -180, 180)),
        "phone": Key(Text("a phone number", pattern=r"\+?[\d\s().-]{3,}")),
        "url": Key(ADDRESS),
        "compounds": Key(ids("compounds.json")),
        "conditions": Key(ids("conditions.json")),
        "services": Key(TEXTS),
        "verified": Key(Day(texts=True), about="The day somebody checked the entry."),
        "note": Key(TEXT, about="What the entry is; sample data says so."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a clinic",
    name="clinic",
)

_ORGANISATION = Record(
    {
        "id": Key(ID),
        "name": Key(WORDS, needed=True),
        "legal_name": Key(TEXT),
        "url": Key(ADDRESS),
        "logo": Key(ADDRESS),
        "email": Key(Text("a mail address", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+")),
        "phone": Key(Text("a phone number", pattern=r"\+?[\d\s().-]{3,}")),
        "postal_address": Key(TEXT),
        "hours": Key(TEXT),
        "same_as": Key(Items(ADDRESS, "a list of addresses")),
        "sample": Key(Flag()),
        "note": Key(TEXT),
    },
    "an organisation",
    name="organisation",
)

_PLACE = Text("an address of this site: /page/", pattern=r"/|/(?:[\w.~-]+/)+|/(?:[\w.~-]+/)*[\w~-]+\.[a-z0-9]+")
_REDIRECT = Record(
    {
        "from": Key(_PLACE, needed=True, about="The address that the page had."),
        "to": Key(_PLACE, needed=True, about="The address that it has now."),
        "note": Key(TEXT, about="For writers; never published."),
    },
    "{from, to}",
    name="redirect",
    aliases=MappingProxyType({"old": "from", "source": "from", "new": "to", "target": "to"}),
)

#: Data files that are no part of the content; whoever reads them checks them.
OTHERS = frozenset({"redirects"})

#: By the file's name without its ending; `.json` and `.toml` are both read.
DATA: Mapping[str, DataFile] = MappingProxyType(
    {
        "references": DataFile(_REFERENCE, about="Sources, as CSL-JSON."),
        "claims": DataFile(_CLAIM, about="Statements with their sources and certainty."),
        "compounds": DataFile(_COMPOUND, about="The medicines."),
        "conditions": DataFile(_CONDITION, about="What they are used or studied for."),
        "glossary": DataFile(_TERM, key="term", about="Words and what they mean."),
        "people": DataFile(_PERSON, about="Who writes and who reviews."),
        "insurers": DataFile(_INSURER, about="Plans in the list of insurers."),
        "redirects": DataFile(_REDIRECT, key="from", needed=False, about="Addresses that pages had before."),
        "clinics": DataFile(_CLINIC, needed=False, about="Clinics in the finder."),
        "organisation": DataFile(_ORGANISATION, needed=False, single=True, about="Who publishes the site."),
    }
)


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema by name: `front-matter`, and each data file. JSON and TOML files of one name share one schema."""
    made = {"front-matter": _headed("Front matter of a page", "", FRONT_MATTER.json())}
    for name, file in DATA.items():
        if file.single:
            made[name] = _headed(f"data/{name}", file.about, file.entry.json())
            continue
        entries = {"type": "array", "items": {"$ref": "#/$defs/entry"}}
        free = {"sample": {"type": "boolean"}, "note": {"type": "string"}, "$schema": {"type": "string"}}
        table = {"type": "object", "properties": {name: entries} | free, "required": [name]}
        both = {"anyOf": [entries, table | {"additionalProperties": False}], "$defs": {"entry": file.entry.json()}}
        made[name] = _headed(f"data/{name}", file.about, both)
    return made


def _headed(title: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return head | ({"description": about} if about else {}) | schema
