"""What one person agreed to, on one page, with the hashes worked out again.

In: a lead, the shipped definitions, the moment of asking. Out: a `Statement` and its text or HTML. The hash of a
consent is the SHA-256 of its id, a line feed and the wording (`forms.definition.Consent.hash`); it was stored with the
lead when the box was ticked. The same sum over what is stored now must give the same hash, or the record was changed.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from email import message_from_bytes
from email import policy
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from .rows import iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.definition import Form
    from forms.lead import Agreed
    from forms.lead import Lead
    from forms.lead import Proof

__all__ = ["Statement", "as_html", "as_text", "clicked_in", "state"]

#: The token in a link of a mail.
_TOKEN = re.compile(r"[?&]token=([A-Za-z0-9_.-]+)")

_ACTS = {
    "confirmed": "The confirming button was pressed",
    "unsubscribed": "Mails were stopped",
    "resubscribed": "Mails were asked for again",
}


class _Wording(NamedTuple):
    agreed: Agreed
    computed: str
    #: Against the definition of today, in words.
    today: str

    @property
    def whole(self) -> bool:
        return self.computed == self.agreed.hash


class Statement(NamedTuple):
    """What can be shown of one lead's consent."""

    lead: Lead
    address: str
    made: float
    wordings: tuple[_Wording, ...]
    #: Where the form and the wordings stand, by today's definition; `lead.page` is the page before that one.
    form_page: str = ""

    @property
    def whole(self) -> bool:
        """Whether every hash fits its wording."""
        return all(wording.whole for wording in self.wordings)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        lead = self.lead
        return {
            "version": 1,
            "verified": self.whole,
            "made": iso(self.made),
            "lead": lead.id,
            "form": lead.form,
            "form_page": self.form_page,
            "address": self.address,
            "received": iso(lead.created),
            "page": lead.page,
            "release": lead.release,
            "consent": [
                {
                    "name": one.agreed.name,
                    "id": one.agreed.id,
                    "given": one.agreed.given,
                    "at": iso(one.agreed.at),
                    "wording": one.agreed.wording,
                    "hash_recorded": one.agreed.hash,
                    "hash_computed": one.computed,
                    "verified": one.whole,
                    "today": one.today,
                }
                for one in self.wordings
            ],
            "confirmed": iso(lead.confirmed),
            "unsubscribed": iso(lead.unsubscribed),
            "proofs": [{**proof._asdict(), "at": iso(proof.at)} for proof in lead.proofs],
        }


def state(lead: Lead, forms: Mapping[str, Form], *, now: float) -> Statement:
    """Work out each hash anew and compare each wording with the definition of today."""
    form = forms.get(lead.form)
    wordings = tuple(_Wording(one, _sum(one), _today(one, form)) for one in lead.agreed)
    if form is None:
        return Statement(lead, "", now, wordings)
    return Statement(lead, form.address_in(lead.values), now, wordings, form.page)


def clicked_in(lead: Lead, mail: bytes) -> tuple[Proof, ...]:
    """The clicks of `lead` that were made on a link of `mail` (RFC 5322), saved from a mailbox or the outbox.

    Only the mail holds the link's token; the record keeps the token's SHA-256.
    """
    part = message_from_bytes(mail, policy=policy.default).get_body(("plain", "html"))
    text = html.unescape(part.get_content()) if part is not None else ""
    hashes = {hashlib.sha256(token.encode()).hexdigest() for token in _TOKEN.findall(text)}
    return tuple(proof for proof in lead.proofs if proof.token in hashes)


def as_text(statement: Statement) -> str:
    """The statement as plain text, lines of at most 100 characters but for the wordings."""
    lines = ["STATEMENT OF CONSENT", "=" * 20, ""]
    lines += [f"{name + ':':<16}{value}" for name, value in _facts(statement)]
    if not statement.wordings:
        lines += ["", "No consent box was shown with this form."]
    for number, wording in enumerate(statement.wordings, 1):
        heading = f"Consent {number} of {len(statement.wordings)}: {wording.agreed.name}"
        lines += ["", heading, "-" * len(heading), *_box(wording)]
        lines += ["", *(f"    {line}" for line in _visible(wording.agreed.wording).splitlines()), ""]
        lines += [f"{name + ':':<16}{value}" for name, value in _hashes(wording)]
    lines += ["", "What followed", "-------------", *_followed(statement), "", _verdict(statement), ""]
    return "\n".join(lines)


