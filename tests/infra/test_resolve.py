"""Intrinsics are carried out: two ways to write one thing give one text, two things never do."""

from __future__ import annotations

import pytest

from microsite.infra.load import read_template
from microsite.infra.resolve import Resolver
from microsite.infra.resolve import Template

HEAD = """
Parameters:
  Mode: {Type: String, Default: one}
  Hosts: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  Sizes: {small: {memory: 256}}
Conditions:
  IsOne: !Equals [!Ref Mode, one]
  IsTwo: !Not [!Condition IsOne]
  Both: !And [!Condition IsOne, !Not [!Condition IsTwo]]
  Loop: !Condition Loop
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${AWS::StackName}-leads"}}
  Key: {Type: AWS::KMS::Key}
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Fn: {Type: AWS::Lambda::Function}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, Name: live}}
"""


def resolved(value: str, **values: str) -> tuple[object, list[str]]:
    template = Template(read_template(f"{HEAD}X: {value}", "t"))
    resolver = Resolver(template, {"Mode": "one", "Hosts": "a, b", **values}, {})
    node = resolver.resolve(template.tree.root.entries["X"])
    return (node.plain() if node is not None else None), [one.message for one in resolver.problems]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("!GetAtt Table.Arn", "!Sub 'arn:${AWS::Partition}:dynamodb:us-east-1:${AWS::AccountId}:table/${Table}'"),
        ("!Ref Live", "!Sub '${Fn.Arn}:live'"),
        ("!Ref Topic", "!GetAtt Topic.TopicArn"),
        ("!Ref Queue", "!GetAtt Queue.QueueUrl"),
        ("!Ref Mode", "!If [IsTwo, two, !If [Both, one, three]]"),
        ("!Join ['-', [!Ref 'AWS::StackName', leads]]", "!Ref Table"),
        ("!Select [1, !Split ['/', 'x/a/y']]", "!Select [0, !Ref Hosts]"),
        ("!FindInMap [Sizes, small, memory]", "256"),
        ("!Sub ['${A}-x', {A: !Ref Mode}]", "one-x"),
        ("{a: !Ref 'AWS::NoValue', b: 1}", "{b: 1}"),
        ("!Sub 'x${!Literal}'", "'x${Literal}'"),
    ],
)
def test_two_ways_to_say_one_thing_are_one_text(one: str, other: str) -> None:
    assert resolved(one) == resolved(other)
    assert resolved(one)[1] == []


def test_two_things_are_never_one_text() -> None:
    told = [
        str(resolved(one)[0])
        for one in ("!Ref Table", "!Ref Key", "!GetAtt Key.Arn", "!Ref Queue", "!Ref Topic", "!Ref Live")
    ]
    assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("!Ref Nothing", "no parameter or resource Nothing"),
        ("!GetAtt Nothing.Arn", "no resource Nothing"),
        ("!If [Nothing, 1, 2]", "no condition Nothing"),
        ("!FindInMap [Sizes, large, memory]", "Mappings"),
        ("!Transform {Name: x}", "nobody knows"),
        ("!Select [9, [a]]", "finds nothing"),
    ],
)
def test_what_has_no_meaning_is_a_problem(value: str, words: str) -> None:
    assert any(words in one for one in resolved(value)[1])


def test_a_condition_that_names_itself_ends() -> None:
    assert resolved("!If [Loop, 1, 2]")[0] == "2"
