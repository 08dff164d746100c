"""`make bench`: every figure beside its budget and beside the kept baseline. Exit 1 when a budget is missed.

`--save` keeps the figures of this run as the baseline. What could not be measured is said, never left out.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .rig import ToolMissing

if TYPE_CHECKING:
    from .figure import Figure

BASELINE = Path(__file__).with_name("baseline.json")
#: Part → module and function `(scratch, arguments) -> list[Figure]`; it prints its own tables. Imported on use.
PARTS = {
    "weight": ("benchmarks.pages", "weights"),
    "build": ("benchmarks.pages", "builds"),
    "forms": ("benchmarks.forms.weight", "weight"),
    "faults": ("benchmarks.faults.measure", "measure"),
    "surge": ("benchmarks.surge", "surge"),
    "lighthouse": ("benchmarks.pages", "lighthouse"),
    "screening": ("benchmarks.screening.measure", "measure"),
    "search": ("benchmarks.search.peers", "compare"),
    "deploy": ("benchmarks.deploy", "measure"),
    "search-growth": ("benchmarks.search.growth", "grow"),
    "mutants": ("benchmarks.mutants.measure", "measure"),
}
#: Parts that take long or need data from outside: only by name.
BY_NAME = frozenset({"deploy", "faults", "mutants", "search-growth"})


def main() -> int:
    """Measure, report, compare; 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--articles", type=int, default=50, help="size of the site for the build (default 50)")
    parser.add_argument("--count", type=int, help="size of a part that has one, such as submissions")
    parser.add_argument("--data", type=Path, help="folder of judged search collections")
    parser.add_argument("--only", choices=PARTS, help="one part instead of all")
    parser.add_argument("--save", action="store_true", help="keep this run as the baseline")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    unmeasured: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for part in [arguments.only] if arguments.only else [name for name in PARTS if name not in BY_NAME]:
            module, function = PARTS[part]
            try:
                figures += getattr(importlib.import_module(module), function)(Path(folder), arguments)
            except ToolMissing as missing:
                unmeasured.append(f"{part}: {missing}")
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
