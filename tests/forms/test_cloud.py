"""Calls to AWS: where they go, who signs, how often they are made, and what an error says."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

import pytest
from benchmarks.rig.emulators import ENVIRON

from forms.cloud import Client
from forms.errors import CallError
from forms.errors import SettingsError
from forms.wire import Reply
from forms.world import World

if TYPE_CHECKING:
    from forms.wire import Wire


class Clock:
    """Time that passes only while somebody sleeps, or waits for an answer."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Answers:
    """In the place of the connections: each request gets the next answer, or the last one again."""

    def __init__(self, clock: Clock, *answers: Reply | CallError, takes: float = 0.01) -> None:
        self._clock, self._answers, self._takes = clock, list(answers), takes
        self.asked: list[dict[str, Any]] = []

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes, **more: Any) -> Reply:
        self.asked.append({"method": method, "path": path, "headers": headers, "body": body, **more})
        self._clock.now += self._takes
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, CallError):
            raise CallError(answer.code, uncertain=answer.uncertain, status=answer.status)
        return answer


OK = Reply(200, {}, b'{"ok": 1}')
SLOW_DOWN = Reply(400, {}, b'{"__type":"com.amazonaws#ProvisionedThroughputExceededException","message":"x"}')
BROKEN = Reply(500, {}, b"oops")
LOST = CallError("lost", uncertain=True)
NOBODY = CallError("connect", uncertain=False)


def client(
    *answers: Reply | CallError, service: str = "dynamodb", chance: float = 0.5, takes: float = 0.01, **environ: str
) -> tuple[Client, Answers, Clock]:
    clock = Clock()
    world = World({**ENVIRON, **environ}, lambda: clock.now, lambda: clock.now, clock.sleep, lambda: chance, lambda: "")
    made = Client(service, world)
    wire = Answers(clock, *(answers or (OK,)), takes=takes)
    made._wire = lambda home: (cast("Wire", wire), home)  # type: ignore[method-assign]
    return made, wire, clock


def call(made: Client, *, repeatable: bool = True) -> Reply:
    return made.call("POST", "/", {"x": "y"}, b"{}", repeatable=repeatable)


def test_a_call_is_signed_for_its_host_region_and_service() -> None:
    made, wire, _ = client(AWS_REGION="eu-west-1", AWS_SESSION_TOKEN="t0ken")
    call(made)
    headers = wire.asked[0]["headers"]
    assert headers["host"] == "dynamodb.eu-west-1.amazonaws.com"
    assert "/eu-west-1/dynamodb/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "t0ken"


