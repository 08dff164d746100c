"""Policies as sets of grants, and the question whether a call is allowed.

In: resolved policy documents. Out: `Statement`s, `Grant`s (one effect, principal, action, resource and condition each,
so that statements can be split, merged and reordered without a difference), and `decide`, IAM's own evaluation: an
explicit deny wins, else an allow is needed. Conditions whose operator is not known here raise `UnknownOperatorError`:
nobody should believe an answer that leaves one out.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import eq
from operator import ge
from operator import gt
from operator import le
from operator import lt
from typing import TYPE_CHECKING
from typing import Final
from typing import Literal
from typing import NamedTuple

from microsite.errors import MicrositeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .load import Node

__all__ = [
    "Call",
    "Condition",
    "Grant",
    "Statement",
    "UnknownOperatorError",
    "covers",
    "decide",
    "grants",
    "statements",
]

_ROOT: Final = re.compile(r"arn:aws:iam::(\d{12}):root")
#: Of a text without wildcards all of these say the same.
_EQUAL: Final = frozenset({"stringequals", "stringlike", "arnequals", "arnlike"})
_NUMERIC: Final = {
    "numericequals": eq,
    "numericlessthan": lt,
    "numericlessthanequals": le,
    "numericgreaterthan": gt,
    "numericgreaterthanequals": ge,
}
_NEGATED: Final = frozenset({"stringnotequals", "stringnotlike", "arnnotequals", "arnnotlike"})


class UnknownOperatorError(MicrositeError):
    """A condition uses an operator that is not evaluated here."""


class Condition(NamedTuple):
    """One test of a statement: operator and key in lower case, with the values of which one must fit."""

    operator: str
    key: str
    values: frozenset[str]


class Call(NamedTuple):
    """A call somebody makes. `principal` is an ARN or a service's name, `context` maps condition keys to values."""

    action: str
    resource: str
    principal: str = ""
    context: Mapping[str, str] = {}


class Statement(NamedTuple):
    """A statement as written, every member a tuple. `nodes` are where effect, actions, resources … stand."""

    node: Node
    effect: str
    principals: tuple[str, ...]
    not_principals: tuple[str, ...]
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: frozenset[Condition]


class Grant(NamedTuple):
    """One effect of a statement. What is named by exclusion begins with `!` and lists what is left out."""

    effect: str
    principal: str
    action: str
    resource: str
    conditions: frozenset[Condition]


def statements(document: Node) -> list[Statement]:
    """The statements of a resolved policy document."""
    inner = document.entries.get("Statement")
    if inner is None:
        return []
    return [_statement(one) for one in (inner.parts if isinstance(inner.value, list) else [inner])]


def grants(statement: Statement) -> Iterator[Grant]:
    """Every combination of principal, action and resource of a statement."""
    for principal in _or_not(statement.principals, statement.not_principals):
        for action in _or_not(statement.actions, statement.not_actions):
            for resource in _or_not(statement.resources, statement.not_resources):
                yield Grant(statement.effect, principal, action, resource, statement.conditions)


def covers(wide: Grant, narrow: Grant) -> bool:
    """Whether `wide` allows (or denies) all that `narrow` does; conditions must be the same."""
    return (
        wide.effect == narrow.effect
        and wide.conditions == narrow.conditions
        and wide.principal in {narrow.principal, "*"}
        and (wide.action == narrow.action or fits(wide.action, narrow.action))
        and (wide.resource == narrow.resource or fits(wide.resource, narrow.resource))
    )


def decide(policy: Iterable[Statement], call: Call) -> Literal["allow", "deny", "none"]:
    """What the statements say of a call: an explicit deny, an allow, or nothing (which is a deny)."""
    said: Literal["allow", "none"] = "none"
    for statement in policy:
        if not _concerns(statement, call):
            continue
        if statement.effect == "Deny":
            return "deny"
        said = "allow"
    return said


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern), re.DOTALL)


def fits(pattern: str, text: str) -> bool:
    """Whether `text` fits `pattern`, in which * stands for any letters and ? for one."""
    return not pattern.startswith("!") and _pattern(pattern).fullmatch(text) is not None


