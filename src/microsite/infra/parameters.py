"""What the parameters files set, against the template's own Parameters: names, limits, and what is left out.

In: a template and a file's table `[parameters]`. Out: findings with the line of the key. The file's other tables are
the schema's business.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING
from typing import Final

from microsite.findings import Finding

from .expect import Between

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from .load import Node
    from .resolve import Template
    from .spec import Parameter

__all__ = ["SET_BY_RELEASE", "check_values"]

#: Parameters that no file may set: each release has its own.
SET_BY_RELEASE: Final = frozenset(
    {"CodeBucket", "CodeKey", "FeedbackVersion", "HttpVersion", "NotifyVersion", "SweepVersion"}
)
_RULE: Final = "parameters"


def check_values(
    template: Template, known: Mapping[str, Parameter], values: Mapping[str, str], text: str, path: str
) -> list[Finding]:
    """The findings for the values that the file `path`, whose content is `text`, sets.

    `known` has the range within which a number makes sense, wherever it is set.
    """
    lines = text.splitlines()
    table = next((number for number, line in enumerate(lines, 1) if re.match(r"\s*\[\s*parameters\s*\]", line)), 1)
    found = []
    for name, value in values.items():
        pattern = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
        line = next((number for number, one in enumerate(lines, 1) if number > table and pattern.match(one)), table)
        node = template.parameters.get(name)
        if node is None:
            near = difflib.get_close_matches(name, template.parameters, n=1)
            fix = f"did you mean {near[0]}?" if near else f"it has {', '.join(template.parameters)}"
            found.append(Finding(path, line, 1, _RULE, f"{name} is no parameter of {template.tree.path}", fix))
            continue
        fix = f"see Parameters/{name} in {template.tree.path}"
        wrong = [*_limits(node, str(value)), *_sense(known.get(name), str(value))]
        found += [Finding(path, line, 1, _RULE, f"{name}: {words}", fix) for words in wrong]
    for name, node in template.parameters.items():
        if "Default" not in node.entries and name not in values and name not in SET_BY_RELEASE:
            message = f"{name} is not set, and {template.tree.path} has no default for it"
            found.append(Finding(path, table, 1, _RULE, message, f'add {name} = "…" below [parameters]'))
    return found


def _sense(stated: Parameter | None, value: str) -> Iterator[str]:
    """What the range of a default says against a value: an absurd budget is one in every environment."""
    want = stated.want.get("Default") if stated is not None else None
    if isinstance(want, Between):
        try:
            if not want.low <= float(value) <= want.high:
                yield f"{value} is not from {want.low:g} to {want.high:g} {want.unit}".rstrip()
        except ValueError:
            return  # said above


def _limits(node: Node, value: str) -> Iterator[str]:
    """What a parameter's own rules say against a value."""
    limits = {key: child for key, child in node.entries.items() if key != "Default"}
    kind = limits["Type"].text if "Type" in limits else "String"
    if kind == "Number":
        try:
            number = float(value)
        except ValueError:
            yield f"{value!r} is no number"
            return
        if "MinValue" in limits and number < float(limits["MinValue"].text):
            yield f"{value} is below {limits['MinValue'].text}"
        if "MaxValue" in limits and number > float(limits["MaxValue"].text):
            yield f"{value} is above {limits['MaxValue'].text}"
    if "AllowedValues" in limits:
        allowed = [one.text for one in limits["AllowedValues"].parts]
        if value not in allowed:
            yield f"{value!r} is none of {', '.join(map(repr, allowed))}"
    pattern = limits.get("AllowedPattern")
    if pattern is not None and re.fullmatch(pattern.text, value) is None:
        yield f"{value!r} does not fit {pattern.text}"
    if "MinLength" in limits and len(value) < int(limits["MinLength"].text):
        yield f"it has {len(value)} characters, and must have {limits['MinLength'].text}"
    if "MaxLength" in limits and len(value) > int(limits["MaxLength"].text):
        yield f"it has {len(value)} characters, and may have {limits['MaxLength'].text}"
