"""The outbox read like a mailbox: `.eml` files as messages."""

# ruff: noqa: S101 - it says what a test found
from __future__ import annotations

import email
import email.policy
import re
import time
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

__all__ = ["Mail", "Mailbox", "read_mail"]

#: Seconds. The server mails after each accepted post and sweeps every five seconds.
_PATIENCE = 15.0


class Mail(NamedTuple):
    """One mail as a reader sees it."""

    to: str
    subject: str
    body: str
    raw: bytes

    def link(self, path: str) -> str:
        """The first link in the body whose path begins with `path`; raises AssertionError when there is none."""
        found = re.search(rf"https?://[^\s/]+{re.escape(path)}\S*", self.body)
        assert found, f"no link to {path} in:\n{self.body}"
        return found[0]


class Mailbox:
    """Mails in a folder, oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Mail]:
        """Every mail in the outbox."""
        return [
            read_mail(path.read_bytes())
            for path in sorted(self.folder.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        ]

    def wait(self, text: str, *, count: int = 1) -> list[Mail]:
        """Mails that were sent to `text` or hold it, once there are at least `count`; AssertionError if never."""
        until = time.monotonic() + _PATIENCE
        while True:
            found = [mail for mail in self.all() if text in mail.to or text in mail.body]
            if len(found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} of {count} mails for {text} in {self.folder}"
            time.sleep(0.1)


def read_mail(raw: bytes) -> Mail:
    """The message in `raw` (RFC 5322)."""
    message: EmailMessage = email.message_from_bytes(raw, policy=email.policy.default)
    part = message.get_body(("plain",))
    assert part is not None, raw
    return Mail(str(message["To"]), str(message["Subject"]), part.get_content(), raw)
