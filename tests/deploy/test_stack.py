"""Change sets: shown, named where they are dangerous, executed or gone."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING
from typing import Any

import pytest
from benchmarks.rig.emulators import ENVIRON

from microsite.deploy.aws import client
from microsite.deploy.s3 import S3Bucket
from microsite.deploy.stack import Change
from microsite.deploy.stack import ChangeSet
from microsite.deploy.stack import Stack
from microsite.deploy.stack import caller
from microsite.deploy.stack import digest
from microsite.deploy.stack import store_template
from microsite.errors import DeployError
from microsite.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

_NUMBERS = itertools.count(1)


def template(**topics: str) -> bytes:
    """A stack with a topic for each name."""
    resources = {
        name: {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": text}} for name, text in topics.items()
    }
    first = next(iter(topics))
    return json.dumps({
        "Parameters": {"BudgetUsd": {"Type": "String", "Default": "1"}},
        "Resources": resources,
        "Outputs": {"SiteBucket": {"Value": {"Ref": first}}},
    }).encode()  # fmt: skip


class Cloud:
    def __init__(self) -> None:
        self.client = client("cloudformation", "us-east-1")
        self.storage = client("s3", "us-east-1")
        self.bucket = f"stack-artifacts-{next(_NUMBERS)}"
        self.storage.create_bucket(Bucket=self.bucket)
        self.name = f"stack-{self.bucket}"
        self.stack = Stack(self.client, self.name, sleep=lambda _: None, ticks=lambda: 0.0)

    def url(self, text: bytes) -> str:
        return store_template(S3Bucket(self.bucket, "123456789012", self.storage), text, self.bucket, "us-east-1")

    def apply(self, text: bytes, name: str = "one") -> ChangeSet | None:
        with self.stack.proposed(self.url(text), {}, name=name) as found:
            if found is not None:
                self.stack.execute(found)
            return found

    def change_sets(self) -> list[Any]:
        told = self.client.list_change_sets(StackName=self.name)["Summaries"]
        return [one for one in told if one["Status"] == "CREATE_COMPLETE"]


@pytest.fixture
def cloud(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    made = Cloud()
    yield made
    made.client.close()
    made.storage.close()


def test_a_first_install_a_change_and_nothing_to_change(cloud: Cloud) -> None:
    assert cloud.stack.outputs() is None
    found = cloud.apply(template(Alarms="a"))
    assert found is not None
    assert found.first
    assert [(one.action, one.name) for one in found.changes] == [("add", "Alarms")]
    assert found.dangerous == ()
    assert cloud.stack.outputs() is not None
    found = cloud.apply(template(Alarms="a", Mails="b"), "two")
    assert found is not None
    assert not found.first
    assert ("add", "Mails") in {(one.action, one.name) for one in found.changes}


def test_a_plan_leaves_neither_a_change_set_nor_an_empty_stack(cloud: Cloud) -> None:
    with cloud.stack.proposed(cloud.url(template(Alarms="a")), {}, name="plan") as found:
        assert found is not None
    assert cloud.stack.outputs() is None
    cloud.apply(template(Alarms="a"))
    with cloud.stack.proposed(cloud.url(template(Alarms="b")), {}, name="plan") as found:
        assert found is not None
        assert cloud.change_sets()
    assert cloud.change_sets() == []
    outputs = cloud.stack.outputs()
    with pytest.raises(ZeroDivisionError), cloud.stack.proposed(cloud.url(template(A="b")), {}, name="plan"):
        raise ZeroDivisionError
    assert (cloud.change_sets(), cloud.stack.outputs()) == ([], outputs)


def test_the_keys_are_asked_whose_they_are(cloud: Cloud) -> None:
    asked = client("sts", "us-east-1")
    assert caller(asked)[0] == "123456789012"
    asked.close()


def test_outputs_are_those_of_a_stack_that_is_there() -> None:
    told = {"StackStatus": "UPDATE_COMPLETE", "Outputs": [{"OutputKey": "SiteBucket", "OutputValue": "site-1"}]}
    _, stack = scripted(describe_stacks=[{"Stacks": [told]}])
    assert stack.outputs() == {"SiteBucket": "site-1"}
    _, stack = scripted(describe_stacks=[{"Stacks": [{"StackStatus": "REVIEW_IN_PROGRESS"}]}])
    assert stack.outputs() is None


def test_a_digest_tells_templates_and_parameters_apart() -> None:
    pairs: list[tuple[bytes, Mapping[str, str]]] = [
        (b"a", {}),
        (b"b", {}),
        (b"a", {"x": "1"}),
        (b"a", {"x": "11"}),
        (b"a", {"x1": "1"}),
        (b"a", {"x": "", "y": ""}),
    ]
    assert len({digest(*pair) for pair in pairs}) == len(pairs)
    assert digest(b"a", {"x": "1", "y": "2"}) == digest(b"a", {"y": "2", "x": "1"})


class Script:
    """CloudFormation that answers from a script; notes what it is asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name: list(told) for name, told in answers.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, verb: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.asked.append((verb, arguments))
            told = self.answers.get(verb, [{}])
            return told.pop(0) if len(told) > 1 else told[0]

        return call


def changed(action: str, kind: str, replacement: str = "", *names: str) -> dict[str, Any]:
    details = [{"Target": {"Attribute": "Properties", "Name": name}} for name in names]
    told = {"Action": action, "LogicalResourceId": "It", "ResourceType": kind, "Details": details}
    return {"Type": "Resource", "ResourceChange": {**told, **({"Replacement": replacement} if replacement else {})}}


