"""Every verb of `microsite leads`, on a SQLite file and on a DynamoDB table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from forms.lead import Job
from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from .conftest import Place

NOON = 1_795_003_200.0


def ids(place: Place, *arguments: str) -> list[str]:
    result = place.run("export", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


class TestList:
    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ((), ["aaa1", "aaa2", "bbb1", "ddd1"]),
            (("--page", "safety/benefits"), ["aaa1"]),
            (("--page", "/safety/benefits/"), ["aaa1"]),
            (("--quarantined",), ["ccc1"]),
            (("--until", "2026-11-18"), ["aaa1", "aaa2", "bbb1"]),
            (("--since", "2026-11-19", "--until", "2026-11-19", "--all"), ["ccc1"]),
            (("--since", "2026-11-20"), ["ddd1"]),
            (("--form", "book", "--state", "confirmed"), ["aaa1"]),
        ],
    )
    def test_filters(self, desk: Place, filters: tuple[str, ...], found: list[str]) -> None:
        assert ids(desk, *filters) == found
        rows = json.loads(desk.run("list", "--json", *filters).stdout)["leads"]
        assert [row["id"] for row in rows] == found

    def test_what_is_held_shows_why(self, desk: Place) -> None:
        assert "quarantined (8: links)" in desk.run("list", "--quarantined").stdout

    def test_filters_that_contradict_each_other_are_wrong_usage(self, desk: Place) -> None:
        assert desk.run("list", "--quarantined", "--state", "confirmed").exit_code == 2


class TestShow:
    def test_private_answers_are_shown_when_asked_for_and_that_is_said(self, desk: Place) -> None:
        result = desk.run("show", "aaa2", "--private", "--json")
        assert json.loads(result.stdout)["private_answers"] == {"insurer": "Acme", "plan": "PPO"}
        event = json.loads(result.stderr)
        assert (event["event"], event["lead"], event["there"]) == ("private-answers-read", "aaa2", True)
        assert "Acme" not in result.stderr

    def test_without_asking_they_are_not(self, desk: Place) -> None:
        result = desk.run("show", "aaa2")
        assert "Acme" not in result.output
        assert "--private shows them" in result.stderr

    def test_of_a_lead_without_any_the_vault_is_not_opened(self, desk: Place) -> None:
        result = desk.run("show", "aaa1", "--private", "--vault", "sqlite:nowhere/none.sqlite3", "--json")
        assert json.loads(result.stdout)["private_answers"] == {}
        assert result.stderr == ""


class TestExport:
    def test_csv_is_read_back_by_a_spreadsheet(self, desk: Place) -> None:
        text = desk.run("export", "--csv", "--all").stdout_bytes.decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["id"] for row in rows] == ["aaa1", "aaa2", "bbb1", "ccc1", "ddd1"]
        assert rows[1]["field.message"] == "'=1+1"
        assert rows[4]["field.phone"] == "'+1 555 0100"

    def test_bom_comes_first_and_only_when_asked_for(self, desk: Place) -> None:
        assert desk.run("export", "--csv", "--bom").stdout_bytes.startswith(b'\xef\xbb\xbf"id"')
        assert desk.run("export", "--csv").stdout_bytes.startswith(b'"id"')
        assert desk.run("export", "--bom").exit_code == 2

    def test_private_answers_are_in_no_export(self, desk: Place) -> None:
        for arguments in (("--all",), ("--all", "--csv")):
            assert "Acme" not in desk.run("export", *arguments).output


class TestReport:
    def test_it_is_written_to_a_file_that_only_its_owner_reads(self, desk: Place, tmp_path: Path) -> None:
        out = tmp_path / "report.html"
        result = desk.run("report", "--out", str(out))
        assert result.exit_code == 0, result.output
        assert out.read_text().startswith("<!DOCTYPE html>")
        assert out.stat().st_mode & 0o077 == 0
        assert "5 leads counted" in result.stderr

    def test_json_and_standard_output(self, desk: Place) -> None:
        assert json.loads(desk.run("report", "--json", "--form", "book").stdout)["narrowed_to"] == "the form book"
        assert desk.run("report", "--out", "-").stdout.startswith("<!DOCTYPE html>")

    def test_a_folder_that_is_not_there_is_said(self, desk: Place, tmp_path: Path) -> None:
        error = desk.run("report", "--out", str(tmp_path / "none" / "r.html")).exception
        assert isinstance(error, MicrositeError)
        assert "cannot be written" in str(error)


class TestProof:
    def test_a_whole_one(self, desk: Place, tmp_path: Path) -> None:
        result = desk.run("proof", "aaa1")
        assert "Verified" in result.stdout
        out = tmp_path / "proof.html"
        assert desk.run("proof", "aaa1", "--html", "--out", str(out)).exit_code == 0
        assert "Verified" in out.read_text()
        assert json.loads(desk.run("proof", "aaa1", "--json").stdout)["verified"] is True

    def test_a_mail_that_held_no_used_link_fails(self, desk: Place, tmp_path: Path) -> None:
        mail = tmp_path / "mail.eml"
        mail.write_bytes(b"Subject: x\r\n\r\nhttps://site.example/api/confirm?token=none\r\n")
        result = desk.run("proof", "aaa1", "--mail", str(mail))
        assert result.exit_code == 1
        assert "holds no link that was used" in result.stderr

    def test_a_changed_one_fails_loudly(self, desk: Place) -> None:
        result = desk.run("proof", "bbb1")
        assert result.exit_code == 1
        assert "MISMATCH" in result.stdout
        assert "does not fit its hash" in result.stderr


class TestErase:
    def test_all_of_a_person_goes_however_it_is_spelled(self, desk: Place) -> None:
        result = desk.run("erase", "ANN@example.com", "--yes", "--json")
        assert result.exit_code == 0, result.output
        receipt = json.loads(result.stdout)
        assert [one["id"] for one in receipt["removed"]] == ["aaa1", "aaa2"]
        assert receipt["private_answers_dropped"] == 1
        assert desk.mark(receipt["remains"]) == "erased"
        assert ids(desk, "--all") == ["bbb1", "ccc1", "ddd1"]
        vault = desk.open_vault()
        assert vault.open("v-aaa2", now=NOON) is None
        vault.close()
        assert "ann" not in result.stdout.lower()
        if desk.vault_named.startswith("sqlite:"):
            folder = Path(desk.vault_named.removeprefix("sqlite:")).parent
            assert not [path.name for path in folder.glob("private*") if b"Acme" in path.read_bytes()]

    def test_a_lead_stands_for_its_person(self, desk: Place) -> None:
        assert desk.run("erase", "aaa2", "--yes").exit_code == 0
        assert ids(desk, "--all") == ["bbb1", "ccc1", "ddd1"]

    def test_a_telephone_number_is_an_address(self, desk: Place) -> None:
        assert desk.run("erase", "555-0100", "--yes").exit_code == 0
        assert "ddd1" in ids(desk), "another number: the 1 of North America needs ten digits after it"
        assert desk.run("erase", "+1 (555) 0100", "--yes").exit_code == 0
        assert "ddd1" not in ids(desk)

    def test_twice_is_fine(self, desk: Place) -> None:
        desk.run("erase", "ann@example.com", "--yes")
        again = desk.run("erase", "ann@example.com", "--yes", "--json")
        assert json.loads(again.stdout)["removed"] == []

    def test_nobody_to_ask_means_nothing_happens(self, desk: Place) -> None:
        assert desk.run("erase", "ann@example.com").exit_code == 2
        assert len(ids(desk, "--all")) == 5

    def test_another_key_is_refused_before_anything_is_gone(self, desk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORMS_PEPPER", "cd" * 32)
        error = desk.run("erase", "bob@example.com", "--yes").exception
        assert isinstance(error, MicrositeError)
        assert "another key" in str(error)
        assert len(ids(desk, "--all")) == 5

    def test_without_a_key_it_is_said_which(self, desk: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("FORMS_PEPPER")
        error = desk.run("erase", "ann@example.com", "--yes").exception
        assert isinstance(error, MicrositeError)
        assert "key for addresses" in str(error)
        secret = tmp_path / "secret.txt"
        secret.write_text("ef" * 32 + "," + "ab" * 32 + "\n")
        assert desk.run("erase", "ann@example.com", "--yes", "--secrets-from", str(secret)).exit_code == 0


class TestRetry:
    def test_what_keeps_failing_is_due_now_with_its_attempts(self, desk: Place) -> None:
        result = desk.run("retry", "--json")
        assert json.loads(result.stdout)["requeued"] == ["bbb1"]
        lead = desk.lead("bbb1")
        assert lead is not None
        assert lead.jobs[0].attempts == 7
        assert lead.jobs[0].due is not None
        assert lead.jobs[0].due < 4e9
        assert json.loads(desk.run("retry", "bbb1", "--json").stdout)["left"] == ["bbb1"]

    def test_an_unknown_lead_is_said(self, desk: Place) -> None:
        assert isinstance(desk.run("retry", "zzz").exception, MicrositeError)


class TestQuarantine:
    def test_list_has_points_and_reasons(self, desk: Place) -> None:
        (row,) = json.loads(desk.run("quarantine", "list", "--json").stdout)["leads"]
        assert (row["id"], row["score"], row["reasons"]) == ("ccc1", 8.0, ["links"])

    def test_release_queues_the_first_mail_once(self, desk: Place) -> None:
        assert "released" in desk.run("quarantine", "release", "ccc1").stdout
        assert "was not in quarantine" in desk.run("quarantine", "release", "ccc1").stdout
        lead = desk.lead("ccc1")
        assert lead is not None
        assert lead.quarantined is None
        assert [job.kind for job in lead.jobs] == ["notice"]

    def test_drop_asks_and_throws_away(self, desk: Place) -> None:
        assert desk.run("quarantine", "drop", "ccc1").exit_code == 2
        assert desk.lead("ccc1") is not None
        assert desk.run("quarantine", "drop", "ccc1", "--yes").exit_code == 0
        assert desk.lead("ccc1") is None

    def test_drop_touches_nothing_that_is_not_held(self, desk: Place) -> None:
        error = desk.run("quarantine", "drop", "aaa1", "--yes").exception
        assert isinstance(error, MicrositeError)
        assert "erase aaa1" in error.fix
        assert desk.lead("aaa1") is not None


def test_a_mail_on_its_way_is_not_sent_again_by_retry(desk: Place) -> None:
    import time

    store = desk.open()
    lead = store.get("bbb1")
    claimed = Job("bbb1-confirm-1", "confirm", NOON, time.time() + 900, 8, None, "MailError")
    assert store.replace(lead, lead.with_job(claimed))
    store.close()
    assert json.loads(desk.run("retry", "--json").stdout)["requeued"] == []
