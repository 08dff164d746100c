"""`Mailer` into a folder: one `.eml` file a mail, which any mail program opens.

File names start with the mail's time and end with its id, so a listing is in order and a repeated mail is the same
file: a mail is delivered once even when the sender died between writing and saying so.
"""

# ruff: noqa: PTH103, PTH104, PTH108, PTH110, PTH118 - pathlib costs 4 ms at a cold start
from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from .errors import MailError
from .letter import to_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from .letter import Letter

__all__ = ["Outbox"]


class Outbox:
    """Writes letters to `folder`, made when it is not there; files are readable by the owner only."""

    #: Seconds a claim on a mail holds (see `notify`). A write takes milliseconds, and one that takes longer than this
    #: is harmless: the second sender finds the file, or writes the same bytes.
    lease = 3.0

    def __init__(self, folder: Path | str) -> None:
        self._folder = os.fspath(folder)

    def send(self, letter: Letter) -> None:
        """Write the letter whole or not at all, synced to the disk; fine when it is there already."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(letter.created))
        target = os.path.join(self._folder, f"{stamp}-{letter.id}.eml")
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            if os.path.exists(target):
                return
            # Two senders of one letter write the same bytes to files of their own; the second rename changes nothing.
            draft = f"{target}.{os.getpid()}-{os.urandom(4).hex()}.tmp"
            file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(file, "wb") as stream:
                    stream.write(to_bytes(letter))
                    stream.flush()
                    os.fsync(stream.fileno())
                os.rename(draft, target)
            except BaseException:
                os.unlink(draft)
                raise
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)  # the name is durable only when its folder is
            finally:
                os.close(folder)
        except OSError as error:
            msg = f"outbox: {type(error).__name__}: {error.strerror}"
            raise MailError(msg) from error
