"""The model of each kind of file that editors write: front matter, and every data file. A new key is one line here.

`FRONT_MATTER` is a record; `DATA` has, by the file's name without its ending, the record of one entry and which key
names it. The words come from the design's list of interfaces. One table of more than 400 lines, since cutting it would
only spread one answer over two files.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

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

__all__ = ["DATA", "FRONT_MATTER", "KINDS", "OTHERS", "SHOWS", "DataFile"]

KINDS = ("article", "hub", "page", "home", "index", "form", "thanks", "legal")
SHOWS = ("insurers",)

_TEXT = Text()
_WORDS = Text("a text that is not empty", empty=False)
_ID = Text("an id: small letters, digits, hyphens", pattern=r"[a-z0-9]+(?:-[a-z0-9]+)*", empty=False)
_TEXTS = Items(Text("a text", number=True), "a list of texts")
_GRADE = Choice(tuple(GRADES), loose=True)
_PLACE = Text("an address of this site: /page/", pattern=r"/|/(?:[\w.~-]+/)+|/(?:[\w.~-]+/)*[\w~-]+\.[a-z0-9]+")
_ADDRESS = Text("an address: /page/, https://…", pattern=r"(?:https?://\S+|/\S*)")


def _ids(where: str) -> Items:
    return Items(Text("an id", number=True), f"a list of ids from data/{where}")


#: Words that people use for a key of ours.
_ALIASES = MappingProxyType(
    {
        "date": "published",
        "author": "authors",
        "tags": "aliases",
        "summary_points": "summary",
        "lastmod": "updated",
        "last_updated": "updated",
        "modified": "updated",
        "review_date": "review_due",
        "reviewed_by": "reviewer",
        "keywords": "aliases",
        "intro": "standfirst",
        "lead": "standfirst",
        "type": "kind",
        "layout": "kind",
    }
)

FRONT_MATTER = Record(
    {
        "title": Key(Text("text", most=65), needed=True, about="Up to 65 characters; shown by search engines."),
        "description": Key(Text("text", most=160), about="Up to 160 characters; shown by search engines."),
        "kind": Key(Choice(KINDS), about="What the page is; without it: page."),
        "published": Key(Day(), about="The day the page was first published."),
        "updated": Key(Day(), about="The day of the last change that readers should know of."),
        "review_due": Key(Day(), about="Past it a warning, 90 days past it an error; readers see a notice."),
        "authors": Key(_ids("people.toml"), about="Who wrote it; ids from data/people.toml."),
        "reviewer": Key(Text("an id from data/people.toml"), about="The clinician who reviewed it; leave out if none."),
        "reviewed": Key(Day(), about="The day the reviewer read it; only together with reviewer."),
        "conditions": Key(_ids("conditions.json"), about="What it is about; ids from data/conditions.json."),
        "compounds": Key(_ids("compounds.json"), about="What it is about; ids from data/compounds.json."),
        "aliases": Key(_TEXTS, about="Words that readers use; the search and the index from A to Z know them."),
        "related": Key(Items(Text("a path"), "a list of paths in docs/"), about="Pages to read next; paths in docs/."),
        "series": Key(
            Record(
                {
                    "name": Key(_WORDS, needed=True, nothing=False),
                    "part": Key(Number("a number from 1", 1, 99, whole=True), needed=True, nothing=False),
                },
                "{name, part}",
            ),
            about="The series it belongs to and its place there; the parts link to each other.",
        ),
        "form": Key(Text("the id of a form, such as contact"), about="The form on this page."),
        "crisis": Key(Flag(), about="True puts the crisis box on top: for pages that speak of suicide."),
        "show": Key(Items(Choice(SHOWS), "a list out of " + ", ".join(SHOWS)), about="Lists that stand on this page."),
        "noindex": Key(Flag(), about="True keeps the page out of search engines."),
        "standfirst": Key(Text("text"), about="One or two sentences that answer the title."),
        "summary": Key(
            Items(
                OneOf(
                    (
                        Record(
                            {"text": Key(_WORDS, needed=True, nothing=False), "certainty": Key(_GRADE)},
                            "{text, certainty}",
                        ),
                        Text("text"),
                    )
                ),
                "a list of {text, certainty}",
            ),
            about="The box At a glance.",
        ),
    },
    # Keys that MkDocs itself reads.
    others=frozenset({"template", "hide", "status"}),
    name="front matter",
    aliases=_ALIASES,
)


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
        "family": Key(_WORDS),
        "given": Key(_TEXT),
        "literal": Key(_WORDS),
        "suffix": Key(_TEXT),
        "non-dropping-particle": Key(_TEXT),
        "dropping-particle": Key(_TEXT),
        "ORCID": Key(_TEXT),
    },
    "{family, given} or {literal}",
)
_PART = OneOf((Number("a number", whole=True), Text("a number", pattern=r"\d+")))
_CSL_DATE = Record(
    {
        "date-parts": Key(Items(Items(_PART, "[year, month, day]", least=1), "[[year, month, day]]", least=1)),
        "raw": Key(_TEXT),
        "literal": Key(_TEXT),
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
        "title": Key(_WORDS, needed=True),
        "author": Key(Items(_NAME, "a list of {family, given}")),
        "editor": Key(Items(_NAME, "a list of {family, given}")),
        "container-title": Key(_TEXT),
        "container-title-short": Key(_TEXT),
        "issued": Key(_CSL_DATE),
        "accessed": Key(_CSL_DATE),
        "volume": Key(_NUMERIC),
        "issue": Key(_NUMERIC),
        "page": Key(_NUMERIC),
        "number": Key(_NUMERIC),
        "edition": Key(_NUMERIC),
        "publisher": Key(_TEXT),
        "publisher-place": Key(_TEXT),
        "ISBN": Key(_TEXT),
        "ISSN": Key(_TEXT),
        "DOI": Key(Text("a DOI, without https://doi.org/ (10.1002/…)", pattern=r"10\.\d[\d.]*/\S+")),
        "PMID": Key(Text("the digits of a PubMed id, in quotes", pattern=r"\d{1,9}")),
        "PMCID": Key(Text("a PMC id (PMC123)", pattern=r"(?:PMC)?\d+")),
        "URL": Key(Text("an address: https://…", pattern=r"https?://\S+")),
        "abstract": Key(_TEXT),
        "language": Key(_TEXT),
        "note": Key(_TEXT),
        "source": Key(_TEXT),
        "genre": Key(_TEXT),
        "medium": Key(_TEXT),
        "version": Key(_NUMERIC),
        "keyword": Key(_TEXT),
        "kind": Key(Choice(tuple(SOURCE_KINDS)), about="What kind of source it is."),
        "verified": Key(Flag(), needed=True, about="True when somebody has looked it up. False cannot be cited."),
        "retracted": Key(Flag(), about="True marks it on every page that cites it, until somebody decides."),
        "retraction_decision": Key(_WORDS, about="Why a retracted source stays cited; then it is only a hint."),
        "notices": Key(
            Items(
                Record(
                    {
                        "nature": Key(_WORDS, needed=True),
                        "date": Key(Day(texts=True)),
                        "doi": Key(_TEXT),
                        "reason": Key(_TEXT),
                        "record": Key(_TEXT),
                    },
                    "{nature, date, doi, reason}",
                )
            ),
            about="Notices of retraction, concern or correction, as `microsite check --retractions` wrote them.",
        ),
        "authors_complete": Key(Flag(), about="False: the list of authors is cut short, so `et al.` is printed."),
        "verification_note": Key(_TEXT, about="For writers; never published."),
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
        "id": Key(_ID, needed=True),
        "topic": Key(_WORDS, needed=True),
        "claim": Key(_WORDS, needed=True, about="The statement, in our own words."),
        "references": Key(Items(_WORDS, "a list of ids from data/references.json"), needed=True),
        "evidence_level": Key(_GRADE, needed=True, about="How sure we are, in GRADE's words."),
        "population": Key(_WORDS, needed=True, about="Who was studied."),
        "figures": Key(Items(_TEXT, "a list of texts"), about="The numbers that the statement holds."),
        "common_error": Key(
            OneOf(
                (
                    Record(
                        {"says": Key(_WORDS, needed=True), "correction": Key(_WORDS, needed=True)}, "{says, correction}"
                    ),
                    Null(),
                )
            ),
            about="What pages often say, and what is true.",
        ),
        "retired": Key(Day(texts=True), about="The day the claim was given up; no page may state it from then on."),
        "note": Key(_TEXT, about="For writers; never published."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a claim",
    name="claim",
    aliases=MappingProxyType({"certainty": "evidence_level", "sources": "references", "text": "claim"}),
)

_COMPOUND = Record(
    {
        "id": Key(_ID, needed=True),
        "name": Key(_WORDS, needed=True),
        "short": Key(_WORDS, about="The name in titles and tables."),
        "updated": Key(Day(texts=True), about="The day the entry was last gone through."),
        "synonyms": Key(_TEXTS),
        "class": Key(_WORDS),
        "controlled_schedule_us": Key(_TEXT),
        "regulatory_status": Key(
            Table(
                Record(
                    {
                        "status": Key(_WORDS, needed=True),
                        "year": Key(OneOf((Number("a year", 1800, 2200, whole=True), Null()))),
                        "note": Key(_TEXT),
                        "references": Key(Items(_WORDS, "a list of ids from data/references.json")),
                    },
                    "{status, year, note, references}",
                ),
                "a mapping of countries",
            )
        ),
        "routes": Key(_TEXTS),
        "half_life": Key(_TEXT),
        "metabolism": Key(_TEXT),
        "approved_uses": Key(_TEXTS),
        "offlabel_uses": Key(_TEXTS),
        "contraindications": Key(_TEXTS),
        "warnings": Key(_TEXTS),
        "interactions": Key(_TEXTS),
        "monitoring": Key(_TEXTS),
        "pregnancy": Key(_TEXT),
        "references": Key(Items(_WORDS, "a list of ids from data/references.json")),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a compound",
    name="compound",
)

_ICD = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"
_CONDITION = Record(
    {
        "id": Key(_ID, needed=True),
        "name": Key(_WORDS, needed=True),
        "synonyms": Key(_TEXTS),
        "short": Key(_WORDS, about="The name inside a sentence: hard-to-treat depression."),
        "article": Key(Text("a path in docs/"), about="The article on the condition."),
        "updated": Key(Day(texts=True), about="The day the entry was last gone through."),
        "icd10": Key(OneOf((Text("ICD-10 codes, such as F32.9; F33", pattern=rf"{_ICD}(?:; {_ICD})*"), Null()))),
        "by_compound": Key(
            Table(
                Record(
                    {
                        "evidence_level": Key(OneOf((Choice((*GRADES, "none"), loose=True), Null())), needed=False),
                        "summary": Key(_WORDS, needed=True),
                        "studied": Key(Flag(), about="True: a study in people with this condition; it gets a page."),
                        "standing": Key(_TEXT, about="Whether it is approved for this, with sources."),
                        "claims": Key(_ids("claims.json"), about="What was studied; ids from data/claims.json."),
                        "safety": Key(_ids("claims.json"), about="Harms and checks that matter most here."),
                        "considerations": Key(_TEXTS, about="What to weigh up, with sources."),
                        "unknown": Key(_TEXTS, about="What nobody knows yet, with sources."),
                        "questions": Key(_TEXTS, about="What to ask a clinician about this pair."),
                        "references": Key(Items(_WORDS, "a list of ids from data/references.json")),
                        "note": Key(_TEXT),
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
        "term": Key(_WORDS, needed=True),
        "synonyms": Key(_TEXTS),
        "definition": Key(_WORDS, needed=True, about="One or two plain sentences."),
        "references": Key(Items(_WORDS, "a list of ids from data/references.json"), about="Sources of its facts."),
        "everyday": Key(Flag(), about="True: readers know the word, so texts do not link it to its meaning."),
    },
    "a glossary entry",
    name="glossary entry",
    aliases=MappingProxyType({"id": "term", "name": "term", "text": "definition"}),
)

_PERSON = Record(
    {
        "id": Key(_ID, needed=True),
        "name": Key(_WORDS, needed=True),
        "kind": Key(Choice(("person", "organisation"))),
        "role": Key(_TEXT),
        "credentials": Key(_TEXT, about="A clinician's degree and license."),
        "url": Key(_ADDRESS),
    },
    "a person",
    name="person",
)

_INSURER = Record(
    {
        "id": Key(_ID, needed=True),
        "name": Key(_WORDS, needed=True),
        "kind": Key(_TEXT),
        "note": Key(_TEXT, about="What the entry is; sample data says so."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a plan",
    name="plan",
)

_CLINIC = Record(
    {
        "id": Key(_ID, needed=True),
        "name": Key(_WORDS, needed=True),
        "street": Key(_TEXT),
        "city": Key(_WORDS, needed=True),
        "state": Key(_TEXT),
        "postal_code": Key(Text("a text (in quotes: a number loses its zeros)")),
        "country": Key(_TEXT),
        "latitude": Key(Number("degrees from -90 to 90", -90, 90)),
        "longitude": Key(Number("degrees from -180 to 180", -180, 180)),
        "phone": Key(Text("a phone number", pattern=r"\+?[\d\s().-]{3,}")),
        "url": Key(_ADDRESS),
        "compounds": Key(_ids("compounds.json")),
        "conditions": Key(_ids("conditions.json")),
        "services": Key(_TEXTS),
        "verified": Key(Day(texts=True), about="The day somebody checked the entry."),
        "note": Key(_TEXT, about="What the entry is; sample data says so."),
        "valid_until": Key(Day(texts=True), about="The day from which somebody must look it up again."),
    },
    "a clinic",
    name="clinic",
)

_ORGANISATION = Record(
    {
        "id": Key(_ID),
        "name": Key(_WORDS, needed=True),
        "legal_name": Key(_TEXT),
        "url": Key(_ADDRESS),
        "logo": Key(_ADDRESS),
        "email": Key(Text("a mail address", pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+")),
        "phone": Key(Text("a phone number", pattern=r"\+?[\d\s().-]{3,}")),
        "postal_address": Key(_TEXT),
        "hours": Key(_TEXT),
        "same_as": Key(Items(_ADDRESS, "a list of addresses")),
        "sample": Key(Flag()),
        "note": Key(_TEXT),
    },
    "an organisation",
    name="organisation",
)

_REDIRECT = Record(
    {
        "from": Key(_PLACE, needed=True, about="The address that the page had."),
        "to": Key(_PLACE, needed=True, about="The address that it has now."),
        "note": Key(_TEXT, about="For writers; never published."),
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
