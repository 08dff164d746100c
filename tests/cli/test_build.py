from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from microsite.cli.build import command
from microsite.cli.main import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's sources: the tests build it without touching ours."""
    root = tmp_path_factory.mktemp("project")
    for name in ("docs", "data", "theme", "book"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    return root


def test_the_site_and_the_book_are_built_and_summed_up_in_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 0, result.output
    pages = len(list((project / "site").rglob("*.html")))
    assert result.stdout.startswith(f"Built {pages} pages, ")
    assert result.stdout.count("\n") == 1
    assert (project / "site/index.html").is_file()
    assert (project / "build/book/steady-ground.pdf").read_bytes().startswith(b"%PDF")
    assert "<!--main-->" in (project / "build/forms/shell.html").read_text()


def test_json_says_the_same_for_machines_and_the_folder_can_be_named(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    result = CliRunner().invoke(command, ["--json", "--site-dir", str(tmp_path / "out")])
    summary = json.loads(result.stdout)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert summary["version"] == 1
    assert summary["bytes"] == sum(path.stat().st_size for path in files)
    assert summary["pages"] == sum(path.suffix == ".html" for path in files)
    assert all(finding["severity"] != "error" for finding in summary["findings"])


def test_a_mistake_is_named_at_its_place_and_the_old_site_stays(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "project"
    shutil.copytree(project, root, ignore=shutil.ignore_patterns("site"))
    (root / "site").mkdir()
    (root / "site/index.html").write_text("the last good one")
    page = root / "docs/conditions/chronic-pain.md"
    text = page.read_text() + "\nA claim.[@nobody1999]\n"
    page.write_text(text)
    monkeypatch.chdir(root)
    with pytest.raises(SystemExit) as left:
        main(["build"])
    assert left.value.code == 1
    said = capsys.readouterr()
    assert f"docs/conditions/chronic-pain.md:{text.count(chr(10))}:" in said.err
    assert "nobody1999" in said.err
    assert said.out == ""
    assert (root / "site/index.html").read_text() == "the last good one"


def test_another_builder_still_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["build", "--builder", "hugo"])
    assert left.value.code == 2
    assert "mkdocs" in capsys.readouterr().err


def test_outside_a_project_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["build"])
    assert left.value.code == 1
    assert "fix:" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
