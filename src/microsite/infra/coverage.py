"""What nobody vouches for: every resource, property, parameter and output that no assertion has read.

A check that only asks what it thought of says nothing about the line a tired engineer adds. So silence is not consent
here: what is unknown is a finding, until an assertion reads it or it is named in `FREE` with a reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from .defaults import is_default
from .expect import Context
from .expect import Free
from .expect import Optional
from .expect import compare
from .expect import shown
from .load import leaves
from .names import NAME_OF
from .names import OTHER_NAMES
from .resolve import Resolver

if TYPE_CHECKING:
    from .load import Node
    from .spec import Role
    from .view import Resource
    from .view import View

__all__ = ["FREE", "cover", "refusals"]

#: Properties that change nothing about what a resource does, on every resource; words for people anywhere inside.
FREE: Final = ("Comment", "Description", "Tags")
#: Members of a template whose content is words for people.
_WORDS: Final = frozenset({"Description", "Metadata"})
_SECTIONS: Final = frozenset({"Conditions", "Mappings", "Outputs", "Parameters", "Resources", "Rules"})
_MEMBERS: Final = frozenset({"Type", "Properties", "Condition", "Metadata"})
_KEPT: Final = frozenset({"Retain", "RetainExceptOnCreate"})


def cover(view: View) -> None:
    """Compare frame, presence, members and outputs, and name every leaf that no claim of `view` has read."""
    _frame(view)
    _presence(view)
    _names(view)
    for role, resource in view.resources.items():
        if role in view.spec.roles:
            _members(view, role, resource)
            for path, leaf in leaves(resource.properties):
                free = path.partition("/")[0] in FREE or path.rpartition("/")[2] in FREE[:2]
                free = free or is_default(resource.kind, path, leaf.text)
                if leaf is not resource.properties and not leaf.seen and not free:
                    place = f"{resource.logical}.{path.replace('/', '.')}"
                    view.wrong(leaf, f"nobody vouches for {place} ({shown(leaf)})")
    _outputs(view)
    for problem in view.resolver.problems:
        view.wrong(problem.node, problem.message)


def refusals(view: View) -> None:
    """Compare what the template's Rules refuse with what cannot be."""
    due, refused = view.spec.impossible(view.values), view.resolver.refused()
    root = view.template.tree.root
    place = root.entries.get("Rules") or root
    if due and not refused:
        view.wrong(place, "Rules do not refuse parameters that cannot make a stack")
    if refused and not due:
        view.wrong(place, "Rules refuse parameters that are right")
    elsewhere = Resolver(view.template, view.values, {}, region="eu-west-1")
    if view.template.rules and not elsewhere.refused():
        view.wrong(place, "Rules do not refuse another region than us-east-1")


def _frame(view: View) -> None:
    for name, node in view.template.tree.root.entries.items():
        if name == "AWSTemplateFormatVersion":
            if node.text != "2010-09-09":
                view.wrong(node, "AWSTemplateFormatVersion must be 2010-09-09")
        elif "cfn-lint" in node.entries:
            view.wrong(node, f"{name} takes rules from cfn-lint")
        elif name not in _WORDS | _SECTIONS:
            # A macro may rewrite the whole template after every check.
            view.wrong(node, f"nobody vouches for the section {name}")
    if "AWSTemplateFormatVersion" not in view.template.tree.root.entries:
        view.wrong(view.template.tree.root, "AWSTemplateFormatVersion is missing")
    for name, node in view.template.parameters.items():
        _parameter(view, name, node)
    for name in view.spec.parameters:
        if name not in view.template.parameters:
            view.wrong(view.template.tree.root, f"the parameter {name} is missing")


def _parameter(view: View, name: str, node: Node) -> None:
    stated = view.spec.parameters.get(name)
    if stated is None:
        # A new one is judged by what its default makes of the resources; it must have one.
        if "Default" not in node.entries:
            view.wrong(node, f"nobody vouches for the parameter {name}, which has no default")
        return
    words = Free("words for people")
    want = {"Description": Optional(words), "ConstraintDescription": Optional(words), **stated.want}
    view.take(compare(node, want, Context(node, name, str)))
    for path, leaf in leaves(node):
        if not leaf.seen:
            view.wrong(leaf, f"nobody vouches for the parameter's {name}.{path} ({shown(leaf)})")


