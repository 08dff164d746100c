"""Building: all or nothing, the same from our command and from `mkdocs build`, errors with their place."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from microsite.errors import BuildError
from microsite.errors import ConfigError
from microsite.errors import ContentError
from microsite.pages import build
from microsite.pages.builder import build_day

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project without its history, built once."""
    folder = tmp_path_factory.mktemp("original") / "project"
    folder.mkdir()
    for name in ("docs", "data", "theme"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    build(folder, today=TODAY)
    return folder


@pytest.fixture
def project(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "project"))


def test_the_result_says_what_was_built(project: Path) -> None:
    result = build(project, today=TODAY)
    built = tree(project / "site")
    assert result.site_dir == project / "site"
    assert result.pages == sum(name.endswith(".html") for name in built)
    assert result.bytes == sum(map(len, built.values()))
    assert not [finding for finding in result.findings if finding.severity == "error"]


def test_the_same_input_gives_the_same_bytes(project: Path) -> None:
    before = tree(project / "site")
    build(project, today=TODAY)
    assert tree(project / "site") == before


def test_mkdocs_alone_gives_the_same_site(project: Path) -> None:
    epoch = "1795219200"  # 2026-11-21, in seconds
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", "alone"],
        cwd=project,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert tree(project / "alone") == tree(project / "site")


def test_nothing_of_the_parent_theme_is_published(project: Path) -> None:
    names = set(tree(project / "site"))
    ours = {f"assets/{folder.name}" for folder in (project / "theme" / "assets").iterdir()}
    assert {name.split(".")[0] for name in names if name.startswith("assets/")} == {*ours, "assets/og"}
    others = {name for name in names if not name.endswith((".html", ".css", ".js", ".json", ".xml", ".txt"))}
    # The index of the search and the pictures for other sites are the only things of bytes.
    assert not [name for name in others if not re.fullmatch(r"search/.+\.bin|assets/og\.[0-9a-f]{10}\.png", name)]


def test_the_frame_for_forms_is_made_but_not_published(project: Path) -> None:
    shell = (project / "build" / "forms" / "shell.html").read_text()
    assert shell.count("<!--title-->") == shell.count("<!--main-->") == 1
    assert not (project / "site" / "shell.html").exists()


def test_an_unknown_source_stops_the_build_at_file_line_and_column_and_keeps_the_last_site(project: Path) -> None:
    page = project / "docs" / "conditions" / "chronic-pain.md"
    page.write_text(page.read_text() + "\nOne more sentence.[@nobody1999]\n")
    line = len(page.read_text().splitlines())
    before = tree(project / "site")
    with pytest.raises(ContentError) as caught:
        build(project, today=TODAY)
    (finding,) = caught.value.findings
    assert (finding.path, finding.line, finding.rule) == ("docs/conditions/chronic-pain.md", line, "unknown-citation")
    assert "nobody1999" in finding.message
    assert tree(project / "site") == before
    assert sorted(path.name for path in project.iterdir() if path.name.startswith(".")) == []


def test_all_findings_come_in_one_run(project: Path) -> None:
    for name in ("conditions/chronic-pain.md", "safety/benefits-and-risks.md"):
        page = project / "docs" / name
        page.write_text(page.read_text() + "\nOne more sentence.[@nobody1999]\n")
    with pytest.raises(ContentError, match="2 errors") as caught:
        build(project, today=TODAY)
    assert len(caught.value.findings) == 2


def test_a_page_that_waits_for_a_decision_is_built_and_says_so_to_its_readers(project: Path) -> None:
    page = project / "docs" / "conditions" / "chronic-pain.md"
    page.write_text(re.sub(r"review_due: \S+", "review_due: 2026-12-01", page.read_text(), count=1))
    sources = project / "data" / "references.json"
    items = json.loads(sources.read_text())
    for item in items:
        item["retracted"] = item["id"] == "orhurhu2019"
    sources.write_text(json.dumps(items))
    result = build(project, today=date(2027, 3, 24))
    text = (project / "site" / "conditions" / "chronic-pain" / "index.html").read_text()
    assert "overdue for review" in text
    assert "A source of this page was taken back" in text
    assert "<strong>RETRACTED</strong>" in text
    waiting = {finding.rule for finding in result.findings if finding.severity == "error"}
    assert waiting == {"review-overdue", "retracted-reference"}


