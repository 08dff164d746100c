"""The model of front matter, and the kinds of values that the models of data files share. A new key is one line here.

The words come from the design's list of interfaces.
"""

from __future__ import annotations

from types import MappingProxyType

from .marks import GRADES
from .schema import Choice
from .schema import Day
from .schema import Flag
from .schema import Items
from .schema import Key
from .schema import Number
from .schema import OneOf
from .schema import Record
from .schema import Text

__all__ = ["ADDRESS", "FRONT_MATTER", "GRADE", "ID", "KINDS", "SHOWS", "TEXT", "TEXTS", "WORDS", "ids"]

KINDS = ("article", "hub", "page", "home", "index", "form", "thanks", "legal")
SHOWS = ("insurers",)

TEXT = Text()
WORDS = Text("a text that is not empty", empty=False)
ID = Text("an id: small letters, digits, hyphens", pattern=r"[a-z0-9]+(?:-[a-z0-9]+)*", empty=False)
TEXTS = Items(Text("a text", number=True), "a list of texts")
GRADE = Choice(tuple(GRADES), loose=True)
ADDRESS = Text("an address: /page/, https://…", pattern=r"(?:https?://\S+|/\S*)")


def ids(where: str) -> Items:
    """A list of ids that a data file defines."""
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
        "authors": Key(ids("people.toml"), about="Who wrote it; ids from data/people.toml."),
        "reviewer": Key(Text("an id from data/people.toml"), about="The clinician who reviewed it; leave out if none."),
        "reviewed": Key(Day(), about="The day the reviewer read it; only together with reviewer."),
        "conditions": Key(ids("conditions.json"), about="What it is about; ids from data/conditions.json."),
        "compounds": Key(ids("compounds.json"), about="What it is about; ids from data/compounds.json."),
        "aliases": Key(TEXTS, about="Words that readers use; the search and the index from A to Z know them."),
        "related": Key(Items(Text("a path"), "a list of paths in docs/"), about="Pages to read next; paths in docs/."),
        "series": Key(
            Record(
                {
                    "name": Key(WORDS, needed=True, nothing=False),
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
                            {"text": Key(WORDS, needed=True, nothing=False), "certainty": Key(GRADE)},
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
