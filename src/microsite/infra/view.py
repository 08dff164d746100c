"""A template under one set of parameters, as assertions see it, and what they find.

In: a template, what is known of it, a value for each parameter. Out: `Found`s. Whatever an assertion reads is noted, so
that `coverage` can name what nobody has read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from .expect import Context
from .expect import compare
from .load import Node
from .policy import compare_grants
from .resolve import Resolver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .expect import Outcome
    from .expect import Want
    from .iam import Statement
    from .policy import Rule
    from .resolve import Template
    from .spec import Claim
    from .spec import Facts
    from .spec import Spec

__all__ = ["Found", "Resource", "View"]


class Found(NamedTuple):
    """One thing that is wrong."""

    node: Node
    rule: str
    message: str
    sentence: str


class Resource:
    """A resource that is there under these parameters: as written, and with its properties resolved."""

    def __init__(self, logical: str, kind: str, raw: Node, properties: Node) -> None:
        self.logical = logical
        self.kind = kind
        self.raw = raw
        self.properties = properties


class View:
    """`template` under `values`; resources by their role."""

    def __init__(
        self, template: Template, spec: Spec, roles: Mapping[str, str], values: Mapping[str, str], facts: Facts
    ) -> None:
        self.template = template
        self.spec = spec
        self.facts = facts
        self.values = values
        self.found: list[Found] = []
        self.resolver = Resolver(template, values, roles)
        self.resources: dict[str, Resource] = {}
        for logical, raw in template.resources.items():
            condition = raw.entries.get("Condition")
            if condition is not None and not self.resolver.condition(condition.text, condition):
                continue
            written = raw.entries.get("Properties") or Node({}, raw.line, raw.column)
            properties = self.resolver.resolve(written) or Node({}, raw.line, raw.column)
            self.resources[roles[logical]] = Resource(logical, template.kind(logical), raw, properties)
        self._claim: Claim | None = None

    def run(self, claim: Claim) -> None:
        """Run one claim; what it finds goes under its name. A claim that breaks is no consent."""
        self._claim = claim
        try:
            claim.test(self)
        except Exception as error:  # noqa: BLE001 - a template may hold anything anywhere
            self.wrong(self.template.tree.root, f"this cannot be judged: {type(error).__name__} {error}")
        self._claim = None

    def value(self, parameter: str) -> str:
        """The value of a parameter; "" when the template has no such parameter."""
        return self.values.get(parameter, "")

    def get(self, role: str, path: str = "") -> Node | None:
        """A resource's properties, or the value at a path of them; None when there is none."""
        resource = self.resources.get(role)
        return resource.properties.at(path) if resource is not None else None

    def must(self, role: str, want: Want, path: str = "") -> None:
        """Hold the properties of a role against `want`; a resource that is not there is another claim's business."""
        resource = self.resources.get(role)
        if resource is None:
            return
        parent = resource.properties
        node: Node | None = parent
        name = resource.logical
        for part in filter(None, path.split("/")):
            parent = node or parent
            node = node.at(part) if node is not None else None
            name = f"{name}.{part}"
        self.take(compare(node, want, Context(parent if node is None else node, name, self.resolver.fill)))

    def may(self, role: str, policy: Sequence[Statement], rules: Sequence[Rule], place: Node) -> None:
        """Hold the grants of statements from several documents against rules."""
        resource = self.resources.get(role)
        name = resource.logical if resource is not None else role
        self.take(compare_grants(policy, rules, place, Context(place, name, self.resolver.fill)))

    def number(self, role: str, path: str, default: float = 0.0) -> float:
        """A number among the properties, which is noted as read; `default` when it is not there or no number."""
        node = self.get(role, path)
        if node is None:
            return default
        node.see()
        try:
            return float(node.text)
        except ValueError:
            self.wrong(node, f"{role}.{path.replace('/', '.')} is no number")
            return default

    def take(self, outcome: Outcome) -> None:
        """Note what was read and what is wrong."""
        for node in outcome.seen:
            node.seen = True
        for wrong in outcome.wrong:
            self.wrong(wrong.node, wrong.message)

    def wrong(self, node: Node, message: str) -> None:
        """Note something wrong under the claim that runs."""
        rule, sentence = (self._claim.rule, self._claim.sentence) if self._claim is not None else ("template", "")
        self.found.append(Found(node, rule, message, sentence))
