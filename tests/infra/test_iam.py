"""IAM's evaluation by itself: wildcards, exclusions, conditions, and a refusal that wins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from microsite.infra.expect import Context
from microsite.infra.iam import Call
from microsite.infra.iam import UnknownOperatorError
from microsite.infra.iam import decide
from microsite.infra.iam import statements
from microsite.infra.load import read_template
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.policy import deny

ARN = "arn:aws:s3:::b/assets/x.css"


def policy(*told: dict[str, Any]) -> Any:
    return read_template(json.dumps({"Version": "2012-10-17", "Statement": list(told)}), "t").root


def says(
    statement: dict[str, Any], action: str = "s3:GetObject", resource: str = ARN, who: str = "", **context: str
) -> str:
    call = Call(action, resource, who, {key.replace("_", ":"): value for key, value in context.items()})
    return decide(statements(policy({"Effect": "Allow", **statement})), call)


def test_wildcards_and_letter_case() -> None:
    assert says({"Action": "S3:Get*", "Resource": "arn:aws:s3:::b/*"}) == "allow"
    assert says({"Action": "s3:GetObjec?", "Resource": "*"}) == "allow"
    assert says({"Action": "*", "Resource": "arn:aws:s3:::b"}) == "none"
    assert says({"Action": "s3:PutObject", "Resource": "*"}) == "none"
    assert says({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::B/*"}) == "none"


def test_what_is_named_by_exclusion() -> None:
    assert says({"NotAction": "iam:*", "Resource": "*"}) == "allow"
    assert says({"NotAction": "s3:*", "Resource": "*"}) == "none"
    assert says({"Action": "s3:*", "NotResource": "arn:aws:s3:::b/*"}) == "none"
    assert says({"Action": "s3:*", "Resource": "*", "NotPrincipal": {"AWS": "*"}}) == "none"


def test_principals() -> None:
    everything = {"Action": "s3:*", "Resource": "*"}
    role = "arn:aws:iam::111122223333:role/x"
    assert says({**everything, "Principal": "*"}, who=role) == "allow"
    assert says({**everything, "Principal": {"AWS": "111122223333"}}, who=role) == "allow"
    assert says({**everything, "Principal": {"AWS": "999999999999"}}, who=role) == "none"
    assert (
        says({**everything, "Principal": {"Service": "sns.amazonaws.com"}}, who="Service:sns.amazonaws.com") == "allow"
    )


@pytest.mark.parametrize(
    ("condition", "context", "said"),
    [
        ({"StringEquals": {"aws:x": ["a", "b"]}}, {"aws_x": "b"}, "allow"),
        ({"StringEquals": {"AWS:X": "a"}}, {"aws_x": "a"}, "allow"),
        ({"StringEquals": {"aws:x": "a"}}, {}, "none"),
        ({"StringEquals": {"aws:x": "a*"}}, {"aws_x": "ab"}, "none"),
        ({"StringLike": {"aws:x": "a*"}}, {"aws_x": "ab"}, "allow"),
        ({"StringNotEquals": {"aws:x": ["a", "b"]}}, {"aws_x": "b"}, "none"),
        ({"StringNotEquals": {"aws:x": "a"}}, {}, "allow"),
        ({"StringNotLike": {"aws:x": "a*"}}, {"aws_x": "b"}, "allow"),
        ({"StringEqualsIfExists": {"aws:x": "a"}}, {}, "allow"),
        ({"ArnLike": {"aws:x": "arn:aws:sns:*:1:t"}}, {"aws_x": "arn:aws:sns:us-east-1:1:t"}, "allow"),
        ({"Bool": {"aws:x": "false"}}, {"aws_x": "False"}, "allow"),
        ({"Null": {"aws:x": "true"}}, {}, "allow"),
        ({"NumericLessThanEquals": {"aws:x": "5"}}, {"aws_x": "5"}, "allow"),
        ({"NumericGreaterThan": {"aws:x": "5"}}, {"aws_x": "5"}, "none"),
        ({"StringEquals": {"aws:x": "a"}, "Bool": {"aws:y": "true"}}, {"aws_x": "a", "aws_y": "false"}, "none"),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, str], said: str) -> None:
    assert says({"Action": "*", "Resource": "*", "Condition": condition}, **context) == said


def test_nobody_believes_an_answer_that_left_a_condition_out() -> None:
    with pytest.raises(UnknownOperatorError):
        says(
            {"Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}},
            aws_SourceIp="x",
        )


def test_a_refusal_wins_wherever_it_stands() -> None:
    may = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    never = {
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    for told in ((may, never), (never, may)):
        plain = Call("s3:GetObject", ARN, context={"aws:SecureTransport": "false"})
        assert decide(statements(policy(*told)), plain) == "deny"
        assert (
            decide(statements(policy(*told)), Call("s3:GetObject", ARN, context={"aws:SecureTransport": "true"}))
            == "allow"
        )


WANTED = Policy(
    [
        allow(
            ["s3:GetObject", "s3:PutObject"],
            "arn:b/*",
            to="Service:x",
            when={"StringEquals": {"aws:SourceArn": "arn:d"}},
        ),
        deny("s3:*", "*", to="*", when={"Bool": {"aws:SecureTransport": "false"}}),
    ]
)
NEVER = {
    "Effect": "Deny",
    "Principal": {"AWS": ["*"]},
    "Action": ["s3:*"],
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": False}},
}
MAY = {
    "Effect": "Allow",
    "Principal": {"Service": "x"},
    "Resource": "arn:b/*",
    "Condition": {"ArnEquals": {"AWS:SourceArn": ["arn:d"]}},
}


def wrong(*told: dict[str, Any]) -> list[str]:
    root = policy(*told)
    return [one.message for one in WANTED.meet(root, Context(root, "P", str)).wrong]


def test_a_policy_is_what_it_grants() -> None:
    assert wrong({**MAY, "Action": ["S3:putobject", "s3:GetObject"]}, NEVER) == []
    assert wrong(NEVER, {**MAY, "Action": "s3:PutObject"}, {**MAY, "Action": "s3:GetObject"}) == []


@pytest.mark.parametrize(
    "told",
    [
        [{**MAY, "Action": ["s3:GetObject"]}, NEVER],
        [{**MAY, "Action": ["s3:GetObject", "s3:PutObject"]}],
        [{**MAY, "Action": "s3:*"}, NEVER],
        [{**MAY, "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}, NEVER],
        [{**MAY, "Action": ["s3:GetObject", "s3:PutObject"], "Principal": "*"}, NEVER],
        [{**MAY, "Action": ["s3:GetObject", "s3:PutObject"], "Condition": {}}, NEVER],
        [{**MAY, "NotAction": "iam:*"}, NEVER],
        [{**MAY, "Action": ["s3:GetObject", "s3:PutObject"]}, {**NEVER, "Effect": "Allow"}],
    ],
)
def test_more_and_less_is_named(told: list[dict[str, Any]]) -> None:
    assert wrong(*told)
