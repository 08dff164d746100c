"""Budgets of bytes. Sizes are stable, so they are tests; times are benchmarks."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import pytest
from benchmarks.weight import ARTICLES
from benchmarks.weight import BUDGETS
from benchmarks.weight import article_weights
from benchmarks.weight import pressed
from benchmarks.weight import resources
from benchmarks.weight import weigh

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.rig import BuiltSite


def test_the_first_view_of_the_median_article_stays_in_its_budget(site: BuiltSite) -> None:
    weights = article_weights(site.folder)
    table = "\n".join(f"{one.url} {one.total}" for one in weights)
    assert median(one.total for one in weights) <= BUDGETS["median_first_view"], table


def test_html_and_sheet_of_the_longest_article_fit_the_first_round_trip(site: BuiltSite) -> None:
    longest = max(article_weights(site.folder), key=lambda one: one.html_css)
    assert longest.html_css <= BUDGETS["longest_html_css"], longest


@pytest.mark.parametrize("url", ARTICLES)
def test_an_article_takes_at_most_three_requests(site: BuiltSite, url: str) -> None:
    assert weigh(site.folder, url).requests <= BUDGETS["requests"]


def test_script_before_the_reader_interacts_stays_in_its_budget_on_every_page(site: BuiltSite) -> None:
    heavy = {}
    for page in site.pages:
        scripts = [name for name in resources(page.html) if name.endswith(".js")]
        size = sum(pressed(site.folder / name.lstrip("/")) for name in scripts)
        if size > BUDGETS["script"]:
            heavy[page.url] = size
    assert not heavy


def test_scripts_of_the_whole_site_stay_under_ten_thousand_bytes(site: BuiltSite) -> None:
    assert sum(pressed(path) for path in (site.folder / "assets").glob("*.js")) <= 10_240


def test_the_budget_counts_what_it_should(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{color:red}")
    (tmp_path / "b.js").write_text("1")
    (tmp_path / "c.png").write_bytes(b"12345678")
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="/a.css"><script src="/b.js"></script><img src="/c.png?v=1#x">'
        '<link rel="icon" href="data:,"><a href="/d.html">not fetched</a>'
    )
    weight = weigh(tmp_path, "/")
    assert weight.requests == 4
    assert weight.css >= 12
    assert weight.js
    assert weight.other >= 8
    assert weight.total == weight.html + weight.css + weight.js + weight.other
