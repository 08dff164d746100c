"""From a lead and a due mail to a finished letter.

In: form, lead, job, tokens, site. Out: `Letter`. Mails to visitors hold nothing that was typed into the form, because
anyone can type anyone's address; the notice to the team holds it all in its body and none of it in its subject.
"""

from __future__ import annotations

import re
import time

from .errors import SettingsError
from .follow import address_of
from .letter import Letter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .definition import Form
    from .desk import Desk
    from .lead import Job
    from .lead import Lead

__all__ = ["PLACEHOLDERS", "compose"]

#: Mail kind → what its words may name. Visitor's text is in `fields` only, and only the notice may name it.
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "notice": frozenset({"fields", "received", "page", "id", "organisation"}),
    "confirm": frozenset({"link", "days", "organisation", "address", "unsubscribe"}),
    "book": frozenset({"link", "days", "book", "organisation", "address", "unsubscribe", "preferences"}),
    "welcome": frozenset({"organisation", "address", "unsubscribe", "preferences"}),
}
#: `[words](target)` in a wording; a mail shows the words.
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]*\)")
_NAMED = re.compile(r"\{([a-z_]+)\}")
#: Bidi controls and the like are shown as code points: an override could make the rest of a notice read backwards.
_DECEIVING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def compose(desk: Desk, form: Form, lead: Lead, job: Job) -> Letter:
    """Write the letter of `job`; raises `SettingsError` when an address of ours is not configured."""
    site = desk.site
    if not site.sender:
        msg = "FORMS_FROM is not set"
        raise SettingsError(msg)
    mail = form.mails[job.kind]
    words = {"organisation": site.name or site.url, "address": site.address, "id": lead.id}
    headers: tuple[tuple[str, str], ...] = ()
    reply_to = ""
    if job.kind == "notice":
        if not site.team:
            msg = "FORMS_TEAM is not set"
            raise SettingsError(msg)
        # Where answers are private the mail says only that something arrived: it does not even name the person.
        to, reply_to = site.team, "" if form.private else address_of(form, lead)
        words |= {"fields": _fields(form, lead), "page": lead.page or "unknown", "received": _received(lead.created)}
    else:
        to = address_of(form, lead)
        # Counted from when the mail was queued, so that a second try is the same letter to the letter.
        expires = job.created + form.link_days * 86400
        stop = f"{site.url}/api/unsubscribe?token={desk.tokens.sign('unsubscribe', lead.id)}"
        words |= {
            "link": f"{site.url}/api/{job.kind}?token={desk.tokens.sign(job.kind, lead.id, expires)}",
            "days": str(form.link_days),
            "book": form.book_title,
            "unsubscribe": stop,
            "preferences": f"{site.url}/api/preferences?token={desk.tokens.sign('preferences', lead.id)}",
        }
        # RFC 8058: mail programs show their own button and POST to the address; no cookie, no page needed.
        headers = (("List-Unsubscribe", f"<{stop}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return Letter(
        id=job.id,
        created=job.created,
        sender=site.sender,
        sender_name=site.name,
        to=to,
        subject=_fill(mail.subject, {name: word for name, word in words.items() if name != "fields"}),
        body=_fill(mail.body, words),
        reply_to=reply_to,
        headers=headers,
    )


def _fill(text: str, words: Mapping[str, str]) -> str:
    # One pass: a placeholder inside a visitor's text stays text.
    return _NAMED.sub(lambda match: words.get(match[1], match[0]), text)


def _fields(form: Form, lead: Lead) -> str:
    parts = []
    for field in form.fields:
        value = field.shown(lead.values.get(field.name, ""))
        if not value or field.private:
            continue
        shown = _DECEIVING.sub(lambda match: f"[U+{ord(match[0]):04X}]", value)
        # Each line marked: what a visitor writes cannot pass for a line of ours.
        parts.append(f"{field.label}:\n" + "\n".join(f"> {line}" for line in shown.split("\n")))
    parts += [("Agreed: " if one.given else "Did NOT agree: ") + _LINK.sub(r"\1", one.wording) for one in lead.agreed]
    return "\n\n".join(parts)


def _received(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))
