"""The project's own data, read once; and a small project whose data are nothing like them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from microsite.content import generated_pages
from microsite.content import read_site

if TYPE_CHECKING:
    from microsite.content import Made
    from microsite.content import Site

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def ours() -> Site:
    return read_site(ROOT, today=date(2026, 11, 21))


@pytest.fixture(scope="session")
def made(ours: Site) -> dict[str, Made]:
    """Every page from the project's data, by path."""
    return {page.path: page for page in generated_pages(ours)}
