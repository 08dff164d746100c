"""What the functions call on AWS, recorded: the roles are held against this table, so it must be true."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urlencode
from urllib.parse import urlsplit

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import aws_client
from benchmarks.rig.emulators import moto
from benchmarks.rig.emulators import moto_outbox
from benchmarks.rig.mailbox import read_mail

from forms import aws
from forms.cloud import Client
from forms.table import definition
from forms.table import vault_definition
from microsite.infra.needs import NEEDS
from microsite.infra.needs import Need

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86400.0
SETTINGS = {
    "FORMS_STORE": "dynamodb:leads",
    "FORMS_VAULT": "dynamodb:vault",
    "FORMS_MAIL": "ses",
    "FORMS_SES_CONFIG_SET": "events",
    "FORMS_SECRETS": "ssm:/stack/forms/secrets",
    "FORMS_PEPPER": "ssm:/stack/forms/pepper",
    "FORMS_BOOK": "s3:site/book",
    "FORMS_SITE_URL": "https://site.example",
    "FORMS_FROM": "post@site.example",
    "FORMS_TEAM": "team@site.example",
    "FORMS_ORG_NAME": "Ketamine Guide",
    "FORMS_ORG_ADDRESS": "1 Example Street",
    "FORMS_RELEASE": "r7",
    "FORMS_METRICS": "KetamineGuide/Forms",
}
#: The key of AWS's own that a SecureString lies under needs no grant; the record has only what the code asks for.
PLACES = {"/stack/forms/secrets": "secrets", "/stack/forms/pepper": "secrets", "/site/book/steady-ground.pdf": "book"}


class Recorder:
    """The functions at an emulator, each call noted under the function that makes it."""

    def __init__(self) -> None:
        self.calls: dict[str, set[Need]] = {name: set() for name in NEEDS}
        self.now = time.time()
        self._running = "http"
        self._sources = iter(range(1, 250))

    def note(self, service: str, path: str, headers: dict[str, str], body: bytes) -> None:
        asked: dict[str, Any] = json.loads(body) if body.startswith(b"{") else {}
        verb = headers.get("x-amz-target", "").partition(".")[2]
        if service == "dynamodb":
            tables = [asked["TableName"]] if "TableName" in asked else list(asked["RequestItems"])
            index = f"/index/{asked['IndexName']}" if "IndexName" in asked else ""
            self.calls[self._running] |= {Need(f"dynamodb:{verb}", f"{table}{index}") for table in tables}
        elif service == "ssm":
            self.calls[self._running].add(Need(f"ssm:{verb}", PLACES[asked["Name"]]))
        elif service == "s3":
            self.calls[self._running].add(Need("s3:GetObject", PLACES[path]))
        else:
            # SES asks for both rights when the content is raw.
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsesv2.html
            assert path == "/v2/email/outbound-emails"
            assert "Raw" in asked["Content"]
            self.calls[self._running] |= {Need("ses:SendEmail", "mail"), Need("ses:SendRawEmail", "mail")}

    def run(self, name: str, event: dict[str, Any]) -> dict[str, Any]:
        """One event, in a process of its own as it were: settings and secrets are read anew."""
        self._running = name
        aws.reset()
        answer: dict[str, Any] = getattr(aws, name)(event, None)
        assert not answer.get("batchItemFailures")
        return answer

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> dict[str, Any]:
        url = urlsplit(path)
        http = {"method": method, "path": url.path, "sourceIp": f"192.0.2.{next(self._sources)}"}
        return self.run("http", {
            "version": "2.0", "rawPath": url.path, "rawQueryString": url.query,
            "headers": {"host": "site.example", "content-type": "application/x-www-form-urlencoded", **headers},
            "requestContext": {"requestId": "r", "http": http},
            "body": urlencode(fields or {}), "isBase64Encoded": False,
        })  # fmt: skip

    def notify(self, lead_id: str) -> None:
        self.run("notify", {"Records": [{"dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": lead_id}}}}]})

    def feedback(self, kind: str, **detail: Any) -> None:
        event = {"eventType": kind, "mail": {"tags": detail.pop("tags", {})}, kind.lower(): detail}
        self.run("feedback", {"Records": [{"messageId": "1", "body": json.dumps(event)}]})


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    from moto.moto_api._internal.models import moto_api_backend

    made = Recorder()
    original = Client.call

    def call(client: Client, method: str, path: str, headers: dict[str, str], body: bytes, **more: Any) -> Any:
        made.note(client._service, path, headers, body)
        return original(client, method, path, headers, body, **more)

    with ExitStack() as ends:
        url = ends.enter_context(moto())
        moto_api_backend.reset()
        clients = {name: ends.enter_context(_closing(name, url)) for name in ("dynamodb", "sesv2", "ssm", "s3")}
        clients["dynamodb"].create_table(**definition("leads"))
        clients["dynamodb"].create_table(**vault_definition("vault"))
        clients["sesv2"].create_email_identity(EmailIdentity="site.example")
        clients["sesv2"].create_configuration_set(ConfigurationSetName="events")
        for name in ("secrets", "pepper"):
            clients["ssm"].put_parameter(Name=f"/stack/forms/{name}", Value="ab" * 32, Type="SecureString")
        clients["s3"].create_bucket(Bucket="site")
        clients["s3"].put_object(Bucket="site", Key="book/steady-ground.pdf", Body=b"%PDF-1.7 book")
        for name, value in {**ENVIRON, **SETTINGS, "AWS_ENDPOINT_URL": url}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(Client, "call", call)
        clock = SimpleNamespace(
            time=lambda: made.now, monotonic=time.monotonic, perf_counter=time.perf_counter, sleep=time.sleep
        )
        monkeypatch.setattr(aws, "time", clock)
        yield made
        aws.reset()


def _closing(name: str, url: str) -> Any:
    from contextlib import closing

    return closing(aws_client(name, url))


def _links() -> dict[str, str]:
    """Purpose → path with token, of all mails so far, the latest last."""
    words = " ".join(read_mail(str(one.raw_data).encode()).body for one in moto_outbox()).split()
    found = [urlsplit(word) for word in words if word.startswith("https://site.example/api/")]
    return {url.path.removeprefix("/api/"): f"{url.path}?{url.query}" for url in found}


def _leads(form: str) -> list[str]:
    client = aws_client("dynamodb", os.environ["AWS_ENDPOINT_URL"])
    items = client.scan(TableName="leads")["Items"]
    client.close()
    return [one["id"]["S"] for one in items if "body" in one and f'"{form}"' in one["body"]["S"]]


@pytest.mark.usefixtures("recorder")
def test_the_table_of_needs_is_what_the_code_calls(recorder: Recorder) -> None:
    contact = {"name": "Ann", "email": "ann@example.com", "message": "Is there a clinic near me?", "consent": "yes"}
    assert recorder.ask("POST", "/api/forms/contact", contact)["statusCode"] == 303
    # Meters count one network's messages.
    recorder._sources = iter([7] * 3 + list(range(8, 250)))
    for number in range(3):
        recorder.ask("POST", "/api/forms/contact", {**contact, "message": f"Another question, number {number}"})

    book = {"email": "ann@example.com", "consent": "yes"}
    assert recorder.ask("POST", "/api/forms/book", book)["statusCode"] == 303
    [lead] = _leads("book")
    recorder.notify(lead)
    confirm = _links()["confirm"]
    recorder.ask("GET", confirm)
    token = parse_qs(urlsplit(confirm).query)["token"][0]
    assert recorder.ask("POST", "/api/confirm", {"token": token})["statusCode"] == 303
    recorder.run("sweep", {})
    links = _links()
    assert recorder.ask("GET", f"{links['book']}&format=pdf")["isBase64Encoded"]
    assert recorder.ask("POST", links["unsubscribe"])["statusCode"] == 200
    recorder.feedback("Delivery", tags={"job": [f"{lead}-confirm-1"]})
    recorder.feedback("Bounce", bounceType="Permanent", bouncedRecipients=[{"emailAddress": "ann@example.com"}])

    # Sensitive answers, sent again after the window's end: the second copy of the answers is forgotten.
    insurance = _insurance()
    assert recorder.ask("POST", "/api/forms/insurance", insurance)["statusCode"] == 303
    recorder.now += 6 * 3600
    assert recorder.ask("POST", "/api/forms/insurance", insurance)["statusCode"] == 303
    # The release's canary, whose erasing is the sweeper's.
    canary = recorder.run("sweep", {"check": "token"})
    sent = {**contact, "email": canary["address"], "canary": canary["token"]}
    answer = recorder.ask("POST", "/api/forms/contact", sent, accept="application/json")
    about = {"token": canary["token"], "id": json.loads(answer["body"])["id"]}
    recorder.notify(about["id"])
    assert recorder.run("sweep", {"check": "seen", **about})["seen"] == "handled"
    assert recorder.run("sweep", {"check": "erase", **about})["erase"] == 1
    # And when the time of all is over.
    recorder.now += 4000 * DAY
    recorder.run("sweep", {})

    assert {name: sorted(calls) for name, calls in recorder.calls.items()} == {
        name: sorted(needs) for name, needs in NEEDS.items()
    }


def _insurance() -> dict[str, str]:
    from forms.definition import load

    form = load()["insurance"]
    typed = {"email": "ann@example.com", "tel": "+1 202 555 0143"}
    fields = {
        one.name: one.options[0].value if one.chosen else typed.get(one.kind, "Otter")
        for one in form.fields
        if one.required or one.required_if
    }
    return {**fields, **{box.name: "yes" for box in form.consents}}
