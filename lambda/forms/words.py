"""The pages that are not a form: a button to confirm, a link that ran out, an apology. Plain HTML fragments.

In: what the page is about. Out: `(title, main)`. A GET only ever shows one of these: mail scanners follow links, so
nothing is confirmed, resent or stopped without a POST.
"""

from __future__ import annotations

from .html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import Any

    from .definition import Form

__all__ = [
    "book",
    "broken",
    "confirm",
    "erase",
    "erased",
    "expired",
    "flooded",
    "gone",
    "preferences",
    "refused",
    "sorry",
    "unsubscribe",
    "unsubscribed",
    "waiting",
]

_CRISIS = '<p>In a crisis, <a href="tel:988">call</a> or <a href="sms:988">text 988</a>, day or night.</p>'
_FORMATS = {"pdf": "PDF (best for print and large screens)", "epub": "EPUB (best for phones and e-readers)"}


def confirm(token: str) -> tuple[str, str]:
    """One button; pressing it confirms."""
    return "Confirm your email address", (
        "<h1>Confirm your email address</h1>\n"
        "<p>Press the button to confirm that you asked for our email.</p>\n"
        + _button("/api/confirm", token, "Yes, confirm my address")
        + "<p>If you did not ask for it, close this page. Nothing more will happen.</p>"
    )


def book(form: Form, token: str) -> tuple[str, str]:
    """A link for each file of the book."""
    links = "\n".join(
        f'<li><a class="button" href="/api/book?token={escape(token)}&amp;format={kind}">'
        f"Download as {escape(_FORMATS.get(kind, kind.upper()))}</a></li>"
        for kind in form.book_files
    )
    title = f"Your book: {form.book_title}"
    return title, (
        f'<h1>{escape(title)}</h1>\n<ul class="downloads">\n{links}\n</ul>\n'
        f"<p>The links work for {form.link_days} days from when we sent the email. The book is general information "
        "and does not replace advice from your own doctor.</p>\n" + _CRISIS
    )


def expired(path: str, token: str) -> tuple[str, str]:
    """The link is ours but too old: offer a new one to the address on record."""
    return "This link has expired", (
        "<h1>This link has expired</h1>\n"
        "<p>For your safety our links work for a limited time. "
        "We can send a new one to the same email address.</p>\n" + _button(path, token, "Send me a new link", again="1")
    )


def gone(purpose: str = "") -> tuple[str, str]:
    """The token is ours, what it meant is not there any more; who wants no mail is not told how to get one."""
    if purpose in {"preferences", "unsubscribe"}:
        return "This link no longer works", (
            "<h1>This link no longer works</h1>\n"
            "<p>We keep nothing under it any more, and send nothing because of it. If emails from us still come, use "
            'the link in the newest one. <a href="/">Go to the start page</a>.</p>'
        )
    return "This link no longer works", (
        "<h1>This link no longer works</h1>\n"
        '<p>You can ask for a new one with the form on our site. <a href="/">Go to the start page</a>.</p>'
    )


def broken() -> tuple[str, str]:
    """The token is not ours, or was cut short on its way."""
    return "This link is not complete", (
        "<h1>This link is not complete</h1>\n"
        "<p>Some mail programs cut long links. Copy the whole link from the email into your browser, "
        'or ask for a new one with the form on our site. <a href="/">Go to the start page</a>.</p>'
    )


def unsubscribe(token: str, choices: str) -> tuple[str, str]:
    """One button; pressing it ends all mails. `choices` is the address where one list can be left, "" for none."""
    fewer = f'<p>Or <a href="{escape(choices)}">choose which emails you get</a>.</p>\n' if choices else ""
    return "Stop our emails", (
        "<h1>Stop our emails</h1>\n"
        "<p>Press the button and we send nothing more to your address, from any of our lists. "
        "You do not need to say why.</p>\n" + _button("/api/unsubscribe", token, "Stop all emails") + fewer
    )


def unsubscribed(form: Form) -> tuple[str, str]:
    """The end of mails, said."""
    return "You will get no more emails", (
        "<h1>You will get no more emails</h1>\n"
        "<p>We took your address off all our lists. "
        f'If you change your mind, <a href="{escape(form.page)}">you can ask again</a>.</p>'
    )


