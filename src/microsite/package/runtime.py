"""The Python that Lambda runs, named here and nowhere else, and bytecode made by it.

Bytecode is worth having: without it each cold start compiles the sources anew (/var/task cannot be written), which
doubles what our code costs there. It goes in instead of the sources and halves the zip. It is made by an interpreter of
Lambda's own version: another one refuses it ("bad magic number") at the first start.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Final

from microsite.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

__all__ = ["ARCHITECTURE", "RUNTIME", "VERSION", "compiled", "find_interpreter"]

#: The `Runtime` of the function. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIME: Final = "python3.13"
#: The `Architectures` of the function; the package has no machine code and would run on x86_64 as well.
ARCHITECTURE: Final = "arm64"
VERSION: Final = RUNTIME.removeprefix("python")
#: Where Lambda unpacks the zip; goes into the bytecode as the place of each file, so no path of this machine does.
TASK: Final = "/var/task"

# Runs in the other interpreter; reads {archive name: source} as JSON, writes {archive name: bytecode in base64}.
# The header is that of PEP 552: magic number, flags 0b01 = "has the source's hash, do not check it", hash. Neither
# time nor size of a file is in it, and Lambda reads no source at all.
# optimize=2 leaves out docstrings (a quarter of the bytes) and assert statements, of which there are none.
_COMPILE: Final = """
import base64, importlib.util, json, marshal, sys
done = {}
for name, source in sorted(json.load(sys.stdin).items()):
    raw = source.encode()
    code = compile(raw, sys.argv[1] + "/" + name, "exec", dont_inherit=True, optimize=2)
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(raw)
    done[name] = base64.b64encode(head + marshal.dumps(code)).decode()
json.dump(done, sys.stdout)
"""


def find_interpreter(environ: Mapping[str, str]) -> Path | None:
    """An interpreter of Lambda's version on this machine: our own, on the PATH, from uv or pyenv; None without one."""
    for candidate in _candidates(environ):
        try:
            said = subprocess.run(  # noqa: S603 - programs named python
                [candidate, "-I", "-S", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
                capture_output=True, text=True, check=False, timeout=20,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            continue
        if said.stdout.strip() == VERSION:
            return candidate
    return None


def compiled(sources: Mapping[str, str], python: Path) -> dict[str, bytes]:
    """`{archive name of the .pyc: bytes}` for `{archive name: source}`, made by `python`.

    Each stands where its source stood, not in `__pycache__`: such a module is imported without a source (PEP 3147,
    "Case 4"). All in one fresh process, in order of name: the bytes depend on which strings an interpreter knows.
    """
    done = subprocess.run(  # noqa: S603
        [python, "-I", "-S", "-B", "-c", _COMPILE, TASK],
        input=json.dumps(dict(sources)), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        message = f"Python {VERSION} cannot compile the package: {why}"
        raise PackageError(message)
    return {f"{name}c": base64.b64decode(text) for name, text in json.loads(done.stdout).items()}


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if "{}.{}".format(*sys.version_info[:2]) == VERSION and sys.implementation.name == "cpython":
        yield Path(sys.executable)
    named = shutil.which(f"python{VERSION}", path=environ.get("PATH", os.defpath))
    if named:
        yield Path(named)
    home = Path(environ.get("HOME", "/nonexistent"))
    for root, pattern in (
        (Path(environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", f"{VERSION}*/bin/python3"),
        (
            Path(environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python")),
            f"cpython-{VERSION}*/bin/python3",
        ),
    ):
        # The newest patch release first.
        yield from sorted(root.glob(pattern), reverse=True)
