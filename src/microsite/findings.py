"""A finding: something in the content that its author can mend, as a value with its place."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Severity"]

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend.

    `path` is relative to the project, `line` and `column` count from 1 (0 = the whole file), `rule` is a
    stable kebab-case id, `message` says what is wrong, `fix` what to do.
    """

    path: str
    line: int
    column: int
    rule: str
    message: str
    fix: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """`path:line:column: rule: message (fix)`, the form that editors and CI understand."""
        fix = f" ({self.fix})" if self.fix else ""
        return f"{self.path}:{self.line}:{self.column}: {self.rule}: {self.message}{fix}"

    def as_dict(self) -> dict[str, str | int]:
        """`{path, line, column, rule, message, fix, severity}` for `--json`."""
        return asdict(self)
