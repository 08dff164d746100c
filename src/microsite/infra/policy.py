"""What a policy must say: the grants that are wanted, all of them and no others.

In: `allow(…)` and `deny(…)` rules. Out: a matcher for a policy document, however its statements are cut. A grant that
no rule covers is named with its line; so is a rule that no grant fulfills.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from .expect import Outcome
from .expect import Wrong
from .expect import shown
from .iam import Grant
from .iam import canonical
from .iam import covers
from .iam import grants
from .iam import statements

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from .expect import Context
    from .iam import Statement
    from .load import Node

__all__ = ["Policy", "Rule", "allow", "compare_grants", "deny"]


class Rule(NamedTuple):
    """Grants that are wanted; texts may hold `${Role.Attribute}`."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    when: Mapping[str, Mapping[str, str | Sequence[str]]]
    #: Resources under a pattern of `resources` that are needed in fact: naming just them is as good as the pattern.
    examples: tuple[str, ...]
    #: Nothing is missing when the policy leaves it out.
    optional: bool

    def grants(self, fill: Callable[[str], str], resources: Iterable[str]) -> list[Grant]:
        """The rule's grants on `resources`."""
        conditions = frozenset(
            canonical(operator, key, [fill(one) for one in ([values] if isinstance(values, str) else values)])
            for operator, keys in self.when.items()
            for key, values in keys.items()
        )
        return [
            Grant(self.effect, fill(principal), action.lower(), fill(resource), conditions)
            for principal in self.principals or ("",)
            for action in self.actions
            for resource in tuple(resources) or ("",)
        ]


def allow(  # noqa: PLR0913 - the parts of a statement
    actions: str | Sequence[str],
    resources: str | Sequence[str] = (),
    *,
    to: str | Sequence[str] = (),
    when: Mapping[str, Mapping[str, str | Sequence[str]]] | None = None,
    examples: Sequence[str] = (),
    optional: bool = False,
) -> Rule:
    """These actions, on these resources, for these principals, under these conditions."""
    return Rule("Allow", _tuple(actions), _tuple(resources), _tuple(to), when or {}, tuple(examples), optional)


def deny(
    actions: str | Sequence[str],
    resources: str | Sequence[str] = (),
    *,
    to: str | Sequence[str] = (),
    when: Mapping[str, Mapping[str, str | Sequence[str]]] | None = None,
    optional: bool = False,
) -> Rule:
    """These actions refused."""
    return allow(actions, resources, to=to, when=when, optional=optional)._replace(effect="Deny")


def _tuple(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document with just these grants."""

    rules: Sequence[Rule]

    def meet(self, node: Node | None, context: Context) -> Outcome:
        """See `expect.Matcher`."""
        if node is None:
            return Outcome([Wrong(context.parent, f"{context.path} is missing")])
        outcome = document_form(node, context.path)
        outcome.take(compare_grants(statements(node), self.rules, node, context))
        return outcome


def document_form(node: Node, path: str) -> Outcome:
    """The frame of a document: its version and its statements, all of whose members are known."""
    node.entries.get("Statement")
    outcome = Outcome()
    version = node.entries.get("Version")
    if version is None or version.text != "2012-10-17":
        # The old language takes policy variables such as ${aws:username} for plain text.
        outcome.wrong.append(Wrong(version or node, f"{path}.Version must be 2012-10-17"))
    if version is not None:
        outcome.seen.append(version)
    if "Id" in node.entries:
        outcome.seen.append(node.entries["Id"])
    known = {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
    for statement in statements(node):
        for key, child in statement.node.entries.items():
            if key == "Condition":
                # An operator without keys is no test: nobody has read it.
                outcome.seen += [one for test in child.children() if test.entries for one in _below(test)]
            elif key in known:
                outcome.seen += _below(child)
        if statement.effect not in {"Allow", "Deny"}:
            outcome.wrong.append(Wrong(statement.node, f"{path}: a statement's Effect must be Allow or Deny"))
    return outcome


def compare_grants(policy: Sequence[Statement], rules: Sequence[Rule], place: Node, context: Context) -> Outcome:
    """Which grants are too many, and which are missing."""
    outcome = Outcome()
    ceiling = [grant for rule in rules for grant in rule.grants(context.fill, (*rule.resources, *rule.examples))]
    exact = frozenset(ceiling)
    there: dict[Grant, None] = {}
    for statement in policy:
        for grant in grants(statement):
            there[grant] = None
            if grant not in exact and not any(covers(wanted, grant) for wanted in ceiling):
                node = _blamed(statement, grant, ceiling)
                outcome.wrong.append(Wrong(node, f"{context.path}: {_words(grant)}, which nothing here needs"))
    for rule in rules:
        if rule.optional:
            continue
        for wanted in rule.grants(context.fill, rule.resources):
            pattern = (
                [example for example in rule.grants(context.fill, rule.examples) if covers(wanted, example)]
                if rule.examples
                else []
            )
            met = (
                wanted in there
                or any(covers(grant, wanted) for grant in there)
                or (pattern and all(any(covers(grant, one) for grant in there) for one in pattern))
            )
            if not met:
                outcome.wrong.append(Wrong(place, f"{context.path}: missing: {_words(wanted)}"))
    return outcome


def _blamed(statement: Statement, grant: Grant, ceiling: Sequence[Grant]) -> Node:
    """The member of a statement that makes a grant too wide."""
    near = [one for one in ceiling if one.effect == grant.effect]
    for key, name in (("principal", "Principal"), ("action", "Action"), ("resource", "Resource")):
        if not any(getattr(one, key) == getattr(grant, key) for one in near):
            return statement.node.entries.get(name) or statement.node.entries.get(f"Not{name}") or statement.node
    return statement.node.entries.get("Condition") or statement.node


def _words(grant: Grant) -> str:
    who = f" to {shown(grant.principal)}" if grant.principal else ""
    what = grant.action if not grant.action.startswith("!") else f"everything but {grant.action[1:]}"
    where = f" on {shown(grant.resource)}" if grant.resource else ""
    when = ", ".join(
        sorted(f"{one.operator} {one.key} {shown('/'.join(sorted(one.values)))}" for one in grant.conditions)
    )
    return f"{grant.effect.lower()} {what}{where}{who}" + (f" when {when}" if when else "")


def _below(node: Node) -> list[Node]:
    found = [node]
    for child in node.children():
        found += _below(child)
    return found
