"""Lighthouse, mobile: its four scores and its three times for a page under `microsite serve`.

Its throttling is simulated, so the times say what a middling phone on slow 4G would see, whatever this machine is.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .rig import FLAGS
from .rig import ToolMissing
from .rig import find_chromium
from .rig import tools

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CATEGORIES", "Score", "score"]

#: Lighthouse now and then loses the start of its trace (NO_NAVSTART) on a busy machine and asks to be run again.
_TRIES = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


@dataclass(frozen=True, slots=True)
class Score:
    """One page: scores 0 to 100 by category; LCP and TBT in milliseconds, CLS without unit; what cost points."""

    url: str
    scores: dict[str, int]
    lcp: float
    tbt: float
    cls: float
    faults: tuple[str, ...]


def score(url: str, out: Path) -> Score:
    """Run Lighthouse on `url`, its report in `out`. Raises ToolMissing when it cannot be had or cannot run."""
    kit = tools("benchmarks")
    call: list[str | Path] = [
        kit.node,
        kit.file("lighthouse", "cli", "index.js"),
        url,
        "--output=json",
        f"--output-path={out}",
        "--quiet",
        "--no-enable-error-reporting",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={' '.join(FLAGS)}",
    ]
    environ = {**os.environ, "CHROME_PATH": str(find_chromium())}
    for _ in range(_TRIES):
        done = subprocess.run(call, env=environ, capture_output=True, text=True, check=False)
        if done.returncode == 0 and out.is_file():
            break
    else:
        msg = f"Lighthouse did not run: {done.stderr.strip()[-600:]}"
        raise ToolMissing(msg)
    report = json.loads(out.read_text("utf-8"))
    audits = report["audits"]
    faults = [
        f"{audit['id']}: {audit['title']}"
        for category in report["categories"].values()
        for reference in category["auditRefs"]
        if reference["weight"] and (audit := audits[reference["id"]])["score"] is not None and audit["score"] < 1
    ]
    return Score(
        url,
        {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES},
        audits["largest-contentful-paint"]["numericValue"],
        audits["total-blocking-time"]["numericValue"],
        audits["cumulative-layout-shift"]["numericValue"],
        tuple(faults),
    )