def test_a_page_within_its_review_does_not(project: Path) -> None:
    text = (project / "site" / "conditions" / "chronic-pain" / "index.html").read_text()
    assert "overdue for review" not in text


def test_without_settings_the_error_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mkdocs\.yml is not there"):
        build(tmp_path)


def test_wrong_settings_are_named(project: Path) -> None:
    settings = project / "mkdocs.yml"
    settings.write_text(settings.read_text().replace("plugins:\n  - microsite\n", "plugins:\n  - microsight\n"))
    with pytest.raises(ConfigError, match="microsight"):
        build(project, today=TODAY)


def test_a_project_without_the_plugin_is_told_so(project: Path) -> None:
    settings = project / "mkdocs.yml"
    settings.write_text(settings.read_text().replace("plugins:\n  - microsite\n", "plugins: []\n"))
    with pytest.raises(ConfigError, match="does not name microsite"):
        build(project, today=TODAY)


def test_a_template_with_an_error_fails_the_build_and_keeps_the_last_site(project: Path) -> None:
    template = project / "theme" / "templates" / "main.html"
    template.write_text(template.read_text().replace("{%- endif %}", "", 1))
    before = tree(project / "site")
    with pytest.raises(BuildError, match=r"main\.html"):
        build(project, today=TODAY)
    assert tree(project / "site") == before


def test_a_relative_target_is_relative_to_where_the_command_runs(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = build(project, site_dir=Path("elsewhere"), today=TODAY)
    assert result.site_dir == tmp_path / "elsewhere"
    assert tree(tmp_path / "elsewhere") == tree(project / "site")


@pytest.mark.parametrize(("epoch", "day"), [("0", date(1970, 1, 1)), ("1795219200", date(2026, 11, 21))])
def test_the_day_can_be_set_for_a_reproducible_build(epoch: str, day: date) -> None:
    assert build_day({"SOURCE_DATE_EPOCH": epoch}) == day


def test_what_an_editor_types_is_text_wherever_it_is_shown(project: Path) -> None:
    title, about = 'Pain & "nerves" <3', "More < less & 1 <2, 3> 2"
    page = project / "docs" / "safety" / "typed.md"
    page.write_text(
        f"---\ntitle: '{title}'\ndescription: '{about}'\nkind: article\npublished: 2026-11-01\n"
        "updated: 2026-11-02\nreview_due: 2027-11-01\nauthors: [editors]\n---\n\nIt is a drug.[@ketaminelabel]\n"
    )
    build(project, today=TODAY)
    own = LexborHTMLParser((project / "site" / "safety" / "typed" / "index.html").read_text())
    hub = LexborHTMLParser((project / "site" / "safety" / "index.html").read_text())
    assert [node.text() for node in own.css("h1")] == [title]
    assert [node.text() for node in own.css("title")] == [f"{title} \u2013 Ketamine Guide"]
    assert [node.text() for node in own.css(".stand")] == [about]
    assert title in [node.text() for node in hub.css(".links a")]
    assert about in [node.text() for node in hub.css(".links p")]


def test_a_fork_with_another_name_and_one_page_builds(project: Path) -> None:
    """Nothing of this site's topic is written into templates or code."""
    shutil.rmtree(project / "docs")
    (project / "docs").mkdir()
    (project / "docs" / "index.md").write_text(
        "---\ntitle: Sleep, in plain words\ndescription: What helps people sleep.\nkind: home\n"
        "published: 2026-11-01\nupdated: 2026-11-01\nreview_due: 2027-11-01\nauthors: [editors]\n---\n\nHello.\n"
    )
    settings = project / "mkdocs.yml"
    text = settings.read_text().replace("Ketamine Guide", "Sleep Well")
    start, end = text.index("nav:\n"), text.index("validation:")
    settings.write_text(text[:start] + "nav:\n  - Home: index.md\n\n" + text[end:])
    build(project, today=TODAY)
    html = (project / "site" / "index.html").read_text()
    assert "Sleep Well" in html
    assert "Ketamine Guide" not in html
