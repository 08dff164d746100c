"""Edits: what a writer sees while the server watches."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pytest

import microsite.serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator


@pytest.fixture
def server(make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path) -> Iterator[Any]:
    with start(make_project(tmp_path)) as running:
        yield running


class Listener:
    """An open page: keeps what the live channel says."""

    def __init__(self, port: int) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._wire.sendall(b"GET /__live HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
        self._text = b""

    def next(self) -> dict[str, str]:
        while b"data: " not in self._text or b"\n\n" not in self._text.partition(b"data: ")[2]:
            chunk = self._wire.recv(65536)
            assert chunk, self._text
            self._text += chunk
        line, _, self._text = self._text.partition(b"data: ")[2].partition(b"\n\n")
        state: dict[str, str] = json.loads(line)
        return state

    def close(self) -> None:
        self._wire.close()


def _write(server: Any, name: str, old: str, new: str) -> None:
    path = server.root / name
    path.write_text(path.read_text().replace(old, new))


def test_an_edit_shows_within_two_seconds_and_open_pages_are_told(server: Any) -> None:
    page = Listener(server.port)
    first = page.next()
    assert f"/__live.js?build={first['build']}".encode() in server.ask("/").body
    _write(server, "docs/safety/index.html", "Harms", "Edited harms")
    assert server.until(lambda: b"Edited harms" in server.ask("/safety/").body) < 2
    second = page.next()
    assert second["build"] != first["build"]
    assert second["problem"] == ""
    assert f"/__live.js?build={second['build']}".encode() in server.ask("/").body
    page.close()


def test_a_new_and_a_deleted_page_are_seen(server: Any) -> None:
    (server.root / "docs/new").mkdir()
    (server.root / "docs/new/index.html").write_text("<html><head></head>new</html>")
    server.until(lambda: server.ask("/new/").status == 200)
    shutil.rmtree(server.root / "docs/new")
    server.until(lambda: server.ask("/new/").status == 404)


def test_a_mistake_keeps_the_last_good_site_and_is_shown_where_it_is(server: Any) -> None:
    page = Listener(server.port)
    build = page.next()["build"]
    _write(server, "docs/safety/index.html", "</h1>", "</h1>[@unknown]")
    state = page.next()
    assert state["build"] == build
    assert state["problem"].startswith("docs/safety/index.html:1:")
    assert "citation-unknown: no such source (add it)" in state["problem"]
    assert b"unknown" not in server.ask("/safety/").body
    assert "docs/safety/index.html:1:" in server.errors()
    late = Listener(server.port)
    assert late.next() == state, "a page opened later is told as well"
    _write(server, "docs/safety/index.html", "[@unknown]", "")
    assert page.next() == {"build": build, "problem": ""}
    page.close()
    late.close()


def test_a_setting_that_an_editor_replaces_by_renaming_is_seen(server: Any) -> None:
    for turn in range(2):
        seen = server.errors().count("mkdocs.yml")
        (server.root / "draft.yml").write_text(f"site_name: {turn}\n")
        (server.root / "draft.yml").rename(server.root / "mkdocs.yml")
        server.until(lambda seen=seen: server.errors().count("mkdocs.yml") > seen)


def test_an_address_changed_in_the_settings_holds_for_the_next_mail(server: Any) -> None:
    assert server.ask("/api/team").body == b"team@example.test"
    (server.root / "mkdocs.yml").write_text("team: others@example.test\n")
    server.until(lambda: server.ask("/api/team").body == b"others@example.test")


def test_a_broken_definition_is_named_and_the_forms_go_on_as_they_were(server: Any) -> None:
    definition = server.root / "lambda/forms/definitions/contact.toml"
    right = definition.read_text()
    page = Listener(server.port)
    build = page.next()["build"]
    definition.write_text("max = wrong\n")
    state = page.next()
    assert state["build"] == build
    assert state["problem"].startswith("lambda/forms/definitions/contact.toml:1:1: form-wrong-type")
    assert "rebuilt in" not in server.errors()
    assert server.ask("/api/forms/contact", "POST").status == 200
    definition.write_text(right)
    assert page.next() == {"build": build, "problem": ""}
    page.close()


def test_a_failure_that_nobody_foresaw_is_said_and_the_next_edit_is_built(server: Any) -> None:
    page = Listener(server.port)
    page.next()
    (server.root / "mkdocs.yml").write_text("explode\n")
    assert "KeyError" in page.next()["problem"]
    assert "The last good site stays." in server.errors()
    (server.root / "mkdocs.yml").write_text("fine\n")
    assert page.next()["problem"] == ""
    page.close()


def test_backup_files_and_folders_of_no_interest_build_nothing(server: Any) -> None:
    (server.root / "docs/index.html~").write_text("x")
    (server.root / "docs/.index.html.swp").write_text("x")
    (server.root / "notes.txt").write_text("x")
    # The next real edit is the first one that the terminal names.
    _write(server, "docs/index.html", "Words", "Changed words")
    server.until(lambda: "rebuilt" in server.errors())
    assert [line for line in server.errors().splitlines() if " s" in line and ": " in line][-1].startswith(
        "docs/index.html: rebuilt in "
    )


def _indexed(server: Any) -> int:
    return len((server.root / "indexed.txt").read_text().splitlines())


def test_an_edit_makes_no_search_index_until_somebody_searches_and_then_one_for_all(server: Any) -> None:
    for word in ("Firstly", "Secondly"):
        _write(server, "docs/safety/index.html", "Harms", f"{word} Harms")
        server.until(lambda word=word: word.encode() in server.ask("/safety/").body)
    assert _indexed(server) == 1, "that of the start"
    page = Listener(server.port)
    state = page.next()
    names = ["/search/manifest.bin", "/search/r.0.bin"] * 12
    with ThreadPoolExecutor(len(names)) as pool:
        asked = [pool.submit(server.ask, name) for name in names]
        assert server.ask("/safety/").status == 200, "who reads need not wait for who searches"
        answers = {one.result().body for one in asked}
    assert len(answers) == 1, "one whole index, no file of the older one"
    assert b"Firstly Secondly Harms" in answers.pop()
    assert server.ask("/search/r.0.bin").status == 200
    assert _indexed(server) == 2
    # The pages are the same, so an open one has no reason to load again.
    late = Listener(server.port)
    assert late.next() == state
    late.close()
    page.close()


def test_an_index_that_fails_is_said_once_and_search_goes_on_with_the_last_one(server: Any) -> None:
    page = Listener(server.port)
    page.next()
    before = server.ask("/search/manifest.bin").body
    _write(server, "docs/safety/index.html", "Harms", "Harms unindexable")
    assert page.next()["problem"] == ""
    for _ in range(3):
        assert server.ask("/search/manifest.bin").body == before
    said = page.next()["problem"]
    assert "The search index failed: the page cannot be indexed" in said
    assert "fix: take the word out" in said
    assert server.errors().count("The search index failed") == 1
    assert "Search answers from the last good index." in server.errors()
    assert b"unindexable" in server.ask("/safety/").body
    _write(server, "docs/safety/index.html", "unindexable", "mended")
    assert page.next()["problem"] == ""
    assert b"mended" in server.ask("/search/manifest.bin").body
    page.close()


def test_readers_never_see_half_a_site_during_rebuilds(server: Any) -> None:
    for turn in range(4):
        _write(server, "docs/index.html", "Words", f"Words{turn}")
        for _ in range(20):
            assert server.ask("/safety/").status == 200
            assert server.ask("/").status == 200
            assert server.ask("/assets/site.0a1b2c3d4e.css").status == 200


def test_the_script_sets_no_style_attribute_and_no_html() -> None:
    script = Path(microsite.serve.__file__).with_name("live.js").read_text()
    for forbidden in ("innerHTML", "insertAdjacentHTML", "cssText", 'setAttribute("style"', "eval", "document.write"):
        assert forbidden not in script


@pytest.mark.skipif(not shutil.which("node"), reason="a syntax check with node where there is one")
def test_the_script_is_valid() -> None:
    script = Path(microsite.serve.__file__).with_name("live.js")
    done = subprocess.run(["node", "--check", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
