"""Write requirements.lock anew from pyproject.toml: every package with its hashes, for every platform.

Runs `uv pip compile` from an environment of its own under .cache/, so that nothing of it gets into .venv. What the
project's own build needs (hatchling, editables) is locked too: the editable install then never asks the network.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".cache" / "lock"
LOCK = ROOT / "requirements.lock"
#: The editable install of hatchling imports it; it is in no list because hatchling asks for it only then.
EDITABLE = "editables>=0.5"
HEADER = """\
# Every package that the project needs, with its hashes. Made by `make lock` from pyproject.toml: do not edit.
"""


def main() -> int:
    """Compile the lock; `--upgrade` takes the newest versions, without it the locked ones stay where they can."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    uv = TOOLS / "bin" / "uv"
    if not uv.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", TOOLS], check=True)
        subprocess.run([TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "uv>=0.5"], check=True)
    build = "\n".join([*project["build-system"]["requires"], EDITABLE])
    oldest = re.search(r"\d+\.\d+", project["project"]["requires-python"])
    command: list[str] = [
        *(str(uv), "pip", "compile", "pyproject.toml", "-", "--output-file", LOCK.name),
        *("--universal", "--generate-hashes", "--all-extras", "--python-version", oldest.group() if oldest else "3.11"),
        # No host and no path of whoever runs this may get into the file.
        *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--quiet"),
        *sys.argv[1:],
    ]
    done = subprocess.run(command, cwd=ROOT, input=build, text=True, check=False)
    if done.returncode == 0:
        LOCK.write_text(HEADER + LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
