"""A template under one set of parameters to plain values: no intrinsic is left, and how a thing was written is gone.

In: a `Template`, a value for each parameter, and the role of each resource. Out: `Node`s that keep their places. What
cannot be resolved (an unknown name, a macro) becomes a `Problem`, never an exception.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from typing import Final
from typing import NamedTuple

from .load import Node
from .names import NAME_OF
from .names import PSEUDO
from .names import REGION
from .names import attribute
from .names import reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from .load import Tree

__all__ = ["Problem", "Resolver", "Template"]

#: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
_OF_RULES: Final = frozenset({"Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"})
_HOLE: Final = re.compile(r"\$\{(!?)([^${}]*)\}")


class Problem(NamedTuple):
    """Something in a template that has no meaning, and where."""

    node: Node
    message: str


class Template:
    """The sections of a template, as they are written."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.parameters = self._section("Parameters")
        self.mappings = self._section("Mappings")
        self.conditions = self._section("Conditions")
        self.resources = self._section("Resources")
        self.rules = self._section("Rules")
        self.outputs = self._section("Outputs")

    def _section(self, name: str) -> dict[str, Node]:
        node = self.tree.root.entries.get(name)
        return dict(node.entries) if node is not None else {}

    def kind(self, logical: str) -> str:
        """The type of a resource, such as `AWS::S3::Bucket`; "" when it has none."""
        node = self.resources[logical].entries.get("Type")
        return node.text if node is not None else ""


