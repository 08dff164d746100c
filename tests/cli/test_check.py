from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from microsite.cli.check import command
from microsite.content import RULES
from microsite.errors import ConfigError

ROOT = Path(__file__).parents[2]
FINE = "---\ntitle: T\ndescription: D\n---\nText.\n"
BAD = "---\ntitle: B\ndescription: E\n---\nIt helped.[@nope]\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs" / "sub").mkdir(parents=True)
    (tmp_path / "data").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: T\n", encoding="utf-8")
    for name in ("references", "claims", "compounds", "conditions", "glossary"):
        (tmp_path / "data" / f"{name}.json").write_text("[]", encoding="utf-8")
    for name in ("people", "insurers"):
        (tmp_path / "data" / f"{name}.toml").write_text(f"{name} = []\n", encoding="utf-8")
    (tmp_path / "docs" / "fine.md").write_text(FINE, encoding="utf-8")
    (tmp_path / "docs" / "sub" / "bad.md").write_text(BAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert result.exception is None
    return result.return_value, result.stdout, result.stderr


def test_findings_go_to_stdout_and_an_error_makes_the_code_one(project: Path) -> None:
    code, out, err = run()
    assert code == 1
    assert out.startswith("docs/sub/bad.md:5:12: unknown-citation: no source has the id `nope` (")
    assert err == "1 error(s), 0 warning(s) and hint(s).\n"


def test_only_the_asked_paths_are_reported(project: Path) -> None:
    assert run("docs/fine.md")[:2] == (0, "")
    assert run("docs/sub")[0] == 1
    assert run("docs/sub/bad.md")[0] == 1


def test_json_is_a_list_of_findings(project: Path) -> None:
    code, out, _ = run("--json")
    (finding,) = json.loads(out)
    assert code == 1
    assert finding.keys() == {"path", "line", "column", "rule", "message", "fix", "severity"}
    assert (finding["line"], finding["column"], finding["severity"]) == (5, 12, "error")


def test_a_folder_of_pages_outside_of_docs_is_checked_against_the_data(project: Path) -> None:
    outside = project / "broken"
    outside.mkdir()
    (outside / "x.md").write_text(BAD, encoding="utf-8")
    code, out, _ = run("broken")
    assert code == 1
    assert out.startswith("broken/x.md:5:12: unknown-citation")


def test_a_project_elsewhere_is_found_by_its_folder(
    project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run(str(project))[0] == 1


def test_dates_are_judged_as_of_the_given_day(project: Path) -> None:
    (project / "docs" / "sub" / "bad.md").write_text(
        FINE.replace("title: T", "title: B\nupdated: 2026-11-21").replace("n: D", "n: E"), encoding="utf-8"
    )
    assert run("--today", "2026-11-21")[0] == 0
    assert run("--today", "2026-11-20")[0] == 1


def test_the_rules_can_be_listed(project: Path) -> None:
    code, out, _ = run("--rules", "--json")
    assert code == 0
    assert json.loads(out) == dict(RULES)


def test_a_missing_path_is_a_wrong_use() -> None:
    assert CliRunner().invoke(command, ["no-such-page.md"]).exit_code == 2


def test_the_projects_own_content_has_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code, out, _ = run("--json")
    assert code == 0, [finding for finding in json.loads(out) if finding["severity"] == "error"]


def test_a_changed_certainty_lists_the_pages_that_lean_on_the_claim(project: Path) -> None:
    claim = {"id": "a-01", "topic": "a", "claim": "C.", "references": [], "evidence_level": "low", "population": "p"}
    (project / "data" / "claims.json").write_text(json.dumps([claim]), encoding="utf-8")
    (project / "docs" / "sub" / "bad.md").write_text(FINE.replace("T\n", "B\n").replace("Text", "X [claim: a-01]"))
    old = project / "old.json"
    old.write_text(json.dumps([{**claim, "evidence_level": "high"}]), encoding="utf-8")
    _, out, _ = run("--claims", str(old))
    assert "docs/sub/bad.md:5:3: claim-changed: the certainty of `a-01` was high and is now low" in out
    old.write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="no registry of claims"):
        CliRunner().invoke(command, ["--claims", str(old)], standalone_mode=False, catch_exceptions=False)