def preferences(token: str, lists: Sequence[tuple[Form, bool]], left: str = "") -> tuple[str, str]:
    """The lists that the mailbox's reader is on, each with a button to leave it; `left` names one just left."""
    parts = ["<h1>Your email choices</h1>"]
    if left:
        parts.append(f'<p role="status"><strong>Done. You left “{escape(left)}”.</strong></p>')
    here = [form for form, on in lists if on]
    if here:
        parts.append("<p>The address that this link was sent to is on these lists:</p>")
    else:
        parts.append("<p>The address that this link was sent to is on none of our lists.</p>")
    for form in here:
        name = escape(form.list_name)
        parts.append(f"<h2>{name}</h2>")
        parts.append(_button("/api/preferences", token, f"Leave “{form.list_name}”", act="leave", form=form.id))
    if here:
        parts.append("<h2>All of them</h2>")
        parts.append(_button("/api/preferences", token, "Stop all emails", act="stop"))
    parts += [
        f'<p>You left “{escape(form.list_name)}”. <a href="{escape(form.page)}">You can ask for it again</a>.</p>'
        for form, on in lists
        if not on
    ]
    parts.append("<h2>What we keep about you</h2>")
    parts.append(
        "<p>You can have everything erased that you sent us from this address. Before we do it, we ask once more.</p>"
    )
    parts.append(_button("/api/preferences", token, "Erase what you keep about me", act="erase"))
    return "Your email choices", "\n".join(parts)


def erase(token: str, choices: str) -> tuple[str, str]:
    """The question before erasing."""
    return "Erase what we keep about you?", (
        "<h1>Erase what we keep about you?</h1>\n"
        "<p>We will erase every form that you sent from this address, with your messages to us and your answers about "
        "insurance. A message that waits for an answer will get none. It cannot be undone.</p>\n"
        "<p>One thing stays: a scrambled form of your address, so that we do not write to you again by mistake. It "
        "cannot be turned back into an address.</p>\n"
        + _button("/api/preferences", token, "Yes, erase it all", act="erase", sure="1")
        + f'<p><a href="{escape(choices)}">No, keep it</a></p>'
    )


def erased(count: int) -> tuple[str, str]:
    """The end of it, said."""
    records = "1 entry with your address is" if count == 1 else f"{count} entries with your address are"
    return "We erased it", (
        "<h1>We erased it</h1>\n"
        f"<p>{records} gone from our records, and we send you no more emails. "
        'An email that was on its way just now may still arrive.</p>\n<p><a href="/">Go to the start page</a></p>'
    )


def refused(status: int, detail: str, back: str) -> tuple[str, str]:
    """A request that cannot be taken, in words, with the way back."""
    words = "Go back to the form" if back else "Go to the start page"
    title = "Page not found" if status == 404 else "We could not take this"
    return f"Error: {title}", (
        f'<h1>{title}</h1>\n<p>{escape(detail)}</p>\n<p><a href="{escape(back or "/")}">{words}</a></p>\n{_CRISIS}'
    )


def sorry(detail: str) -> tuple[str, str]:
    """Our own failure."""
    return "Error: something went wrong on our side", (
        f"<h1>Something went wrong on our side</h1>\n<p>{escape(detail)}</p>\n{_CRISIS}"
    )


def waiting(challenge: Mapping[str, Any] | None) -> tuple[str, str]:
    """Stored and held: what that means; with a puzzle that the page's script solves by itself, without one just words.

    True for people without script as well: the team reads everything that is held.
    """
    puzzle = ""
    if challenge is not None:
        from json import dumps  # noqa: PLC0415 - imports inside verbs: most pages need none

        puzzle = f'<p role="status" data-challenge="{escape(dumps(challenge))}"></p>\n'
    return "What you sent has arrived", (
        "<h1>What you sent has arrived</h1>\n"
        "<p>It is stored and nothing is lost. Something about it looks like what robots send, so one of us reads it "
        "first, and that can take a few days longer. You do not need to send it again.</p>\n" + puzzle + _CRISIS
    )


def flooded() -> str:
    """A box above the form: nothing was taken, everything that was typed is still there."""
    return (
        '<div class="errors" role="alert" tabindex="-1"><h2>Your message was not sent</h2>'
        "<p>Very many messages come from your network just now, so we could not take this one. What you typed is "
        f"still here: please send it again in a minute.</p>{_CRISIS}</div>\n"
    )


def _button(path: str, token: str, text: str, **more: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in {"token": token, **more}.items()
    )
    return (
        f'<form class="form" action="{path}" method="post">{hidden}'
        f'<button class="button" type="submit">{escape(text)}</button></form>\n'
    )
