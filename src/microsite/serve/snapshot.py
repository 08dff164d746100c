"""A built site as one value in memory: path → bytes.

Readers get every byte of an answer from one snapshot, so a rebuild that goes on meanwhile can never show half a site.
A site of 500 articles is some 15 MB.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Snapshot", "read_snapshot"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one build."""

    #: POSIX path relative to the site, without a leading slash → content
    files: Mapping[str, bytes]
    #: SHA-256 over names and contents, hexadecimal: two builds with the same digest are the same site.
    digest: str

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(map(len, self.files.values()))


def read_snapshot(folder: Path) -> Snapshot:
    """Read all files under `folder`. Symbolic links are left out: what they point to is not part of the build."""
    files: dict[str, bytes] = {}
    for where, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(where, name)
            if path.is_symlink():
                continue
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(f"{name}\0{len(body)}\0".encode("utf-8", "surrogateescape"))
        digest.update(body)
    return Snapshot(files, digest.hexdigest())
