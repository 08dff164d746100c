"""`make bench`: every figure beside its budget and beside the kept baseline. Exit 1 when a budget is missed.

`--save` keeps the figures of this run as the baseline. What could not be measured is said, never left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from pathlib import Path
from statistics import median

from microsite.pages import build

from .builds import build_costs
from .lighthouse import CATEGORIES
from .lighthouse import score
from .rig import ROOT
from .rig import ToolMissing
from .rig import serve
from .weight import BUDGETS
from .weight import article_weights

BASELINE = Path(__file__).with_name("baseline.json")
#: DESIGN's budgets that are not bytes. A ratio is against a full build of stock Material in the same run.
LIMITS = {"build_ratio": 0.5, "edit_ratio": 0.05, "edit_seen_s": 2.0, "lcp_ms": 800.0, "tbt_ms": 0.0, "cls": 0.0}


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its budget: at most `most`, or at least `least`."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None

    @property
    def missed(self) -> bool:
        """Whether the budget is missed."""
        return (self.most is not None and self.value > self.most) or (
            self.least is not None and self.value < self.least
        )

    def line(self, before: float | None) -> str:
        """One line of the report."""
        budget = (
            f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}" if self.least is not None else ""
        )
        verdict = "MISSED" if self.missed else "ok" if budget else ""
        was = "" if before is None else f"{before:g}"
        return f"  {self.name:<44} {self.value:>10g} {budget:>10} {was:>10}  {verdict}"


def weights(scratch: Path) -> list[Figure]:
    """Bytes of the five articles, with a table of them on stdout."""
    found = article_weights(build(ROOT, site_dir=scratch / "site").site_dir)
    print(f"\nFirst view, bytes of brotli 11\n  {'':<40} {'HTML':>7} {'CSS':>6} {'JS':>6} {'all':>7} {'requests':>9}")
    for one in found:
        print(f"  {one.url:<40} {one.html:>7} {one.css:>6} {one.js:>6} {one.total:>7} {one.requests:>9}")
    return [
        Figure("median_first_view_bytes", median(one.total for one in found), most=BUDGETS["median_first_view"]),
        Figure("longest_html_css_bytes", max(one.html_css for one in found), most=BUDGETS["longest_html_css"]),
        Figure("script_bytes", max(one.js for one in found), most=BUDGETS["script"]),
        Figure("requests", max(one.requests for one in found), most=BUDGETS["requests"]),
    ]


def builds(scratch: Path, articles: int) -> list[Figure]:
    """The build and an edit, against stock Material."""
    costs = build_costs(scratch, articles=articles)
    return [
        Figure(f"build_cpu_s_{articles}_articles", round(costs.ours, 2)),
        Figure(f"stock_material_cpu_s_{articles}_articles", round(costs.stock, 2)),
        Figure(f"build_ratio_{articles}_articles", round(costs.build_ratio, 3), most=LIMITS["build_ratio"]),
        Figure(f"edit_cpu_s_{articles}_articles", round(costs.edit, 2)),
        Figure(f"edit_ratio_{articles}_articles", round(costs.edit_ratio, 3), most=LIMITS["edit_ratio"]),
        Figure(f"edit_seen_s_{articles}_articles", round(costs.edit_seen, 2), most=LIMITS["edit_seen_s"]),
    ]


def lighthouse(scratch: Path) -> list[Figure]:
    """Scores and times of the home page and the longest article."""
    figures = []
    with serve(scratch / "data", "--site-dir", str(scratch / "lighthouse-site")) as served:
        for name, path in (("home", "/"), ("longest", "/safety/benefits-and-risks/")):
            got = score(served.url + path, scratch / f"{name}.json")
            for fault in got.faults:
                print(f"  Lighthouse on {path}: {fault}")
            figures += [Figure(f"lighthouse_{name}_{kind}", got.scores[kind], least=100) for kind in CATEGORIES]
            figures += [
                Figure(f"lighthouse_{name}_lcp_ms", round(got.lcp), most=LIMITS["lcp_ms"]),
                Figure(f"lighthouse_{name}_tbt_ms", round(got.tbt), most=LIMITS["tbt_ms"]),
                Figure(f"lighthouse_{name}_cls", round(got.cls, 4), most=LIMITS["cls"]),
            ]
    return figures


def main() -> int:
    """Measure, report, compare; 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--articles", type=int, default=50, help="size of the site for the build (default 50)")
    parser.add_argument("--only", choices=["weight", "build", "lighthouse"], help="one part instead of all three")
    parser.add_argument("--save", action="store_true", help="keep this run as the baseline")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    unmeasured: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        scratch = Path(folder)
        if arguments.only in {None, "weight"}:
            figures += weights(scratch)
        if arguments.only in {None, "build"}:
            figures += builds(scratch, arguments.articles)
        if arguments.only in {None, "lighthouse"}:
            try:
                figures += lighthouse(scratch)
            except ToolMissing as missing:
                unmeasured.append(f"Lighthouse: {missing}")
    kept = json.loads(BASELINE.read_text("utf-8")) if BASELINE.is_file() else {"figures": {}}
    print(f"\n  {'':<44} {'now':>10} {'budget':>10} {'baseline':>10}")
    for figure in figures:
        print(figure.line(kept["figures"].get(figure.name)))
    for line in unmeasured:
        print(f"  NOT MEASURED  {line}")
    missed = [figure.name for figure in figures if figure.missed]
    print(f"\n{len(missed)} budget(s) missed: {', '.join(missed)}" if missed else "\nAll budgets kept.")
    if arguments.save:
        _save(kept["figures"], figures)
    return 1 if missed else 0


def _save(before: dict[str, float], figures: list[Figure]) -> None:
    """Write the baseline: what was measured now over what was kept, with day and machine."""
    content = {
        "version": 1,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "figures": before | {figure.name: figure.value for figure in figures},
    }
    BASELINE.write_text(json.dumps(content, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
