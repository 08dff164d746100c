"""Our own pages, asked what readers ask: the page that answers is among the first three."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.search.conftest import reading

from microsite.pages import build

if TYPE_CHECKING:
    from microsite.search.host import Host

ROOT = Path(__file__).parents[2]
PAGES: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("questions.toml").read_text("utf-8"))["pages"]
QUESTIONS = [(question, page) for page, questions in PAGES.items() for question in questions]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("questions") / "site"
    build(ROOT, site_dir=site, today=date(2026, 11, 21))
    return site / "search"


@pytest.mark.parametrize(("question", "page"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_the_page_that_answers_is_among_the_first_three(engine: Host, searched: Path, question: str, page: str) -> None:
    if not (searched.parent / page.strip("/") / "index.html").is_file():
        pytest.fail(f"questions.toml names {page}, which is no page")
    engine.over(reading(searched))
    answer = engine.search(question)
    assert answer.value is not None
    found = [shown["url"] for shown in answer.value["pages"]]
    assert page in found[:3]


def test_the_site_itself_is_cheap_to_search(engine: Host, searched: Path) -> None:
    """Lists of other pages, thanks and the styleguide are no answers; a first search is a handful of small files."""
    engine.over(reading(searched))
    answer = engine.search("does ketamine harm the liver?")
    names = {name for step in answer.steps for name in step}
    assert sum((searched / name).stat().st_size for name in names) < 30_000
    assert len(answer.steps) <= 4
    urls = {page["url"] for query in ("a", "thank", "styleguide", "ketamine pain") for page in pages(engine, query)}
    assert urls
    assert not [url for url in urls if "thanks" in url or "styleguide" in url or url == "/a-z/"]


def pages(engine: Host, query: str) -> list[dict[str, str]]:
    answer = engine.search(query, limit=50)
    assert answer.value is not None
    listed: list[dict[str, str]] = answer.value["pages"]
    return listed
