"""The records without `typing` mean the same as its named tuples."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from forms.lead import Agreed
from forms.record import NamedTuple


class Ours(NamedTuple):
    """Something."""

    name: str
    age: int = 7
    #: Not a default that is shared by mistake: tuples are never changed.
    rest: tuple[str, ...] = ()

    @property
    def older(self) -> int:
        return self.age + 1


class Theirs(typing.NamedTuple):
    """Something."""

    name: str
    age: int = 7
    rest: tuple[str, ...] = ()

    @property
    def older(self) -> int:
        return self.age + 1


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_fields_defaults_and_methods(kind: typing.Any) -> None:
    one = kind("a")
    assert (one.name, one.age, one.rest, one.older) == ("a", 7, (), 8)
    assert one == kind("a", 7) == kind(age=7, name="a") == ("a", 7, ())
    assert hash(one) == hash(("a", 7, ()))
    assert kind._fields == kind.__match_args__ == ("name", "age", "rest")
    assert kind._field_defaults == {"age": 7, "rest": ()}
    assert one._asdict() == {"name": "a", "age": 7, "rest": ()}
    assert list(one._asdict()) == list(kind._fields)
    assert one._replace(age=9) == ("a", 9, ())
    assert type(one._replace(age=9)) is type(kind._make(["b", 1, ()])) is kind
    assert repr(one) == f"{kind.__name__}(name='a', age=7, rest=())"
    name, age, _ = one
    assert (name, age, one[:2], len(one)) == ("a", 7, ("a", 7), 3)
    match one:
        case kind(name=first):
            assert first == "a"
    assert not hasattr(one, "__dict__")
    assert copy.deepcopy(one) == one
    assert copy.copy(one) == one


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_what_is_wrong_is_an_error(kind: typing.Any) -> None:
    for wrong in (
        kind,
        lambda: kind("a", 1, (), 4),
        lambda: kind("a", nme="b"),
        lambda: kind("a", name="b"),
        lambda: kind._make([]),
    ):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises((TypeError, ValueError)):
        kind("a")._replace(nme="b")
    with pytest.raises(AttributeError):
        kind("a").name = "b"


def test_a_record_travels_between_processes() -> None:
    box = Agreed("consent", "contact-1", "0" * 64, "Yes", given=True, at=1.5)
    assert pickle.loads(pickle.dumps(box)) == box
    assert type(pickle.loads(pickle.dumps(box))) is Agreed
