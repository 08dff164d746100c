"""The nightly look at other people's pages: what is surely gone is named, what nobody can tell is not."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
_ANSWERS = {"/here": 200, "/part": 206, "/gone": 404, "/over": 410, "/refused": 403, "/busy": 429, "/broken": 503}


@pytest.fixture(scope="module")
def links() -> Any:
    spec = importlib.util.spec_from_file_location("links", ROOT / "scripts/links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/moved":
                self.send_response(301)
                self.send_header("Location", "/gone")
            else:
                self.send_response(_ANSWERS.get(self.path, 404))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_hint_is_enough_for_the_nightly_job_when_its_rule_is_asked_for() -> None:
    finding = {"path": "a.md", "line": 3, "rule": "review-soon", "message": "due", "severity": "hint"}
    for rules, text, code in (
        (["review-soon"], json.dumps([finding]), 1),
        (["fact-expires"], json.dumps([finding]), 0),
        (["review-soon"], "[]", 0),
        (["review-soon"], "", 2),
        (["review-soon"], '{"a": 1}', 2),
    ):
        done = subprocess.run(
            [sys.executable, ROOT / "scripts/found.py", *rules], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        assert done.stdout == ("a.md:3: review-soon: due\n" if code == 1 else "")


def test_gone_is_gone_and_what_a_publisher_refuses_is_not(links: Any, site: str) -> None:
    told = {path: links.state(site + path) for path in (*_ANSWERS, "/moved")}
    assert {path for path, one in told.items() if one == ""} == {"/here", "/part"}
    assert {path: one for path, one in told.items() if one not in {"", "?"}} == {
        "/gone": "404", "/over": "410", "/moved": "404",
    }  # fmt: skip
    assert links.state("http://127.0.0.1:1/") == "?"


def test_addresses_are_found_with_their_place_samples_left_out(links: Any, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# A\n[x](https://who.int/a#part), <https://nih.gov/b>.\n`https://clinic.example/`\n", encoding="utf-8"
    )
    (tmp_path / "r.json").write_text('[\n{"DOI": "10.1000/a<b>c"},\n{"URL": "https://who.int/a"}]', encoding="utf-8")
    assert links.addresses([tmp_path]) == {
        "https://who.int/a": f"{tmp_path}/a.md:2",
        "https://nih.gov/b": f"{tmp_path}/a.md:2",
        "https://doi.org/10.1000/a%3Cb%3Ec": f"{tmp_path}/r.json:2",
    }


def test_the_exit_code_says_whether_something_is_gone(
    links: Any, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "a.md"
    page.write_text(f"[a]({site}/here) [b]({site}/refused)", encoding="utf-8")
    assert links.main([str(tmp_path)], pause=0) == 0
    page.write_text(f"[a]({site}/here)\n[b]({site}/gone)", encoding="utf-8")
    assert links.main([str(tmp_path)], pause=0) == 1
    assert f"{page}:2: {site}/gone: 404 (" in capsys.readouterr().out
    assert links.main([], pause=0) == 2
    assert links.main([str(tmp_path / "none")], pause=0) == 2
