"""The check of a template: read it, look at it under every set of parameters, run the claims, name what is left over.

In: a file's text, what is known of it, facts from elsewhere. Out: findings with their place, each once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from microsite.findings import Finding

from .coverage import cover
from .coverage import refusals
from .load import TemplateError
from .load import read_template
from .resolve import Template
from .spec import Claim
from .spec import assign
from .valuations import valuations
from .view import View

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .load import Tree
    from .spec import Facts
    from .spec import Spec
    from .view import Found

__all__ = ["check_template", "examine"]

_COVERAGE: Final = Claim(
    "vouched-for", "Everything in the template is what some assertion expects, and what they expect is there.", cover
)
_REFUSED: Final = Claim(
    "refused",
    "Parameters that make no stack, and any region but CloudFront's, are refused before anything is made.",
    refusals,
)
_FIX: Final = {
    "vouched-for": "take it back, or write the assertion that says why it is right (src/microsite/infra)",
}


def check_template(
    text: str, path: str, spec: Spec, facts: Facts, files: Mapping[str, Mapping[str, str]]
) -> list[Finding]:
    """The findings for a template's text; `path` is its name in them, `files` what each parameters file sets."""
    try:
        tree = read_template(text, path)
    except TemplateError as error:
        return [Finding(path, error.line, error.column, "template", str(error), error.fix)]
    findings: dict[tuple[int, int, str, str], tuple[int, list[Finding]]] = {}
    for turn, finding in examine(tree, spec, facts, files):
        # A mistake that shows under several sets of parameters is told once, as the first of them shows it.
        key = (finding.line, finding.column, finding.rule, finding.message.partition(" ")[0])
        first, told = findings.setdefault(key, (turn, []))
        if first == turn and finding not in told:
            told.append(finding)
    return sorted(one for _, told in findings.values() for one in told)


def examine(
    tree: Tree, spec: Spec, facts: Facts, files: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[int, Finding]]:
    """Every finding with the number of the set of parameters that shows it, as they are found."""
    template = Template(tree)
    if not template.resources:
        yield 0, Finding(tree.path, 1, 1, "template", "there are no Resources", "is this a CloudFormation template?")
        return
    sets = valuations(template, spec, files)
    roles = assign(template, spec.roles, sets[0].values)
    for turn, valuation in enumerate(sets):
        view = View(template, spec, roles, valuation.values, facts)
        # What the template refuses is nobody's stack.
        impossible = spec.impossible(valuation.values)
        for claim in (_REFUSED,) if impossible else (_REFUSED, *spec.claims, _COVERAGE):
            view.run(claim)
        for found in view.found:
            yield turn, _finding(tree.path, found)


def _finding(path: str, found: Found) -> Finding:
    fix = _FIX.get(found.rule, "take it back, or change the assertion and say why")
    return Finding(
        path, found.node.line, found.node.column, found.rule, f"{found.message}. {found.sentence}".strip(), fix
    )
