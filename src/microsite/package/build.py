"""Builds the zip and says what is in it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

import forms
from microsite.errors import PackageError

from .archive import archive
from .contents import contents
from .runtime import ARCHITECTURE
from .runtime import RUNTIME
from .runtime import VERSION
from .runtime import compiled
from .runtime import find_interpreter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["LARGEST", "Package", "build_package"]

#: Bytes. The budget; Lambda itself would take 50 MB.
LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Package:
    """A zip that was written."""

    path: Path
    bytes: int
    sha256: str
    #: First 16 digits of a SHA-256 over names and contents: the same code has the same id.
    id: str
    files: tuple[str, ...]
    #: Whether bytecode for Lambda's Python is in it.
    bytecode: bool
    #: What somebody should know, in words.
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON form."""
        return {
            "path": str(self.path),
            "bytes": self.bytes,
            "sha256": self.sha256,
            "id": self.id,
            "runtime": RUNTIME,
            "architecture": ARCHITECTURE,
            "bytecode": self.bytecode,
            "files": list(self.files),
            "warnings": list(self.warnings),
        }


def build_package(  # noqa: PLR0913 - each is a place that something comes from
    out: Path,
    *,
    shell: Path,
    environ: Mapping[str, str],
    package: Path | None = None,
    python: Path | None = None,
    definitions: Path | None = None,
) -> Package:
    """Write the zip of the folder `package` (default: the installed `forms`) to `out`, whole or not at all.

    `definitions` is the folder of a project's own forms (default: those of the package).
    `python` compiles it instead of one of Lambda's version: for tests that run the zip where there is none.
    Raises PackageError when a file is missing or the zip is larger than the budget, OSError when it cannot be written.
    """
    files = contents(package or _installed_forms(), shell, definitions)
    warnings = []
    python = python or find_interpreter(environ)
    if python is None:
        warnings.append(
            f"no bytecode: this machine has no Python {VERSION}, which Lambda runs ({RUNTIME}). Each cold start will"
            f" compile the sources anew. Install Python {VERSION}, for example with `uv python install {VERSION}`."
        )
    else:
        sources = {name: text.decode() for name, text in files.items() if name.endswith(".py")}
        files = {name: content for name, content in files.items() if name not in sources} | compiled(sources, python)
    identity = _identity(files)
    files["release.json"] = _release(identity, files)
    zipped = archive(files)
    if len(zipped) > LARGEST:
        message = f"the function's zip has {len(zipped):,} bytes; {LARGEST:,} are allowed"
        raise PackageError(message, fix="see what came in with `microsite forms package --json`")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        draft.write_bytes(zipped)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    digest = hashlib.sha256(zipped).hexdigest()
    return Package(out, len(zipped), digest, identity, tuple(sorted(files)), python is not None, tuple(warnings))


def _identity(files: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, content in sorted(files.items()):
        whole.update(f"{len(name)}:{name}{len(content)}:".encode() + content)
    return whole.hexdigest()[:16]


def _release(identity: str, files: Mapping[str, bytes]) -> bytes:
    """What is in the zip, for whoever finds it in a bucket."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    return json.dumps({"id": identity, "runtime": RUNTIME, "files": sums}, indent=1).encode() + b"\n"


def _installed_forms() -> Path:
    return Path(str(forms.__file__)).parent
