"""A mail as a value, and as the bytes that go on the wire.

In: finished words. Out: RFC 5322 bytes. The `email` package is imported late: only what mails pays for it.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Letter", "to_bytes"]


class Letter(NamedTuple):
    """One mail to one address, plain text."""

    #: Stable over repeated tries; mailers that can, deliver an id once.
    id: str
    created: float
    sender: str
    #: Display name of the sender.
    sender_name: str
    to: str
    subject: str
    body: str
    reply_to: str = ""
    #: Further headers, such as `List-Unsubscribe`.
    headers: tuple[tuple[str, str], ...] = ()


def to_bytes(letter: Letter) -> bytes:
    """The message with CRLF line ends; the same letter gives the same bytes.

    Raises `MailError` when a header would break the message: the checks on the way in make that impossible, and this
    makes a hole in them harmless.
    """
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime
    from email.utils import formataddr

    # One line a header: folded, `List-Unsubscribe` would be cut into encoded words that no mail program can press.
    # 7bit, so that links stay whole in the file: a body that is ASCII is written as it is, any other is encoded.
    message = EmailMessage(policy=SMTP.clone(max_line_length=998, cte_type="7bit"))
    fields = [
        ("From", formataddr((_header(letter.sender_name), _header(letter.sender)))),
        ("To", _header(letter.to)),
        ("Subject", _header(letter.subject)),
        ("Date", format_datetime(_date(letter.created))),
        ("Message-ID", f"<{letter.id}@{letter.sender.rpartition('@')[2]}>"),
        *([("Reply-To", _header(letter.reply_to))] if letter.reply_to else []),
        # RFC 3834: keeps holiday replies and mailing loops away.
        ("Auto-Submitted", "auto-generated"),
        *((name, _header(value)) for name, value in letter.headers),
    ]
    for name, value in fields:
        message[name] = value
    message.set_content(letter.body)
    return message.as_bytes()


def _header(text: str) -> str:
    # CVE-2024-6923: before 3.11.10 an encoded word that decodes to a line break became a header of its own.
    if any(ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 or one in "\u2028\u2029" for one in text):
        from .errors import MailError

        msg = "a header holds a control character"
        raise MailError(msg)
    return text.replace("=?", "= ?")


def _date(seconds: float) -> datetime:
    from datetime import UTC
    from datetime import datetime

    return datetime.fromtimestamp(int(seconds), UTC)
