"""The functions of a release: a version each, checked before anybody is sent to it, and back when anything fails."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON
from benchmarks.rig.emulators import aws_client
from benchmarks.rig.lambdas import lambda_api

from forms import aws
from forms.errors import FormsError
from microsite.deploy.aws import client
from microsite.deploy.functions import ORDER
from microsite.deploy.functions import Functions
from microsite.deploy.functions import code_key
from microsite.deploy.functions import store_code
from microsite.deploy.memory import MemoryBucket
from microsite.errors import DeployError
from microsite.errors import Refused
from microsite.errors import Unverified
from microsite.errors import WrongTarget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "functions-artifacts"


def zipped(text: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x.py"), text)
    return made.getvalue()


OLD, NEW = zipped("old"), zipped("new")


def sha(code: bytes) -> str:
    return hashlib.sha256(code).hexdigest()


class World:
    """Four functions at version 1, alias `live` on it; what each answers, and which versions are broken."""

    def __init__(self, suffix: str) -> None:
        self.names = {name: f"forms-{name}-{suffix}" for name in ORDER}
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    def run(self, name: str, version: str, event: Any) -> Any:
        kind = name.split("-")[1]
        self.asked.append((kind, version))
        if f"{kind}:{version}" in self.broken:
            msg = "broken"
            raise ValueError(msg)
        if kind == "http":
            return {"statusCode": 200 if event["requestContext"]["http"]["method"] == "GET" else 422}
        return {"sent": 0} if kind == "sweep" else {"batchItemFailures": []}


WORLDS: dict[str, World] = {}


@pytest.fixture(scope="module")
def api(moto_url: str) -> Iterator[str]:
    with lambda_api(moto_url, lambda name, version, event: WORLDS[name].run(name, version, event)) as url:
        yield url


@pytest.fixture(scope="module")
def role(moto_url: str) -> str:
    storage, iam = aws_client("s3", moto_url), aws_client("iam", moto_url)
    storage.create_bucket(Bucket=BUCKET)
    for code in (OLD, NEW):
        storage.put_object(Bucket=BUCKET, Key=code_key(sha(code)), Body=code)
    made = iam.create_role(RoleName="functions-role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    storage.close()
    iam.close()
    return str(made)


@pytest.fixture
def world(request: pytest.FixtureRequest, api: str, role: str, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", api)
    world = World(str(len(WORLDS)))
    made = aws_client("lambda", api)
    for name in world.names.values():
        WORLDS[name] = world
        made.create_function(
            FunctionName=name, Runtime="python3.13", Role=role, Handler="x.y", Publish=True,
            Code={"S3Bucket": BUCKET, "S3Key": code_key(sha(OLD))},
        )  # fmt: skip
        made.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    made.close()
    return world


@pytest.fixture
def functions(world: World) -> Iterator[Functions]:
    made = client("lambda", "us-east-1")
    yield Functions(made, world.names, sleep=lambda _: None, ticks=lambda: 0.0)
    made.close()


def test_versions_are_made_checked_and_then_live(functions: Functions, world: World) -> None:
    assert functions.live() == dict.fromkeys(ORDER, "1")
    versions = functions.publish(BUCKET, sha(NEW))
    assert versions == dict.fromkeys(ORDER, "2")
    functions.check(versions)
    # Nobody was sent there yet, and only the new versions were asked.
    assert functions.live() == dict.fromkeys(ORDER, "1")
    assert {version for _, version in world.asked} == {"2"}
    assert {name for name, _ in world.asked} == set(ORDER)
    assert functions.shift(versions) == dict.fromkeys(ORDER, "1")
    assert functions.live() == versions
    assert functions.shift(dict.fromkeys(ORDER, "1"), back=True) == versions
    assert functions.live() == dict.fromkeys(ORDER, "1")


def test_the_same_code_is_the_same_version(functions: Functions) -> None:
    assert functions.publish(BUCKET, sha(OLD)) == dict.fromkeys(ORDER, "1")


@pytest.mark.parametrize("name", ORDER)
def test_a_version_that_does_not_answer_stays_hidden_and_is_named(
    functions: Functions, world: World, name: str
) -> None:
    world.broken.add(f"{name}:2")
    versions = functions.publish(BUCKET, sha(NEW))
    with pytest.raises(Unverified) as told:
        functions.check(versions)
    assert told.value.problems
    assert all(f"forms-{name}-" in one and ":2:" in one for one in told.value.problems)
    assert functions.live() == dict.fromkeys(ORDER, "1")


def test_code_that_is_not_the_zip_is_refused(functions: Functions, moto_url: str) -> None:
    storage = aws_client("s3", moto_url)
    storage.put_object(Bucket=BUCKET, Key=code_key("ab" * 32), Body=zipped("another"))
    storage.close()
    with pytest.raises(Refused, match="other code than the zip"):
        functions.publish(BUCKET, "ab" * 32)
    assert functions.live() == dict.fromkeys(ORDER, "1")


def test_when_one_alias_cannot_move_all_are_back(functions: Functions) -> None:
    versions = functions.publish(BUCKET, sha(NEW))
    with pytest.raises(DeployError):
        functions.shift({**versions, "http": "77"})
    assert functions.live() == dict.fromkeys(ORDER, "1")


def test_readers_of_records_move_first_and_the_writer_moves_back_first(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions, moved = functions.publish(BUCKET, sha(NEW)), []
    point = functions._point

    def watched(name: str, version: str, revision: str) -> None:
        moved.append(name)
        point(name, version, revision)

    monkeypatch.setattr(functions, "_point", watched)
    functions.shift(versions)
    assert moved[-1] == "http"
    moved.clear()
    functions.shift(dict.fromkeys(ORDER, "1"), back=True)
    assert moved[0] == "http"


def test_an_alias_that_somebody_else_moved_is_not_moved_over(functions: Functions, world: World, api: str) -> None:
    versions = functions.publish(BUCKET, sha(NEW))
    seen = functions._alias("http")
    other = aws_client("lambda", api)
    other.update_alias(FunctionName=world.names["http"], Name="live", FunctionVersion="2", Description="by hand")
    other.update_alias(FunctionName=world.names["http"], Name="live", FunctionVersion="1", Description="and back")
    other.close()
    with pytest.raises(Refused, match="moved by somebody else"):
        functions._point("http", versions["http"], seen.revision)


def test_a_stack_without_the_names_is_not_ours() -> None:
    with pytest.raises(WrongTarget, match="NotifyFunction"):
        Functions(None, {"http": "x"}, sleep=lambda _: None, ticks=lambda: 0.0)


def test_the_zip_is_stored_once_under_its_digest(tmp_path: Path) -> None:
    path, bucket = tmp_path / "forms.zip", MemoryBucket()
    path.write_bytes(NEW)
    assert store_code(bucket, path, sha(NEW))
    assert not store_code(bucket, path, sha(NEW))
    assert bucket.get(f"functions/{sha(NEW)}.zip") == NEW


@pytest.mark.parametrize("secret", ["", "s3cret,older"])
def test_the_real_functions_answer_the_checks(secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "FORMS_STORE": f"sqlite:{tmp_path}/leads.sqlite3",
        "FORMS_VAULT": f"sqlite:{tmp_path}/private.sqlite3",
        "FORMS_MAIL": f"outbox:{tmp_path}/outbox",
        "FORMS_SECRETS": "ab" * 32,
        "FORMS_SITE_URL": "https://site.example",
        "FORMS_ORIGIN_SECRETS": secret,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.reset()

    class Lambda:
        def invoke(self, **asked: Any) -> Any:
            try:
                told = getattr(aws, asked["FunctionName"])(json.loads(asked["Payload"]), None)
            except FormsError as error:
                return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(str(error)).encode())}
            return {"Payload": io.BytesIO(json.dumps(told).encode())}

        def get_function_configuration(self, **_: str) -> Any:
            return {"Environment": {"Variables": {"FORMS_ORIGIN_SECRETS": secret}}}

    functions = Functions(Lambda(), {name: name for name in ORDER}, sleep=lambda _: None, ticks=lambda: 0.0)
    functions.check(dict.fromkeys(ORDER, "7"))
    store = aws._desk().store
    assert list(store.scan()) == []
    # And they notice a function whose settings are wrong.
    aws.reset()
    monkeypatch.setenv("FORMS_SECRETS", "xyz")
    with pytest.raises(Unverified) as told:
        functions.check(dict.fromkeys(ORDER, "7"))
    assert len(told.value.problems) == 4
    aws.reset()
