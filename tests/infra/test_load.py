"""Reading a template: places are kept, and how a value was written is not."""

from __future__ import annotations

import pytest

from microsite.infra.load import TemplateError
from microsite.infra.load import leaves
from microsite.infra.load import read_template


def read(text: str) -> object:
    return read_template(text, "t.yml").root.plain()


def test_short_and_long_intrinsics_are_the_same() -> None:
    short = read("a: !GetAtt X.Y.Z\nb: !Ref Q\nc: !Sub 's'\nd: !If [c, 1, 2]\ne: !Condition k")
    long = read(
        '{"a": {"Fn::GetAtt": ["X", "Y.Z"]}, "b": {"Ref": "Q"}, "c": {"Fn::Sub": "s"}, '
        '"d": {"Fn::If": ["c", 1, 2]}, "e": {"Condition": "k"}}'
    )
    assert short == long
    assert read("a: {Fn::GetAtt: X.Y.Z}") == read("a: !GetAtt X.Y.Z")


def test_scalars_are_what_cloudformation_passes_on() -> None:
    told = read("a: true\nb: 'true'\nc: 300\nd: '300'\ne: 2012-10-17\nf: yes\ng: 0.05\nh: 012345678901\ni: 1_000\nj: ~")
    assert told == {
        "a": "true", "b": "true", "c": "300", "d": "300", "e": "2012-10-17", "f": "true", "g": "0.05",
        "h": "012345678901", "i": "1000", "j": "",
    }  # fmt: skip


def test_a_value_stands_where_its_key_stands() -> None:
    root = read_template("Resources:\n  Bucket:\n    Properties:\n      Rules:\n        - Status: Enabled\n", "t").root
    node = root.at("Resources/Bucket/Properties/Rules/0/Status")
    assert node is not None
    assert (node.text, node.line, node.column) == ("Enabled", 5, 11)
    assert root.at("Resources/Bucket/Nothing/More") is None
    assert [path for path, _ in leaves(root)] == ["Resources/Bucket/Properties/Rules/0/Status"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3", 3, "twice"),
        ("a: &x {b: 1}\nc:\n  <<: *x", 3, "plain word"),
        ("a: [1", 2, "not YAML"),
        ("- a", 1, "mapping"),
        ("", 1, "mapping"),
        ("a: &a [*a]", 1, "nested"),
    ],
)
def test_what_cannot_be_a_template_is_said_with_its_place(text: str, line: int, words: str) -> None:
    with pytest.raises(TemplateError, match=words) as raised:
        read(text)
    assert raised.value.line == line
    assert raised.value.fix
