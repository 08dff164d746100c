"""The server as people run it: a process, a port, real sockets."""

from __future__ import annotations

import base64
import http.client
import json
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from typing import Any

import brotli
import pytest

from microsite.serve import SECURITY_HEADERS
from microsite.serve.asgi import BODY_READ

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_pages_come_as_built_with_the_headers_of_the_distribution(still: Any) -> None:
    answer = still.ask("/safety/")
    assert answer.status == 200
    assert answer.body == (still.root / "docs/safety/index.html").read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers


def test_head_gives_the_headers_of_get_without_the_body(still: Any) -> None:
    get, head = still.ask("/safety/"), still.ask("/safety/", "HEAD")
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**get.headers, "date": ""}


def test_brotli_over_the_wire_and_not_modified_after_it(still: Any) -> None:
    answer = still.ask("/safety/", headers={"accept-encoding": "gzip, deflate, br"})
    assert brotli.decompress(answer.body) == (still.root / "docs/safety/index.html").read_bytes()
    again = still.ask("/safety/", headers={"accept-encoding": "br", "if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_a_missing_page_and_a_missing_slash(still: Any) -> None:
    assert still.ask("/nothing/").status == 404
    moved = still.ask("/safety")
    assert (moved.status, moved.headers["location"]) == (308, "/safety/")


def test_nothing_outside_the_site_is_served(still: Any) -> None:
    for path in ("/../secret.txt", "/..%2f..%2fsecret.txt", "/%2e%2e/%2e%2e/etc/passwd", "/....//secret.txt"):
        reply = still.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert reply.startswith(b"HTTP/1.1 404 "), path
        assert b"not on the site" not in reply


def test_without_watching_there_is_no_live_channel(still: Any) -> None:
    assert still.ask("/__live").status == 404
    assert still.ask("/__live.js").status == 404
    assert b"__live" not in still.ask("/").body


def test_the_function_gets_the_event_that_the_gateway_would_send(still: Any) -> None:
    answer = still.ask("/api/forms/contact?a=1&a=2", "POST", b"name=A+B", {**FORM, "cookie": "x=1"})
    event = answer.json
    assert answer.status == 200
    assert event["rawPath"] == "/api/forms/contact"
    assert event["rawQueryString"] == "a=1&a=2"
    assert base64.b64decode(event["body"]) == b"name=A+B"
    assert event["cookies"] == ["x=1"]
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert answer.headers["content-security-policy"] == SECURITY_HEADERS["content-security-policy"]


def test_a_chunked_body_arrives_whole(still: Any) -> None:
    lines = POST + b"Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
    reply = still.raw(lines + b"Connection: close\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["body"] == "abcdefg"


def test_a_failing_function_says_nothing_of_its_inside(still: Any) -> None:
    answer = still.ask("/api/fail", "POST", b"x", FORM)
    assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
    assert "RuntimeError" in still.errors()


def test_of_a_large_body_the_function_sees_enough_to_refuse_it(still: Any) -> None:
    answer = still.ask("/api/x", "POST", b"a" * 900_000, {"content-type": "text/plain"})
    assert answer.status == 200
    assert 64 * 1024 < len(answer.json["body"]) <= 128 * 1024


def test_a_body_beyond_the_gateways_limit_is_refused_before_the_function(still: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", still.port, timeout=20)
    connection.putrequest("POST", "/api/x")
    connection.putheader("transfer-encoding", "chunked")
    connection.endheaders()
    # One byte too many and no end: what is sent after the answer is met with a reset, now and then before it is read.
    connection.send(f"{BODY_READ + 1:x}\r\n".encode() + b"a" * (BODY_READ + 1))
    assert connection.getresponse().status == 413
    connection.close()


def test_thirty_two_connections_post_at_once(still: Any) -> None:
    def post(number: int) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", still.port, timeout=30)
        seen = []
        for turn in range(8):
            connection.request("POST", "/api/x", f"{number}-{turn}", {"content-type": "text/plain"})
            seen.append(json.loads(connection.getresponse().read())["body"])
        connection.close()
        return ",".join(seen)

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(post, range(32)))
    assert answers == [",".join(f"{number}-{turn}" for turn in range(8)) for number in range(32)]


POST = b"POST /api/x HTTP/1.1\r\nHost: x\r\n"
HOSTILE = {
    "no request at all": b"\r\n\r\n\r\n",
    "a line that is none": b"HELLO\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "NUL in the path": b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes above ASCII in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "a huge path": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a huge header": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 20_000 + b"\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n  c\r\n\r\n",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": POST + b"Content-Length: -5\r\n\r\n",
    "a chunk that lies": POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
    "garbage after a request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\xff\xff\xff garbage\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nHost: x\r\n"
    b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n",
    "a proxy's request": b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "a strange method": b"\xe2\x98\x83 / HTTP/1.1\r\nHost: x\r\n\r\n",
    "an old version": b"GET / HTTP/0.9\r\n\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_get_a_refusal_and_the_server_goes_on(still: Any, name: str) -> None:
    reply = still.raw(HOSTILE[name], patience=0.3)
    assert not reply or reply.startswith(b"HTTP/1.1 "), reply[:80]
    assert not reply.startswith(b"HTTP/1.1 5"), reply[:200]
    assert still.ask("/").status == 200


def test_pipelined_requests_are_answered_in_their_order(still: Any) -> None:
    one = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reply = still.raw(one * 5 + last)
    assert reply.count(b"HTTP/1.1 200 OK") == 5
    assert reply.index(b"HTTP/1.1 404") > reply.rindex(b"HTTP/1.1 200")


def test_clients_that_hang_up_or_stall_hold_up_nobody(still: Any) -> None:
    stalled = [socket.create_connection(("127.0.0.1", still.port)) for _ in range(40)]
    for number, wire in enumerate(stalled):
        wire.sendall(POST + b"Content-Length: 1000\r\n\r\nabc" if number % 2 else b"GET /")
    started = time.monotonic()
    assert still.ask("/").status == 200
    assert still.ask("/api/x", "POST", b"x", FORM).status == 200
    assert time.monotonic() - started < 5
    for wire in stalled:
        wire.close()
    assert still.ask("/").status == 200


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_within_two_seconds_with_connections_open(
    sig: int, make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path
) -> None:
    with start(make_project(tmp_path)) as server:
        idle = socket.create_connection(("127.0.0.1", server.port))
        live = socket.create_connection(("127.0.0.1", server.port))
        live.sendall(b"GET /__live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"event-stream" in live.recv(65536)
        half = socket.create_connection(("127.0.0.1", server.port))
        half.sendall(POST + b"Content-Length: 1000\r\n\r\nabc")
        code, seconds = server.stop(sig)
        assert code == 0, server.errors()
        assert seconds < 2
        assert "Traceback" not in server.errors()
        for wire in (idle, live, half):
            wire.close()


def test_a_request_that_runs_is_answered_before_the_server_goes(
    make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path
) -> None:
    with start(make_project(tmp_path), "--no-watch") as server:
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(server.ask("/api/slow", "POST", b"x", FORM).status))
        asking.start()
        time.sleep(0.3)  # the request is inside its 0.7 s
        code, seconds = server.stop()
        asking.join(10)
        assert (answers, code) == ([200], 0)
        assert seconds < 2


def test_a_port_in_use_is_said_before_the_build(
    make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path, still: Any
) -> None:
    root = make_project(tmp_path)
    with pytest.raises(AssertionError, match=f"port {still.port} is in use by"), start(root, "--port", str(still.port)):
        pass
    assert not (root / "site").exists()


def test_ready_is_said_once(make_project: Callable[[Path], Path], start: Callable[..., Any], tmp_path: Path) -> None:
    with start(make_project(tmp_path), "--no-watch") as server:
        assert server.ask("/").status == 200
        server.stop()
        assert server.process.stdout.read() == ""


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /api/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_with_the_headers_of_every_answer(still: Any, request_: bytes) -> None:
    head, _, body = still.raw(request_).partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 400 Bad Request"
    sent = dict(line.split(": ", 1) for line in lines[1:])
    assert SECURITY_HEADERS.items() <= sent.items()
    assert (sent["connection"], int(sent["content-length"])) == ("close", len(body))


def test_a_broken_second_request_does_not_stand_inside_the_answer_to_the_first(still: Any) -> None:
    received = still.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nno http\r\n\r\n")
    first, _, rest = received.partition(b"\r\n\r\n")
    length = int(next(line for line in first.split(b"\r\n") if line.startswith(b"content-length: "))[16:])
    assert rest[length:].startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_head_of_the_function_states_no_wrong_length(still: Any) -> None:
    whole = still.ask("/api/empty")
    assert whole.body
    head = still.ask("/api/empty", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers.get("content-length") in {None, whole.headers["content-length"]}


@pytest.mark.parametrize("path", ["/" + "a" * 9000, "/?" + "a" * 9000, "/api/confirm?token=" + "a" * 9000])
def test_an_address_longer_than_the_distribution_takes_is_refused(still: Any, path: str) -> None:
    assert still.ask(path).status == 414
    assert still.ask(path[:8000]).status in {200, 404}
