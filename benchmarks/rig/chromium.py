"""A real Chromium for journeys, axe and Lighthouse, and the flags that keep it quiet and repeatable."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from .node import ROOT
from .toolmissing import ToolMissing

__all__ = ["FLAGS", "find_chromium"]

#: No sandbox, because containers rarely allow one; the rest keeps the browser from calling home on its own.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HELPER = ROOT / "scripts" / "chromium.py"


@cache
def find_chromium() -> Path:
    """The executable: what `CHROMIUM` names, else what `scripts/chromium.py` finds or installs. Raises ToolMissing."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        if Path(named).is_file():
            return Path(named)
        msg = f"CHROMIUM={named} is not a file: name the executable of Chromium or Chrome, or unset it"
        raise ToolMissing(msg)
    done = subprocess.run([sys.executable, _HELPER], capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines or not Path(lines[-1]).is_file():
        msg = f"no Chromium: {done.stderr.strip() or 'scripts/chromium.py found none'}; CHROMIUM=/path names one"
        raise ToolMissing(msg)
    return Path(lines[-1])
