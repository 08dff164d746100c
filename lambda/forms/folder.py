"""`Shelf` on a folder: the book's files as the book build left them."""

# ruff: noqa: PTH118, PTH119, PTH123 - pathlib costs 4 ms at a cold start
from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Folder"]


class Folder:
    """Reads files of `folder`; a name with a path in it is never found."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = os.fspath(folder)

    def read(self, name: str) -> bytes | None:
        """The bytes of the file `name`, None when there is none."""
        if not name or os.path.basename(name) != name or name.startswith("."):
            return None
        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                return file.read()
        except OSError:
            return None
