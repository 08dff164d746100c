"""One real server and one real Chromium for all tests of this folder; a fresh visitor for each of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig import FLAGS
from benchmarks.rig import Mailbox
from benchmarks.rig import Visitor
from benchmarks.rig import find_chromium
from benchmarks.rig import read_built
from benchmarks.rig import serve
from benchmarks.rig import tools
from playwright.sync_api import sync_playwright

#: Addresses of pages that come from data by the dozen.
MADE = {"pair": re.compile(r"/conditions/[\w-]+/[\w-]+/"), "topic of evidence": re.compile(r"/evidence/[\w-]+/")}

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.rig import BuiltSite
    from benchmarks.rig import HtmlPage
    from benchmarks.rig import Served
    from benchmarks.rig import Tools
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def toolbox() -> Tools:
    return tools("tests/browser")


@pytest.fixture(scope="session")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served") / "site"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, site_dir: Path) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("data"), "--site-dir", str(site_dir)) as running:
        yield running


@pytest.fixture(scope="session")
def built(served: Served, site_dir: Path) -> BuiltSite:
    """The site; of pages that one function makes from data, one each, the heaviest: the others differ in words only."""
    del served  # it is what builds
    whole = read_built(site_dir)
    kinds: dict[str, list[HtmlPage]] = {}
    for page in whole.pages:
        made = next((kind for kind, address in MADE.items() if address.fullmatch(page.url)), page.url)
        kinds.setdefault(made, []).append(page)
    assert MADE.keys() <= kinds.keys()
    return whole._replace(pages=[max(pages, key=lambda page: len(page.html)) for pages in kinds.values()])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Visitor]]:
    """Start a visit, as often as wanted. Every visit must end without an error, a violation or a foreign request."""
    visitors: list[Visitor] = []

    def start(*, width: int = 1280, height: int = 900, **options: Any) -> Visitor:
        visitor = Visitor(browser, served.url, viewport={"width": width, "height": height}, **options)
        visitors.append(visitor)
        return visitor

    yield start
    try:
        for visitor in visitors:
            visitor.check()
    finally:
        for visitor in visitors:
            visitor.close()


@pytest.fixture(scope="session")
def mailbox(served: Served) -> Mailbox:
    return Mailbox(served.outbox)


@pytest.fixture
def leads(served: Served) -> Callable[[str], list[dict[str, Any]]]:
    """The leads whose fields hold a text, read with the command that people use."""

    def read(text: str) -> list[dict[str, Any]]:
        call = [sys.executable, "-c", "from microsite.cli.main import main; main()", "leads", "export", "--all"]
        done = subprocess.run([*call, "--store", served.store], capture_output=True, text=True, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [row for row in rows if text in json.dumps(row["fields"], ensure_ascii=False)]

    return read
