"""Building without MkDocs' loop: the same bytes as MkDocs, after any edit, and only what changed is made again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from microsite.errors import BuildError
from microsite.pages import build
from microsite.pages import build_index
from microsite.pages import builder

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)
ARTICLE = "conditions/chronic-pain"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("direct") / "project"
    for name in ("docs", "data", "theme"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    build(folder, today=TODAY)
    return folder


def edited(project: Path, path: str, old: str, new: str) -> None:
    file = project / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def changes(project: Path) -> tuple[set[str], int]:
    """Files that a build changes, and how many pages went through a template."""
    before = tree(project / "site")
    build(project, today=TODAY)
    after = tree(project / "site")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return changed, builder._workshops[project].rendered


def test_the_same_input_changes_no_file_and_makes_no_page(built: Path) -> None:
    assert changes(built) == (set(), 0)


def test_a_sentence_makes_one_page_and_its_few_search_files(built: Path) -> None:
    edited(built, f"docs/{ARTICLE}.md", "\n## ", "\nA sentence that is new here.\n\n## ")
    changed, rendered = changes(built)
    assert {name for name in changed if not name.startswith("search/")} == {f"{ARTICLE}/index.html"}
    # The A-Z names the page that says a term most, so it is looked at again, and may come out the same.
    assert 1 <= rendered <= 2
    assert len(changed) < 40


def test_an_index_that_waits_is_made_later_and_is_the_same(built: Path) -> None:
    site = built / "site"
    before = tree(site)
    edited(built, f"docs/{ARTICLE}.md", "\n## ", "\nA quixotically new sentence.\n\n## ")
    assert not build(built, today=TODAY, index=False).indexed
    waiting = tree(site)
    assert before.keys() - waiting.keys() == {"search/manifest.bin"}, "no release takes pages with an older index"
    assert {name for name in waiting if waiting[name] != before[name]} == {f"{ARTICLE}/index.html"}
    build_index(site)
    made = tree(site)
    build_index(site)
    assert tree(site) == made, "there is nothing more to make"
    again = build(built, today=TODAY, index=False)
    assert again.indexed, "nothing changed, so the index holds"
    build(built, site_dir=built / "whole", today=TODAY)
    assert tree(built / "whole") == tree(site)
    edited(built, f"docs/{ARTICLE}.md", "quixotically ", "")
    build(built, today=TODAY, index=False)
    assert build(built, today=TODAY).indexed, "a build that is asked for makes it"
    assert "search/manifest.bin" in tree(site)
    edited(built, f"docs/{ARTICLE}.md", "new sentence", "newer sentence")
    build(built, today=TODAY, index=False)
    shutil.move(site, built / "moved")
    site.mkdir()
    with pytest.raises(BuildError, match="was replaced"):
        build_index(site)
    assert build(built, today=TODAY, index=False).indexed, "another folder gets all of it"
    assert "search/manifest.bin" in tree(site)


def test_a_title_changes_only_what_shows_it(built: Path) -> None:
    edited(built, f"docs/{ARTICLE}.md", "title: ", "title: About ")
    changed, _ = changes(built)
    assert {f"{ARTICLE}/index.html", "a-z/index.html"} <= changed
    after = tree(built / "site")
    pages = {name for name in changed if name.endswith(".html")}
    assert {name for name in pages if b"About " not in after[name]} == set()


def test_after_edits_of_all_kinds_the_site_is_what_mkdocs_makes(built: Path) -> None:
    edited(built, "mkdocs.yml", "hours: Monday", "hours: On Monday")
    edited(built, "theme/templates/components/back.html", "All articles", "Every article")
    edited(built, "theme/assets/site/2-base.css", "{", "{ --made-up: 1;")
    edited(built, "data/claims.json", '"population": "', '"population": "Some ')
    edited(built, "docs/safety/index.md", "description: ", "description: Also ")
    (built / "docs" / "note.txt").write_text("A file that is no page.\n", "utf-8")
    (built / "docs" / "safety" / "new-page.md").write_text(
        "---\ntitle: New\ndescription: A new page.\nkind: page\n---\n\nSee [pain](../conditions/chronic-pain.md).\n",
        "utf-8",
    )
    build(built, today=TODAY, strict=False)
    ours = tree(built / "site")
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": "1795219200"}
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "-q", "-d", str(built / "theirs")]
    subprocess.run(command, cwd=built, env=environ, check=True, capture_output=True, text=True)
    theirs = tree(built / "theirs")
    assert {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)} == set()
    (built / "docs" / "safety" / "new-page.md").unlink()
    (built / "docs" / "note.txt").unlink()
    build(built, today=TODAY, strict=False)
    after = tree(built / "site")
    assert {"safety/new-page/index.html", "note.txt"} <= ours.keys() - after.keys()


def test_a_warning_of_mkdocs_fails_a_strict_build_and_keeps_the_site(built: Path) -> None:
    before = tree(built / "site")
    edited(built, "mkdocs.yml", "book/index.md", "book/nowhere.md")
    with pytest.raises(BuildError, match=r"nowhere\.md"):
        build(built, today=TODAY)
    assert tree(built / "site") == before
    edited(built, "mkdocs.yml", "book/nowhere.md", "book/index.md")
