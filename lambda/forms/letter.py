"""A mail as a value, and as the bytes that go on the wire.

In: finished words. Out: RFC 5322 bytes. The `email` package is imported late: only what mails pays for it.
"""

# ruff: noqa: PLC0415 - imports inside verbs: a cold start pays only for the path it takes
from __future__ import annotations

from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Letter", "to_bytes"]

#: RFC 5322, 2.1.1: a line is at most 998 characters; below that links and headers stay whole.
_LONGEST_LINE = 998


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
    from email.charset import QP
    from email.charset import Charset
    from email.header import Header
    from email.mime.text import MIMEText
    from email.policy import compat32
    from email.utils import format_datetime
    from email.utils import formataddr

    # The older half of `email`, because it writes headers as they are given. Before 3.11.10 `EmailMessage` folds
    # anew: it drops the quotes of a name with a comma and an accent, and cuts `List-Unsubscribe` into encoded words.
    words: str | Charset = "us-ascii"
    if not letter.body.isascii() or max(map(len, letter.body.split("\n"))) > _LONGEST_LINE:
        words = Charset("utf-8")
        words.body_encoding = QP
    message = MIMEText(letter.body, "plain", words)  # type: ignore[arg-type] # takes a Charset; typeshed says str
    subject = _header(letter.subject)
    for name, value in (
        ("From", formataddr((_header(letter.sender_name), _header(letter.sender)))),
        ("To", _header(letter.to)),
        ("Subject", subject if subject.isascii() else Header(subject, "utf-8", header_name="Subject").encode()),
        ("Date", format_datetime(_date(letter.created))),
        ("Message-ID", f"<{letter.id}@{letter.sender.rpartition('@')[2]}>"),
        *([("Reply-To", _header(letter.reply_to))] if letter.reply_to else []),
        # RFC 3834: keeps holiday replies and mailing loops away.
        ("Auto-Submitted", "auto-generated"),
        *((name, _header(value)) for name, value in letter.headers),
    ):
        message[name] = value
    return message.as_bytes(policy=compat32.clone(linesep="\r\n", max_line_length=_LONGEST_LINE))


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
