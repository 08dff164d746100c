"""The functions go with the release: a version each, checked, then the alias `live` moved to it.

In: the function's zip and the functions' names (outputs of the stack). Out: numbers of versions, and an alias that
points at them::

    zip → artifacts bucket, under its SHA-256 (once and for ever)
    UpdateFunctionCode, publish → a version, which nobody calls yet
    wait until it is active; its code is the zip's
    Invoke of that version with an event that changes nothing → the right answer, or the release ends here
    alias `live` → the version: readers of records first, the writer last; on any failure all of them back

Going back moves the aliases to the versions of an older manifest, the writer first. So at every moment whoever writes
records is no newer than who reads them.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from botocore.exceptions import ClientError

from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Refused
from microsite.errors import Unverified
from microsite.errors import WrongTarget

from .aws import code_of
from .aws import words
from .ports import Headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from pathlib import Path

    from .ports import Bucket

__all__ = ["ALIAS", "ORDER", "OUTPUTS", "PARAMETERS", "Functions", "Seen", "code_key", "store_code"]

ALIAS = "live"
#: Readers of records first, the one that writes them last.
ORDER = ("notify", "sweep", "feedback", "http")
#: Function → the stack's output with its name, and the stack's parameter with the version that is live.
OUTPUTS = {
    "feedback": "FeedbackFunction",
    "http": "HttpFunction",
    "notify": "NotifyFunction",
    "sweep": "SweepFunction",
}
PARAMETERS = {name: output.replace("Function", "Version") for name, output in OUTPUTS.items()}
#: Seconds that a new version may take to become active, and between two looks.
_PATIENCE = 180.0
_PAUSE = 1.0
_ZIP = Headers("application/zip", "no-store")


class Seen(NamedTuple):
    """Where an alias points, and the word that makes the next change conditional."""

    version: str
    revision: str


def code_key(sha256: str) -> str:
    """Key of the zip in the artifacts bucket."""
    return f"functions/{sha256}.zip"


def store_code(artifacts: Bucket, package: Path, sha256: str) -> bool:
    """Put the zip into the artifacts bucket under its SHA-256 (hex); False when it is there already."""
    return artifacts.put(code_key(sha256), package, _ZIP, sha256, fresh=True)


class Functions:
    """The four functions of a stack."""

    def __init__(
        self, client: Any, names: Mapping[str, str], *, sleep: Callable[[float], None], ticks: Callable[[], float]
    ) -> None:
        """`names`: function of ours (`http`, …) → its name on Lambda. `ticks` is a monotonic clock in seconds."""
        missing = [name for name in ORDER if not names.get(name)]
        if missing:
            outputs = ", ".join(OUTPUTS[name] for name in missing)
            msg = f"the stack does not tell the names of its functions: no output {outputs}"
            raise WrongTarget(msg, fix="bring the stack up to date with infra/template.yml")
        self._client = client
        self._names = dict(names)
        self._sleep = sleep
        self._ticks = ticks

    def live(self) -> dict[str, str]:
        """Function → version that its alias points at."""
        return {name: self._alias(name).version for name in ORDER}

    def publish(self, bucket: str, sha256: str) -> dict[str, str]:
        """Make a version of each function from the zip in `bucket`; nobody calls it yet. Function → version.

        The same code and settings as before are the same version again (Lambda's rule).
        """
        wanted = base64.b64encode(bytes.fromhex(sha256)).decode()
        versions: dict[str, str] = {}
        for name in ORDER:
            with words(f"publishing the function {name}", place=self._names[name]):
                answer = self._patiently(
                    lambda name=name: self._client.update_function_code(  # type: ignore[misc] # bound at once
                        FunctionName=self._names[name], S3Bucket=bucket, S3Key=code_key(sha256), Publish=True
                    )
                )
            versions[name] = str(answer["Version"])
        for name, version in versions.items():
            found = self._settled(name, version)
            if found != wanted:
                msg = f"version {version} of {self._names[name]} has other code than the zip (SHA-256 {found})"
                raise Refused(msg, fix="somebody else changes this function: find out who, then release again")
        return versions

    def check(self, versions: Mapping[str, str]) -> None:
        """Ask each version something that changes nothing; raises Unverified with every wrong answer."""
        problems: list[str] = []
        for name in ORDER:
            for event, fine, what in _questions(name, self._origin_secret(name, versions[name])):
                answer, failed = self.invoke(name, event, versions[name])
                if failed or not fine(answer):
                    told = json.dumps(answer)[:300]
                    problems.append(f"{self._names[name]}:{versions[name]}: {what}, but it answered {told}")
        if problems:
            msg = f"{len(problems)} check(s) of the new functions failed"
            raise Unverified(msg, problems, fix="the log group of the function says more; the old version stays live")

    def invoke(self, name: str, event: object, qualifier: str = ALIAS) -> tuple[Any, bool]:
        """The answer of a function to `event`, and whether it failed."""
        with words(f"asking the function {name}", place=self._names[name]):
            answer = self._client.invoke(
                FunctionName=self._names[name], Qualifier=qualifier, Payload=json.dumps(event).encode()
            )
            text = answer["Payload"].read().decode(errors="replace")
        try:
            told = json.loads(text)
        except ValueError:
            told = text
        return told, bool(answer.get("FunctionError"))

    def shift(self, versions: Mapping[str, str], *, back: bool = False) -> dict[str, str]:
        """Point the aliases at `versions`; where they pointed before. On a failure they all point there again.

        `back`: to older code, so the writer of records goes first.
        """
        order = tuple(reversed(ORDER)) if back else ORDER
        before = {name: self._alias(name) for name in order if name in versions}
        moved: list[str] = []
        try:
            for name, seen in before.items():
                if seen.version != versions[name]:
                    moved.append(name)  # before the call: its answer may be lost
                    self._point(name, versions[name], seen.revision)
        except DeployError:
            self._restore({name: before[name].version for name in reversed(moved)})
            raise
        return {name: seen.version for name, seen in before.items()}

    def _restore(self, versions: Mapping[str, str]) -> None:
        left: list[str] = []
        for name, version in versions.items():
            try:
                seen = self._alias(name)
                if seen.version != version:
                    self._point(name, version, seen.revision)
            except DeployError as error:
                left.append(f"{self._names[name]} (to version {version}: {error})")
        if left:
            msg = f"an alias could not be moved back: {'; '.join(left)}"
            raise Interrupted(msg, fix="run `microsite deploy rollback` as soon as Lambda answers")

    def _alias(self, name: str) -> Seen:
        with words(f"reading the alias {ALIAS} of {name}", place=self._names[name]):
            answer = self._client.get_alias(FunctionName=self._names[name], Name=ALIAS)
        return Seen(str(answer["FunctionVersion"]), str(answer.get("RevisionId", "")))

    def _point(self, name: str, version: str, revision: str) -> None:
        with words(f"moving the alias {ALIAS} of {name} to version {version}", place=self._names[name]):
            try:
                self._client.update_alias(
                    FunctionName=self._names[name], Name=ALIAS, FunctionVersion=version, RevisionId=revision
                )
            except ClientError as error:
                if code_of(error) != "PreconditionFailedException":
                    raise
                # A call whose answer was lost is sent again and meets its own change.
                if self._alias(name).version != version:
                    msg = f"the alias {ALIAS} of {self._names[name]} was moved by somebody else meanwhile"
                    raise Refused(msg, fix="find out who releases beside you, then release again") from error

    def _settled(self, name: str, version: str) -> str:
        """SHA-256 of the version's code (base64) as soon as it can be called."""
        until = self._ticks() + _PATIENCE
        while True:
            with words(f"waiting for version {version} of {name}", place=self._names[name]):
                told = self._client.get_function_configuration(FunctionName=self._names[name], Qualifier=version)
            states = {told.get("State", "Active"), told.get("LastUpdateStatus", "Successful")}
            if "Failed" in states:
                why = told.get("StateReason") or told.get("LastUpdateStatusReason") or "no reason given"
                msg = f"version {version} of {self._names[name]} cannot run: {why}"
                raise Unverified(msg, fix="see the reason; the old version stays live")
            if states <= {"Active", "Successful", "Inactive"}:
                return str(told["CodeSha256"])
            if self._ticks() > until:
                msg = f"version {version} of {self._names[name]} is not ready after {_PATIENCE:.0f} seconds"
                raise Interrupted(msg, fix="run the same command again")
            self._sleep(_PAUSE)

    def _patiently(self, call: Callable[[], Any]) -> Any:
        """Call again while Lambda is still busy with an earlier change of the same function."""
        until = self._ticks() + _PATIENCE
        while True:
            try:
                return call()
            except ClientError as error:
                if code_of(error) != "ResourceConflictException" or self._ticks() > until:
                    raise
            self._sleep(_PAUSE)

    def _origin_secret(self, name: str, version: str) -> str:
        """What CloudFront would send along; the function refuses whoever does not."""
        if name != "http":
            return ""
        with words(f"reading the settings of {name}", place=self._names[name]):
            told = self._client.get_function_configuration(FunctionName=self._names[name], Qualifier=version)
        secrets = str(told.get("Environment", {}).get("Variables", {}).get("FORMS_ORIGIN_SECRETS", ""))
        return secrets.partition(",")[0]


def _questions(name: str, secret: str) -> Iterable[tuple[dict[str, Any], Callable[[Any], bool], str]]:
    """Event, what the answer must fulfil, and that in words. None of the events changes anything."""
    if name == "http":
        yield _request("GET", "/api/health", secret), lambda one: _status(one) == 200, "health should be 200"
        # Reads settings, secrets and definitions, and stops before the store: every field is missing.
        posted = _request("POST", "/api/forms/contact", secret, "{}")
        yield posted, lambda one: _status(one) in {404, 422}, "an empty form should be refused with 422"
    elif name == "notify":
        # A record that is not there: reads settings and asks the table.
        record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "Keys": {"id": {"S": "deploy-check"}}}}
        yield {"Records": [record]}, _taken, "a record that is gone should be fine"
    elif name == "feedback":
        yield {"Records": [{"messageId": "deploy-check", "body": "{}"}]}, _taken, "an empty message should be taken"
    else:
        yield {"check": "settings"}, lambda one: isinstance(one, dict) and "sent" in one, "a check should be answered"


def _taken(answer: Any) -> bool:
    return bool(answer == {"batchItemFailures": []})


def _status(answer: Any) -> int:
    return int(answer.get("statusCode", 0)) if isinstance(answer, dict) else 0


def _request(method: str, path: str, secret: str, body: str = "") -> dict[str, Any]:
    """An event of API Gateway's HTTP API, payload version 2.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    headers = {"accept": "application/json", "host": "deploy.invalid"}
    if secret:
        headers["x-origin-secret"] = secret
    if body:
        headers |= {"content-type": "application/json", "content-length": str(len(body))}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": "deploy-check",
            "stage": "$default",
        },
        **({"body": body} if body else {}),
        "isBase64Encoded": False,
    }
