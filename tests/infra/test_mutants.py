"""A sample of what `make bench ARGS='--only mutants'` tries: the dangerous is named, the harmless passes."""

from __future__ import annotations

import random

import pytest
from benchmarks.mutants.argued import reason
from benchmarks.mutants.dangers import DANGERS
from benchmarks.mutants.generic import mutants
from benchmarks.mutants.harmless import REWRITES
from benchmarks.mutants.tree import FILES
from benchmarks.mutants.tree import fresh
from benchmarks.mutants.tree import named

#: The last ones write text, so nothing can come after them.
TEXTS = ("JSON", "YAML, all quoted", "YAML, bare and in flow", "YAML, short intrinsics")


@pytest.mark.parametrize("part", range(4))
def test_dangers_are_named(part: int) -> None:
    silent = []
    for danger in DANGERS[part::16]:
        template = fresh(danger.file)
        danger.edit(template)
        assert template != fresh(danger.file), danger.sentence
        if named(danger.file, template) is None:
            silent.append(danger.sentence)
    assert not silent


def test_a_sample_of_all_single_edits_is_named_or_argued() -> None:
    every = [*mutants("delivery-role.yml", lambda kind, place: hash_of(kind + place) % 131 == 0)]
    every += mutants("template.yml", lambda kind, place: hash_of(kind + place) % 331 == 0)
    assert len(every) > 20
    silent = [(one.kind, one.place) for one in every if named(one.file, one.template) is None]
    assert not [one for one in silent if not reason(*one)]


@pytest.mark.parametrize("file", FILES)
def test_all_harmless_rewrites_at_once_pass(file: str) -> None:
    chance = random.Random(3)
    template = fresh(file)
    for name, rewrite in REWRITES.items():
        if name not in TEXTS and (name != "behaviors turned" or file == "template.yml"):
            template = rewrite(template, chance)
    assert named(file, template) is None
    for name in TEXTS[2:]:
        assert named(file, REWRITES[name](fresh(file), chance)) is None


def test_there_are_enough_dangers_of_every_kind() -> None:
    assert len(DANGERS) >= 150
    assert len({danger.kind for danger in DANGERS}) >= 12


def hash_of(place: str) -> int:
    """The same in every process."""
    return sum((number + 1) * ord(sign) for number, sign in enumerate(place))
