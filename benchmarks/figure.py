"""A measured value beside its budget."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figure"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value and its budget: at most `most`, or at least `least`."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None

    @property
    def missed(self) -> bool:
        """Whether the budget is missed."""
        return (self.most is not None and self.value > self.most) or (
            self.least is not None and self.value < self.least
        )

    def line(self, before: float | None) -> str:
        """One line of the report."""
        budget = (
            f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}" if self.least is not None else ""
        )
        verdict = "MISSED" if self.missed else "ok" if budget else ""
        was = "" if before is None else f"{before:g}"
        return f"  {self.name:<44} {self.value:>10g} {budget:>10} {was:>10}  {verdict}"
