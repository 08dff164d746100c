"""The port `Bucket` in a folder of this machine: to look at, and for targets without an account.

One object is one file: a line of JSON with its headers, then its bytes, so that both change at once. Names are escaped
and end in `.object`, because `a` and `a/b` may both be keys but not both files.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.parse import unquote

from microsite.errors import DeployError

from .ports import Headers
from .ports import Listed
from .ports import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

__all__ = ["FolderBucket"]

_ENDING = ".object"


class FolderBucket:
    """Objects below `root`, which is made when the first one is stored."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes | None:
        """See `Bucket`."""
        found = self._read(key)
        return found[1] if found else None

    def headers(self, key: str) -> Headers | None:
        """What `key` is served with, or None."""
        found = self._read(key)
        return found[0] if found else None

    def look(self, key: str) -> Seen | None:
        """See `Bucket`."""
        found = self._read(key)
        return Seen(found[0], hashlib.sha256(found[1]).hexdigest()) if found else None

    def put(self, key: str, body: bytes | Path, headers: Headers, sha256: str, *, fresh: bool = False) -> bool:
        """See `Bucket`."""
        with _words("written", self._root):
            content = body.read_bytes() if isinstance(body, Path) else body
            if hashlib.sha256(content).hexdigest() != sha256:
                msg = f"{key} arrived with other bytes than were sent"
                raise DeployError(msg, fix="run the same command again")
            return self._write(key, content, headers, fresh=fresh)

    def copy(self, source: str, key: str, headers: Headers, sha256: str) -> bool:
        """See `Bucket`."""
        content = self.get(source)
        if content is None or sha256 not in {"", hashlib.sha256(content).hexdigest()}:
            return False
        with _words("written", self._root):
            return self._write(key, content, headers, fresh=False)

    def list(self, prefix: str) -> Iterator[Listed]:
        """See `Bucket`."""
        with _words("read", self._root):
            paths = sorted((self._key(path), path) for path in self._root.rglob(f"*{_ENDING}"))
        for key, path in paths:
            if key.startswith(prefix) and (content := self.get(key)) is not None:
                md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
                yield Listed(key, len(content), md5, path.stat().st_mtime)

    def delete(self, keys: Sequence[str]) -> None:
        """See `Bucket`."""
        with _words("changed", self._root):
            for key in keys:
                self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        # A dot at the start is escaped too, or `..` would lead out.
        parts = [quote(part, safe="").replace(".", "%2E") if part.startswith(".") else quote(part, safe="")
                 for part in key.split("/")]  # fmt: skip
        return self._root.joinpath(*(part or "%" for part in parts[:-1]), parts[-1] + _ENDING)

    def _key(self, path: Path) -> str:
        parts = path.relative_to(self._root).as_posix().removesuffix(_ENDING).split("/")
        return "/".join("" if part == "%" else unquote(part) for part in parts)

    def _read(self, key: str) -> tuple[Headers, bytes] | None:
        with _words("read", self._root):
            try:
                head, _, content = self._path(key).read_bytes().partition(b"\n")
            except FileNotFoundError:
                return None
            return Headers(*json.loads(head)), content

    def _write(self, key: str, content: bytes, headers: Headers, *, fresh: bool) -> bool:
        """Write beside its place and move it there, so that nobody reads half."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        new = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(headers).encode() + b"\n" + content)
            if not fresh:
                new.replace(path)
                return True
            try:
                path.hardlink_to(new)
            except FileExistsError:
                return False
            return True
        finally:
            new.unlink(missing_ok=True)


@contextmanager
def _words(verb: str, root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{error.filename or root} cannot be {verb}: {error.strerror or error}"
        raise DeployError(msg, fix="name a folder that you may write to") from error
