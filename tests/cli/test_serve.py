"""`microsite serve` over the real site, the real builder and the real forms."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from microsite.cli.main import main; main()", "serve"]


class Server:
    def __init__(self, root: Path, *arguments: str, **environ: str) -> None:
        self.root = root
        self._stderr = (root / "stderr.txt").open("w")
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": "", **environ},
        )
        assert self.process.stdout
        self.first = self.process.stdout.readline()

    @property
    def errors(self) -> str:
        return (self.root / "stderr.txt").read_text()

    @property
    def url(self) -> str:
        return self.first.removeprefix("Ready: ").strip()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            text: str = answer.read().decode()
        return text

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        self.close()
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
        self._stderr.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for name in ("docs", "data", "theme", "book"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    return root


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Server]:
    running = Server(project, PORT="0", DATA=str(project / "mine"))
    yield running
    running.close()


def test_it_says_ready_when_it_answers_and_honors_port_and_data(server: Server, project: Path) -> None:
    assert server.first.startswith("Ready: http://127.0.0.1:"), server.errors
    assert not server.url.endswith(":8000/")
    assert "<h1" in server.get("")
    assert (project / "mine" / "outbox").is_dir()


def test_a_message_ends_in_the_store_and_a_mail_in_the_outbox(server: Server, project: Path) -> None:
    sent = {"name": "Ann", "email": "ann@example.test", "message": "Do you see people by video?", "consent": "on"}
    request = urllib.request.Request(
        server.url + "api/forms/contact",
        json.dumps(sent).encode(),
        {"content-type": "application/json", "accept": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        lead = json.loads(answer.read())["id"]
    outbox = project / "mine" / "outbox"
    until = time.monotonic() + 10
    while not list(outbox.glob("*.eml")):
        assert time.monotonic() < until, server.errors
        time.sleep(0.05)
    assert (
        lead.encode()
        in (project / "mine/leads.sqlite3").read_bytes() + (project / "mine/leads.sqlite3-wal").read_bytes()
    )


def test_a_mistake_in_the_form_is_answered_in_the_sites_own_frame(server: Server) -> None:
    fields = urllib.parse.urlencode({"name": "Ann", "message": "Hello"}).encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(server.url + "api/forms/contact", fields, timeout=20)
    with refused.value as answer:
        page = answer.read().decode()
    assert answer.status == 422
    assert "There is a problem" in page
    assert 'value="Ann"' in page
    assert "/assets/" in page, "the frame of the site, with its sheet"


def test_an_edited_article_shows_within_two_seconds(server: Server, project: Path) -> None:
    article = project / "docs/conditions/chronic-pain.md"
    text = article.read_text()
    article.write_text(text + "\nA sentence that was not there before.\n")
    started = time.monotonic()
    while "A sentence that was not there before." not in server.get("conditions/chronic-pain/"):
        assert time.monotonic() - started < 20, server.errors
        time.sleep(0.05)
    # Budget of the issue at 50 articles; twice that here, since a test machine is busy and times are not tests.
    assert time.monotonic() - started < 4
    article.write_text(text)


def test_an_unknown_source_is_named_and_the_last_good_page_stays(server: Server, project: Path) -> None:
    article = project / "docs/conditions/chronic-pain.md"
    text = article.read_text()
    article.write_text(text + "\nA claim.[@nobody1999]\n")
    until = time.monotonic() + 20
    while "docs/conditions/chronic-pain.md:" not in server.errors:
        assert time.monotonic() < until, server.errors
        time.sleep(0.05)
    assert "nobody1999" not in server.get("conditions/chronic-pain/")
    article.write_text(text)


def test_a_second_one_on_the_same_port_says_who_has_it(server: Server, project: Path, tmp_path: Path) -> None:
    port = server.url.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [*COMMAND, "--port", port, "--data", str(tmp_path)], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"port {port} is in use by " in done.stderr
    assert f"(pid {server.process.pid})" in done.stderr
    assert f"make serve PORT={int(port) + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_machines_get_json_lines_and_ctrl_c_is_a_clean_end(project: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    running = Server(project, "--port", "0", "--data", str(tmp_path), "--no-watch", "--json", "--site-dir", str(site))
    assert running.process.stdout
    events = [json.loads(running.first)]
    while events[-1]["event"] != "ready":
        events.append(json.loads(running.process.stdout.readline()))
    assert [event["event"] for event in events] == ["building", "built", "ready"]
    assert events[-1]["url"].startswith("http://127.0.0.1:")
    with urllib.request.urlopen(events[-1]["url"], timeout=20) as answer:
        assert answer.read() == (site / "index.html").read_bytes()
    assert running.end() == 0


def test_a_store_that_is_no_database_is_said_at_the_start(project: Path, tmp_path: Path) -> None:
    (tmp_path / "leads.sqlite3").write_text("not a database " * 100)
    arguments = ["--port", "0", "--no-watch", "--data", str(tmp_path), "--site-dir", str(tmp_path / "site")]
    done = subprocess.run([*COMMAND, *arguments], cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the forms cannot work with {tmp_path}: sqlite: DatabaseError" in done.stderr
    assert "make serve DATA=" in done.stderr
    assert "Traceback" not in done.stderr
