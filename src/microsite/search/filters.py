"""Documents in, the file of filters out: which documents each condition, compound and kind lets through."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .document import Document

__all__ = ["Filters"]


class Filters:
    """Which documents each value of a filter lets through, as runs of numbers."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._runs: dict[str, dict[str, list[list[int]]]] = {"condition": {}, "compound": {}, "kind": {}}

    def add(self, number: int, document: Document) -> None:
        """Take a document; numbers rise."""
        kinds = (document.kind,) if document.kind else ()
        for name, values in (("condition", document.conditions), ("compound", document.compounds), ("kind", kinds)):
            for value in values:
                runs = self._runs[name].setdefault(value, [])
                if runs and runs[-1][0] + runs[-1][1] == number:
                    runs[-1][1] += 1
                else:
                    runs.append([number, 1])

    def content(self) -> bytes:
        """`{"condition": [["crps", "CRPS", [gap, length, gap, length…]], …], …}`; empty when there is no filter."""
        made = {
            name: [[value, self._labels.get(value, value), _gaps(values[value])] for value in sorted(values)]
            for name, values in self._runs.items()
        }
        return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode() if any(made.values()) else b""


def _gaps(runs: list[list[int]]) -> list[int]:
    flat: list[int] = []
    end = 0
    for start, length in runs:
        flat += (start - end, length)
        end = start + length
    return flat
