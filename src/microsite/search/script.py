"""The engine's modules in, one classic script out: what a worker or an embedded engine runs.

The modules of `js/` are plain ES modules, so an editor, a linter and Node read them as they are. Joining them needs no
tool: each module comes after those it imports, `import` lines and the word `export` go, and one function wraps all.
That is sound because all top-level names are different (held by a test) and nothing imports under another name.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import rjsmin

from microsite.errors import SearchError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["joined", "worker"]

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z]+\.js)";\n', re.MULTILINE)
_EXPORT_LIST = re.compile(r"^export \{[^}]*\};\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |class |function |async function )", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def joined(entry: str, *, expose: str = "") -> bytes:
    """Module `entry` and all that it imports as one minified script.

    `expose` names what becomes a property of `globalThis`. Raises SearchError for a module that cannot be joined.
    """
    folder = files("microsite.search") / "js"
    parts: dict[str, str] = {}
    _collect(folder, entry, parts)
    ending = f"Object.assign(globalThis, {{ {expose} }});" if expose else ""
    return str(rjsmin.jsmin("(() => {\n" + "\n".join(parts.values()) + ending + "\n})();")).encode()


def worker() -> bytes:
    """The script of the worker."""
    return joined("worker.js")


def _collect(folder: Traversable, name: str, parts: dict[str, str]) -> None:
    """Add module `name` to `parts`, after what it imports."""
    source = (folder / name).read_text("utf-8")
    for other in _IMPORT.findall(source):
        if other not in parts:
            _collect(folder, other, parts)
    text = _EXPORT.sub("", _EXPORT_LIST.sub("", _IMPORT.sub("", source)))
    left = _LEFT.search(text)
    if left:
        msg = f"{name}: cannot join {left.group()!r}"
        raise SearchError(msg, fix='write `import { x } from "./y.js";` on one line and `export` before each name')
    parts[name] = text
