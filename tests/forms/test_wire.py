"""HTTP/1.1 as servers really speak it: whole, in chunks, until they hang up; and when they do not answer."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

import forms
from forms import wire as module
from forms.errors import CallError
from forms.errors import SettingsError
from forms.wire import Wire
from forms.wire import trusting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from forms.wire import Reply

ROOTS = Path(forms.__file__).parent / "roots.pem"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class Host:
    """Takes connections and gives each request on them the next of `answers`; an empty one hangs up."""

    def __init__(self, connections: Sequence[Sequence[bytes | float]]) -> None:
        self.heard: list[bytes] = []
        self.opened = 0
        self._connections = list(connections)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.02)
        self._over = False
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answers in self._connections:
            line = None
            while line is None:
                with contextlib.suppress(TimeoutError):
                    line, _ = self._socket.accept()
                if self._over:
                    break
            if line is None:
                return
            line.settimeout(2)
            self.opened += 1
            with line, contextlib.suppress(OSError):
                self._speak(line, answers)

    def _speak(self, line: socket.socket, answers: Sequence[bytes | float]) -> None:
        for answer in answers:
            if isinstance(answer, float):
                time.sleep(answer)
                continue
            if answer == b"":
                return
            heard = b""
            while b"\r\n\r\n" not in heard:
                got = line.recv(65536)
                if not got:
                    return
                heard += got
            head, _, body = heard.partition(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            while len(body) < size:
                body += line.recv(65536)
            self.heard.append(head + b"\r\n\r\n" + body)
            line.sendall(answer)

    def close(self) -> None:
        self._over = True
        self._thread.join()
        self._socket.close()


@contextlib.contextmanager
def talking(*connections: Sequence[bytes | float]) -> Iterator[tuple[Host, Wire]]:
    host = Host(connections)
    wire = Wire("127.0.0.1", host.port, tls=None, ticks=time.monotonic, clock=time.time)
    try:
        yield host, wire
    finally:
        wire.close()
        host.close()


def ask(wire: Wire, method: str = "POST", *, body: bytes = b"{}", repeatable: bool = True, within: float = 5) -> Reply:
    return wire.ask(method, "/x", {"host": "h"}, body, until=time.monotonic() + within, repeatable=repeatable)


def test_a_request_is_written_whole_and_its_answer_read() -> None:
    with talking([OK]) as (host, wire):
        assert ask(wire, body=b"hello") == (200, {"content-length": "2"}, b"ok")
        assert host.heard == [b"POST /x HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhello"]


def test_a_connection_is_kept_for_the_next_request() -> None:
    with talking([OK, OK, OK]) as (host, wire):
        assert [ask(wire).status for _ in range(3)] == [200] * 3
        assert host.opened == 1


@pytest.mark.parametrize(
    "answer",
    [
        CHUNKED + b"3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nabc0123456789",
    ],
    ids=["chunks", "continue"],
)
def test_an_answer_in_pieces_is_put_together_and_the_next_one_starts_after_it(answer: bytes) -> None:
    with talking([answer, OK]) as (host, wire):
        assert ask(wire).body == b"abc0123456789"
        assert ask(wire).body == b"ok"
        assert host.opened == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
    ],
    ids=["close", "http-1.0", "until-close"],
)
def test_a_server_that_hangs_up_is_called_anew(answer: bytes) -> None:
    with talking([answer, b""], [OK]) as (host, wire):
        assert [ask(wire).body, ask(wire).body] == [b"ok", b"ok"]
        assert host.opened == 2


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body_is_not_waited_for(method: str, status: int) -> None:
    with talking([f"HTTP/1.1 {status} X\r\nContent-Length: 7\r\n\r\n".encode(), OK]) as (_, wire):
        assert ask(wire, method).body == b""
        assert ask(wire).body == b"ok"


def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing() -> None:
    with talking([OK, b""], [OK]) as (host, wire):
        ask(wire)
        time.sleep(0.05)  # the goodbye arrives
        assert ask(wire, repeatable=False).body == b"ok"
        assert host.opened == 2


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_request_that_was_read_and_not_answered_is_left_to_the_caller(repeatable: bool) -> None:  # noqa: FBT001
    class Slow(Host):
        def _speak(self, line: socket.socket, answers: Sequence[bytes | float]) -> None:
            super()._speak(line, [OK])
            self.heard.append(line.recv(65536))  # the second request is read, then the line is cut

    host = Slow([[OK], [OK]])
    wire = Wire("127.0.0.1", host.port, tls=None, ticks=time.monotonic, clock=time.time)
    ask(wire)
    with pytest.raises(CallError, match="lost") as caught:
        ask(wire, repeatable=repeatable)
    assert caught.value.uncertain
    assert host.opened == 1
    wire.close()
    host.close()


@pytest.mark.parametrize(
    ("repeatable", "age", "opened"),
    [(False, 4.0, 1), (False, 6.0, 2), (True, 6.0, 1), (True, 60.0, 2), (True, -60.0, 2)],
)
def test_an_idle_connection_is_trusted_for_a_while_and_less_with_what_must_not_happen_twice(
    repeatable: bool,  # noqa: FBT001
    age: float,
    opened: int,
) -> None:
    now = [1000.0]
    host = Host([[OK, OK], [OK]])
    wire = Wire("127.0.0.1", host.port, tls=None, ticks=time.monotonic, clock=lambda: now[0])
    ask(wire, repeatable=repeatable)
    now[0] += age  # frozen: the clock of day goes on, or is set back
    ask(wire, repeatable=repeatable)
    assert host.opened == opened
    wire.close()
    host.close()


def test_no_answer_in_time_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_READ", 0.1)
    with talking([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 0.5]) as (_, wire):
        with pytest.raises(CallError, match="timeout") as caught:
            ask(wire)
        assert caught.value.uncertain


def test_the_budget_ends_a_call_that_trickles() -> None:
    class Trickle(Host):
        def _speak(self, line: socket.socket, answers: Sequence[bytes | float]) -> None:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
            for _ in range(500):
                line.sendall(b"x")
                time.sleep(0.02)

    host = Trickle([[OK]])
    wire = Wire("127.0.0.1", host.port, tls=None, ticks=time.monotonic, clock=time.time)
    started = time.monotonic()
    with pytest.raises(CallError, match="timeout"):
        ask(wire, within=0.3)
    assert time.monotonic() - started < 1
    wire.close()
    host.close()


def test_nobody_there_is_certain() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    wire = Wire("127.0.0.1", port, tls=None, ticks=time.monotonic, clock=time.time)
    with pytest.raises(CallError, match="connect") as caught:
        ask(wire, repeatable=False)
    assert not caught.value.uncertain


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        CHUNKED + b"xyz\r\n",
        CHUNKED + b"2\r\nabc\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
    ],
)
def test_an_answer_that_is_no_http_is_refused(answer: bytes) -> None:
    with talking([answer]) as (_, wire), pytest.raises(CallError, match=r"garbled|cut") as caught:
        ask(wire)
    assert caught.value.uncertain


@given(answer=st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"HTTP/1.1 200 OK\r\n" + tail))
def test_whatever_comes_back_is_an_answer_or_a_call_error(answer: bytes) -> None:
    line, other = socket.socketpair()
    with line, other:
        other.sendall(answer)
        other.shutdown(socket.SHUT_WR)
        reader = module._Line(line)
        with contextlib.suppress(EOFError, ValueError, IndexError, OSError):  # what `_exchange` makes a CallError of
            reader.reply("GET", lambda: 1.0)


class TestTls:
    def test_the_roots_are_those_of_mozillas_list(self) -> None:
        ours = _certificates(ROOTS)
        assert len(ours) == 5
        assert ours <= _certificates(Path(botocore.__file__).parent / "cacert.pem")

    def test_the_roots_are_good_for_two_more_years(self) -> None:
        context = trusting(str(ROOTS))()
        ends = [ssl.cert_time_to_seconds(str(one["notAfter"])) for one in context.get_ca_certs()]
        assert min(ends) > time.time() + 2 * 365 * 86400

    def test_certificate_and_host_name_are_checked_and_nothing_older_than_tls_1_2_is_spoken(self) -> None:
        context = trusting(str(ROOTS))()
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2

    def test_a_host_with_a_trusted_certificate_is_spoken_to_and_others_are_not(self, tmp_path: Path) -> None:
        key, bundle = tmp_path / "key.pem", tmp_path / "cert.pem"
        _make_certificate(key, bundle, "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(bundle, key)

        class Secure(Host):
            def _speak(self, line: socket.socket, answers: Sequence[bytes | float]) -> None:
                with context.wrap_socket(line, server_side=True) as secure:
                    super()._speak(secure, answers)

        host = Secure([[OK, OK], [], []])
        trusted = Wire("localhost", host.port, tls=trusting(str(bundle)), ticks=time.monotonic, clock=time.time)
        assert [ask(trusted).body for _ in range(2)] == [b"ok", b"ok"]
        assert host.opened == 1
        trusted.close()
        named_otherwise = Wire("127.0.0.1", host.port, tls=trusting(str(bundle)), ticks=time.monotonic, clock=time.time)
        unknown = Wire("localhost", host.port, tls=trusting(str(ROOTS)), ticks=time.monotonic, clock=time.time)
        for wire in (named_otherwise, unknown):
            with pytest.raises(CallError, match="certificate") as caught:
                ask(wire)
            assert not caught.value.uncertain
        host.close()

    def test_a_bundle_that_is_none_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "none.pem").write_text("no certificate")
        for name in ("none.pem", "missing.pem"):
            with pytest.raises(SettingsError, match="AWS_CA_BUNDLE"):
                trusting(str(tmp_path / name))()


def _make_certificate(key_path: Path, path: Path, name: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _certificates(path: Path) -> set[bytes]:
    pieces = path.read_text("utf-8").split(BEGIN)[1:]
    return {ssl.PEM_cert_to_DER_cert(f"{BEGIN}{one.partition(END)[0]}{END}") for one in pieces}
