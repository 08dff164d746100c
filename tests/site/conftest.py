"""The real site, built once for all tests of this folder."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig import ROOT
from benchmarks.rig import read_built

from microsite.pages import build

if TYPE_CHECKING:
    from benchmarks.rig import BuiltSite

#: A fixed day, so that a page which becomes overdue one day does not change what is tested.
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    folder = tmp_path_factory.mktemp("built") / "site"
    build(ROOT, site_dir=folder, today=TODAY)
    return read_built(folder)


@pytest.fixture(scope="session")
def site_again(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    folder = tmp_path_factory.mktemp("built-again") / "site"
    build(ROOT, site_dir=folder, today=TODAY)
    return read_built(folder)
