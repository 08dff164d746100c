"""What goes into the zip: the modules that the handlers reach, the definitions as data, the shell, the roots.

In: folders. Out: `{archive name: bytes}`, bytecode apart (`runtime.py`).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

from microsite.errors import PackageError

from .graph import reached

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HANDLERS", "LOCAL_ONLY", "contents"]

#: What Lambda imports: `forms.aws.http`, `.notify`, `.sweep`, `.feedback`.
HANDLERS: Final = ("forms.aws",)
#: Reached from `forms.aws` by settings that only a laptop has, or only to explain a definition that is broken (the
#: ones in the zip were checked). Everything else that is reached goes in, without being named anywhere.
LOCAL_ONLY: Final[Mapping[str, str]] = {
    "forms.check": "definitions were checked before they were packed",
    "forms.outbox": "mails in a folder",
    "forms.sqlite": "records in a file",
}
#: Files beside the modules that they read at run time: everything that is no source, no definition, no marker.
_NO_DATA: Final = frozenset({".py", ".pyc", ".typed", ".toml"})


def contents(package: Path, shell: Path, definitions: Path | None = None) -> dict[str, bytes]:
    """Every file of the zip but the bytecode, in order of name.

    `package` is the folder `lambda/forms`, `shell` the page of the built site that answers are set into, `definitions`
    the forms of a project (default: the package's). Raises PackageError when the shell is not there or an import leads
    nowhere.
    """

    def find(name: str) -> Path | None:
        top, _, rest = name.partition(".")
        if top == package.name:
            return _in_folder(package, rest)
        return _installed(name)

    files: dict[str, bytes] = {}
    for name, path in reached(HANDLERS, find, without=LOCAL_ONLY).items():
        folder = name.replace(".", "/")
        files[f"{folder}/__init__.py" if path.name == "__init__.py" else f"{folder}.py"] = path.read_bytes()
        if name.partition(".")[0] != package.name:
            files |= _license(name.partition(".")[0])
    for path in package.iterdir():
        if path.is_file() and path.suffix not in _NO_DATA:
            files[f"{package.name}/{path.name}"] = path.read_bytes()
    files[f"{package.name}/definitions.json"] = _definitions(definitions or package / "definitions")
    try:
        files[f"{package.name}/shell.html"] = shell.read_bytes()
    except OSError as error:
        message = f"the page around the function's answers is not built yet: {shell}"
        raise PackageError(message, fix="run `microsite build` first") from error
    return dict(sorted(files.items()))


def _license(library: str) -> dict[str, bytes]:
    """A library's license, which must go along with its code."""
    names = importlib.metadata.packages_distributions().get(library, [])
    for file in importlib.metadata.files(names[0]) or () if names else ():
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            return {f"{library}/{file.name}": file.read_binary()}
    message = f"the function uses the library `{library}`, whose license cannot be found"
    raise PackageError(message, fix="install it from its wheel, or take the import out")


def _definitions(folder: Path) -> bytes:
    """The definition files as one JSON list, in order of file name; see `forms.definition.PACKED`."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))]
    return json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()


def _in_folder(package: Path, rest: str) -> Path | None:
    inside = package.joinpath(*rest.split(".")) if rest else package
    for path in (inside / "__init__.py", inside.with_name(f"{inside.name}.py")):
        if path.is_file():
            return path
    return None


def _installed(name: str) -> Path | None:
    """A library's file, without running it: only the finder of its top package is asked."""
    top, _, rest = name.partition(".")
    spec = importlib.util.find_spec(top)
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        return origin if not rest else None
    return _in_folder(origin.parent, rest)
