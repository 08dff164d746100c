"""The stack goes with the release: a change set, shown before it is executed, with what is dangerous named.

In: the template, the parameters of the environment, what the release adds to them. Out: lines for the plan; on apply a
stack that has the change. A change set that the plan made is deleted again, whatever happens. What destroys data or an
address (a table, a bucket, a key, the distribution replaced or removed) is dangerous and needs a word of its own.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from contextlib import suppress
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from botocore.exceptions import ClientError

from microsite.errors import DeployError
from microsite.errors import Interrupted
from microsite.errors import Refused

from .aws import code_of
from .aws import words
from .ports import Headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .ports import Bucket

__all__ = ["STATEFUL", "Change", "ChangeSet", "Stack", "caller", "digest", "store_template"]

#: Types that hold what cannot be made again, or an address that visitors or mail know.
STATEFUL = frozenset({
    "AWS::ApiGatewayV2::Api",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::KeyValueStore",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
})  # fmt: skip
#: Seconds for a change set to be made and for a stack to take it (a distribution takes minutes), and between two looks.
_THINKING = 300.0
_BUILDING = 3600.0
_PAUSE = 3.0
_YAML = Headers("text/yaml; charset=utf-8", "no-store")
_NOTHING = ("didn't contain changes", "no updates are to be performed", "no changes")


class Change(NamedTuple):
    """One resource that a change set touches."""

    #: `add`, `modify`, `remove`, `import`, `dynamic`.
    action: str
    name: str
    kind: str
    #: Properties that change, as CloudFormation names them.
    scope: tuple[str, ...]
    #: `True`, `Conditional`, or "".
    replacement: str

    @property
    def dangerous(self) -> bool:
        """Whether it may destroy what cannot be made again."""
        return self.kind in STATEFUL and (self.action == "remove" or self.replacement in {"True", "Conditional"})

    def __str__(self) -> str:
        parts = [f"{self.action:<7} {self.kind} {self.name}"]
        if self.scope:
            parts.append(f"({', '.join(self.scope)})")
        if self.replacement in {"True", "Conditional"}:
            parts.append("is replaced" if self.replacement == "True" else "may be replaced")
        if self.dangerous:
            parts.append("DANGEROUS: what it holds would be lost")
        return " ".join(parts)


class ChangeSet(NamedTuple):
    """What CloudFormation would do."""

    #: ARN, by which it is executed or deleted.
    id: str
    changes: tuple[Change, ...]
    #: The stack is not there yet.
    first: bool

    @property
    def dangerous(self) -> tuple[Change, ...]:
        """The changes that may destroy what cannot be made again."""
        return tuple(change for change in self.changes if change.dangerous)

    def lines(self) -> list[str]:
        """For the plan, the dangerous ones first."""
        return [str(change) for change in sorted(self.changes, key=lambda one: (not one.dangerous, one))]


def digest(template: bytes, parameters: Mapping[str, str]) -> str:
    """SHA-256 in hex of what a release asks of CloudFormation; the same as the live one's means: nothing to ask."""
    said = "".join(f"{len(key)}:{key}={len(value)}:{value};" for key, value in sorted(parameters.items()))
    return hashlib.sha256(hashlib.sha256(template).digest() + said.encode()).hexdigest()


def store_template(artifacts: Bucket, template: bytes, bucket: str, region: str, *, folder: str = "templates") -> str:
    """Copy the template to the artifacts bucket, once; the address that CloudFormation reads it from.

    `folder` is `plans` for a change set that is only shown: the role of pull requests may write nowhere else.
    """
    key = f"{folder}/{hashlib.sha256(template).hexdigest()}.yml"
    artifacts.put(key, template, _YAML, hashlib.sha256(template).hexdigest(), fresh=True)
    return f"https://{bucket}.s3.{region}.amazonaws.com/{key}"


def caller(client: Any) -> tuple[str, str]:
    """Account and ARN of the keys in use; `client` is one of STS."""
    with words("asking whose keys these are"):
        answer = client.get_caller_identity()
    return str(answer["Account"]), str(answer["Arn"])


