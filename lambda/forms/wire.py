"""HTTP/1.1 to one host over kept connections: what `http.client` does for us at a sixth of its import (16 ms to 3).

In: a request's parts. Out: `Reply`. Raises `CallError`, whose `uncertain` says whether the other side may have acted:
true from the moment the whole request was handed to the connection. Content-Length, chunked and until-close answers
(RFC 9112, 6.3); no redirects, no compression, no proxies. Threads may share a `Wire`: each call has a connection alone.
"""

# ruff: noqa: EM101, PLC0415 - a code is no message; imports inside verbs: ssl is loaded only where it is spoken
from __future__ import annotations

import select
import socket

from .errors import CallError
from .record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from ssl import SSLContext

__all__ = ["Reply", "Wire", "trusting"]

#: Seconds to connect, and to wait for the next bytes of an answer.
_CONNECT = 1.0
_READ = 3.0
#: Bytes. DynamoDB answers with at most 1 MB, a batch with 16 MB; a book has a few.
_LARGEST = 24 * 1024 * 1024
_LARGEST_HEAD = 64 * 1024
#: Seconds for which an idle connection is good for a call that must not be made twice, and for others, which are made
#: again when it turns out to be dead. A frozen function hears no goodbye: without a limit it would wait for an answer
#: on a connection that nobody holds any more.
_FRESH = 5.0
_USABLE = 50.0
#: Idle connections that are kept; a function needs one, the fault tests' server one a thread.
_MOST_IDLE = 32


