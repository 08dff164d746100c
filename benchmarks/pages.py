"""Weight of the pages, cost of the build, Lighthouse."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from microsite.pages import build

from .builds import build_costs
from .figure import Figure
from .lighthouse import CATEGORIES
from .lighthouse import score
from .rig import ROOT
from .rig import serve
from .weight import BUDGETS
from .weight import article_weights

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

__all__ = ["builds", "lighthouse", "weights"]

#: DESIGN's budgets that are not bytes. A ratio is against a full build of stock Material in the same run.
LIMITS = {"build_ratio": 0.5, "edit_ratio": 0.05, "edit_seen_s": 2.0, "lcp_ms": 800.0, "tbt_ms": 0.0, "cls": 0.0}


def weights(scratch: Path, _: Namespace) -> list[Figure]:
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


def builds(scratch: Path, arguments: Namespace) -> list[Figure]:
    """The build and an edit, against stock Material."""
    articles = arguments.articles
    costs = build_costs(scratch, articles=articles)
    return [
        Figure(f"build_cpu_s_{articles}_articles", round(costs.ours, 2)),
        Figure(f"stock_material_cpu_s_{articles}_articles", round(costs.stock, 2)),
        Figure(f"build_ratio_{articles}_articles", round(costs.build_ratio, 3), most=LIMITS["build_ratio"]),
        Figure(f"edit_cpu_s_{articles}_articles", round(costs.edit, 2)),
        Figure(f"edit_ratio_{articles}_articles", round(costs.edit_ratio, 3), most=LIMITS["edit_ratio"]),
        Figure(f"edit_seen_s_{articles}_articles", round(costs.edit_seen, 2), most=LIMITS["edit_seen_s"]),
    ]


def lighthouse(scratch: Path, _: Namespace) -> list[Figure]:
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
