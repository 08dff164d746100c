"""A built site as one value in memory: path → bytes.

Readers get every byte of an answer from one snapshot, so a rebuild that goes on meanwhile can never show half a site.
A site of 500 articles is some 15 MB.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from stat import S_ISLNK
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Snapshot", "is_index", "read_snapshot"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one build."""

    #: POSIX path relative to the site, without a leading slash → content
    files: Mapping[str, bytes]
    #: SHA-256 over names and contents but those of the search index, which follows from them and may come later,
    #: hexadecimal: two builds with the same digest are the same site.
    digest: str
    #: What told each file apart when it was read: time of the last change, size, inode.
    marks: Mapping[str, tuple[int, int, int]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(map(len, self.files.values()))


def is_index(name: str) -> bool:
    """Whether a path relative to the site is a file of the search index, not the page that lies beside it."""
    return name.startswith("search/") and name.endswith((".bin", "/worker.js"))


def read_snapshot(folder: Path, before: Snapshot | None = None) -> Snapshot:
    """Read all files under `folder`. Symbolic links are left out: what they point to is not part of the build.

    A file that is as it was in `before` is not read again: of 9,000 files an edit changes some twenty.
    """
    files: dict[str, bytes] = {}
    marks: dict[str, tuple[int, int, int]] = {}
    known, held = (before.marks, before.files) if before else ({}, {})
    for where, folders, names in os.walk(folder):
        folders.sort()
        inside = Path(where).relative_to(folder).as_posix()
        for name in sorted(names):
            path = f"{where}/{name}"
            stat = os.lstat(path)
            if S_ISLNK(stat.st_mode):
                continue
            place = name if inside == "." else f"{inside}/{name}"
            mark = marks[place] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            files[place] = held[place] if known.get(place) == mark else Path(path).read_bytes()
    digest = hashlib.sha256()
    for name, body in sorted(item for item in files.items() if not is_index(item[0])):
        digest.update(f"{name}\0{len(body)}\0".encode("utf-8", "surrogateescape"))
        digest.update(body)
    return Snapshot(files, digest.hexdigest(), marks)