class Reply(NamedTuple):
    """An answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Connections to `host:port`; `tls` makes the context when there is to be one.

    `ticks` is a clock that never jumps, for deadlines; `clock` the time of day, which goes on while all is frozen.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Callable[[], SSLContext] | None,
        ticks: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        # As bytes: for a `str` the socket and `ssl` load the codec "idna" with all of Unicode, 3 ms of a cold start.
        self._host, self._port = host.encode(), port
        self._make_context = tls
        self._context: SSLContext | None = None
        self._ticks = ticks
        self._clock = clock
        #: Idle connections and when they were used last, the most recent at the end.
        self._idle: list[tuple[_Line, float]] = []

    def ask(  # noqa: PLR0913 - the parts of a request
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, until: float, repeatable: bool
    ) -> Reply:
        """Send one request and read its answer, all before `until` (on the clock `ticks`).

        `repeatable` is False for what must not happen twice: it goes out on a connection that is surely alive.
        """
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"{head}content-length: {len(body)}\r\n\r\n".encode("latin-1") + body
        line = self._kept(repeatable=repeatable)
        if line is not None:
            try:
                return self._exchange(line, request, method, until)
            except CallError as error:
                # Closed before the request was out: nobody acted on it, and a new connection is all it takes.
                if error.code != "lost" or error.uncertain:
                    raise
        return self._exchange(self._opened(until), request, method, until)

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop()[0].close()

    def _kept(self, *, repeatable: bool) -> _Line | None:
        while True:
            try:
                line, used = self._idle.pop()
            except IndexError:
                return None
            # Readable while nothing was asked: the other side said goodbye.
            if line.quiet() and 0 <= self._clock() - used < (_USABLE if repeatable else _FRESH):
                return line
            line.close()

    def _opened(self, until: float) -> _Line:
        patience = min(_CONNECT, until - self._ticks())
        if patience <= 0:
            raise CallError("timeout", uncertain=False)
        try:
            raw = socket.create_connection((self._host, self._port), timeout=patience)  # type: ignore[arg-type]
        except TimeoutError as error:
            raise CallError("timeout", uncertain=False) from error
        except OSError as error:
            raise CallError("connect", uncertain=False) from error
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._make_context is None:
                return _Line(raw)
            if self._context is None:
                self._context = self._make_context()
            return _Line(self._context.wrap_socket(raw, server_hostname=self._host))
        except BaseException as error:
            raw.close()
            if isinstance(error, TimeoutError):
                raise CallError("timeout", uncertain=False) from error
            if isinstance(error, OSError):
                # `ssl.SSLError` is one; a certificate that is not trusted does not mend by asking again.
                untrusted = type(error).__name__ == "SSLCertVerificationError"
                raise CallError("certificate" if untrusted else "connect", uncertain=False) from error
            raise

    def _exchange(self, line: _Line, request: bytes, method: str, until: float) -> Reply:
        written = False
        try:
            line.patience(until - self._ticks())
            line.send(request)
            written = True
            reply, reusable = line.reply(method, lambda: until - self._ticks())
        except BaseException as error:
            line.close()
            if isinstance(error, TimeoutError):
                raise CallError("timeout", uncertain=written) from error
            if isinstance(error, EOFError | OSError):
                raise CallError("lost" if not line.answered else "cut", uncertain=written) from error
            if isinstance(error, ValueError | IndexError):
                raise CallError("garbled", uncertain=True) from error
            raise
        if reusable and len(self._idle) < _MOST_IDLE:
            self._idle.append((line, self._clock()))
        else:
            line.close()
        return reply


class _Line:
    """One connection with what was read ahead."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._ahead = bytearray()
        #: Whether anything of the answer that is awaited has come.
        self.answered = False

    def patience(self, left: float) -> None:
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(_READ, left))

    def quiet(self) -> bool:
        if self._ahead:
            return False
        poll = select.poll()  # not `select`: it cannot watch a descriptor above 1,023
        poll.register(self._sock, select.POLLIN)
        return not poll.poll(0)

    def send(self, request: bytes) -> None:
        self.answered = False
        self._sock.sendall(request)

    def close(self) -> None:
        self._sock.close()

    def reply(self, method: str, left: Callable[[], float]) -> tuple[Reply, bool]:
        """The next answer, and whether the connection is good for another."""
        status, version = 100, ""
        headers: dict[str, str] = {}
        while status < 200:  # 100 Continue and its kin come before the answer
            lines = self._until(b"\r\n\r\n", left).decode("latin-1").split("\r\n")
            version, number, *_ = lines[0].split(" ", 2)
            if not version.startswith("HTTP/1.") or not (number.isascii() and number.isdigit() and len(number) == 3):
                raise ValueError(lines[0][:40])
            status = int(number)
            headers = {}
            for one in lines[1:]:
                name, colon, value = one.partition(":")
                if not colon:
                    raise ValueError(one[:40])
                headers[name.strip().lower()] = value.strip()
        reusable = version == "HTTP/1.1" and "close" not in headers.get("connection", "").lower()
        if method == "HEAD" or status in {204, 304}:
            body = b""
        elif "chunked" in headers.get("transfer-encoding", "").lower():
            body = self._chunks(left)
        elif "content-length" in headers:
            body = self._exactly(_size(headers["content-length"], 10), left)
        else:
            body, reusable = self._rest(left), False
        return Reply(status, headers, body), reusable

    def _chunks(self, left: Callable[[], float]) -> bytes:
        whole = bytearray()
        while True:
            size = _size(self._until(b"\r\n", left).decode("latin-1").partition(";")[0].strip(), 16)
            if not size:
                while self._until(b"\r\n", left):  # trailers
                    pass
                return bytes(whole)
            whole += self._exactly(size, left)
            if self._exactly(2, left) != b"\r\n" or len(whole) > _LARGEST:
                msg = "chunk"
                raise ValueError(msg)

    def _until(self, mark: bytes, left: Callable[[], float]) -> bytes:
        while (at := self._ahead.find(mark)) < 0 and len(self._ahead) <= _LARGEST_HEAD:
            if not self._more(left):
                raise EOFError
        if not 0 <= at <= _LARGEST_HEAD:
            msg = "head"
            raise ValueError(msg)
        part = bytes(self._ahead[:at])
        del self._ahead[: at + len(mark)]
        return part

    def _exactly(self, size: int, left: Callable[[], float]) -> bytes:
        if size > _LARGEST:
            msg = "size"
            raise ValueError(msg)
        while len(self._ahead) < size:
            if not self._more(left):
                raise EOFError
        part = bytes(self._ahead[:size])
        del self._ahead[:size]
        return part

    def _rest(self, left: Callable[[], float]) -> bytes:
        while self._more(left):
            if len(self._ahead) > _LARGEST:
                msg = "size"
                raise ValueError(msg)
        part = bytes(self._ahead)
        self._ahead.clear()
        return part

    def _more(self, left: Callable[[], float]) -> bool:
        self.patience(left())
        got = self._sock.recv(65536)
        self.answered = self.answered or bool(got)
        self._ahead += got
        return bool(got)


def trusting(roots: str) -> Callable[[], SSLContext]:
    """Makes the TLS context that trusts the certificates of the PEM file `roots`, and nothing else."""

    def make() -> SSLContext:
        import ssl

        # PROTOCOL_TLS_CLIENT checks certificate and host name, and speaks TLS 1.2 upwards.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_verify_locations(roots)
        except (OSError, ssl.SSLError) as error:
            from .errors import SettingsError

            msg = f"the certificates in {roots} cannot be read: AWS_CA_BUNDLE must name a file in PEM form"
            raise SettingsError(msg) from error
        return context

    return make


def _size(text: str, base: int) -> int:
    # int() would also take "+5", "1_0" and " 5": such an answer and the next one would run into each other.
    if not text or not all(one in "0123456789abcdefABCDEF"[: 10 if base == 10 else 22] for one in text):
        raise ValueError(text[:20])
    return int(text, base)
