"""A desk in memory with a clock that stands still, and the real entry point on SQLite and an outbox."""

from __future__ import annotations

import base64
import itertools
import json
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlencode

import pytest

from forms import aws
from forms.definition import load
from forms.desk import Desk
from forms.desk import Site
from forms.memory import MemoryMailer
from forms.memory import MemoryShelf
from forms.memory import MemoryStore
from forms.memory import MemoryVault
from forms.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from email.message import EmailMessage
    from pathlib import Path

SITE = "https://site.example"


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    numbers = itertools.count(1)
    store = MemoryStore()
    return Desk(
        forms=load(),
        store=store,
        marks=store,
        meter=store,
        vault=MemoryVault(),
        mailer=MemoryMailer(),
        shelf=MemoryShelf({"steady-ground.pdf": b"%PDF-1.7 book", "steady-ground.epub": b"PK book"}),
        tokens=Tokens([b"k" * 32]),
        clock=clock,
        new_id=lambda: f"lead{next(numbers):022}",
        site=Site(SITE, "Ketamine Guide", "1 Example Street", "team@site.example", "post@site.example", "r7"),
        shell=lambda: "",
    )


class Wire:
    """Speaks to `forms.aws.http` as the gateway does; bodies travel in base64, as they do there."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> dict[str, Any]:
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {"host": "site.example", **(headers or {})},
            "requestContext": {"requestId": "req-1", "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"}},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = aws.http(event, None)
        json.dumps(answer)  # the runtime client does that
        return answer

    def get(self, path: str, query: str = "") -> dict[str, Any]:
        return self.send("GET", path, query=query)

    def post(self, path: str, fields: Mapping[str, str] | str, **headers: str) -> dict[str, Any]:
        body = fields if isinstance(fields, str) else urlencode(fields)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", path, body.encode(), {"content-type": "application/x-www-form-urlencoded", **named})

    def post_json(self, path: str, value: object, **headers: str) -> dict[str, Any]:
        named = {name.replace("_", "-"): header for name, header in headers.items()}
        return self.send("POST", path, json.dumps(value).encode(), {"content-type": "application/json", **named})

    def sweep(self) -> dict[str, Any]:
        return aws.sweep({}, None)

    def mails(self) -> list[EmailMessage]:
        parser = BytesParser(policy=policy.default)
        return [parser.parsebytes(path.read_bytes()) for path in sorted((self.data / "outbox").glob("*.eml"))]


@pytest.fixture
def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    book = tmp_path / "book"
    book.mkdir()
    (book / "steady-ground.pdf").write_bytes(b"%PDF-1.7 book")
    (book / "steady-ground.epub").write_bytes(b"PK book")
    shell = tmp_path / "shell.html"
    shell.write_text(
        "<!DOCTYPE html><html lang='en'><head><title><!--title--> - Site</title></head>"
        "<body><main id='main'><!--main--></main></body></html>"
    )
    settings = {
        "STORE": f"sqlite:{tmp_path}/leads.sqlite3",
        "VAULT": f"sqlite:{tmp_path}/private.sqlite3",
        "MAIL": f"outbox:{tmp_path}/outbox",
        "SECRETS": "ab" * 32,
        "SITE_URL": SITE,
        "SHELL": str(shell),
        "BOOK": str(book),
        "TEAM": "team@site.example",
        "FROM": "post@site.example",
        "ORG_NAME": "Ketamine Guide",
        "ORG_ADDRESS": "1 Example Street",
        "RELEASE": "r7",
        "SCREENING": "on",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"FORMS_{name}", value)
    aws.reset()
    yield Wire(tmp_path)
    aws.reset()


CONTACT = {
    "name": "Ann Otter",
    "email": "ann@example.com",
    "phone": "",
    "message": "Do you know a clinic\r\nnear me?",
    "consent": "yes",
}
BOOK = {"name": "", "email": "ann@example.com", "consent": "yes"}


@pytest.fixture
def contact() -> dict[str, str]:
    return dict(CONTACT)


@pytest.fixture
def book() -> dict[str, str]:
    return dict(BOOK)
