"""cfn-lint's findings as ours: errors are errors, warnings warnings, hints are left out.

In: a template's text. Out: findings. It knows the schema of every resource; what a template means is for `check`.
https://github.com/aws-cloudformation/cfn-lint
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

from microsite.findings import Finding

from .names import REGION

if TYPE_CHECKING:
    from microsite.findings import Severity

__all__ = ["lint"]

_FIX = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"


def lint(text: str, path: str) -> list[Finding]:
    """What cfn-lint says of a template; `path` is its name in the findings."""
    from cfnlint.api import ManualArgs  # type: ignore[import-untyped]  # noqa: PLC0415 - takes 0.7 s
    from cfnlint.api import lint as cfn_lint  # noqa: PLC0415

    # What it says on the way (a schema it cannot load, a rule that fails) is no finding.
    with contextlib.redirect_stderr(io.StringIO()):
        matches = cfn_lint(text, config=ManualArgs(regions=[REGION]))
    found = []
    for match in matches:
        severity: Severity = "warning" if match.rule.id.startswith("W") else "error"
        if not match.rule.id.startswith("I"):
            message = " ".join(str(match.message).split())
            found.append(
                Finding(path, match.linenumber, match.columnnumber, match.rule.id, message, _FIX, severity=severity)
            )
    return found
