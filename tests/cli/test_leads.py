"""`microsite leads` on a store with four leads."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest
from click.testing import CliRunner

from forms.lead import Agreed
from forms.lead import Job
from forms.lead import Lead
from forms.sqlite import SqliteStore
from microsite.cli.leads import command
from microsite.cli.main import cli
from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from click.testing import Result

NOON = 1_795_003_200.0  # 2026-11-18T12:00:00Z


@pytest.fixture
def place(tmp_path: Path) -> str:
    store = SqliteStore(tmp_path / "leads.sqlite3")
    sent = Job("x", "notice", NOON, None, 1, NOON + 1)
    agreed = (Agreed("consent", "contact-1", "ab" * 32, "You may", given=True, at=NOON),)
    values = {"name": "Zoë", "email": "zoe@example.com", "message": "two\nlines, \x1b[31m=1+1"}
    for lead in (
        Lead("aaa1", "k1", "contact", NOON, values, agreed, page="safety/benefits", release="r1", jobs=(sent,)),
        Lead("aab2", "k2", "book", NOON + 86_400, {"email": "b@example.com"}, confirmed=NOON + 90_000),
        Lead("ccc3", "k3", "book", NOON + 86_401, {"email": "c@example.com"}, jobs=(Job("y", "confirm", NOON, NOON),)),
        Lead("ddd4", "k4", "contact", NOON + 9, {"name": "x"}, quarantined=NOON + 9, reasons=("honeypot",)),
    ):
        store.add(lead)
    store.close()
    return f"sqlite:{tmp_path}/leads.sqlite3"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def exported(*arguments: str) -> list[dict[str, Any]]:
    result = run("export", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list_shows_one_line_a_lead_without_those_in_quarantine(place: str) -> None:
    result = run("list", "--store", place)
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["aaa1", "aab2", "ccc3"]
    assert "3 leads" in result.stderr
    assert "zoe@example.com" not in result.stdout


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ((), ["aaa1", "aab2", "ccc3"]),
        (("--all",), ["aaa1", "ddd4", "aab2", "ccc3"]),
        (("--form", "book"), ["aab2", "ccc3"]),
        (("--state", "confirmed"), ["aab2"]),
        (("--state", "pending"), ["ccc3"]),
        (("--state", "notified"), ["aaa1"]),
        (("--state", "quarantined"), ["ddd4"]),
        (("--since", "2026-11-19"), ["aab2", "ccc3"]),
        (("--since", "2027-01-01"), []),
    ],
)
def test_filters_hold_for_list_and_export(place: str, filters: tuple[str, ...], ids: list[str]) -> None:
    assert [row["id"] for row in exported("--store", place, *filters)] == ids
    listed = json.loads(run("list", "--json", "--store", place, *filters).stdout)
    assert [row["id"] for row in listed["leads"]] == ids


def test_export_has_everything_a_line(place: str) -> None:
    row = exported("--store", place)[0]
    assert row["fields"] == {"name": "Zoë", "email": "zoe@example.com", "message": "two\nlines, \x1b[31m=1+1"}
    assert row["consent"] == [
        {
            "name": "consent",
            "id": "contact-1",
            "hash": "ab" * 32,
            "wording": "You may",
            "given": True,
            "at": "2026-11-18T12:00:00+00:00",
        }
    ]
    assert (row["state"], row["created"], row["page"]) == ("notified", "2026-11-18T12:00:00+00:00", "safety/benefits")
    assert row["mails"][0]["sent"] == "2026-11-18T12:00:01+00:00"


def test_show_takes_the_beginning_of_an_id(place: str) -> None:
    assert json.loads(run("show", "--store", place, "aaa").stdout)["id"] == "aaa1"
    assert json.loads(run("show", "--store", place, "--json", "ddd4").stdout)["reasons"] == ["honeypot"]


@pytest.mark.parametrize(("named", "words"), [("aa", "more than one"), ("zz", "no lead"), ("", "no lead")])
def test_show_says_when_the_id_is_not_enough(place: str, named: str, words: str) -> None:
    error = run("show", "--store", place, named).exception
    assert isinstance(error, MicrositeError)
    assert words in str(error)


def test_a_store_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    error = run("list", "--store", f"sqlite:{tmp_path}/none.sqlite3").exception
    assert isinstance(error, MicrositeError)
    assert "there is no store" in str(error)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("named", ["leads.sqlite3", "mysql:x", "sqlite:"])
def test_a_store_of_an_unknown_kind_is_a_usage_error(named: str) -> None:
    assert run("list", "--store", named).exit_code == 2


def test_help_has_an_example() -> None:
    for arguments in ([], ["list"], ["show"], ["export"]):
        assert "Example: microsite leads" in run(*arguments, "--help").stdout


@pytest.mark.parametrize("verb", [["serve"], ["leads", "export"], ["leads", "quarantine", "release"]])
def test_help_shows_examples_as_lines_and_no_marks_of_its_own(verb: list[str]) -> None:
    shown = CliRunner().invoke(cli, [*verb, "--help"]).stdout
    assert "\\b" not in shown
    assert "\n  Example: microsite " in shown


def test_a_misspelt_state_is_a_usage_error_and_not_no_leads(place: str) -> None:
    result = run("list", "--store", place, "--state", "confimed")
    assert result.exit_code == 2
    assert "'confirmed'" in result.stderr


def test_a_damaged_record_that_is_asked_for_is_not_said_to_be_missing(place: str) -> None:
    with contextlib.closing(sqlite3.connect(place.removeprefix("sqlite:"))) as db:
        db.execute("UPDATE leads SET body = '{' WHERE id = 'aab2'")
        db.commit()
    error = run("proof", "--store", place, "aab").exception
    assert isinstance(error, MicrositeError)
    assert "aab2 cannot be read" in str(error)


def test_a_damaged_file_is_told_from_one_that_is_not_there(place: str) -> None:
    path = Path(place.removeprefix("sqlite:"))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))
    error = run("list", "--store", place).exception
    assert isinstance(error, MicrositeError)
    assert "backup" in error.fix


def test_a_damaged_record_is_said_after_all_the_others(place: str) -> None:
    with contextlib.closing(sqlite3.connect(place.removeprefix("sqlite:"))) as db:
        db.execute("UPDATE leads SET body = '{' WHERE id = 'aab2'")
        db.commit()
    result = run("export", "--store", place)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["aaa1", "ccc3"]
    assert isinstance(result.exception, MicrositeError)
    assert "aab2" in str(result.exception)


def test_a_damaged_record_does_not_keep_somebody_elses_from_being_erased(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMS_PEPPER", "ab" * 32)
    with contextlib.closing(sqlite3.connect(place.removeprefix("sqlite:"))) as db:
        db.execute("UPDATE leads SET body = '{' WHERE id = 'aab2'")
        db.commit()
    result = run("erase", "zoe@example.com", "--yes", "--json", "--store", place)
    assert [one["id"] for one in json.loads(result.stdout)["removed"]] == ["aaa1"]
    assert isinstance(result.exception, MicrositeError), "nobody knows whether the other one is hers"
    assert "aab2" in str(result.exception)
    with contextlib.closing(sqlite3.connect(place.removeprefix("sqlite:"))) as db:
        assert "aaa1" not in {one for (one,) in db.execute("SELECT id FROM leads")}


def test_another_programs_file_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE notes (id TEXT)")
    before = path.read_bytes()
    error = run("list", "--store", f"sqlite:{path}").exception
    assert isinstance(error, MicrositeError)
    assert "not a store of leads" in str(error)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["other.sqlite3"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_output_that_cannot_be_written_is_one_sentence(place: str) -> None:
    program = [sys.executable, "-c", "from microsite.cli.main import main; main()", "leads", "export", "--store", place]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert result.stderr == "error: No space left on device\n"