@pytest.mark.parametrize(
    ("service", "environ", "host"),
    [
        ("email", {}, "email.us-east-1.amazonaws.com"),
        ("dynamodb", {"AWS_REGION": "cn-north-1"}, "dynamodb.cn-north-1.amazonaws.com.cn"),
        ("dynamodb", {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-north-1"}, "dynamodb.eu-north-1.amazonaws.com"),
        ("ssm", {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "127.0.0.1:4566"),
        ("email", {"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_SESV2": "http://b:2"}, "b:2"),
        ("s3", {"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_SESV2": "http://b:2"}, "a:1"),
        ("s3", {"AWS_ENDPOINT_URL": "http://[::1]:9000/"}, "[::1]:9000"),
    ],
)
def test_where_a_service_answers(service: str, environ: dict[str, str], host: str) -> None:
    clock = Clock()
    world = World({**ENVIRON, **environ}, lambda: 0, lambda: 0, clock.sleep, lambda: 0, lambda: "")
    made = Client(service, world)
    assert made._wire(made.home)[1] == host


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, "AWS_REGION"),
        ({"AWS_ACCESS_KEY_ID": ""}, "AWS_ACCESS_KEY_ID"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ENDPOINT_URL": "127.0.0.1:4566"}, "AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL": "http://host:port"}, "AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL": "ftp://host"}, "AWS_ENDPOINT_URL"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(environ: dict[str, str], named: str) -> None:
    world = World({**ENVIRON, **environ}, lambda: 0, lambda: 0, lambda _: None, lambda: 0, lambda: "")
    with pytest.raises(SettingsError, match=named):
        Client("dynamodb", world).call("GET", "/", {}, b"")


@pytest.mark.parametrize("first", [SLOW_DOWN, BROKEN, LOST, NOBODY, Reply(429, {}, b""), Reply(503, {}, b"")])
def test_what_may_get_better_is_asked_again_and_signed_anew(first: Reply | CallError) -> None:
    made, wire, clock = client(first, first, OK)
    assert call(made).body == OK.body
    assert len(wire.asked) == 3
    dates = [one["headers"]["x-amz-date"] for one in wire.asked]
    assert dates == sorted(dates)
    assert len(clock.slept) == 2


def test_pauses_grow_up_to_a_second_and_are_random() -> None:
    made, _, clock = client(SLOW_DOWN, chance=1.0)
    with pytest.raises(CallError):
        call(made)
    assert clock.slept[:5] == [0.05, 0.1, 0.2, 0.4, 0.8]
    assert set(clock.slept[5:]) == {1.0}
    assert clock.now - 1000 <= made.budget
    chances = random.Random(1)
    made._world = made._world._replace(chance=chances.random)
    clock.slept.clear()
    with pytest.raises(CallError):
        call(made)
    assert len(set(clock.slept)) == len(clock.slept)


def test_a_kept_connection_that_died_is_replaced_without_a_pause() -> None:
    made, _, clock = client(LOST, OK)
    call(made)
    assert clock.slept == [0.0]


def test_a_call_ends_with_its_budget() -> None:
    made, wire, clock = client(CallError("timeout", uncertain=True), takes=3.0)
    with pytest.raises(CallError, match="timeout"):
        call(made)
    assert len(wire.asked) == 3
    assert clock.now - 1000 < made.budget + 3
    assert {one["until"] for one in wire.asked} == {1000 + made.budget}


@pytest.mark.parametrize(("first", "calls"), [(LOST, 1), (BROKEN, 1), (SLOW_DOWN, 2), (NOBODY, 2)])
def test_what_must_not_happen_twice_is_repeated_only_when_it_surely_did_not_happen(
    first: Reply | CallError, calls: int
) -> None:
    made, wire, _ = client(first, OK)
    if calls == 1:
        with pytest.raises(CallError) as caught:
            call(made, repeatable=False)
        assert caught.value.uncertain
    else:
        call(made, repeatable=False)
    assert len(wire.asked) == calls


def test_an_error_after_a_lost_answer_stays_uncertain() -> None:
    refused = Reply(400, {}, b'{"__type":"x#ConditionalCheckFailedException"}')
    made, _, _ = client(LOST, refused)
    with pytest.raises(CallError, match="ConditionalCheckFailedException") as caught:
        call(made)
    assert caught.value.uncertain
    made, _, _ = client(refused)
    with pytest.raises(CallError) as caught:
        call(made)
    assert not caught.value.uncertain


ANN = b'"message":"ann@example.com"}'


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(400, {}, b'{"__type":"com.amazon.coral#ValidationException",' + ANN), "ValidationException (400)"),
        (Reply(400, {"x-amzn-errortype": "MessageRejected:http://x/"}, b"{" + ANN), "MessageRejected (400)"),
        (Reply(404, {}, b"<Error><Code>NoSuchKey</Code><Key>ann@example.com</Key></Error>"), "NoSuchKey (404)"),
        (Reply(403, {}, b"<html>some box in between, ann@example.com"), "refused (403)"),
        (Reply(400, {}, b'{"__type":"ann@example.com is no code"}'), "refused (400)"),
        (Reply(400, {}, b'["list"]'), "refused (400)"),
        (Reply(301, {}, b""), "refused (301)"),
    ],
)
def test_an_error_is_a_code_and_a_status_and_never_the_services_words(reply: Reply, said: str) -> None:
    made, wire, _ = client(reply)
    with pytest.raises(CallError) as caught:
        call(made)
    assert str(caught.value) == said
    assert len(wire.asked) == 1


def test_an_answer_that_is_no_json_is_a_call_error() -> None:
    made, _, _ = client(Reply(200, {}, b"<html>"))
    with pytest.raises(CallError, match="garbled"):
        made.ask("DynamoDB_20120810.GetItem", {})


def test_the_json_protocol_names_its_target_and_version() -> None:
    made, wire, _ = client()
    assert made.ask("AmazonSSM.GetParameter", {"Name": "ü"}, version="1.1") == {"ok": 1}
    assert wire.asked[0]["headers"]["content-type"] == "application/x-amz-json-1.1"
    assert wire.asked[0]["headers"]["x-amz-target"] == "AmazonSSM.GetParameter"
    assert json.loads(wire.asked[0]["body"]) == {"Name": "ü"}