def _presence(view: View) -> None:
    for role, stated in view.spec.roles.items():
        there, due = role in view.resources, stated.when(view)
        if due and not there:
            raw = view.template.resources.get(role) or view.template.tree.root
            view.wrong(raw, f"there is no {role} ({stated.kind}) with these parameters")
        elif there and not due:
            view.wrong(view.resources[role].raw, f"{role} must not be there with these parameters")
    for role, resource in view.resources.items():
        if role not in view.spec.roles:
            view.wrong(resource.raw, f"nobody vouches for the resource {resource.logical} ({resource.kind})")


def _names(view: View) -> None:
    """Two resources of one type with one name: the second cannot be made."""
    first: dict[tuple[str, str], str] = {}
    for resource in view.resources.values():
        path = NAME_OF.get(resource.kind) or OTHER_NAMES.get(resource.kind, "")
        node = resource.properties.at(path) if path else None
        other = first.setdefault((resource.kind, node.text), resource.logical) if node is not None else ""
        if node is not None and other != resource.logical:
            place = f"{resource.logical}.{path.replace('/', '.')}"
            view.wrong(node, f"{place} is the name of {other} too: only one of them can be made")


def _members(view: View, role: str, resource: Resource) -> None:
    stated = view.spec.roles[role]
    for name, node in resource.raw.entries.items():
        if name in {"DeletionPolicy", "UpdateReplacePolicy"}:
            if stated.keep and node.text not in _KEPT:
                view.wrong(node, f"{resource.logical}.{name} is {shown(node)}, must be Retain")
        elif name == "DependsOn":
            continue
        elif "cfn-lint" in node.entries:
            view.wrong(node, f"{resource.logical}.{name} takes rules from cfn-lint")
        elif name not in _MEMBERS:
            view.wrong(node, f"nobody vouches for {resource.logical}.{name}")
    for name in ("DeletionPolicy", "UpdateReplacePolicy") if stated.keep else ():
        if name not in resource.raw.entries:
            view.wrong(resource.raw, f"{resource.logical} has no {name}: Retain, and what it holds cannot be got back")
    _order(view, stated, resource)


def _order(view: View, stated: Role, resource: Resource) -> None:
    """What must be there before it, and no reference says so."""
    depends = resource.raw.entries.get("DependsOn")
    names = {one.text for one in depends.parts} or {depends.text} if depends is not None else set()
    logical = {role: one.logical for role, one in view.resources.items()}
    for needed in stated.after:
        if needed in logical and logical[needed] not in names:
            view.wrong(depends or resource.raw, f"{resource.logical} must depend on {logical[needed]}")


def _outputs(view: View) -> None:
    for name, raw in view.template.outputs.items():
        condition = raw.entries.get("Condition")
        if condition is not None and not view.resolver.condition(condition.text, condition):
            continue
        stated = view.spec.outputs.get(name)
        if stated is None:
            view.wrong(raw, f"nobody vouches for the output {name}")
            continue
        if not stated.when(view):
            view.wrong(raw, f"the output {name} must not be there with these parameters")
            continue
        value = raw.entries.get("Value")
        resolved = view.resolver.resolve(value) if value is not None else None
        wanted = stated.value(view) if callable(stated.value) else stated.value
        view.take(compare(resolved, wanted, Context(raw, f"{name}.Value", view.resolver.fill)))
        for key, node in raw.entries.items():
            if key not in {"Value", "Condition", "Description"}:
                view.wrong(node, f"nobody vouches for the output's {name}.{key}")
    for name, stated in view.spec.outputs.items():
        raw_output = view.template.outputs.get(name)
        if stated.when(view) and (raw_output is None or not _there(view, raw_output)):
            view.wrong(
                raw_output or view.template.tree.root, f"the output {name} is missing: scripts read it by this name"
            )


def _there(view: View, raw: Node) -> bool:
    condition = raw.entries.get("Condition")
    return condition is None or view.resolver.condition(condition.text, condition)
