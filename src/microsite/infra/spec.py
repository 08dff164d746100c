"""What is known of a template before it is read: its parameters, the roles of its resources, outputs, assertions.

In: data, written next to the assertions. Out: the types that hold it. A role is what a resource is for; a logical id is
only its name. `assign` finds which resource plays which role, so that a new name changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from .resolve import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from .expect import Want
    from .resolve import Template
    from .view import View

__all__ = ["Claim", "Claims", "Facts", "Output", "Parameter", "Role", "Spec", "always", "assign"]


def always(view: View) -> bool:  # noqa: ARG001 - a condition's signature
    """The condition of what is there in every environment."""
    return True


class Facts(NamedTuple):
    """What has its home elsewhere and must be the same here; the command gathers it."""

    #: Name in lower case → value, of every answer's security headers.
    headers: Mapping[str, str]
    #: `Runtime` and `Architectures` of the packed function.
    runtime: str
    architecture: str
    #: Name of a file in infra/edge/ → its text; a file that is not there is not in it.
    sources: Mapping[str, str]


class Parameter(NamedTuple):
    """A parameter of the template. `sample` is a value of its kind that no other parameter has."""

    want: Mapping[str, Want]
    sample: str


@dataclass(frozen=True, slots=True)
class Role:
    """What one resource is for. `clues` find it when it is called otherwise: property path → text.

    `by` names it as another role's property path: `HttpFunction/Role` is whatever that property points to. `keep` says
    that its content cannot be got back, so CloudFormation must never delete it.
    """

    kind: str
    clues: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    when: Callable[[View], bool] = always
    keep: bool = False
    after: tuple[str, ...] = ()


class Output(NamedTuple):
    """An output that scripts read: its value, and in which environments it is there."""

    value: Want | Callable[[View], Want]
    when: Callable[[View], bool] = always


class Claim(NamedTuple):
    """A sentence about the template and the function that tests it."""

    rule: str
    sentence: str
    test: Callable[[View], None]


class Claims(list[Claim]):
    """The claims of one module, in order."""

    def __call__(self, rule: str, sentence: str) -> Callable[[Callable[[View], None]], Callable[[View], None]]:
        """Register a function as the test of `sentence`."""

        def register(test: Callable[[View], None]) -> Callable[[View], None]:
            self.append(Claim(rule, sentence, test))
            return test

        return register


@dataclass(frozen=True, slots=True)
class Spec:
    """All that is known of one template."""

    name: str
    parameters: Mapping[str, Parameter]
    roles: Mapping[str, Role]
    outputs: Mapping[str, Output]
    claims: tuple[Claim, ...]
    #: Whether the template must refuse these values (its section Rules).
    impossible: Callable[[Mapping[str, str]], bool] = lambda _: False


def assign(template: Template, roles: Mapping[str, Role], values: Mapping[str, str]) -> dict[str, str]:
    """Logical id → role. A resource that plays none has a role of its own, for which nobody vouches."""
    found = {
        logical: logical
        for logical in template.resources
        if logical in roles and roles[logical].kind == template.kind(logical)
    }
    while True:
        resolver = Resolver(template, values, found)
        open_roles = [role for role in roles if role not in found.values()]
        pair = next((pair for role in open_roles if (pair := _find(role, roles, template, resolver, found))), None)
        if pair is None:
            # Not its own name where that is a role: a resource of another type does not play it.
            return found | {
                logical: f"another {logical}" if logical in roles else logical
                for logical in template.resources
                if logical not in found
            }
        found[pair[0]] = pair[1]


def _find(
    role: str, roles: Mapping[str, Role], template: Template, resolver: Resolver, found: Mapping[str, str]
) -> tuple[str, str] | None:
    """The one resource without a role that fits."""
    stated = roles[role]
    free = [one for one in template.resources if one not in found and template.kind(one) == stated.kind]
    others = [one for one in roles if roles[one].kind == stated.kind and one not in found.values()]
    if len(free) > 1 or len(others) > 1:
        free = [one for one in free if _fits(one, stated, template, resolver, found)]
    return (free[0], role) if len(free) == 1 else None


def _fits(logical: str, role: Role, template: Template, resolver: Resolver, found: Mapping[str, str]) -> bool:
    if role.by:
        user, _, path = role.by.partition("/")
        by = next((one for one, played in found.items() if played == user), None)
        texts = _texts(by, path, template, resolver) if by is not None else []
        if not any(resolver.name_of(logical) in text for text in texts):
            return False
    for path, want in role.clues.items():
        if resolver.fill(want) not in _texts(logical, path, template, resolver):
            return False
    return bool(role.by or role.clues)


def _texts(logical: str, path: str, template: Template, resolver: Resolver) -> list[str]:
    """The texts at a path of a resource's properties; `*` is every item."""
    properties = template.resources[logical].at("Properties")
    resolved = resolver.resolve(properties) if properties is not None else None
    nodes = [resolved] if resolved is not None else []
    for part in path.split("/"):
        nodes = [
            child
            for node in nodes
            for child in (node.children() if part == "*" else [node.at(part)])
            if child is not None
        ]
    return [node.text for node in nodes]