def scripted(*changes: dict[str, Any], **answers: Any) -> tuple[Script, Stack]:
    made = {"Status": "CREATE_COMPLETE", "Changes": list(changes)}
    script = Script(**{
        "describe_stacks": [{"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]}],
        "create_change_set": [{"Id": "arn:set"}],
        "describe_change_set": [{"Status": "CREATE_IN_PROGRESS"}, made],
        "describe_stack_events": [{"StackEvents": [{"EventId": "e1"}]}],
        **answers,
    })  # fmt: skip
    return script, Stack(script, "s", sleep=lambda _: None, ticks=lambda: 0.0)


@pytest.mark.parametrize(
    ("change", "dangerous", "line"),
    [
        (changed("Remove", "AWS::DynamoDB::Table"), True, "DANGEROUS"),
        (changed("Modify", "AWS::DynamoDB::Table", "True", "TableName"), True, "(TableName) is replaced DANGEROUS"),
        (changed("Modify", "AWS::S3::Bucket", "Conditional"), True, "may be replaced DANGEROUS"),
        (changed("Modify", "AWS::DynamoDB::Table", "False", "SSESpecification"), False, "(SSESpecification)"),
        (changed("Modify", "AWS::Lambda::Function", "True", "FunctionName"), False, "is replaced"),
        (changed("Remove", "AWS::CloudWatch::Alarm"), False, "remove  AWS::CloudWatch::Alarm It"),
        (changed("Add", "AWS::S3::Bucket"), False, "add     AWS::S3::Bucket It"),
    ],
)
def test_what_would_be_lost_is_dangerous_and_needs_a_word_of_its_own(
    change: dict[str, Any], *, dangerous: bool, line: str
) -> None:
    script, stack = scripted(change)
    with stack.proposed("https://x", {"BudgetUsd": "20"}, name="r1") as found:
        assert found is not None
        assert bool(found.dangerous) is dangerous
        assert line in found.lines()[0]
        if dangerous:
            with pytest.raises(Refused, match="cannot be made again"):
                stack.execute(found)
            assert "execute_change_set" not in {verb for verb, _ in script.asked}
        stack.execute(found, allow_dangerous=True)
    verbs = [verb for verb, _ in script.asked]
    assert verbs.count("execute_change_set") == 1
    assert verbs.index("execute_change_set") < verbs.index("delete_change_set")


def test_dangerous_lines_come_first() -> None:
    changes = (Change("add", "A", "AWS::SNS::Topic", (), ""), Change("remove", "Z", "AWS::S3::Bucket", (), ""))
    assert "DANGEROUS" in ChangeSet("x", changes, first=False).lines()[0]


@pytest.mark.parametrize(
    "why", ["The submitted information didn't contain changes.", "No updates are to be performed."]
)
def test_nothing_to_change_is_none_and_its_change_set_is_deleted(why: str) -> None:
    script, stack = scripted(describe_change_set=[{"Status": "FAILED", "StatusReason": why}])
    with stack.proposed("https://x", {}, name="r1") as found:
        assert found is None
    assert script.asked[-1][0] == "delete_change_set"


def test_what_cloudformation_refuses_is_said_in_its_words() -> None:
    script, stack = scripted(describe_change_set=[{"Status": "FAILED", "StatusReason": "Parameters: [X] do not exist"}])
    with pytest.raises(Refused, match=r"Parameters: .X. do not exist"), stack.proposed("https://x", {}, name="r1"):
        pass
    assert script.asked[-1][0] == "delete_change_set"


def test_a_change_that_fails_names_the_first_cause() -> None:
    def event(number: int, what: str, status: str, why: str) -> dict[str, str]:
        told = {"EventId": f"e{number}", "LogicalResourceId": what, "ResourceStatus": status}
        return {**told, "ResourceStatusReason": why}

    events = [
        event(4, "s", "UPDATE_ROLLBACK_COMPLETE", ""),
        event(3, "Second", "UPDATE_FAILED", "Resource update cancelled"),
        event(2, "First", "CREATE_FAILED", "limit exceeded"),
        event(1, "Old", "CREATE_FAILED", "of last year"),
    ]
    statuses = ["UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    _, stack = scripted(
        changed("Modify", "AWS::SNS::Topic"),
        describe_stacks=[{"Stacks": [{"StackStatus": status}]} for status in statuses],
        describe_stack_events=[{"StackEvents": events[3:]}, {"StackEvents": events}],
    )
    with stack.proposed("https://x", {}, name="r1") as found:
        assert found is not None
        with pytest.raises(DeployError, match="UPDATE_ROLLBACK_COMPLETE: First: limit exceeded; Second:") as told:
            stack.execute(found)
    assert "of last year" not in str(told.value)


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_cannot_take_a_change_is_said_before_anything_is_made(status: str) -> None:
    script, stack = scripted(describe_stacks=[{"Stacks": [{"StackStatus": status}]}])
    with pytest.raises(Refused, match=status), stack.proposed("https://x", {}, name="r1"):
        pass
    assert [verb for verb, _ in script.asked] == ["describe_stacks"]


def test_pages_of_a_long_change_set_are_all_read() -> None:
    pages = [
        {"Status": "CREATE_COMPLETE", "NextToken": "t", "Changes": [changed("Add", "AWS::SNS::Topic")]},
        {"Status": "CREATE_COMPLETE", "Changes": [changed("Remove", "AWS::S3::Bucket")]},
    ]
    _, stack = scripted(describe_change_set=pages)
    with stack.proposed("https://x", {}, name="r1") as found:
        assert found is not None
        assert len(found.changes) == 2
        assert len(found.dangerous) == 1
