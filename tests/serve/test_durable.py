"""With the real function: what was acknowledged is in the store, whatever happens to the process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def message(number: int) -> bytes:
    sent = {
        "name": f"Person {number}",
        "email": f"p{number}@example.test",
        "message": f"Note {number}",
        "consent": "on",
    }
    return json.dumps(sent).encode()


HEADERS = {"content-type": "application/json", "accept": "application/json"}


def stored(root: Path) -> set[str]:
    with closing(sqlite3.connect(root / "data" / "leads.sqlite3")) as store:
        return {row[0] for row in store.execute("SELECT id FROM leads")}


def test_every_acknowledged_message_is_there_after_kill_9(
    make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path
) -> None:
    acknowledged: list[str] = []

    def post(port: int, first: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            for number in range(first, first + 10_000):
                try:
                    connection.request("POST", "/api/forms/contact", message(number), HEADERS)
                    with connection.getresponse() as response:
                        answer = json.loads(response.read())
                except (OSError, http.client.HTTPException, ValueError):
                    return  # the server is dead
                assert response.status < 400, answer
                acknowledged.append(answer["id"])

    root = make_project(tmp_path)
    with start(root, "--no-watch", "--no-screening", "--forms") as server:
        threads = [threading.Thread(target=post, args=(server.port, 10_000 * turn)) for turn in range(8)]
        for thread in threads:
            thread.start()
        server.until(lambda: len(acknowledged) > 150)
        os.kill(server.process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(20)
    assert len(acknowledged) > 150
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= stored(root)

    # And the next start takes them up again: every message's notice is mailed, once.
    with start(root, "--no-watch", "--no-screening", "--forms") as server:
        everything = stored(root)

        def mails() -> list[str]:
            return [path.name for path in (root / "data" / "outbox").glob("*.eml")]

        server.until(lambda: len(mails()) >= len(everything))
        time.sleep(0.3)  # a second mail for one of them would come now
        assert len(mails()) == len(everything)
        assert server.stop()[0] == 0


def test_a_message_is_mailed_soon_after_it_was_sent(
    make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path
) -> None:
    root = make_project(tmp_path)
    with start(root, "--no-watch", "--forms") as server:
        assert server.ask("/api/forms/contact", "POST", message(1), HEADERS).status == 200
        assert server.until(lambda: list((root / "data" / "outbox").glob("*.eml"))) < 4, "sooner than the interval"


def test_a_rebuild_under_load_loses_and_fails_nothing(
    make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path
) -> None:
    root = make_project(tmp_path)
    with start(root, "--no-screening", "--forms") as server:
        statuses: list[int] = []
        ending = threading.Event()

        def post(first: int) -> None:
            number = first
            while not ending.is_set():
                statuses.append(server.ask("/api/forms/contact", "POST", message(number), HEADERS).status)
                number += 1

        threads = [threading.Thread(target=post, args=(1000 * turn,)) for turn in range(1, 5)]
        for thread in threads:
            thread.start()
        for turn in range(5):
            page = root / "docs" / "index.html"
            page.write_text(page.read_text().replace("Words", f"Words{turn}"))
            server.until(lambda turn=turn: server.errors().count("rebuilt") > turn)
        ending.set()
        for thread in threads:
            thread.join(20)
        assert set(statuses) == {200}
        assert len(stored(root)) == len(statuses)


def test_refusals_reach_the_client_in_the_functions_own_words(
    make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path
) -> None:
    with start(make_project(tmp_path), "--no-watch", "--forms") as server:
        long = server.ask(
            "/api/forms/contact",
            "POST",
            b"message=" + b"a" * 200_000,
            {
                "content-type": "application/x-www-form-urlencoded",
            },
        )
        assert long.status == 413
        assert server.ask("/api/forms/contact", "POST", b"<a/>", {"content-type": "text/xml"}).status == 415
        assert server.ask("/api/forms/none", "POST", message(1), HEADERS).status == 404
        refused = server.ask("/api/forms/contact", "DELETE")
        assert refused.status == 405
        assert "POST" in refused.headers["allow"]
        cross = server.ask("/api/forms/contact", "POST", message(1), {**HEADERS, "origin": "https://evil.example"})
        assert cross.status == 403
        empty = server.ask("/api/forms/contact", "POST", b"{}", HEADERS)
        assert (empty.status, empty.headers["content-type"]) == (422, "application/problem+json")
