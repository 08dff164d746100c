"""AWS on this machine, started once for all tests that ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.rig.emulators import dynalite
from benchmarks.rig.emulators import moto

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with moto() as url:
        yield url


@pytest.fixture(scope="session")
def dynalite_url() -> Iterator[str]:
    with dynalite() as url:
        yield url
