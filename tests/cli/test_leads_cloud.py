"""What goes wrong with AWS is said in words that name the fix; dead letters are replayed."""

from __future__ import annotations

import itertools
import json
import os
import pty
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import aws_client
from click.testing import CliRunner

from forms import aws
from forms import cloud as clouds
from forms.errors import CallError
from forms.lead import Job
from forms.lead import Lead
from microsite.cli.leads import command
from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from .conftest import Place

LETTER = {
    "version": "1.0",
    "DDBStreamBatchInfo": {
        "shardId": "shardId-0001",
        "startSequenceNumber": "800",
        "endSequenceNumber": "801",
        "approximateArrivalOfLastRecord": "2026-11-18T13:00:00Z",
        "batchSize": 2,
    },
}


@pytest.fixture
def aws_environ(monkeypatch: pytest.MonkeyPatch, cloud: str) -> None:
    for name, value in {**ENVIRON, "AWS_ENDPOINT_URL": cloud}.items():
        monkeypatch.setenv(name, value)


def failure(*arguments: str) -> MicrositeError:
    error = CliRunner().invoke(command, arguments).exception
    assert isinstance(error, MicrositeError), error
    assert error.fix
    return error


@pytest.mark.usefixtures("aws_environ")
class TestFailures:
    def test_a_table_that_is_not_in_this_region(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        error = failure("list", "--store", "dynamodb:nowhere")
        assert "there is no table nowhere in eu-west-1" in str(error)
        assert "AWS_REGION" in error.fix

    def test_nothing_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        ticks = itertools.count(0, 3).__next__  # a clock on which the budget of 8 s is soon used up
        hurried = aws.world()._replace(ticks=ticks)
        monkeypatch.setattr(aws, "world", lambda: hurried)
        error = failure("list", "--store", "dynamodb:leads")
        assert "AWS_ENDPOINT_URL" in error.fix

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("ExpiredTokenException", "sign in again"),
            ("UnrecognizedClientException", "sign in again"),
            ("AccessDeniedException", "ask operations"),
            ("InternalServerError", "try again"),
        ],
    )
    def test_refusals(self, monkeypatch: pytest.MonkeyPatch, code: str, words: str) -> None:
        def refuse(*_: object, **__: object) -> object:
            raise CallError(code, uncertain=False, status=400)

        monkeypatch.setattr(clouds.Client, "ask", refuse)
        error = failure("list", "--store", "dynamodb:leads")
        assert code in str(error)
        assert words in error.fix

    def test_no_region_and_no_keys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ENVIRON:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        assert "AWS_PROFILE" in failure("list", "--store", "dynamodb:leads").fix
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        assert "sign in" in failure("list", "--store", "dynamodb:leads").fix


def test_a_profile_gives_region_and_keys(
    desk: Place, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ENVIRON:
        monkeypatch.delenv(name, raising=False)
    config = tmp_path_factory.mktemp("aws") / "config"
    config.write_text(
        "[profile desk]\nregion = us-east-1\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "desk")
    assert desk.run("show", "aaa1").exit_code == 0


@pytest.mark.usefixtures("aws_environ")
class TestDeadLetters:
    def waiting(self, name: str, queued: float) -> Lead:
        return Lead(
            name, name, "contact", queued, {}, jobs=(Job(f"{name}-n", "notice", queued, 4e9, 3, None, "MailError"),)
        )

    def test_a_letter_makes_its_mails_due_and_leaves_the_queue(self, desk: Place, cloud: str) -> None:
        store = desk.open()
        store.add(self.waiting("eee1", 1_795_003_300.0))
        store.add(self.waiting("fff1", 1_795_103_300.0))  # queued after the letter: none of its business
        store.close()
        sqs = aws_client("sqs", cloud)
        queue = sqs.create_queue(QueueName=f"dead-{time.monotonic_ns()}")["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(LETTER))
        sqs.send_message(QueueUrl=queue, MessageBody="somebody's note")
        result = desk.run("retry", "--dlq", queue, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        told = json.loads(result.stdout)
        assert sorted(told["requeued"]) == ["bbb1", "eee1"]
        assert told["foreign"] == 1
        assert told["letters"][0]["shard"] == "shardId-0001"
        left = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        assert [one["Body"] for one in left] == ["somebody's note"]
        sqs.close()

    def test_a_queue_that_is_not_there_is_said(self, desk: Place, cloud: str) -> None:
        error = desk.run("retry", "--dlq", f"{cloud}/123456789012/none").exception
        assert isinstance(error, MicrositeError)
        assert "the queue cannot be read" in str(error)


PROGRAM = [sys.executable, "-c", "from microsite.cli.main import main; main()", "leads"]


def test_whoever_reads_only_the_first_line_sees_no_traceback(desk: Place) -> None:
    store = desk.open()
    for number in range(300):
        store.add(Lead(f"z{number:04}", f"z{number}", "contact", 1_795_003_200.0, {"message": "x" * 900}))
    store.close()
    with subprocess.Popen(
        [*PROGRAM, "export", "--store", desk.named], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_bar_on_a_terminal_and_none_in_a_pipe(desk: Place, tmp_path: str) -> None:
    arguments = [*PROGRAM, "report", "--store", desk.named, "--out", f"{tmp_path}/r.html"]
    piped = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert "%" not in piped.stderr
    leader, follower = pty.openpty()
    try:
        subprocess.run(arguments, stdout=follower, stderr=follower, check=True)
        os.close(follower)
        shown = os.read(leader, 100_000).decode()
    finally:
        os.close(leader)
    assert "Counting leads" in shown
    assert "100%" in shown
