from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from microsite.cli.book import command
from microsite.cli.main import main

ROOT = Path(__file__).parents[2]
BOOK = ["--chapters", str(ROOT / "book"), "--references", str(ROOT / "data" / "references.json")]


def test_the_book_is_built_where_one_asks_for_it(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--out", str(tmp_path / "here"), *BOOK])
    assert result.exit_code == 0
    assert result.stdout.startswith("Steady Ground, First edition: ")
    for name in ("steady-ground.pdf", "steady-ground.epub", "book.json"):
        assert (tmp_path / "here" / name).stat().st_size > 500


def test_json_prints_what_book_json_says(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--out", str(tmp_path), "--json", *BOOK])
    assert json.loads(result.stdout) == json.loads((tmp_path / "book.json").read_text(encoding="utf-8"))


def test_help_shows_an_example() -> None:
    assert "Example: microsite book" in CliRunner().invoke(command, ["--help"]).stdout


def test_a_failure_is_said_in_words_and_leaves_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["book", "--chapters", str(tmp_path), "--out", str(tmp_path / "out")])
    assert left.value.code == 1
    said = capsys.readouterr()
    assert "book.toml: cannot be read" in said.err
    assert said.out == ""


def test_an_unknown_option_is_a_mistake_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["book", "--colour", "red"])
    assert left.value.code == 2
    assert "--colour" in capsys.readouterr().err
