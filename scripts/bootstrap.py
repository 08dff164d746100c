"""Make .venv from the lock: `bootstrap.py STAMP`, called by `scripts/bootstrap` when something changed.

Standard library only: this runs before anything is installed. Two calls at once wait for each other.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
CACHE = ROOT / ".cache"
#: Lines of pip's own words that a failure shows; the cause stands at the end.
TAIL = 12

NO_VENV = """\
{python} cannot make virtual environments: its module "{module}" is missing.
  Debian, Ubuntu:  apt install python{version}-venv
"""
NO_PACKAGES = """\
{tail}

The packages of requirements.lock could not be installed into .venv (pip's last words are above).
  No network?    Run this once with a network; afterwards everything works offline.
  Behind a proxy or with an index of your own? pip's settings hold here: PIP_INDEX_URL, PIP_FIND_LINKS, PIP_CERT.
"""


def main(stamp: str) -> int:
    """Install, then write `stamp` into .venv so that the next call has nothing to do."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_installed(stamp):
            return 0  # another call did it while this one waited
        started = time.monotonic()
        sys.stderr.write("Installing the locked packages into .venv (once)…\n")
        STAMP.unlink(missing_ok=True)
        problem = _make_venv() or _install()
        if problem:
            sys.stderr.write(problem)
            return 1
        STAMP.write_text(stamp, encoding="utf-8")
        sys.stderr.write(f"Installed in {time.monotonic() - started:.0f} s.\n")
    return 0


def _is_installed(stamp: str) -> bool:
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == stamp and _runs()


def _runs() -> bool:
    """Whether .venv's Python still starts: it does not after the Python it was made from was removed or moved."""
    try:
        return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> str:
    if PYTHON.exists() and _runs():
        return ""
    for module in ("venv", "ensurepip"):
        if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            return NO_VENV.format(python=sys.executable, module=module, version=version)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False)
    return f"{made.stdout}{made.stderr}" if made.returncode else ""


def _install() -> str:
    for arguments in (
        ["--require-hashes", "-r", "requirements.lock"],
        # Everything it needs is there now, so this step never asks the network.
        ["--no-index", "--no-deps", "--no-build-isolation", "-e", "."],
    ):
        done = subprocess.run(
            [PYTHON, "-m", "pip", "install", "--quiet", *arguments],
            cwd=ROOT,
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            return NO_PACKAGES.format(tail="\n".join(done.stderr.strip().splitlines()[-TAIL:]))
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
