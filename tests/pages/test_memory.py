"""Building again in one process: only what changed is rendered, and the result is what a first build would give."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from mkdocs.structure.toc import TableOfContents

from microsite.errors import ContentError
from microsite.pages import build
from microsite.pages import plugin
from microsite.pages.memory import Memory
from microsite.pages.memory import Rendered

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)
ARTICLE = "conditions/chronic-pain"


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    fresh = Memory()
    monkeypatch.setattr(plugin, "_memory", fresh)
    return fresh


@pytest.fixture
def project(tmp_path: Path, memory: Memory) -> Path:
    folder = tmp_path / "project"
    for name in ("docs", "data", "theme"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    build(folder, today=TODAY)
    assert memory.rendered > 20
    return folder


def page(project: Path) -> Path:
    return project / "docs" / f"{ARTICLE}.md"


def html(project: Path) -> str:
    return (project / "site" / ARTICLE / "index.html").read_text()


def fresh_tree(project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a process that remembers nothing makes of the project."""
    monkeypatch.setattr(plugin, "_memory", Memory())
    build(project, site_dir=project / "fresh", today=TODAY)
    return tree(project / "fresh")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_rendered_again_when_nothing_changed(project: Path, memory: Memory) -> None:
    before = tree(project / "site")
    build(project, today=TODAY)
    assert memory.rendered == 0
    assert tree(project / "site") == before


def test_an_edit_renders_its_page_and_shows(project: Path, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    page(project).write_text(page(project).read_text() + "\nA sentence that is new.\n")
    build(project, today=TODAY)
    # Its words may lead the A-Z elsewhere, so that page may be rendered too.
    assert 1 <= memory.rendered <= 2
    assert "A sentence that is new." in html(project)
    assert tree(project / "site") == fresh_tree(project, monkeypatch)


def test_a_source_that_was_corrected_shows_on_every_page(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project / "data" / "references.json"
    references = json.loads(path.read_text())
    for reference in references:
        reference["title"] = f"Corrected: {reference['title']}"
    path.write_text(json.dumps(references))
    build(project, today=TODAY)
    assert "Corrected: " in html(project)
    assert tree(project / "site") == fresh_tree(project, monkeypatch)


def test_a_template_that_was_changed_shows_on_every_page(project: Path, memory: Memory) -> None:
    template = project / "theme" / "templates" / "components" / "back.html"
    template.write_text(template.read_text().replace("All articles", "Every article there is"))
    build(project, today=TODAY)
    assert "Every article there is" in html(project)
    assert memory.rendered == 0


def test_a_setting_of_markdown_that_was_changed_counts(project: Path, memory: Memory) -> None:
    settings = project / "mkdocs.yml"
    settings.write_text(settings.read_text().replace("toc_depth: 2-3", "toc_depth: 2-2"))
    build(project, today=TODAY)
    assert memory.remembered == 0


def test_a_build_that_fails_teaches_nothing(project: Path, memory: Memory) -> None:
    good = page(project).read_text()
    page(project).write_text(good + "\nOne more sentence.[@nobody1999]\n")
    for _ in range(2):
        with pytest.raises(ContentError):
            build(project, today=TODAY)
    page(project).write_text(good)
    build(project, today=TODAY)
    assert memory.rendered == 0
    assert "nobody1999" not in html(project)


def test_a_warning_is_given_again_as_long_as_its_cause_is_there(project: Path) -> None:
    page(project).write_text(page(project).read_text() + "\nStop [here](nowhere.md).\n")
    for _ in range(3):
        with pytest.raises(ContentError, match="1 error"):
            build(project, today=TODAY)


def test_what_is_gone_is_forgotten() -> None:
    memory = Memory()
    memory.begin()
    memory.learn("a", result := Rendered("<p>a</p>", TableOfContents([]), None, set()))
    memory.keep()
    memory.begin()
    assert memory.recall("a") is result
    memory.keep()
    memory.begin()
    memory.keep()
    memory.begin()
    assert memory.recall("a") is None
