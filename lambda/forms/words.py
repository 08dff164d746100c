"""The pages that are not a form: a button to confirm, a link that ran out, an apology. Plain HTML fragments.

In: what the page is about. Out: `(title, main)`. A GET only ever shows one of these: mail scanners follow links, so
nothing is confirmed, resent or stopped without a POST.
"""

from __future__ import annotations

from .html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .definition import Form

__all__ = ["book", "broken", "confirm", "expired", "gone", "refused", "sorry", "unsubscribe", "unsubscribed"]

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
        "We can send a new one to the same email address.</p>\n"
        + _button(path, token, "Send me a new link", again=True)
    )


def gone() -> tuple[str, str]:
    """The token is ours, what it meant is not there any more."""
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


def unsubscribe(token: str) -> tuple[str, str]:
    """One button; pressing it ends all mails."""
    return "Stop our emails", (
        "<h1>Stop our emails</h1>\n"
        "<p>Press the button and we send nothing more to your address. You do not need to say why.</p>\n"
        + _button("/api/unsubscribe", token, "Stop all emails")
    )


def unsubscribed(form: Form) -> tuple[str, str]:
    """The end of mails, said."""
    return "You will get no more emails", (
        "<h1>You will get no more emails</h1>\n"
        "<p>We took your address off our list. "
        f'If you change your mind, <a href="{escape(form.page)}">you can ask again</a>.</p>'
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


def _button(path: str, token: str, text: str, *, again: bool = False) -> str:
    more = '<input type="hidden" name="again" value="1">' if again else ""
    return (
        f'<form class="form" action="{path}" method="post"><input type="hidden" name="token" value="{escape(token)}">'
        f'{more}<button class="button" type="submit">{escape(text)}</button></form>\n'
    )
