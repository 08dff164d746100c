from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from microsite.cli.main import main
from microsite.cli.search import command

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = [
    {"_id": "a", "title": "Ketamine and the liver", "text": "Can ketamine harm the liver?", "focus": "Liver"},
    {"_id": "b", "title": "Doses", "text": "0.5 mg/kg of ketamine", "synonyms": ["how much"]},
    {"_id": "c", "title": "", "text": "Nothing of that"},
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in CORPUS))
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "1", "text": "does it harm the liver"}\n{"_id": "2", "text": "qqq"}\n'
    )
    (tmp_path / "qrels.tsv").write_text("1\ta\t1\n")
    return path


def fails(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    with pytest.raises(SystemExit) as left:
        main(["search", *map(str, arguments)])
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def test_an_index_from_any_collection(corpus: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["build", str(corpus), str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Indexed 3 documents, ")
    assert result.stderr == ""
    assert (tmp_path / "out/manifest.bin").is_file()
    assert (tmp_path / "out/worker.js").is_file()


def test_gzip_gives_the_same_and_json_is_for_machines(corpus: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "corpus.jsonl.gz"
    zipped.write_bytes(gzip.compress(corpus.read_bytes()))
    one = CliRunner().invoke(command, ["build", "--json", str(corpus), str(tmp_path / "one")])
    two = CliRunner().invoke(command, ["build", "--json", str(zipped), str(tmp_path / "two")])
    first, second = json.loads(one.stdout), json.loads(two.stdout)
    assert first["documents"] == 3
    assert {**first, "out": ""} == {**second, "out": ""}


def test_the_shipped_engine_is_measured(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["eval", "--corpus", str(corpus), "--queries", "queries.jsonl", "--qrels", "qrels.tsv"]
    result = CliRunner().invoke(command, [*arguments, "--run", "runs/run.tsv", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["ndcg@10"], figures["mrr@10"], figures["zero_results_count"]) == (1, 1, 1)
    assert figures["first_query_bytes"]["mean"] > 5000
    assert (tmp_path / "runs/run.tsv").read_text().splitlines()[0] == "1\ta\t1\t1.0000"
    table = CliRunner().invoke(command, arguments).stdout
    assert "ndcg@10              1" in table


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ("[1]", "no JSON object"),
        ('{"title": "x"}', "`_id` is no text"),
        ('{"_id": "a"}', "was there before"),
        ('{"_id": "z", "text": 5}', "`text` is no text"),
        ('{"_id": "z", "synonyms": [1]}', "`synonyms` is no list"),
        (b'{"_id": "z\xff"}', "0xff at column 11 is not UTF-8"),
        ("[" * 100_000, "nested too deep"),
    ],
    ids=range(8),
)
def test_a_broken_line_is_named_with_its_place_and_nothing_is_written(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str | bytes, said: str
) -> None:
    with corpus.open("ab") as file:
        file.write((line.encode() if isinstance(line, str) else line) + b"\n")
    out = fails(capsys, "build", corpus, tmp_path / "out")
    assert "corpus.jsonl:4:1: corpus-line: " in out
    assert said in out
    assert "1 line of" in out
    assert not (tmp_path / "out").exists()


def test_all_broken_lines_are_named_at_once(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.write_text("x\n" + corpus.read_text() + "y\n")
    said = fails(capsys, "build", corpus, tmp_path / "out")
    assert "corpus.jsonl:1:1" in said
    assert "corpus.jsonl:5:1" in said
    assert "2 lines of" in said


def test_a_file_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not there" in fails(capsys, "build", tmp_path / "none.jsonl", tmp_path / "out")
    assert "is a folder" in fails(capsys, "build", tmp_path, tmp_path / "out")
    (tmp_path / "x.gz").write_text("no gzip")
    assert "no complete gzip file" in fails(capsys, "build", tmp_path / "x.gz", tmp_path / "out")
    (tmp_path / "file").write_text("")
    (tmp_path / "c.jsonl").write_text('{"_id": "a", "text": "b"}\n')
    assert "error:" in fails(capsys, "build", tmp_path / "c.jsonl", tmp_path / "file" / "out")


def test_a_folder_with_anything_else_in_it_is_left_alone(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "notes"
    out.mkdir()
    (out / "diary.txt").write_text("mine")
    assert "notes/ holds what is no part of an index: diary.txt" in fails(capsys, "build", corpus, out)
    assert [path.name for path in out.iterdir()] == ["diary.txt"]
    (out / "diary.txt").unlink()
    for _ in range(2):  # empty, then an index
        assert CliRunner().invoke(command, ["build", str(corpus), str(out)]).exit_code == 0


def test_gzip_is_known_by_its_content(corpus: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "corpus.dat"
    zipped.write_bytes(gzip.compress(corpus.read_bytes()))
    result = CliRunner().invoke(command, ["build", str(zipped), str(tmp_path / "out")])
    assert result.stdout.startswith("Indexed 3 documents, ")


def test_an_id_is_kept_as_it_is(corpus: Path, tmp_path: Path) -> None:
    corpus.write_text(json.dumps({"_id": " two  blanks/ü#x ", "title": "Zebra", "text": ""}) + "\n")
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "zebra"}\n')
    (tmp_path / "qrels.tsv").write_text("1\t two  blanks/ü#x \t1\n")
    given = ["--corpus", corpus, "--queries", tmp_path / "queries.jsonl", "--qrels", tmp_path / "qrels.tsv", "--json"]
    result = CliRunner().invoke(command, ["eval", *map(str, given)])
    assert json.loads(result.stdout)["ndcg@10"] == 1


def test_an_id_that_would_part_fields_and_broken_json_are_said_with_their_place(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.write_text('{"_id": "a\\tb"}\n{"_id": "b",\n')
    said = fails(capsys, "build", corpus, tmp_path / "out")
    assert "corpus.jsonl:1:1: corpus-line: `_id` 'a\\tb' holds a tab" in said
    assert "corpus.jsonl:2:1: corpus-line: no JSON: Expecting property name enclosed in double quotes at column" in said


def test_where_the_rankings_cannot_go_is_said_before_the_work(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--corpus", tmp_path / "not read yet", "--queries", tmp_path / "queries.jsonl"]
    said = fails(capsys, "eval", *given, "--qrels", tmp_path / "qrels.tsv", "--run", corpus / "run.tsv")
    assert "run.tsv cannot be written" in said


def test_the_engine_is_counted_wherever_the_command_is_run(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ["--corpus", corpus, "--queries", tmp_path / "queries.jsonl", "--qrels", tmp_path / "qrels.tsv", "--json"]
    monkeypatch.chdir(tmp_path)
    parts = json.loads(CliRunner().invoke(command, ["eval", *map(str, given)]).stdout)["first_query_parts"]
    assert {"search.js", "search.css", "worker.js"} <= set(parts)