def as_html(statement: Statement) -> str:
    """The same as one HTML page without script; `pre-wrap` keeps the wording's own lines."""
    parts = ["<h1>Statement of consent</h1>", f"<p><strong>{_e(_verdict(statement))}</strong></p>"]
    parts.append(_list(_facts(statement)))
    for number, wording in enumerate(statement.wordings, 1):
        parts.append(f"<h2>Consent {number} of {len(statement.wordings)}: {_e(wording.agreed.name)}</h2>")
        parts.append(f"<p>{_e(' '.join(_box(wording)))}</p>")
        parts.append(f"<blockquote>{_e(_visible(wording.agreed.wording))}</blockquote>{_list(_hashes(wording))}")
    if not statement.wordings:
        parts.append("<p>No consent box was shown with this form.</p>")
    followed = "".join(f"<li>{_e(line)}</li>" for line in _followed(statement))
    parts.append(f"<h2>What followed</h2><ul>{followed}</ul>")
    style = (
        ":root{color-scheme:light dark}body{max-width:46rem;margin:2rem auto;padding:0 1rem;"
        "font:1rem/1.5 system-ui,sans-serif}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}"
        "dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere}blockquote{margin:1rem 0;padding:.5rem 1rem;"
        "border-left:4px solid;white-space:pre-wrap}"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>Statement of consent {_e(statement.lead.id)}</title><style>{style}</style></head>\n<body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


def _sum(agreed: Agreed) -> str:
    return hashlib.sha256(f"{agreed.id}\n{agreed.wording}".encode()).hexdigest()


def _today(agreed: Agreed, form: Form | None) -> str:
    """`current wording`, or what became of it."""
    box = next((one for one in form.consents if one.name == agreed.name), None) if form is not None else None
    if form is None:
        return "the form is no longer in use"
    if box is None:
        return "the form no longer has this box"
    if box.hash == agreed.hash:
        return "current wording"
    if box.id == agreed.id:
        return "older wording; the definition was changed WITHOUT a new id"
    return f"older wording; today's has the id {box.id}"


def _facts(statement: Statement) -> list[tuple[str, str]]:
    lead = statement.lead
    return [
        ("Record", lead.id),
        ("Form", f"{lead.form}, on {statement.form_page or 'a page that is no longer there'}"),
        ("Address", _visible(statement.address) or "(none)"),
        ("Received", _time(lead.created)),
        ("Came from", _visible(lead.page) or "(not known)"),
        ("Release", _visible(lead.release) or "(not known)"),
        ("Printed", _time(statement.made)),
    ]


def _box(wording: _Wording) -> list[str]:
    word = "TICKED" if wording.agreed.given else "LEFT EMPTY"
    return [f"The box was {word} on {_time(wording.agreed.at)}. The words beside it:"]


def _hashes(wording: _Wording) -> list[tuple[str, str]]:
    fits = "they are the same" if wording.whole else "THEY DIFFER: this record was changed after it was stored"
    return [
        ("Wording id", wording.agreed.id),
        ("Hash recorded", wording.agreed.hash),
        ("Hash computed", f"{wording.computed} (SHA-256 of id, line feed, wording; {fits})"),
        ("Today", wording.today),
    ]


def _followed(statement: Statement) -> list[str]:
    lead = statement.lead
    events = [(lead.created, "The form was stored")]
    events += [(job.sent, f"Mail {job.kind!r} was sent ({job.id})") for job in lead.jobs if job.sent is not None]
    for proof in lead.proofs:
        mail = f", by the link in the mail {proof.mail}" if proof.mail else ""
        events.append(
            (proof.at, f"{_ACTS.get(proof.act, proof.act)}{mail}; SHA-256 of the link's token: {proof.token}")
        )
    acts = {proof.act for proof in lead.proofs}
    if lead.confirmed is not None and "confirmed" not in acts:
        events.append((lead.confirmed, "The address was confirmed (no proof of the click is kept)"))
    if lead.unsubscribed is not None and "unsubscribed" not in acts:
        events.append((lead.unsubscribed, "Mails were stopped"))
    # In order of time; what happened in the same second stays in order of cause.
    return [f"{_time(at)}: {words}" for at, words in sorted(events, key=lambda event: event[0])]


def _verdict(statement: Statement) -> str:
    if not statement.whole:
        return "MISMATCH: a wording does not fit the hash that was stored with it. Do not rely on this record."
    if not statement.wordings:
        return "Nothing to verify."
    return "Verified: every wording fits the hash that was stored with it."


def _list(facts: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{_e(name)}</dt><dd>{_e(value)}</dd>' for name, value in facts)}</dl>"


def _time(seconds: float) -> str:
    return (iso(seconds) or "").replace("T", " ").replace("+00:00", " UTC")


def _visible(text: str) -> str:
    """`text` with controls and marks of direction as code points: a page name must not move a terminal's cursor."""
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"} else f"[U+{ord(char):04X}]"
        for char in text
    )


def _e(text: str) -> str:
    return html.escape(text)