class Stack:
    """A stack by its name."""

    def __init__(self, client: Any, name: str, *, sleep: Callable[[float], None], ticks: Callable[[], float]) -> None:
        """`client` is one of CloudFormation, `ticks` a monotonic clock in seconds."""
        self._client = client
        self._name = name
        self._sleep = sleep
        self._ticks = ticks

    def outputs(self) -> dict[str, str] | None:
        """Output → value; None when there is no such stack (or only the shell of a first change set)."""
        told = self._described()
        if told is None or told["StackStatus"] in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}:
            return None
        return {one["OutputKey"]: one["OutputValue"] for one in told.get("Outputs", ())}

    @contextmanager
    def proposed(self, template_url: str, parameters: Mapping[str, str], *, name: str) -> Iterator[ChangeSet | None]:
        """What the template would change, None when nothing; a change set that nobody executed is deleted after.

        `name` is the change set's: letters, digits and hyphens.
        """
        told = self._described()
        first = told is None or told["StackStatus"] == "REVIEW_IN_PROGRESS"
        if told is not None:
            _demand_quiet(self._name, str(told["StackStatus"]))
        with words("asking CloudFormation what would change", place=self._name):
            made = self._client.create_change_set(
                StackName=self._name,
                ChangeSetName=name,
                ChangeSetType="CREATE" if first else "UPDATE",
                TemplateURL=template_url,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())
                ],
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            )["Id"]
        try:
            changes = self._changes(made)
            yield ChangeSet(made, changes, first) if changes is not None else None
        finally:
            # Executed ones are gone by then, and a plan must end with its own words.
            with suppress(DeployError), words("deleting the change set", place=self._name):
                self._client.delete_change_set(StackName=self._name, ChangeSetName=made)
            if first:
                self._drop_shell()

    def execute(self, found: ChangeSet, *, allow_dangerous: bool = False) -> None:
        """Do what was proposed and wait for it; raises Refused for what is dangerous and was not asked for.

        When CloudFormation gives up it takes its changes back by itself; the reasons are in the error.
        """
        if found.dangerous and not allow_dangerous:
            named = "; ".join(map(str, found.dangerous))
            fix = "find out why; if it is meant, take a backup and say --allow-dangerous"
            msg = f"the stack would lose what cannot be made again: {named}"
            raise Refused(msg, fix=fix)
        began = self._last_event()
        with words("changing the stack", place=self._name):
            self._client.execute_change_set(StackName=self._name, ChangeSetName=found.id)
        status = self._settled()
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}:
            reasons = "; ".join(self._reasons(began)) or "CloudFormation gives no reason"
            msg = f"the stack {self._name} ended as {status}: {reasons}"
            raise DeployError(msg, fix="it took its changes back by itself; correct the cause and release again")

    def _described(self) -> dict[str, Any] | None:
        with words("reading the stack", place=self._name):
            try:
                stacks: list[dict[str, Any]] = self._client.describe_stacks(StackName=self._name)["Stacks"]
            except ClientError as error:
                # ValidationError: Stack with id X does not exist
                if code_of(error) == "ValidationError" and "does not exist" in str(error):
                    return None
                raise
        return stacks[0] if stacks else None

    def _changes(self, made: str) -> tuple[Change, ...] | None:
        until = self._ticks() + _THINKING
        while True:
            with words("reading the change set", place=self._name):
                told = self._client.describe_change_set(StackName=self._name, ChangeSetName=made)
            status, why = told["Status"], str(told.get("StatusReason", ""))
            if status == "CREATE_COMPLETE":
                break
            if status == "FAILED":
                if any(one in why.lower() for one in _NOTHING):
                    return None
                msg = f"CloudFormation does not take the template or its parameters: {why}"
                raise Refused(msg, fix="`microsite infra check` says more; correct the file; nothing was changed")
            if self._ticks() > until:
                msg = f"CloudFormation did not finish a change set of {self._name} in {_THINKING:.0f} seconds"
                raise Interrupted(msg, fix="run the same command again")
            self._sleep(_PAUSE)
        found = [_change(one["ResourceChange"]) for one in told.get("Changes", ()) if "ResourceChange" in one]
        while told.get("NextToken"):
            with words("reading the change set", place=self._name):
                told = self._client.describe_change_set(
                    StackName=self._name, ChangeSetName=made, NextToken=told["NextToken"]
                )
            found += [_change(one["ResourceChange"]) for one in told.get("Changes", ()) if "ResourceChange" in one]
        return tuple(found) or None

    def _settled(self) -> str:
        until = self._ticks() + _BUILDING
        while True:
            told = self._described()
            status = str(told["StackStatus"]) if told is not None else "DELETE_COMPLETE"
            if not status.endswith("_IN_PROGRESS") or status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
                return status
            if self._ticks() > until:
                msg = f"the stack {self._name} is still {status} after {_BUILDING / 60:.0f} minutes"
                raise Interrupted(msg, fix="wait until it is done (CloudFormation's page shows it), then release again")
            self._sleep(_PAUSE)

    def _last_event(self) -> str:
        try:
            with words("reading the stack's events", place=self._name):
                events = self._client.describe_stack_events(StackName=self._name)["StackEvents"]
        except DeployError:
            return ""
        return str(events[0]["EventId"]) if events else ""

    def _reasons(self, since: str) -> Iterable[str]:
        """The reasons of what failed after event `since`, the first failure first; it is the cause of the others."""
        with words("reading the stack's events", place=self._name):
            events = self._client.describe_stack_events(StackName=self._name)["StackEvents"]
        fresh = []
        for event in events:  # the newest first
            if event["EventId"] == since:
                break
            if str(event.get("ResourceStatus", "")).endswith("_FAILED"):
                fresh.append(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason')}")
        return list(reversed(fresh))[:5]

    def _drop_shell(self) -> None:
        """Delete the empty stack that a first change set leaves when it is not executed."""
        with suppress(DeployError):
            told = self._described()
            if told is not None and told["StackStatus"] == "REVIEW_IN_PROGRESS":
                with words("deleting the empty stack", place=self._name):
                    self._client.delete_stack(StackName=self._name)


def _demand_quiet(name: str, status: str) -> None:
    if status.endswith("_IN_PROGRESS") and status not in {"REVIEW_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"}:
        msg = f"the stack {name} is being changed already ({status})"
        raise Refused(msg, fix="wait until that is done, then run this again")
    if status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}:
        msg = f"the stack {name} cannot be changed: {status}"
        raise Refused(
            msg, fix="infra/RUNBOOK.md, first install: a stack that failed has to be continued or deleted first"
        )


def _change(told: Mapping[str, Any]) -> Change:
    scope = sorted({
        str(detail["Target"].get("Name") or detail["Target"].get("Attribute"))
        for detail in told.get("Details", ())
        if "Target" in detail
    } or {str(one) for one in told.get("Scope", ())})  # fmt: skip
    replacement = str(told.get("Replacement", ""))
    return Change(
        str(told["Action"]).lower(),
        str(told["LogicalResourceId"]),
        str(told["ResourceType"]),
        tuple(scope),
        replacement if replacement in {"True", "Conditional"} else "",
    )
