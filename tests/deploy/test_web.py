"""Asking as a browser does: what a server says is what is told, and what a network loses is asked for again."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING
from typing import Any

import pytest

from microsite.deploy.manifest import pack
from microsite.deploy.web import Web
from microsite.deploy.web import quoted
from microsite.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/plain": (200, {"Content-Type": "text/plain"}, b"words"),
    "/br": (200, {"Content-Encoding": "br"}, pack(b"words")),
    "/gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"words")),
    "/damaged": (200, {"Content-Encoding": "br"}, b"no brotli"),
    "/moved": (301, {"Location": "/plain"}, b""),
    "/gone?x=1": (404, {}, b"gone"),
    "/busy": (503, {}, b"busy"),
}


@pytest.fixture
def server() -> Iterator[Any]:
    """A server that answers from the table; `asked` are the requests, `lost` how many of the next are cut off."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            made.asked.append((self.command, self.path, dict(self.headers)))
            if made.lost:
                made.lost -= 1
                self.close_connection = True
                self.connection.close()
                return
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, body = made.answers.get(self.path, (200, {}, b""))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name is http.server's

    made: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.asked, made.lost, made.answers = [], 0, dict(ANSWERS)
    made.url = f"http://127.0.0.1:{made.server_address[1]}"
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def test_bodies_are_decoded_redirects_shown_and_statuses_told(server: Any) -> None:
    web = Web(lambda _: None)
    assert [web(f"{server.url}/{name}").body for name in ("plain", "br", "gzip", "damaged")] == [
        b"words", b"words", b"words", b"no brotli",
    ]  # fmt: skip
    assert web(f"{server.url}/plain").headers["content-type"] == "text/plain"
    assert (web(f"{server.url}/moved").status, web(f"{server.url}/moved").headers["location"]) == (301, "/plain")
    assert web(f"{server.url}/gone?x=1", {"x-release": "r"}).status == 404
    assert server.asked[-1][2]["x-release"] == "r"
    assert "br" in server.asked[-1][2]["accept-encoding"]
    web.close()


def test_what_is_lost_or_busy_is_asked_again_and_then_said(server: Any) -> None:
    slept: list[float] = []
    web = Web(slept.append)
    server.lost = 2
    assert web(f"{server.url}/plain").body == b"words"
    assert len(server.asked) == 3
    assert web(f"{server.url}/busy").status == 503
    assert len(server.asked) == 7
    assert slept == sorted(slept[:2]) + sorted(slept[2:])
    server.lost = 99
    with pytest.raises(Interrupted, match="does not answer"):
        web(f"{server.url}/plain")
    web.close()


def test_a_request_with_a_body_is_sent_once(server: Any) -> None:
    web = Web(lambda _: None)
    assert web(f"{server.url}/busy", method="POST", body=b"{}").status == 503
    server.lost = 1
    with pytest.raises(Interrupted):
        web(f"{server.url}/plain", method="POST", body=b"{}")
    assert len(server.asked) == 2
    web.close()


def test_paths_are_written_as_addresses() -> None:
    assert quoted("a b/é%.pdf?#") == "a%20b/%C3%A9%25.pdf%3F%23"
