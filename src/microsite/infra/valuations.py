"""Under which parameters a template is looked at: its defaults, each parameters file, every turn of its conditions.

In: a template, what is known of its parameters, the files. Out: named sets of values. In the sets for the conditions
each parameter has a value that no other has, so that a value from the wrong parameter shows.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from itertools import islice
from itertools import product
from typing import TYPE_CHECKING
from typing import Final
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .load import Node
    from .resolve import Template
    from .spec import Spec

__all__ = ["Valuation", "valuations"]

#: More combinations than this are not looked at: twelve conditions that have nothing to do with each other.
_MOST: Final = 4096
#: So many values of different parameters meet each other in some row.
_TOGETHER: Final = 3


class Valuation(NamedTuple):
    """A name for messages, and parameter → text."""

    name: str
    values: Mapping[str, str]


def valuations(template: Template, spec: Spec, files: Mapping[str, Mapping[str, str]]) -> list[Valuation]:
    """The sets of values; `files` maps a parameters file's name to what it sets."""
    samples = {name: _sample(name, node, spec) for name, node in template.parameters.items()}
    defaults = {
        name: node.entries["Default"].text if "Default" in node.entries else samples[name]
        for name, node in template.parameters.items()
    }
    found = [Valuation("defaults", defaults)]
    for file, values in files.items():
        known = {name: value for name, value in values.items() if name in template.parameters}
        found.append(Valuation(file, defaults | known))
    turns = _turns(template, samples, spec)
    choices = tuple((name, tuple(values)) for name, values in turns.items())
    rows = _rows(choices, spec.impossible, tuple(sorted(samples.items())))
    for row in rows:
        told = ", ".join(f"{name}={value or 'empty'}" for name, value in row.items())
        found.append(Valuation(told, samples | row))
    return found


@lru_cache(maxsize=256)
def _rows(
    choices: tuple[tuple[str, tuple[str, ...]], ...],
    impossible: Callable[[Mapping[str, str]], bool],
    samples: tuple[tuple[str, str], ...],
) -> list[dict[str, str]]:
    """Few combinations in which every three values that can meet do meet; first one of those that must be refused.

    A condition of ours asks about two parameters, and what it decides may lie behind another one.
    """
    names = [name for name, _ in choices]
    every = (dict(zip(names, way, strict=True)) for way in product(*(values for _, values in choices)))
    ways = list(islice(every, _MOST))
    refused = [way for way in ways if impossible(dict(samples) | way)]
    ways = [way for way in ways if way not in refused]
    groups = list(combinations(names, min(_TOGETHER, len(names))))
    meetings = [{tuple((name, way[name]) for name in group) for group in groups} for way in ways]
    missing = set().union(*meetings)
    rows = refused[:1]
    while missing:
        best = max(range(len(ways)), key=lambda number: len(meetings[number] & missing))
        missing -= meetings[best]
        rows.append(ways[best])
    return rows


def _sample(name: str, node: Node, spec: Spec) -> str:
    """A value of the parameter that no other parameter has; of an unknown one its default."""
    stated = spec.parameters.get(name)
    default = node.entries.get("Default")
    if stated is not None and stated.sample:
        return stated.sample
    kind = node.entries.get("Type")
    if default is not None and (stated is None or (kind is not None and kind.text != "String")):
        return default.text
    allowed = node.entries.get("AllowedValues")
    return allowed.parts[0].text if allowed is not None and allowed.parts else f"<parameter {name}>"


def _turns(template: Template, samples: Mapping[str, str], spec: Spec) -> dict[str, list[str]]:
    """For each parameter that a condition asks about, or should, the values that may turn it."""
    turns = {name: values for name, values in _switches(spec, samples).items() if name in template.parameters}
    for condition in template.conditions.values():
        for names, texts in _questions(condition):
            for name in names:
                node = template.parameters.get(name)
                if node is None:
                    continue
                allowed = node.entries.get("AllowedValues")
                values = [one.text for one in allowed.parts] if allowed is not None else [samples[name], *texts]
                if name in spec.parameters and len(set(values)) == 1 and values[0].isdecimal():
                    values.append(f"{int(values[0]) + 1}")  # the other answer
                kept = turns.setdefault(name, [])
                kept += [one for one in values if one not in kept]
    return turns


def _switches(spec: Spec, samples: Mapping[str, str]) -> dict[str, list[str]]:
    """The parameters that decide what is there, whether or not a condition still asks about them."""
    found: dict[str, list[str]] = {}
    for name, stated in spec.parameters.items():
        allowed = stated.want.get("AllowedValues")
        if not stated.sample and isinstance(allowed, list):
            found[name] = [str(one) for one in allowed]
        elif stated.want.get("Default") == "":
            found[name] = [samples.get(name, stated.sample), ""]
    return found


def _questions(node: Node) -> Iterator[tuple[list[str], list[str]]]:
    """Of each `Fn::Equals` below: the parameters it names and the texts it compares them with."""
    for key, child in node.entries.items():
        if key == "Fn::Equals":
            names = [one.entries["Ref"].text for one in child.parts if "Ref" in one.entries]
            yield names, [one.text for one in child.parts if isinstance(one.value, str)]
    for child in node.children():
        yield from _questions(child)
