"""Stack, functions, book and canary as steps of a release: what is asked, in which order, what stays on a failure."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import Any

import pytest

from forms import aws
from forms.definition import load
from microsite.deploy.canary import canary
from microsite.deploy.canary import submission
from microsite.deploy.functions import ORDER
from microsite.deploy.infrastructure import Infrastructure
from microsite.deploy.infrastructure import store_book
from microsite.deploy.manifest import Head
from microsite.deploy.memory import MemoryBucket
from microsite.deploy.stack import ChangeSet
from microsite.deploy.verify import Door
from microsite.deploy.web import Answer
from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Unverified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from pathlib import Path

OLD, NEW = dict.fromkeys(ORDER, "3"), dict.fromkeys(ORDER, "4")


class Account:
    """Stands for Lambda and CloudFormation; notes what it is asked, fails where it is told."""

    def __init__(self, fail: str = "") -> None:
        self.said: list[str] = []
        self.fail = fail
        self.aliases = dict(OLD)
        self.parameters: Mapping[str, str] = {}
        self.template = ""

    def _say(self, what: str) -> None:
        self.said.append(what)
        if what == self.fail:
            raise Interrupted(what)

    def live(self) -> dict[str, str]:
        self._say("live")
        return dict(self.aliases)

    def publish(self, bucket: str, sha256: str) -> dict[str, str]:
        self._say("publish")
        assert (bucket, len(sha256)) == ("artifacts", 64)
        return dict(NEW)

    def check(self, versions: Mapping[str, str]) -> None:
        assert versions == NEW
        self._say("check")

    def shift(self, versions: Mapping[str, str], *, back: bool = False) -> dict[str, str]:
        self._say("back" if back else "shift")
        before, self.aliases = self.aliases, dict(versions)
        return before

    @contextmanager
    def proposed(self, template_url: str, parameters: Mapping[str, str], *, name: str) -> Iterator[ChangeSet]:
        self._say("propose")
        self.template, self.parameters = template_url, parameters
        assert name == "release-cafe"
        yield ChangeSet("arn", (), first=False)
        self._say("discard")

    def execute(self, found: ChangeSet, *, allow_dangerous: bool) -> None:
        del found, allow_dangerous
        # What CloudFormation does when it gives up: back to the parameters it knew.
        self.aliases = dict.fromkeys(ORDER, "1") if self.fail == "execute" else self.aliases
        self._say("execute")


class Made:
    def __init__(self, tmp_path: Path, account: Account, live: Head | None = None) -> None:
        self.artifacts = MemoryBucket()
        self.package = tmp_path / "forms.zip"
        self.package.write_bytes(b"PK new")
        config = SimpleNamespace(
            artifacts="artifacts", region="us-east-1", stack="site", parameters={"BudgetUsd": "20"}
        )
        target: Any = SimpleNamespace(config=config, outputs={})
        both: Any = account
        self.steps = Infrastructure(
            target, both, both, self.artifacts, template=b"Resources: {}", package=self.package, live=live, run="cafe"
        )


def head(made: Made, *, code: bool, stack: bool) -> Head:
    return Head(
        "20261121t140000z-00000000", "2026-11-21T14:00:00Z", "ann", "", "", "", 0, 0, functions=OLD,
        code=made.steps.code if code else "x", stack=made.steps.digest if stack else "x",
    )  # fmt: skip


def test_a_release_brings_stack_then_code_then_the_alias(tmp_path: Path) -> None:
    account = Account()
    made = Made(tmp_path, account)
    assert made.steps.publish() == NEW
    assert account.said == ["live", "propose", "execute", "discard", "publish"]
    # CloudFormation is told the versions that are live, so it never moves an alias back.
    assert account.parameters["HttpVersion"] == account.parameters["SweepVersion"] == "3"
    assert account.parameters["BudgetUsd"] == "20"
    assert account.parameters["CodeKey"] == f"functions/{made.steps.code}.zip"
    assert set(made.artifacts.objects) == {
        account.parameters["CodeKey"],
        f"templates/{hashlib.sha256(b'Resources: {}').hexdigest()}.yml",
    }
    account.said.clear()
    made.steps.shift()
    assert account.said == ["check", "shift"]
    made.steps.undo()
    assert account.aliases == OLD
    made.steps.undo()  # twice is fine
    assert account.said == ["check", "shift", "back"]


def test_what_is_live_already_is_asked_of_nobody(tmp_path: Path) -> None:
    account = Account()
    made = Made(tmp_path, account)
    made = Made(tmp_path, account, head(made, code=True, stack=True))
    assert made.steps.publish() == OLD
    assert list(made.steps.lines()) == []
    assert account.said == []
    assert made.artifacts.objects == {}
    # A run that died may have left the aliases elsewhere.
    account.aliases = dict(NEW)
    made.steps.shift()
    assert account.aliases == OLD
    made.steps.undo()
    assert account.said == ["shift"]


def test_going_back_is_to_the_live_releases_versions_whatever_a_dead_run_left(tmp_path: Path) -> None:
    account = Account()
    first = Made(tmp_path, account)
    made = Made(tmp_path, account, head(first, code=False, stack=True))
    account.aliases = dict(NEW)
    made.steps.publish()
    made.steps.shift()
    made.steps.undo()
    assert account.aliases == OLD


def test_only_what_changed_is_asked_for(tmp_path: Path) -> None:
    account = Account()
    first = Made(tmp_path, account)
    made = Made(tmp_path, account, head(first, code=False, stack=True))
    made.steps.publish()
    assert account.said == ["publish"]


def test_a_plan_writes_only_where_a_release_never_looks(tmp_path: Path) -> None:
    account = Account()
    made = Made(tmp_path, account)
    lines = list(made.steps.lines())
    assert any("new code" in line for line in lines)
    assert account.said == ["live", "propose", "discard"]
    assert [key.partition("/")[0] for key in made.artifacts.objects] == ["plans"]
    assert "/plans/" in account.template


def test_when_cloudformation_gives_up_the_aliases_are_where_they_were(tmp_path: Path) -> None:
    account = Account("execute")
    with pytest.raises(DeployError):
        Made(tmp_path, account).steps.publish()
    assert account.aliases == OLD
    assert "publish" not in account.said


def test_versions_that_fail_their_check_are_not_shifted_to(tmp_path: Path) -> None:
    account = Account("check")
    made = Made(tmp_path, account)
    made.steps.publish()
    with pytest.raises(DeployError):
        made.steps.shift()
    made.steps.undo()
    assert account.aliases == OLD


def test_the_book_is_sent_when_it_is_another(tmp_path: Path) -> None:
    bucket = MemoryBucket()
    (tmp_path / "a.pdf").write_bytes(b"%PDF one")
    (tmp_path / "a.epub").write_bytes(b"PK one")
    (tmp_path / "book.json").write_bytes(b"{}")
    assert store_book(bucket, tmp_path) == ["a.epub", "a.pdf"]
    assert store_book(bucket, tmp_path) == []
    (tmp_path / "a.pdf").write_bytes(b"%PDF two")
    assert store_book(bucket, tmp_path) == ["a.pdf"]
    assert bucket.get("book/a.pdf") == b"%PDF two"
    assert bucket.objects["book/a.pdf"].headers.content_type == "application/pdf"


class Live:
    """The real functions in this process, a door to them, and a stream that can be cut."""

    def __init__(self) -> None:
        self.stream = True
        self.door = Door("http://edge", {"x-release": "r2"})
        self.sent: list[Mapping[str, str]] = []
        self.clock = 0.0
        #: Answers in place of the function's own.
        self.instead: Answer | None = None

    def invoke(self, name: str, event: Mapping[str, Any]) -> tuple[Any, bool]:
        return getattr(aws, name)(event, None), False

    def fetch(
        self, url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET", body: bytes | None = None
    ) -> Answer:
        path = url.removeprefix("http://edge")
        self.sent.append({"path": path, **(headers or {})})
        if self.instead is not None:
            return self.instead
        answer = aws.http({
            "version": "2.0", "rawPath": path, "rawQueryString": "", "isBase64Encoded": False,
            "headers": dict(headers or {}), "body": (body or b"").decode(),
            "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}},
        }, None)  # fmt: skip
        for lead in self.leads() if self.stream else ():
            record = {"dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": lead.id}}}}
            aws.notify({"Records": [record]}, None)
        return Answer(answer["statusCode"], {}, answer["body"].encode())

    def leads(self) -> list[Any]:
        return list(aws._desk().store.scan())

    def sleep(self, seconds: float) -> None:
        self.clock += seconds

    def run(self) -> str:
        wanted = submission(load())
        assert wanted is not None
        functions: Any = self
        return canary(functions, self.fetch, self.door, wanted, sleep=self.sleep, ticks=lambda: self.clock)


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    settings = {
        "FORMS_STORE": f"sqlite:{tmp_path}/leads.sqlite3",
        "FORMS_VAULT": f"sqlite:{tmp_path}/private.sqlite3",
        "FORMS_MAIL": f"outbox:{tmp_path}/outbox",
        "FORMS_SECRETS": "ab" * 32,
        "FORMS_SITE_URL": "https://site.example",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.reset()
    yield Live()
    aws.reset()


def test_a_canary_passes_through_the_front_door_and_is_gone(live: Live) -> None:
    assert live.run() == ""
    assert live.leads() == []
    [sent] = live.sent
    assert (sent["path"], sent["x-release"]) == ("/api/forms/contact", "r2")


def test_a_stream_that_does_not_arrive_is_noticed_and_the_canary_is_gone(live: Live) -> None:
    live.stream = False
    with pytest.raises(Unverified, match="did not come to the notifier"):
        live.run()
    assert live.leads() == []
    assert 60 <= live.clock < 70


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, {}, b"oops"), Answer(200, {}, b"<html>"), Answer(200, {}, b"[]"), Answer(403, {}, b"{}"),
        Answer(200, {}, json.dumps({"status": "challenge", "id": "x"}).encode()),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_of_the_forms_is_named(live: Live, answer: Answer) -> None:
    live.instead = answer
    with pytest.raises(Unverified, match=f"the canary was answered {answer.status}"):
        live.run()


def test_functions_of_a_release_that_knows_no_canary_are_left_alone(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "invoke", lambda name, event: ({"sent": 0, "dropped": 0}, False))
    assert "no canary was sent" in live.run()
    assert live.sent == []


def test_every_form_can_be_the_canarys(live: Live) -> None:
    for form in load().values():
        wanted = submission({form.id: form})
        assert wanted is None or wanted.form == form.id
        if wanted is not None:
            functions: Any = live
            assert canary(functions, live.fetch, live.door, wanted, sleep=live.sleep, ticks=lambda: live.clock) == ""
    assert live.leads() == []
