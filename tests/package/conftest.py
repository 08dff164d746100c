"""The shipped forms, packed once; and a small package of our own to pack."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from microsite.package import build_package

if TYPE_CHECKING:
    from pathlib import Path

    from microsite.package import Package

SHELL = "<!DOCTYPE html><title><!--title--></title><main><!--main--></main>"


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shell") / "shell.html"
    path.write_text(SHELL)
    return path


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory, shell: Path) -> Package:
    return build_package(tmp_path_factory.mktemp("packed") / "forms.zip", shell=shell, environ=os.environ)