class Resolver:
    """Resolves values of `template` under `values` (parameter → text); `roles` maps logical ids to roles."""

    def __init__(
        self, template: Template, values: Mapping[str, str], roles: Mapping[str, str], *, region: str = REGION
    ) -> None:
        self.template = template
        self.values = values
        self._pseudo = {**PSEUDO, "AWS::Region": region}
        self.problems: list[Problem] = []
        self._roles = roles
        self._logical = {role: logical for logical, role in roles.items()}
        self._conditions: dict[str, bool] = {}
        self._names: dict[str, str] = {}
        self._functions: dict[str, Callable[[Node], Node | None]] = {
            "Ref": lambda node: self._ref(node.text, node),
            "Condition": lambda node: Node("true" if self.condition(node.text, node) else "false", *_place(node)),
            "Fn::Base64": lambda node: self._told(node, lambda text: base64.b64encode(text.encode()).decode()),
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::ImportValue": lambda node: self._told(node, lambda text: f"<import {text}>"),
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Sub": self._sub,
            "Fn::ToJsonString": self._to_json,
        }

    def resolve(self, node: Node) -> Node | None:
        """The value with every intrinsic carried out; None for `AWS::NoValue`."""
        value = node.value
        if isinstance(value, str):
            return Node(value, node.line, node.column)
        if isinstance(value, list):
            found = (self.resolve(one) for one in value)
            return Node([one for one in found if one is not None], node.line, node.column)
        if len(value) == 1:
            [(name, inner)] = value.items()
            if name in self._functions:
                done = self._functions[name](inner)
                return None if done is None else Node(done.value, node.line, node.column)
            if name.startswith("Fn::"):
                self._problem(node, f"{name} cannot be checked: nobody knows here what it gives")
                return Node(f"<{name}>", node.line, node.column)
        done_entries = {key: self.resolve(child) for key, child in value.items()}
        return Node({k: c for k, c in done_entries.items() if c is not None}, node.line, node.column)

    def condition(self, name: str, place: Node) -> bool:
        """Whether the condition `name` holds."""
        if name not in self._conditions:
            node = self.template.conditions.get(name)
            if node is None:
                self._problem(place, f"there is no condition {name}")
                return False
            self._conditions[name] = False  # a condition that names itself ends here
            self._conditions[name] = self._holds(node)
        return self._conditions[name]

    def refused(self) -> bool:
        """Whether the template's Rules refuse these parameters."""
        for rule in self.template.rules.values():
            condition = rule.entries.get("RuleCondition")
            if condition is not None and not self._holds(condition):
                continue
            stated = rule.entries.get("Assertions")
            for one in stated.parts if stated is not None else ():
                tested = one.entries.get("Assert")
                if tested is not None and not self._holds(tested):
                    return True
        return False

    def fill(self, text: str) -> str:
        """`text` with `${Role}`, `${Role.Attribute}` and `${Parameter}` filled in: what an assertion expects."""

        def put(match: re.Match[str]) -> str:
            if match[1]:
                return f"${{{match[2]}}}"
            role, _, wanted = match[2].partition(".")
            logical = self._logical.get(role)
            if logical is not None:
                return self._get(logical, wanted) if wanted else self._resource(logical)
            return self.values.get(match[2], PSEUDO.get(match[2], f"<no {match[2]}>"))

        return _HOLE.sub(put, text)

    def _holds(self, node: Node) -> bool:  # noqa: PLR0911 - one for each kind of condition
        if len(node.entries) != 1:
            self._problem(node, "a condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not, Condition")
            return False
        [(name, inner)] = node.entries.items()
        if name == "Condition":
            return self.condition(inner.text, inner)
        if name == "Fn::Not":
            return not all(self._holds(one) for one in inner.parts)
        if name == "Fn::And":
            return all(self._holds(one) for one in inner.parts)
        if name == "Fn::Or":
            return any(self._holds(one) for one in inner.parts)
        if name == "Fn::Equals" and len(inner.parts) == 2:
            left, right = (self.resolve(one) for one in inner.parts)
            return left is not None and right is not None and left.plain() == right.plain()
        if name in _OF_RULES and len(inner.parts) == 2:
            return self._among(name, *inner.parts)
        self._problem(node, f"{name} is no condition")
        return False

    def _among(self, name: str, left: Node, right: Node) -> bool:
        """`Fn::Contains` and its kin, which only Rules know."""
        items = [one.text for one in self._items(left)]
        wanted = [one.text for one in self._items(right)]
        if name == "Fn::Contains":
            return all(one in items for one in wanted)
        return all(one in wanted for one in items)

    def _items(self, node: Node) -> list[Node]:
        """The items of a list; a single value is a list of one."""
        done = self.resolve(node)
        return [] if done is None else done.parts or [done]

    def _ref(self, name: str, place: Node) -> Node | None:
        if name == "AWS::NoValue":
            return None
        if name in self.values:
            kind = self.template.parameters[name].at("Type") if name in self.template.parameters else None
            text = self.values[name]
            if kind is not None and (kind.text == "CommaDelimitedList" or kind.text.startswith("List<")):
                return Node([Node(one.strip(), *_place(place)) for one in text.split(",")], *_place(place))
            return Node(text, *_place(place))
        return Node(self._named(name, place), *_place(place))

    def _named(self, name: str, place: Node) -> str:
        if name in self.values:
            return self.values[name]
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self.template.resources:
            return self._resource(name)
        self._problem(place, f"there is no parameter or resource {name}")
        return f"<no {name}>"

    def _resource(self, logical: str) -> str:
        return reference(self.template.kind(logical), self.name_of(logical))

    def _get(self, logical: str, wanted: str) -> str:
        return attribute(self.template.kind(logical), self.name_of(logical), wanted)

    def name_of(self, logical: str) -> str:
        """The resource's name: the property that says it, or its role."""
        if logical not in self._names:
            role = self._roles.get(logical, logical)
            self._names[logical] = f"<{role}>"
            kind = self.template.kind(logical)
            properties = self.template.resources[logical].at("Properties")
            stated = properties.entries.get(NAME_OF.get(kind, "")) if properties is not None else None
            if kind == "AWS::Lambda::Alias" and properties is not None:
                parts = [properties.entries.get(one) for one in ("FunctionName", "Name")]
                texts = [done.text for one in parts if one is not None and (done := self.resolve(one)) is not None]
                function, alias = [*texts, "", ""][:2]
                whole = function if function.startswith("arn:") else attribute("AWS::Lambda::Function", function, "Arn")
                self._names[logical] = f"{whole}:{alias}"
            elif stated is not None:
                done = self.resolve(stated)
                if done is not None and done.text:
                    self._names[logical] = done.text
        return self._names[logical]

    def _get_att(self, node: Node) -> Node | None:
        parts = node.parts or [Node(one, *_place(node)) for one in node.text.split(".", 1)]
        texts = [done.text for one in parts if (done := self.resolve(one)) is not None]
        logical, wanted = texts[0] if texts else "", ".".join(texts[1:])
        if logical not in self.template.resources:
            self._problem(node, f"there is no resource {logical}")
            return Node(f"<no {logical}>", *_place(node))
        return Node(self._get(logical, wanted), *_place(node))

    def _if(self, node: Node) -> Node | None:
        if len(node.parts) != 3:
            self._problem(node, "Fn::If takes a condition and two values")
            return None
        return self.resolve(node.parts[1 if self.condition(node.parts[0].text, node) else 2])

    def _join(self, node: Node) -> Node | None:
        resolved = self.resolve(Node(node.value, *_place(node)))
        if resolved is None or len(resolved.parts) != 2:
            self._problem(node, "Fn::Join takes a separator and a list")
            return None
        separator, items = resolved.parts
        return Node(separator.text.join(one.text for one in items.parts), *_place(node))

    def _select(self, node: Node) -> Node | None:
        resolved = self.resolve(Node(node.value, *_place(node)))
        if resolved is not None and len(resolved.parts) == 2 and resolved.parts[0].text.isdecimal():
            number, items = int(resolved.parts[0].text), resolved.parts[1].parts
            if number < len(items):
                return items[number]
        self._problem(node, "Fn::Select finds nothing")
        return None

    def _split(self, node: Node) -> Node | None:
        resolved = self.resolve(Node(node.value, *_place(node)))
        if resolved is None or len(resolved.parts) != 2 or not resolved.parts[0].text:
            self._problem(node, "Fn::Split takes a separator and a text")
            return None
        separator, text = resolved.parts
        return Node([Node(one, *_place(node)) for one in text.text.split(separator.text)], *_place(node))

    def _sub(self, node: Node) -> Node | None:
        own: dict[str, str] = {}
        text = node.text
        if node.parts:
            text = node.parts[0].text
            for key, child in node.parts[1].entries.items() if len(node.parts) > 1 else ():
                done = self.resolve(child)
                own[key] = done.text if done is not None else ""

        def put(match: re.Match[str]) -> str:
            name = match[2].strip()
            if match[1]:
                return f"${{{name}}}"
            if name in own:
                return own[name]
            resource, dot, wanted = name.partition(".")
            if dot and resource in self.template.resources:
                return self._get(resource, wanted)
            return self._named(name, node)

        return Node(_HOLE.sub(put, text), *_place(node))

    def _find_in_map(self, node: Node) -> Node | None:
        keys = [done.text for one in node.parts[:3] if (done := self.resolve(one)) is not None]
        found = self.template.mappings.get(keys[0]) if len(keys) == 3 else None
        for key in keys[1:]:
            found = found.entries.get(key) if found is not None else None
        if found is None:
            self._problem(node, f"there is no {' / '.join(keys)} in Mappings")
            return None
        if any(key in self._functions for key in found.entries):
            self._problem(node, "Mappings hold plain values only")
            return None
        return Node(found.value, *_place(node))

    def _to_json(self, node: Node) -> Node | None:
        done = self.resolve(node)
        return Node(json.dumps(done.plain() if done else None, sort_keys=True), *_place(node))

    def _told(self, node: Node, change: Callable[[str], str]) -> Node | None:
        done = self.resolve(node)
        return Node(change(done.text), *_place(node)) if done is not None else None

    def _problem(self, node: Node, message: str) -> None:
        if not any(one.node is node and one.message == message for one in self.problems):
            self.problems.append(Problem(node, message))


def _place(node: Node) -> tuple[int, int]:
    return node.line, node.column