def _concerns(statement: Statement, call: Call) -> bool:
    action = call.action.lower()
    context = {key.lower(): value for key, value in call.context.items()}

    def within(named: tuple[str, ...], excluded: tuple[str, ...], same: Callable[[str], bool]) -> bool:
        return (not named or any(map(same, named))) and not any(map(same, excluded))

    return (
        within(statement.principals, statement.not_principals, lambda one: _same_principal(one, call.principal))
        and within(statement.actions, statement.not_actions, lambda one: fits(one, action))
        and within(statement.resources, statement.not_resources, lambda one: fits(one, call.resource))
        and all(holds(condition, context) for condition in statement.conditions)
    )


def holds(condition: Condition, context: Mapping[str, str]) -> bool:
    """Whether a condition holds for a call's context (keys in lower case)."""
    value = context.get(condition.key)
    if condition.operator == "null":
        return (value is None) == ("true" in condition.values)
    operator = condition.operator.removesuffix("ifexists")
    if value is None:
        # A key that the call does not have fits nothing, so it fits what is negated.
        _test(operator, "", "")
        return operator != condition.operator or "not" in operator
    hits = [_test(operator, value, one) for one in condition.values]
    return all(hits) if "not" in operator else any(hits)


def _test(operator: str, value: str, stated: str) -> bool:
    """Whether one value passes one test."""
    positive = operator.replace("not", "", 1)
    if positive in {"equals", "stringequals", "arnequals"}:
        hit = value == stated
    elif positive in {"stringlike", "arnlike"}:
        hit = fits(stated, value)
    elif positive == "bool":
        hit = value.lower() == stated.lower()
    elif positive in _NUMERIC:
        hit = _NUMERIC[positive](float(value or 0), float(stated or 0))
    else:
        message = f"the condition operator {operator} is not evaluated here"
        raise UnknownOperatorError(message, fix="use StringEquals, StringLike, ArnLike, Bool, Null or a numeric one")
    return hit != (positive != operator)


def _statement(node: Node) -> Statement:
    effect = node.entries.get("Effect")
    return Statement(
        node,
        effect.text if effect is not None else "",
        _principals(node.entries.get("Principal")),
        _principals(node.entries.get("NotPrincipal")),
        tuple(one.lower() for one in _texts(node.entries.get("Action"))),
        tuple(one.lower() for one in _texts(node.entries.get("NotAction"))),
        _texts(node.entries.get("Resource")),
        _texts(node.entries.get("NotResource")),
        frozenset(conditions(node.entries.get("Condition"))),
    )


def conditions(node: Node | None) -> Iterator[Condition]:
    """The tests of a `Condition` block, in one form for all ways of writing them."""
    for operator, keys in node.entries.items() if node is not None else ():
        for key, values in keys.entries.items():
            yield canonical(operator, key, _texts(values))


def canonical(operator: str, key: str, values: Iterable[str]) -> Condition:
    """One test; without wildcards the operators for texts and ARNs are one and the same."""
    told = frozenset(values)
    name = operator.lower()
    plain = not any("*" in one or "?" in one for one in told)
    if (name in _EQUAL and plain) or name == "stringequals":
        name = "equals" if plain or name != "stringequals" else name
    elif name in _NEGATED and plain:
        name = "notequals"
    elif name == "arnequals":
        name = "arnlike"
    elif name == "arnnotequals":
        name = "arnnotlike"
    if name == "bool":
        told = frozenset(one.lower() for one in told)
    return Condition(name, key.lower(), told)


def _texts(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(one.text for one in node.parts) if isinstance(node.value, list) else (node.text,)


def _principals(node: Node | None) -> tuple[str, ...]:
    """`*`, an ARN, `Service:sns.amazonaws.com`, `Federated:…`; an account is its root's ARN."""
    if node is None:
        return ()
    if isinstance(node.value, str):
        return (node.value,)
    found: list[str] = []
    for kind, values in node.entries.items():
        for text in _texts(values):
            if kind != "AWS":
                found.append(f"{kind}:{text}")
            elif re.fullmatch(r"\d{12}", text):
                found.append(f"arn:aws:iam::{text}:root")
            else:
                found.append(text)
    return tuple(found)


def _same_principal(stated: str, caller: str) -> bool:
    root = _ROOT.fullmatch(stated)
    return stated in {"*", caller} or (root is not None and f"::{root[1]}:" in caller)


def _or_not(named: tuple[str, ...], excluded: tuple[str, ...]) -> tuple[str, ...]:
    return named or (("!" + ",".join(sorted(excluded)),) if excluded else ("",))
