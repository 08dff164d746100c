r"""Pure check of what was typed against the form's definition.

In: a `Form` and `{name: text}` as sent. Out: `Checked` with normalised values, ticked boxes and one sentence a field
in error. Normalising: NFC, outer white space and zero-width characters off, line breaks to `\n`. Nothing is silently
dropped from inside a value: what could deceive a reader or a mail header is refused in words.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

import re

from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .definition import Field
    from .definition import Form
    from .tokens import Tokens

__all__ = ["Checked", "check", "fingerprint"]

#: C0 and C1 controls (NUL, CR, LF, …), line and paragraph separators, and the bidi controls that can make a line read
#: differently from what it holds (CVE-2021-42574, "Trojan Source"), lone surrogates, and non-characters.
_HIDDEN = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
#: In a longer text line breaks and tabs are normal, and right-to-left writers do need bidi controls.
_HIDDEN_MULTILINE = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
_LINE_ENDS = ("\r\n", "\r", "\u2028", "\u2029")
#: White space and what is invisible at the ends: a name of one zero-width space is an empty name.
#: (`str.strip`, not a pattern: `\\s+$` takes quadratic time on a long run of blanks.)
_OUTER = "".join(
    (" \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff", *map(chr, range(0x2000, 0x200B)))
)

#: The HTML standard's rule for `type=email`, plus a dot in the domain; local part ≤ 64 (RFC 5321).
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
#: A number as people write it, with an extension if there is one. Digits are counted beside it: 7 (a local number) to
#: 15 (E.164) and 6 of the extension.
_PHONE = r"\+?[0-9(][0-9 ().\-/]{5,28}[0-9](?: ?(?:x|ext\.?) ?[0-9]{1,6})?"
_TICKED = frozenset({"yes", "on", "true", "1"})


class Checked(NamedTuple):
    """What is left of a submission after the check."""

    #: Field → normalised text; every field of the form, "" when empty.
    values: dict[str, str]
    #: Consent name → ticked.
    ticked: dict[str, bool]
    #: Field or consent → sentence, in the order of the form.
    errors: dict[str, str]

    def shown(self) -> dict[str, str]:
        """Values and ticks as `render_form` takes them."""
        return {**self.values, **{name: "yes" for name, on in self.ticked.items() if on}}


def check(form: Form, sent: Mapping[str, str]) -> Checked:
    """Check `sent` against `form`; names that the form does not have are ignored."""
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in form.fields:
        values[field.name], wrong = _check_field(field, sent.get(field.name, ""))
        if wrong:
            errors[field.name] = field.errors[wrong]
    for field in form.fields:
        if not values[field.name] and _holds(field.required_if, values):
            errors[field.name] = field.errors["required"]
    ticked: dict[str, bool] = {}
    for box in form.consents:
        given = sent.get(box.name, "").strip()
        # A page says which wording it showed. Another one than ours is of another release: then it is asked for again.
        ticked[box.name] = given.lower() in _TICKED or given == box.id
        if not ticked[box.name] and (box.required or _holds(box.required_if, values)):
            errors[box.name] = box.error
    order = [field.name for field in form.fields] + [box.name for box in form.consents]
    return Checked(values, ticked, {name: errors[name] for name in order if name in errors})


def _holds(conditions: Mapping[str, tuple[str, ...]], values: Mapping[str, str]) -> bool:
    return any(values.get(name) in wanted for name, wanted in conditions.items())


def fingerprint(form: Form, checked: Checked, window: int, tokens: Tokens) -> str:
    """Keyed SHA-256 in hex of form, normalised content and time window: the key that makes a retry the same record.

    Keyed, because it stands in the record while private answers do not: a short one (a plan, a member number) could be
    found from a plain hash by trying all of them.
    """
    parts = [form.id, str(window)]
    for field in form.fields:
        value = checked.values[field.name]
        # Mail domains and, in practice, local parts do not tell case apart.
        parts += [field.name, value.lower() if field.kind == "email" else value]
    for box in form.consents:
        parts += [box.name, box.hash if checked.ticked[box.name] else ""]
    # Length before each part: no two lists of parts give the same bytes.
    return tokens.content("".join(f"{len(part)}:{part}" for part in parts))


def _check_field(field: Field, text: str) -> tuple[str, str]:
    """The normalised value and the kind of error ("" when fine)."""
    value = _normalise(text, multiline=field.multiline)
    if not value:
        return value, "required" if field.required else ""
    if field.chosen:
        # What is no option comes from no browser of ours: it is not shown again, nor kept.
        return (value, "") if any(value == one.value for one in field.options) else ("", "invalid")
    hidden = _HIDDEN_MULTILINE if field.multiline else _HIDDEN
    if not _plain(value, multiline=field.multiline) and re.search(hidden, value):
        return re.sub(hidden, "", value), "characters"
    if len(value) > field.longest:
        return value, "too_long"
    if field.kind == "email":
        return _check_email(value)
    number = field.kind != "tel" or (re.fullmatch(_PHONE, value) and 7 <= sum(map(str.isdigit, value)) <= 21)
    return value, "" if number and (not field.pattern or re.fullmatch(field.pattern, value)) else "invalid"


def _plain(value: str, *, multiline: bool) -> bool:
    """Whether nothing hidden can be in it; most texts are such, and need no pattern compiled at a cold start (1 ms)."""
    seen = value.replace("\n", " ").replace("\t", " ") if multiline else value
    return seen.isascii() and seen.isprintable()


def _normalise(text: str, *, multiline: bool) -> str:
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFC", text)
    if multiline:
        for end in _LINE_ENDS:
            text = text.replace(end, "\n")
    return text.strip(_OUTER)


def _check_email(value: str) -> tuple[str, str]:
    address = value
    if not address.isascii():
        local, at, domain = address.rpartition("@")
        try:
            address = local + at + domain.encode("idna").decode()
        except UnicodeError:
            return value, "invalid"
    # `=?` starts an encoded word: EmailMessage before 3.11.10 turns one into a header of its own (CVE-2024-6923).
    if "=?" in address or ".." in address or address.startswith(".") or ".@" in address:
        return value, "invalid"
    return (address, "") if _EMAIL.fullmatch(address) else (value, "invalid")
