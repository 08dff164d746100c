"""What a definition file may hold, as data: keys, their types, and the words that HTML and the mails know."""

from __future__ import annotations

from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AUTOCOMPLETE", "INPUT_MODES", "KINDS", "MAIL_NEEDS", "RESERVED", "SCHEMA", "Key"]


class Key(NamedTuple):
    """What one key may hold."""

    type: type
    #: What it is for; shown as the fix.
    meaning: str = ""
    needed: bool = False
    choices: frozenset[str] = frozenset()
    least: int = 0
    most: int = 1_000_000
    #: Keys of the table, or of each table in the list.
    inner: Mapping[str, Key] | None = None


#: Names that the forms use themselves: hidden inputs, and ids of the markup.
RESERVED = frozenset(
    {"page", "release", "rendered", "token", "again", "act", "sure", "form", "format", "from", "errors", "main"}
)

#: Kinds of fields.
KINDS = frozenset({"text", "email", "tel", "textarea", "select", "radio"})

_ERRORS = {
    "required": Key(str, "said when the field is empty"),
    "invalid": Key(str, "said when the value has the wrong form"),
    "too_long": Key(str, "said when the value is longer than `max`"),
    "characters": Key(str, "said when the value holds line breaks or control characters"),
}

#: Any name of a field → a list of its values.
_IF = {"*": Key(list, "the values with which it must be filled in")}

_OPTION = {
    "value": Key(str, "what is stored, like phone", needed=True),
    "label": Key(str, "what people read", needed=True),
}

_FIELD = {
    "name": Key(str, "the name in the request, like email", needed=True),
    "label": Key(str, "what people read above the box", needed=True),
    "type": Key(str, "the kind of box", needed=True, choices=KINDS),
    "max": Key(int, "most characters; needed where people type", least=1, most=10_000),
    "errors": Key(dict, "one sentence for each error", needed=True, inner=_ERRORS),
    "hint": Key(str, "help under the label"),
    "autocomplete": Key(str, "what the browser may fill in"),
    "inputmode": Key(str, "which keyboard a phone shows"),
    "required": Key(bool, "whether it must be filled in; true when not given"),
    "pattern": Key(str, "a regular expression that the whole value matches"),
    "rows": Key(int, "height of a textarea in lines", least=2, most=40),
    "options": Key(list, 'what can be chosen, each { value = "…", label = "…" }', inner=_OPTION),
    "required_if": Key(dict, "{ other_field = [values] }: with these it must be filled in", inner=_IF),
    "private": Key(bool, "true for a sensitive answer: it is kept apart, for the days in [vault]"),
}

_CONSENT = {
    "name": Key(str, "the name in the request, like consent", needed=True),
    "id": Key(str, "the wording's id; change it with every change of the wording", needed=True),
    "text": Key(str, "the wording beside the box", needed=True),
    "error": Key(str, "said when a needed box is not ticked"),
    "required": Key(bool, "whether it must be ticked; true when not given"),
    "required_if": Key(dict, "{ other_field = [values] }: with these it must be ticked", inner=_IF),
}

_MAIL = {
    "subject": Key(str, "neutral, one line", needed=True),
    "body": Key(str, "plain text with {placeholders}", needed=True),
}

SCHEMA: Mapping[str, Key] = {
    "id": Key(str, "the file's name without .toml", needed=True),
    "title": Key(str, "the heading of the page", needed=True),
    "page": Key(str, "the page the form stands on, like /contact/", needed=True),
    "thanks": Key(str, "the page shown afterwards, like /contact/thanks/", needed=True),
    "button": Key(str, "the words on the button", needed=True),
    "honeypot": Key(str, "name of the box that only robots fill in", needed=True),
    "retention_days": Key(int, "days a record is kept", needed=True, least=1, most=3650),
    "window_hours": Key(int, "hours in which the same content is a retry", needed=True, least=1, most=8760),
    "notify": Key(str, "who gets a mail for each record", needed=True, choices=frozenset({"team", "nobody"})),
    "intro": Key(str, "a sentence above the fields"),
    "warning": Key(
        dict,
        "a box above the fields",
        inner={"title": Key(str, "its heading", needed=True), "text": Key(str, "its text", needed=True)},
    ),
    "double_opt_in": Key(
        dict,
        "the address is confirmed by a click in a mail",
        inner={
            "confirmed": Key(str, "the page after the click, like /book/confirmed/", needed=True),
            "list": Key(str, "the list's name on the page of email choices; the title when not given"),
            "link_days": Key(int, "days the links work", least=1, most=90),
            "repeat_minutes": Key(int, "minutes in which an address gets one mail of a kind", least=1, most=1440),
            "unconfirmed_days": Key(int, "days a record waits for the click; 30 when not given", least=1, most=365),
        },
    ),
    "vault": Key(
        dict,
        "how long private answers are kept",
        inner={"days": Key(int, "days, at most 30", needed=True, least=1, most=30)},
    ),
    "book": Key(
        dict,
        "what is delivered after the confirming click",
        inner={
            "title": Key(str, "its name", needed=True),
            "files": Key(
                dict,
                "format = file name",
                needed=True,
                inner={"pdf": Key(str, "file name"), "epub": Key(str, "file name")},
            ),
        },
    ),
    "field": Key(list, "the boxes, one [[field]] each", needed=True, inner=_FIELD),
    "consent": Key(list, "the boxes to tick, one [[consent]] each", needed=True, inner=_CONSENT),
    "mail": Key(
        dict,
        "the mails, [mail.notice], [mail.confirm], [mail.book], [mail.welcome]",
        inner={kind: Key(dict, "subject and body", inner=_MAIL) for kind in ("notice", "confirm", "book", "welcome")},
    ),
}

#: Mail kind → placeholder its body must hold → why.
MAIL_NEEDS: Mapping[str, Mapping[str, str]] = {
    "notice": {"fields": "or the team does not see what was written"},
    "confirm": {
        "link": "or nobody can confirm",
        "address": "the law asks for a postal address in list mail (15 U.S.C. 7704)",
        "unsubscribe": "anyone can type anyone's address: its owner must be able to stop us",
    },
    "book": {
        "link": "or nobody gets the book",
        "address": "the law asks for a postal address in list mail (15 U.S.C. 7704)",
        "unsubscribe": "the law asks for a way to stop (15 U.S.C. 7704)",
        "preferences": "who is on more than one list can leave one of them",
    },
    "welcome": {
        "address": "the law asks for a postal address in list mail (15 U.S.C. 7704)",
        "unsubscribe": "the law asks for a way to stop (15 U.S.C. 7704)",
        "preferences": "who is on more than one list can leave one of them",
    },
}

#: Values of `autocomplete` that a form here can use.
#: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
AUTOCOMPLETE = frozenset(
    "off name given-name family-name nickname organization street-address address-level1 address-level2 postal-code "  # noqa: SIM905 - one word each
    "country-name bday bday-year tel tel-national email url one-time-code".split()
)

INPUT_MODES = frozenset({"none", "text", "tel", "url", "email", "numeric", "decimal", "search"})
