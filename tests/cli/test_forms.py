"""`microsite forms check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms.definition import SHIPPED
from microsite.cli.build import command as build_command
from microsite.cli.forms import command
from microsite.cli.forms import demand_definitions
from microsite.errors import ContentError


def test_the_shipped_definitions_are_fine() -> None:
    result = CliRunner().invoke(command, ["check"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No mistakes found." in result.stderr


def test_a_mistake_is_printed_with_its_place_and_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('id = "x"\nbuton = "Go"\n')
    result = CliRunner().invoke(command, ["check", str(file)])
    assert result.exit_code == 1
    assert f"{file}:2:1: form-unknown-key: nothing reads `buton` (did you mean `button`?)" in result.stdout
    assert "errors" in result.stderr


def test_json_has_the_fields_of_every_finding(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("id = 7\n")
    result = CliRunner().invoke(command, ["check", "--json", str(tmp_path)])
    assert result.exit_code == 1
    findings = json.loads(result.stdout)
    assert all(set(one) == {"path", "line", "column", "rule", "message", "fix", "severity"} for one in findings)
    assert any(one["rule"] == "form-wrong-type" and one["line"] == 1 for one in findings)


def test_good_definitions_as_json_are_an_empty_list() -> None:
    result = CliRunner().invoke(command, ["check", "--json", SHIPPED])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_a_warning_alone_is_no_failure(tmp_path: Path) -> None:
    from pathlib import Path

    text = (Path(SHIPPED) / "contact.toml").read_text().replace("max = 5000", "max = 9000").replace("5,000", "9,000")
    (tmp_path / "contact.toml").write_text(text)
    result = CliRunner().invoke(command, ["check", str(tmp_path)])
    assert result.exit_code == 0
    assert "form-too-large" in result.stdout


def test_a_path_that_is_not_there_is_a_usage_error() -> None:
    assert CliRunner().invoke(command, ["check", "nowhere"]).exit_code == 2


def test_help_has_an_example() -> None:
    for arguments in (["--help"], ["check", "--help"]):
        assert "Example: microsite forms check" in CliRunner().invoke(command, arguments).stdout


def own(root: Path, name: str, text: str) -> None:
    """A project's own definition."""
    folder = root / "lambda/forms/definitions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_a_projects_own_definitions_and_pages_are_the_ones_that_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert CliRunner().invoke(command, ["check"]).exit_code == 0  # the package's own: their pages are not here
    own(tmp_path, "contact.toml", (Path(SHIPPED) / "contact.toml").read_text())
    (tmp_path / "docs/contact.md").write_text("---\nform: contact\n---\n")
    result = CliRunner().invoke(command, ["check", "--json"])
    found = [(one["path"], one["rule"], one["severity"]) for one in json.loads(result.stdout)]
    file = "lambda/forms/definitions/contact.toml"
    # The page that thanks is made from the definition; the one on privacy, which the form links to, is not.
    assert found == [(file, "form-missing-page", "warning"), (file, "form-missing-page", "error")]


def test_no_site_is_built_over_a_definition_with_a_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(SHIPPED) / "contact.toml").read_text()
    # Readable, so `load` takes it; the first visitor's name would be compared with a text.
    own(tmp_path, "contact.toml", text.replace("max = 100", 'max = "100"'))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContentError) as refused:
        demand_definitions()
    assert next(finding.rule for finding in refused.value.findings if finding.severity == "error") == "form-wrong-type"
    assert isinstance(CliRunner().invoke(build_command, []).exception, ContentError)


def test_package_writes_the_zip_and_says_so(tmp_path: Path) -> None:
    shell = tmp_path / "shell.html"
    shell.write_text("<main><!--main--></main>")
    out = tmp_path / "build" / "forms.zip"
    result = CliRunner().invoke(command, ["package", "--out", str(out), "--shell", str(shell), "--json"])
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["bytes"] == out.stat().st_size
    assert {"path", "sha256", "id", "runtime", "architecture", "bytecode", "files", "warnings"} <= set(said)
    assert len(said["warnings"]) == (0 if said["bytecode"] else 1)


def test_a_broken_definition_is_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own(tmp_path, "x.toml", 'id = "x"\nbuton = "Go"\n')
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, ["package", "--out", str(tmp_path / "forms.zip")])
    assert isinstance(result.exception, ContentError)
    assert any(finding.rule == "form-unknown-key" and finding.line == 2 for finding in result.exception.findings)
    assert not (tmp_path / "forms.zip").exists()
