"""Under which parameters a template is looked at: its defaults, each parameters file, every turn of its conditions.

In: a template, what is known of its parameters, the files. Out: named sets of values. In the sets for the conditions
each parameter has a value that no other has, so that a value from the wrong parameter shows.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING
from typing import Final
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .load import Node
    from .resolve import Template
    from .spec import Spec

__all__ = ["Valuation", "valuations"]

#: More ways than this are not all tried; then each condition's parameters vary alone.
_MOST: Final = 96


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
    turns = _turns(template, samples)
    names = list(turns)
    ways = list(product(*turns.values()))
    if len(ways) > _MOST:
        first = tuple(values[0] for values in turns.values())
        ways = [first] + [
            (*first[:place], value, *first[place + 1 :])
            for place, values in enumerate(turns.values())
            for value in values[1:]
        ]
    for way in ways:
        chosen = dict(zip(names, way, strict=True))
        told = ", ".join(f"{name}={value or 'empty'}" for name, value in chosen.items())
        found.append(Valuation(told, samples | chosen))
    return found


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


def _turns(template: Template, samples: Mapping[str, str]) -> dict[str, list[str]]:
    """For each parameter that a condition asks about, the values that may turn it."""
    turns: dict[str, list[str]] = {}
    for condition in template.conditions.values():
        for names, texts in _questions(condition):
            for name in names:
                node = template.parameters.get(name)
                if node is None:
                    continue
                allowed = node.entries.get("AllowedValues")
                values = [one.text for one in allowed.parts] if allowed is not None else [samples[name], *texts]
                kept = turns.setdefault(name, [])
                kept += [one for one in values if one not in kept]
    return turns


def _questions(node: Node) -> Iterator[tuple[list[str], list[str]]]:
    """Of each `Fn::Equals` below: the parameters it names and the texts it compares them with."""
    for key, child in node.entries.items():
        if key == "Fn::Equals":
            names = [one.entries["Ref"].text for one in child.parts if "Ref" in one.entries]
            yield names, [one.text for one in child.parts if isinstance(one.value, str)]
    for child in node.children():
        yield from _questions(child)
